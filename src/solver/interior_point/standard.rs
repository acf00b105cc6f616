//! A form as the method wants it: `min c'x + sum of h x^2/2 - w phi_alpha(x)`, `A x = b`, `l <= x <= u`. Rows
//! that are not equations get a column of their own that bears their bounds. The pattern and the coefficients are
//! common to all lanes; right-hand sides, bounds, costs and weights belong to one. It solves nothing.

use super::super::form::{Bounds, Form, Shape};
use super::super::scaling::Scaling;
use super::blocks::{Blocks, each_pair};
use super::lanes::Lanes;
use super::order::Columns;
use std::ops::Range;

/// What is common to programs that differ only in right-hand sides, bounds, costs and weights.
#[derive(Clone, Debug)]
pub(super) struct Standard {
    /// How many rows there are.
    pub rows: usize,
    /// Where each column starts: those of the form and those of rows that are not equations, in the order of elimination.
    pub start: Vec<usize>,
    /// The row of each coefficient.
    pub row: Vec<usize>,
    /// The coefficients.
    pub value: Vec<f64>,
    /// The columns that have a lower bound, in order.
    pub low: Vec<u32>,
    /// The columns that have an upper bound, in order.
    pub high: Vec<u32>,
    /// The columns under an alpha-fair term, in order, and its alpha; one may occur more than once.
    pub fair: Vec<(usize, f64)>,
    /// For each alpha-fair term of the form its place among these.
    fair_place: Vec<usize>,
    /// What of all this belongs to each stretch of the elimination.
    pub spans: Vec<Span>,
    /// The columns under a quadratic term, in order.
    pub bent: Vec<usize>,
    /// Columns that nothing but the rows holds.
    pub free: Vec<usize>,
    /// Where each column's pairs begin among the products.
    pub pairs: Vec<u32>,
    /// The products of the entries of each column, pair by pair.
    pub products: Vec<f64>,
    /// For each column of the form its column here.
    pub own: Vec<usize>,
    /// Where each column starts, and the row of each coefficient in the order of elimination: what every step reads, in few bytes.
    short: (Vec<u32>, Vec<u32>),
    /// For each row of the form its row here, if it says anything.
    pub place: Vec<Option<usize>>,
    /// For each row of the form the column that bears its bounds, if it is not an equation.
    pub slack: Vec<Option<usize>>,
}

/// The columns of a stretch of the elimination, and which of the columns with bounds and terms are among them.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// The columns.
    pub columns: Range<usize>,
    /// Of [`Standard::low`].
    pub low: Range<usize>,
    /// Of [`Standard::high`].
    pub high: Range<usize>,
    /// Of [`Standard::fair`].
    pub fair: Range<usize>,
    /// Of [`Standard::bent`].
    pub bent: Range<usize>,
    /// Of [`Standard::free`].
    pub free: Range<usize>,
}

/// The numbers of each lane.
#[derive(Clone, Debug)]
pub(super) struct Data<const L: usize> {
    /// `b`
    pub right: Vec<Lanes<L>>,
    /// `c`
    pub cost: Vec<Lanes<L>>,
    /// `h`, in the order of [`Standard::bent`].
    pub curvature: Vec<Lanes<L>>,
    /// `l`, in the order of [`Standard::low`].
    pub low: Vec<Lanes<L>>,
    /// `u`, in the order of [`Standard::high`].
    pub high: Vec<Lanes<L>>,
    /// What the objective has beside.
    pub constant: Lanes<L>,
    /// `w`, in the order of [`Standard::fair`].
    pub weight: Vec<Lanes<L>>,
}

impl Standard {
    /// Lays a scaled form out.
    pub fn of(form: &Form) -> Standard {
        let mut next = 0;
        let mut place = |bounds: &Bounds| {
            says(*bounds).then(|| {
                next += 1;
                next - 1
            })
        };
        let place: Vec<Option<usize>> = form.rows.iter().map(&mut place).collect();
        let mut standard = Standard {
            rows: next,
            start: vec![0],
            row: Vec::new(),
            value: Vec::new(),
            low: Vec::new(),
            high: Vec::new(),
            fair: Vec::new(),
            fair_place: Vec::new(),
            spans: Vec::new(),
            bent: Vec::new(),
            free: Vec::new(),
            pairs: vec![0],
            products: Vec::new(),
            own: (0..form.width()).collect(),
            short: (Vec::new(), Vec::new()),
            place,
            slack: vec![None; form.rows.len()],
        };
        standard.lay_columns(form);
        standard.lay_slacks(form);
        standard.name_bounds(form);
        standard
    }

    fn lay_columns(&mut self, form: &Form) {
        for column in 0..form.width() {
            for (row, value) in form.column(column) {
                if let (Some(place), true) = (self.place[row], value != 0.0) {
                    self.row.push(place);
                    self.value.push(value);
                }
            }
            self.start.push(self.row.len());
        }
    }

