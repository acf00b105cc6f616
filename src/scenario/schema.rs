//! The shape of a scenario file, and no logic.
//!
//! Entities are tables keyed by name; the unit stands in the key; every key may be left out here,
//! because [`super::build`](super) says what is missing, all at once and in the modeller's words.
//! Where a key takes [`Values`], it takes one number, twelve (January first), or a column of a CSV.

use indexmap::IndexMap;
use serde::{Deserialize as DeriveDeserialize, Serialize};

use crate::allocation::policy::Policy;
use crate::network::demand::WaterUse;
use crate::quantity::calendar::Step;

pub use super::values::{Percent, Source, Values};

/// What all entities have in common.
pub trait Entity {
    /// Whether it is part of the basin: unless `active = false`.
    fn is_active(&self) -> bool;
}

/// Declares an entity: a struct whose keys are all optional, unknown keys refused.
macro_rules! entities {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Serialize, DeriveDeserialize)]
            #[serde(default, deny_unknown_fields)]
            #[allow(non_snake_case)]
            pub struct $name {
                $(
                    $(#[$field_doc])*
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub $field: Option<$type>,
                )*
                /// `false` takes it out of the basin.
                #[serde(skip_serializing_if = "Option::is_none")]
                pub active: Option<bool>,
                /// Where its figures come from.
                #[serde(skip_serializing_if = "Option::is_none")]
                pub source: Option<Source>,
            }

            impl Entity for $name {
                fn is_active(&self) -> bool {
                    self.active != Some(false)
                }
            }
        )+
    };
}

