//! Small basins as scenario texts, made from a few numbers.

#![allow(dead_code)]

use std::fmt::Write;

use mirab::scenario::{self, Scenario};

/// The numbers a small basin is made from.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Capacity of each reservoir on the river, hm3, from the mountains down (one to three).
    pub reservoirs: Vec<f64>,
    /// Inflow of each month at the top, hm3.
    pub inflow: Vec<f64>,
    /// Share of the inflow that enters below the last reservoir on top of it.
    pub side: f64,
    /// Claim of each riparian's fields in each month, hm3 (one list a riparian; at most three).
    pub claims: Vec<Vec<f64>>,
    /// Load of each riparian's power area, GWh a month.
    pub loads: Vec<f64>,
    /// Thermal capacity of each riparian, MW.
    pub thermal: Vec<f64>,
    /// Loss of each reach.
    pub loss: f64,
    /// All volumes and flows are multiplied by this.
    pub volumes: f64,
    /// Write the tables of entities in the opposite order.
    pub reversed: bool,
}

const NAMES: [&str; 3] = ["KG", "UZ", "KZ"];

impl Recipe {
    fn riparians(&self) -> usize {
        self.claims.len()
    }

    /// The scenario's text.
    pub fn text(&self) -> String {
        let mut parts =
            [self.riparian_tables(), self.river_tables(), self.demand_tables(), self.power_tables()];
        if self.reversed {
            parts.reverse();
        }
        format!("{}\n{}", self.head(), parts.concat())
    }

    /// The scenario, built.
    pub fn build(&self) -> Scenario {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("small.toml");
        std::fs::write(&path, self.text()).unwrap();
        scenario::load(path.to_str().unwrap(), &[])
            .unwrap_or_else(|problems| panic!("{problems}\n{}", self.text()))
    }

    fn head(&self) -> String {
        format!(
            "[scenario]\nname = 'small'\ntitle = 'Small'\n\n[horizon]\nstart = 2025-10-01\nperiods = {}\nstep = 'month'\n\n\
             [river.river]\ntitle = 'River'\n\n[price]\nenvironment_USD_per_m3 = 1.5\ndead_storage_USD_per_m3 = 3.0\n\
             end_storage_USD_per_m3 = 3.0\nsafe_flow_USD_per_m3 = 1.0\ncorrection_USD_per_m3 = 3.0\nwater_USD_per_m3 = 0.06\n\
             energy_USD_per_MWh = 50.0\nlost_load_USD_per_MWh = 250.0\n\n[run]\npolicies = ['max_min', 'one_basin']\n",
            self.inflow.len()
        )
    }

    fn riparian_tables(&self) -> String {
        let mut order: Vec<usize> = (0..self.riparians()).collect();
        if self.reversed {
            order.reverse();
        }
        let table =
            |i: usize| format!("\n[riparian.{}]\ntitle = '{0}'\npopulation_million = 1.0\n", NAMES[i]);
        order.into_iter().map(table).collect()
    }

    /// Reservoirs in a chain, then one canal head a riparian, then the sea.
    fn river_tables(&self) -> String {
        let mut text = String::new();
        let scale = self.volumes;
        let mut chain: Vec<String> = (0..self.reservoirs.len()).map(|r| format!("lake_{r}")).collect();
        chain.extend((0..self.riparians()).map(|i| format!("head_{i}")));
        chain.push("sea".to_owned());
        for (r, capacity) in self.reservoirs.iter().enumerate() {
            let owner = NAMES[r.min(self.riparians() - 1)];
            let (full, start) = (capacity * scale, 0.5 * capacity * scale);
            let _ = write!(
                text,
                "\n[reservoir.lake_{r}]\ntitle = 'Lake {r}'\nriparian = '{owner}'\nriver = 'river'\nstorage_min_hm3 = 0.0\n\
                 storage_max_hm3 = {full:?}\nstorage_start_hm3 = {start:?}\nlevel_masl = [400.0, 500.0]\n\
                 volume_hm3 = [0.0, {full:?}]\narea_km2 = [0.0, {:?}]\nevaporation_mm = 50.0\n",
                0.02 * full
            );
        }
        for (i, owner) in NAMES.iter().enumerate().take(self.riparians()) {
            let _ = write!(
                text,
                "\n[node.head_{i}]\ntitle = 'Head {i}'\nkind = 'junction'\nriparian = '{owner}'\nriver = 'river'\n"
            );
        }
        let last = NAMES[self.riparians() - 1];
        let _ = write!(
            text,
            "\n[node.sea]\ntitle = 'Sea'\nkind = 'sink'\nriparian = '{last}'\nriver = 'river'\n"
        );
        for pair in chain.windows(2) {
            let (from, to) = (&pair[0], &pair[1]);
            let _ = write!(
                text,
                "\n[reach.{from}_{to}]\ntitle = 'Reach'\nfrom = '{from}'\nto = '{to}'\nloss = {:?}\n",
                self.loss
            );
        }
        text + &self.inflow_tables()
    }

