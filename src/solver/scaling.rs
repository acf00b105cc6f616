//! Equilibration: what the program is multiplied by so that its units cannot decide its answer. It
//! chooses the factors and applies them; it does not solve. Factors are powers of two, so that scaling
//! and unscaling round nothing.
//!
//! Rows and columns are first brought to a geometric mean of one, pass after pass (in logarithms this is
//! the least-squares fit of A. R. Curtis and J. K. Reid, 1972), then to a largest coefficient of one (D. Ruiz, 2001).
//! What coefficients leave open is one factor for each connected part of the program; the size
//! of its right-hand sides and bounds decides it. The objective is brought to order one last.

use super::form::{Bounds, Form, Point, Shape};

const GEOMETRIC_PASSES: usize = 15;
const LARGEST_PASSES: usize = 3;

/// Numbers beyond this share of the middle one are held to be stand-ins for infinity when sizes are judged.
const OUTLIER: f64 = 1e6;

/// The factors of an equilibration.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scaling {
    /// What each row was multiplied by.
    pub row: Vec<f64>,
    /// A column's unit: value = unit * scaled value.
    pub column: Vec<f64>,
    /// What the objective was multiplied by.
    pub objective: f64,
}

impl Scaling {
    /// Chooses the factors for a form and applies them.
    pub fn equilibrate(form: &mut Form) -> Scaling {
        let mut logs = Logs::of(form);
        for _ in 0..GEOMETRIC_PASSES {
            logs.centre(form);
        }
        for _ in 0..LARGEST_PASSES {
            logs.level(form);
        }
        logs.size_parts(form);
        let power = |log: &f64| log.round().exp2();
        let row: Vec<f64> = logs.row.iter().map(power).collect();
        let column: Vec<f64> = logs.column.iter().map(power).collect();
        let mut scaling = Scaling { row, column, objective: 1.0 };
        scaling.apply(form);
        scaling.objective = scale_objective(form);
        scaling
    }

    /// Multiplies the form by the factors of rows and columns.
    fn apply(&self, form: &mut Form) {
        for column in 0..form.width() {
            let unit = self.column[column];
            for at in form.start[column]..form.start[column + 1] {
                form.value[at] *= self.row[form.row[at]] * unit;
            }
            form.cost[column] *= unit;
            form.columns[column] = multiplied(form.columns[column], 1.0 / unit);
        }
        for (bounds, factor) in form.rows.iter_mut().zip(&self.row) {
            *bounds = multiplied(*bounds, *factor);
        }
        for term in &mut form.curved {
            let unit = self.column[term.column];
            match &mut term.shape {
                Shape::Quadratic { target } => {
                    *target /= unit;
                    term.weight *= unit * unit;
                }
                Shape::AlphaFair { alpha } => term.weight *= unit.powf(1.0 - *alpha),
            }
        }
    }

    /// Takes the factors off a point.
    pub fn unscale(&self, point: &mut Point) {
        let multiply = |numbers: &mut [f64], factors: &mut dyn Iterator<Item = f64>| {
            numbers.iter_mut().zip(factors).for_each(|(number, factor)| *number *= factor);
        };
        multiply(&mut point.values, &mut self.column.iter().copied());
        multiply(&mut point.row_duals, &mut self.row.iter().map(|factor| factor / self.objective));
        multiply(&mut point.reduced_costs, &mut self.column.iter().map(|unit| 1.0 / (unit * self.objective)));
    }
}

fn multiplied(bounds: Bounds, factor: f64) -> Bounds {
    Bounds { lower: bounds.lower * factor, upper: bounds.upper * factor }
}

/// Brings the objective to order one; returns the factor.
fn scale_objective(form: &mut Form) -> f64 {
    let linear = form.cost.iter().copied();
    let sizes: Vec<f64> =
        linear.chain(form.curved.iter().map(|term| term.weight)).filter_map(log_size).collect();
    let Some(largest) = largest_within(sizes) else { return 1.0 };
    let factor = (-largest).round().exp2();
    form.cost.iter_mut().for_each(|cost| *cost *= factor);
    form.curved.iter_mut().for_each(|term| term.weight *= factor);
    factor
}

/// The logarithm of a finite number's size; none for zero and infinity.
fn log_size(number: f64) -> Option<f64> {
    let log = number.abs().log2();
    log.is_finite().then_some(log)
}

