//! Allocation: formulate, apply the policy, correct the heads, repeat.
//!
//! Every policy goes the same way. The least priced shortfall of promises is found first and held
//! (a policy about money has it in its objective). Then the policy's own goal is reached and its
//! levels are held; then, among the plans that reach it, the one with the greatest total benefit is
//! taken, so that power is dispatched economically under every policy; and last, among those, the
//! even and smooth one. Levels and benefit are found at vertices, where what is tight is told from what is
//! nearly so. Plans are made with heads to first order around another plan, first that with the greatest
//! total benefit, and made again around what they lead to until generation hardly moves
//! (docs/decisions/0002, 0007, 0008 and 0016).

mod fair;
mod goal;
mod lift;
pub mod traces;

use crate::energy::hydropower::{StoragePath, Yields};
use crate::solver::interior_point::InteriorPoint;
use crate::solver::program::Program;
use crate::solver::vertex::Basis;
use crate::solver::{Solution, Solver, Status};

use super::band::Band;
use super::barter::Exchange;
use super::diagnosis::conflicts;
use super::equilibrium;
use super::formulation::{Detail, Formulation, LeastShortfall};
use super::goal::Goal;
use super::guarantee::{GaveWay, Guarantees, members};
use super::levels::{Held, Levels};
use super::plan::{Plan, Prices};
use super::policy::{Alpha, EXACT, Floor, Measure, Policy, Weights, Welfare};
use super::priority::Limits;
use super::status_quo::StatusQuo;
use super::unsolved::Unsolved;
use super::window::Window;

/// Generation at a plan's own heads may differ by this share from what was counted on.
const HEAD_TOLERANCE: f64 = 3e-4;
/// How near to the last plan's a storage stays in the passes after each that looks for the heads of a plan about money, as
/// shares of its reservoir's capacity.
const MONEY_BANDS: [f64; 5] = [1.0, 0.2, 0.1, 0.05, LAST_BAND];
/// The same in the last program, which is not smoothed.
const LAST_BAND: f64 = 0.05;
/// How near to the last plan's a storage stays in the passes of a policy's own round of programs after the first, as shares of
/// its reservoir's capacity.
const GOAL_BANDS: [f64; 5] = [0.3, 0.3, 0.2, 0.1, 0.05];
/// Weight of smoothness beside benefit while heads are looked for, MUSD per unit: some ten MUSD in all.
const DRAFT_SMOOTHING: f64 = 1e-3;

/// A plan with how it was found.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// The decisions.
    pub plan: Plan,
    /// Shadow prices, if the policy's objective is money.
    pub prices: Option<Prices>,
    /// Total net benefit at the heads assumed, MUSD.
    pub benefit: f64,
    /// The yields the plan was made with.
    pub yields: Yields,
    /// What each member of the goal reached, by name.
    pub levels: Vec<(String, f64)>,
    /// How much work it was and what is to be said of it.
    pub effort: Effort,
}

/// The work behind an allocation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effort {
    /// Programs solved.
    pub programs: u32,
    /// Iterations over all of them.
    pub iterations: u32,
    /// How many of them our own method did not solve, so that another was asked.
    pub second_opinions: u32,
    /// Share by which generation at the plan's own heads differs from that assumed.
    pub head_gap: f64,
    /// The guarantees that had to give.
    pub gave_way: Vec<GaveWay>,
    /// What is exchanged under the policy's contracts.
    pub exchanges: Vec<Exchange>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Effort {
    /// Counts the work behind a solution.
    pub(super) fn count(&mut self, solution: &Solution) {
        self.count_steps(solution.iterations);
        self.second_opinions += u32::from(solution.second_opinion);
    }

    /// Counts a program that was solved in so many steps from vertex to vertex.
    pub(super) fn count_steps(&mut self, steps: u32) {
        self.programs += 1;
        self.iterations += steps;
    }
}

/// Allocates a window under a policy, measured against its status quo if it has one, starting from given yields.
///
/// # Errors
/// Limits that contradict each other, a solver that stops without an answer, or no status quo where there must be one.
pub fn allocate(
    window: Window<'_>,
    policy: &Policy,
    status_quo: Option<&StatusQuo>,
    solver: &dyn Solver,
    yields: &Yields,
) -> Result<Allocation, Unsolved> {
    if policy.needs_status_quo() && status_quo.is_none() {
        let (policy, why) = (policy.status_quo().unwrap_or_default().to_owned(), "it was not run".to_owned());
        return Err(Unsolved::NoStatusQuo { policy, why });
    }
    match (&policy.equilibrium, policy.contracts.as_slice(), status_quo) {
        (Some(rule), [], _) => return equilibrium::allocate(window, rule, solver),
        (Some(rule), contracts, Some(status_quo)) => {
            return equilibrium::allocate_under(window, (rule, contracts), status_quo, solver);
        }
        _ => {}
    }
    let mut engine = Engine::of(window, policy, solver);
    match (&policy.welfare, status_quo) {
        (Some(welfare), Some(status_quo)) if welfare.floor == Floor::StatusQuo => {
            engine.bargain(welfare, status_quo)
        }
        _ if adds_up_money(policy) => engine.allocate_money(yields),
        _ => engine.allocate_goal(policy, yields),
    }
}

