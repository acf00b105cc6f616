//! The record: what happened, as long tables with one row an element and period.
//!
//! Everything that comes after a run (evaluation, tables, figures, report) reads the record and
//! nothing else. Field names are the column names of the files, units included; balance residuals
//! are columns like any other. The identities that hold in every row:
//!
//! - reservoir: start + inflow - turbined - spilled - evaporated - seepage - diverted - end = residual
//! - node: inflow + arrivals + returns - diverted - outflow = residual
//! - reach: in_transit_start + inflow - loss - outflow = in_transit_end
//! - drainage: stored_start + added - returned = stored_end
//! - power: hydro + thermal + other + imported - exported - pumping + unserved - load = residual

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A row of one of the long tables: `policy, member, period_start, days` and its own columns.
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[allow(non_snake_case)]
            pub struct $name {
                /// The policy that was run.
                pub policy: String,
                /// The ensemble member; 0 in a single run.
                pub member: u32,
                /// First day of the period.
                pub period_start: Date,
                /// Its length, days.
                pub days: f64,
                $($(#[$field_doc])* pub $field: $type,)+
            }
        )+
    };
}

rows! {
    /// A reservoir in a period (`reservoirs.csv`).
    ReservoirRow {
        /// Name.
        reservoir: String,
        /// Whose it is.
        riparian: String,
        /// Storage at the start, hm3.
        storage_start_hm3: f64,
        /// Natural inflow at the reservoir, arrivals and returns, hm3.
        inflow_hm3: f64,
        /// Through the turbines, hm3.
        turbined_hm3: f64,
        /// Let out past the turbines, hm3.
        spilled_hm3: f64,
        /// Evaporation, hm3.
        evaporated_hm3: f64,
        /// Seepage and unaccounted loss, hm3.
        seepage_hm3: f64,
        /// Withdrawn straight from the reservoir, hm3.
        diverted_hm3: f64,
        /// Storage at the end, hm3.
        storage_end_hm3: f64,
        /// Level at the end, m a.s.l.
        level_end_masl: f64,
        /// Energy of the plant at the dam, GWh.
        energy_GWh: f64,
        /// Shadow price of water stored, USD/m3; empty where the policy's objective is not money.
        water_value_USD_per_m3: Option<f64>,
        /// What the balance does not close by, hm3.
        residual_hm3: f64,
    }
    /// A junction or sink in a period (`nodes.csv`); a sink's outflow leaves the basin.
    NodeRow {
        /// Name.
        node: String,
        /// Natural inflow less unaccounted loss, hm3.
        inflow_hm3: f64,
        /// Outflow of the reaches that end here, hm3.
        arrivals_hm3: f64,
        /// Prompt returns and drainage, hm3.
        returns_hm3: f64,
        /// Deliveries to demands here, hm3.
        diverted_hm3: f64,
        /// What goes on, hm3.
        outflow_hm3: f64,
        /// What the balance does not close by, hm3.
        residual_hm3: f64,
    }
    /// A reach in a period (`reaches.csv`).
    ReachRow {
        /// Name.
        reach: String,
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
        /// Water on the way at the start, hm3.
        in_transit_start_hm3: f64,
        /// Enters, hm3.
        inflow_hm3: f64,
        /// Lost on the way, hm3.
        loss_hm3: f64,
        /// Arrives, hm3.
        outflow_hm3: f64,
        /// Water on the way at the end, hm3.
        in_transit_end_hm3: f64,
    }
    /// A demand in a period (`deliveries.csv`).
    DeliveryRow {
        /// Name.
        demand: String,
        /// Who asks.
        riparian: String,
        /// What for.
        #[serde(rename = "use")]
        water_use: String,
        /// Where it draws.
        node: String,
        /// Asked for, hm3.
        claim_hm3: f64,
        /// Delivered, hm3.
        delivered_hm3: f64,
        /// The gap, hm3.
        deficit_hm3: f64,
        /// Prompt return, hm3.
        returned_hm3: f64,
    }
    /// A drainage in a period (`drainage.csv`).
    DrainageRow {
        /// Name of the reach it drains.
        reach: String,
        /// Where it comes out.
        node: String,
        /// Stored at the start, hm3.
        stored_start_hm3: f64,
        /// Delayed part of the period's deliveries, hm3.
        added_hm3: f64,
        /// Comes out, hm3.
        returned_hm3: f64,
        /// Stored at the end, hm3.
        stored_end_hm3: f64,
    }
    /// An environmental place in a period or season (`environment.csv`).
    EnvironmentRow {
        /// Name.
        place: String,
        /// Promised, hm3.
        required_hm3: f64,
        /// Passed, hm3.
        delivered_hm3: f64,
        /// The gap, hm3.
        shortfall_hm3: f64,
    }
    /// A plant in a period (`plants.csv`).
    PlantRow {
        /// Name.
        plant: String,
        /// Whose it is.
        riparian: String,
        /// `hydro`, `gas`, `coal`, ...
        kind: String,
        /// Generation, GWh.
        energy_GWh: f64,
        /// The most it could make (capacity times availability times hours), GWh.
        capacity_GWh: f64,
        /// Fuel, operation and maintenance, MUSD.
        cost_MUSD: f64,
        /// Emissions, kt CO2.
        co2_kt: f64,
    }
    /// A power area in a period (`power.csv`).
    PowerRow {
        /// Name.
        area: String,
        /// Whose it is.
        riparian: String,
        /// Wanted, GWh.
        load_GWh: f64,
        /// Hydropower of the modelled plants, GWh.
        hydro_GWh: f64,
        /// Thermal generation, GWh.
        thermal_GWh: f64,
        /// Small hydro, sun and wind, GWh.
        other_GWh: f64,
        /// Received over lines, GWh.
        imported_GWh: f64,
        /// Sent over lines, GWh.
        exported_GWh: f64,
        /// Not served, GWh.
        unserved_GWh: f64,
        /// Taken by the pumps of modelled canals, GWh.
        pumping_GWh: f64,
        /// Shadow price, USD/MWh; empty where the policy's objective is not money.
        price_USD_per_MWh: Option<f64>,
        /// What the balance does not close by, GWh.
        residual_GWh: f64,
    }
    /// A line in a period (`trade.csv`).
    TradeRow {
        /// Name.
        line: String,
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
        /// Sent, GWh.
        sent_GWh: f64,
        /// Received, GWh.
        received_GWh: f64,
    }
    /// Money of a riparian in a period, before transfers; the parts of its benefit (not written as a table).
    MoneyRow {
        /// Who.
        riparian: String,
        /// Worth of the water delivered (and of released water in benchmarks), MUSD.
        farm_MUSD: f64,
        /// Worth of the energy served, MUSD.
        energy_MUSD: f64,
        /// Cost of unserved energy on top of its lost worth, MUSD.
        unserved_MUSD: f64,
        /// Fuel, operation and maintenance, MUSD.
        generation_MUSD: f64,
        /// Paid for electricity received, MUSD.
        imports_MUSD: f64,
        /// Earned with electricity sent, MUSD.
        exports_MUSD: f64,
        /// Damage by spill, MUSD.
        flood_MUSD: f64,
        /// Price of the promises broken on its territory, MUSD.
        promises_MUSD: f64,
    }
}

