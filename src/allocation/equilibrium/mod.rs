//! Equilibrium: national best responses in river order until nobody moves, then one joint dispatch.
//!
//! Let `x = (x_1, ..., x_n)` be the riparians' decisions about water. Riparian `i` answers with a best
//! response `x_i in argmax B_i(x_i, x_-i)`, an LP of its own (`response`), in river order, each seeing
//! what those above have just done; a round is over when all have answered. The rounds start from the quotas'
//! plan and end when no release of a reservoir moves by 1 hm3 in a period: then nobody finds an answer by which it
//! gains more than [`LEAST_GAIN_MUSD`], a Nash equilibrium in water. Heads are those of the plan at every step and an answer
//! is judged at its own (`answer`), so that the equilibrium is a local one: each looks from where it stands. There may be several; the
//! start, the order, and the rule that a riparian moves only for money choose one. If a round brings back the releases of an
//! earlier one, it goes in a circle. The rounds then go on from the average of the circle, which keeps every balance
//! because they are linear, and the riparian to whom it brought least no longer moves for twice that: without
//! it the circle does not close. What it may then still gain is said. A circle that does not end so is said too, and its
//! average taken. In the rounds electricity is bought and sold at the lines' prices; at the end
//! the water stands and all power systems are dispatched together (`dispatch`).
//!
//! Which equilibrium is reached hangs on every step before it, and a hair may decide a step. So the rounds are walked at
//! vertices and by one method of our own, whatever solver is asked for; that dispatches at the end (docs/decisions/0017).

mod answer;
mod contract;
mod dispatch;
mod response;
pub(crate) mod standing;
pub(crate) mod territory;

use std::collections::BTreeMap;

use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::index::Table;
use crate::solver::interior_point::InteriorPoint;
use crate::solver::program::Program;
use crate::solver::{Solution, Solver, Status};

use super::allocate::{Allocation, Effort, allocate as allocate_policy, straight_yields};
use super::barter::Promise;
use super::diagnosis::conflicts;
use super::plan::Plan;
use super::policy::{Equilibrium, catalogue};
use super::unsolved::Unsolved;
use super::window::Window;
use answer::Memory;
pub(in crate::allocation) use contract::allocate_under;

/// No release may move by this much in a round at the end, hm3.
const SETTLED_HM3: f64 = 1.0;
/// A riparian does not move for less than this, MUSD: about what a solver does not know of a benefit of
/// thousands. Without it the answers drift among plans that are worth the same.
pub const LEAST_GAIN_MUSD: f64 = 0.1;
/// To whom a circle brought least, it moves from then on for more than so many times that.
const WORTH_A_CIRCLE: f64 = 2.0;
/// A benefit is held this much below its greatest, relative to it.
const BENEFIT_SLACK: f64 = 5e-7;

/// Allocates a window by best responses.
///
/// # Errors
/// Limits that contradict each other, or a solver that stops without an answer.
pub fn allocate(window: Window<'_>, rule: &Equilibrium, solver: &dyn Solver) -> Result<Allocation, Unsolved> {
    let own = InteriorPoint::default();
    let start = start(window, &own)?;
    let mut game = Game::new(window, order(window.basin, rule), &own);
    game.effort = Effort { warnings: Vec::new(), ..start.effort };
    let water = game.rounds(start.plan, rule.rounds)?;
    let water = game.carried(&water)?;
    game.solver = solver;
    let yields = water.yields(window);
    let (plan, benefit) = game.dispatch(&water, &yields, &[])?;
    let effort = Effort { head_gap: plan.head_gap(window, &yields), ..game.effort };
    Ok(Allocation { plan, prices: None, benefit, yields, levels: Vec::new(), effort })
}