/// The largest of some logarithms, those far above the middle one left aside.
fn largest_within(mut logs: Vec<f64>) -> Option<f64> {
    logs.sort_by(f64::total_cmp);
    let limit = logs.get(logs.len() / 2)? + OUTLIER.log2();
    logs.into_iter().rev().find(|log| *log <= limit)
}

/// The factors while they are sought, as logarithms to base two.
struct Logs {
    row: Vec<f64>,
    column: Vec<f64>,
    /// The logarithms of the coefficients' sizes; minus infinity for zeros.
    value: Vec<f64>,
}

impl Logs {
    fn of(form: &Form) -> Logs {
        let value = form.value.iter().map(|value| value.abs().log2()).collect();
        Logs { row: vec![0.0; form.rows.len()], column: vec![0.0; form.width()], value }
    }

    /// Calls with row, column and scaled logarithm of each coefficient that is not zero.
    fn each(&self, form: &Form, mut call: impl FnMut(usize, usize, f64)) {
        for column in 0..form.width() {
            for at in form.start[column]..form.start[column + 1] {
                let log = self.value[at] + self.row[form.row[at]] + self.column[column];
                if log.is_finite() {
                    call(form.row[at], column, log);
                }
            }
        }
    }

    /// One pass: the geometric mean of every row, then of every column, becomes one.
    fn centre(&mut self, form: &Form) {
        let mut rows = vec![(0.0, 0.0); self.row.len()];
        self.each(form, |row, _, log| rows[row] = (rows[row].0 + log, rows[row].1 + 1.0));
        subtract(&mut self.row, rows.iter().map(|(sum, count)| sum / f64::max(*count, 1.0)));
        let mut columns = vec![(0.0, 0.0); self.column.len()];
        self.each(form, |_, column, log| {
            columns[column] = (columns[column].0 + log, columns[column].1 + 1.0)
        });
        subtract(&mut self.column, columns.iter().map(|(sum, count)| sum / f64::max(*count, 1.0)));
    }

    /// One pass: rows and columns are divided by the root of their largest coefficient.
    fn level(&mut self, form: &Form) {
        let mut rows = vec![f64::NEG_INFINITY; self.row.len()];
        let mut columns = vec![f64::NEG_INFINITY; self.column.len()];
        self.each(form, |row, column, log| {
            rows[row] = rows[row].max(log);
            columns[column] = columns[column].max(log);
        });
        let half = |log: &f64| if log.is_finite() { 0.5 * log } else { 0.0 };
        subtract(&mut self.row, rows.iter().map(half));
        subtract(&mut self.column, columns.iter().map(half));
    }

    /// Gives every connected part the unit in which its largest right-hand side or bound is one.
    fn size_parts(&mut self, form: &Form) {
        let rows = form.rows.len();
        let part = parts(form);
        let mut sizes = vec![Vec::new(); part.len()];
        for (row, bounds) in form.rows.iter().enumerate() {
            let scaled = size(*bounds).map(|log| log + self.row[row]);
            sizes[part[row]].extend(scaled);
        }
        for (column, bounds) in form.columns.iter().enumerate() {
            let scaled = size(*bounds).map(|log| log - self.column[column]);
            sizes[part[rows + column]].extend(scaled);
        }
        let unit: Vec<f64> = sizes.into_iter().map(|logs| largest_within(logs).unwrap_or(0.0)).collect();
        subtract(&mut self.row, (0..rows).map(|row| unit[part[row]]));
        subtract(&mut self.column, (rows..part.len()).map(|at| -unit[part[at]]));
    }
}

/// The logarithm of the larger finite bound.
fn size(bounds: Bounds) -> Option<f64> {
    [bounds.lower, bounds.upper].into_iter().filter_map(log_size).reduce(f64::max)
}

fn subtract(logs: &mut [f64], amounts: impl Iterator<Item = f64>) {
    logs.iter_mut().zip(amounts).for_each(|(log, amount)| *log -= amount);
}

/// For each row, then each column, a number shared by all that are connected with it.
fn parts(form: &Form) -> Vec<usize> {
    let rows = form.rows.len();
    let mut parent: Vec<usize> = (0..rows + form.width()).collect();
    for column in 0..form.width() {
        for (row, value) in form.column(column) {
            if value != 0.0 {
                let (one, two) = (root(&mut parent, row), root(&mut parent, rows + column));
                parent[one.max(two)] = one.min(two);
            }
        }
    }
    (0..parent.len()).map(|at| root(&mut parent, at)).collect()
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}
