//! Newton's direction from a point: the conditions made linear, reduced to the normal equations
//! `A T A' dy = b - A (x + T g)` with `T = 1 / (h + z/s + r/t + alpha v/x)`, and read back, with how far it goes. What the
//! products of distance and price are to become is said by the caller.
//!
//! A program of many periods is too long for the nearer caches, so what counts is how often its numbers are passed.

use super::blocks::Blocks;
use super::factor::Factor;
use super::lanes::{Lanes, wide};
use super::point::{Left, Point, Way};
use super::standard::{Data, Standard};

/// What every column is held with to where it stands, so that its weight stays finite.
const HOLD: f64 = 1e-9;

/// The same for columns that nothing but the rows holds.
const HOLD_FREE: f64 = 1e-8;

/// The prices of rows are held to where they stand with this: dependent rows and dual faces without end do not run away.
const HOLD_ROWS: f64 = 1e-12;

/// An alpha-fair quantity or slope counts as this much nearer to nothing than it is: its product is fixed, so it
/// has no business there.
const FAIR_RATE: f64 = 1.25;

/// How fast the nearest quantity and the nearest price fall to nothing along a direction.
pub(super) type Rates<const L: usize> = (Lanes<L>, Lanes<L>);

/// What the products of distances and prices are to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Products {
    /// Nothing.
    Nothing,
    /// They change as the aim says.
    Aimed,
}

/// How products of distance and price are to change.
#[derive(Clone, Debug)]
pub(super) struct Aim<const L: usize> {
    /// Of lower bounds: `z ds + s dz`.
    pub floor: Vec<Lanes<L>>,
    /// Of upper bounds: `r dt + t dr`.
    pub ceiling: Vec<Lanes<L>>,
    /// Of slopes: `dv + alpha v dx / x`.
    pub fair: Vec<Lanes<L>>,
}

/// The normal equations of a point and room to solve them.
#[derive(Clone, Debug)]
pub(super) struct Newton<const L: usize> {
    factor: Factor<L>,
    /// `T`
    weight: Vec<Lanes<L>>,
    /// `g`, the pull on each column.
    pull: Vec<Lanes<L>>,
    right: Vec<Lanes<L>>,
}

impl<const L: usize> Aim<L> {
    /// Room.
    pub fn new(standard: &Standard) -> Aim<L> {
        let room = |count: usize| vec![Lanes::default(); count];
        Aim {
            floor: room(standard.low.len()),
            ceiling: room(standard.high.len()),
            fair: room(standard.fair.len()),
        }
    }
}

impl<const L: usize> Newton<L> {
    /// Room.
    pub fn new(standard: &Standard, blocks: &Blocks) -> Newton<L> {
        Newton {
            factor: Factor::new(blocks),
            weight: vec![Lanes::default(); standard.columns()],
            pull: vec![Lanes::default(); standard.columns()],
            right: vec![Lanes::default(); standard.rows],
        }
    }

    /// Factors the normal equations with given weights.
    pub fn factor_weights(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        weight: impl Fn(usize) -> Lanes<L>,
    ) {
        self.weight.iter_mut().enumerate().for_each(|(column, own)| *own = weight(column));
        self.factor.factor(blocks, &standard.pairs, &standard.products, &self.weight, HOLD_ROWS);
    }

