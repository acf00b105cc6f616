//! Newton's direction from a point: the conditions made linear, reduced to the normal equations
//! `A T A' dy = b - A (x + T g)` with `T = 1 / (h + z/s + r/t + alpha v/x)`, and read back. What the products of
//! distance and price are to become is said by the caller.

use super::blocks::Blocks;
use super::factor::Factor;
use super::lanes::{Lanes, wide};
use super::point::{Left, Point};
use super::standard::{Data, Standard};

/// What every column is held with to where it stands, so that its weight stays finite.
const HOLD: f64 = 1e-9;

/// The same for columns that nothing but the rows holds.
const HOLD_FREE: f64 = 1e-8;

/// The prices of rows are held to where they stand with this: dependent rows and dual faces without end do not run away.
const HOLD_ROWS: f64 = 1e-12;

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
                    self.weight[column] += point.floor[at] / point.above[at];
                }
                for (at, &column) in standard.high.iter().enumerate() {
                    self.weight[column] += point.ceiling[at] / point.below[at];
                }
                for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
                    self.weight[column] += point.fair[at] / point.x[column] * alpha;
                }
                self.weight.iter_mut().for_each(|weight| *weight = Lanes::all(1.0) / *weight);
                self.factor.factor(blocks, &standard.pairs, &standard.products, &self.weight, HOLD_ROWS);
            },
        )
    }

    /// `dy` and `dx` for given pulls: `A dx + hold dy = rows`, `dx = T (A'dy + g)`; each further round solves for
    /// what rounding left.
    pub fn solve(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        rows: &[Lanes<L>],
        way: &mut Point<L>,
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
    fn pulled(&mut self, standard: &Standard, rows: &[Lanes<L>]) {
        wide(
            #[inline(always)]
            || {
                self.right.copy_from_slice(rows);
                for (column, (weight, pull)) in self.weight.iter().zip(&self.pull).enumerate() {
                    let given = *weight * *pull;
                    standard.column(column).for_each(|(row, value)| self.right[row] -= given * value);
                }
            },
        )
    }

    /// What is left of the rows: `rows - A dx - hold dy`.
    #[inline(never)]
    fn remaining(&mut self, standard: &Standard, rows: &[Lanes<L>], way: &Point<L>) {
        wide(
            #[inline(always)]
            || {
                for ((right, row), y) in self.right.iter_mut().zip(rows).zip(&way.y) {
                    *right = *row - *y * HOLD_ROWS;
                }
                for (column, x) in way.x.iter().enumerate() {
                    standard.column(column).for_each(|(row, value)| self.right[row] -= *x * value);
                }
            },
        )
    }

    /// `dx = T (A'dy + g)`
    #[inline(never)]
    fn lift(&self, standard: &Standard, way: &mut Point<L>) {
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

    /// The direction that makes the linear conditions whole and moves the products as is aimed at.
    pub fn direct(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        point: &Point<L>,
        left: &Left<L>,
        aim: &Aim<L>,
        way: &mut Point<L>,
    ) {
        self.pull(standard, point, left, aim);
        self.solve(standard, blocks, &left.rows, way, 0);
        follow(standard, point, left, aim, way);
    }

    /// `g`: what slopes, bounds and alpha-fair terms pull at each column.
    #[inline(never)]
    fn pull(&mut self, standard: &Standard, point: &Point<L>, left: &Left<L>, aim: &Aim<L>) {
        wide(
            #[inline(always)]
            || {
                self.pull.iter_mut().zip(&left.slopes).for_each(|(pull, slope)| *pull = -*slope);
                for (at, &column) in standard.low.iter().enumerate() {
                    self.pull[column] += (aim.floor[at] - point.floor[at] * left.low[at]) / point.above[at];
                }
                for (at, &column) in standard.high.iter().enumerate() {
                    self.pull[column] -=
                        (aim.ceiling[at] - point.ceiling[at] * left.high[at]) / point.below[at];
                }
                for (at, &(column, _)) in standard.fair.iter().enumerate() {
                    self.pull[column] += aim.fair[at];
                }
            },
        )
    }
}

/// The distances and prices that follow from the quantities' direction.
#[inline(never)]
fn follow<const L: usize>(
    standard: &Standard,
    point: &Point<L>,
    left: &Left<L>,
    aim: &Aim<L>,
    way: &mut Point<L>,
) {
    wide(
        #[inline(always)]
        || {
            for (at, &column) in standard.low.iter().enumerate() {
                way.above[at] = way.x[column] + left.low[at];
                way.floor[at] = (aim.floor[at] - point.floor[at] * way.above[at]) / point.above[at];
            }
            for (at, &column) in standard.high.iter().enumerate() {
                way.below[at] = left.high[at] - way.x[column];
                way.ceiling[at] = (aim.ceiling[at] - point.ceiling[at] * way.below[at]) / point.below[at];
            }
            for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
                way.fair[at] = aim.fair[at] - point.fair[at] * way.x[column] / point.x[column] * alpha;
            }
        },
    )
}
