//! A primal-dual interior-point method for one fair program, small and dense. It climbs from a point inside to the
//! fairest and keeps every slack and gain as a ratio to what it was at the start, so that no unit matters; where the
//! start comes from, and what the ratios mean, is left to others.
//!
//! It minimises `F = -log(sum_i worth_i r_i^(1 - alpha)) / (1 - alpha)`, `r` the ratios of the gains, in place of
//! the sum itself: the same point, but its slopes are shares that add up to one however large alpha is. `F` is convex, with
//! slope `-sum_i p_i a_i` and curvature `alpha sum_i p_i a_i a_i' + (1 - alpha) m m'`, where `a_i` is the slope of `log r_i`,
//! `p_i` the share of member `i` in the sum and `m = sum_i p_i a_i`. The method follows Waechter and Biegler (2006) in when
//! the barrier is lowered.

use super::dense::shares;
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

/// Where the barrier starts and ends, relative to the welfare.
const FIRST_BARRIER: f64 = 0.1;
const LAST_BARRIER: f64 = 1e-14;

/// A step keeps at least this share of every slack and gain while the barrier is high.
const KEEP: f64 = 0.005;

/// A relative move of gains below which the barrier's best point is reached.
const SETTLED: f64 = 1e-13;

/// The most steps under the last barrier.
const LAST_STEPS: usize = 12;

/// A limit is stiff if it resists a step so many times as much as the welfare bends.
const STIFF: f64 = 1e4;

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
    /// The step from the start.
    pub(super) step: DVector<f64>,
    /// Each slack as a ratio to what it was.
    pub(super) slack: DVector<f64>,
    /// Each gain as a ratio to what it was.
    pub(super) gain: DVector<f64>,
    /// The price of each limit.
    pub(super) price: DVector<f64>,
}

/// Where to go from a place, and how far at most.
struct Direction {
    step: DVector<f64>,
    slack: DVector<f64>,
    gain: DVector<f64>,
    price: DVector<f64>,
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
    pub(super) fn fairest(&self) -> Place {
        let mut barrier = FIRST_BARRIER;
        let mut place = self.start();
        for _ in 0..STEPS {
            let local = self.local(&place, barrier);
            if self.error(&place, &local, barrier) < 10.0 * barrier {
                if barrier <= LAST_BARRIER {
                    break;
                }
                barrier = lower(barrier);
                continue;
            }
            if barrier <= LAST_BARRIER {
                place = self.finish(place);
                break;
            }
            let Some(direction) = self.direction(&place, &local, barrier) else { break };
            if self.advance(&mut place, &local, &direction, barrier) < SETTLED {
                barrier = lower(barrier);
            }
        }
        place
    }

    fn start(&self) -> Place {
        let limits = self.limits.nrows();
        Place {
            step: DVector::zeros(self.limits.ncols()),
            slack: DVector::repeat(limits, 1.0),
            gain: DVector::repeat(self.gains.nrows(), 1.0),
            price: DVector::repeat(limits, FIRST_BARRIER),
        }
    }

