//! Equilibrium: national best responses in river order until nobody moves, then one joint dispatch.
//!
//! Let `x = (x_1, ..., x_n)` be the riparians' decisions about water. Riparian `i` answers with a best
//! response `x_i in argmax B_i(x_i, x_-i)`, an LP of its own (`response`), in river order, each seeing
//! what those above have just done; a round is over when all have answered. The rounds start from the quotas'
//! plan and end when no release of a reservoir moves by 1 hm3 in a period: then every answer is a best one
//! to the others to within [`LEAST_GAIN_MUSD`], a Nash equilibrium in water. There may be several; the start, the order, and the
//! rule that a riparian moves only for money choose one. If a round brings back the releases of an
//! earlier one, it goes in a circle, and the average of the circle is taken, which keeps every balance
//! because they are linear. In the rounds electricity is bought and sold at the lines' prices; at the end
//! the water stands and all power systems are dispatched together. Heads are made anew from the plan
//! as for every other policy.

mod contract;
mod response;
pub(crate) mod standing;
pub(crate) mod territory;

use std::collections::BTreeSet;

use crate::energy::hydropower::Yields;
use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::index::{Idx, Table};
use crate::solver::program::{Program, Row, Var};
use crate::solver::{Solution, Solver, Status};

use super::allocate::{Allocation, Effort, allocate as allocate_policy};
use super::barter::{Promise, Receipt};
use super::diagnosis::conflicts;
use super::formulation::{Detail, Formulation};
use super::plan::Plan;
use super::policy::{Equilibrium, catalogue};
use super::unsolved::Unsolved;
use super::window::Window;
pub(in crate::allocation) use contract::allocate_under;
use response::Response;
use standing::{price, stand};

/// No release may move by this much in a round at the end, hm3.
const SETTLED_HM3: f64 = 1.0;
/// A riparian does not move for less than this, MUSD: about what a solver does not know of a benefit of
/// thousands. Without it the answers drift among plans that are worth the same.
pub const LEAST_GAIN_MUSD: f64 = 0.1;
/// A benefit is held this much below its greatest, relative to it.
const BENEFIT_SLACK: f64 = 5e-7;
/// Generation may move by this share between the heads assumed and the heads that follow.
const HEAD_TOLERANCE: f64 = 1e-3;
/// The most times that the heads are made anew.
const HEAD_PASSES: usize = 3;

/// Allocates a window by best responses.
///
/// # Errors
/// Limits that contradict each other, or a solver that stops without an answer.
pub fn allocate(
    window: Window<'_>,
    rule: &Equilibrium,
    solver: &dyn Solver,
    yields: &Yields,
) -> Result<Allocation, Unsolved> {
    let start = start(window, solver, yields)?;
    let order = order(window.basin, rule);
    let mut game = Game { window, solver, order, promise: None, effort: start.effort.clone() };
    let (mut water, mut yields) = (start.plan, yields.clone());
    let mut pass = 1;
    loop {
        game.effort.warnings.clear();
        water = game.rounds(water, rule.rounds, &yields)?;
        let (plan, benefit) = game.dispatch(&water, &yields, &[])?;
        let (next, gap) = refreshed(window, &plan, &yields);
        if gap < HEAD_TOLERANCE || pass == HEAD_PASSES {
            if gap >= HEAD_TOLERANCE {
                game.effort.warnings.push(heads_unsettled(gap));
            }
            let effort = Effort { head_gap: gap, ..game.effort };
            return Ok(Allocation { plan, prices: None, benefit, yields, levels: Vec::new(), effort });
        }
        yields = next;
        pass += 1;
    }
}

/// Says that the answers at the last heads lead to others.
fn heads_unsettled(gap: f64) -> String {
    let percent = 100.0 * gap;
    format!(
        "the heads did not settle: at the plan's own, generation differs by {percent:.1} % from that counted on"
    )
}

