//! Where the method stands: quantities, their distances from their bounds, and the prices of rows and bounds; and
//! what is left of each condition there. It decides nothing.

use super::lanes::{Lanes, wide};
use super::standard::{Data, Standard};

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

/// What is left of the conditions at a point; each is zero in the end.
#[derive(Clone, Debug)]
pub(super) struct Left<const L: usize> {
    /// `b - A x`
    pub rows: Vec<Lanes<L>>,
    /// `c + h x - A'y - z + r - v`
    pub slopes: Vec<Lanes<L>>,
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
    pub fn take(&mut self, other: &Point<L>, chosen: super::lanes::Mask<L>) {
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

    /// The sum of all products of distance and price.
    #[inline(never)]
    pub fn complementarity(&self) -> Lanes<L> {
        wide(
            #[inline(always)]
            || {
                let products = |one: &[Lanes<L>], two: &[Lanes<L>]| {
                    one.iter().zip(two).fold(Lanes::default(), |sum, (one, two)| sum + *one * *two)
                };
                products(&self.above, &self.floor) + products(&self.below, &self.ceiling)
            },
        )
    }
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
    pub fn add(&mut self, other: &Way<L>, chosen: super::lanes::Mask<L>) {
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
        Left { rows: room(standard.rows), slopes: room(standard.columns()) }
    }

    /// Finds what is left at a point.
    #[inline(never)]
    pub fn find(&mut self, standard: &Standard, data: &Data<L>, point: &Point<L>) {
        wide(
            #[inline(always)]
            || {
                self.rows.copy_from_slice(&data.right);
                let mut passed = 0;
                for column in 0..standard.columns() {
                    let x = point.x[column];
                    let mut slope = data.slope(standard, column, x, 1.0, &mut passed);
                    for (row, value) in standard.column(column) {
                        self.rows[row] -= x * value;
                        slope -= point.y[row] * value;
                    }
                    self.slopes[column] = slope;
                }
                for (&column, price) in standard.low.iter().zip(&point.floor) {
                    self.slopes[column as usize] -= *price;
                }
                for (&column, price) in standard.high.iter().zip(&point.ceiling) {
                    self.slopes[column as usize] += *price;
                }
                for (at, &(column, _)) in standard.fair.iter().enumerate() {
                    self.slopes[column] -= point.fair[at];
                }
            },
        )
    }

    /// The largest part of rows that is left, and of slopes.
    #[inline(never)]
    pub fn largest(&self) -> (Lanes<L>, Lanes<L>) {
        wide(
            #[inline(always)]
            || {
                let largest = |all: &[Lanes<L>]| {
                    all.iter().fold(Lanes::default(), |most: Lanes<L>, one| most.or_size(*one))
                };
                (largest(&self.rows), largest(&self.slopes))
            },
        )
    }
}
