//! What is left at a point, in three numbers a lane, and whether a lane has arrived, goes on or has stopped. It moves
//! nothing.

use super::lanes::{Lanes, wide};
use super::point::{Left, Point};
use super::standard::{Data, Standard};

/// Below the tolerance a lane goes on to this share of it as long as every step gains.
const SPARE: f64 = 1e-2;

/// A number must fall to this share of its least to count as gained.
const GAIN: f64 = 0.9;

/// Iterations without any gain after which a lane has stopped.
const PATIENCE: u32 = 15;

/// What is left: of rows, of slopes, and of products beside the objective.
pub(super) type Errors<const L: usize> = [Lanes<L>; 3];

/// How one lane has fared so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// The largest error at its best point.
    pub error: f64,
    /// Iterations taken.
    pub iterations: u32,
    /// The least of each error so far.
    least: [f64; 3],
    /// Iterations since the last gain.
    since: u32,
}

/// What follows from the errors at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    /// The point is the best so far.
    pub better: bool,
    /// There is nothing more to gain.
    pub over: bool,
}

impl Course {
    /// Before the first point.
    pub const NEW: Course =
        Course { error: f64::INFINITY, iterations: 0, least: [f64::INFINITY; 3], since: 0 };

    /// Takes note of the errors at one more point.
    pub fn judge(&mut self, errors: [f64; 3], tolerance: f64, limit: u32) -> Verdict {
        let error = errors.into_iter().fold(0.0, |most: f64, one| if one <= most { most } else { one });
        let arrived = self.error.min(error) <= tolerance;
        let better = error < self.error;
        let mut gained = better && arrived;
        for (least, one) in self.least.iter_mut().zip(errors) {
            gained |= !arrived && one > SPARE * tolerance && one < GAIN * *least;
            *least = least.min(one);
        }
        self.since = if gained { 0 } else { self.since + 1 };
        self.error = self.error.min(error);
        let tired = self.since > if arrived { 1 } else { PATIENCE };
        let over = error <= SPARE * tolerance || tired || error.is_nan() || self.iterations >= limit;
        self.iterations += u32::from(!over);
        Verdict { better, over }
    }
}

/// The errors at a point where so much is left, relative to the scaled program.
#[inline(never)]
pub(super) fn errors<const L: usize>(
    standard: &Standard,
    data: &Data<L>,
    point: &Point<L>,
    left: &Left<L>,
) -> Errors<L> {
    wide(
        #[inline(always)]
        || {
            let rows = left.rows.iter().fold(Lanes::default(), |most: Lanes<L>, row| most.or_size(*row));
            let (mut gap, mut objective) = (left.products, left.objective);
            let (mut bent, mut steep) = (Lanes::default(), Lanes::all(1.0));
            for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
                let (x, slope) = (point.x[column], point.fair[at]);
                let wanted = data.weight[at].with(x, |weight, x| weight * x.powf(-alpha));
                bent = bent.or_size((slope - wanted) / (wanted + 1.0));
                steep = steep.max(slope);
                gap += (x * (slope - wanted)).abs() + (x * left.slopes[column]).abs();
                objective += x * slope;
            }
            [rows, bent.or_size(left.steepest / steep), gap / (objective.abs() + 1.0)]
        },
    )
}
