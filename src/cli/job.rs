//! The job of `compare` and `run`: policies run on one scenario, judged, drawn and written.
//!
//! The folder is opened before anything is computed and appears only when all is written. A policy
//! that cannot be solved does not stop the others.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use serde_json::{Value, json};

use crate::allocation::policy::Policy;
use crate::allocation::unsolved::Unsolved;
use crate::consortium::settle::settle_all_with;
use crate::consortium::settlement::Settlement;
use crate::evaluation::{breaches, compare, riparians};
use crate::output::folder::{RunFolder, folder_name};
use crate::output::manifest::{self, Manifest, PolicyRun};
use crate::output::plots::draw;
use crate::output::report::{FigureLink, report};
use crate::output::tables::Tables;
use crate::output::worths::Worths;
use crate::scenario::Scenario;
use crate::simulation::seasonal::{Outcome, run_among};

use super::failure::Failure;
use super::options::{OUTPUT, RunOptions, ScenarioOptions};
use super::progress::{Progress, remark};

/// A run that was done and written.
#[derive(Debug)]
pub(super) struct Done {
    /// What was run.
    pub(super) scenario: Scenario,
    /// What happened, under the policies that could be solved.
    pub(super) tables: Tables,
    /// How it went.
    pub(super) manifest: Manifest,
    /// Who pays whom, a settlement a policy that has one.
    settlements: Vec<Settlement>,
    /// Where it lies.
    pub(super) place: PathBuf,
    /// The files that were written, by their names within the place.
    files: Vec<String>,
    /// What could not be solved, in words, one a policy.
    unsolved: Vec<String>,
}

/// Runs the policies that `choose` picks from the scenario, and writes everything.
///
/// # Errors
/// A scenario, policy or place that is wrong; no policy that can be solved; a disk that refuses.
pub(super) fn perform(
    scenario: &ScenarioOptions,
    options: &RunOptions,
    choose: impl Fn(&Scenario) -> Result<Vec<String>, Failure>,
) -> Result<Done, Failure> {
    let clock = Instant::now();
    let settings = scenario.settings.iter().map(|set| format!("{}={}", set.key, set.value)).collect();
    let scenario = scenario.load()?;
    let policies = choose(&scenario)?;
    let place = options.out.clone().unwrap_or_else(|| Path::new(OUTPUT).join(folder_name(&scenario.name)));
    let folder = RunFolder::open(&place, &scenario.name, options.overwrite).map_err(Failure::place)?;
    let progress = Progress::new(policies.len() + 1, "solving", options.quiet);
    let (solver, solver_settings) = options.solver.solver();
    let mut manifest = Manifest::begin(&scenario, settings, solver_settings);
    let asked: Vec<(String, Policy)> =
        policies.iter().map(|name| (name.clone(), scenario.policies[name].clone())).collect();
    let known = &scenario.policies;
    let outcomes = run_among(scenario.window(), &asked, known, solver.as_ref(), &|name| progress.step(name));
    let worths = Worths::in_folder(options.worths_folder());
    let settled = settle_all_with(scenario.window(), &asked, &outcomes, &worths);
    (manifest.worths_read, manifest.worths_solved) = (worths.read(), worths.solved());
    let mut done = Done {
        tables: Tables::default(),
        settlements: Vec::new(),
        place,
        files: Vec::new(),
        unsolved: Vec::new(),
        manifest: manifest.clone(),
        scenario,
    };
    done.take(settled, &mut manifest);
    done.gather(&policies, outcomes, &mut manifest)?;
    done.manifest = manifest;
    progress.step("drawing");
    done.write(folder, clock)?;
    drop(progress);
    for warning in &done.manifest.warnings {
        remark(&format!("warning: {warning}"), options.quiet);
    }
    Ok(done)
}

impl Done {
    /// Keeps the settlements, and notes what could not be settled as agreed or at all.
    fn take(&mut self, settled: Vec<(String, Result<Settlement, Unsolved>)>, manifest: &mut Manifest) {
        for (name, settlement) in settled {
            match settlement {
                Ok(settlement) => {
                    let said = settlement.warnings.iter().map(|warning| format!("`{name}`: {warning}"));
                    manifest.warnings.extend(said);
                    self.settlements.push(settlement);
                }
                Err(why) => self.unsolved.push(format!("`{name}` could not be settled: {why}")),
            }
        }
    }

