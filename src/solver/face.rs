//! Faces: all the best points of a program, as the same program with what is tight made fixed.
//!
//! A bound or row that bears a price in one best point is tight in every best point (strict
//! complementarity; Goldman and Tucker, 1956), and an interior-point method ends where every bound or row
//! that is tight in all of them bears one. So after a solve the best points are those that keep what
//! bears a price tight. A program restricted to them keeps an inside, which one with the objective as a
//! row does not, and is smaller. What is not clearly one or the other is left free.

use super::Solution;
use super::program::{Program, Row, Var};

/// A price, relative to the objective, must be this many times the relative slack to count as a price.
const CLEARLY: f64 = 1e2;

/// Moving through the whole range must cost this much, relative to the objective, to count as a price: below it
/// stands what a solver leaves over.
const PAID: f64 = 1e-6;

/// A bound with more relative slack than this is not tight.
const TIGHT: f64 = 1e-4;

/// What is tight in every best point of a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Face {
    /// Variables that stand at a bound, and the bound.
    fixed: Vec<(Var, f64)>,
    /// Rows whose sum stands at a bound, and the bound.
    tight: Vec<(Row, f64)>,
}

impl Face {
    /// The face of the best points of a program that has been solved.
    pub fn of(program: &Program, solution: &Solution) -> Face {
        let scale = solution.objective.abs().max(1.0);
        let sums = program.row_sums(&solution.values);
        let mut face = Face::default();
        for var in program.variable_ids() {
            let place = var.position();
            let variable = program.variable(var);
            let (value, price) = (solution.values[place], solution.reduced_costs[place]);
            face.fixed
                .extend(standing(variable.lower, variable.upper, value, price, scale).map(|b| (var, b)));
        }
        for row in program.row_ids() {
            let place = row.position();
            let bounds = program.row(row);
            let (sum, price) = (sums[place], solution.row_duals[place]);
            face.tight.extend(standing(bounds.lower, bounds.upper, sum, price, scale).map(|b| (row, b)));
        }
        face
    }

    /// Only what concerns the first variables and rows: what another program with the same beginning shares.
    pub fn within(&self, variables: usize, rows: usize) -> Face {
        Face {
            fixed: self.fixed.iter().copied().filter(|(var, _)| var.position() < variables).collect(),
            tight: self.tight.iter().copied().filter(|(row, _)| row.position() < rows).collect(),
        }
    }

    /// Both faces at once.
    pub fn and(mut self, other: Face) -> Face {
        self.fixed.extend(other.fixed);
        self.tight.extend(other.tight);
        self
    }

    /// Restricts a program to the face.
    pub fn restrict(&self, program: &mut Program) {
        for &(var, bound) in &self.fixed {
            program.set_bounds(var, bound, bound);
        }
        for &(row, bound) in &self.tight {
            program.set_row_bounds(row, bound, bound);
        }
    }
}

/// The bound at which something stands because it is paid to, if it clearly does.
fn standing(lower: f64, upper: f64, value: f64, price: f64, scale: f64) -> Option<f64> {
    let bound = if price > 0.0 { lower } else { upper };
    if price == 0.0 || lower == upper || !bound.is_finite() {
        return None;
    }
    let size = if (upper - lower).is_finite() { upper - lower } else { value.abs().max(1.0) };
    let slack = (value - bound).abs() / size;
    let paid = price.abs() * size / scale;
    (slack < TIGHT && paid > PAID && paid > CLEARLY * slack).then_some(bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::Solver;
    use crate::solver::clarabel::Clarabel;
    use crate::solver::program::Label;

    #[test]
    fn the_face_of_an_edge_fixes_the_tight_row_and_leaves_the_edge_free() {
        // x + y <= 1, 0 <= z <= 1; maximise x + y + z: the edge x + y = 1 with z = 1.
        let mut program = Program::new();
        let element = program.name("a");
        let label = |family| Label { family, element, period: None };
        let vars: Vec<Var> =
            ["x", "y", "z"].into_iter().map(|family| program.add_variable(label(family), 0.0, 1.0)).collect();
        let row = program.add_row(label("sum"), f64::NEG_INFINITY, 1.0);
        program.add_term(row, vars[0], 1.0);
        program.add_term(row, vars[1], 1.0);
        vars.iter().for_each(|&var| program.add_cost(var, -1.0));
        let solution = Clarabel::default().solve(&program);
        let face = Face::of(&program, &solution);
        assert_eq!(face, Face { fixed: vec![(vars[2], 1.0)], tight: vec![(row, 1.0)] });
        face.restrict(&mut program);
        program.clear_objective();
        program.add_cost(vars[0], 1.0);
        let lowest = Clarabel::default().solve(&program);
        assert!(lowest.values[0].abs() < 1e-7 && (lowest.values[1] - 1.0).abs() < 1e-7);
    }
}