/// Whether a policy only adds up money, and nothing comes before it.
pub fn is_money(policy: &Policy) -> bool {
    adds_up_money(policy)
        && policy.guarantee.is_empty()
        && policy.constraint.is_empty()
        && policy.fuel.is_empty()
}

fn adds_up_money(policy: &Policy) -> bool {
    let sums = |welfare: &Welfare| {
        welfare.alpha == Alpha::Finite(0.0)
            && welfare.measure == Measure::Benefit
            && welfare.floor == Floor::Nothing
            && matches!(welfare.weights, Weights::Equal | Weights::Rule(super::policy::WeightRule::Equal))
    };
    policy.welfare.as_ref().is_some_and(sums)
}

/// Yields to start from: those of the plan with the greatest total benefit. They are found by our own method whichever
/// solves the rest, so that all start from the same to the last digit.
///
/// # Errors
/// As [`allocate`].
pub fn first_yields(window: Window<'_>) -> Result<Yields, Unsolved> {
    let solver = InteriorPoint::default();
    let mut engine = Engine::new(window, &solver);
    Ok(engine.money_passes(&straight_yields(window))?.yields)
}

/// Yields along storages that run straight from start to end.
pub fn straight_yields(window: Window<'_>) -> Yields {
    let path = StoragePath::straight(window.basin, &window.start.storage, window.end_storage);
    Yields::along(window.basin, &path)
}

/// The program of a policy's goal at given yields, for other solvers: the money program for a policy
/// about money.
///
/// # Errors
/// As [`allocate`].
pub fn goal_program<'a>(
    window: Window<'a>,
    policy: &Policy,
    status_quo: Option<&StatusQuo>,
    solver: &dyn Solver,
    yields: &Yields,
) -> Result<Formulation<'a>, Unsolved> {
    let mut engine = Engine::of(window, policy, solver);
    if is_money(policy) {
        let mut formulation = Formulation::new(window, yields, Detail::Money);
        formulation.maximise_benefit();
        return Ok(formulation);
    }
    let bargains = policy.needs_status_quo();
    let shortfall =
        if bargains { engine.promises_of_a_bargain(yields)? } else { engine.least_shortfall(yields)? };
    engine.find_guarantees(yields, &shortfall)?;
    if adds_up_money(policy) {
        let mut formulation = engine.promised(Detail::Money, yields, &shortfall);
        formulation.maximise_benefit();
        return Ok(formulation);
    }
    if let (Some(welfare), Some(status_quo)) = (&policy.welfare, status_quo)
        && welfare.floor == Floor::StatusQuo
    {
        let goal = engine.gains(welfare, status_quo, yields, &shortfall)?;
        return Ok(engine.reach(&goal, welfare, yields, &shortfall)?.0.formulation);
    }
    let (goal, welfare) = engine.goal(policy, yields, &shortfall)?;
    Ok(engine.reach(&goal, &welfare, yields, &shortfall)?.0.formulation)
}

pub(super) struct Engine<'a, 's> {
    pub(super) window: Window<'a>,
    pub(super) solver: &'s dyn Solver,
    pub(super) effort: Effort,
    /// How far a level may be missed, relative to it.
    pub(super) slack: f64,
    /// What comes before the goal.
    pub(super) guarantees: Guarantees,
    /// What comes before the guarantees.
    pub(super) limits: Limits,
    /// Storages to stay near, if there are any.
    pub(super) near: Option<Band>,
    /// Where the last pass ended: the next starts from there.
    pub(super) basis: Option<Basis>,
}

/// A plan about money, with the yields it was made with.
pub(super) struct Draft<'a> {
    pub(super) formulation: Formulation<'a>,
    pub(super) solution: Solution,
    pub(super) yields: Yields,
}

impl<'a, 's> Engine<'a, 's> {
    fn new(window: Window<'a>, solver: &'s dyn Solver) -> Engine<'a, 's> {
        let (effort, guarantees) = (Effort::default(), Guarantees::default());
        let limits = Limits::default();
        Engine { window, solver, effort, slack: EXACT, guarantees, limits, near: None, basis: None }
    }