    /// Factors the normal equations of a point.
    #[inline(never)]
    pub fn factor(&mut self, standard: &Standard, blocks: &Blocks, data: &Data<L>, point: &Point<L>) {
        wide(
            #[inline(always)]
            || {
                self.weight.fill(Lanes::all(HOLD));
                for (&column, curvature) in standard.bent.iter().zip(&data.curvature) {
                    self.weight[column] += *curvature;
                }
                standard.free.iter().for_each(|&column| self.weight[column] = Lanes::all(HOLD_FREE));
                for (at, &column) in standard.low.iter().enumerate() {
                    self.weight[column as usize] += point.floor[at] / point.above[at];
                }
                for (at, &column) in standard.high.iter().enumerate() {
                    self.weight[column as usize] += point.ceiling[at] / point.below[at];
                }
                for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
                    self.weight[column] += point.fair[at] / point.x[column] * alpha;
                }
                self.weight.iter_mut().for_each(|weight| *weight = Lanes::all(1.0) / *weight);
                self.factor.factor(blocks, &standard.pairs, &standard.products, &self.weight, HOLD_ROWS);
            },
        )
    }

    /// `dy` and `dx` for given pulls: `A dx + hold dy = rows` (none: zeros), `dx = T (A'dy + g)`; each further round solves for
    /// what rounding left.
    pub fn solve(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        rows: Option<&[Lanes<L>]>,
        way: &mut Way<L>,
        rounds: usize,
    ) {
        self.pulled(standard, rows);
        self.factor.solve(blocks, &mut self.right);
        way.y.copy_from_slice(&self.right);
        self.lift(standard, way);
        for _ in 0..rounds {
            self.remaining(standard, rows, way);
            self.factor.solve(blocks, &mut self.right);
            way.y.iter_mut().zip(&self.right).for_each(|(y, more)| *y += *more);
            self.lift(standard, way);
        }
    }

    /// The right-hand side of the normal equations: `rows - A T g`.
    #[inline(never)]
    fn pulled(&mut self, standard: &Standard, rows: Option<&[Lanes<L>]>) {
        wide(
            #[inline(always)]
            || {
                match rows {
                    Some(rows) => self.right.copy_from_slice(rows),
                    None => self.right.fill(Lanes::default()),
                }
                for (column, (weight, pull)) in self.weight.iter().zip(&self.pull).enumerate() {
                    let given = *weight * *pull;
                    standard.column(column).for_each(|(row, value)| self.right[row] -= given * value);
                }
            },
        )
    }

    /// What is left of the rows: `rows - A dx - hold dy`.
    #[inline(never)]
    fn remaining(&mut self, standard: &Standard, rows: Option<&[Lanes<L>]>, way: &Way<L>) {
        wide(
            #[inline(always)]
            || {
                self.right.iter_mut().zip(&way.y).for_each(|(right, y)| *right = *y * -HOLD_ROWS);
                for (right, row) in self.right.iter_mut().zip(rows.into_iter().flatten()) {
                    *right += *row;
                }
                for (column, x) in way.x.iter().enumerate() {
                    standard.column(column).for_each(|(row, value)| self.right[row] -= *x * value);
                }
            },
        )
    }

    /// `dx = T (A'dy + g)`
    #[inline(never)]
    fn lift(&self, standard: &Standard, way: &mut Way<L>) {
        wide(
            #[inline(always)]
            || {
                for column in 0..standard.columns() {
                    let mut slope = self.pull[column];
                    standard.column(column).for_each(|(row, value)| slope += way.y[row] * value);
                    way.x[column] = slope * self.weight[column];
                }
            },
        )
    }

    /// Sets the pull on each column.
    pub fn set_pull(&mut self, pull: impl Fn(usize) -> Lanes<L>) {
        self.pull.iter_mut().enumerate().for_each(|(column, own)| *own = pull(column));
    }

    /// The direction that makes the linear conditions whole (nothing is left of them if none are given) and moves the products as
    /// is aimed at; how fast it, together with another, comes to the bounds.
    #[allow(clippy::too_many_arguments)]
    pub fn direct(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        point: &Point<L>,
        left: Option<&Left<L>>,
        (aim, products): (&Aim<L>, Products),
        way: &mut Way<L>,
        beside: Option<&Way<L>>,
    ) -> Rates<L> {
        self.pull(standard, point, left, (aim, products));
        self.solve(standard, blocks, left.map(|left| &*left.rows), way, 0);
        follow(standard, point, (aim, products), way, beside)
    }

    /// `g`: what slopes, bounds and alpha-fair terms pull at each column.
    #[inline(never)]
    fn pull(
        &mut self,
        standard: &Standard,
        point: &Point<L>,
        left: Option<&Left<L>>,
        (aim, products): (&Aim<L>, Products),
    ) {
        wide(
            #[inline(always)]
            || {
                match left {
                    Some(left) => {
                        self.pull.iter_mut().zip(&left.slopes).for_each(|(pull, slope)| *pull = -*slope);
                    }
                    None => self.pull.fill(Lanes::default()),
                }
                match products {
                    Products::Nothing => {
                        let (low, high) = (standard.low.iter(), standard.high.iter());
                        low.zip(&point.floor).for_each(|(&at, price)| self.pull[at as usize] -= *price);
                        high.zip(&point.ceiling).for_each(|(&at, price)| self.pull[at as usize] += *price);
                    }
                    Products::Aimed => {
                        for (at, &column) in standard.low.iter().enumerate() {
                            self.pull[column as usize] += aim.floor[at] / point.above[at];
                        }
                        for (at, &column) in standard.high.iter().enumerate() {
                            self.pull[column as usize] -= aim.ceiling[at] / point.below[at];
                        }
                    }
                }
                for (at, &(column, _)) in standard.fair.iter().enumerate() {
                    self.pull[column] += aim.fair[at];
                }
            },
        )
    }
}

