//! Figures, from tables that no solver made: real basins, and numbers reckoned from a formula.
//!
//! What cannot be tested, that a figure is good to look at, is left to whoever looks: with
//! `MIRAB_FIGURES=<folder>` every figure drawn here is also written there.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use mirab::evaluation::{compare, riparians};
use mirab::network::basin::Basin;
use mirab::network::power_system::Terminal;
use mirab::network::topology::NodeKind;
use mirab::output::plots::{Figure, draw};
use mirab::output::tables::Tables;
use mirab::quantity::index::PeriodIdx;
use mirab::scenario::{self, Scenario, Setting};
use mirab::simulation::record::{
    DeliveryRow, MoneyRow, NodeRow, PlantRow, PowerRow, ReachRow, Record, ReservoirRow, TradeRow,
};

const FIVE: [&str; 5] = ["quota", "proportional", "max_min", "proportional_fair", "one_basin"];

fn load(name: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<Setting> = settings.iter().map(|setting| setting.parse().unwrap()).collect();
    scenario::load(name, &settings).unwrap()
}

/// A year as it might have been: rows with the right names, dates and sizes; balances are not kept.
struct Invented<'a> {
    basin: &'a Basin,
    policy: &'a str,
    /// Which policy it is, so that policies differ.
    place: usize,
}

impl Invented<'_> {
    /// A number between two others that depends on the policy, an element and the season.
    fn between(&self, low: f64, high: f64, element: usize, t: PeriodIdx) -> f64 {
        let month = f64::from(self.basin.horizon.periods[t].month());
        let phase = month * 0.52 + element as f64 * 1.3 + self.place as f64 * 0.7;
        low + (high - low) * (0.5 + 0.5 * phase.sin())
    }

    fn record(&self) -> Record {
        let mut record = Record::default();
        for t in self.basin.horizon.indices() {
            self.add_water(&mut record, t);
            self.add_flows(&mut record, t);
            self.add_power(&mut record, t);
        }
        record
    }

    fn add_water(&self, record: &mut Record, t: PeriodIdx) {
        let period = &self.basin.horizon.periods[t];
        let (policy, days) = (self.policy.to_owned(), period.days.value());
        let whose = |r| self.basin.riparians[r].name.clone();
        for (k, demand) in self.basin.demands.iter().enumerate() {
            let claim = demand.claim[t].value();
            let delivered = claim * self.between(0.55, 1.0, k, t);
            record.deliveries.push(DeliveryRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                demand: demand.name.clone(),
                riparian: whose(demand.riparian),
                water_use: demand.water_use.name().to_owned(),
                node: self.basin.nodes[demand.node].name.clone(),
                claim_hm3: claim,
                delivered_hm3: delivered,
                deficit_hm3: claim - delivered,
                returned_hm3: 0.2 * delivered,
            });
        }
        for (k, reservoir) in self.basin.reservoirs.iter().enumerate() {
            let (dead, full) = (reservoir.dead_storage[t].value(), reservoir.storage_max[t].value());
            record.reservoirs.push(ReservoirRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                reservoir: reservoir.name.clone(),
                riparian: whose(reservoir.riparian),
                storage_start_hm3: self.between(dead, full, k, t),
                inflow_hm3: self.between(0.02, 0.2, k, t) * full,
                turbined_hm3: self.between(0.03, 0.15, k + 1, t) * full,
                spilled_hm3: 0.0,
                evaporated_hm3: 0.001 * full,
                seepage_hm3: 0.0,
                diverted_hm3: 0.0,
                storage_end_hm3: self.between(dead, full, k, t),
                level_end_masl: 900.0,
                energy_GWh: 100.0,
                water_value_USD_per_m3: None,
                residual_hm3: 0.0,
            });
        }
        for riparian in &self.basin.riparians {
            record.money.push(MoneyRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                riparian: riparian.name.clone(),
                farm_MUSD: self.between(20.0, 60.0, 3, t),
                energy_MUSD: 30.0,
                unserved_MUSD: 5.0,
                generation_MUSD: 12.0,
                imports_MUSD: 3.0,
                exports_MUSD: 2.0,
                flood_MUSD: 0.0,
                promises_MUSD: 0.0,
            });
        }
    }

    fn add_flows(&self, record: &mut Record, t: PeriodIdx) {
        let period = &self.basin.horizon.periods[t];
        let (policy, days) = (self.policy.to_owned(), period.days.value());
        for (k, node) in self.basin.nodes.iter().enumerate() {
            if matches!(node.kind, NodeKind::Reservoir(_)) {
                continue;
            }
            record.nodes.push(NodeRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                node: node.name.clone(),
                inflow_hm3: self.between(0.0, 300.0, k, t),
                arrivals_hm3: 500.0,
                returns_hm3: 20.0,
                diverted_hm3: 100.0,
                outflow_hm3: self.between(100.0, 900.0, k, t),
                residual_hm3: 0.0,
            });
        }
        for (k, reach) in self.basin.reaches.iter().enumerate() {
            let inflow = self.between(50.0, 1500.0, k, t);
            record.reaches.push(ReachRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                reach: reach.name.clone(),
                from: self.basin.nodes[reach.from].name.clone(),
                to: self.basin.nodes[reach.to].name.clone(),
                in_transit_start_hm3: 0.0,
                inflow_hm3: inflow,
                loss_hm3: 0.05 * inflow,
                outflow_hm3: 0.95 * inflow,
                in_transit_end_hm3: 0.0,
            });
        }
    }

    fn add_power(&self, record: &mut Record, t: PeriodIdx) {
        let period = &self.basin.horizon.periods[t];
        let (policy, days) = (self.policy.to_owned(), period.days.value());
        let whose = |r| self.basin.riparians[r].name.clone();
        for (k, area) in self.basin.areas.iter().enumerate() {
            let load = area.load[t].value();
            let unserved = load * self.between(-0.1, 0.12, k, t).max(0.0);
            let hydro = load * self.between(0.1, 0.6, k, t);
            record.power.push(PowerRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                area: area.name.clone(),
                riparian: whose(area.riparian),
                load_GWh: load,
                hydro_GWh: hydro,
                thermal_GWh: load - hydro - unserved,
                other_GWh: 0.05 * load,
                imported_GWh: 0.1 * load,
                exported_GWh: 0.15 * load,
                unserved_GWh: unserved,
                pumping_GWh: 0.0,
                price_USD_per_MWh: None,
                residual_GWh: 0.0,
            });
        }
        for plant in &self.basin.plants {
            record.plants.push(PlantRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                plant: plant.name.clone(),
                riparian: whose(plant.riparian),
                kind: "hydro".to_owned(),
                energy_GWh: 0.4 * plant.capacity.value() * days * 0.024,
                capacity_GWh: plant.capacity.value() * days * 0.024,
                cost_MUSD: 1.0,
                co2_kt: 0.0,
            });
        }
        let end = |terminal: Terminal| match terminal {
            Terminal::Area(area) => self.basin.areas[area].name.clone(),
            Terminal::Market(market) => self.basin.markets[market].name.clone(),
        };
        for (k, line) in self.basin.lines.iter().enumerate() {
            let sent = self.between(0.0, 300.0, k, t);
            record.trade.push(TradeRow {
                policy: policy.clone(),
                member: 0,
                period_start: period.first_day,
                days,
                line: line.name.clone(),
                from: end(line.from),
                to: end(line.to),
                sent_GWh: sent,
                received_GWh: 0.95 * sent,
            });
        }
    }
}

