//! A primal-dual interior-point method for one fair program, small and dense. It climbs from a point inside to the
//! fairest and keeps every slack and gain as a ratio to what it was at the start, so that no unit matters; where the
//! start comes from, and what the ratios mean, is left to others.
//!
//! It minimises `F = -log(sum_i worth_i r_i^(1 - alpha)) / (1 - alpha)`, `r` the ratios of the gains, in place of
//! the sum itself: the same point, but its slopes are shares that add up to one however large alpha is. `F` is convex, with
//! slope `-sum_i p_i a_i` and curvature `alpha sum_i p_i a_i a_i' + (1 - alpha) m m'`, where `a_i` is the slope of `log r_i`,
//! `p_i` the share of member `i` in the sum and `m = sum_i p_i a_i`. The method follows Waechter and Biegler (2006) in when
//! the barrier is lowered.

use super::corner::settled;
use super::stages::shares;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// A fair program around a point inside: slacks are `1 - limits * y`, gains `1 + gains * y`.
pub(super) struct Inner {
    /// For each limit its row, relative to the slack at the start.
    pub(super) limits: DMatrix<f64>,
    /// For each member its gain's slope, relative to the gain at the start.
    pub(super) gains: DMatrix<f64>,
    /// The logarithms of the weights.
    pub(super) log_weights: DVector<f64>,
    /// The logarithms of the gains at the start.
    pub(super) log_gains: DVector<f64>,
    /// Aversion to inequality, above zero and finite.
    pub(super) alpha: f64,
}

/// The fairest point found.
pub(super) struct Inside {
    /// The step from the start.
    pub(super) step: DVector<f64>,
    /// Each slack as a ratio to what it was.
    pub(super) slack: DVector<f64>,
    /// Each gain as a ratio to what it was.
    pub(super) gain: DVector<f64>,
}

/// Where the barrier starts and ends, relative to the welfare.
const FIRST_BARRIER: f64 = 0.1;
const LAST_BARRIER: f64 = 1e-16;

/// A step keeps at least this share of every slack and gain while the barrier is high.
const KEEP: f64 = 0.005;

/// A relative move of gains below which the barrier's best point is reached.
const SETTLED: f64 = 1e-13;

/// The most steps under the last barrier.
const LAST_STEPS: usize = 6;

/// Prices stay within this factor of what the barrier asks for.
const APART: f64 = 1e10;

/// What is added to a diagonal of ones, one after the other, until a matrix can be factored.
const RIDGES: [f64; 4] = [1e-16, 1e-14, 1e-12, 1e-9];

/// Alpha is at most this over the root of the barrier.
const LOOSE: f64 = 10.0;

/// The most steps.
const STEPS: usize = 500;

/// The most halvings of a step.
const HALVINGS: usize = 40;

/// A point on the way.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) step: DVector<f64>,
    pub(super) slack: DVector<f64>,
    pub(super) gain: DVector<f64>,
    /// The price of each limit.
    pub(super) price: DVector<f64>,
}

/// `F` near a place.
pub(super) struct Local {
    alpha: f64,
    pub(super) slope: DVector<f64>,
    pub(super) curvature: DMatrix<f64>,
    /// Each member's share in the sum.
    shares: DVector<f64>,
}

impl Inner {
    /// Climbs to the fairest point.
    pub(super) fn fairest(&self) -> Inside {
        let limits = self.limits.nrows();
        let mut barrier = FIRST_BARRIER;
        let mut last_steps = LAST_STEPS;
        let mut place = Place {
            step: DVector::zeros(self.limits.ncols()),
            slack: DVector::repeat(limits, 1.0),
            gain: DVector::repeat(self.gains.nrows(), 1.0),
            price: DVector::repeat(limits, barrier),
        };
        for _ in 0..STEPS {
            let local = self.local(&place, barrier);
            if barrier > LAST_BARRIER && self.error(&place, &local, barrier) < 10.0 * barrier {
                barrier = lower(barrier);
                continue;
            }
            let Some(direction) = self.direction(&place, &local, barrier) else { break };
            let moved = self.advance(&mut place, &local, &direction, barrier);
            if barrier <= LAST_BARRIER {
                last_steps -= 1;
            }
            if last_steps == 0 || (barrier <= LAST_BARRIER && moved < SETTLED) {
                break;
            }
            if moved < SETTLED {
                barrier = lower(barrier);
            }
        }
        let place = settled(self, place);
        Inside { step: place.step, slack: place.slack, gain: place.gain }
    }

    /// Slope and curvature at a place. Under a high barrier a large alpha is not let loose yet.
    pub(super) fn local(&self, place: &Place, barrier: f64) -> Local {
        let alpha = self.alpha.min(LOOSE / barrier.sqrt());
        let mut rows = self.gains.clone();
        for (mut row, gain) in rows.row_iter_mut().zip(&place.gain) {
            row /= *gain;
        }
        let log_gains = &self.log_gains + place.gain.map(f64::ln);
        let shares = DVector::from_vec(shares((&self.log_weights + (1.0 - alpha) * log_gains).as_slice()));
        let mean = rows.tr_mul(&shares);
        let spread = weighted_square(&rows, &(alpha * &shares));
        let curvature = spread + (1.0 - alpha) * &mean * mean.transpose();
        Local { alpha, slope: -mean, curvature, shares }
    }

