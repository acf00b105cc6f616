//! `mirab run`: one policy, with its objective.

use clap::Args;

use crate::output::terminal::{WIDTH, comparison, objective};

use super::failure::Failure;
use super::job::perform;
use super::options::{RunOptions, ScenarioOptions, chosen};
use super::print;

/// The arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// The policy; the scenario's first unless given
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    #[command(flatten)]
    run: RunOptions,
}

/// Runs the policy and prints its objective and table, or the result for machines.
///
/// # Errors
/// As [`perform`].
pub(super) fn run(verb: &Run) -> Result<(), Failure> {
    let done = perform(&verb.scenario, &verb.run, |scenario| {
        let name = verb.policy.clone().or_else(|| scenario.run_policies.first().cloned());
        chosen(name.as_slice(), scenario)
    })?;
    if verb.run.json {
        print::json(&done.to_json())?;
    } else {
        let table = comparison(&done.tables, &done.scenario, &done.policies(), WIDTH);
        let runs = done.manifest.policies.iter();
        let objectives: String = runs.map(|run| objective(run, &done.tables) + "\n").collect();
        print::text(&format!("{table}\n{objectives}{}\n", done.where_the_files_are()))?;
    }
    done.end()
}
