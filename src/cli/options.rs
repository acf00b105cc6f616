//! Options that several verbs share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::output::manifest::SolverSettings;
use crate::scenario::{Scenario, Setting, did_you_mean, load};
use crate::solver::Solver;
use crate::solver::clarabel::Clarabel;
use crate::solver::interior_point::InteriorPoint;

use super::failure::Failure;

/// The folder in which runs lie unless another place is given.
pub(super) const OUTPUT: &str = "output";

/// Which scenario, and what is changed in it.
#[derive(Debug, Args)]
pub(super) struct ScenarioOptions {
    /// A file, or the name of one in ./scenarios or among the shipped ones
    #[arg(value_name = "SCENARIO")]
    pub(super) reference: String,
    /// Change a value before anything is checked: reservoir.toktogul.storage_start_hm3=9000
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) settings: Vec<Setting>,
}

impl ScenarioOptions {
    /// Reads the scenario.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(super) fn load(&self) -> Result<Scenario, Failure> {
        load(&self.reference, &self.settings).map_err(Failure::Scenario)
    }
}

/// How a run is done and where it goes.
#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// The run's own folder; unless given, output/ and the scenario's name
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Write into a folder that mirab did not write for this scenario
    #[arg(long)]
    pub(super) overwrite: bool,
    /// The method that solves the programs
    #[arg(long, value_enum, default_value_t = SolverName::InteriorPoint)]
    pub(super) solver: SolverName,
    /// Where worths of coalitions are kept for later runs; output/.worths unless given, or none if --out is
    #[arg(long, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,
    /// Find all worths of coalitions anew, and keep none
    #[arg(long, conflicts_with = "cache")]
    pub(super) no_cache: bool,
    /// Print the result for machines, and nothing else
    #[arg(long)]
    pub(super) json: bool,
    /// Show no progress
    #[arg(long)]
    pub(super) quiet: bool,
}

impl RunOptions {
    /// Where worths of coalitions are kept: what is asked for, or among the runs; a run with a place of its own writes
    /// nothing beside it.
    pub(super) fn worths_folder(&self) -> Option<PathBuf> {
        let among_runs = || self.out.is_none().then(|| Path::new(OUTPUT).join(".worths"));
        if self.no_cache { None } else { self.cache.clone().or_else(among_runs) }
    }
}

/// The methods that can solve a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SolverName {
    /// Our own interior-point method over the stages of a program; it asks Clarabel where it does not arrive
    InteriorPoint,
    /// A general conic interior-point method
    Clarabel,
}

impl SolverName {
    /// The solver, and what the manifest says of it.
    pub(super) fn solver(self) -> (Box<dyn Solver>, SolverSettings) {
        match self {
            SolverName::Clarabel => {
                let solver = Clarabel::default();
                let settings = SolverSettings { name: solver.name().to_owned(), tolerance: solver.tolerance };
                (Box::new(solver), settings)
            }
            SolverName::InteriorPoint => {
                let solver = InteriorPoint::default();
                let settings = SolverSettings { name: solver.name().to_owned(), tolerance: solver.tolerance };
                (Box::new(solver), settings)
            }
        }
    }
}

/// The policies of these names, each once.
///
/// # Errors
/// No name at all, or a name that no policy of the scenario bears, with the one that was probably meant.
pub(super) fn chosen(names: &[String], scenario: &Scenario) -> Result<Vec<String>, Failure> {
    let mut chosen: Vec<String> = Vec::new();
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if !scenario.policies.contains_key(name) {
            return Err(unknown_policy(name, scenario.policies.keys()));
        }
        if !chosen.iter().any(|known| known == name) {
            chosen.push(name.to_owned());
        }
    }
    if chosen.is_empty() {
        return Err(Failure::command("no policy to run: name at least one"));
    }
    Ok(chosen)
}

/// That there is no such policy, and which one was probably meant.
pub(super) fn unknown_policy<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Failure {
    let known: Vec<&str> = known.map(String::as_str).collect();
    Failure::command(format!("no policy is called `{name}`; {}", meant(name, &known)))
}

/// Which of the known names was probably meant, or all of them.
pub(super) fn meant(name: &str, known: &[&str]) -> String {
    did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("there are {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_a_stranger_is_not() {
        let known = ["quota", "proportional", "max_min", "one_basin"];
        assert_eq!(meant("qouta", &known), "did you mean `quota`?");
        assert_eq!(meant("max-min", &known), "did you mean `max_min`?");
        assert_eq!(meant("zebra", &known), "there are quota, proportional, max_min, one_basin");
    }
}
