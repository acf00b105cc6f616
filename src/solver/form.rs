//! A program laid out for a method: fixed variables gone, coefficients sorted by column and merged, rows
//! that say nothing taken away. It computes no answer and scales nothing; the way back to the program it
//! came from (values, and how good they are) is here too.

use super::program::{ConvexTerm, Program};
use super::{Accuracy, Solution, Status};

/// Bounds that lie closer than this to each other, relative to their size, are one value.
const SAME: f64 = 1e-13;

/// Sums of an empty row are held to be right within this share of its bounds.
const ROUNDING: f64 = 1e-9;

/// What is said of the sum of a row or of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    /// The least it may be.
    pub lower: f64,
    /// The most it may be.
    pub upper: f64,
}

/// A convex term of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Curved {
    /// The column.
    pub column: usize,
    /// Its weight.
    pub weight: f64,
    /// Its shape.
    pub shape: Shape,
}

/// The shape of a convex term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// `1/2 (x - target)^2`.
    Quadratic {
        /// Where it is least.
        target: f64,
    },
    /// `-phi_alpha(x)`.
    AlphaFair {
        /// Aversion to inequality.
        alpha: f64,
    },
}

/// A program over the variables that can move.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    /// For each column, which variable of the program it is.
    pub kept: Vec<usize>,
    /// Where each column starts in `row` and `value`; one more than there are columns.
    pub start: Vec<usize>,
    /// The row of each coefficient, rising within a column.
    pub row: Vec<usize>,
    /// The coefficients.
    pub value: Vec<f64>,
    /// The linear cost of each column.
    pub cost: Vec<f64>,
    /// The bounds of each column.
    pub columns: Vec<Bounds>,
    /// The bounds of each row, all rows of the program; free where nothing is said.
    pub rows: Vec<Bounds>,
    /// The convex terms.
    pub curved: Vec<Curved>,
}

/// What a method found for a form: the columns' values and the marginal values of rows and columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Point {
    /// The columns.
    pub values: Vec<f64>,
    /// The rows' duals, as in [`Solution::row_duals`].
    pub row_duals: Vec<f64>,
    /// The columns' reduced costs, as in [`Solution::reduced_costs`].
    pub reduced_costs: Vec<f64>,
}

/// How minimising a form ended.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The word for it.
    pub status: Status,
    /// Where; of use even if the method did not converge.
    pub point: Point,
    /// Iterations taken.
    pub iterations: u32,
    /// What the method itself says is left over.
    pub error: f64,
}

impl Default for Outcome {
    fn default() -> Outcome {
        Outcome { status: Status::NotConverged, point: Point::default(), iterations: 0, error: f64::INFINITY }
    }
}

impl Outcome {
    /// Whether the point can be used.
    pub fn is_usable(&self) -> bool {
        matches!(self.status, Status::Optimal | Status::AlmostOptimal)
    }

    /// The better of two outcomes: the surer status, then the smaller error; the iterations of both.
    pub fn or(self, other: Outcome) -> Outcome {
        let rank = |outcome: &Outcome| match outcome.status {
            Status::Optimal => 0,
            Status::AlmostOptimal => 1,
            Status::Infeasible | Status::Unbounded => 2,
            Status::NotConverged => 3,
        };
        let iterations = self.iterations + other.iterations;
        let mine = (rank(&self), self.error) <= (rank(&other), other.error);
        Outcome { iterations, ..if mine { self } else { other } }
    }
}

impl Bounds {
    /// The one value that both bounds allow, if it is only one.
    pub fn only(self) -> Option<f64> {
        let size = self.lower.abs().max(self.upper.abs());
        let one = size.is_finite() && (self.upper - self.lower).abs() <= SAME * size;
        one.then_some(0.5 * (self.lower + self.upper))
    }

    /// Whether nothing satisfies it.
    fn is_empty(self) -> bool {
        let ordered = self.lower <= self.upper;
        self.only().is_none() && !ordered
    }

    /// How far a value lies outside.
    fn violation(self, value: f64) -> f64 {
        (self.lower - value).max(value - self.upper).max(0.0)
    }

    /// The bound that a marginal value speaks of: the lower if positive, the upper if negative.
    fn held(self, marginal: f64) -> f64 {
        if marginal > 0.0 { self.lower } else { self.upper }
    }
}

impl Form {
    /// Lays a program out, or `None` if some bounds contradict themselves.
    pub fn of(program: &Program) -> Option<Form> {
        let variables: Vec<Bounds> =
            program.variables().iter().map(|v| Bounds { lower: v.lower, upper: v.upper }).collect();
        let mut rows: Vec<Bounds> =
            program.rows().iter().map(|r| Bounds { lower: r.lower, upper: r.upper }).collect();
        if variables.iter().chain(&rows).any(|bounds| bounds.is_empty()) {
            return None;
        }
        let place = places(&variables);
        let size = move_fixed_to_bounds(program, &variables, &place, &mut rows);
        let mut form = Form::default();
        form.lay_columns(program, &variables, &place);
        form.sort_terms(program, &place, rows.len());
        form.rows = rows;
        form.drop_empty_rows(&size).then_some(form)
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.kept.len()
    }