/// What a riparian could gain by changing its own plan alone, MUSD, at the prices of the water rounds.
///
/// # Errors
/// As [`allocate`].
pub fn gain_alone(
    window: Window<'_>,
    plan: &Plan,
    i: RiparianIdx,
    solver: &dyn Solver,
    yields: &Yields,
) -> Result<f64, Unsolved> {
    let mut game = Game { window, solver, order: Vec::new(), promise: None, effort: Effort::default() };
    let best = game.answer(plan, i, yields)?.1;
    Ok(best - game.standing_still(plan, i, yields)?)
}

/// The riparians in the order in which they answer: those named first, then the others by the first node of
/// theirs down the river.
fn order(basin: &Basin, rule: &Equilibrium) -> Vec<RiparianIdx> {
    let mut order: Vec<RiparianIdx> =
        rule.order.iter().filter_map(|name| basin.riparian_named(name)).collect();
    let by_river = basin.downstream_order.iter().map(|&n| territory::owner(basin, n));
    for i in by_river.chain(basin.riparians.indices()) {
        if !order.contains(&i) {
            order.push(i);
        }
    }
    order
}

/// The quotas' plan.
fn start(window: Window<'_>, solver: &dyn Solver, yields: &Yields) -> Result<Allocation, Unsolved> {
    let policies = catalogue();
    let quota = policies.get("quota").ok_or(Unsolved::NothingToShare)?;
    allocate_policy(window, quota, None, solver, yields)
}

/// The yields along a plan's own storages, and the share by which its generation would differ.
fn refreshed(window: Window<'_>, plan: &Plan, yields: &Yields) -> (Yields, f64) {
    let next = Yields::along(window.basin, &plan.storage_path(&window.start.storage));
    let (mut moved, mut total) = (0.0, 0.0);
    for h in window.basin.plants.indices() {
        for t in window.basin.horizon.indices() {
            let turbined = plan.turbined[h][t];
            moved += turbined * (next.of(h, t) - yields.of(h, t)).abs();
            total += turbined * yields.of(h, t);
        }
    }
    (next, if total > 0.0 { moved / total } else { 0.0 })
}

struct Game<'a, 's> {
    window: Window<'a>,
    solver: &'s dyn Solver,
    order: Vec<RiparianIdx>,
    /// What one of them has promised to let out.
    promise: Option<Promise>,
    effort: Effort,
}

