//! Equilibration: what the program is multiplied by so that its units cannot decide its answer. It
//! chooses the factors and applies them; it does not solve. Factors are powers of two, so that scaling
//! and unscaling round nothing.
//!
//! Rows and columns are first brought as near to a geometric mean of one as least squares can (A. R. Curtis and
//! J. K. Reid, 1972), then to a largest coefficient of one (D. Ruiz, 2001). What coefficients leave open is one factor
//! for each connected part of the program; the size of its right-hand sides and bounds decides it. The objective
//! is brought to order one last.
//!
//! Measured on networks of 1500 variables and 900 rows in units from a millionth to a million times ours:
//! with the general solver's own equilibration alone the least cost came out up to a million times wrong, with
//! Ruiz's passes alone 2e-5 wrong, with a geometric mean first some 1e-9.

use super::form::{Bounds, Form, Point, Shape};

/// The most steps of the least-squares fit.
const FIT_STEPS: usize = 60;

/// The share of the fit's first residual (squared) at which it is good enough.
const FITTED: f64 = 1e-6;

/// Passes that bring the largest coefficients to one.
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
        logs.centre(form);
        for _ in 0..LARGEST_PASSES {
            logs.level(form);
        }
        logs.size_parts(form);
        logs.keep_fair(form);
        let power = |log: &f64| log.round().exp2();
        let row: Vec<f64> = logs.row.iter().map(power).collect();
        let column: Vec<f64> = logs.column.iter().map(power).collect();
        let mut scaling = Scaling { row, column, objective: 1.0 };
        scaling.apply(form);
        scaling.objective = scale_objective(form);
        scaling
    }

    /// Multiplies the form by the factors of rows and columns.
    pub fn apply(&self, form: &mut Form) {
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

    /// Brings rows and columns as near to a geometric mean of one as least squares can.
    fn centre(&mut self, form: &Form) {
        let fit = Fit::of(form, &self.value);
        let middle = fit.row_means(|at, _| self.value[at]);
        self.column = fit.columns(&middle);
        let given = fit.row_means(|_, column| self.column[column]);
        self.row = middle.iter().zip(&given).map(|(middle, given)| -(middle + given)).collect();
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

    /// Gives every quantity under an alpha-fair term its upper bound for a unit: such a term has a scale of its own,
    /// and far from one its slope and curvature are out of all proportion.
    fn keep_fair(&mut self, form: &Form) {
        for term in form.curved.iter().filter(|term| matches!(term.shape, Shape::AlphaFair { .. })) {
            if let Some(log) = log_size(form.columns[term.column].upper) {
                self.column[term.column] = log;
            }
        }
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

/// The least-squares fit: minimise the sum of `(log + row + column)^2` over all coefficients. The rows follow from
/// the columns, and those are found by conjugate gradients: plain passes over rows and columns take hundreds
/// where a part in volumes and a part in energies hang together by few coefficients.
struct Fit<'a> {
    form: &'a Form,
    logs: &'a [f64],
    row_count: Vec<f64>,
    column_count: Vec<f64>,
}

impl<'a> Fit<'a> {
    fn of(form: &'a Form, logs: &'a [f64]) -> Fit<'a> {
        let mut fit = Fit { form, logs, row_count: vec![1.0; form.rows.len()], column_count: Vec::new() };
        fit.row_count = fit.row_means(|_, _| 1.0);
        fit.row_count.iter_mut().for_each(|count| *count = count.max(1.0));
        fit.column_count = fit.column_sums(|_, _| 1.0);
        fit
    }

    /// For each row the mean of a number over its coefficients, told by their place and column.
    fn row_means(&self, number: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.row_count.len()];
        self.each(|at, row, column| sums[row] += number(at, column));
        sums.iter().zip(&self.row_count).map(|(sum, count)| sum / count).collect()
    }

    /// For each column the sum of a number over its coefficients, told by their place and row.
    fn column_sums(&self, number: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.form.width()];
        self.each(|at, row, column| sums[column] += number(at, row));
        sums
    }

    /// Calls with place, row and column of each coefficient that is not zero.
    fn each(&self, mut call: impl FnMut(usize, usize, usize)) {
        for column in 0..self.form.width() {
            for at in self.form.start[column]..self.form.start[column + 1] {
                if self.logs[at].is_finite() {
                    call(at, self.form.row[at], column);
                }
            }
        }
    }

    /// The columns of the fit, from the rows' means.
    fn columns(&self, middle: &[f64]) -> Vec<f64> {
        let mut columns = vec![0.0; self.form.width()];
        let mut left = self.column_sums(|at, row| middle[row] - self.logs[at]);
        let mut way = self.direct(&left);
        let mut size = dot(&left, &way);
        let enough = FITTED * size;
        for _ in 0..FIT_STEPS {
            let pull = self.pull(&way);
            let along = dot(&way, &pull);
            if size <= enough || along <= 0.0 {
                break;
            }
            let step = size / along;
            columns.iter_mut().zip(&way).for_each(|(log, way)| *log += step * way);
            left.iter_mut().zip(&pull).for_each(|(left, pull)| *left -= step * pull);
            let direct = self.direct(&left);
            let next = dot(&left, &direct);
            way.iter_mut().zip(&direct).for_each(|(way, direct)| *way = direct + next / size * *way);
            size = next;
        }
        columns
    }

    /// What is left over, divided by the columns' counts: the preconditioner.
    fn direct(&self, left: &[f64]) -> Vec<f64> {
        left.iter().zip(&self.column_count).map(|(left, count)| left / count.max(1.0)).collect()
    }

    /// How the columns' equations answer to a change of the columns.
    fn pull(&self, way: &[f64]) -> Vec<f64> {
        let given = self.row_means(|_, column| way[column]);
        let back = self.column_sums(|_, row| given[row]);
        way.iter().zip(&self.column_count).zip(back).map(|((way, count), back)| way * count - back).collect()
    }
}