    /// Judges what was solved and notes what was not.
    fn gather(
        &mut self,
        policies: &[String],
        outcomes: Vec<Result<Outcome, Unsolved>>,
        manifest: &mut Manifest,
    ) -> Result<(), Failure> {
        for (name, outcome) in policies.iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => self.keep(name, outcome, manifest),
                Err(unsolved) => self.unsolved.push(format!("`{name}` could not be solved: {unsolved}")),
            }
        }
        if manifest.policies.is_empty() {
            return Err(Failure::doing(anyhow::Error::msg(self.unsolved.join("\n"))));
        }
        manifest.warnings.extend(self.unsolved.iter().cloned());
        let solved: Vec<String> = manifest.policies.iter().map(|run| run.name.clone()).collect();
        let (tables, basin) = (&mut self.tables, &self.scenario.basin);
        tables.settle(&self.settlements, basin);
        tables.comparison = compare(&tables.record, &tables.riparians, basin, &solved, &self.settlements);
        Ok(())
    }

    fn keep(&mut self, name: &str, outcome: Outcome, manifest: &mut Manifest) {
        let rows = riparians(&outcome.record, &self.scenario.basin, name);
        let found = breaches(&outcome.record, name);
        if let Some(first) = found.first() {
            let count = found.len();
            manifest.warnings.push(format!(
                "`{name}`: {count} balances do not close, so its numbers cannot be trusted; the first: {first}"
            ));
        }
        if outcome.second_opinions > 0 {
            let (asked, programs) = (outcome.second_opinions, outcome.programs);
            manifest.warnings.push(format!(
                "`{name}`: our own solver did not arrive at {asked} of {programs} programs, and Clarabel was asked"
            ));
        }
        manifest.policies.push(PolicyRun {
            name: name.to_owned(),
            objective: outcome.objective,
            iterations: outcome.iterations,
            programs: outcome.programs,
            second_opinions: outcome.second_opinions,
            head_gap: outcome.head_gap,
            status_quo: outcome.status_quo.map(|status_quo| status_quo.policy.clone()),
            warnings: outcome.warnings,
        });
        self.tables.append(outcome.record, rows);
    }

    /// Writes tables, figures, report and, last, the manifest; then shows the folder.
    fn write(&mut self, folder: RunFolder, clock: Instant) -> Result<(), Failure> {
        for file in self.tables.files().map_err(Failure::doing)? {
            self.put(&folder, &format!("tables/{}", file.name), &file.bytes)?;
        }
        self.put(&folder, "scenario.toml", self.scenario.merged.clone().as_bytes())?;
        let mut links = Vec::new();
        for figure in draw(&self.tables, &self.scenario) {
            self.put(&folder, &format!("figures/{}.png", figure.name), &figure.png)?;
            links.push(FigureLink { name: figure.name, title: figure.title });
        }
        self.manifest.wall_seconds = clock.elapsed().as_secs_f64();
        let text = report(&self.tables, &self.scenario, &self.manifest, &self.settlements, &links);
        self.put(&folder, "report.md", text.as_bytes())?;
        self.put(&folder, manifest::FILE, &self.manifest.to_bytes())?;
        folder.finish().context("the run was done but not kept").map_err(Failure::doing)?;
        Ok(())
    }

    fn put(&mut self, folder: &RunFolder, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        folder.write(name, bytes).context("the run was done but not kept").map_err(Failure::doing)?;
        self.files.push(name.to_owned());
        Ok(())
    }

    /// The policies that were solved.
    pub(super) fn policies(&self) -> Vec<String> {
        self.manifest.policies.iter().map(|run| run.name.clone()).collect()
    }

    /// The line that says where the files are.
    pub(super) fn where_the_files_are(&self) -> String {
        format!("Report, figures and tables are in {}", self.place.display())
    }

    /// The result for machines: the objective of the first policy, each policy's criteria, the files.
    pub(super) fn to_json(&self) -> Value {
        let policies: Vec<Value> = self.manifest.policies.iter().map(|run| self.policy_json(run)).collect();
        let files: Vec<String> =
            self.files.iter().map(|name| self.place.join(name).display().to_string()).collect();
        json!({
            "scenario": self.scenario.name,
            "objective": self.manifest.policies.first().map(|run| run.objective),
            "policies": policies,
            "files": files,
            "warnings": self.manifest.warnings,
        })
    }

    fn policy_json(&self, run: &PolicyRun) -> Value {
        let own = self.tables.comparison.iter().filter(|row| row.policy == run.name);
        let basin_wide = own.filter(|row| row.riparian.is_none() && row.season.is_none());
        let criteria: serde_json::Map<String, Value> =
            basin_wide.map(|row| (row.criterion.clone(), json!(row.value))).collect();
        let riparians: Vec<_> = self.tables.riparians.iter().filter(|row| row.policy == run.name).collect();
        json!({ "name": run.name, "objective": run.objective, "criteria": criteria, "riparians": riparians })
    }

    /// Ends the command: well if every policy was solved.
    ///
    /// # Errors
    /// What could not be solved.
    pub(super) fn end(self) -> Result<(), Failure> {
        if self.unsolved.is_empty() {
            return Ok(());
        }
        Err(Failure::doing(anyhow::Error::msg(self.unsolved.join("\n"))))
    }
}
