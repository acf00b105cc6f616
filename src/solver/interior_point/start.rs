//! Where the method begins: the least-squares point of the rows, drawn inside the bounds, and prices that make
//! every product of distance and price the same (after S. Mehrotra, 1992). It takes no step.

use super::blocks::Blocks;
use super::direction::Newton;
use super::lanes::Lanes;
use super::point::Point;
use super::standard::{Data, Standard};

/// The share of the room between two bounds that is kept to each.
const MARGIN: f64 = 0.1;

/// The least distance from a lone bound.
const LEAST: f64 = 0.1;

/// The least product of distance and price.
const LEAST_PRODUCT: f64 = 1e-3;

/// Puts the starting point into `point`; `way` is room.
pub(super) fn begin<const L: usize>(
    standard: &Standard,
    blocks: &Blocks,
    data: &Data<L>,
    newton: &mut Newton<L>,
    point: &mut Point<L>,
    way: &mut Point<L>,
) {
    let columns = standard.columns();
    let (low, high) = bounds(standard, data);
    let spread: Vec<Lanes<L>> = (0..columns).map(|c| low[c].with(high[c], spread)).collect();
    newton.factor_weights(standard, blocks, |column| spread[column] * spread[column]);
    let mut rows = data.right.clone();
    for column in 0..columns {
        point.x[column] = low[column].with(high[column], middle);
        standard.column(column).for_each(|(row, value)| rows[row] -= point.x[column] * value);
    }
    newton.set_pull(|_| Lanes::default());
    newton.solve(standard, blocks, &rows, way, 1);
    for column in 0..columns {
        let near = point.x[column] + way.x[column];
        point.x[column] = Lanes(std::array::from_fn(|lane| {
            inside(near.0[lane], low[column].0[lane], high[column].0[lane])
        }));
    }
    price(standard, blocks, data, newton, point, way);
}

/// The bounds of every column; what an alpha-fair term keeps above zero has zero for a bound here.
fn bounds<const L: usize>(standard: &Standard, data: &Data<L>) -> (Vec<Lanes<L>>, Vec<Lanes<L>>) {
    let columns = standard.columns();
    let mut low = vec![Lanes::all(f64::NEG_INFINITY); columns];
    let mut high = vec![Lanes::all(f64::INFINITY); columns];
    standard.fair.iter().for_each(|&(column, _)| low[column] = Lanes::default());
    standard.low.iter().zip(&data.low).for_each(|(&column, bound)| low[column] = *bound);
    standard.high.iter().zip(&data.high).for_each(|(&column, bound)| high[column] = *bound);
    (low, high)
}

/// Half the room between two bounds, or one.
fn spread(low: f64, high: f64) -> f64 {
    let room = 0.5 * (high - low);
    if room.is_finite() { room.min(1.0) } else { 1.0 }
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

/// The point nearest to `x` that keeps its distance from the bounds.
fn inside(x: f64, low: f64, high: f64) -> f64 {
    let room = high - low;
    if room.is_finite() {
        let margin = (MARGIN * room).min(LEAST);
        return x.max(low + margin).min(high - margin);
    }
    x.max(low + LEAST).min(high - LEAST)
}

/// The prices: the rows' by least squares, the bounds' all with the same product.
fn price<const L: usize>(
    standard: &Standard,
    blocks: &Blocks,
    data: &Data<L>,
    newton: &mut Newton<L>,
    point: &mut Point<L>,
    way: &mut Point<L>,
) {
    for (at, &column) in standard.low.iter().enumerate() {
        point.above[at] = point.x[column] - data.low[at];
    }
    for (at, &column) in standard.high.iter().enumerate() {
        point.below[at] = data.high[at] - point.x[column];
    }
    for (at, &(column, alpha)) in standard.fair.iter().enumerate() {
        point.fair[at] = data.weight[at].with(point.x[column], |weight, x| weight * x.powf(-alpha));
    }
    let mut slope: Vec<Lanes<L>> = (0..standard.columns())
        .map(|column| data.cost[column] + data.curvature[column] * point.x[column])
        .collect();
    standard.fair.iter().zip(&point.fair).for_each(|(&(column, _), fair)| slope[column] -= *fair);
    newton.set_pull(|column| -slope[column]);
    let none = vec![Lanes::default(); standard.rows];
    newton.solve(standard, blocks, &none, way, 0);
    point.y.iter_mut().zip(&way.y).for_each(|(y, found)| *y = *found);
    for column in 0..standard.columns() {
        standard.column(column).for_each(|(row, value)| slope[column] -= point.y[row] * value);
    }
    let mut product = Lanes::default();
    for (&column, room) in standard.low.iter().zip(&point.above) {
        product += (*room * slope[column]).abs();
    }
    for (&column, room) in standard.high.iter().zip(&point.below) {
        product += (*room * slope[column]).abs();
    }
    let count = (standard.low.len() + standard.high.len()).max(1);
    let product = (product / count as f64).max(Lanes::all(LEAST_PRODUCT));
    for (at, &column) in standard.low.iter().enumerate() {
        point.floor[at] = product / point.above[at] + slope[column].max(Lanes::default());
    }
    for (at, &column) in standard.high.iter().enumerate() {
        point.ceiling[at] = product / point.below[at] + (-slope[column]).max(Lanes::default());
    }
}