entities! {
    /// `[scenario]`
    Header {
        /// The short name; also that of the output folder.
        name: String,
        /// A line people read.
        title: String,
        /// A paragraph on what it asks.
        about: String,
    }
    /// `[horizon]`
    HorizonTable {
        /// First day: `2007-10-01`.
        start: toml::value::Datetime,
        /// How many steps.
        periods: i64,
        /// `month` or `dekad`.
        step: Step,
    }
    /// `[riparian.KG]`
    Riparian {
        /// The name people read.
        title: String,
        /// People inside the basin, millions.
        population_million: f64,
        /// Gross domestic product per head, a year (needed where a policy weighs by income).
        gdp_per_head_USD: f64,
    }
    /// `[river.amu]`
    River {
        /// The name people read.
        title: String,
    }
    /// `[node.uchkurgan]`: a junction or a sink (a reservoir makes its own node)
    Node {
        /// The name people read.
        title: String,
        /// `junction` or `sink`.
        kind: String,
        /// On whose territory.
        riparian: String,
        /// Which river.
        river: String,
    }
    /// `[reservoir.toktogul]`: also a node of that name
    Reservoir {
        /// The name people read.
        title: String,
        /// Whose it is.
        riparian: String,
        /// Which river.
        river: String,
        /// Dead storage, promised to stay (one number, or one a period).
        storage_min_hm3: Values,
        /// The most it holds (one number, or one a period).
        storage_max_hm3: Values,
        /// At the start.
        storage_start_hm3: f64,
        /// At the end, at least; as at the start unless given.
        storage_end_hm3: f64,
        /// Points of the curve: level.
        level_masl: Vec<f64>,
        /// Points of the curve: volume.
        volume_hm3: Vec<f64>,
        /// Points of the curve: surface.
        area_km2: Vec<f64>,
        /// Net evaporation of each month, January first.
        evaporation_mm: Values,
        /// Share of the storage that seeps away in a year.
        seepage_share_per_year: f64,
        /// The most let out through the main outlet (one number, or one a period), hm3 a period.
        release_max_hm3: Values,
        /// The least let out through the main outlet (one number, or one a period), hm3 a period.
        release_min_hm3: Values,
        /// What a unit let out through the main outlet is worth, one a period.
        release_value_MUSD_per_hm3: Values,
    }
    /// `[reach.toktogul_uchkurgan]`: of those that leave a node the one without a capacity is its main outlet
    Reach {
        /// The name people read.
        title: String,
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
        /// Share lost, 0 to 1 (0 unless given).
        loss: f64,
        /// Days on the way (0 unless given).
        travel_days: f64,
        /// The most that fits (a canal, a gate), at its head.
        capacity_m3s: Values,
        /// `true` makes it the main outlet of its node, where several that leave it have no capacity.
        main: bool,
        /// The most that is safe (ice, floods), at its head: a promise.
        safe_flow_m3s: Values,
        /// Flow at its head before the start; required where `travel_days` is above 0.
        flow_before_start_m3s: f64,
        /// Damage of water sent this way.
        flood_cost_USD_per_m3: f64,
    }
    /// `[plant.toktogul]`
    Plant {
        /// The name people read.
        title: String,
        /// Whose it is, and whose power area it feeds.
        riparian: String,
        /// The reach whose water it turbines.
        reach: String,
        /// Where it stands among the plants of its reach, from the head: 1, 2, ... (by name unless given; one at a dam stands
        /// first).
        place: i64,
        /// Installed.
        capacity_MW: f64,
        /// The most the turbines take.
        turbine_max_m3s: f64,
        /// Share that can run, 0 to 1 (1 unless given).
        availability: Values,
        /// The reservoir whose level gives the head; with `tailwater_masl` and `efficiency`.
        reservoir: String,
        /// Level below the turbines.
        tailwater_masl: f64,
        /// Turbine and generator, 0 to 1.
        efficiency: f64,
        /// A fixed head; with `efficiency`.
        head_m: f64,
        /// A fixed yield, instead of head and efficiency.
        yield_kWh_per_m3: f64,
        /// Operation and maintenance.
        operating_cost_USD_per_MWh: f64,
    }
    /// `[inflow.naryn]`
    Inflow {
        /// The name people read.
        title: String,
        /// Where it enters, as shares that sum to 1: `{ toktogul = 1.0 }`.
        nodes: IndexMap<String, f64>,
        /// Monthly climatology, m3/s or hm3 a month by the column's unit.
        series: Values,
        /// Its percent of normal is that of another river, ...
        follows: String,
        /// ... to this degree: 0.5 takes half of the other's anomaly (1 unless given).
        follows_share: f64,
        /// How much its volume varies from year to year: standard deviation over mean, for ensembles.
        annual_cv: f64,
    }
    /// `[correction.kayrakkum]`: water the balance needs or has too much of, with no known giver or taker
    Correction {
        /// The name people read.
        title: String,
        /// Where.
        node: String,
        /// hm3 a month; negative where water disappears.
        series: Values,
        /// The inflow whose percent of normal scales it.
        follows: String,
        /// To which degree (1 unless given).
        follows_share: f64,
    }
    /// `[demand.uchkurgan_uz]`
    Demand {
        /// The name people read.
        title: String,
        /// Who asks.
        riparian: String,
        /// Where it draws.
        node: String,
        /// `irrigation`, `domestic` or `industry`.
        r#use: WaterUse,
        /// hm3 a month at the canal head.
        claim: Values,
        /// All of the claim times this (1 unless given).
        claim_factor: f64,
        /// The most the canal takes.
        capacity_m3s: Values,
        /// Central value of its water; 0.06 unless given.
        value_USD_per_m3: f64,
        /// Share that people drink, 0 to 1.
        domestic_share: f64,
        /// Weight of each month in satisfaction (1 unless given).
        stage_weight: Values,
        /// Share back at once, ...
        return_prompt: f64,
        /// ... at this node.
        return_node: String,
        /// Share into a drainage, ...
        return_delayed: f64,
        /// ... this one.
        drainage: String,
        /// Electricity to lift it.
        lift_kWh_per_m3: f64,
        /// Whether the treaty limits of its riparian and river count it.
        under_treaty: bool,
    }
    /// `[drainage.fergana]`
    Drainage {
        /// The name people read.
        title: String,
        /// Where its water comes out.
        node: String,
        /// Mean time in the ground.
        memory_days: f64,
        /// Stored at the start.
        stored_start_hm3: f64,
    }
    /// `[treaty.amu_tm]`
    Treaty {
        /// The text it comes from.
        title: String,
        /// Who.
        riparian: String,
        /// From which river.
        river: String,
        /// Limit of April-September.
        vegetation_hm3: f64,
        /// Limit of October-March.
        non_vegetation_hm3: f64,
    }
    /// `[environment.northern_aral]`: give `reach` or `node`, and a flow or seasonal volumes
    Environment {
        /// The name people read.
        title: String,
        /// Measured at the head of this reach, ...
        reach: String,
        /// ... or as what arrives at this node.
        node: String,
        /// Who is charged for a shortfall.
        riparian: String,
        /// The least at all times.
        flow_m3s: Values,
        /// The least of each period, hm3 a month.
        volume_hm3: Values,
        /// The least of April-September.
        vegetation_hm3: f64,
        /// The least of October-March.
        non_vegetation_hm3: f64,
        /// Price of a shortfall; that of `[price]` unless given.
        price_USD_per_m3: f64,
    }
    /// `[area.KG]`: the power area of the riparian of that name
    Area {
        /// The name people read.
        title: String,
        /// GWh a month.
        load: Values,
        /// All of the load times this (1 unless given).
        load_factor: f64,
        /// Small hydro, sun and wind, GWh a month.
        other: Values,
        /// Worth of served energy; that of `[price]` unless given.
        reference_price_USD_per_MWh: f64,
        /// Cost of unserved energy on top; that of `[price]` unless given.
        lost_load_USD_per_MWh: f64,
    }
    /// `[thermal.kg_coal]`
    Thermal {
        /// The name people read.
        title: String,
        /// The power area it feeds.
        area: String,
        /// `gas`, `coal`, `oil`, ...
        kind: String,
        /// Installed.
        capacity_MW: f64,
        /// Share that can run, 0 to 1.
        availability: Values,
        /// Fuel, operation and maintenance.
        cost_USD_per_MWh: f64,
        /// Emissions.
        co2_t_per_MWh: f64,
        /// The fuel budget it draws on, ...
        fuel: String,
        /// ... and its efficiency, 0 to 1.
        efficiency: f64,
    }
    /// `[fuel.uz_gas]`
    Fuel {
        /// The name people read.
        title: String,
        /// Heat in the fuel of a year; a shorter horizon gets its part by days.
        budget_GWh_per_year: f64,
    }
    /// `[market.KZ_N]`
    Market {
        /// The name people read.
        title: String,
        /// The most it sells in a year (0 unless given).
        sold_max_GWh_per_year: f64,
        /// The most it buys in a year (0 unless given).
        bought_max_GWh_per_year: f64,
    }
    /// `[line.KG-TJ]`: one direction
    Line {
        /// The name people read.
        title: String,
        /// An area or a market.
        from: String,
        /// An area or a market.
        to: String,
        /// Net transfer capacity.
        capacity_MW: Values,
        /// Share of hours it can be used, 0 to 1 (1 unless given).
        availability: Values,
        /// Share lost, 0 to 1.
        loss: f64,
        /// Paid by the receiver for what arrives.
        price_USD_per_MWh: f64,
    }
    /// `[price]`: what a shortfall of each kind costs, and the worth of energy
    Prices {
        /// Environmental flows and minimum releases.
        environment_USD_per_m3: f64,
        /// Storage below dead storage.
        dead_storage_USD_per_m3: f64,
        /// Storage below the required end storage.
        end_storage_USD_per_m3: f64,
        /// Flow above what is safe.
        safe_flow_USD_per_m3: f64,
        /// A negative correction that finds no water.
        correction_USD_per_m3: f64,
        /// Central value of water where a demand gives none.
        water_USD_per_m3: f64,
        /// Worth of served energy where an area gives none.
        energy_USD_per_MWh: f64,
        /// Cost of unserved energy on top, where an area gives none.
        lost_load_USD_per_MWh: f64,
    }
    /// `[run]`
    Run {
        /// The policies to run, in order.
        policies: Vec<String>,
    }
}

