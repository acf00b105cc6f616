//! Newton's direction from a point: the conditions made linear, reduced to the normal equations
//! `A T A' dy = b - A (x + T g)` with `T = 1 / (h + z/s + r/t + alpha v/x)`, and read back, with how far it goes. What the
//! products of distance and price are to become is said elsewhere.
//!
//! A program of many periods is too long for the nearer caches, so all goes stretch by stretch: down the elimination with what is
//! asked for, factored on the way where that is due, and up again with the answer.

use super::aim::{Aim, Rates, Task, whole};
use super::blocks::{Blocks, Stretch};
use super::factor::Factor;
use super::lanes::{Lanes, wide};
use super::point::{Point, Way};
use super::standard::{Data, Span, Standard};

/// What every column is held with to where it stands, so that its weight stays finite.
const HOLD: f64 = 1e-9;

/// The same for columns that nothing but the rows holds.
const HOLD_FREE: f64 = 1e-8;

/// The prices of rows are held to where they stand with this: dependent rows and dual faces without end do not run away.
const HOLD_ROWS: f64 = 1e-12;

/// An alpha-fair quantity or slope counts as this much nearer to nothing than it is: its product is fixed, so it
/// has no business there.
const FAIR_RATE: f64 = 1.25;

/// How far a direction goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<const L: usize> {
    /// How fast the nearest bounds come, with the direction beside it.
    pub rates: Rates<L>,
    /// The sum of price times change of distance.
    drift: Lanes<L>,
    /// The sum of the products of both changes.
    curve: Lanes<L>,
}

impl<const L: usize> Reach<L> {
    /// Nothing in the way.
    const FREE: Reach<L> =
        Reach { rates: (Lanes([0.0; L]), Lanes([0.0; L])), drift: Lanes([0.0; L]), curve: Lanes([0.0; L]) };

    /// The sum of products at the end of the longest step of a predictor, from the sum before it. What it does to a price follows
    /// from what it does to the distance: `z ds + s dz = -s z`.
    pub fn reached(&self, before: Lanes<L>) -> Lanes<L> {
        let (ahead, price_ahead) = (self.rates.0.map(whole), self.rates.1.map(whole));
        before * (Lanes::all(1.0) - price_ahead)
            + self.drift * (ahead - price_ahead)
            + self.curve * ahead * price_ahead
    }
}

/// The normal equations of a point and room to solve them.
#[derive(Clone, Debug)]
pub(super) struct Newton<const L: usize> {
    factor: Factor<L>,
    /// `T`
    weight: Vec<Lanes<L>>,
    /// `g`, the pull on each column.
    pull: Vec<Lanes<L>>,
}

