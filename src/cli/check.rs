//! `mirab check`: everything that is wrong with a scenario, or that nothing is.

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::options::ScenarioOptions;
use super::print;

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// Print the problems for machines, and nothing else
    #[arg(long)]
    json: bool,
}

/// Reads the scenario and says what is wrong with it.
///
/// # Errors
/// The problems; for machines they are printed on stdout as well.
pub(super) fn check(verb: &Check) -> Result<(), Failure> {
    let read = verb.scenario.load();
    if verb.json {
        match &read {
            Ok(_) => print::json(&json!({ "problems": [] }))?,
            Err(Failure::Scenario(problems)) => print::json(&json!({ "problems": problems }))?,
            Err(_) => {}
        }
    } else if read.is_ok() {
        print::text("no problems")?;
    }
    read.map(|_| ())
}