    fn lay_slacks(&mut self, form: &Form) {
        for (row, bounds) in form.rows.iter().enumerate() {
            if let (Some(place), None) = (self.place[row], bounds.only()) {
                self.slack[row] = Some(self.columns());
                self.row.push(place);
                self.value.push(-1.0);
                self.start.push(self.row.len());
            }
        }
    }

    fn name_bounds(&mut self, form: &Form) {
        for term in &form.curved {
            if let Shape::AlphaFair { alpha } = term.shape
                && alpha != 0.0
            {
                self.fair.push((term.column, alpha));
            }
        }
        let quadratic = form.curved.iter().filter(|term| matches!(term.shape, Shape::Quadratic { .. }));
        self.bent = quadratic.map(|term| term.column).collect();
        self.bent.sort_unstable();
        self.bent.dedup();
        let mut held = vec![false; self.columns()];
        form.curved.iter().for_each(|term| held[term.column] = true);
        for (column, bounds) in self.bounded(form).into_iter().enumerate() {
            self.low.extend(bounds.lower.is_finite().then_some(column as u32));
            self.high.extend(bounds.upper.is_finite().then_some(column as u32));
            held[column] |= bounds.lower.is_finite() || bounds.upper.is_finite();
        }
        self.free = (0..held.len()).filter(|column| !held[*column]).collect();
    }

    /// The bounds of all columns. Where an alpha-fair term keeps a quantity above zero, zero is no bound.
    fn bounded(&self, form: &Form) -> Vec<Bounds> {
        let mut all = vec![Bounds { lower: f64::NEG_INFINITY, upper: f64::INFINITY }; self.columns()];
        self.own.iter().zip(&form.columns).for_each(|(&column, bounds)| all[column] = *bounds);
        for term in form.curved.iter().filter(|term| is_fair(term.shape)) {
            let lower = &mut all[self.own[term.column]].lower;
            if *lower <= 0.0 {
                *lower = f64::NEG_INFINITY;
            }
        }
        for (slack, bounds) in self.slack.iter().zip(&form.rows) {
            slack.iter().for_each(|&column| all[column] = *bounds);
        }
        all
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.start.len() - 1
    }

    /// The pattern of the coefficients.
    pub fn pattern(&self) -> Columns<'_> {
        Columns { start: &self.start, row: &self.row }
    }

    /// The coefficients of a column: rows, in the order of elimination, and values.
    #[inline(always)]
    pub fn column(&self, column: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (start, row) = &self.short;
        let range = start[column] as usize..start[column + 1] as usize;
        row[range.clone()].iter().map(|&row| row as usize).zip(self.value[range].iter().copied())
    }

    /// Numbers rows and columns in the order of elimination, and multiplies the pairs of each column out.
    pub fn reorder(&mut self, blocks: &Blocks) {
        let short = |all: &[usize]| all.iter().map(|&one| one as u32).collect();
        self.row.iter_mut().for_each(|row| *row = blocks.pivot[*row]);
        self.place.iter_mut().flatten().for_each(|row| *row = blocks.pivot[*row]);
        let (mut start, mut row, mut value) = (vec![0], Vec::new(), Vec::new());
        let mut place = vec![0; self.columns()];
        for (at, &column) in blocks.columns.iter().enumerate() {
            let entries = self.start[column]..self.start[column + 1];
            row.extend_from_slice(&self.row[entries.clone()]);
            value.extend_from_slice(&self.value[entries]);
            start.push(row.len());
            place[column] = at;
        }
        (self.start, self.row, self.value) = (start, row, value);
        self.short = (short(&self.start), short(&self.row));
        self.renumber(&place);
        self.spans = blocks.stretches.iter().map(|stretch| self.span(stretch.columns.clone())).collect();
        for column in 0..self.columns() {
            let values = &self.value[self.start[column]..self.start[column + 1]];
            each_pair(values, |one, two| self.products.push(one * two));
            self.pairs.push(self.products.len() as u32);
        }
    }

    /// What belongs to some columns.
    fn span(&self, columns: Range<usize>) -> Span {
        Span {
            low: within(&self.low, &columns, |&column| column as usize),
            high: within(&self.high, &columns, |&column| column as usize),
            fair: within(&self.fair, &columns, |&(column, _)| column),
            bent: within(&self.bent, &columns, |&column| column),
            free: within(&self.free, &columns, |&column| column),
            columns,
        }
    }

    /// Gives all that is said of columns their new numbers.
    fn renumber(&mut self, place: &[usize]) {
        for bounded in [&mut self.low, &mut self.high] {
            bounded.iter_mut().for_each(|column| *column = place[*column as usize] as u32);
            bounded.sort_unstable();
        }
        for some in [&mut self.bent, &mut self.free] {
            some.iter_mut().for_each(|column| *column = place[*column]);
            some.sort_unstable();
        }
        let mut order: Vec<usize> = (0..self.fair.len()).collect();
        order.sort_by_key(|&term| place[self.fair[term].0]);
        self.fair_place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, &term)| self.fair_place[term] = at);
        self.fair = order.iter().map(|&term| (place[self.fair[term].0], self.fair[term].1)).collect();
        self.own.iter_mut().for_each(|column| *column = place[*column]);
        self.slack.iter_mut().flatten().for_each(|column| *column = place[*column]);
    }
}