impl<const L: usize> Newton<L> {
    /// Room.
    pub fn new(standard: &Standard, blocks: &Blocks) -> Newton<L> {
        Newton {
            factor: Factor::new(blocks),
            weight: vec![Lanes::default(); standard.columns()],
            pull: vec![Lanes::default(); standard.columns()],
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
        blocks.stretches.iter().for_each(|stretch| self.factor(standard, blocks, stretch));
    }

    fn factor(&mut self, standard: &Standard, blocks: &Blocks, stretch: &Stretch) {
        self.factor.factor(blocks, stretch, &standard.pairs, &standard.products, &self.weight, HOLD_ROWS);
    }

    /// `T`
    #[inline(never)]
    fn weigh(&mut self, standard: &Standard, span: &Span, data: &Data<L>, point: &Point<L>) {
        wide(
            #[inline(always)]
            || {
                self.weight[span.columns.clone()].fill(Lanes::all(HOLD));
                for at in span.bent.clone() {
                    self.weight[standard.bent[at]] += data.curvature[at];
                }
                for at in span.free.clone() {
                    self.weight[standard.free[at]] = Lanes::all(HOLD_FREE);
                }
                for at in span.low.clone() {
                    self.weight[standard.low[at] as usize] += point.floor[at] / point.above[at];
                }
                for at in span.high.clone() {
                    self.weight[standard.high[at] as usize] += point.ceiling[at] / point.below[at];
                }
                for at in span.fair.clone() {
                    let (column, alpha) = standard.fair[at];
                    self.weight[column] += point.fair[at] / point.x[column] * alpha;
                }
                let inverse = |weight: &mut Lanes<L>| *weight = Lanes::all(1.0) / *weight;
                self.weight[span.columns.clone()].iter_mut().for_each(inverse);
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
        start_with(&mut way.y, rows);
        standard.spans.iter().for_each(|span| self.pulled(standard, span, &mut way.y));
        self.factor.solve(blocks, &mut way.y);
        standard.spans.iter().for_each(|span| self.lift(standard, span, way));
        for _ in 0..rounds {
            let mut more = self.remaining(standard, rows, way);
            self.factor.solve(blocks, &mut more);
            way.y.iter_mut().zip(&more).for_each(|(y, more)| *y += *more);
            standard.spans.iter().for_each(|span| self.lift(standard, span, way));
        }
    }

    /// Takes what the pulls give from the right-hand side of the normal equations: `rows - A T g`.
    #[inline(never)]
    fn pulled(&self, standard: &Standard, span: &Span, right: &mut [Lanes<L>]) {
        wide(
            #[inline(always)]
            || {
                for column in span.columns.clone() {
                    let given = self.weight[column] * self.pull[column];
                    standard.column(column).for_each(|(row, value)| right[row] -= given * value);
                }
            },
        )
    }

    /// What is left of the rows: `rows - A dx - hold dy`.
    fn remaining(&self, standard: &Standard, rows: Option<&[Lanes<L>]>, way: &Way<L>) -> Vec<Lanes<L>> {
        let mut left: Vec<Lanes<L>> = way.y.iter().map(|y| *y * -HOLD_ROWS).collect();
        for (left, row) in left.iter_mut().zip(rows.into_iter().flatten()) {
            *left += *row;
        }
        for (column, x) in way.x.iter().enumerate() {
            standard.column(column).for_each(|(row, value)| left[row] -= *x * value);
        }
        left
    }

    /// `dx = T (A'dy + g)`
    #[inline(never)]
    fn lift(&self, standard: &Standard, span: &Span, way: &mut Way<L>) {
        wide(
            #[inline(always)]
            || {
                for column in span.columns.clone() {
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

    /// A direction for a task, and how far it goes; `way` holds the direction found before, which a corrector improves on.
    #[allow(clippy::too_many_arguments)]
    pub fn direct(
        &mut self,
        standard: &Standard,
        blocks: &Blocks,
        data: &Data<L>,
        point: &Point<L>,
        task: Task<'_, L>,
        aim: &mut Aim<L>,
        way: &mut Way<L>,
    ) -> Reach<L> {
        let rows = match task {
            Task::Predict(left) | Task::Correct(left, _) => Some(&*left.rows),
            Task::Beside(..) => None,
        };
        start_with(&mut way.y, rows);
        for (stretch, span) in blocks.stretches.iter().zip(&standard.spans) {
            if let Task::Predict(_) = task {
                self.weigh(standard, span, data, point);
                self.factor(standard, blocks, stretch);
            }
            aim.set(standard, span, data, point, task, way);
            self.pull(standard, span, point, task, aim);
            self.pulled(standard, span, &mut way.y);
            self.factor.down(blocks, stretch, &mut way.y);
        }
        let mut reach = Reach::FREE;
        for (stretch, span) in blocks.stretches.iter().zip(&standard.spans).rev() {
            self.factor.up(blocks, stretch, &mut way.y);
            self.lift(standard, span, way);
            reach = follow(standard, span, point, task, aim, way, reach);
        }
        reach
    }

    /// `g`: what slopes, bounds and alpha-fair terms pull at each column.
    #[inline(never)]
    fn pull(&mut self, standard: &Standard, span: &Span, point: &Point<L>, task: Task<'_, L>, aim: &Aim<L>) {
        wide(
            #[inline(always)]
            || {
                let pull = &mut self.pull[span.columns.clone()];
                match task {
                    Task::Predict(left) | Task::Correct(left, _) => {
                        let slopes = &left.slopes[span.columns.clone()];
                        pull.iter_mut().zip(slopes).for_each(|(pull, slope)| *pull = -*slope);
                    }
                    Task::Beside(..) => pull.fill(Lanes::default()),
                }
                if let Task::Predict(_) = task {
                    for at in span.low.clone() {
                        self.pull[standard.low[at] as usize] -= point.floor[at];
                    }
                    for at in span.high.clone() {
                        self.pull[standard.high[at] as usize] += point.ceiling[at];
                    }
                } else {
                    for at in span.low.clone() {
                        self.pull[standard.low[at] as usize] += aim.floor[at] / point.above[at];
                    }
                    for at in span.high.clone() {
                        self.pull[standard.high[at] as usize] -= aim.ceiling[at] / point.below[at];
                    }
                }
                for at in span.fair.clone() {
                    self.pull[standard.fair[at].0] += aim.fair[at];
                }
            },
        )
    }
}

/// Sets a right-hand side as it is before any pull.
fn start_with<const L: usize>(right: &mut [Lanes<L>], rows: Option<&[Lanes<L>]>) {
    match rows {
        Some(rows) => right.copy_from_slice(rows),
        None => right.fill(Lanes::default()),
    }
}

/// The prices that follow from the quantities' direction in a span, and how far it goes there, with the one beside it; what was
/// found in other spans is handed on.
#[inline(never)]
fn follow<const L: usize>(
    standard: &Standard,
    span: &Span,
    point: &Point<L>,
    task: Task<'_, L>,
    aim: &Aim<L>,
    way: &mut Way<L>,
    reach: Reach<L>,
) -> Reach<L> {
    let beside = match task {
        Task::Beside(way, ..) => Some(way),
        Task::Predict(_) | Task::Correct(..) => None,
    };
    let aimed = !matches!(task, Task::Predict(_));
    let (low, high) = (span.low.clone(), span.high.clone());
    let lower = Side {
        columns: &standard.low[low.clone()],
        room: &point.above[low.clone()],
        price: &point.floor[low.clone()],
        aim: aimed.then(|| &aim.floor[low.clone()]),
        beside: beside.map(|beside| (&*beside.x, &beside.floor[low.clone()])),
        away: 1.0,
    };
    let upper = Side {
        columns: &standard.high[high.clone()],
        room: &point.below[high.clone()],
        price: &point.ceiling[high.clone()],
        aim: aimed.then(|| &aim.ceiling[high.clone()]),
        beside: beside.map(|beside| (&*beside.x, &beside.ceiling[high.clone()])),
        away: -1.0,
    };
    wide(
        #[inline(always)]
        || {
            let reach = lower.follow(&way.x, &mut way.floor[low], reach);
            let mut reach = upper.follow(&way.x, &mut way.ceiling[high], reach);
            for at in span.fair.clone() {
                let (column, alpha) = standard.fair[at];
                way.fair[at] = aim.fair[at] - point.fair[at] * way.x[column] / point.x[column] * alpha;
                let (mut x, mut slope) = (way.x[column], way.fair[at]);
                if let Some(beside) = beside {
                    x += beside.x[column];
                    slope += beside.fair[at];
                }
                let (rate, price_rate) = &mut reach.rates;
                *rate = rate.max(-(x / point.x[column]) * FAIR_RATE);
                *price_rate = price_rate.max(-(slope / point.fair[at]) * FAIR_RATE);
            }
            reach
        },
    )
}

/// The lower bounds of some columns, or the upper ones.
struct Side<'a, const L: usize> {
    /// The columns that have one.
    columns: &'a [u32],
    /// The distances from them,
    room: &'a [Lanes<L>],
    /// their prices,
    price: &'a [Lanes<L>],
    /// and how the products of both are to change; none: to nothing.
    aim: Option<&'a [Lanes<L>]>,
    /// The direction beside: of all quantities, and of these prices.
    beside: Option<(&'a [Lanes<L>], &'a [Lanes<L>])>,
    /// How a distance grows with its quantity: 1 or -1.
    away: f64,
}

impl<const L: usize> Side<'_, L> {
    /// The prices' direction, so that products change as is aimed at or become nothing; how far it goes.
    #[inline(always)]
    fn follow(&self, x: &[Lanes<L>], prices: &mut [Lanes<L>], mut reach: Reach<L>) -> Reach<L> {
        let (mut rate, mut price_rate) = reach.rates;
        for (at, &column) in self.columns.iter().enumerate() {
            let (room, price) = (self.room[at], self.price[at]);
            let mut ahead = x[column as usize] * self.away;
            let change = self.aim.map_or_else(|| -(room * price), |aim| aim[at]);
            let mut dearer = (change - price * ahead) / room;
            prices[at] = dearer;
            if self.aim.is_none() {
                reach.drift += price * ahead;
                reach.curve += dearer * ahead;
            }
            if let Some((x, prices)) = self.beside {
                ahead += x[column as usize] * self.away;
                dearer += prices[at];
            }
            rate = rate.max(-(ahead / room));
            price_rate = price_rate.max(-(dearer / price));
        }
        reach.rates = (rate, price_rate);
        reach
    }
}