    /// The coefficients of a column: rows and values.
    pub fn column(&self, column: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[column]..self.start[column + 1];
        self.row[range.clone()].iter().copied().zip(self.value[range].iter().copied())
    }

    /// Whether some term is alpha-fair.
    pub fn is_fair(&self) -> bool {
        self.curved.iter().any(|term| matches!(term.shape, Shape::AlphaFair { .. }))
    }

    /// For each column whether a convex term keeps it above zero.
    pub fn positive(&self) -> Vec<bool> {
        let mut positive = vec![false; self.width()];
        for term in self.curved.iter().filter(|term| matches!(term.shape, Shape::AlphaFair { .. })) {
            positive[term.column] = true;
        }
        positive
    }

    fn lay_columns(&mut self, program: &Program, variables: &[Bounds], place: &[Option<usize>]) {
        for (at, variable) in program.variables().iter().enumerate() {
            if place[at].is_some() {
                self.kept.push(at);
                self.cost.push(variable.cost);
                self.columns.push(variables[at]);
            }
        }
        self.curved = program.convex_terms().iter().filter_map(|term| curved(term, place)).collect();
    }

    /// Sorts the coefficients by column and row (two counting sorts) and adds up those of one place.
    fn sort_terms(&mut self, program: &Program, place: &[Option<usize>], rows: usize) {
        let terms: Vec<(usize, usize, f64)> = program
            .terms()
            .iter()
            .filter_map(|t| place[t.var.position()].map(|column| (t.row.position(), column, t.coefficient)))
            .collect();
        let by_row = counted(&terms, rows, |term| term.0);
        let sorted = counted(&by_row, self.width(), |term| term.1);
        self.start = vec![0; self.width() + 1];
        let mut last = None;
        for (row, column, coefficient) in sorted {
            if last == Some((row, column)) {
                if let Some(value) = self.value.last_mut() {
                    *value += coefficient;
                }
            } else {
                self.row.push(row);
                self.value.push(coefficient);
                self.start[column + 1] = self.row.len();
                last = Some((row, column));
            }
        }
        for column in 0..self.width() {
            self.start[column + 1] = self.start[column + 1].max(self.start[column]);
        }
    }

    /// Frees the rows in which nothing moves; false if one of them cannot hold.
    fn drop_empty_rows(&mut self, size: &[f64]) -> bool {
        let mut moves = vec![false; self.rows.len()];
        self.row.iter().zip(&self.value).for_each(|(&row, &value)| moves[row] |= value != 0.0);
        for (row, bounds) in self.rows.iter_mut().enumerate().filter(|(row, _)| !moves[*row]) {
            if bounds.violation(0.0) > ROUNDING * size[row] {
                return false;
            }
            *bounds = Bounds { lower: f64::NEG_INFINITY, upper: f64::INFINITY };
        }
        true
    }
}

/// For each variable its column, if it can move.
fn places(variables: &[Bounds]) -> Vec<Option<usize>> {
    let mut next = 0;
    let mut place = |bounds: &Bounds| {
        bounds.only().is_none().then(|| {
            next += 1;
            next - 1
        })
    };
    variables.iter().map(&mut place).collect()
}

/// Takes what the fixed variables give to each row out of its bounds; returns the size of what stood there.
fn move_fixed_to_bounds(
    program: &Program,
    variables: &[Bounds],
    place: &[Option<usize>],
    rows: &mut [Bounds],
) -> Vec<f64> {
    let finite = |x: f64| if x.is_finite() { x.abs() } else { 0.0 };
    let mut size: Vec<f64> = rows.iter().map(|row| finite(row.lower).max(finite(row.upper))).collect();
    for term in program.terms().iter().filter(|term| place[term.var.position()].is_none()) {
        let given = term.coefficient * variables[term.var.position()].only().unwrap_or(0.0);
        let row = term.row.position();
        rows[row].lower -= given;
        rows[row].upper -= given;
        size[row] += given.abs();
    }
    size
}

/// The convex term over columns; none if its variable is fixed or it weighs nothing.
fn curved(term: &ConvexTerm, place: &[Option<usize>]) -> Option<Curved> {
    let (var, weight, shape) = match *term {
        ConvexTerm::Quadratic { var, weight, target } => (var, weight, Shape::Quadratic { target }),
        ConvexTerm::AlphaFair { var, weight, alpha } => (var, weight, Shape::AlphaFair { alpha }),
    };
    let column = place[var.position()]?;
    (weight != 0.0).then_some(Curved { column, weight, shape })
}