impl<'a> Game<'a, '_> {
    /// Rounds in which all answer, in order.
    fn rounds(&mut self, start: Plan, most: u32, yields: &Yields) -> Result<Plan, Unsolved> {
        self.until_settled(start, most, |game, before| {
            let mut plan = before.clone();
            for i in game.order.clone() {
                plan = game.reply(&plan, i, yields)?;
            }
            Ok(plan)
        })
    }

    /// Goes round until nobody moves, a circle closes, or there are no rounds left.
    fn until_settled(
        &mut self,
        start: Plan,
        most: u32,
        mut round_from: impl FnMut(&mut Self, &Plan) -> Result<Plan, Unsolved>,
    ) -> Result<Plan, Unsolved> {
        let mut plans = vec![start];
        for round in 1..=most {
            let plan = round_from(self, &plans[plans.len() - 1])?;
            let same = plans.iter().rposition(|before| self.moved(before, &plan) < SETTLED_HM3);
            plans.push(plan);
            if let Some(first) = same {
                return Ok(self.end_of(plans, first, round));
            }
        }
        let last = plans.len() - 1;
        if last > 0 {
            let moved = self.moved(&plans[last - 1], &plans[last]);
            let warning =
                format!("best responses still moved releases by {moved:.0} hm3 after {most} rounds");
            self.effort.warnings.push(warning);
        }
        Ok(plans.swap_remove(last))
    }

    /// The last plan, or the average of a circle that began at `first`.
    fn end_of(&mut self, mut plans: Vec<Plan>, first: usize, round: u32) -> Plan {
        let last = plans.len() - 1;
        if first + 1 == last {
            return plans.swap_remove(last);
        }
        let length = last - first;
        self.effort.warnings.push(format!(
            "best responses go in a circle of {length} rounds (closed in round {round}); its average is taken"
        ));
        mean(&plans[first + 1..])
    }

    /// The plan after a riparian's answer: as it is, unless it gains by moving.
    fn reply(&mut self, plan: &Plan, i: RiparianIdx, yields: &Yields) -> Result<Plan, Unsolved> {
        let (mut response, best, values) = self.answer(plan, i, yields)?;
        let worth_it = match self.standing_still(plan, i, yields) {
            Ok(still) => best > still + LEAST_GAIN_MUSD,
            Err(_) => true,
        };
        if !worth_it {
            return Ok(plan.clone());
        }
        response.stay_near(best - BENEFIT_SLACK * best.abs().max(1.0));
        let near = self.solver.solve(&response.formulation.program);
        self.effort.programs += 1;
        self.effort.iterations += near.iterations;
        Ok(response.merged(plan, if near.is_usable() { &near.values } else { &values }))
    }

    /// The program of a riparian's answer, with what it has promised.
    fn response(&self, plan: &Plan, i: RiparianIdx, yields: &Yields) -> Response<'a> {
        let mut response = Response::new(Formulation::new(self.window, yields, Detail::Money), i, plan);
        self.promise.iter().filter(|promise| promise.owner == i).for_each(|promise| response.keep(promise));
        response
    }

    /// A riparian's best response: its program, what it is worth to it (MUSD), and where it is.
    fn answer(
        &mut self,
        plan: &Plan,
        i: RiparianIdx,
        yields: &Yields,
    ) -> Result<(Response<'a>, f64, Vec<f64>), Unsolved> {
        let mut response = self.response(plan, i, yields);
        response.maximise_own();
        let solution = self.solve(&response.formulation.program, "answering for one riparian")?;
        let worth = response.own_benefit(&solution.values);
        Ok((response, worth, solution.values))
    }

    /// What a riparian has if it keeps its water as it is, MUSD.
    fn standing_still(&mut self, plan: &Plan, i: RiparianIdx, yields: &Yields) -> Result<f64, Unsolved> {
        let mut still = self.response(plan, i, yields);
        still.stand_still();
        still.maximise_own();
        let solution = self.solve(&still.formulation.program, "standing still")?;
        Ok(still.own_benefit(&solution.values))
    }

    /// The greatest move of a release of a reservoir between two plans, hm3.
    fn moved(&self, before: &Plan, after: &Plan) -> f64 {
        let basin = self.window.basin;
        let outlets = basin.reservoirs.iter().flat_map(|reservoir| basin.outlets(reservoir.node));
        outlets
            .flat_map(|r| before.flow[r].iter().zip(after.flow[r].iter()))
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max)
    }

    /// The dispatch of all power systems together, with the water as it stands and what is to be received over lines
    /// as far as they can carry it; its plan and total benefit, MUSD.
    fn dispatch(
        &mut self,
        water: &Plan,
        yields: &Yields,
        receipts: &[Receipt],
    ) -> Result<(Plan, f64), Unsolved> {
        let basin = self.window.basin;
        let mut formulation = Formulation::new(self.window, yields, Detail::Money);
        let vars = formulation.vars.clone();
        let price = price(basin, &formulation);
        let mut pairs: Vec<(Var, f64)> = Vec::new();
        pairs.extend(series(&vars.storage, &water.storage));
        pairs.extend(series(&vars.flow, &water.flow));
        pairs.extend(series(&vars.delivery, &water.delivery));
        let mut moved: Vec<Var> =
            pairs.into_iter().flat_map(|(var, value)| stand(&mut formulation, var, value)).collect();
        moved.extend(receipts.iter().map(|receipt| receipt.add_to(&mut formulation)));
        formulation.maximise_benefit();
        moved.iter().for_each(|&var| formulation.program.add_cost(var, price));
        let solution = self.solve(&formulation.program, "dispatching with the water as it stands")?;
        let benefit = formulation.benefit_at(&solution.values);
        keep_water(&mut formulation, &solution.values);
        let plan = self.smooth(formulation, &solution, benefit);
        Ok((plan, benefit))
    }

    /// The even and smooth plan among those of the same water and benefit.
    fn smooth(&mut self, mut formulation: Formulation<'_>, solution: &Solution, benefit: f64) -> Plan {
        let before = Plan::read(&formulation, &solution.values);
        formulation.hold_benefit(benefit - BENEFIT_SLACK * benefit.abs().max(1.0));
        let terms = formulation.unevenness();
        formulation.program.clear_objective();
        terms.into_iter().for_each(|term| formulation.program.add_convex(term));
        match self.solve(&formulation.program, "smoothing the plan") {
            Ok(even) => Plan::read(&formulation, &even.values),
            Err(_) => {
                let warning = "the plan was not smoothed: the solver stopped without an answer";
                self.effort.warnings.push(warning.to_owned());
                before
            }
        }
    }

    fn solve(&mut self, program: &Program, stage: &'static str) -> Result<Solution, Unsolved> {
        let solution = self.solver.solve(program);
        self.effort.programs += 1;
        self.effort.iterations += solution.iterations;
        match solution.status {
            _ if solution.is_usable() => Ok(solution),
            Status::Infeasible => {
                Err(Unsolved::Infeasible { stage, conflicts: conflicts(program, self.solver) })
            }
            status => Err(Unsolved::Stalled { stage, status }),
        }
    }
}

