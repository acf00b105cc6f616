//! `mirab ensemble`: the same policies on many draws of what comes, and what holds over all of them.
//!
//! Policies that add up plan their members side by side at the heads of the year they vary; the others go the whole way of
//! `compare` with each. All are replayed, settled and judged alike. Only what holds over all members is kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::allocation::policy::Policy;
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::consortium::settle::settle_all;
use crate::evaluation::rows::ComparisonRow;
use crate::evaluation::{compare, over_members, riparians};
use crate::output::folder::{RunFolder, folder_name};
use crate::output::manifest::{self, Manifest};
use crate::output::tables::Tables;
use crate::output::terminal::ensemble as told;
use crate::scenario::Scenario;
use crate::simulation::ensemble::{Draws, Ensemble as Years};
use crate::simulation::seasonal::Outcome;
use crate::solver::Solver;

use super::failure::Failure;
use super::options::{OUTPUT, RunOptions, ScenarioOptions, chosen};
use super::print;
use super::progress::Progress;

/// What an ensemble's folder holds.
const FILES: [&str; 3] = ["tables/comparison.csv", "scenario.toml", manifest::FILE];

/// The arguments of `ensemble`.
#[derive(Debug, Args)]
pub(super) struct Ensemble {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// How many draws of what comes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    members: u32,
    /// What the draws begin from: the same seed, the same draws
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The policies to run, in this order; those of the scenario unless given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    policies: Option<Vec<String>>,
    /// How many processors are used; all unless given
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    run: RunOptions,
}

/// Runs the policies on each member and writes what holds over all; prints a table, or the result for machines.
///
/// # Errors
/// A scenario, policy or place that is wrong; a scenario that does not say how its rivers vary; a policy that could not be solved
/// for a member is told after all is written.
pub(super) fn ensemble(verb: &Ensemble) -> Result<(), Failure> {
    let clock = Instant::now();
    let scenario = verb.scenario.load()?;
    check_varies(&scenario)?;
    let policies = chosen(verb.policies.as_ref().unwrap_or(&scenario.run_policies), &scenario)?;
    let place = verb.place(&scenario);
    let folder = RunFolder::open(&place, &scenario.name, verb.run.overwrite).map_err(Failure::place)?;
    let (solver, solver_settings) = verb.run.solver.solver();
    let settings = verb.scenario.settings.iter().map(|set| format!("{}={}", set.key, set.value)).collect();
    let mut manifest = Manifest::begin(&scenario, settings, solver_settings);
    let (members, speed) = verb.look_at_all(&scenario, &policies, solver.as_ref())?;
    let done = Done::of(scenario, policies, place, members);
    if done.tables.comparison.is_empty() {
        return done.end();
    }
    manifest.seed = Some(verb.seed);
    manifest.members = verb.members;
    manifest.traces_per_second = Some(speed);
    manifest.second_opinions = done.second_opinions;
    manifest.warnings.clone_from(&done.unsolved);
    if done.second_opinions > 0 {
        let asked = done.second_opinions;
        manifest
            .warnings
            .push(format!("our own solver did not arrive at {asked} programs, and Clarabel was asked"));
    }
    done.write(folder, &mut manifest, clock)?;
    if verb.run.json {
        print::json(&done.to_json(&manifest))?;
    } else {
        let table = told(&done.tables, &done.scenario, &done.policies, verb.members);
        let place = done.place.display();
        print::text(&format!("{table}\ntraces_per_second: {speed:.2}\nThe table is in {place}\n"))?;
    }
    done.end()
}

/// An ensemble of a scenario whose rivers do not vary would be one year many times.
fn check_varies(scenario: &Scenario) -> Result<(), Failure> {
    if scenario.rivers.iter().any(|river| river.annual_cv.is_some()) {
        return Ok(());
    }
    let what =
        "no inflow of the scenario has an annual_cv, so every member would be the same: say how rivers vary";
    Err(Failure::command(what))
}

impl Ensemble {
    fn place(&self, scenario: &Scenario) -> PathBuf {
        let name = format!("{}-ensemble", folder_name(&scenario.name));
        self.run.out.clone().unwrap_or_else(|| Path::new(OUTPUT).join(name))
    }

    /// Looks at all members, and how many a second that were.
    fn look_at_all(
        &self,
        scenario: &Scenario,
        policies: &[String],
        solver: &dyn Solver,
    ) -> Result<(Vec<Member>, f64), Failure> {
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::doing)?;
        let progress = Progress::new(self.members as usize, "solving", self.run.quiet);
        let asked: Vec<(String, Policy)> =
            policies.iter().map(|name| (name.clone(), scenario.policies[name].clone())).collect();
        let look = |k: u32, window: Window<'_>, outcomes: Vec<Result<Outcome, Unsolved>>| {
            let member = Member::of(&asked, window, outcomes, k);
            progress.step(&format!("member {k}"));
            member
        };
        let draws = Draws { seed: self.seed, members: self.members };
        pool.install(|| {
            let window = scenario.window();
            let years = Years::new(window, &scenario.rivers, &asked, &scenario.policies, solver);
            let clock = Instant::now();
            let members = years.run(draws, look);
            Ok((members, f64::from(self.members) / clock.elapsed().as_secs_f64()))
        })
    }
}

