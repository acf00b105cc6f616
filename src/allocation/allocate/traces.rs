//! Traces: windows that differ in nothing but what comes, under a policy that adds up, solved side by side.
//!
//! All are planned at the heads of one window's own plan, to first order in their storages, so that their programs are of one
//! pattern and one set of coefficients: least shortfall, goal, greatest benefit. Heads are not settled again and plans not
//! evened out; what a plan is worth is measured where it is replayed.

use crate::energy::hydropower::Yields;
use crate::solver::program::{Program, Var};
use crate::solver::{Alike, Solution, Solver};

use super::super::formulation::{Detail, Formulation, LeastShortfall};
use super::super::goal::Goal;
use super::super::levels::{Levels, floor, sum_up};
use super::super::plan::{Plan, Prices};
use super::super::policy::{Alpha, Policy, Welfare};
use super::super::unsolved::Unsolved;
use super::super::window::Window;
use super::{Allocation, Engine, allocate, first_yields, is_money};

/// What is found once for all traces of a policy.
pub struct Traces<'p, 's> {
    policy: &'p Policy,
    /// What is shared, and how averse to inequality; none where money alone is added up.
    shared: Option<(Goal, Welfare, f64)>,
    yields: Yields,
    solver: &'s dyn Solver,
    stages: Vec<Stage<'s>>,
}

/// One of the programs that follow each other, for all traces.
struct Stage<'s> {
    alike: Box<dyn Alike + 's>,
    /// The answer to the one of the first window.
    near: Solution,
}

/// A window on its way through the programs.
struct Trace<'w, 't> {
    engine: Engine<'w, 't>,
    /// The program that it has come to, unless an earlier one had no answer.
    formulation: Option<Formulation<'w>>,
    /// The variables of the goal's members in it.
    members: Vec<Var>,
    /// The answer to it.
    solution: Option<Solution>,
    levels: Vec<f64>,
}

impl<'p, 's> Traces<'p, 's> {
    /// What is found once: the heads of a window's own plan, and its programs for a template. None for a policy that does not add
    /// up: one with a status quo, guarantees, limits, levels to be lifted or targets.
    ///
    /// # Errors
    /// As [`allocate`].
    pub fn of(
        window: Window<'_>,
        policy: &'p Policy,
        solver: &'s dyn Solver,
    ) -> Result<Option<Traces<'p, 's>>, Unsolved> {
        if policy.status_quo().is_some() || !is_plain(policy) {
            return Ok(None);
        }
        let shared = match &policy.welfare {
            _ if is_money(policy) => None,
            Some(welfare) => match welfare.alpha {
                Alpha::Finite(alpha) => {
                    Some((Goal::of_measure(window, welfare.measure), welfare.clone(), alpha))
                }
                Alpha::Leximin => return Ok(None),
            },
            None => return Ok(None),
        };
        let yields = allocate(window, policy, None, solver, &first_yields(window)?)?.yields;
        let mut traces = Traces { policy, shared, yields, solver, stages: Vec::new() };
        let mut stages = Vec::new();
        traces.follow(&[window], |_, programs| {
            let near = |program: &&Program| {
                let near = solver.solve(program);
                stages.push(Stage { alike: solver.alike(program), near: near.clone() });
                near
            };
            programs.iter().map(near).collect()
        });
        traces.stages = stages;
        Ok((traces.stages.len() == traces.length()).then_some(traces))
    }

    /// How many programs follow each other.
    fn length(&self) -> usize {
        if self.shared.is_some() { 3 } else { 1 }
    }