/// Which of some columns in order, seen as a number each, lie in a range.
fn within<T>(sorted: &[T], range: &Range<usize>, column: impl Fn(&T) -> usize) -> Range<usize> {
    let before = |end: usize| sorted.partition_point(|one| column(one) < end);
    before(range.start)..before(range.end)
}

/// Whether a term keeps its quantity above zero.
fn is_fair(shape: Shape) -> bool {
    matches!(shape, Shape::AlphaFair { alpha } if alpha != 0.0)
}

/// Whether something is asked of a row.
fn says(bounds: Bounds) -> bool {
    bounds.lower.is_finite() || bounds.upper.is_finite()
}

impl<const L: usize> Data<L> {
    /// Room for the numbers of a standard form.
    pub fn new(standard: &Standard) -> Data<L> {
        let room = |count: usize| vec![Lanes::default(); count];
        Data {
            right: room(standard.rows),
            cost: room(standard.columns()),
            curvature: room(standard.bent.len()),
            low: room(standard.low.len()),
            high: room(standard.high.len()),
            constant: Lanes::default(),
            weight: room(standard.fair.len()),
        }
    }

    /// The slope of the objective at a quantity and what the quantity adds to it, but for its alpha-fair term, where so many columns
    /// under a quadratic term have been passed; columns are asked for in order.
    #[inline(always)]
    pub fn slope_and_worth(
        &self,
        standard: &Standard,
        column: usize,
        x: Lanes<L>,
        passed: &mut usize,
    ) -> (Lanes<L>, Lanes<L>) {
        let cost = self.cost[column];
        if standard.bent.get(*passed) != Some(&column) {
            return (cost, x * cost);
        }
        let bent = self.curvature[*passed] * x;
        *passed += 1;
        (cost + bent, x * (cost + bent * 0.5))
    }

    /// Puts a scaled form into a lane.
    pub fn put(&mut self, lane: usize, standard: &Standard, form: &Form) {
        for (row, bounds) in form.rows.iter().enumerate() {
            if let Some(place) = standard.place[row] {
                self.right[place].0[lane] = bounds.only().unwrap_or(0.0);
            }
        }
        self.cost.iter_mut().for_each(|cost| cost.0[lane] = 0.0);
        standard.own.iter().zip(&form.cost).for_each(|(&column, cost)| self.cost[column].0[lane] = *cost);
        self.curvature.iter_mut().for_each(|curvature| curvature.0[lane] = 0.0);
        let mut fair = 0;
        self.constant.0[lane] = 0.0;
        for term in &form.curved {
            let column = standard.own[term.column];
            match term.shape {
                Shape::Quadratic { target } => {
                    let at = standard.bent.partition_point(|&bent| bent < column);
                    self.curvature[at].0[lane] += term.weight;
                    self.cost[column].0[lane] -= term.weight * target;
                    self.constant.0[lane] += 0.5 * term.weight * target * target;
                }
                Shape::AlphaFair { alpha: 0.0 } => self.cost[column].0[lane] -= term.weight,
                Shape::AlphaFair { .. } => {
                    self.weight[standard.fair_place[fair]].0[lane] = term.weight;
                    fair += 1;
                }
            }
        }
        let bounds = standard.bounded(form);
        let bound = |at: u32| bounds[at as usize];
        standard.low.iter().zip(&mut self.low).for_each(|(&at, low)| low.0[lane] = bound(at).lower);
        standard.high.iter().zip(&mut self.high).for_each(|(&at, high)| high.0[lane] = bound(at).upper);
    }
}

/// Brings the slopes of a scaled form to order one: a quadratic term counts by its slope across its quantity's
/// bounds, not by its weight.
pub(super) fn scale_slopes(form: &mut Form, scaling: &mut Scaling) {
    let span = |column: usize| (form.columns[column].upper - form.columns[column].lower).min(1.0);
    let bent = form.curved.iter().map(|term| match term.shape {
        Shape::Quadratic { .. } => term.weight * span(term.column),
        Shape::AlphaFair { .. } => term.weight,
    });
    let largest = form.cost.iter().map(|cost| cost.abs()).chain(bent).fold(0.0, f64::max);
    let factor = largest.log2().round().exp2();
    if factor > 0.0 && factor.is_finite() {
        form.cost.iter_mut().for_each(|cost| *cost /= factor);
        form.curved.iter_mut().for_each(|term| term.weight /= factor);
        scaling.objective /= factor;
    }
}

/// A form in the units of a scaling that was chosen for a like one.
pub(super) fn scaled(form: &Form, scaling: &Scaling) -> Form {
    let mut form = form.clone();
    scaling.apply(&mut form);
    form.cost.iter_mut().for_each(|cost| *cost *= scaling.objective);
    form.curved.iter_mut().for_each(|term| term.weight *= scaling.objective);
    form
}