    fn inflow_tables(&self) -> String {
        // Twelve monthly values, January first, of which the horizon from October takes what it needs.
        let month = |m: usize| self.inflow[(m + 3) % 12 % self.inflow.len()] * self.volumes;
        let list: Vec<f64> = (0..12).map(month).collect();
        let side: Vec<f64> = list.iter().map(|volume| volume * self.side).collect();
        format!(
            "\n[correction.top]\ntitle = 'Top'\nnode = 'lake_0'\nseries = {list:?}\n\
             \n[correction.side]\ntitle = 'Side'\nnode = 'head_0'\nseries = {side:?}\n"
        )
    }

    fn demand_tables(&self) -> String {
        let mut text = String::new();
        for (i, claims) in self.claims.iter().enumerate() {
            let list: Vec<f64> =
                (0..12).map(|m| claims[(m + 3) % 12 % claims.len()] * self.volumes).collect();
            let _ = write!(
                text,
                "\n[demand.fields_{i}]\ntitle = 'Fields {i}'\nriparian = '{}'\nnode = 'head_{i}'\nuse = 'irrigation'\n\
                 claim = {list:?}\ndomestic_share = 0.05\n",
                NAMES[i]
            );
        }
        text
    }

    fn power_tables(&self) -> String {
        let mut text = String::new();
        for (r, _) in self.reservoirs.iter().enumerate() {
            let owner = NAMES[r.min(self.riparians() - 1)];
            let to =
                if r + 1 < self.reservoirs.len() { format!("lake_{}", r + 1) } else { "head_0".to_owned() };
            let _ = write!(
                text,
                "\n[plant.dam_{r}]\ntitle = 'Dam {r}'\nriparian = '{owner}'\nreach = 'lake_{r}_{to}'\nreservoir = 'lake_{r}'\n\
                 tailwater_masl = 350.0\nefficiency = 0.9\ncapacity_MW = 5000.0\nturbine_max_m3s = {:?}\n\
                 operating_cost_USD_per_MWh = 0.5\n",
                1000.0 * self.volumes
            );
        }
        for (i, name) in NAMES.iter().enumerate().take(self.riparians()) {
            let _ = write!(
                text,
                "\n[area.{name}]\ntitle = '{name}'\nload = {:?}\nother = 0.0\n\
                 \n[thermal.station_{i}]\ntitle = 'Station {i}'\narea = '{name}'\nkind = 'coal'\ncapacity_MW = {:?}\n\
                 availability = 0.8\ncost_USD_per_MWh = 40.0\nco2_t_per_MWh = 0.9\n",
                self.loads[i], self.thermal[i]
            );
        }
        for i in 1..self.riparians() {
            let (from, to) = (NAMES[i - 1], NAMES[i]);
            let _ = write!(
                text,
                "\n[line.{from}-{to}]\ntitle = '{from} to {to}'\nfrom = '{from}'\nto = '{to}'\ncapacity_MW = 100.0\nloss = 0.03\n\
                 price_USD_per_MWh = 30.0\n"
            );
        }
        text
    }
}