/// The tables of invented years, one a policy.
fn tables(scenario: &Scenario, policies: &[&str]) -> Tables {
    let mut tables = Tables::default();
    for (place, policy) in policies.iter().enumerate() {
        let record = Invented { basin: &scenario.basin, policy, place }.record();
        let rows = riparians(&record, &scenario.basin, policy);
        tables.append(record, rows);
    }
    let names: Vec<String> = policies.iter().map(|&policy| policy.to_owned()).collect();
    tables.comparison = compare(&tables.record, &tables.riparians, &scenario.basin, &names, &[]);
    tables
}

/// Draws, and writes for the eye where that is asked for.
fn drawn(tables: &Tables, scenario: &Scenario, folder: &str) -> Vec<Figure> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let figures = draw(tables, scenario);
    if let Some(place) = std::env::var_os("MIRAB_FIGURES") {
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let place = PathBuf::from(place).join(folder);
        std::fs::create_dir_all(&place).unwrap();
        for figure in &figures {
            std::fs::write(place.join(format!("{}.png", figure.name)), &figure.png).unwrap();
        }
    }
    figures
}

fn names(figures: &[Figure]) -> Vec<&str> {
    figures.iter().map(|figure| figure.name.as_str()).collect()
}

fn title(figures: &[Figure], name: &str) -> String {
    figures.iter().find(|figure| figure.name == name).unwrap().title.clone()
}