    /// An engine for a policy, with its slack and its guarantees.
    fn of(window: Window<'a>, policy: &Policy, solver: &'s dyn Solver) -> Engine<'a, 's> {
        let guarantees = Guarantees::new(members(window, policy));
        let limits = Limits::new(window, policy);
        Engine { slack: policy.slack, guarantees, limits, ..Engine::new(window, solver) }
    }

    fn allocate_money(&mut self, yields: &Yields) -> Result<Allocation, Unsolved> {
        let Draft { formulation, solution, yields } = if self.guarantees.is_empty() && self.limits.is_empty()
        {
            self.money_passes(yields)?
        } else {
            self.guaranteed_passes(yields)?
        };
        let prices = Prices::read(&formulation, &solution.row_duals);
        let goal = Goal::of_measure(self.window, Measure::Needs);
        let (held, best, levels) = self.lift_among_the_best(&goal, formulation)?;
        let benefit = held.formulation.benefit_at(&best.values);
        let plan = self.even_plan(held.formulation, best);
        Ok(self.finish(plan, Some(prices), benefit, yields, &Levels { goal, levels }))
    }

    fn allocate_goal(&mut self, policy: &Policy, yields: &Yields) -> Result<Allocation, Unsolved> {
        let shortfall = self.least_shortfall(yields)?;
        self.find_guarantees(yields, &shortfall)?;
        let (goal, welfare) = self.goal(policy, yields, &shortfall)?;
        let mut yields = yields.clone();
        let mut bands = GOAL_BANDS.into_iter();
        loop {
            let (mut held, levels) = self.reach(&goal, &welfare, &yields, &shortfall)?;
            let solution = self.best(&mut held, &levels)?;
            let benefit = held.formulation.benefit_at(&solution.values);
            let plan = self.even_plan(held.formulation, solution);
            let (next, gap) = self.next_yields(&plan, &yields);
            match bands.next() {
                Some(width) if gap >= HEAD_TOLERANCE => self.near = Some(Band::around(&plan, width)),
                _ => return Ok(self.finish(plan, None, benefit, yields, &Levels { goal, levels })),
            }
            yields = next;
            self.find_guarantees(&yields, &shortfall)?;
        }
    }

