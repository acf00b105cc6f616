//! `mirab ensemble`: the same policies on many draws of what comes, and what holds over all of them.

use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use serde_json::json;

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
use crate::simulation::ensemble::each_member;
use crate::simulation::seasonal::{Outcome, run_among};
use crate::solver::Solver;

use super::failure::Failure;
use super::job::OUTPUT;
use super::options::{RunOptions, ScenarioOptions, chosen};
use super::print;
use super::progress::Progress;

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
    /// How many members are looked at side by side; as many as there are processors unless given
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    run: RunOptions,
}

/// What became of one member.
struct Member {
    criteria: Vec<ComparisonRow>,
    unsolved: Vec<String>,
    second_opinions: u32,
}

/// Runs the policies on each member and writes what holds over all; prints a table, or the result for machines.
///
/// # Errors
/// A scenario, policy or place that is wrong; a scenario that does not say how its rivers vary; a policy that could not be solved
/// for a member is told after the others.
pub(super) fn ensemble(verb: &Ensemble) -> Result<(), Failure> {
    let clock = Instant::now();
    let scenario = verb.scenario.load()?;
    if scenario.rivers.iter().all(|river| river.annual_cv.is_none()) {
        let what = "no inflow of the scenario has an annual_cv, so every member would be the same: say how rivers vary";
        return Err(Failure::command(what));
    }
    let policies = chosen(verb.policies.as_ref().unwrap_or(&scenario.run_policies), &scenario)?;
    let name = format!("{}-ensemble", folder_name(&scenario.name));
    let place = verb.run.out.clone().unwrap_or_else(|| Path::new(OUTPUT).join(name));
    let folder = RunFolder::open(&place, &scenario.name, verb.run.overwrite).map_err(Failure::place)?;
    let (solver, solver_settings) = verb.run.solver.solver();
    let settings = verb.scenario.settings.iter().map(|set| format!("{}={}", set.key, set.value)).collect();
    let mut manifest = Manifest::begin(&scenario, settings, solver_settings);
    let threads = usize::from(verb.threads.unwrap_or(0));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::doing)?;
    let progress = Progress::new(verb.members as usize, "solving", verb.run.quiet);

    let loop_clock = Instant::now();
    let members: Vec<Member> = pool.install(|| {
        each_member(scenario.window(), &scenario.rivers, verb.seed, verb.members, |k, window| {
            let member = look(&scenario, &policies, window, solver.as_ref(), k);
            progress.step(&format!("member {k}"));
            member
        })
    });
    let speed = f64::from(verb.members) / loop_clock.elapsed().as_secs_f64();
    drop(progress);

    let unsolved: Vec<String> = members.iter().flat_map(|member| member.unsolved.iter().cloned()).collect();
    let criteria: Vec<Vec<ComparisonRow>> = members.iter().map(|member| member.criteria.clone()).collect();
    let tables = Tables { comparison: over_members(&criteria), ..Tables::default() };
    if tables.comparison.is_empty() {
        return Err(Failure::doing(anyhow::Error::msg(unsolved.join("\n"))));
    }
    manifest.seed = Some(verb.seed);
    manifest.members = verb.members;
    manifest.traces_per_second = Some(speed);
    manifest.second_opinions = members.iter().map(|member| u64::from(member.second_opinions)).sum();
    manifest.warnings.clone_from(&unsolved);
    write(&folder, &scenario, &tables, &mut manifest, clock)?;
    folder.finish().context("the run was done but not kept").map_err(Failure::doing)?;

    if verb.run.json {
        print::json(&json!({
            "scenario": scenario.name,
            "members": verb.members,
            "seed": verb.seed,
            "traces_per_second": speed,
            "policies": policies.iter().map(|policy| of_policy(&tables, policy)).collect::<Vec<_>>(),
            "files": FILES.map(|file| place.join(file).display().to_string()),
            "warnings": manifest.warnings,
        }))?;
    } else {
        let table = told(&tables, &scenario, &policies, verb.members);
        print::text(&format!(
            "{table}\ntraces_per_second: {speed:.2}\nThe table is in {}\n",
            place.display()
        ))?;
    }
    if unsolved.is_empty() { Ok(()) } else { Err(Failure::doing(anyhow::Error::msg(unsolved.join("\n")))) }
}

/// What an ensemble's folder holds.
const FILES: [&str; 3] = ["tables/comparison.csv", "scenario.toml", manifest::FILE];

/// Runs the policies on one member.
fn look(scenario: &Scenario, policies: &[String], window: Window<'_>, solver: &dyn Solver, k: u32) -> Member {
    let asked: Vec<(String, Policy)> =
        policies.iter().map(|name| (name.clone(), scenario.policies[name].clone())).collect();
    let outcomes = run_among(window, &asked, &scenario.policies, solver, &|_| {});
    let mut unsolved = Vec::new();
    let mut settlements = Vec::new();
    for (name, settlement) in settle_all(window, &asked, &outcomes) {
        match settlement {
            Ok(settlement) => settlements.push(settlement),
            Err(why) => unsolved.push(format!("member {k}: `{name}` could not be settled: {why}")),
        }
    }
    let mut tables = Tables::default();
    let mut solved = Vec::new();
    let mut second_opinions = 0;
    for (name, outcome) in policies.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) => {
                second_opinions += outcome.second_opinions;
                keep(&mut tables, window, name, outcome);
                solved.push(name.clone());
            }
            Err(why) => unsolved.push(missed(k, name, &why)),
        }
    }
    tables.settle(&settlements, window.basin);
    let criteria = compare(&tables.record, &tables.riparians, window.basin, &solved, &settlements);
    Member { criteria, unsolved, second_opinions }
}

fn keep(tables: &mut Tables, window: Window<'_>, name: &str, outcome: Outcome) {
    let rows = riparians(&outcome.record, window.basin, name);
    tables.append(outcome.record, rows);
}

fn missed(k: u32, name: &str, why: &Unsolved) -> String {
    format!("member {k}: `{name}` could not be solved: {why}")
}

/// Writes the table, the scenario and, last, the manifest.
fn write(
    folder: &RunFolder,
    scenario: &Scenario,
    tables: &Tables,
    manifest: &mut Manifest,
    clock: Instant,
) -> Result<(), Failure> {
    let put = |name: &str, bytes: &[u8]| {
        folder.write(name, bytes).context("the run was done but not kept").map_err(Failure::doing)
    };
    for file in tables.files().map_err(Failure::doing)? {
        let name = format!("tables/{}", file.name);
        if FILES.contains(&name.as_str()) {
            put(&name, &file.bytes)?;
        }
    }
    put("scenario.toml", scenario.merged.as_bytes())?;
    manifest.wall_seconds = clock.elapsed().as_secs_f64();
    put(manifest::FILE, &manifest.to_bytes())
}

/// A policy's criteria of the basin and the year, for machines.
fn of_policy(tables: &Tables, policy: &str) -> serde_json::Value {
    let own = tables.comparison.iter().filter(|row| row.policy == policy);
    let basin_wide = own.filter(|row| row.riparian.is_none() && row.season.is_none());
    let criteria: serde_json::Map<String, serde_json::Value> =
        basin_wide.map(|row| (row.criterion.clone(), json!(row.value))).collect();
    json!({ "name": policy, "criteria": criteria })
}
