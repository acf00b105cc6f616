//! Floor 1: programs and how to solve them, in bare numbers.
//!
//! A [`program::Program`] is minimised by a [`Solver`]; nothing here knows a river.

pub mod clarabel;
mod form;
pub mod interior_point;
mod ladder;
pub mod lexicographic;
pub mod mps;
mod newton;
pub mod priority;
pub mod program;
mod scaling;
pub mod simplex;
pub mod text;
pub mod vertex;

use program::Program;

/// How a solve ended: outcomes are values, not errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Solved to the tolerances asked for.
    Optimal,
    /// Solved to looser tolerances than asked for.
    AlmostOptimal,
    /// No point satisfies the rows and bounds.
    Infeasible,
    /// The objective falls without end.
    Unbounded,
    /// Stopped before it had converged.
    NotConverged,
}

/// What a solver found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// How it ended.
    pub status: Status,
    /// The least value of the objective.
    pub objective: f64,
    /// The variables.
    pub values: Vec<f64>,
    /// For each row, how much the least objective changes per unit by which the row's right-hand side
    /// (the bound that holds) is raised.
    pub row_duals: Vec<f64>,
    /// For each variable, the same for its bound that holds (its reduced cost).
    pub reduced_costs: Vec<f64>,
    /// Iterations taken.
    pub iterations: u32,
    /// Whether another method had to be asked, because the one that was asked did not arrive.
    pub second_opinion: bool,
    /// How far the solution is from perfect, in the program's own units.
    pub accuracy: Accuracy,
}

/// What is left over in a solution, measured on the program as it was given, not as it was scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// The largest violation of a row or bound.
    pub primal: f64,
    /// The largest violation of stationarity.
    pub dual: f64,
    /// The gap between primal and dual objective, relative to `max(1, |objective|)`.
    pub gap: f64,
}

impl Solution {
    /// Whether the values can be used.
    pub fn is_usable(&self) -> bool {
        matches!(self.status, Status::Optimal | Status::AlmostOptimal)
    }
}

/// A method that minimises a program.
pub trait Solver: Sync {
    /// The name by which users choose it.
    fn name(&self) -> &'static str;

    /// Minimises the program.
    fn solve(&self, program: &Program) -> Solution;

    /// What minimises programs like a template, which differ from it in right-hand sides, bounds, costs and weights: one after the
    /// other, unless a method can do more at once.
    fn alike<'s>(&'s self, _template: &Program) -> Box<dyn Alike + 's> {
        Box::new(EachAlone(self))
    }
}

/// A method made ready for programs like a template.
pub trait Alike: Send + Sync {
    /// Minimises the programs, beginning near a solution of the template where the method can; the answers come in their order, and
    /// what each comes to does not depend on the others.
    fn solve_from(&self, programs: &[&Program], near: &Solution) -> Vec<Solution>;
}

/// Programs solved one after the other.
struct EachAlone<'s, S: ?Sized>(&'s S);

impl<S: Solver + ?Sized> Alike for EachAlone<'_, S> {
    fn solve_from(&self, programs: &[&Program], _near: &Solution) -> Vec<Solution> {
        programs.iter().map(|program| self.0.solve(program)).collect()
    }
}
