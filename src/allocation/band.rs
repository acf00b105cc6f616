//! Bands of storages: a plan is made near another, where energy to first order around the other is true enough.
//!
//! Reservoirs that give no head are left free.

use crate::energy::hydropower::{StoragePath, Yields};
use crate::network::basin::{Basin, PlantIdx, ReservoirIdx};
use crate::quantity::index::{Series, Table};
use crate::quantity::units::Volume;

use super::formulation::Formulation;
use super::plan::Plan;
use super::window::Window;

/// Storages that a plan must stay near.
#[derive(Clone, Debug)]
pub(super) struct Band {
    storage: Table<ReservoirIdx, Series<f64>>,
    /// What is turbined there.
    turbined: Table<PlantIdx, Series<f64>>,
    /// To either side, as a share of the capacity.
    width: f64,
}

impl Band {
    /// The storages of a plan.
    pub(super) fn around(plan: &Plan, width: f64) -> Band {
        Band { storage: plan.storage.clone(), turbined: plan.turbined.clone(), width }
    }

    /// The storages part of the way from a plan's to another's, of those reservoirs that give a head.
    pub(super) fn between(plan: &Plan, other: &Plan, share: f64, width: f64) -> Band {
        let mut band = Band::around(plan, width);
        part_of_the_way(band.storage.iter_mut().zip(other.storage.iter()), share);
        part_of_the_way(band.turbined.iter_mut().zip(other.turbined.iter()), share);
        band
    }

    /// The yields in the middle of the band.
    pub(super) fn yields(&self, window: Window<'_>) -> Yields {
        let end = self.storage.map(|series| series.map(|volume| Volume::new(*volume)));
        let path = StoragePath { start: window.start.storage.clone(), end };
        Yields::around(window.basin, &path, &self.turbined)
    }

    /// Keeps the storages that give a head within the band.
    pub(super) fn hold(&self, formulation: &mut Formulation<'_>) {
        self.hold_those(formulation, |_| true);
    }

    /// The same of some reservoirs alone.
    pub(super) fn hold_those(&self, formulation: &mut Formulation<'_>, those: impl Fn(ReservoirIdx) -> bool) {
        let basin = formulation.window.basin;
        for r in basin.reservoirs.indices().filter(|&r| gives_head(basin, r) && those(r)) {
            let most = basin.reservoirs[r].storage_max.iter().map(|v| v.value()).fold(0.0, f64::max);
            for t in basin.horizon.indices() {
                let var = formulation.vars.storage[r][t];
                let bounds = *formulation.program.variable(var);
                let inside = |value: f64| value.clamp(bounds.lower, bounds.upper);
                let (middle, side) = (self.storage[r][t], self.width * most);
                formulation.program.set_bounds(var, inside(middle - side), inside(middle + side));
            }
        }
    }
}

fn part_of_the_way<'s>(pairs: impl Iterator<Item = (&'s mut Series<f64>, &'s Series<f64>)>, share: f64) {
    for (own, other) in pairs {
        own.iter_mut().zip(other.iter()).for_each(|(own, other)| *own += share * (other - *own));
    }
}

fn gives_head(basin: &Basin, r: ReservoirIdx) -> bool {
    basin.plants.iter().any(|plant| plant.head.reservoir() == Some(r))
}
