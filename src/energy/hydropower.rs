//! Hydropower: the energy a unit of water makes at a plant, at the storages of a plan.
//!
//! The yield of a plant at a dam is `efficiency * g * (level - tailwater) / 3600`, kWh/m3, with the
//! level at the mean of the storages at the start and at the end of the period. The product of yield
//! and turbined water is not linear in a plan, so plans are made at given yields and the yields are
//! refreshed from the plan, damped, until generation hardly moves.

use crate::network::basin::{Basin, PlantIdx, ReservoirIdx};
use crate::network::plant::PlantHead;
use crate::quantity::index::{Idx, PeriodIdx, Series, Table};
use crate::quantity::units::Volume;

/// The yield of every plant in every period, kWh/m3 (GWh/hm3).
#[derive(Clone, Debug, PartialEq)]
pub struct Yields(Table<PlantIdx, Series<f64>>);

/// Storages of a plan: at the start of the horizon, and at the end of each period.
#[derive(Clone, Debug, PartialEq)]
pub struct StoragePath {
    /// Before the first period.
    pub start: Table<ReservoirIdx, Volume>,
    /// At the end of each period.
    pub end: Table<ReservoirIdx, Series<Volume>>,
}

impl StoragePath {
    /// The path that runs straight from start to end.
    pub fn straight(
        basin: &Basin,
        start: &Table<ReservoirIdx, Volume>,
        end: &Table<ReservoirIdx, Volume>,
    ) -> StoragePath {
        let periods = basin.horizon.len();
        let path = |r: ReservoirIdx| {
            Table::from_fn(periods, |t: PeriodIdx| {
                let passed = (t.position() + 1) as f64 / periods as f64;
                start[r] + (end[r] - start[r]) * passed
            })
        };
        StoragePath { start: start.clone(), end: Table::from_fn(basin.reservoirs.len(), path) }
    }

    /// Mean of the storages at the start and at the end of a period.
    pub fn mean(&self, reservoir: ReservoirIdx, t: PeriodIdx) -> Volume {
        let end = self.end[reservoir][t];
        let start = match t.position() {
            0 => self.start[reservoir],
            position => self.end[reservoir][PeriodIdx::new(position - 1)],
        };
        (start + end) / 2.0
    }
}

impl Yields {
    /// The yields along a path of storages.
    pub fn along(basin: &Basin, path: &StoragePath) -> Yields {
        Yields(basin.plants.map(|plant| {
            Table::from_fn(basin.horizon.len(), |t| match &plant.head {
                PlantHead::Fixed(water_yield) => water_yield.value(),
                PlantHead::Reservoir { reservoir, tailwater, efficiency } => {
                    let level = basin.reservoirs[*reservoir].level_at(path.mean(*reservoir, t));
                    level.above(*tailwater).water_yield(*efficiency).value()
                }
            })
        }))
    }

    /// The yield of a plant in a period, kWh/m3.
    pub fn of(&self, plant: PlantIdx, t: PeriodIdx) -> f64 {
        self.0[plant][t]
    }
}

#[cfg(test)]
mod tests {
    use crate::quantity::units::{Days, Flow, Level, Power};

    #[test]
    fn toktogul_makes_its_1200_mw_from_972_m3s_at_140_m() {
        // Design figures of the plant: 972 m3/s, 140 m, efficiency 0.9, 1200 MW.
        let water_yield = Level::new(864.0).above(Level::new(724.0)).water_yield(0.9);
        let energy = Flow::new(972.0) * Days::new(1.0) * water_yield;
        let power: Power = energy / Days::new(1.0);
        assert!((power.value() - 1200.0).abs() < 3.0, "{power}");
    }
}
