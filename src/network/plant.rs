//! A hydropower plant: the reach it stands on, its head, its limits.

use crate::quantity::index::{PeriodIdx, Series};
use crate::quantity::units::{Days, EnergyPrice, Flow, Level, Power, WaterYield};

use super::index::{AreaIdx, ReachIdx, ReservoirIdx, RiparianIdx};

/// What the water falls through.
#[derive(Clone, Debug, PartialEq)]
pub enum PlantHead {
    /// The same fall at all times (run of river): energy per unit of water.
    Fixed(WaterYield),
    /// From a reservoir's level to the tailwater.
    Reservoir {
        /// The reservoir whose level counts.
        reservoir: ReservoirIdx,
        /// Level below the turbines.
        tailwater: Level,
        /// Turbine and generator together, 0 to 1.
        efficiency: f64,
    },
}

impl PlantHead {
    /// The reservoir that gives the head, if it is one.
    pub fn reservoir(&self) -> Option<ReservoirIdx> {
        match self {
            PlantHead::Fixed(_) => None,
            PlantHead::Reservoir { reservoir, .. } => Some(*reservoir),
        }
    }
}

/// A hydropower plant.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// The short name used in files and tables.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Whose it is.
    pub riparian: RiparianIdx,
    /// The power area it feeds.
    pub area: AreaIdx,
    /// The reach whose water it turbines.
    pub reach: ReachIdx,
    /// What the water falls through.
    pub head: PlantHead,
    /// Installed capacity.
    pub capacity: Power,
    /// Share of capacity and turbines that can run, 0 to 1.
    pub availability: Series<f64>,
    /// The most the turbines take.
    pub turbine_max: Flow,
    /// Operation and maintenance.
    pub operating_cost: EnergyPrice,
}

impl Plant {
    /// The most that turbines and generators together take in a period of so many days, hm3, where a unit of water makes so much
    /// energy, kWh/m3: `min(turbine limit * days, capacity * hours / yield)`.
    pub fn most_turbined(&self, t: PeriodIdx, days: Days, water_yield: f64) -> f64 {
        let runs = self.availability[t];
        let by_turbines = (self.turbine_max * runs * days).value();
        let by_generators = (self.capacity * runs * days).value() / water_yield;
        by_turbines.min(by_generators)
    }
}