fn dot(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(one, two)| one * two).sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::program::{Label, Program};

    /// A chain `x[i] = ratio[i] x[i + 1]` from one to a limit, in the units given by the ratios.
    fn chain(ratios: &[f64]) -> Form {
        let mut program = Program::new();
        let element = program.name("a");
        let label = Label { family: "x", element, period: None };
        let vars: Vec<_> =
            (0..=ratios.len()).map(|_| program.add_variable(label, 0.0, f64::INFINITY)).collect();
        for (at, ratio) in ratios.iter().enumerate() {
            let row = program.add_row(label, 0.0, 0.0);
            program.add_term(row, vars[at], 1.0);
            program.add_term(row, vars[at + 1], -ratio);
        }
        program.set_bounds(vars[0], 0.0, 1000.0);
        program.add_cost(vars[ratios.len()], -3.0);
        Form::of(&program).unwrap_or_default()
    }

    #[test]
    fn a_scaled_program_is_of_order_one_whatever_its_units() {
        let mut ratios = vec![1.0; 40];
        ratios[3] = 1e6;
        ratios[17] = 1e-9;
        ratios[30] = 1e4;
        let mut form = chain(&ratios);
        Scaling::equilibrate(&mut form);
        for value in form.value.iter().chain(&form.cost).filter(|value| **value != 0.0) {
            assert!((0.24..=4.1).contains(&value.abs()), "{value}");
        }
        assert!((0.24..=4.1).contains(&form.columns[0].upper), "{:?}", form.columns[0]);
    }

    #[test]
    fn a_point_unscaled_is_the_point_that_was_scaled() {
        let plain = chain(&[1e3, 2.0, 1e-5]);
        let mut form = plain.clone();
        let scaling = Scaling::equilibrate(&mut form);
        let mut point = Point { values: vec![1.0; 4], row_duals: vec![1.0; 3], reduced_costs: vec![1.0; 4] };
        scaling.unscale(&mut point);
        for column in 0..4 {
            for ((row, scaled), (_, value)) in form.column(column).zip(plain.column(column)) {
                assert_eq!(scaled, value * scaling.row[row] * scaling.column[column]);
            }
            assert_eq!(form.cost[column], plain.cost[column] * point.values[column] * scaling.objective);
            assert_eq!(point.reduced_costs[column] * point.values[column] * scaling.objective, 1.0);
        }
        assert_eq!(form.columns[0].upper * point.values[0], 1000.0);
    }
}
