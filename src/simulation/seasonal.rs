//! Seasonal runs: one window over the whole horizon, looked at once, under one policy or many.
//!
//! Policies are run in parallel from the same first heads, those that are the status quo of others before them. A policy about money alone is tried again
//! from the heads of every other policy of the run that beats it and the best record is kept, so that
//! no other policy can beat it by having found better heads.

use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::allocation::allocate::{Allocation, allocate, first_yields, goal_program, is_money};
use crate::allocation::barter::Exchange;
use crate::allocation::guarantee::GaveWay;
use crate::allocation::plan::Plan;
use crate::allocation::policy::{Policy, catalogue};
use crate::allocation::status_quo::StatusQuo;
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::energy::hydropower::Yields;
use crate::network::basin::{Basin, Riparian};
use crate::solver::Solver;
use crate::solver::program::Program;

use super::record::{BrokenPromiseRow, MoneyRow, Record};
use super::replay::{Origin, replay};
use super::roster::{Against, Entry, roster};

/// Totals that differ by less than this, relative to them, are the same.
const SAME: f64 = 1e-9;

/// What a run of one policy gives.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What happened.
    pub record: Record,
    /// Total net benefit of the plan at the heads it was made with, MUSD.
    pub objective: f64,
    /// What each member of the policy's goal reached.
    pub levels: Vec<(String, f64)>,
    /// Programs solved.
    pub programs: u32,
    /// Iterations over all of them.
    pub iterations: u32,
    /// How many of them our own method did not solve, so that another was asked.
    pub second_opinions: u32,
    /// Share by which generation differs between the heads assumed and the true ones.
    pub head_gap: f64,
    /// The guarantees that had to give.
    pub gave_way: Vec<GaveWay>,
    /// What is exchanged under the policy's contracts.
    pub exchanges: Vec<Exchange>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// What the policy was measured against, if it has a status quo.
    pub status_quo: Option<Arc<StatusQuo>>,
    /// The plan.
    pub plan: Plan,
    /// Yields at the plan's own heads.
    pub yields: Yields,
    /// Yields that the plan was made with.
    assumed: Yields,
}

/// Runs one policy, after its status quo if it has one.
///
/// # Errors
/// Limits that contradict each other, a solver that stops without an answer, or a status quo that cannot be run.
pub fn run(
    window: Window<'_>,
    name: &str,
    policy: &Policy,
    solver: &dyn Solver,
) -> Result<Outcome, Unsolved> {
    let asked = [(name.to_owned(), policy.clone())];
    let only = run_all(window, &asked, solver, &|_| {}).into_iter().next();
    only.unwrap_or(Err(Unsolved::NothingToShare))
}

/// Runs many policies, as [`run_among`] does among those of the catalogue.
pub fn run_all(
    window: Window<'_>,
    policies: &[(String, Policy)],
    solver: &dyn Solver,
    progress: &(dyn Fn(&str) + Sync),
) -> Vec<Result<Outcome, Unsolved>> {
    run_among(window, policies, &catalogue(), solver, progress)
}

/// Runs many policies, in parallel; the answers come in the order of the policies. `progress` is told
/// the name of each policy as it is done. A policy that another one is measured against is run first and once: it is
/// looked up by name among the policies asked for, then among the `known` ones.
pub fn run_among(
    window: Window<'_>,
    policies: &[(String, Policy)],
    known: &IndexMap<String, Policy>,
    solver: &dyn Solver,
    progress: &(dyn Fn(&str) + Sync),
) -> Vec<Result<Outcome, Unsolved>> {
    let yields = match first_yields(window) {
        Ok(yields) => yields,
        Err(unsolved) => return policies.iter().map(|_| Err(unsolved.clone())).collect(),
    };
    let run = Run { window, roster: roster(policies, known), solver, yields };
    let mut outcomes = run.in_turn(&|place: usize| {
        if place < policies.len() {
            progress(&run.roster[place].name);
        }
    });
    run.restart_money(&mut outcomes, policies.len());
    outcomes.truncate(policies.len());
    outcomes
}

/// Policies to run on one window from the same first heads.
struct Run<'a, 's> {
    window: Window<'a>,
    roster: Vec<Entry>,
    solver: &'s dyn Solver,
    yields: Yields,
}

