//! Seasonal runs: one window over the whole horizon, looked at once, under one policy or many.
//!
//! Policies are run in parallel from the same first heads. A policy about money alone is tried again
//! from the heads of every other policy of the run that beats it and the best record is kept, so that
//! no other policy can beat it by having found better heads.

use rayon::prelude::*;

use crate::allocation::allocate::{Allocation, allocate, first_yields, goal_program, is_money};
use crate::allocation::plan::Plan;
use crate::allocation::policy::Policy;
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::energy::hydropower::Yields;
use crate::solver::Solver;
use crate::solver::program::Program;

use super::record::Record;
use super::replay::{Origin, replay};

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
    /// Share by which generation differs between the heads assumed and the true ones.
    pub head_gap: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
    plan: Plan,
    yields: Yields,
}

/// Runs one policy.
///
/// # Errors
/// Limits that contradict each other, or a solver that stops without an answer.
pub fn run(
    window: Window<'_>,
    name: &str,
    policy: &Policy,
    solver: &dyn Solver,
) -> Result<Outcome, Unsolved> {
    let yields = first_yields(window, solver)?;
    run_from(window, name, policy, solver, &yields)
}

/// Runs many policies, in parallel; the answers come in the order of the policies. `progress` is told
/// the name of each policy as it is done.
pub fn run_all(
    window: Window<'_>,
    policies: &[(String, Policy)],
    solver: &dyn Solver,
    progress: &(dyn Fn(&str) + Sync),
) -> Vec<Result<Outcome, Unsolved>> {
    let yields = match first_yields(window, solver) {
        Ok(yields) => yields,
        Err(unsolved) => return policies.iter().map(|_| Err(unsolved.clone())).collect(),
    };
    let mut outcomes: Vec<Result<Outcome, Unsolved>> = policies
        .par_iter()
        .map(|(name, policy)| {
            let outcome = run_from(window, name, policy, solver, &yields);
            progress(name);
            outcome
        })
        .collect();
    for position in 0..policies.len() {
        let (name, policy) = &policies[position];
        if is_money(policy) {
            let better = best_restart(window, name, policy, solver, &outcomes, position);
            if let Some(better) = better {
                outcomes[position] = Ok(better);
            }
        }
    }
    outcomes
}

/// The best outcome of a policy about money from the heads of those that beat it, if any does.
fn best_restart(
    window: Window<'_>,
    name: &str,
    policy: &Policy,
    solver: &dyn Solver,
    outcomes: &[Result<Outcome, Unsolved>],
    own: usize,
) -> Option<Outcome> {
    let own_total = total_benefit(outcomes[own].as_ref().ok()?);
    let ahead: Vec<&Outcome> =
        outcomes.iter().flatten().filter(|other| total_benefit(other) > own_total).collect();
    let restarts: Vec<Outcome> = ahead
        .par_iter()
        .filter_map(|other| run_from(window, name, policy, solver, &other.yields).ok())
        .collect();
    let adopted = ahead.iter().map(|other| adopt(window, name, other));
    let mut best: Option<Outcome> = None;
    for candidate in restarts.into_iter().chain(adopted) {
        let beaten = best.as_ref().map_or(own_total, total_benefit);
        if total_benefit(&candidate) > beaten {
            best = Some(candidate);
        }
    }
    best
}

/// Another policy's plan as this policy's own: the best that is known, where no better was found.
fn adopt(window: Window<'_>, name: &str, other: &Outcome) -> Outcome {
    let record = replay(window, &other.plan, None, Origin { policy: name, member: 0 });
    let objective = record.money.iter().map(|row| row.benefit()).sum();
    let warning = "no better plan was found than that of another policy, whose heads it uses".to_owned();
    Outcome { record, objective, levels: Vec::new(), warnings: vec![warning], ..other.clone() }
}

fn total_benefit(outcome: &Outcome) -> f64 {
    outcome.record.money.iter().map(|row| row.benefit()).sum()
}

fn run_from(
    window: Window<'_>,
    name: &str,
    policy: &Policy,
    solver: &dyn Solver,
    yields: &Yields,
) -> Result<Outcome, Unsolved> {
    let allocation = allocate(window, policy, solver, yields)?;
    let Allocation { plan, prices, benefit, levels, effort, .. } = allocation;
    let record = replay(window, &plan, prices.as_ref(), Origin { policy: name, member: 0 });
    let path = plan.storage_path(&window.start.storage);
    Ok(Outcome {
        record,
        objective: benefit,
        levels,
        programs: effort.programs,
        iterations: effort.iterations,
        head_gap: effort.head_gap,
        warnings: effort.warnings,
        yields: Yields::along(window.basin, &path),
        plan,
    })
}

/// The program of a policy at its final heads, without tie-breaks, and its least objective.
///
/// # Errors
/// As [`run`].
pub fn export(window: Window<'_>, policy: &Policy, solver: &dyn Solver) -> Result<(Program, f64), Unsolved> {
    let yields = first_yields(window, solver)?;
    let allocation = allocate(window, policy, solver, &yields)?;
    let formulation = goal_program(window, policy, solver, &allocation.yields)?;
    let solution = solver.solve(&formulation.program);
    Ok((formulation.program, solution.objective))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::policy::catalogue;
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