fn decoded(figure: &Figure) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(&figure.png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

/// Right size, a title, a white rim on all sides (nothing is clipped) and something inside.
fn assert_fit_to_print(figure: &Figure) {
    let name = &figure.name;
    let (width, height, pixels) = decoded(figure);
    assert_eq!((width, height), (1600, 1000), "{name}");
    assert!(!figure.title.is_empty() && !figure.title.ends_with('.'), "{name}: {:?}", figure.title);
    assert!(!figure.title.contains("NaN") && !figure.title.contains("inf "), "{name}: {:?}", figure.title);
    let ink = |x: usize, y: usize| pixels[(y * 1600 + x) * 3..][..3].iter().any(|&byte| byte < 250);
    let inked = (0..1000).map(|y| (0..1600).filter(|&x| ink(x, y)).count()).sum::<usize>();
    assert!(inked > 10_000, "{name} is nearly empty: {inked} pixels");
    let rim = (0..1600).flat_map(|x| (0..8).chain(992..1000).map(move |y| (x, y)));
    let sides = (0..1000).flat_map(|y| (0..8).chain(1592..1600).map(move |x| (x, y)));
    let clipped = rim.chain(sides).find(|&(x, y)| ink(x, y));
    assert_eq!(clipped, None, "{name} runs to the edge of the page");
}

#[test]
fn a_year_of_the_basin_under_five_policies_has_every_figure() {
    let scenario = load("dry-year", &[]);
    let figures = drawn(&tables(&scenario, &FIVE), &scenario, "five");
    for name in ["allocations", "satisfaction", "tradeoff", "fairness"] {
        assert!(names(&figures).contains(&name), "{name} is missing from {:?}", names(&figures));
    }
    assert_eq!(names(&figures)[0], "allocations");
    figures.iter().for_each(assert_fit_to_print);
}

#[test]
fn figures_are_the_same_bytes_each_time() {
    let scenario = load("dry-year", &[]);
    let tables = tables(&scenario, &FIVE);
    let (once, again) = (draw(&tables, &scenario), draw(&tables, &scenario));
    assert_eq!(names(&once), names(&again));
    assert!(once == again, "a figure differs from itself");
}

#[test]
fn every_figure_has_a_name_of_its_own() {
    let scenario = load("dry-year", &[]);
    let figures = draw(&tables(&scenario, &FIVE), &scenario);
    let mut sorted = names(&figures);
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), figures.len());
}

#[test]
fn twelve_policies_with_long_names_still_fit() {
    let scenario = load("dry-year", &[]);
    let policies: Vec<String> = (1..=12).map(|k| format!("an_unusually_long_name_of_policy_{k}")).collect();
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    let figures = drawn(&tables(&scenario, &policies), &scenario, "twelve");
    assert!(figures.len() >= 4);
    figures.iter().for_each(assert_fit_to_print);
}

#[test]
fn one_policy_alone_has_figures_but_no_tradeoff() {
    let scenario = load("dry-year", &[]);
    let figures = drawn(&tables(&scenario, &["quota"]), &scenario, "one");
    assert!(names(&figures).contains(&"allocations") && !names(&figures).contains(&"tradeoff"));
    figures.iter().for_each(assert_fit_to_print);
}

#[test]
fn dekads_and_half_years_are_drawn() {
    for (settings, folder) in
        [(&["horizon.step=dekad", "horizon.periods=36"][..], "dekads"), (&["horizon.periods=6"][..], "half")]
    {
        let scenario = load("dry-year", settings);
        let figures = drawn(&tables(&scenario, &FIVE), &scenario, folder);
        assert!(figures.len() >= 4, "{folder}: {:?}", names(&figures));
        figures.iter().for_each(assert_fit_to_print);
    }
}

#[test]
fn a_basin_without_power_or_claims_is_drawn_as_far_as_it_goes() {
    for name in ["benchmarks/four-reservoirs-larson", "benchmarks/four-reservoirs-chow", "tiny/two-riparians"]
    {
        let scenario = load(name, &[]);
        let figures = drawn(&tables(&scenario, &["one_basin"]), &scenario, name);
        figures.iter().for_each(assert_fit_to_print);
    }
}

#[test]
fn a_title_states_the_finding() {
    let scenario = load("dry-year", &[]);
    let mut tables = tables(&scenario, &["quota", "one_basin"]);
    for row in tables.riparians.iter_mut() {
        let met = if row.policy == "quota" && row.riparian == "TM" { 0.5 } else { 1.0 };
        row.water_delivered_hm3 = met * row.water_claim_hm3;
        row.water_satisfaction = row.water_satisfaction.map(|_| met);
        row.energy_satisfaction = row.energy_satisfaction.map(|_| 1.0);
    }
    let figures = draw(&tables, &scenario);
    assert_eq!(
        title(&figures, "allocations"),
        "Turkmenistan gets 50 % of its April–September water under quota, 100 % under one_basin"
    );
    assert_eq!(
        title(&figures, "satisfaction"),
        "Under one_basin the worst-off need is met to 100 %, under quota to 50 %"
    );
}

