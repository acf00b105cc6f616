//! Where the door meets the floors below: one function for each thing a verb asks of them.

use crate::allocation::policy::Policy;
use crate::allocation::unsolved::Unsolved;
use crate::output::manifest::SolverSettings;
use crate::scenario::{self, Explained, Scenario, Setting};
use crate::simulation::seasonal::{self, Outcome};
use crate::solver::Solver;
use crate::solver::clarabel::Clarabel;
use crate::solver::mps::mps;

use super::failure::Failure;
use super::options::SolverName;

/// Reads a scenario with these settings.
///
/// # Errors
/// A setting that is none, or everything that is wrong with the scenario.
pub(super) fn load(reference: &str, settings: &[String]) -> Result<Scenario, Failure> {
    scenario::load(reference, &parse(settings)?).map_err(Failure::Scenario)
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
    scenario::explain(reference, &parse(settings)?, key).map_err(Failure::Scenario)
}

fn parse(settings: &[String]) -> Result<Vec<Setting>, Failure> {
    settings.iter().map(|text| text.parse().map_err(|error: String| Failure::command(error))).collect()
}

/// The solver of that name, and what the manifest says of it.
pub(super) fn solver(name: SolverName) -> (Box<dyn Solver>, SolverSettings) {
    match name {
        SolverName::Clarabel => {
            let solver = Clarabel::default();
            let settings = SolverSettings { name: solver.name().to_owned(), tolerance: solver.tolerance };
            (Box::new(solver), settings)
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
    let named = |name: &String| Some((name.clone(), scenario.policies.get(name)?.clone()));
    let policies: Vec<(String, Policy)> = policies.iter().filter_map(named).collect();
    seasonal::run_all(scenario.window(), &policies, solver, done)
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
    let Some(policy) = scenario.policies.get(policy) else {
        return Err(Failure::command(format!("no policy is called `{policy}`")));
    };
    let (program, objective) =
        seasonal::export(scenario.window(), policy, solver).map_err(Failure::doing)?;
    Ok((mps(&program).map_err(Failure::doing)?, objective))
}
