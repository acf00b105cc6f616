//! Where the door meets the floors below: one function for each thing a verb asks of them.
//!
//! STUB: until loader, solver, simulation and plots are merged, the bodies marked `STUB` answer that
//! they are not there. Nothing else in `cli` changes when they are replaced.

use indexmap::IndexMap;
use serde::Serialize;

use crate::allocation::policy::Policy;
use crate::output::manifest::SolverSettings;
use crate::output::tables::Tables;
use crate::scenario::Scenario;
use crate::simulation::record::Record;
use crate::solver::{Solution, Solver, program::Program};

use super::failure::Failure;
use super::options::SolverName;

/// STUB for `simulation::seasonal::Outcome`.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What happened.
    pub(super) record: Record,
    /// The value of the policy's objective.
    pub(super) objective: f64,
    /// Iterations over all programs.
    pub(super) iterations: u32,
    /// Programs solved.
    pub(super) programs: u32,
    /// How far heads still moved.
    pub(super) head_gap: f64,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
}

/// STUB for `allocation::unsolved::Unsolved`.
#[derive(Debug, thiserror::Error)]
#[error("not there yet")]
pub(super) struct Unsolved;

/// STUB for `scenario::Explained`.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    /// The key.
    pub(super) path: String,
    /// The value as TOML.
    pub(super) value: String,
    /// The file it comes from.
    pub(super) file: String,
    /// Its source.
    pub(super) source: Option<String>,
}

/// STUB for `output::plots::Figure`.
#[derive(Debug)]
pub(super) struct Figure {
    /// The file's name without its ending.
    pub(super) name: String,
    /// The picture.
    pub(super) png: Vec<u8>,
    /// The finding it shows.
    pub(super) title: String,
}

/// Reads a scenario with these settings.
///
/// # Errors
/// A setting that is none, or everything that is wrong with the scenario.
pub(super) fn load(reference: &str, settings: &[String]) -> Result<Scenario, Failure> {
    let _ = settings; // STUB: scenario::load(reference, &settings)
    Err(Failure::command(format!("STUB: cannot load {reference}")))
}

/// The merged scenario, value by value.
///
/// # Errors
/// As [`load`].
pub(super) fn explain(
    reference: &str,
    settings: &[String],
    key: Option<&str>,
) -> Result<Vec<Explained>, Failure> {
    let _ = (settings, key); // STUB: scenario::explain(reference, &settings, key)
    Err(Failure::command(format!("STUB: cannot load {reference}")))
}

/// The built-in policies.
pub(super) fn catalogue() -> IndexMap<String, Policy> {
    IndexMap::new() // STUB: allocation::policy::catalogue()
}

/// The solver of that name, and what the manifest says of it.
pub(super) fn solver(name: SolverName) -> (Box<dyn Solver>, SolverSettings) {
    match name {
        SolverName::Clarabel => {
            (Box::new(NoSolver), SolverSettings { name: "clarabel".to_owned(), tolerance: 0.0 })
        }
    }
}

/// STUB for `solver::clarabel::Clarabel`.
struct NoSolver;

impl Solver for NoSolver {
    fn name(&self) -> &'static str {
        "none"
    }

    fn solve(&self, program: &Program) -> Solution {
        Solution {
            status: crate::solver::Status::NotConverged,
            objective: 0.0,
            values: vec![0.0; program.variables().len()],
            row_duals: Vec::new(),
            reduced_costs: Vec::new(),
            iterations: 0,
            accuracy: crate::solver::Accuracy::default(),
        }
    }
}

/// Runs these policies of the scenario; the answers come in their order.
pub(super) fn run_all(
    scenario: &Scenario,
    policies: &[String],
    solver: &dyn Solver,
    done: &(dyn Fn(&str) + Sync),
) -> Vec<Result<Outcome, Unsolved>> {
    let _ = (scenario, solver, done); // STUB: simulation::seasonal::run_all
    policies.iter().map(|_| Err(Unsolved)).collect()
}

/// The program of a policy as MPS text, and its objective.
///
/// # Errors
/// A program that is not solved, or that MPS cannot hold.
pub(super) fn export_mps(
    scenario: &Scenario,
    policy: &str,
    solver: &dyn Solver,
) -> Result<(String, f64), Failure> {
    let _ = (scenario, policy, solver); // STUB: simulation::seasonal::export, solver::mps::write
    Err(Failure::command("STUB"))
}

/// The figures.
pub(super) fn draw(tables: &Tables, scenario: &Scenario) -> Vec<Figure> {
    let _ = (tables, scenario); // STUB: output::plots::draw
    Vec::new()
}