    /// The last steps, under the last barrier: the best place of them, since rounding ends what they gain.
    fn finish(&self, place: Place) -> Place {
        let (mut best, mut least) = (place.clone(), f64::INFINITY);
        let mut place = place;
        let mut worse = 0;
        for _ in 0..LAST_STEPS {
            let local = self.local(&place, LAST_BARRIER);
            let error = self.error(&place, &local, LAST_BARRIER);
            worse = if error < least { 0 } else { worse + 1 };
            if error < least {
                (best, least) = (place.clone(), error);
            }
            if worse > 1 || error < 10.0 * LAST_BARRIER {
                break;
            }
            let Some(direction) = self.direction(&place, &local, LAST_BARRIER) else { break };
            self.advance(&mut place, &local, &direction, LAST_BARRIER);
        }
        best
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

    /// Newton's direction. Limits that are nearly met are stiff; squared into one matrix they would drown the
    /// curvature of what is worth little, so each keeps a row of its own.
    fn direction(&self, place: &Place, local: &Local, barrier: f64) -> Option<Direction> {
        let stiffness = place.price.component_div(&place.slack);
        let threshold = STIFF * local.curvature.amax();
        let is_stiff = |at: &usize| stiffness[*at] * self.limits.row(*at).norm_squared() > threshold;
        let (stiff, soft): (Vec<usize>, Vec<usize>) = (0..stiffness.len()).partition(is_stiff);
        let rows = self.limits.select_rows(&soft);
        let pick =
            |of: &DVector<f64>, at: &[usize]| DVector::from_iterator(at.len(), at.iter().map(|at| of[*at]));
        let matrix = &local.curvature + weighted_square(&rows, &pick(&stiffness, &soft));
        let push = rows.tr_mul(&pick(&place.slack, &soft).map(|slack| barrier / slack));
        let right = -(&local.slope + push);
        let stiff_rows = self.limits.select_rows(&stiff);
        let (softness, asked) = (pick(&stiffness, &stiff).map(f64::recip), pick(&place.price, &stiff));
        let asked = asked.map(|price| -barrier / price);
        let (step, stiff_prices) = solve(&matrix, &right, &stiff_rows, &softness, &asked)?;
        let slack = -(&self.limits * &step);
        let mut price =
            place.slack.map(|slack| barrier / slack) - &place.price - stiffness.component_mul(&slack);
        stiff.iter().zip(&stiff_prices).for_each(|(at, found)| price[*at] = found - place.price[*at]);
        Some(Direction { gain: &self.gains * &step, step, slack, price })
    }

    /// Moves as far as the welfare with its barrier rises; gives the largest relative move of a gain.
    fn advance(&self, place: &mut Place, local: &Local, direction: &Direction, barrier: f64) -> f64 {
        let Direction { step, slack, gain, price } = direction;
        let keep = KEEP.min(barrier.sqrt().max(1e-6));
        let mut part = reach(&place.slack, slack, keep).min(reach(&place.gain, gain, keep));
        let slack_rate = slack.component_div(&place.slack);
        let gain_rate = gain.component_div(&place.gain);
        let slope = local.slope.dot(step) - barrier * slack_rate.sum();
        for _ in 0..HALVINGS {
            let walls: f64 = slack_rate.iter().map(|rate| (part * rate).ln_1p()).sum();
            let change = Self::change(local, &gain_rate, part) - barrier * walls;
            if change <= 1e-4 * part * slope + 1e-15 {
                break;
            }
            part *= 0.5;
        }
        place.step += part * step;
        place.slack += part * slack;
        place.gain += part * gain;
        place.price += reach(&place.price, price, keep) * price;
        for (price, slack) in place.price.iter_mut().zip(&place.slack) {
            *price = price.max(barrier / (APART * slack)).min(APART * barrier / slack);
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
    fn change(local: &Local, rates: &DVector<f64>, part: f64) -> f64 {
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

/// Solves `matrix x + rows' y = right`, `rows x - softness y = asked` for `x` and `y`, the matrix positive semidefinite;
/// scaled to a diagonal of ones and rows of length one. What is flat is made a little steeper.
fn solve(
    matrix: &DMatrix<f64>,
    right: &DVector<f64>,
    rows: &DMatrix<f64>,
    softness: &DVector<f64>,
    asked: &DVector<f64>,
) -> Option<(DVector<f64>, DVector<f64>)> {
    let (width, stiff) = (right.len(), asked.len());
    let mut sizes = matrix.diagonal();
    for row in rows.row_iter() {
        let squares = row.map(|value| value * value);
        sizes += (matrix.amax() / squares.sum()) * squares.transpose();
    }
    let scale = sizes.map(|size| if size > 0.0 { size.sqrt().recip() } else { 1.0 });
    let scaled = |row: usize, column: usize| matrix[(row, column)] * scale[row] * scale[column];
    let length =
        |at: usize| rows.row(at).iter().zip(&scale).map(|(a, s)| (a * s).powi(2)).sum::<f64>().sqrt();
    let unit = DVector::from_fn(stiff, |at, _| length(at).recip());
    let entry = |at: usize, column: usize| rows[(at, column)] * unit[at] * scale[column];
    let whole =
        DMatrix::from_fn(width + stiff, width + stiff, |row, column| match (row < width, column < width) {
            (true, true) => scaled(row, column),
            (true, false) => entry(column - width, row),
            (false, true) => entry(row - width, column),
            (false, false) if row == column => -softness[row - width] * unit[row - width].powi(2),
            (false, false) => 0.0,
        });
    let right = DVector::from_fn(width + stiff, |at, _| match at < width {
        true => right[at] * scale[at],
        false => asked[at - width] * unit[at - width],
    });
    let found = factored(whole, width, &right)?;
    let solution = found.rows(0, width).component_mul(&scale);
    let prices = found.rows(width, stiff).component_mul(&unit);
    Some((solution, prices))
}

/// Solves a scaled system, whose first `width` rows and columns are positive semidefinite.
fn factored(matrix: DMatrix<f64>, width: usize, right: &DVector<f64>) -> Option<DVector<f64>> {
    let mut matrix = matrix;
    for ridge in RIDGES {
        (0..width).for_each(|at| matrix[(at, at)] += ridge);
        let found = if width == right.len() {
            Cholesky::<f64, Dyn>::new(matrix.clone()).map(|factors| factors.solve(right))
        } else {
            matrix.clone().lu().solve(right)
        };
        let finite = |found: &DVector<f64>| found.iter().all(|value| value.is_finite());
        if found.as_ref().is_some_and(finite) {
            return found;
        }
    }
    None
}
