//! Levels: what a goal reached, held in a program that then maximises benefit.

use crate::solver::program::{ConvexTerm, Program, Var};
use crate::solver::vertex::{Vertex, settle};
use crate::solver::{Solution, Status};

use super::formulation::Formulation;
use super::goal::Goal;

/// A goal and the levels its members reached.
pub(super) struct Levels {
    pub(super) goal: Goal,
    pub(super) levels: Vec<f64>,
}

/// A program in which levels are held, its best plan, and the plans that are as good.
pub(super) struct Held<'a> {
    pub(super) formulation: Formulation<'a>,
    pub(super) vertex: Vertex,
    /// The variables of the members.
    pub(super) members: Vec<Var>,
}

/// A level below this is a loss of money, MUSD; other levels are at least nothing, whatever a solver leaves.
const LOSS: f64 = -1e-6;

impl<'a> Held<'a> {
    /// Puts a floor under each level, lower by a slack relative to it, and makes benefit the objective.
    pub(super) fn hold(&mut self, levels: &[f64], slack: f64) {
        let program = &mut self.formulation.program;
        for (&member, level) in self.members.iter().zip(levels) {
            let most = program.variable(member).upper;
            let floor = floor(*level, slack, most);
            program.set_bounds(member, floor, most);
            self.vertex.set_bounds(member, floor, most);
        }
        self.formulation.maximise_benefit();
        self.vertex.set_costs(self.formulation.program.costs());
    }

    /// Goes to the best vertex and restricts the program to the plans that are as good.
    pub(super) fn best(&mut self) -> Result<Solution, Status> {
        match self.vertex.minimise() {
            Status::Optimal => {}
            status => return Err(status),
        }
        let solution = self.vertex.solution(&self.formulation.program, Status::Optimal);
        self.vertex.hold_tight(&[]);
        self.restrict(&solution);
        Ok(solution)
    }

    /// Restricts the program to what the vertex holds tight, and every member to what it has. Members that are single
    /// deliveries keep their floors only: between plans of equal benefit it is the even one that chooses among them.
    pub(super) fn restrict(&mut self, solution: &Solution) {
        let program = &mut self.formulation.program;
        self.vertex.face(program).restrict(program);
        for &member in &self.members {
            if program.variable(member).label.family != "delivery" {
                let value = solution.values[member.position()];
                program.set_bounds(member, value, value);
            }
        }
        settle(program, &solution.values);
    }
}

/// The floor under a level, lower by a slack relative to it and not above its most.
pub(super) fn floor(level: f64, slack: f64, most: f64) -> f64 {
    let least = if level < LOSS { f64::NEG_INFINITY } else { 0.0 };
    (level - slack * level.abs()).min(most).max(least)
}

/// Makes minus `sum w phi_alpha(u)` the objective, weights relative to their mean.
pub(super) fn sum_up(program: &mut Program, members: &[Var], weights: &[f64], alpha: f64) {
    program.clear_objective();
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    for (&var, weight) in members.iter().zip(weights) {
        let weight = weight / mean;
        if alpha == 0.0 {
            program.add_cost(var, -weight);
        } else {
            program.add_convex(ConvexTerm::AlphaFair { var, weight, alpha });
        }
    }
}
