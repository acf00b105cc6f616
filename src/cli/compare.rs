//! `mirab compare`: every policy on the same scenario, side by side.

use clap::Args;

use crate::output::terminal::{WIDTH, comparison};

use super::failure::Failure;
use super::job::perform;
use super::options::{RunOptions, ScenarioOptions, chosen};
use super::print;

/// The arguments of `compare`.
#[derive(Debug, Args)]
pub(super) struct Compare {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// The policies to run, in this order; those of the scenario unless given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    policies: Option<Vec<String>>,
    #[command(flatten)]
    run: RunOptions,
}

/// Runs the policies and prints the table, or the result for machines.
///
/// # Errors
/// As [`perform`]; a policy that could not be solved is told after the others.
pub(super) fn compare(verb: &Compare) -> Result<(), Failure> {
    let done = perform(&verb.scenario, &verb.run, |scenario| {
        chosen(verb.policies.as_ref().unwrap_or(&scenario.run_policies), scenario)
    })?;
    if verb.run.json {
        print::json(&done.to_json())?;
    } else {
        let table = comparison(&done.tables, &done.scenario, &done.policies(), WIDTH);
        print::text(&format!("{table}\n{}\n", done.where_the_files_are()))?;
    }
    done.end()
}