impl MoneyRow {
    /// Net benefit before transfers, MUSD.
    pub fn benefit(&self) -> f64 {
        self.farm_MUSD + self.energy_MUSD + self.exports_MUSD
            - self.unserved_MUSD
            - self.generation_MUSD
            - self.imports_MUSD
            - self.flood_MUSD
            - self.promises_MUSD
    }
}

/// A promise that was not kept (`broken_promises.csv`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokenPromiseRow {
    /// The policy that was run.
    pub policy: String,
    /// The ensemble member; 0 in a single run.
    pub member: u32,
    /// First day of the period (of the season, for a promise over a season).
    pub period_start: Date,
    /// Which promise: `environment`, `dead_storage`, `end_storage`, `safe_flow`, `correction`; or a policy's guarantee that gave
    /// way, by its name and tier.
    pub promise: String,
    /// Where.
    pub place: String,
    /// What was promised, in `unit`.
    pub required: f64,
    /// What was achieved, in `unit`.
    pub achieved: f64,
    /// The unit of both.
    pub unit: String,
}

/// What happened under one policy, in one member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// One row a reservoir and period.
    pub reservoirs: Vec<ReservoirRow>,
    /// One row a junction or sink and period.
    pub nodes: Vec<NodeRow>,
    /// One row a reach and period.
    pub reaches: Vec<ReachRow>,
    /// One row a demand and period.
    pub deliveries: Vec<DeliveryRow>,
    /// One row a drainage and period.
    pub drainage: Vec<DrainageRow>,
    /// One row a place and period, or season.
    pub environment: Vec<EnvironmentRow>,
    /// One row a plant and period, hydropower first.
    pub plants: Vec<PlantRow>,
    /// One row a power area and period.
    pub power: Vec<PowerRow>,
    /// One row a line and period.
    pub trade: Vec<TradeRow>,
    /// One row a riparian and period.
    pub money: Vec<MoneyRow>,
    /// One row a promise that was not kept.
    pub broken_promises: Vec<BrokenPromiseRow>,
}

/// Does the same with every table of a record.
macro_rules! every_table {
    ($do:ident) => {
        $do!(
            reservoirs,
            nodes,
            reaches,
            deliveries,
            drainage,
            environment,
            plants,
            power,
            trade,
            money,
            broken_promises
        )
    };
}

impl Record {
    /// The rows of one policy.
    pub fn of_policy(&self, policy: &str) -> Record {
        macro_rules! of_policy {
            ($($table:ident),+) => {
                Record { $($table: self.$table.iter().filter(|row| row.policy == policy).cloned().collect(),)+ }
            };
        }
        every_table!(of_policy)
    }

    /// Adds the rows of another record below these.
    pub fn append(&mut self, other: Record) {
        macro_rules! append {
            ($($table:ident),+) => { $(self.$table.extend(other.$table);)+ };
        }
        every_table!(append);
    }
}