impl Run<'_, '_> {
    /// Runs all in as few rounds as their status quos allow; each round in parallel.
    fn in_turn(&self, progress: &(dyn Fn(usize) + Sync)) -> Vec<Result<Outcome, Unsolved>> {
        let mut done: Vec<Option<Result<Outcome, Unsolved>>> = vec![None; self.roster.len()];
        loop {
            let ready: Vec<usize> = (0..done.len()).filter(|&at| self.is_ready(at, &done)).collect();
            if ready.is_empty() {
                let circle =
                    |(at, outcome): (usize, Option<_>)| outcome.unwrap_or_else(|| Err(self.circle(at)));
                return done.into_iter().enumerate().map(circle).collect();
            }
            let one = |&at: &usize| {
                let outcome = self.one(at, &done);
                progress(at);
                outcome
            };
            let outcomes: Vec<_> = ready.par_iter().map(one).collect();
            for (at, outcome) in ready.into_iter().zip(outcomes) {
                done[at] = Some(outcome);
            }
        }
    }

    fn is_ready(&self, at: usize, done: &[Option<Result<Outcome, Unsolved>>]) -> bool {
        let waits = matches!(self.roster[at].against, Against::Place(other) if done[other].is_none());
        done[at].is_none() && !waits
    }

    fn one(&self, at: usize, done: &[Option<Result<Outcome, Unsolved>>]) -> Result<Outcome, Unsolved> {
        let entry = &self.roster[at];
        let missing = |policy: &str, why: String| Unsolved::NoStatusQuo { policy: policy.to_owned(), why };
        let status_quo = match &entry.against {
            Against::Nothing => None,
            Against::Unknown(name) => return Err(missing(name, "no policy is called so".to_owned())),
            Against::Place(other) => match &done[*other] {
                Some(Ok(outcome)) => Some(Arc::new(self.status_quo(*other, outcome))),
                Some(Err(why)) => return Err(missing(&self.roster[*other].name, why.to_string())),
                None => return Err(self.circle(at)),
            },
        };
        run_from(self.window, entry, status_quo, self.solver, &self.yields)
    }

    /// A policy that waits for itself.
    fn circle(&self, at: usize) -> Unsolved {
        let policy = self.roster[at].policy.status_quo().unwrap_or_default().to_owned();
        Unsolved::NoStatusQuo { policy, why: "the two wait for each other".to_owned() }
    }

    fn status_quo(&self, at: usize, outcome: &Outcome) -> StatusQuo {
        let benefit = |riparian: &Riparian| {
            let own = outcome.record.money.iter().filter(|row| row.riparian == riparian.name);
            own.map(MoneyRow::benefit).sum()
        };
        StatusQuo {
            policy: self.roster[at].name.clone(),
            plan: outcome.plan.clone(),
            benefits: self.window.basin.riparians.iter().map(benefit).collect(),
        }
    }

    /// Tries the first policies that are about money again.
    fn restart_money(&self, outcomes: &mut [Result<Outcome, Unsolved>], first: usize) {
        for at in 0..first {
            if is_money(&self.roster[at].policy)
                && let Some(better) = self.best_restart(outcomes, at)
            {
                outcomes[at] = Ok(better);
            }
        }
    }

    /// The best outcome of a policy about money from the heads of those that beat it, if any does.
    fn best_restart(&self, outcomes: &[Result<Outcome, Unsolved>], at: usize) -> Option<Outcome> {
        let own = outcomes[at].as_ref().ok()?;
        let own_total = total_benefit(own);
        let least = own_total + SAME * own_total.abs();
        let ahead: Vec<&Outcome> =
            outcomes.iter().flatten().filter(|other| total_benefit(other) > least).collect();
        let again = |other: &&Outcome| {
            let (entry, status_quo) = (&self.roster[at], own.status_quo.clone());
            run_from(self.window, entry, status_quo, self.solver, &other.yields).ok()
        };
        let restarts: Vec<Outcome> = ahead.par_iter().filter_map(again).collect();
        let adopted = ahead.iter().map(|other| adopt(self.window, &self.roster[at].name, other, own));
        let mut best: Option<Outcome> = None;
        for candidate in restarts.into_iter().chain(adopted) {
            let beaten = best.as_ref().map_or(own_total, total_benefit);
            if total_benefit(&candidate) > beaten {
                best = Some(candidate);
            }
        }
        best
    }
}

