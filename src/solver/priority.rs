//! Priorities as a sequence of programs: minimise one thing, keep it, go on to the next. It says which
//! program could not be solved; what the priorities are is left to others.

use super::program::{Label, Program, Var};
use super::{Solution, Solver, Status};
use thiserror::Error;

/// What is kept of a least value that was reached, relative to it.
const KEPT: f64 = 1e-9;

/// A program of the sequence could not be solved.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{what} ended {status:?}")]
pub struct Unsolved {
    /// Which program.
    pub what: String,
    /// How it ended.
    pub status: Status,
    /// What was found, for the accuracy it carries.
    pub solution: Box<Solution>,
}

/// Solves a program or says which one could not be solved.
///
/// # Errors
/// [`Unsolved`] if the solver's answer cannot be used.
pub fn solve(program: &Program, what: &str, solver: &dyn Solver) -> Result<Solution, Unsolved> {
    let solution = solver.solve(program);
    if solution.is_usable() {
        return Ok(solution);
    }
    Err(Unsolved { what: what.to_string(), status: solution.status, solution: Box::new(solution) })
}

/// Minimises the program's objective, then keeps it: the linear part becomes a row that may not exceed what was
/// reached, variables under a convex term keep their value, and the objective is cleared for the next
/// priority. `family` names the row.
///
/// # Errors
/// [`Unsolved`] if the program cannot be solved; it is then left as it was.
pub fn least(program: &mut Program, family: &'static str, solver: &dyn Solver) -> Result<Solution, Unsolved> {
    let solution = solve(program, family, solver)?;
    let costs: Vec<(Var, f64)> = program.costs().collect();
    let convex: Vec<Var> = program.convex_terms().iter().map(|term| term.var()).collect();
    let reached: f64 = costs.iter().map(|(var, cost)| cost * solution.values[var.position()]).sum();
    program.clear_objective();
    if !costs.is_empty() {
        let largest = costs.iter().map(|(_, cost)| cost.abs()).fold(0.0, f64::max);
        let slack = KEPT * reached.abs()
            + solution.accuracy.gap * reached.abs().max(1.0)
            + solution.accuracy.primal * largest;
        let element = program.name("all");
        let row =
            program.add_row(Label { family, element, period: None }, f64::NEG_INFINITY, reached + slack);
        costs.iter().for_each(|(var, cost)| program.add_term(row, *var, *cost));
    }
    for var in convex {
        keep(program, var, solution.values[var.position()]);
    }
    Ok(solution)
}

/// Narrows a variable's bounds to a value.
fn keep(program: &mut Program, var: Var, value: f64) {
    let bounds = program.variable(var);
    let hair = KEPT.sqrt() * 1e-2 * value.abs();
    let (lower, upper) = (bounds.lower.max(value - hair), bounds.upper.min(value + hair));
    program.set_bounds(var, lower.min(upper), upper.max(lower));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::clarabel::Clarabel;
    use crate::solver::program::ConvexTerm;

    fn pair() -> (Program, [Var; 2]) {
        let mut program = Program::new();
        let element = program.name("a");
        let label = Label { family: "x", element, period: None };
        let vars = [program.add_variable(label, 0.0, 5.0), program.add_variable(label, 0.0, 5.0)];
        let row = program.add_row(label, 4.0, f64::INFINITY);
        vars.iter().for_each(|var| program.add_term(row, *var, 1.0));
        (program, vars)
    }

    #[test]
    fn what_is_least_first_is_kept_when_the_next_is_minimised() {
        let (mut program, vars) = pair();
        vars.iter().for_each(|var| program.add_cost(*var, 2.0));
        least(&mut program, "first", &Clarabel::default()).expect("solvable");
        program.add_cost(vars[1], 1.0);
        program.add_cost(vars[0], -10.0);
        let found = least(&mut program, "second", &Clarabel::default()).expect("solvable");
        assert!((found.values[0] - 4.0).abs() < 1e-6 && found.values[1].abs() < 1e-6, "{:?}", found.values);
        assert_eq!(program.rows().len(), 3);
    }

    #[test]
    fn what_a_convex_term_settled_first_stays_settled() {
        let (mut program, vars) = pair();
        program.add_convex(ConvexTerm::Quadratic { var: vars[0], weight: 2.0, target: 3.0 });
        least(&mut program, "first", &Clarabel::default()).expect("solvable");
        program.add_cost(vars[0], 1.0);
        program.add_cost(vars[1], 0.1);
        let found = least(&mut program, "second", &Clarabel::default()).expect("solvable");
        assert!((found.values[0] - 3.0).abs() < 1e-5 && (found.values[1] - 1.0).abs() < 1e-5, "{found:?}");
    }

    #[test]
    fn a_program_that_cannot_be_solved_is_named_and_left_as_it_was() {
        let (mut program, vars) = pair();
        vars.iter().for_each(|var| program.set_bounds(*var, 0.0, 1.0));
        program.add_cost(vars[0], 1.0);
        let problem = least(&mut program, "spill", &Clarabel::default()).expect_err("infeasible");
        assert_eq!((problem.what.as_str(), problem.status), ("spill", Status::Infeasible));
        assert_eq!(program.rows().len(), 1);
        assert_eq!(program.costs().count(), 1);
    }
}