/// A whole file, after the overlays are merged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScenarioFile {
    /// `[scenario]`
    pub scenario: Header,
    /// `[horizon]`
    pub horizon: HorizonTable,
    /// `[riparian.*]`
    pub riparian: IndexMap<String, Riparian>,
    /// `[river.*]`
    pub river: IndexMap<String, River>,
    /// `[node.*]`
    pub node: IndexMap<String, Node>,
    /// `[reservoir.*]`
    pub reservoir: IndexMap<String, Reservoir>,
    /// `[reach.*]`
    pub reach: IndexMap<String, Reach>,
    /// `[plant.*]`
    pub plant: IndexMap<String, Plant>,
    /// `[inflow.*]`
    pub inflow: IndexMap<String, Inflow>,
    /// `[inflow] percent_of_normal`
    pub percent_of_normal: IndexMap<String, Percent>,
    /// `[correction.*]`
    pub correction: IndexMap<String, Correction>,
    /// `[demand.*]`
    pub demand: IndexMap<String, Demand>,
    /// `[drainage.*]`
    pub drainage: IndexMap<String, Drainage>,
    /// `[treaty.*]`
    pub treaty: IndexMap<String, Treaty>,
    /// `[environment.*]`
    pub environment: IndexMap<String, Environment>,
    /// `[area.*]`
    pub area: IndexMap<String, Area>,
    /// `[thermal.*]`
    pub thermal: IndexMap<String, Thermal>,
    /// `[fuel.*]`
    pub fuel: IndexMap<String, Fuel>,
    /// `[market.*]`
    pub market: IndexMap<String, Market>,
    /// `[line.*]`
    pub line: IndexMap<String, Line>,
    /// `[price]`
    pub price: Prices,
    /// `[policy.*]`
    pub policy: IndexMap<String, Policy>,
    /// `[run]`
    pub run: Run,
}