/// Another policy's plan as this policy's own: the best that is known, where no better was found.
fn adopt(window: Window<'_>, name: &str, other: &Outcome, own: &Outcome) -> Outcome {
    let record = replay(window, &other.plan, None, Origin { policy: name, member: 0 });
    let objective = record.money.iter().map(|row| row.benefit()).sum();
    let warning = "no better plan was found than that of another policy, whose heads it uses".to_owned();
    let status_quo = own.status_quo.clone();
    let (levels, exchanges, warnings) = (Vec::new(), Vec::new(), vec![warning]);
    Outcome { record, objective, levels, exchanges, warnings, status_quo, ..other.clone() }
}

fn total_benefit(outcome: &Outcome) -> f64 {
    outcome.record.money.iter().map(|row| row.benefit()).sum()
}

fn run_from(
    window: Window<'_>,
    entry: &Entry,
    status_quo: Option<Arc<StatusQuo>>,
    solver: &dyn Solver,
    yields: &Yields,
) -> Result<Outcome, Unsolved> {
    let allocation = allocate(window, &entry.policy, status_quo.as_deref(), solver, yields)?;
    Ok(outcome(window, &entry.name, allocation, status_quo))
}

/// What comes of an allocation once it is replayed.
pub(super) fn outcome(
    window: Window<'_>,
    policy: &str,
    allocation: Allocation,
    status_quo: Option<Arc<StatusQuo>>,
) -> Outcome {
    let Allocation { plan, prices, benefit, levels, effort, yields: assumed } = allocation;
    let origin = Origin { policy, member: 0 };
    let mut record = replay(window, &plan, prices.as_ref(), origin);
    record
        .broken_promises
        .extend(effort.gave_way.iter().filter_map(|gave| broken(window.basin, origin, gave)));
    Outcome {
        record,
        objective: benefit,
        levels,
        programs: effort.programs,
        iterations: effort.iterations,
        second_opinions: effort.second_opinions,
        head_gap: effort.head_gap,
        gave_way: effort.gave_way,
        exchanges: effort.exchanges,
        warnings: effort.warnings,
        status_quo,
        yields: plan.yields(window),
        assumed,
        plan,
    }
}

/// A guarantee that gave way as a promise that was not kept, from the first period in which it is short, or of its season.
fn broken(basin: &Basin, origin: Origin<'_>, gave: &GaveWay) -> Option<BrokenPromiseRow> {
    let first = gave.periods.first().copied().or_else(|| basin.horizon.periods_in(gave.season).next())?;
    Some(BrokenPromiseRow {
        policy: origin.policy.to_owned(),
        member: origin.member,
        period_start: basin.horizon.periods[first].first_day,
        promise: format!("{} (tier {})", gave.guarantee, gave.tier),
        place: gave.of.clone(),
        required: gave.required,
        achieved: gave.achieved,
        unit: gave.unit.to_owned(),
    })
}

/// The program of a policy at its final heads, without tie-breaks, and its least objective. A status quo is looked up
/// among the `known` policies.
///
/// # Errors
/// As [`run`].
pub fn export(
    window: Window<'_>,
    policy: &Policy,
    known: &IndexMap<String, Policy>,
    solver: &dyn Solver,
) -> Result<(Program, f64), Unsolved> {
    let yields = first_yields(window)?;
    let roster = roster(&[(String::new(), policy.clone())], known);
    let run = Run { window, roster, solver, yields };
    let outcome = run.in_turn(&|_| {}).swap_remove(0)?;
    let formulation = goal_program(window, policy, outcome.status_quo.as_deref(), solver, &outcome.assumed)?;
    let solution = solver.solve(&formulation.program);
    Ok((formulation.program, solution.objective))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::sample::sample;
    use crate::solver::clarabel::Clarabel;

    #[test]
    fn every_built_in_policy_closes_its_balances_on_the_sample() {
        let sample = sample();
        for (name, policy) in catalogue() {
            let outcome = run(sample.window(), &name, &policy, &Clarabel::default()).unwrap();
            let record = &outcome.record;
            let water = record.reservoirs.iter().map(|row| row.residual_hm3);
            let residuals = water
                .chain(record.nodes.iter().map(|row| row.residual_hm3))
                .chain(record.power.iter().map(|row| row.residual_GWh));
            let worst = residuals.map(f64::abs).fold(0.0, f64::max);
            assert!(worst <= 1e-9, "{name}: {worst}");
            let total: f64 = record.money.iter().map(|row| row.benefit()).sum();
            let off = (total - outcome.objective).abs() / outcome.objective.abs();
            assert!(off <= 1e-2, "{name}: tables say {total}, the program {}", outcome.objective);
        }
    }
}
