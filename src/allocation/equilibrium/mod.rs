//! Equilibrium: national best responses in river order until nobody moves, then one joint dispatch.
//!
//! Let `x = (x_1, ..., x_n)` be the riparians' decisions about water. Riparian `i` answers with a best
//! response `x_i in argmax B_i(x_i, x_-i)`, an LP of its own (`response`), in river order, each seeing
//! what those above have just done; a round is over when all have answered. The rounds start from the quotas'
//! plan and end when no release of a reservoir moves by 1 hm3 in a period: then nobody finds an answer by which it
//! gains more than [`LEAST_GAIN_MUSD`], a Nash equilibrium in water. Heads are those of the plan at every step and an answer
//! is judged at its own (`answer`), so that the equilibrium is a local one: each looks from where it stands. There may be several; the
//! start, the order, and the rule that a riparian moves only for money choose one. If a round brings back the releases of an
//! earlier one, it goes in a circle: the rounds go on from the average of the circle, which keeps every balance
//! because they are linear, and from then on go half of the way to the answers; at the end the answers are still where things
//! stand. A circle that does not end so is said, and its average taken. In the rounds electricity is bought and sold at the lines' prices; at the end
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
/// A round goes to the answers,
const WHOLE_WAY: f64 = 1.0;
/// and after a circle this share of the way that it went before.
const HALF_AS_MUCH: f64 = 0.5;
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
    effort: Effort,
}

impl<'a, 's> Game<'a, 's> {
    fn new(window: Window<'a>, order: Vec<RiparianIdx>, solver: &'s dyn Solver) -> Game<'a, 's> {
        let memory = window.basin.riparians.map(|_| Memory::default());
        Game { window, solver, order, memory, promises: Vec::new(), effort: Effort::default() }
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

    /// Goes round until nobody moves or there are no rounds left. Where a circle closes the rounds go on from its average, each
    /// from then on going half as much of the way to the answers.
    fn until_settled(
        &mut self,
        start: Plan,
        most: u32,
        mut round_from: impl FnMut(&mut Self, &Plan) -> Result<Plan, Unsolved>,
    ) -> Result<Plan, Unsolved> {
        let (mut plans, mut share, mut circle, mut moved) = (vec![start], WHOLE_WAY, None, 0.0);
        for round in 1..=most {
            let before = &plans[plans.len() - 1];
            let answers = round_from(self, before)?;
            moved = self.moved(before, &answers);
            if moved < SETTLED_HM3 {
                return Ok(answers);
            }
            let plan = part_of_the_way(before, &answers, share);
            let same = plans.iter().rposition(|before| self.moved(before, &plan) < SETTLED_HM3);
            plans.push(plan);
            if let Some(first) = same {
                let average = mean(&plans[first + 1..]);
                let length = plans.len() - 1 - first;
                circle = Some(Circle { average: average.clone(), length, closed: round });
                (plans, share) = (vec![average], HALF_AS_MUCH * share);
            }
        }
        Ok(self.unsettled(plans, circle, moved, most))
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

/// The mean of the water of several plans; at least one.
fn mean(plans: &[Plan]) -> Plan {
    let share = 1.0 / plans.len() as f64;
    let weighted: Vec<(&Plan, f64)> = plans.iter().map(|plan| (plan, share)).collect();
    weighted_sum(&weighted)
}

/// The water of a plan, so much of the way to another's.
fn part_of_the_way(plan: &Plan, other: &Plan, share: f64) -> Plan {
    if share == WHOLE_WAY { other.clone() } else { weighted_sum(&[(plan, 1.0 - share), (other, share)]) }
}

/// The sum of the water of several plans by their weights; at least one. Its power is that of the first.
fn weighted_sum(plans: &[(&Plan, f64)]) -> Plan {
    let mut sum = plans[0].0.clone();
    water_mut(&mut sum).for_each(|value| *value *= plans[0].1);
    for &(plan, weight) in &plans[1..] {
        water_mut(&mut sum).zip(water(plan)).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
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
    fn a_circle_is_left_by_half_the_way_for_the_release_that_is_its_own_answer() {
        let sample = sample();
        let window = sample.window();
        let lake = window.basin.reservoirs.indices().next().unwrap();
        let main = window.basin.outlets(window.basin.reservoirs[lake].node).next().unwrap();
        let solver = Clarabel::default();
        // answers from one side of 260 hm3 to the other and, near it, short of it: 300, 200, 300 and on without end
        let answer = |release: f64| match release - 260.0 {
            beyond if beyond.abs() > 30.0 => {
                if beyond > 0.0 {
                    200.0
                } else {
                    300.0
                }
            }
            beyond => 260.0 - 0.5 * beyond,
        };
        let mut game = Game::new(window, Vec::new(), &solver);
        let next = |_: &mut Game<'_, '_>, plan: &Plan| {
            let release = answer(plan.flow[main][PeriodIdx::new(0)]);
            Ok(letting_out(window, [release, 600.0 - release]))
        };
        let end = game.until_settled(letting_out(window, [300.0, 300.0]), 30, next).unwrap();
        let release = end.flow[main][PeriodIdx::new(0)];
        assert!((release - 260.0).abs() < SETTLED_HM3, "{release} hm3");
        assert!(
            (end.storage[lake][PeriodIdx::new(0)] - 800.0 + release).abs() < 1e-9,
            "the balance is not kept"
        );
        assert_eq!(game.effort.warnings, Vec::<String>::new());
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