/// A stable counting sort.
fn counted<T: Copy>(items: &[T], keys: usize, key: impl Fn(&T) -> usize) -> Vec<T> {
    let mut next = vec![0; keys + 1];
    items.iter().for_each(|item| next[key(item) + 1] += 1);
    for at in 0..keys {
        next[at + 1] += next[at];
    }
    let mut sorted: Vec<T> = items.to_vec();
    for item in items {
        let slot = &mut next[key(item)];
        sorted[*slot] = *item;
        *slot += 1;
    }
    sorted
}

/// The slope of a convex term at a point.
fn slope(term: &ConvexTerm, values: &[f64]) -> (usize, f64) {
    match *term {
        ConvexTerm::Quadratic { var, weight, target } => {
            (var.position(), weight * (values[var.position()] - target))
        }
        ConvexTerm::AlphaFair { var, weight, alpha } => {
            (var.position(), -weight * values[var.position()].powf(-alpha))
        }
    }
}

/// An answer without numbers: infeasible, unbounded, or no answer at all.
pub(super) fn nothing(program: &Program, status: Status, iterations: u32) -> Solution {
    let wide = f64::INFINITY;
    Solution {
        status,
        objective: f64::NAN,
        values: vec![f64::NAN; program.variables().len()],
        row_duals: vec![f64::NAN; program.rows().len()],
        reduced_costs: vec![f64::NAN; program.variables().len()],
        iterations,
        second_opinion: false,
        accuracy: Accuracy { primal: wide, dual: wide, gap: wide },
    }
}

/// The answer for the program from the answer for its form, with how good it is measured on the program.
pub(super) fn solution(program: &Program, form: &Form, point: &Point, status: Status) -> Solution {
    let mut values: Vec<f64> = program
        .variables()
        .iter()
        .map(|v| Bounds { lower: v.lower, upper: v.upper }.only().unwrap_or(f64::NAN))
        .collect();
    for (&at, &value) in form.kept.iter().zip(&point.values) {
        let variable = &program.variables()[at];
        values[at] = value.max(variable.lower).min(variable.upper);
    }
    let mut row_duals = point.row_duals.clone();
    row_duals.resize(program.rows().len(), 0.0);
    let gradient = reduced_gradient(program, &values, &row_duals);
    let mut reduced_costs = gradient.clone();
    for (&at, &reduced) in form.kept.iter().zip(&point.reduced_costs) {
        reduced_costs[at] = reduced;
    }
    let objective = program.objective_at(&values);
    let mut found = Solution {
        status,
        objective,
        values,
        row_duals,
        reduced_costs,
        iterations: 0,
        second_opinion: false,
        accuracy: Accuracy::default(),
    };
    found.accuracy = accuracy(program, &found, &gradient);
    found
}

/// The slope of the objective less what the rows take: what the bounds of each variable must carry.
fn reduced_gradient(program: &Program, values: &[f64], row_duals: &[f64]) -> Vec<f64> {
    let mut gradient: Vec<f64> = program.variables().iter().map(|variable| variable.cost).collect();
    for term in program.convex_terms() {
        let (at, slope) = slope(term, values);
        gradient[at] += slope;
    }
    for term in program.terms() {
        gradient[term.var.position()] -= term.coefficient * row_duals[term.row.position()];
    }
    gradient
}

/// The sums of the rows at a point.
pub(super) fn row_sums(program: &Program, values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; program.rows().len()];
    for term in program.terms() {
        sums[term.row.position()] += term.coefficient * values[term.var.position()];
    }
    sums
}

fn accuracy(program: &Program, found: &Solution, gradient: &[f64]) -> Accuracy {
    let mut accuracy = Accuracy::default();
    let mut gap = 0.0;
    let mut look = |bounds: Bounds, value: f64, marginal: f64, slack: f64| {
        accuracy.primal = accuracy.primal.max(bounds.violation(value));
        let held = bounds.held(marginal);
        let stray = if held.is_finite() { slack } else { slack.abs() + marginal.abs() };
        accuracy.dual = accuracy.dual.max(stray.abs());
        if held.is_finite() {
            gap += marginal * (value - held);
        }
    };
    for ((row, sum), dual) in
        program.rows().iter().zip(row_sums(program, &found.values)).zip(&found.row_duals)
    {
        look(Bounds { lower: row.lower, upper: row.upper }, sum, *dual, 0.0);
    }
    for (at, variable) in program.variables().iter().enumerate() {
        let bounds = Bounds { lower: variable.lower, upper: variable.upper };
        let reduced = found.reduced_costs[at];
        look(bounds, found.values[at], reduced, gradient[at] - reduced);
    }
    accuracy.gap = gap.abs() / found.objective.abs().max(1.0);
    accuracy
}
