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

/// What a direction is to do.
#[derive(Clone, Copy)]
pub(super) enum Task<'a, const L: usize> {
    /// Make the linear conditions whole and every product nothing: the predictor.
    Predict(&'a Left<L>),
    /// Make the linear conditions whole and change the products as is aimed at: the corrector.
    Correct(&'a Left<L>),
    /// Change the products as is aimed at, beside another direction that does the rest.
    Beside(&'a Way<L>),
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

    /// A direction for a task, and how fast it, with the one beside it, comes to the bounds.
    pub fn direct(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        point: &Point<L>,
        task: Task<'_, L>,
        aim: &Aim<L>,
        way: &mut Way<L>,
    ) -> Rates<L> {
        self.pull(standard, point, task, aim);
        let rows = match task {
            Task::Predict(left) | Task::Correct(left) => Some(&*left.rows),
            Task::Beside(_) => None,
        };
        self.solve(standard, blocks, rows, way, 0);
        follow(standard, point, task, aim, way)
    }

    /// `g`: what slopes, bounds and alpha-fair terms pull at each column.
    #[inline(never)]
    fn pull(&mut self, standard: &Standard, point: &Point<L>, task: Task<'_, L>, aim: &Aim<L>) {
        wide(
            #[inline(always)]
            || {
                match task {
                    Task::Predict(left) | Task::Correct(left) => {
                        self.pull.iter_mut().zip(&left.slopes).for_each(|(pull, slope)| *pull = -*slope);
                    }
                    Task::Beside(_) => self.pull.fill(Lanes::default()),
                }
                match task {
                    Task::Predict(_) => {
                        let (low, high) = (standard.low.iter(), standard.high.iter());
                        low.zip(&point.floor).for_each(|(&at, price)| self.pull[at as usize] -= *price);
                        high.zip(&point.ceiling).for_each(|(&at, price)| self.pull[at as usize] += *price);
                    }
                    Task::Correct(_) | Task::Beside(_) => {
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

/// The prices that follow from the quantities' direction, and how fast it, with the one beside it, comes to the bounds.
#[inline(never)]
fn follow<const L: usize>(
    standard: &Standard,
    point: &Point<L>,
    task: Task<'_, L>,
    aim: &Aim<L>,
    way: &mut Way<L>,
) -> Rates<L> {
    let aimed = !matches!(task, Task::Predict(_));
    let beside = match task {
        Task::Beside(way) => Some(way),
        Task::Predict(_) | Task::Correct(_) => None,
    };
    let (low, high) = (&*standard.low, &*standard.high);
    let lower = Side { columns: low, room: &point.above, price: &point.floor, aim: &aim.floor, away: 1.0 };
    let upper =
        Side { columns: high, room: &point.below, price: &point.ceiling, aim: &aim.ceiling, away: -1.0 };
    wide(
        #[inline(always)]
        || {
            let none = (Lanes::default(), Lanes::default());
            let beside_floor = beside.map(|beside| (&*beside.x, &*beside.floor));
            let rates = lower.follow(aimed, &way.x, &mut way.floor, beside_floor, none);
            let beside_ceiling = beside.map(|beside| (&*beside.x, &*beside.ceiling));
            let rates = upper.follow(aimed, &way.x, &mut way.ceiling, beside_ceiling, rates);
            let (mut rate, mut price_rate) = rates;
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

/// The lower bounds of all columns, or the upper ones.
struct Side<'a, const L: usize> {
    /// The columns that have one.
    columns: &'a [u32],
    /// The distances from them,
    room: &'a [Lanes<L>],
    /// their prices,
    price: &'a [Lanes<L>],
    /// and how the products of both are to change.
    aim: &'a [Lanes<L>],
    /// How a distance grows with its quantity: 1 or -1.
    away: f64,
}

impl<const L: usize> Side<'_, L> {
    /// The prices' direction, so that products change as is aimed at or become nothing; the rates so far, and those here.
    #[inline(always)]
    fn follow(
        &self,
        aimed: bool,
        x: &[Lanes<L>],
        prices: &mut [Lanes<L>],
        beside: Option<(&[Lanes<L>], &[Lanes<L>])>,
        (mut rate, mut price_rate): Rates<L>,
    ) -> Rates<L> {
        for (at, &column) in self.columns.iter().enumerate() {
            let (room, price) = (self.room[at], self.price[at]);
            let mut ahead = x[column as usize] * self.away;
            let change = if aimed { self.aim[at] } else { -(room * price) };
            let mut dearer = (change - price * ahead) / room;
            prices[at] = dearer;
            if let Some((x, prices)) = beside {
                ahead += x[column as usize] * self.away;
                dearer += prices[at];
            }
            rate = rate.max(-(ahead / room));
            price_rate = price_rate.max(-(dearer / price));
        }
        (rate, price_rate)
    }
}
