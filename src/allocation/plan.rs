//! A plan: the decisions read out of a solved program, by element and period.

use crate::energy::hydropower::{StoragePath, Yields};
use crate::network::basin::{AreaIdx, DemandIdx, LineIdx, PlantIdx, ReachIdx, ReservoirIdx, ThermalIdx};
use crate::quantity::index::{Idx, Series, Table};
use crate::quantity::units::Volume;
use crate::solver::program::Var;

use super::formulation::Formulation;
use super::window::Window;

/// How near to a bound (relative to its size, or absolute below one) a value is taken to be on it.
const SNAP: f64 = 1e-7;

/// Decisions of a window: volumes in hm3, energies in GWh, a value a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Storage at the end of the period.
    pub storage: Table<ReservoirIdx, Series<f64>>,
    /// Water that enters a reach.
    pub flow: Table<ReachIdx, Series<f64>>,
    /// Water through the turbines.
    pub turbined: Table<PlantIdx, Series<f64>>,
    /// Water delivered.
    pub delivery: Table<DemandIdx, Series<f64>>,
    /// Thermal generation.
    pub thermal: Table<ThermalIdx, Series<f64>>,
    /// Energy sent.
    pub sent: Table<LineIdx, Series<f64>>,
    /// Generation outside the model that is taken.
    pub other: Table<AreaIdx, Series<f64>>,
    /// Load served.
    pub served: Table<AreaIdx, Series<f64>>,
}

/// Shadow prices of a program about money, a value a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// Value of water in each reservoir, USD/m3.
    pub water: Table<ReservoirIdx, Series<f64>>,
    /// Price of electricity in each area, USD/MWh.
    pub electricity: Table<AreaIdx, Series<f64>>,
}

impl Plan {
    /// Reads the values of a solution; what lies within a hair of a bound is put on it.
    pub fn read(formulation: &Formulation<'_>, values: &[f64]) -> Plan {
        let vars = &formulation.vars;
        let read = |var: &Var| {
            let variable = formulation.program.variable(*var);
            snap(values[var.position()], variable.lower, variable.upper)
        };
        fn table<I: Idx>(vars: &Table<I, Series<Var>>, read: impl Fn(&Var) -> f64) -> Table<I, Series<f64>> {
            vars.map(|series| series.map(&read))
        }
        Plan {
            storage: table(&vars.storage, read),
            flow: table(&vars.flow, read),
            turbined: table(&vars.turbined, read),
            delivery: table(&vars.delivery, read),
            thermal: table(&vars.thermal, read),
            sent: table(&vars.sent, read),
            other: table(&vars.other, read),
            served: table(&vars.served, read),
        }
    }

    /// The storages of the plan, for the heads.
    pub fn storage_path(&self, start: &Table<ReservoirIdx, Volume>) -> StoragePath {
        StoragePath {
            start: start.clone(),
            end: self.storage.map(|series| series.map(|volume| Volume::new(*volume))),
        }
    }

    /// The yields at the plan's own heads, and how its energy changes with its storages.
    pub fn yields(&self, window: Window<'_>) -> Yields {
        Yields::around(window.basin, &self.storage_path(&window.start.storage), &self.turbined)
    }

    /// The share by which the energy that the plan makes at its own heads differs from what was counted on.
    pub fn head_gap(&self, window: Window<'_>, assumed: &Yields) -> f64 {
        assumed.gap(window.basin, &self.storage_path(&window.start.storage), &self.turbined)
    }
}

impl Prices {
    /// Reads the prices off the duals of a program whose objective is minus the total benefit.
    pub fn read(formulation: &Formulation<'_>, row_duals: &[f64]) -> Prices {
        let rows = &formulation.price_rows;
        Prices {
            water: rows.reservoir.map(|series| series.map(|row| -row_duals[row.position()])),
            electricity: rows.area.map(|series| series.map(|row| 1e3 * row_duals[row.position()])),
        }
    }
}

fn snap(value: f64, lower: f64, upper: f64) -> f64 {
    let near = |bound: f64| bound.is_finite() && (value - bound).abs() <= SNAP * bound.abs().max(1.0);
    if near(lower) {
        lower
    } else if near(upper) {
        upper
    } else {
        value.clamp(lower, upper)
    }
}
