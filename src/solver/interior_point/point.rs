//! Where the method stands: quantities, their distances from their bounds, and the prices of rows and bounds; and
//! what is left of each condition there. It decides nothing.

use super::lanes::{Lanes, Mask, wide};
use super::standard::{Data, Span, Standard};

/// A point. Its distances from the bounds move with the quantities from the beginning on, and so keep their digits where they
/// are small.
#[derive(Clone, Debug)]
pub(super) struct Point<const L: usize> {
    /// The quantities `x`.
    pub x: Vec<Lanes<L>>,
    /// The prices of the rows, `y`.
    pub y: Vec<Lanes<L>>,
    /// Distances from lower bounds, `s`.
    pub above: Vec<Lanes<L>>,
    /// Prices of lower bounds, `z`.
    pub floor: Vec<Lanes<L>>,
    /// Distances from upper bounds, `t`.
    pub below: Vec<Lanes<L>>,
    /// Prices of upper bounds, `r`.
    pub ceiling: Vec<Lanes<L>>,
    /// Slopes of the alpha-fair terms, `v`, with `x^alpha v = w` in the end.
    pub fair: Vec<Lanes<L>>,
}

/// A direction from a point: `ds = dx` and `dt = -dx`.
#[derive(Clone, Debug)]
pub(super) struct Way<const L: usize> {
    /// Of the quantities.
    pub x: Vec<Lanes<L>>,
    /// Of the rows' prices.
    pub y: Vec<Lanes<L>>,
    /// Of the prices of lower bounds.
    pub floor: Vec<Lanes<L>>,
    /// Of the prices of upper bounds.
    pub ceiling: Vec<Lanes<L>>,
    /// Of the slopes of alpha-fair terms.
    pub fair: Vec<Lanes<L>>,
}

/// What is left of the conditions at a point, each zero in the end, and what the point is worth.
#[derive(Clone, Debug)]
pub(super) struct Left<const L: usize> {
    /// `b - A x`
    pub rows: Vec<Lanes<L>>,
    /// `c + h x - A'y - z + r - v`
    pub slopes: Vec<Lanes<L>>,
    /// The largest of the slopes that is left.
    pub steepest: Lanes<L>,
    /// The sum of all products of distance and price.
    pub products: Lanes<L>,
    /// The objective, but for alpha-fair terms.
    pub objective: Lanes<L>,
}

impl<const L: usize> Point<L> {
    /// A point of zeros.
    pub fn new(standard: &Standard) -> Point<L> {
        let room = |count: usize| vec![Lanes::default(); count];
        Point {
            x: room(standard.columns()),
            y: room(standard.rows),
            above: room(standard.low.len()),
            floor: room(standard.low.len()),
            below: room(standard.high.len()),
            ceiling: room(standard.high.len()),
            fair: room(standard.fair.len()),
        }
    }

    /// Takes over another point in the chosen lanes.
    #[inline(never)]
    pub fn take(&mut self, other: &Point<L>, chosen: Mask<L>) {
        let parts: [(&mut [Lanes<L>], &[Lanes<L>]); 7] = [
            (&mut self.x, &other.x),
            (&mut self.y, &other.y),
            (&mut self.above, &other.above),
            (&mut self.floor, &other.floor),
            (&mut self.below, &other.below),
            (&mut self.ceiling, &other.ceiling),
            (&mut self.fair, &other.fair),
        ];
        for (mine, theirs) in parts {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = chosen.pick(*theirs, *mine));
        }
    }
}

impl<const L: usize> Point<L> {
    /// Lets the prices of the rows go so far along a direction, in the chosen lanes.
    #[inline(never)]
    pub fn go_rows(&mut self, way: &Way<L>, ahead: Lanes<L>, chosen: Mask<L>) {
        wide(
            #[inline(always)]
            || go(&mut self.y, &way.y, ahead, chosen),
        )
    }

    /// Lets the quantities of a span and the prices of their bounds go so far along a direction, in the chosen lanes.
    #[inline(never)]
    pub fn go(
        &mut self,
        standard: &Standard,
        span: &Span,
        way: &Way<L>,
        (ahead, price_ahead): (Lanes<L>, Lanes<L>),
        chosen: Mask<L>,
    ) {
        wide(
            #[inline(always)]
            || {
                let (columns, low, high) = (span.columns.clone(), span.low.clone(), span.high.clone());
                go(&mut self.x[columns.clone()], &way.x[columns], ahead, chosen);
                for at in low.clone() {
                    let x = way.x[standard.low[at] as usize];
                    self.above[at] = chosen.pick(self.above[at] + x * ahead, self.above[at]);
                }
                for at in high.clone() {
                    let x = way.x[standard.high[at] as usize];
                    self.below[at] = chosen.pick(self.below[at] - x * ahead, self.below[at]);
                }
                go(&mut self.floor[low.clone()], &way.floor[low], price_ahead, chosen);
                go(&mut self.ceiling[high.clone()], &way.ceiling[high], price_ahead, chosen);
                let fair = span.fair.clone();
                go(&mut self.fair[fair.clone()], &way.fair[fair], price_ahead, chosen);
            },
        )
    }
}