/// Leaves power alone free: what is not power stays where it is, and rows without power are taken away.
fn keep_water(formulation: &mut Formulation<'_>, values: &[f64]) {
    let vars = &formulation.vars;
    let tables = [&vars.served, &vars.unserved, &vars.other].into_iter().flat_map(|table| table.iter());
    let power = tables.chain(vars.turbined.iter()).chain(vars.thermal.iter()).chain(vars.sent.iter());
    let power: BTreeSet<Var> = power.flat_map(|series| series.iter().copied()).collect();
    let program = &mut formulation.program;
    let with_power: BTreeSet<Row> =
        program.terms().iter().filter(|term| power.contains(&term.var)).map(|term| term.row).collect();
    for var in program.variable_ids().filter(|var| !power.contains(var)).collect::<Vec<_>>() {
        let value = values[var.position()];
        program.set_bounds(var, value, value);
    }
    for row in program.row_ids().filter(|row| !with_power.contains(row)).collect::<Vec<_>>() {
        program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY);
    }
}

/// Variables beside the values they stand at.
fn series<I: Idx>(
    vars: &Table<I, crate::quantity::index::Series<Var>>,
    values: &Table<I, crate::quantity::index::Series<f64>>,
) -> Vec<(Var, f64)> {
    let both = vars.iter().zip(values.iter());
    both.flat_map(|(vars, values)| vars.iter().copied().zip(values.iter().copied())).collect()
}

