//! Where the method begins: the least-squares point of the rows, drawn inside the bounds, and prices that make
//! every product of distance and price the same (after S. Mehrotra, 1992). It takes no step.

use super::blocks::Blocks;
use super::direction::Newton;
use super::lanes::Lanes;
use super::point::{Point, Way};
use super::standard::{Data, Standard};

/// The share of the room between two bounds that is kept to each.
const MARGIN: f64 = 0.1;

/// The least product of distance and price,
const LEAST_PRODUCT: f64 = 1e-3;

/// as a share of the weights where there are alpha-fair pairs beside them, whose products are their weights from the beginning (from far below
/// those the walk of a proportionally fair year takes half as long again, from far above them that of fifty years),
const LEAST_BESIDE_FAIR: f64 = 0.5;

/// and near a like program's answer.
const NEAR_PRODUCT: f64 = 1e-5;

/// Where a like program's answer lies, in scaled units.
#[derive(Clone, Debug)]
pub(super) struct Near {
    /// The columns.
    pub x: Vec<f64>,
    /// The rows' prices, in the order of elimination.
    pub y: Vec<f64>,
}

/// Puts the starting point into `point`; `way` is room.
pub(super) fn begin<const L: usize>(
    standard: &Standard,
    blocks: &Blocks,
    data: &Data<L>,
    newton: &mut Newton<L>,
    point: &mut Point<L>,
    way: &mut Way<L>,
) {
    let (low, high) = bounds(standard, data);
    let spread: Vec<Lanes<L>> = low.iter().zip(&high).map(|(low, high)| low.with(*high, spread)).collect();
    newton.factor_weights(standard, blocks, |column| spread[column] * spread[column]);
    let mut rows = data.right.clone();
    for (column, x) in point.x.iter_mut().enumerate() {
        *x = low[column].with(high[column], middle);
        standard.column(column).for_each(|(row, value)| rows[row] -= *x * value);
    }
    newton.set_pull(|_| Lanes::default());
    newton.solve(standard, blocks, Some(&rows), way, 1);
    point.x.iter_mut().zip(&way.x).for_each(|(x, way)| *x += *way);
    draw_inside(point, &low, &high);
    measure(standard, data, point);
    let slope = slopes(standard, data, point);
    newton.set_pull(|column| -slope[column]);
    newton.solve(standard, blocks, None, way, 0);
    point.y.copy_from_slice(&way.y);
    // the products of alpha-fair pairs are their weights
    let weight = data.weight.iter().fold(Lanes::default(), |most, weight| weight.max(most));
    price(standard, data, point, (weight * LEAST_BESIDE_FAIR).max(Lanes::all(LEAST_PRODUCT)));
}

/// Puts a point near a like program's answer into `point`.
pub(super) fn begin_near<const L: usize>(
    standard: &Standard,
    data: &Data<L>,
    near: &Near,
    point: &mut Point<L>,
) {
    let (low, high) = bounds(standard, data);
    point.x.iter_mut().zip(&near.x).for_each(|(x, near)| *x = Lanes::all(*near));
    point.y.iter_mut().zip(&near.y).for_each(|(y, near)| *y = Lanes::all(*near));
    draw_inside(point, &low, &high);
    measure(standard, data, point);
    price(standard, data, point, Lanes::all(NEAR_PRODUCT));
}

/// The bounds of every column; what an alpha-fair term keeps above zero has zero for a bound here.
fn bounds<const L: usize>(standard: &Standard, data: &Data<L>) -> (Vec<Lanes<L>>, Vec<Lanes<L>>) {
    let columns = standard.columns();
    let mut low = vec![Lanes::all(f64::NEG_INFINITY); columns];
    let mut high = vec![Lanes::all(f64::INFINITY); columns];
    standard.fair.iter().for_each(|&(column, _)| low[column] = Lanes::default());
    standard.low.iter().zip(&data.low).for_each(|(&at, bound)| low[at as usize] = *bound);
    standard.high.iter().zip(&data.high).for_each(|(&at, bound)| high[at as usize] = *bound);
    (low, high)
}

/// Half the room between two bounds, at most one.
fn spread(low: f64, high: f64) -> f64 {
    (0.5 * (high - low)).min(1.0)
}

/// The middle of two bounds; a unit from a lone one.
fn middle(low: f64, high: f64) -> f64 {
    match (low.is_finite(), high.is_finite()) {
        (true, true) => 0.5 * (low + high),
        (true, false) => low + 1.0,
        (false, true) => high - 1.0,
        (false, false) => 0.0,
    }
}

/// Draws every column to a distance from its bounds: a share of the room between them.
fn draw_inside<const L: usize>(point: &mut Point<L>, low: &[Lanes<L>], high: &[Lanes<L>]) {
    for ((x, low), high) in point.x.iter_mut().zip(low).zip(high) {
        let distance = low.with(*high, |low, high| MARGIN * (high - low).min(1.0));
        *x = x.max(*low + distance).min(*high - distance);
    }
}

/// Distances from bounds, and the slopes of alpha-fair terms.
fn measure<const L: usize>(standard: &Standard, data: &Data<L>, point: &mut Point<L>) {
    for (at, &column) in standard.low.iter().enumerate() {
        point.above[at] = point.x[column as usize] - data.low[at];
    }
    for (at, &column) in standard.high.iter().enumerate() {
        point.below[at] = data.high[at] - point.x[column as usize];
    }
    for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
        point.fair[at] = data.weight[at].with(point.x[column], |weight, x| weight * x.powf(-alpha));
    }
}

/// The slopes of the objective.
fn slopes<const L: usize>(standard: &Standard, data: &Data<L>, point: &Point<L>) -> Vec<Lanes<L>> {
    let mut passed = 0;
    let own = |(column, x): (usize, &Lanes<L>)| data.slope_and_worth(standard, column, *x, &mut passed).0;
    let mut slope: Vec<Lanes<L>> = point.x.iter().enumerate().map(own).collect();
    standard.fair.iter().zip(&point.fair).for_each(|(&(column, _), fair)| slope[column] -= *fair);
    slope
}

/// The prices of the bounds: all with the same product, and what the slopes say beside.
fn price<const L: usize>(standard: &Standard, data: &Data<L>, point: &mut Point<L>, least: Lanes<L>) {
    let mut slope = slopes(standard, data, point);
    for (column, slope) in slope.iter_mut().enumerate() {
        standard.column(column).for_each(|(row, value)| *slope -= point.y[row] * value);
    }
    let mut product = Lanes::default();
    for (&column, room) in standard.low.iter().zip(&point.above).chain(standard.high.iter().zip(&point.below))
    {
        product += (*room * slope[column as usize]).abs();
    }
    let count = (standard.low.len() + standard.high.len()).max(1);
    let product = (product / count as f64).max(least);
    for (at, &column) in standard.low.iter().enumerate() {
        point.floor[at] = product / point.above[at] + slope[column as usize].max(Lanes::default());
    }
    for (at, &column) in standard.high.iter().enumerate() {
        point.ceiling[at] = product / point.below[at] + (-slope[column as usize]).max(Lanes::default());
    }
}