    /// The plans of some windows, in their order; none where a program did not come to an answer.
    pub fn allocate(&self, windows: &[Window<'_>]) -> Vec<Option<Allocation>> {
        self.follow(windows, |stage, programs| {
            let Stage { alike, near } = &self.stages[stage];
            alike.solve_from(programs, near)
        })
    }

    /// Goes from program to program with all windows, given what solves those of a stage.
    fn follow(
        &self,
        windows: &[Window<'_>],
        mut solve: impl FnMut(usize, &[&Program]) -> Vec<Solution>,
    ) -> Vec<Option<Allocation>> {
        let yields = &self.yields;
        let mut traces: Vec<Trace<'_, '_>> =
            windows.iter().map(|&window| Trace::new(Engine::of(window, self.policy, self.solver))).collect();
        let mut stage = 0;
        let mut answer = |traces: &mut [Trace<'_, '_>]| {
            answer_all(traces, |programs| solve(stage, programs));
            stage += 1;
        };
        let Some((goal, welfare, alpha)) = &self.shared else {
            traces.iter_mut().for_each(|trace| trace.maximise_benefit(yields));
            answer(&mut traces);
            return traces.into_iter().map(|trace| trace.finish(yields, None)).collect();
        };
        traces.iter_mut().for_each(|trace| trace.minimise_shortfall(yields));
        answer(&mut traces);
        let shortfalls: Vec<Option<LeastShortfall>> = traces.iter().map(Trace::shortfall).collect();
        for (trace, shortfall) in traces.iter_mut().zip(&shortfalls) {
            trace.share(yields, shortfall.as_ref(), (goal, welfare, *alpha));
        }
        answer(&mut traces);
        for (trace, shortfall) in traces.iter_mut().zip(&shortfalls) {
            trace.hold_levels(yields, shortfall.as_ref(), goal);
        }
        answer(&mut traces);
        traces.into_iter().map(|trace| trace.finish(yields, Some(goal))).collect()
    }
}

impl<'w, 't> Trace<'w, 't> {
    fn new(engine: Engine<'w, 't>) -> Trace<'w, 't> {
        Trace { engine, formulation: None, members: Vec::new(), solution: None, levels: Vec::new() }
    }

    fn maximise_benefit(&mut self, yields: &Yields) {
        let mut formulation = Formulation::new(self.engine.window, yields, Detail::Money);
        formulation.maximise_benefit();
        self.formulation = Some(formulation);
    }

    fn minimise_shortfall(&mut self, yields: &Yields) {
        let mut formulation = Formulation::new(self.engine.window, yields, Detail::Physics);
        formulation.minimise_shortfall();
        self.formulation = Some(formulation);
    }

    /// The least shortfall, once it is found.
    fn shortfall(&self) -> Option<LeastShortfall> {
        Some(LeastShortfall::read(self.formulation.as_ref()?, self.solution.as_ref()?))
    }

    /// The program of the goal's members above the least shortfall; none without that.
    fn promise(&mut self, detail: Detail, yields: &Yields, shortfall: Option<&LeastShortfall>, goal: &Goal) {
        self.formulation = shortfall.map(|shortfall| self.engine.promised(detail, yields, shortfall));
        self.members = self.formulation.as_mut().map_or_else(Vec::new, |program| goal.add_to(program));
    }

    fn share(
        &mut self,
        yields: &Yields,
        shortfall: Option<&LeastShortfall>,
        (goal, welfare, alpha): (&Goal, &Welfare, f64),
    ) {
        self.promise(goal.detail(), yields, shortfall, goal);
        let weights = goal.weights(self.engine.window, &welfare.weights);
        if let Some(formulation) = &mut self.formulation {
            sum_up(&mut formulation.program, &self.members, &weights, alpha);
        }
    }

    /// Holds the levels that were reached, and makes benefit the objective.
    fn hold_levels(&mut self, yields: &Yields, shortfall: Option<&LeastShortfall>, goal: &Goal) {
        let Some(solution) = self.solution.take() else {
            self.formulation = None;
            return;
        };
        self.levels = self.members.iter().map(|var| solution.values[var.position()]).collect();
        self.promise(Detail::Money, yields, shortfall, goal);
        let slack = self.engine.slack;
        if let Some(formulation) = &mut self.formulation {
            for (&member, &level) in self.members.iter().zip(&self.levels) {
                let most = formulation.program.variable(member).upper;
                formulation.program.set_bounds(member, floor(level, slack, most), most);
            }
            formulation.maximise_benefit();
        }
    }

    fn finish(mut self, yields: &Yields, goal: Option<&Goal>) -> Option<Allocation> {
        let (formulation, solution) = (self.formulation?, self.solution?);
        let plan = Plan::read(&formulation, &solution.values);
        let benefit = formulation.benefit_at(&solution.values);
        let prices = goal.is_none().then(|| Prices::read(&formulation, &solution.row_duals));
        let goal = goal.cloned().unwrap_or_else(|| Goal::Needs(Vec::new()));
        let levels = Levels { goal, levels: self.levels };
        Some(self.engine.finish(plan, prices, benefit, yields.clone(), &levels))
    }
}

/// Whether nothing but a welfare decides.
fn is_plain(policy: &Policy) -> bool {
    policy.award.is_none()
        && policy.equilibrium.is_none()
        && policy.contracts.is_empty()
        && policy.priority.is_none()
        && policy.constraint.is_empty()
        && policy.fuel.is_empty()
        && policy.guarantee.is_empty()
        && policy.joint_plant.is_none()
}

/// Answers the programs that there are; an answer that cannot be used is none.
fn answer_all(traces: &mut [Trace<'_, '_>], solve: impl FnOnce(&[&Program]) -> Vec<Solution>) {
    let programs: Vec<&Program> =
        traces.iter().filter_map(|trace| trace.formulation.as_ref()).map(|own| &own.program).collect();
    let mut found = solve(&programs).into_iter();
    for trace in traces {
        let solution = trace.formulation.as_ref().and_then(|_| found.next());
        solution.iter().for_each(|solution| trace.engine.effort.count(solution));
        trace.solution = solution.filter(Solution::is_usable);
    }
}
