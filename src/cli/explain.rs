//! `mirab explain`: the merged scenario, each value with its file and source.

use clap::Args;

use crate::scenario::{self, Explained};

use super::failure::Failure;
use super::options::ScenarioOptions;
use super::print;

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// Only this key and what lies below it: reservoir.toktogul
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Print for machines, and nothing else
    #[arg(long)]
    json: bool,
}

/// Prints the values of the merged scenario.
///
/// # Errors
/// A scenario that cannot be merged, or a key it does not have.
pub(super) fn explain(verb: &Explain) -> Result<(), Failure> {
    let (reference, settings) = (&verb.scenario.reference, &verb.scenario.settings);
    let values = scenario::explain(reference, settings, verb.key.as_deref()).map_err(Failure::Scenario)?;
    if verb.json {
        return print::json(&values);
    }
    let lines: Vec<String> = values.iter().map(line).collect();
    print::text(&lines.join("\n"))
}

/// `key = value`, and below it where it comes from.
fn line(value: &Explained) -> String {
    let source = value.source.as_ref().map(|source| format!("; {source}")).unwrap_or_default();
    format!("{} = {}\n    {}{source}", value.key, value.value, value.file)
}
