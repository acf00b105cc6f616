//! Lifting from vertex to vertex: leximin of a goal's members, among all plans or among the best, and the best plan
//! that holds what was reached.

use crate::solver::interior_point::InteriorPoint;
use crate::solver::lexicographic::Member;
use crate::solver::program::{Program, Var};
use crate::solver::vertex::{Lift, Vertex};
use crate::solver::{Solution, Solver, Status};

use super::super::formulation::Formulation;
use super::super::goal::Goal;
use super::super::levels::Held;
use super::super::unsolved::Unsolved;
use super::Engine;

/// How much more a level may be missed where the program with the slack asked for cannot be solved.
const WIDER: [f64; 2] = [2.0, 10.0];

impl<'a> Engine<'a, '_> {
    /// Leximin of the members, each counting once or by its weight; the program then stands where it ended.
    pub(in crate::allocation) fn lift(
        &mut self,
        mut formulation: Formulation<'a>,
        members: Vec<Var>,
        weights: Option<&[f64]>,
    ) -> Result<(Held<'a>, Vec<f64>), Unsolved> {
        let weight = |at: usize| weights.map_or(1.0, |weights| weights[at]);
        let list: Vec<Member> =
            members.iter().enumerate().map(|(at, &var)| Member { var, weight: weight(at) }).collect();
        let lift = Lift::add_to(&mut formulation.program, &list);
        let mut vertex = self.vertex(&formulation.program)?;
        self.approach(&mut vertex, || lift.first_round(&formulation.program));
        let levels = lift
            .climb(&mut vertex, self.slack)
            .map_err(|status| self.why(&formulation.program, "lifting the worst off", status))?;
        self.count(&vertex);
        Ok((Held { formulation, vertex, members }, levels))
    }

    /// The plan of the greatest benefit, and the leximin of the needs among all that are as good.
    pub(super) fn lift_among_the_best(
        &mut self,
        goal: &Goal,
        mut formulation: Formulation<'a>,
    ) -> Result<(Held<'a>, Solution, Vec<f64>), Unsolved> {
        let members = goal.add_to(&mut formulation);
        let list: Vec<Member> = members.iter().map(|&var| Member { var, weight: 1.0 }).collect();
        let lift = Lift::add_to(&mut formulation.program, &list);
        let vertex = self.vertex(&formulation.program)?;
        let mut held = Held { formulation, vertex, members };
        match held.vertex.minimise() {
            Status::Optimal => held.vertex.hold_tight(lift.rows()),
            status => {
                return Err(self.why(&held.formulation.program, "taking the best total benefit", status));
            }
        }
        let best = held.vertex.solution(&held.formulation.program, Status::Optimal);
        let levels = match lift.climb(&mut held.vertex, self.slack) {
            Ok(levels) => levels,
            Err(_) => {
                let warning = "plans of equal money were not ranked by the worst-off need";
                self.effort.warnings.push(warning.to_owned());
                held.restrict(&best);
                return Ok((held, best, Vec::new()));
            }
        };
        self.count(&held.vertex);
        let lifted = held.vertex.solution(&held.formulation.program, Status::Optimal);
        held.restrict(&lifted);
        Ok((held, lifted, levels))
    }

    /// The best plan that holds the levels; where they are held too tightly to be told apart, a little less tightly.
    pub(in crate::allocation) fn best(
        &mut self,
        held: &mut Held<'a>,
        levels: &[f64],
    ) -> Result<Solution, Unsolved> {
        let before = held.vertex.steps();
        let mut best = held.best();
        for wider in WIDER {
            if best.is_err() {
                held.hold(levels, wider * self.slack);
                best = held.best();
            }
        }
        let stopped = |status| self.why(&held.formulation.program, "taking the best total benefit", status);
        let solution = best.map_err(stopped)?;
        self.effort.count_steps(held.vertex.steps() - before);
        self.basis = Some(held.vertex.basis());
        Ok(solution)
    }

    /// A program at a vertex: near that of the last pass, if there was one.
    pub(in crate::allocation) fn vertex(&self, program: &Program) -> Result<Vertex, Unsolved> {
        let mut vertex = Vertex::of(program)
            .ok_or_else(|| self.why(program, "laying out the program", Status::Infeasible))?;
        self.basis.iter().for_each(|basis| vertex.go_to(basis));
        Ok(vertex)
    }

    /// Brings a program that starts from nothing near its best plan, by our own method whichever solves the rest: where a leximin
    /// ends within its slack hangs on where it began.
    pub(in crate::allocation) fn approach(&mut self, vertex: &mut Vertex, program: impl FnOnce() -> Program) {
        if self.basis.is_none() {
            let solution = InteriorPoint::default().solve(&program());
            self.effort.count(&solution);
            if solution.is_usable() {
                vertex.go_near(&solution.values);
            }
        }
    }

    pub(in crate::allocation) fn count(&mut self, vertex: &Vertex) {
        self.effort.count_steps(vertex.steps());
    }
}
