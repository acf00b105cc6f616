//! What a program leaves no choice about: variables that stand still at a point of it because of the rows they stand in.
//!
//! A face has few ways to move and many rows: one equation with a single variable left settles it, and a row whose sum cannot go further settles all
//! its variables (A. L. Brearley, G. Mitra and H. P. Williams, 1975). What is settled is fixed where the point has it, and rows
//! that have nothing left to move are let go, so that rounding on them contradicts nothing. A method that walks inside then has an
//! inside to walk in.

use crate::solver::program::{Program, Row, Var};

/// Rows and bounds are known to this, relative to the largest part.
const ROUNDING: f64 = 1e-10;

/// Fixes what stands still at a point of the program, and lets go of rows that are left without a variable. Bounds give way by the
/// rounding of the point, so that it keeps all of them to the last digit.
pub fn settle(program: &mut Program, values: &[f64]) {
    give_way(program, values);
    let mut ways = Ways::of(program);
    for var in program.variable_ids() {
        let bounds = program.variable(var);
        let size = if bounds.lower.is_finite() { bounds.lower.abs().max(1.0) } else { 1.0 };
        if bounds.upper - bounds.lower <= ROUNDING * size {
            ways.fix(var);
        }
    }
    let mut waiting: Vec<Row> = program.row_ids().collect();
    while let Some(row) = waiting.pop() {
        if ways.is_settled(program, row, values) {
            for var in ways.left(row).collect::<Vec<_>>() {
                ways.fix(var);
                waiting.extend(ways.rows[var.position()].iter().copied());
            }
        }
    }
    ways.hold(program, values);
}

fn give_way(program: &mut Program, values: &[f64]) {
    for (row, sum) in program.row_ids().zip(program.row_sums(values)) {
        let bounds = *program.row(row);
        if bounds.lower == bounds.upper {
            program.set_row_bounds(row, sum, sum);
        } else {
            program.set_row_bounds(row, bounds.lower.min(sum), bounds.upper.max(sum));
        }
    }
    for (var, value) in program.variable_ids().zip(values) {
        let bounds = *program.variable(var);
        if bounds.lower < bounds.upper {
            program.set_bounds(var, bounds.lower.min(*value), bounds.upper.max(*value));
        }
    }
}

/// What can still move, row by row.
struct Ways {
    /// For each row, its variables and coefficients.
    terms: Vec<Vec<(Var, f64)>>,
    /// For each variable, its rows.
    rows: Vec<Vec<Row>>,
    fixed: Vec<bool>,
}

impl Ways {
    fn of(program: &Program) -> Ways {
        let mut terms = vec![Vec::new(); program.rows().len()];
        let mut rows = vec![Vec::new(); program.variables().len()];
        for term in program.terms() {
            terms[term.row.position()].push((term.var, term.coefficient));
            rows[term.var.position()].push(term.row);
        }
        Ways { terms, rows, fixed: vec![false; program.variables().len()] }
    }

    fn fix(&mut self, var: Var) {
        self.fixed[var.position()] = true;
    }

