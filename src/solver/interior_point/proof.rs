//! Proofs that a program has no point or no end, looked for where the walk did not arrive: prices that no point can
//! pay, or a direction that only ever gains. What is not proved is left open.

use super::lanes::Lanes;
use super::point::{Point, Way};
use super::standard::{Data, Standard};

/// What a proof may miss, relative to what it proves.
const MISSED: f64 = 1e-8;

/// Whether prices of the rows prove that nothing satisfies rows and bounds: `b'y + sum of min over the bounds of
/// d x > 0` with `d = -A'y` (J. Farkas, 1902).
pub(super) fn has_no_point<const L: usize>(
    standard: &Standard,
    data: &Data<L>,
    prices: &[Lanes<L>],
    lane: usize,
) -> bool {
    let (low, high) = bounds(standard, data, lane);
    let (mut value, mut size, mut stray) = (0.0, 0.0, 0.0);
    let mut add = |term: f64| {
        value += term;
        size += term.abs();
    };
    prices.iter().zip(&data.right).for_each(|(price, right)| add(price.0[lane] * right.0[lane]));
    for column in 0..standard.columns() {
        let slope: f64 =
            -standard.column(column).map(|(row, value)| prices[row].0[lane] * value).sum::<f64>();
        let bound = if slope > 0.0 { low[column] } else { high[column] };
        if bound.is_finite() {
            add(slope * bound);
        } else {
            stray = f64::max(stray, slope.abs());
        }
    }
    value > MISSED * size && stray <= MISSED * value
}

/// Whether a direction proves that the objective falls without end: `A d = 0`, no bound in the way, `c'd < 0`.
pub(super) fn has_no_end<const L: usize>(
    standard: &Standard,
    data: &Data<L>,
    way: &[Lanes<L>],
    lane: usize,
) -> bool {
    let (low, high) = bounds(standard, data, lane);
    let mut rows = vec![0.0; standard.rows];
    let (mut gain, mut size, mut stray) = (0.0, 0.0, 0.0);
    for (column, way) in way.iter().enumerate() {
        let along = way.0[lane];
        let term = data.cost[column].0[lane] * along;
        gain -= term;
        size += term.abs();
        standard.column(column).for_each(|(row, value)| rows[row] += value * along);
        let blocked = if along > 0.0 { high[column].is_finite() } else { low[column].is_finite() };
        stray = f64::max(stray, if blocked { along.abs() } else { 0.0 });
    }
    for (&column, curvature) in standard.bent.iter().zip(&data.curvature) {
        stray = f64::max(stray, curvature.0[lane] * way[column].0[lane].abs());
    }
    let stray = rows.into_iter().fold(stray, |most, row| f64::max(most, row.abs()));
    gain > MISSED * size && stray <= MISSED * gain
}

/// The bounds of every column in a lane; an alpha-fair quantity stays above zero.
fn bounds<const L: usize>(standard: &Standard, data: &Data<L>, lane: usize) -> (Vec<f64>, Vec<f64>) {
    let mut low = vec![f64::NEG_INFINITY; standard.columns()];
    let mut high = vec![f64::INFINITY; standard.columns()];
    standard.fair.iter().for_each(|&(column, _)| low[column] = 0.0);
    standard.low.iter().zip(&data.low).for_each(|(&at, bound)| low[at as usize] = bound.0[lane]);
    standard.high.iter().zip(&data.high).for_each(|(&at, bound)| high[at as usize] = bound.0[lane]);
    (low, high)
}

/// What a lane that did not arrive proves, from its last point and direction.
pub(super) fn proved<const L: usize>(
    standard: &Standard,
    data: &Data<L>,
    point: &Point<L>,
    way: &Way<L>,
    lane: usize,
) -> Option<super::Status> {
    let no_point = |prices: &[Lanes<L>]| has_no_point(standard, data, prices, lane);
    let no_end = |way: &[Lanes<L>]| has_no_end(standard, data, way, lane);
    if no_point(&point.y) || no_point(&way.y) {
        return Some(super::Status::Infeasible);
    }
    (no_end(&point.x) || no_end(&way.x)).then_some(super::Status::Unbounded)
}