/// The prices that follow from the quantities' direction, and how fast it, together with another, comes to the bounds.
#[inline(never)]
fn follow<const L: usize>(
    standard: &Standard,
    point: &Point<L>,
    (aim, products): (&Aim<L>, Products),
    way: &mut Way<L>,
    beside: Option<&Way<L>>,
) -> Rates<L> {
    wide(
        #[inline(always)]
        || {
            let (mut rate, mut price_rate) = (Lanes::default(), Lanes::default());
            for (at, &column) in standard.low.iter().enumerate() {
                let (room, price) = (point.above[at], point.floor[at]);
                let own = Pair { room, price, x: way.x[column as usize] };
                let aimed = (products == Products::Aimed).then(|| aim.floor[at]);
                way.floor[at] = own.price_way(aimed);
                let (mut x, mut floor) = (own.x, way.floor[at]);
                if let Some(beside) = beside {
                    x += beside.x[column as usize];
                    floor += beside.floor[at];
                }
                rate = rate.max(-(x / room));
                price_rate = price_rate.max(-(floor / price));
            }
            for (at, &column) in standard.high.iter().enumerate() {
                let (room, price) = (point.below[at], point.ceiling[at]);
                let own = Pair { room, price, x: -way.x[column as usize] };
                let aimed = (products == Products::Aimed).then(|| aim.ceiling[at]);
                way.ceiling[at] = own.price_way(aimed);
                let (mut x, mut ceiling) = (own.x, way.ceiling[at]);
                if let Some(beside) = beside {
                    x -= beside.x[column as usize];
                    ceiling += beside.ceiling[at];
                }
                rate = rate.max(-(x / room));
                price_rate = price_rate.max(-(ceiling / price));
            }
            for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
                way.fair[at] = aim.fair[at] - point.fair[at] * way.x[column] / point.x[column] * alpha;
                let (mut x, mut slope) = (way.x[column], way.fair[at]);
                if let Some(beside) = beside {
                    x += beside.x[column];
                    slope += beside.fair[at];
                }
                rate = rate.max(-(x / point.x[column]) * FAIR_RATE);
                price_rate = price_rate.max(-(slope / point.fair[at]) * FAIR_RATE);
            }
            (rate, price_rate)
        },
    )
}

/// The distance of a quantity from a bound, its price, and how the distance moves.
struct Pair<const L: usize> {
    room: Lanes<L>,
    price: Lanes<L>,
    x: Lanes<L>,
}

impl<const L: usize> Pair<L> {
    /// How the price moves so that the product changes as is aimed at, or becomes nothing.
    #[inline(always)]
    fn price_way(&self, aimed: Option<Lanes<L>>) -> Lanes<L> {
        let aimed = aimed.unwrap_or(-(self.room * self.price));
        (aimed - self.price * self.x) / self.room
    }
}