    /// The variables of a row that can still move.
    fn left(&self, row: Row) -> impl Iterator<Item = Var> + '_ {
        self.terms[row.position()].iter().map(|(var, _)| *var).filter(|var| !self.fixed[var.position()])
    }

    /// Whether a row leaves its variables no choice: an equation with one, or a sum that cannot go further than it must.
    fn is_settled(&self, program: &Program, row: Row, values: &[f64]) -> bool {
        let bounds = program.row(row);
        let Some(first) = self.left(row).next() else { return false };
        if bounds.lower == bounds.upper && self.left(row).all(|var| var == first) {
            return true;
        }
        let (mut least, mut most, mut size) = (0.0, 0.0, 1.0);
        for &(var, coefficient) in &self.terms[row.position()] {
            let value = values[var.position()];
            let (lower, upper) = match self.fixed[var.position()] {
                true => (value, value),
                false => (program.variable(var).lower, program.variable(var).upper),
            };
            let (low, high) = if coefficient > 0.0 { (lower, upper) } else { (upper, lower) };
            least += coefficient * low;
            most += coefficient * high;
            size = f64::max(size, (coefficient * value).abs());
        }
        most <= bounds.lower + ROUNDING * size || least >= bounds.upper - ROUNDING * size
    }

    /// Puts it into the program.
    fn hold(&self, program: &mut Program, values: &[f64]) {
        for var in program.variable_ids().filter(|var| self.fixed[var.position()]) {
            program.set_bounds(var, values[var.position()], values[var.position()]);
        }
        for row in program.row_ids().filter(|row| self.left(*row).next().is_none()) {
            program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::program::Label;

    fn label(program: &mut Program, name: &str) -> Label {
        Label { family: "x", element: program.name(name), period: None }
    }

    /// The bounds of a row and its coefficients by variable.
    type Bounded<'a> = (f64, f64, &'a [(usize, f64)]);

    /// A program of variables between 0 and 10 and of rows with their bounds.
    fn program(count: usize, rows: &[Bounded<'_>]) -> (Program, Vec<Var>, Vec<Row>) {
        let mut program = Program::new();
        let label = label(&mut program, "a");
        let vars: Vec<Var> = (0..count).map(|_| program.add_variable(label, 0.0, 10.0)).collect();
        let add = |&(lower, upper, terms): &Bounded<'_>| {
            let row = program.add_row(label, lower, upper);
            terms.iter().for_each(|&(at, coefficient)| program.add_term(row, vars[at], coefficient));
            row
        };
        let rows = rows.iter().map(add).collect();
        (program, vars, rows)
    }

    fn fixed(program: &Program, vars: &[Var]) -> Vec<bool> {
        vars.iter().map(|&var| program.variable(var).lower == program.variable(var).upper).collect()
    }

    #[test]
    fn an_equation_with_one_variable_left_settles_it_and_then_the_next() {
        let (mut program, vars, rows) = program(
            3,
            &[(4.0, 4.0, &[(0, 2.0)]), (5.0, 5.0, &[(0, 1.0), (1, 1.0)]), (0.0, 9.0, &[(1, 1.0), (2, 1.0)])],
        );
        settle(&mut program, &[2.0, 3.0, 1.0]);
        assert_eq!(fixed(&program, &vars), [true, true, false]);
        assert_eq!(program.row(rows[1]).upper, f64::INFINITY);
        assert_eq!(program.row(rows[2]).upper, 9.0);
    }

    #[test]
    fn a_sum_that_cannot_go_further_settles_all_it_is_made_of() {
        let (mut program, vars, _) =
            program(3, &[(20.0, 30.0, &[(0, 1.0), (1, 1.0)]), (-1.0, 5.0, &[(1, -1.0), (2, 1.0)])]);
        settle(&mut program, &[10.0, 10.0, 3.0]);
        assert_eq!(fixed(&program, &vars), [true, true, false]);
    }

    #[test]
    fn a_variable_without_an_upper_bound_can_move() {
        let (mut program, vars, _) = program(1, &[(1.0, 9.0, &[(0, 1.0)])]);
        program.set_bounds(vars[0], 0.0, f64::INFINITY);
        settle(&mut program, &[3.0]);
        assert_eq!(fixed(&program, &vars), [false]);
    }

    #[test]
    fn a_variable_that_stands_twice_in_an_equation_is_one() {
        let (mut program, vars, _) = program(1, &[(6.0, 6.0, &[(0, 1.0), (0, 1.0)])]);
        settle(&mut program, &[3.0]);
        assert_eq!(fixed(&program, &vars), [true]);
    }

    #[test]
    fn bounds_give_way_by_the_rounding_of_the_point() {
        let (mut program, vars, rows) = program(2, &[(3.0, 3.0, &[(0, 1.0), (1, 1.0)])]);
        settle(&mut program, &[-1e-12, 3.0]);
        assert_eq!(program.variable(vars[0]).lower, -1e-12);
        assert_eq!(program.row(rows[0]).lower, 3.0 - 1e-12);
    }
}
