//! The simplex method for linear programs small enough to be solved at a vertex, to the last digits: primal, with
//! bounds on variables and on the sums of rows (G. B. Dantzig, 1963). It walks from basis to basis; the program's
//! layout, its scaling and the measure of accuracy are those of the other methods, the algebra is the table's.
//!
//! A first phase lowers the sum of what lies outside its bounds, a second the cost. The variable that enters is
//! the one whose edge is steepest (J. J. Forrest and D. Goldfarb, 1992); where many steps lead nowhere, the first
//! that may (R. G. Bland, 1977), which cannot cycle. The one that leaves has the largest pivot among those
//! that block first, bounds being seen through a tolerance (P. M. J. Harris, 1973). Every word about the
//! program, `Optimal`, `Infeasible` or `Unbounded`, is said of a table laid anew from the program's coefficients.

mod table;
mod walk;

use super::form::{Bounds, Form, Point, nothing, solution};
use super::program::Program;
use super::scaling::Scaling;
use super::{Solution, Solver, Status};
use walk::Walk;

/// A dense simplex method for small linear programs: some hundreds of variables, or of rows, or (as for the
/// excesses of a game) thousands of rows over a few variables; a pivot costs rows times variables.
///
/// It does not bend: a program with a convex term on a variable that can move is answered
/// [`Status::NotConverged`], with no value claimed (all `NaN`).
///
/// ```
/// use mirab::solver::program::{Label, Program};
/// use mirab::solver::simplex::Simplex;
/// use mirab::solver::{Solver, Status};
///
/// // the example of Dantzig's pupils (V. Chvatal, 1983, page 13): 5 x + 4 y + 3 z is at most 13
/// let mut program = Program::new();
/// let label = Label { family: "x", element: program.name("a"), period: None };
/// let vars = [-5.0, -4.0, -3.0].map(|cost| {
///     let var = program.add_variable(label, 0.0, f64::INFINITY);
///     program.add_cost(var, cost);
///     var
/// });
/// for (limit, coefficients) in [(5.0, [2.0, 3.0, 1.0]), (11.0, [4.0, 1.0, 2.0]), (8.0, [3.0, 4.0, 2.0])] {
///     let row = program.add_row(label, f64::NEG_INFINITY, limit);
///     vars.iter().zip(coefficients).for_each(|(var, value)| program.add_term(row, *var, value));
/// }
/// let found = Simplex.solve(&program);
/// assert_eq!(found.status, Status::Optimal);
/// assert_eq!(found.objective, -13.0);
/// assert_eq!(found.values, [2.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Simplex;

impl Solver for Simplex {
    fn name(&self) -> &'static str {
        "simplex"
    }

    fn solve(&self, program: &Program) -> Solution {
        let Some(mut form) = Form::of(program) else { return nothing(program, Status::Infeasible, 0) };
        if form.width() == 0 {
            return solution(program, &form, &Point::default(), Status::Optimal);
        }
        let scaling = Scaling::equilibrate(&mut form);
        if !form.curved.is_empty() || !is_finite(&form) {
            return nothing(program, Status::NotConverged, 0);
        }
        let mut walk = Walk::of(&form);
        let status = walk.run();
        if status != Status::Optimal {
            return nothing(program, status, walk.steps());
        }
        let mut point = walk.point();
        scaling.unscale(&mut point);
        Solution { iterations: walk.steps(), ..solution(program, &form, &point, status) }
    }
}

/// Whether every number that is used is one; bounds may be infinite, each on its own side.
fn is_finite(form: &Form) -> bool {
    let numbers = form.value.iter().chain(&form.cost).all(|number| number.is_finite());
    let sided = |bounds: &Bounds| bounds.lower < f64::INFINITY && bounds.upper > f64::NEG_INFINITY;
    numbers && form.rows.iter().chain(&form.columns).all(sided)
}
