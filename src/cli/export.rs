//! `mirab export`: the program of a policy, for any other solver.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::simulation::seasonal;
use crate::solver::mps::mps;

use super::failure::Failure;
use super::options::{ScenarioOptions, SolverName, chosen};
use super::print;
use super::progress::Progress;

/// The arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// The policy
    #[arg(long, value_name = "NAME")]
    policy: String,
    /// The format of the file
    #[arg(long, value_enum, default_value_t = Format::Mps)]
    format: Format,
    /// The file
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The method that finds the heads
    #[arg(long, value_enum, default_value_t = SolverName::Clarabel)]
    solver: SolverName,
    /// Print the result for machines, and nothing else
    #[arg(long)]
    json: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// The formats in which a program can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Free MPS, linear programs only
    Mps,
}

/// Writes the program of the last head pass and prints its objective.
///
/// # Errors
/// A scenario or policy that is wrong, a program that the format cannot hold, a disk that refuses.
pub(super) fn export(verb: &Export) -> Result<(), Failure> {
    let scenario = verb.scenario.load()?;
    let policy = chosen(std::slice::from_ref(&verb.policy), &scenario)?.remove(0);
    let progress = Progress::new(1, "solving", verb.quiet);
    let (solver, _) = verb.solver.solver();
    let record = &scenario.policies[&policy];
    let (program, objective) =
        seasonal::export(scenario.window(), record, &scenario.policies, solver.as_ref())
            .map_err(Failure::doing)?;
    let text = match verb.format {
        Format::Mps => mps(&program)
            .with_context(|| format!("`{policy}` cannot be written as MPS"))
            .map_err(Failure::Command)?,
    };
    drop(progress);
    write_whole(&verb.to, text.as_bytes())
        .with_context(|| format!("cannot write {}", verb.to.display()))
        .map_err(Failure::doing)?;
    if verb.json {
        return print::json(&json!({ "objective": objective, "files": [verb.to.display().to_string()] }));
    }
    print::text(&format!("Objective: {objective}\nThe program is in {}", verb.to.display()))
}

/// Writes a file beside its place and moves it there.
fn write_whole(to: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(".unfinished");
    let aside = to.with_file_name(name);
    let written = fs::write(&aside, bytes).and_then(|()| fs::rename(&aside, to));
    if written.is_err() {
        // It may never have been there.
        let _ = fs::remove_file(&aside);
    }
    written
}