    /// How far the place is from the barrier's own best: what is left of the slope, and of complementarity.
    fn error(&self, place: &Place, local: &Local, barrier: f64) -> f64 {
        let slope = &local.slope + self.limits.tr_mul(&place.price);
        let complementarity = place.slack.zip_map(&place.price, |slack, price| slack * price - barrier);
        (slope.amax() / local.slope.amax().max(1.0)).max(complementarity.amax())
    }

    /// Newton's direction.
    fn direction(&self, place: &Place, local: &Local, barrier: f64) -> Option<DVector<f64>> {
        let stiffness = place.price.component_div(&place.slack);
        let matrix = &local.curvature + weighted_square(&self.limits, &stiffness);
        let push = self.limits.tr_mul(&place.slack.map(|slack| barrier / slack));
        solve(matrix, &-(&local.slope + push))
    }

    /// Moves as far as the welfare with its barrier rises; gives the largest relative move of a gain.
    fn advance(&self, place: &mut Place, local: &Local, direction: &DVector<f64>, barrier: f64) -> f64 {
        let slack = -(&self.limits * direction);
        let gain = &self.gains * direction;
        let stiffness = place.price.component_div(&place.slack);
        let price = place.slack.map(|slack| barrier / slack) - &place.price - stiffness.component_mul(&slack);
        let keep = KEEP.min(barrier.sqrt().max(1e-6));
        let mut part = reach(&place.slack, &slack, keep).min(reach(&place.gain, &gain, keep));
        let slack_rate = slack.component_div(&place.slack);
        let gain_rate = gain.component_div(&place.gain);
        let slope = local.slope.dot(direction) - barrier * slack_rate.sum();
        for _ in 0..HALVINGS {
            let walls: f64 = slack_rate.iter().map(|rate| (part * rate).ln_1p()).sum();
            let change = Self::change(local, &gain_rate, part) - barrier * walls;
            if change <= 1e-4 * part * slope + 1e-15 {
                break;
            }
            part *= 0.5;
        }
        place.step += part * direction;
        place.slack += part * slack;
        place.gain += part * gain;
        place.price += reach(&place.price, &price, keep) * price;
        for (price, slack) in place.price.iter_mut().zip(&place.slack) {
            *price = price.clamp(barrier / (APART * slack), APART * barrier / slack);
        }
        part * gain_rate.amax()
    }

    /// The place moved by a step, unless a gain is lost.
    pub(super) fn moved(&self, place: &Place, step: &DVector<f64>) -> Option<Place> {
        let moved = Place {
            step: &place.step + step,
            slack: &place.slack - &self.limits * step,
            gain: &place.gain + &self.gains * step,
            price: place.price.clone(),
        };
        moved.gain.iter().all(|gain| *gain > 0.0).then_some(moved)
    }

    /// How `F` changes by a part of a step in which gains grow at given rates.
    pub(super) fn change(local: &Local, rates: &DVector<f64>, part: f64) -> f64 {
        let power = 1.0 - local.alpha;
        let grown = |(rate, share): (&f64, &f64)| match (part * rate).ln_1p() {
            log if power == 0.0 => share * log,
            log => share * (power * log).exp_m1(),
        };
        let sum: f64 = rates.iter().zip(&local.shares).map(grown).sum();
        if power == 0.0 { -sum } else { -sum.ln_1p() / power }
    }
}

/// The next barrier.
fn lower(barrier: f64) -> f64 {
    (0.2 * barrier).min(barrier.powf(1.5)).max(LAST_BARRIER)
}

/// `rows' * diag(weights) * rows`.
fn weighted_square(rows: &DMatrix<f64>, weights: &DVector<f64>) -> DMatrix<f64> {
    let mut weighted = rows.clone();
    for (mut row, weight) in weighted.row_iter_mut().zip(weights) {
        row *= *weight;
    }
    rows.tr_mul(&weighted)
}

/// The largest part, up to one, of a move that keeps a share of every positive number.
fn reach(from: &DVector<f64>, by: &DVector<f64>, keep: f64) -> f64 {
    let part = |(from, by): (&f64, &f64)| if *by < 0.0 { -(1.0 - keep) * from / by } else { 1.0 };
    from.iter().zip(by).map(part).fold(1.0, f64::min)
}

/// Solves a positive definite system, scaled to a diagonal of ones; what is flat is made a little steeper.
fn solve(matrix: DMatrix<f64>, right: &DVector<f64>) -> Option<DVector<f64>> {
    let scale = matrix.diagonal().map(|value| if value > 0.0 { value.sqrt().recip() } else { 1.0 });
    let mut scaled = DMatrix::from_diagonal(&scale) * matrix * DMatrix::from_diagonal(&scale);
    let right = right.component_mul(&scale);
    for ridge in RIDGES {
        scaled.iter_mut().step_by(right.len() + 1).for_each(|value| *value += ridge);
        if let Some(factors) = Cholesky::<f64, Dyn>::new(scaled.clone()) {
            return Some(factors.solve(&right).component_mul(&scale));
        }
    }
    None
}