/// Lets some numbers go so far along a direction, in the chosen lanes.
#[inline(always)]
fn go<const L: usize>(own: &mut [Lanes<L>], way: &[Lanes<L>], ahead: Lanes<L>, chosen: Mask<L>) {
    own.iter_mut().zip(way).for_each(|(own, way)| *own = chosen.pick(*own + *way * ahead, *own));
}

impl<const L: usize> Way<L> {
    /// No way.
    pub fn new(standard: &Standard) -> Way<L> {
        let room = |count: usize| vec![Lanes::default(); count];
        Way {
            x: room(standard.columns()),
            y: room(standard.rows),
            floor: room(standard.low.len()),
            ceiling: room(standard.high.len()),
            fair: room(standard.fair.len()),
        }
    }

    /// Adds another direction in the chosen lanes.
    #[inline(never)]
    pub fn add(&mut self, other: &Way<L>, chosen: Mask<L>) {
        wide(
            #[inline(always)]
            || {
                let parts: [(&mut [Lanes<L>], &[Lanes<L>]); 5] = [
                    (&mut self.x, &other.x),
                    (&mut self.y, &other.y),
                    (&mut self.floor, &other.floor),
                    (&mut self.ceiling, &other.ceiling),
                    (&mut self.fair, &other.fair),
                ];
                for (mine, theirs) in parts {
                    mine.iter_mut()
                        .zip(theirs)
                        .for_each(|(mine, theirs)| *mine = chosen.pick(*mine + *theirs, *mine));
                }
            },
        )
    }
}

impl<const L: usize> Left<L> {
    /// Room for what is left.
    pub fn new(standard: &Standard) -> Left<L> {
        let room = |count: usize| vec![Lanes::default(); count];
        let none = Lanes::default();
        Left {
            rows: room(standard.rows),
            slopes: room(standard.columns()),
            steepest: none,
            products: none,
            objective: none,
        }
    }

    /// Finds what is left at a point.
    pub fn find(&mut self, standard: &Standard, data: &Data<L>, point: &Point<L>) {
        self.clear(data);
        standard.spans.iter().for_each(|span| self.find_in(standard, span, data, point));
    }

    /// Begins to find what is left at a point.
    pub fn clear(&mut self, data: &Data<L>) {
        self.rows.copy_from_slice(&data.right);
        let none = Lanes::default();
        (self.steepest, self.products, self.objective) = (none, none, data.constant);
    }

    /// Goes on with the columns of a span, after those of all before it; the prices of all rows must be known.
    #[inline(never)]
    pub fn find_in(&mut self, standard: &Standard, span: &Span, data: &Data<L>, point: &Point<L>) {
        wide(
            #[inline(always)]
            || {
                let mut passed = span.bent.start;
                let mut objective = self.objective;
                for column in span.columns.clone() {
                    let x = point.x[column];
                    let (mut slope, worth) = data.slope_and_worth(standard, column, x, &mut passed);
                    objective += worth;
                    for (row, value) in standard.column(column) {
                        self.rows[row] -= x * value;
                        slope -= point.y[row] * value;
                    }
                    self.slopes[column] = slope;
                }
                let mut products = self.products;
                for at in span.low.clone() {
                    self.slopes[standard.low[at] as usize] -= point.floor[at];
                    products += point.above[at] * point.floor[at];
                }
                for at in span.high.clone() {
                    self.slopes[standard.high[at] as usize] += point.ceiling[at];
                    products += point.below[at] * point.ceiling[at];
                }
                for at in span.fair.clone() {
                    self.slopes[standard.fair[at].0] -= point.fair[at];
                }
                let steepest = |most: Lanes<L>, slope: &Lanes<L>| most.or_size(*slope);
                self.steepest = self.slopes[span.columns.clone()].iter().fold(self.steepest, steepest);
                (self.products, self.objective) = (products, objective);
            },
        )
    }
}