/// What a riparian gains by its answer to a plan, the others' plans as they stand, MUSD: at the prices of the water rounds and
/// at the heads of the answer. Nothing where it finds none that is worth [`LEAST_GAIN_MUSD`].
///
/// # Errors
/// As [`allocate`].
pub fn gain_alone(
    window: Window<'_>,
    plan: &Plan,
    i: RiparianIdx,
    solver: &dyn Solver,
) -> Result<f64, Unsolved> {
    let better = Game::new(window, Vec::new(), solver).better(plan, i)?;
    Ok(better.map_or(0.0, |(_, gain)| gain))
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

/// The quotas' plan, from heads that no solver had a hand in.
fn start(window: Window<'_>, solver: &dyn Solver) -> Result<Allocation, Unsolved> {
    let policies = catalogue();
    let quota = policies.get("quota").ok_or(Unsolved::NothingToShare)?;
    allocate_policy(window, quota, None, solver, &straight_yields(window))
}

/// Rounds that came back to where they had been.
struct Circle {
    average: Plan,
    /// How many rounds it takes.
    length: usize,
    /// The round that closed it.
    closed: u32,
}

struct Game<'a, 's> {
    window: Window<'a>,
    solver: &'s dyn Solver,
    order: Vec<RiparianIdx>,
    memory: Table<RiparianIdx, Memory>,
    /// What some of them have promised to let out.
    promises: Vec<Promise>,
    /// Who moved in each round, and what it gained by it, MUSD.
    moves: Vec<Vec<(RiparianIdx, f64)>>,
    effort: Effort,
}

impl<'a, 's> Game<'a, 's> {
    fn new(window: Window<'a>, order: Vec<RiparianIdx>, solver: &'s dyn Solver) -> Game<'a, 's> {
        let memory = window.basin.riparians.map(|_| Memory::default());
        let (promises, moves, effort) = (Vec::new(), Vec::new(), Effort::default());
        Game { window, solver, order, memory, promises, moves, effort }
    }

    /// Rounds in which all answer, in order.
    fn rounds(&mut self, start: Plan, most: u32) -> Result<Plan, Unsolved> {
        self.until_settled(start, most, |game, before| {
            let mut plan = before.clone();
            for i in game.order.clone() {
                plan = game.reply(&plan, i)?;
            }
            Ok(plan)
        })
    }

    /// Goes round until nobody moves or there are no rounds left. Where a circle closes the rounds go on from its average, and
    /// whom it brought least takes more to move.
    fn until_settled(
        &mut self,
        start: Plan,
        most: u32,
        mut round_from: impl FnMut(&mut Self, &Plan) -> Result<Plan, Unsolved>,
    ) -> Result<Plan, Unsolved> {
        let (mut plans, mut circle, mut moved) = (vec![start], None, 0.0);
        for round in 1..=most {
            let before = &plans[plans.len() - 1];
            self.moves.push(Vec::new());
            let plan = round_from(self, before)?;
            moved = self.moved(before, &plan);
            if moved < SETTLED_HM3 {
                if let Some(circle) = circle {
                    let warning = self.left(&circle, &plan)?;
                    self.effort.warnings.push(warning);
                }
                return Ok(plan);
            }
            let same = plans.iter().rposition(|before| self.moved(before, &plan) < SETTLED_HM3);
            plans.push(plan);
            if let Some(first) = same {
                let average = mean(&plans[first + 1..]);
                let length = plans.len() - 1 - first;
                if let Some((i, gain)) = self.least_of_the_last(length) {
                    self.memory[i].least_gain = WORTH_A_CIRCLE * gain;
                }
                circle = Some(Circle { average: average.clone(), length, closed: round });
                plans = vec![average];
            }
        }
        Ok(self.unsettled(plans, circle, moved, most))
    }

    /// The riparian to whom the last rounds brought least, and what they brought it at most in one move, MUSD; none if nobody moved.
    fn least_of_the_last(&self, rounds: usize) -> Option<(RiparianIdx, f64)> {
        let mut most: BTreeMap<RiparianIdx, f64> = BTreeMap::new();
        for &(i, gain) in self.moves[self.moves.len() - rounds..].iter().flatten() {
            let own = most.entry(i).or_default();
            *own = own.max(gain);
        }
        most.into_iter().min_by(|one, two| one.1.total_cmp(&two.1))
    }

    /// What is said of a circle that was left: who would still gain most by moving on.
    fn left(&self, circle: &Circle, plan: &Plan) -> Result<String, Unsolved> {
        let mut fresh = Game::new(self.window, Vec::new(), self.solver);
        fresh.promises = self.promises.clone();
        let mut most: Option<(RiparianIdx, f64)> = None;
        for &i in &self.order {
            let gain = fresh.better(plan, i)?.map(|(_, gain)| gain);
            if let Some(gain) = gain.filter(|gain| most.is_none_or(|(_, most)| *gain > most)) {
                most = Some((i, gain));
            }
        }
        let who = most.map_or_else(
            || "nobody gains by moving on".to_owned(),
            |(i, gain)| {
                let name = &self.window.basin.riparians[i].name;
                format!("moving on would still bring {gain:.1} MUSD to {name}, and begin it again")
            },
        );
        let Circle { length, closed, .. } = circle;
        Ok(format!(
            "best responses go in a circle of {length} rounds (closed in round {closed}); they end near its average, where {who}"
        ))
    }

    /// What is taken where rounds do not end, and said: the average of the last circle, or the last plan.
    fn unsettled(&mut self, mut plans: Vec<Plan>, circle: Option<Circle>, moved: f64, most: u32) -> Plan {
        if let Some(Circle { average, length, closed }) = circle {
            self.effort.warnings.push(format!(
                "best responses go in a circle of {length} rounds (closed in round {closed}); its average is taken"
            ));
            return average;
        }
        if most > 0 {
            let warning =
                format!("best responses still moved releases by {moved:.0} hm3 after {most} rounds");
            self.effort.warnings.push(warning);
        }
        plans.swap_remove(plans.len() - 1)
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

    fn solve(&mut self, program: &Program, stage: &'static str) -> Result<Solution, Unsolved> {
        let solution = self.solver.solve(program);
        self.effort.count(&solution);
        match solution.status {
            _ if solution.is_usable() => Ok(solution),
            Status::Infeasible => {
                Err(Unsolved::Infeasible { stage, conflicts: conflicts(program, self.solver) })
            }
            status => Err(Unsolved::Stalled { stage, status }),
        }
    }
}

/// The mean of the water of several plans; at least one. Its power is that of the first.
fn mean(plans: &[Plan]) -> Plan {
    let share = 1.0 / plans.len() as f64;
    let mut mean = plans[0].clone();
    water_mut(&mut mean).for_each(|value| *value *= share);
    for plan in &plans[1..] {
        water_mut(&mut mean).zip(water(plan)).for_each(|(sum, value)| *sum += share * value);
    }
    mean
}

/// The decisions of a plan about water, hm3: what is kept, let out and delivered, by element and period.
fn water(plan: &Plan) -> impl Iterator<Item = f64> {
    let kept = plan.storage.iter().flat_map(|series| series.iter());
    let let_out = plan.flow.iter().flat_map(|series| series.iter());
    kept.chain(let_out).chain(plan.delivery.iter().flat_map(|series| series.iter())).copied()
}

/// The same, to be changed.
fn water_mut(plan: &mut Plan) -> impl Iterator<Item = &mut f64> {
    let Plan { storage, flow, delivery, .. } = plan;
    let kept = storage.iter_mut().flat_map(|series| series.iter_mut());
    let let_out = flow.iter_mut().flat_map(|series| series.iter_mut());
    kept.chain(let_out).chain(delivery.iter_mut().flat_map(|series| series.iter_mut()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::sample::sample;
    use crate::quantity::index::{Idx, PeriodIdx, Series};
    use crate::solver::clarabel::Clarabel;

    /// A plan of the sample in which the dam lets out so much in March and in April and the lake holds so much after.
    fn letting_out(window: Window<'_>, releases: [f64; 2]) -> Plan {
        let mut plan = start(window, &Clarabel::default()).unwrap().plan;
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
        let solver = Clarabel::default();
        let mut game = Game::new(window, Vec::new(), &solver);
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
        let (release, storage, warnings) = ending(&releases, 1, 4);
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
        let (release, _, warnings) = ending(&[[300.0, 300.0], [200.0, 400.0]], 0, 2);
        assert!((release[0] - 250.0).abs() < 1e-9 && (release[1] - 350.0).abs() < 1e-9, "{release:?}");
        assert!(warnings[0].starts_with("best responses go in a circle of 2 rounds"), "{warnings:?}");
    }

    #[test]
    fn a_circle_is_left_at_its_average_where_whom_it_brought_least_moves_no_more() {
        let sample = sample();
        let window = sample.window();
        let lake = window.basin.reservoirs.indices().next().unwrap();
        let main = window.basin.outlets(window.basin.reservoirs[lake].node).next().unwrap();
        let solver = Clarabel::default();
        let mut game = Game::new(window, Vec::new(), &solver);
        let riparians: Vec<RiparianIdx> = window.basin.riparians.indices().collect();
        // from one side of 250 hm3 to the other and back, for 3 MUSD each time; somebody else gains 40 by it
        let next = |game: &mut Game<'_, '_>, plan: &Plan| {
            let release = plan.flow[main][PeriodIdx::new(0)];
            if game.memory[riparians[0]].least_gain >= 3.0 {
                return Ok(plan.clone());
            }
            game.moves.last_mut().unwrap().extend([(riparians[0], 3.0), (riparians[1], 40.0)]);
            let answer = if release > 250.0 { 200.0 } else { 300.0 };
            Ok(letting_out(window, [answer, 600.0 - answer]))
        };
        let end = game.until_settled(letting_out(window, [300.0, 300.0]), 30, next).unwrap();
        let release = end.flow[main][PeriodIdx::new(0)];
        assert!((release - 250.0).abs() < 1e-9, "{release} hm3");
        assert!(
            (end.storage[lake][PeriodIdx::new(0)] - 800.0 + release).abs() < 1e-9,
            "the balance is not kept"
        );
        let said = "best responses go in a circle of 2 rounds (closed in round 2); they end near its average, where nobody \
                    gains by moving on";
        assert_eq!(game.effort.warnings, [said]);
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
