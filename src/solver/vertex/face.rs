//! Faces: plans that are as good as the best, as what is tight in all of them.
//!
//! A bound or row that bears a price in one best plan is tight in every best plan (strict complementarity; A. J.
//! Goldman and A. W. Tucker, 1956); one that bears none and that no best plan leaves is looked for by trying. A program restricted to
//! a face keeps an inside, which one with its objective as a row does not, and is smaller.

use crate::solver::program::{Program, Row, Var};

/// What is tight, and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Face {
    /// Variables that stand at a bound.
    pub fixed: Vec<(Var, f64)>,
    /// Rows whose sum stands at a bound.
    pub tight: Vec<(Row, f64)>,
}

impl Face {
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