    /// Plans about money until generation hardly moves with the heads; then the one of the greatest benefit.
    fn money_passes(&mut self, yields: &Yields) -> Result<Draft<'a>, Unsolved> {
        let window = self.window;
        self.settle(yields, |_, yields| Ok(Formulation::new(window, yields, Detail::Money)))
    }

    /// Makes plans of great benefit, a little smoothed so that they do not jump from pass to pass, and takes the yields
    /// around each for the next until generation hardly moves; then the plan of the greatest benefit near the last.
    pub(super) fn settle(
        &mut self,
        yields: &Yields,
        mut program: impl FnMut(&mut Self, &Yields) -> Result<Formulation<'a>, Unsolved>,
    ) -> Result<Draft<'a>, Unsolved> {
        let mut yields = yields.clone();
        let mut near: Option<Band> = None;
        for width in MONEY_BANDS {
            let mut formulation = program(self, &yields)?;
            near.iter().for_each(|band| band.hold(&mut formulation));
            let smoothing = formulation.unevenness();
            formulation.maximise_benefit();
            smoothing.iter().for_each(|term| formulation.program.add_convex(term.scaled(DRAFT_SMOOTHING)));
            let solution =
                self.solve_with(&InteriorPoint::default(), &formulation.program, "looking for the heads")?;
            let plan = Plan::read(&formulation, &solution.values);
            let gap;
            (yields, gap) = self.next_yields(&plan, &yields);
            let settled = gap < HEAD_TOLERANCE;
            near = Some(Band::around(&plan, if settled { LAST_BAND } else { width }));
            if settled {
                break;
            }
        }
        let mut formulation = program(self, &yields)?;
        near.iter().for_each(|band| band.hold(&mut formulation));
        formulation.maximise_benefit();
        let solution = self.solve(&formulation.program, "taking the best total benefit")?;
        Ok(Draft { formulation, solution, yields })
    }

    /// The yields around a plan, and the share by which its generation differs from what was counted on.
    pub(super) fn next_yields(&self, plan: &Plan, yields: &Yields) -> (Yields, f64) {
        (plan.yields(self.window), plan.head_gap(self.window, yields))
    }

    /// The least priced shortfall of promises that any plan has, MUSD.
    pub(super) fn least_shortfall(&mut self, yields: &Yields) -> Result<LeastShortfall, Unsolved> {
        let mut formulation = Formulation::new(self.window, yields, Detail::Physics);
        formulation.minimise_shortfall();
        let solution = self.solve(&formulation.program, "keeping the promises of the physics")?;
        Ok(LeastShortfall::read(&formulation, &solution))
    }

    /// Reaches a goal at given yields: the program that maximises benefit with the levels held, and the levels.
    pub(super) fn reach(
        &mut self,
        goal: &Goal,
        welfare: &Welfare,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<(Held<'a>, Vec<f64>), Unsolved> {
        if let Goal::Classes(classes) = goal {
            return self.reach_in_order(classes, yields, shortfall);
        }
        let weights = goal.weights(self.window, &welfare.weights);
        if let (Goal::Gains(gains), Alpha::Finite(alpha)) = (goal, welfare.alpha) {
            let (mut held, levels) = self.share_gains(gains, &weights, alpha, yields, shortfall)?;
            held.hold(&levels, self.slack);
            return Ok((held, levels));
        }
        let mut formulation = self.promised(Detail::Money, yields, shortfall);
        let members = goal.add_to(&mut formulation);
        let (mut held, levels) = match welfare.alpha {
            Alpha::Leximin => self.lift(formulation, members, Some(&weights))?,
            Alpha::Finite(alpha) => {
                let levels = self.fair(goal, &weights, alpha, yields, shortfall)?;
                let vertex = self.vertex(&formulation.program)?;
                (Held { formulation, vertex, members }, levels)
            }
        };
        held.hold(&levels, self.slack);
        Ok((held, levels))
    }

    /// A program that holds the promises, and the guarantees above them, as far as they can be kept.
    pub(super) fn promised(
        &self,
        detail: Detail,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Formulation<'a> {
        let mut formulation = Formulation::new(self.window, yields, detail);
        formulation.hold_shortfall(shortfall);
        self.limits.hold(&mut formulation);
        self.guarantees.hold(&mut formulation);
        self.near.iter().for_each(|band| band.hold(&mut formulation));
        formulation
    }

    /// The even and smooth plan among those that hold all that is held; the given one if it cannot be
    /// found.
    pub(super) fn even_plan(&mut self, mut formulation: Formulation<'_>, fallback: Solution) -> Plan {
        let before = Plan::read(&formulation, &fallback.values);
        let terms = formulation.unevenness();
        formulation.program.clear_objective();
        terms.into_iter().for_each(|term| formulation.program.add_convex(term));
        match self.solve_bent(&formulation.program, "smoothing the plan") {
            Ok(solution) => Plan::read(&formulation, &solution.values),
            Err(_) => {
                self.effort
                    .warnings
                    .push("the plan was not smoothed: the solver stopped without an answer".to_owned());
                before
            }
        }
    }

    pub(super) fn finish(
        &mut self,
        plan: Plan,
        prices: Option<Prices>,
        benefit: f64,
        yields: Yields,
        found: &Levels,
    ) -> Allocation {
        let (_, gap) = self.next_yields(&plan, &yields);
        let mut effort = std::mem::take(&mut self.effort);
        effort.head_gap = gap;
        effort.warnings.dedup();
        effort.gave_way = self.guarantees.gave_way(&plan);
        let basin = self.window.basin;
        effort.warnings.extend(self.limits.gave_way(basin, &plan));
        effort.warnings.extend(effort.gave_way.iter().map(|gave| gave.describe(basin)));
        let name = |position: usize| found.goal.member_name(self.window.basin, position);
        let levels = found.levels.iter().enumerate().map(|(k, level)| (name(k), *level)).collect();
        Allocation { plan, prices, benefit, yields, levels, effort }
    }

    pub(super) fn solve(&mut self, program: &Program, stage: &'static str) -> Result<Solution, Unsolved> {
        self.solve_with(self.solver, program, stage)
    }

    fn solve_with(
        &mut self,
        solver: &dyn Solver,
        program: &Program,
        stage: &'static str,
    ) -> Result<Solution, Unsolved> {
        let solution = solver.solve(program);
        self.effort.count(&solution);
        if solution.is_usable() { Ok(solution) } else { Err(self.why(program, stage, solution.status)) }
    }

    pub(super) fn why(&self, program: &Program, stage: &'static str, status: Status) -> Unsolved {
        match status {
            Status::Infeasible => Unsolved::Infeasible { stage, conflicts: conflicts(program, self.solver) },
            _ => Unsolved::Stalled { stage, status },
        }
    }
}