/// The mean of the water of several plans; at least one.
fn mean(plans: &[Plan]) -> Plan {
    let mut mean = plans[0].clone();
    let share = 1.0 / plans.len() as f64;
    type Part = fn(&mut Plan) -> Vec<&mut f64>;
    let parts: [Part; 3] = [
        |plan| plan.storage.iter_mut().flat_map(|series| series.iter_mut()).collect(),
        |plan| plan.flow.iter_mut().flat_map(|series| series.iter_mut()).collect(),
        |plan| plan.delivery.iter_mut().flat_map(|series| series.iter_mut()).collect(),
    ];
    for part in parts {
        part(&mut mean).into_iter().for_each(|value| *value *= share);
        for plan in &plans[1..] {
            let mut other = plan.clone();
            let values = part(&mut other);
            part(&mut mean).into_iter().zip(values).for_each(|(sum, value)| *sum += share * *value);
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::sample::sample;
    use crate::quantity::index::Series;
    use crate::solver::clarabel::Clarabel;

    /// A plan of the sample in which the dam lets out so much in March and in April and the lake holds so much after.
    fn letting_out(window: Window<'_>, releases: [f64; 2]) -> Plan {
        let yields = crate::allocation::allocate::straight_yields(window);
        let mut plan = start(window, &Clarabel::default(), &yields).unwrap().plan;
        let lake = window.basin.reservoirs.indices().next().unwrap();
        let mut outlets = window.basin.outlets(window.basin.reservoirs[lake].node);
        let main = outlets.next().unwrap();
        outlets.for_each(|spillway| plan.flow[spillway] = Series::new(vec![0.0; 2]));
        plan.flow[main] = Series::new(releases.to_vec());
        plan.storage[lake] = Series::new(vec![800.0 - releases[0], 1100.0 - releases[0] - releases[1]]);
        plan
    }

    /// Rounds that lead from each plan of a list to the next and from the last back to the one at `back_to`; where they end,
    /// and what is said of it.
    fn ending(releases: &[[f64; 2]], back_to: usize, most: u32) -> ([f64; 2], Vec<f64>, Vec<String>) {
        let sample = sample();
        let window = sample.window();
        let plans: Vec<Plan> = releases.iter().map(|releases| letting_out(window, *releases)).collect();
        let mut game = Game {
            window,
            solver: &Clarabel::default(),
            order: Vec::new(),
            promise: None,
            effort: Effort::default(),
        };
        let mut rounds = 0;
        let next = |_: &mut Game<'_, '_>, _: &Plan| {
            rounds += 1;
            let beyond = plans.len() - back_to;
            let at = if rounds < plans.len() { rounds } else { back_to + (rounds - plans.len()) % beyond };
            Ok(plans[at].clone())
        };
        let end = game.until_settled(plans[0].clone(), most, next).unwrap();
        let lake = window.basin.reservoirs.indices().next().unwrap();
        let main = window.basin.outlets(window.basin.reservoirs[lake].node).next().unwrap();
        let flow = end.flow[main].as_slice();
        ([flow[0], flow[1]], end.storage[lake].as_slice().to_vec(), game.effort.warnings)
    }

    #[test]
    fn answers_that_go_in_a_circle_are_said_and_averaged() {
        let releases = [[300.0, 300.0], [200.0, 400.0], [250.0, 320.0], [150.0, 330.0]];
        let (release, storage, warnings) = ending(&releases, 1, 30);
        // the start is not of the circle
        for (release, by_hand) in release.iter().zip([200.0, 350.0]) {
            assert!((release - by_hand).abs() < 1e-9, "{release} instead of {by_hand} hm3");
        }
        for (storage, by_hand) in storage.iter().zip([600.0, 550.0]) {
            assert!(
                (storage - by_hand).abs() < 1e-9,
                "{storage} instead of {by_hand} hm3: the balance is not kept"
            );
        }
        let said = "best responses go in a circle of 3 rounds (closed in round 4); its average is taken";
        assert_eq!(warnings, [said]);
    }

    #[test]
    fn a_circle_back_to_the_start_is_one_too() {
        let (release, _, warnings) = ending(&[[300.0, 300.0], [200.0, 400.0]], 0, 30);
        assert!((release[0] - 250.0).abs() < 1e-9 && (release[1] - 350.0).abs() < 1e-9, "{release:?}");
        assert!(warnings[0].starts_with("best responses go in a circle of 2 rounds"), "{warnings:?}");
    }

    #[test]
    fn answers_that_stay_within_1_hm3_are_the_end_and_nothing_is_said() {
        let (release, _, warnings) = ending(&[[300.0, 300.0], [200.0, 400.0], [200.9, 399.1]], 0, 30);
        assert!((release[0] - 200.9).abs() < 1e-9, "{release:?}");
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn rounds_that_do_not_end_are_said_and_the_last_plan_is_taken() {
        let (release, _, warnings) = ending(&[[300.0, 300.0], [200.0, 400.0], [250.0, 320.0]], 0, 2);
        assert!((release[0] - 250.0).abs() < 1e-9, "{release:?}");
        assert_eq!(warnings, ["best responses still moved releases by 80 hm3 after 2 rounds"]);
    }
}