/// What became of one member.
struct Member {
    criteria: Vec<ComparisonRow>,
    unsolved: Vec<String>,
    second_opinions: u64,
}

impl Member {
    /// Settles and judges what came of a member.
    fn of(
        asked: &[(String, Policy)],
        window: Window<'_>,
        outcomes: Vec<Result<Outcome, Unsolved>>,
        k: u32,
    ) -> Member {
        let (mut tables, mut settlements, mut solved) = (Tables::default(), Vec::new(), Vec::new());
        let (mut unsolved, mut second_opinions) = (Vec::new(), 0);
        for (name, settlement) in settle_all(window, asked, &outcomes) {
            match settlement {
                Ok(settlement) => settlements.push(settlement),
                Err(why) => unsolved.push(format!("member {k}: `{name}` could not be settled: {why}")),
            }
        }
        for ((name, _), outcome) in asked.iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => {
                    second_opinions += u64::from(outcome.second_opinions);
                    let rows = riparians(&outcome.record, window.basin, name);
                    tables.append(outcome.record, rows);
                    solved.push(name.clone());
                }
                Err(why) => unsolved.push(format!("member {k}: `{name}` could not be solved: {why}")),
            }
        }
        tables.settle(&settlements, window.basin);
        let criteria = compare(&tables.record, &tables.riparians, window.basin, &solved, &settlements);
        Member { criteria, unsolved, second_opinions }
    }
}

/// An ensemble that was run.
struct Done {
    scenario: Scenario,
    policies: Vec<String>,
    place: PathBuf,
    /// The comparison over all members, and nothing else.
    tables: Tables,
    /// What could not be solved, in words.
    unsolved: Vec<String>,
    second_opinions: u64,
}

impl Done {
    fn of(scenario: Scenario, policies: Vec<String>, place: PathBuf, members: Vec<Member>) -> Done {
        let second_opinions = members.iter().map(|member| member.second_opinions).sum();
        let unsolved = members.iter().flat_map(|member| member.unsolved.iter().cloned()).collect();
        let criteria: Vec<Vec<ComparisonRow>> = members.into_iter().map(|member| member.criteria).collect();
        let tables = Tables { comparison: over_members(&criteria), ..Tables::default() };
        Done { scenario, policies, place, tables, unsolved, second_opinions }
    }

    /// Writes the table, the scenario and, last, the manifest.
    fn write(&self, folder: RunFolder, manifest: &mut Manifest, clock: Instant) -> Result<(), Failure> {
        let put = |name: &str, bytes: &[u8]| {
            folder.write(name, bytes).context("the run was done but not kept").map_err(Failure::doing)
        };
        for file in self.tables.files().map_err(Failure::doing)? {
            let name = format!("tables/{}", file.name);
            if FILES.contains(&name.as_str()) {
                put(&name, &file.bytes)?;
            }
        }
        put("scenario.toml", self.scenario.merged.as_bytes())?;
        manifest.wall_seconds = clock.elapsed().as_secs_f64();
        put(manifest::FILE, &manifest.to_bytes())?;
        folder.finish().context("the run was done but not kept").map_err(Failure::doing)?;
        Ok(())
    }

    /// The result for machines.
    fn to_json(&self, manifest: &Manifest) -> Value {
        json!({
            "scenario": self.scenario.name,
            "members": manifest.members,
            "seed": manifest.seed,
            "traces_per_second": manifest.traces_per_second,
            "policies": self.policies.iter().map(|policy| self.of_policy(policy)).collect::<Vec<_>>(),
            "files": FILES.map(|file| self.place.join(file).display().to_string()),
            "warnings": manifest.warnings,
        })
    }

    /// A policy's criteria of the basin and the year.
    fn of_policy(&self, policy: &str) -> Value {
        let own = self.tables.comparison.iter().filter(|row| row.policy == policy);
        let basin_wide = own.filter(|row| row.riparian.is_none() && row.season.is_none());
        let criteria: Map<String, Value> =
            basin_wide.map(|row| (row.criterion.clone(), json!(row.value))).collect();
        json!({ "name": policy, "criteria": criteria })
    }

    /// Ends the command: well if every policy was solved for every member.
    fn end(self) -> Result<(), Failure> {
        if self.unsolved.is_empty() {
            return Ok(());
        }
        Err(Failure::doing(anyhow::Error::msg(self.unsolved.join("\n"))))
    }
}