#[test]
fn where_policies_do_not_differ_the_title_says_so() {
    let scenario = load("dry-year", &[]);
    let mut tables = tables(&scenario, &["quota", "one_basin"]);
    for row in tables.riparians.iter_mut() {
        row.water_delivered_hm3 = row.water_claim_hm3;
        row.water_satisfaction = row.water_satisfaction.map(|_| 1.0);
        row.energy_satisfaction = row.energy_satisfaction.map(|_| 1.0);
    }
    let figures = draw(&tables, &scenario);
    assert_eq!(figures[0].title, "All policies serve 100 % of the water claimed for April–September");
    assert_eq!(figures[1].title, "Every need is met in full under every policy");
}

#[test]
fn a_reservoir_that_nobody_fills_is_said_to_stay_empty() {
    let scenario = load("dry-year", &[]);
    let mut tables = tables(&scenario, &["quota"]);
    for row in tables.record.reservoirs.iter_mut().filter(|row| row.reservoir == "koksaray") {
        (row.storage_start_hm3, row.storage_end_hm3) = (0.0, 0.0);
    }
    assert_eq!(title(&draw(&tables, &scenario), "storage-koksaray"), "Koksaray stays empty");
}

#[test]
fn how_low_a_reservoir_falls_is_told_of_two_policies() {
    let scenario = load("dry-year", &[]);
    let mut tables = tables(&scenario, &["quota", "one_basin"]);
    for row in tables.record.reservoirs.iter_mut().filter(|row| row.reservoir == "toktogul") {
        let low = if row.policy == "quota" { 7600.0 } else { 9600.0 };
        row.storage_start_hm3 = if row.period_start.month() == 10 { 13_000.0 } else { low };
        row.storage_end_hm3 = if row.period_start.month() == 9 { 13_000.0 } else { low };
    }
    assert_eq!(
        title(&draw(&tables, &scenario), "storage-toktogul"),
        "Toktogul falls to 7.6\u{a0}km³ under quota, never below 9.6\u{a0}km³ under one_basin"
    );
}

#[test]
fn what_each_policy_leaves_unserved_is_told_apart_from_where_it_is() {
    let scenario = load("dry-year", &[]);
    let mut tables = tables(&scenario, &["quota", "one_basin"]);
    for row in tables.record.power.iter_mut() {
        row.unserved_GWh = match (row.policy.as_str(), row.area.as_str()) {
            ("quota", "TJ") => 200.0,
            ("quota", "KG") => 300.0,
            ("one_basin", "TJ") => 50.0,
            _ => 0.0,
        };
    }
    let said = title(&draw(&tables, &scenario), "energy-balance");
    assert_eq!(
        said,
        "quota leaves 3.0\u{a0}TWh of winter energy unserved, most of it in Kyrgyzstan; \
         one_basin leaves 300\u{a0}GWh in all"
    );
}

#[test]
fn an_outside_market_bears_the_name_that_people_read() {
    let scenario = load("dry-year", &[]);
    let mut tables = tables(&scenario, &["quota"]);
    for row in tables.record.trade.iter_mut() {
        row.sent_GWh = if row.from == "KZ_N" { 100.0 } else { 1.0 };
    }
    let said = title(&draw(&tables, &scenario), "trade");
    assert!(said.contains("from Kazakhstan, North zone to Kazakhstan, South zone"), "{said}");
}

#[test]
fn within_one_season_the_month_that_tells_the_policies_apart_is_named() {
    let scenario = load("vegetation-season", &[]);
    let mut tables = tables(&scenario, &["quota", "one_basin"]);
    for row in tables.record.reservoirs.iter_mut() {
        let apart = row.policy == "quota" && row.reservoir == "nurek" && row.period_start.month() == 8;
        row.turbined_hm3 = if apart { 4500.0 } else { 2000.0 };
        row.spilled_hm3 = 0.0;
    }
    assert_eq!(
        title(&draw(&tables, &scenario), "releases"),
        "Nurek lets 4.5\u{a0}km³ go in August under quota, 2.0\u{a0}km³ under one_basin"
    );
}

#[test]
fn nothing_that_was_run_is_nothing_to_draw() {
    let scenario = load("dry-year", &[]);
    assert_eq!(draw(&Tables::default(), &scenario), []);
}
