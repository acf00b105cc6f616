//! Hydropower: the energy a unit of water makes at a plant, at the storages of a plan.
//!
//! The yield of a plant at a dam is `efficiency * g * (level - tailwater) / 3600`, kWh/m3, with the
//! level at the mean of the storages at the start and at the end of the period. The product of yield
//! and turbined water is not linear in a plan, so plans are made with its value to first order around
//! another plan, and made again around what they lead to, until generation hardly moves:
//!
//! `e = yield q + slope (S - S0)`, with `S` the mean storage of the period, `slope = q0 d yield / d S`, and `0` the plan
//! it is around. Without the second term water kept for its head has no worth to a program, and plans draw dams down
//! that they would rather keep full (docs/decisions/0016).

use crate::network::basin::{Basin, PlantIdx, ReservoirIdx};
use crate::network::plant::PlantHead;
use crate::quantity::index::{Idx, PeriodIdx, Series, Table};
use crate::quantity::units::{Head, Volume};

/// The energy of every plant in every period, to first order around a plan; or at its heads alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Yields {
    /// kWh/m3 (GWh/hm3).
    of: Table<PlantIdx, Series<f64>>,
    slopes: Option<Table<PlantIdx, Series<Option<Slope>>>>,
}

/// How the energy of a plant changes with the storage of its reservoir.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// GWh made more a period for each hm3 that the mean storage is above `around`.
    pub energy_per_storage: f64,
    /// The mean storage of the period in the plan it is taken around, hm3.
    pub around: f64,
}

/// The smallest slope that is counted, GWh/hm3: below it a plant stands still, and its row of a program would have numbers that
/// are only left over from rounding.
const LEAST_SLOPE: f64 = 1e-6;

/// A plant within this share of the capacity of its generators is at it, so that no last digit of a plan decides.
const AT_CAPACITY: f64 = 1e-6;

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
        let of = basin.plants.map(|plant| {
            Table::from_fn(basin.horizon.len(), |t| match &plant.head {
                PlantHead::Fixed(water_yield) => water_yield.value(),
                PlantHead::Reservoir { reservoir, tailwater, efficiency } => {
                    let level = basin.reservoirs[*reservoir].level_at(path.mean(*reservoir, t));
                    level.above(*tailwater).water_yield(*efficiency).value()
                }
            })
        });
        Yields { of, slopes: None }
    }

    /// The yields along a path of storages, and how energy changes with the storages where so much is turbined, hm3.
    pub fn around(basin: &Basin, path: &StoragePath, turbined: &Table<PlantIdx, Series<f64>>) -> Yields {
        let yields = Yields::along(basin, path);
        let series = |h: PlantIdx| {
            Table::from_fn(basin.horizon.len(), |t| yields.slope_at(basin, path, (h, t), turbined[h][t]))
        };
        let slopes = Some(Table::from_fn(basin.plants.len(), series));
        Yields { slopes, ..yields }
    }

    /// The slope of a plant that turbines so much, hm3. A plant at the capacity of its generators makes no more with a greater head.
    fn slope_at(
        &self,
        basin: &Basin,
        path: &StoragePath,
        (h, t): (PlantIdx, PeriodIdx),
        turbined: f64,
    ) -> Option<Slope> {
        let plant = &basin.plants[h];
        let PlantHead::Reservoir { reservoir, tailwater, efficiency } = &plant.head else { return None };
        let mean = path.mean(*reservoir, t);
        let level = basin.reservoirs[*reservoir].level_at(mean);
        let most = plant.capacity * plant.availability[t] * basin.horizon.periods[t].days;
        if level <= *tailwater || turbined * self.of(h, t) >= (1.0 - AT_CAPACITY) * most.value() {
            return None;
        }
        let per_metre = Head::new(1.0).water_yield(*efficiency).value();
        let energy_per_storage = turbined * per_metre * basin.reservoirs[*reservoir].level_slope_at(mean);
        (energy_per_storage > LEAST_SLOPE).then_some(Slope { energy_per_storage, around: mean.value() })
    }

    /// The yield of a plant in a period, kWh/m3.
    pub fn of(&self, plant: PlantIdx, t: PeriodIdx) -> f64 {
        self.of[plant][t]
    }

    /// How the energy of a plant in a period changes with the storage of its reservoir, if it does and is counted.
    pub fn slope(&self, plant: PlantIdx, t: PeriodIdx) -> Option<Slope> {
        self.slopes.as_ref().and_then(|slopes| slopes[plant][t])
    }

    /// The share by which the energy made along a path, where so much is turbined, hm3, differs from what these yields
    /// make of it.
    pub fn gap(&self, basin: &Basin, path: &StoragePath, turbined: &Table<PlantIdx, Series<f64>>) -> f64 {
        let own = Yields::along(basin, path);
        let (mut moved, mut total) = (0.0, 0.0);
        for (h, plant) in basin.plants.enumerate() {
            for t in basin.horizon.indices() {
                let more = plant.head.reservoir().zip(self.slope(h, t)).map_or(0.0, |(reservoir, slope)| {
                    slope.energy_per_storage * (path.mean(reservoir, t).value() - slope.around)
                });
                let counted_on = turbined[h][t] * self.of(h, t) + more;
                moved += (turbined[h][t] * own.of(h, t) - counted_on).abs();
                total += counted_on;
            }
        }
        if total > 0.0 { moved / total } else { 0.0 }
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
