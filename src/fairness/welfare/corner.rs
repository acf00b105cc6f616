//! The last digits where a limit is only just met: there slack and price are both near zero, a barrier ends a root of
//! itself away from the point, and a step on the limits that hold takes their place.

use super::barrier::{Inner, Place};
use super::stages::null_space;
use nalgebra::{DMatrix, DVector};

/// Below this both slack and price of a limit are near zero.
const NEAR: f64 = 1e-4;

/// What a slack may fall below zero by rounding, relative to what it was at the start.
const ROUNDING: f64 = 1e-12;

/// By how much the welfare may fall by rounding.
const LOSS: f64 = 1e-13;

/// By how much a gain may change, relative to itself, where only last digits are sought: one that falls to nothing
/// on a limit is close to it for a reason.
const LAST_DIGITS: f64 = 1e-3;

/// The most of Newton's steps.
const STEPS: usize = 6;

/// What may be left of the slope along the limits that hold.
const LEFT: f64 = 1e-13;

/// A singular value below this, relative to the largest, is none.
const FLAT: f64 = 1e-9;

/// The place moved to the best point on the limits that hold, if some are only just met and it is no worse there.
pub(super) fn settled(inner: &Inner, place: Place) -> Place {
    let near = |(slack, price): (&f64, &f64)| *slack < NEAR && *price < NEAR;
    if !place.slack.iter().zip(&place.price).any(near) {
        return place;
    }
    match on_limits(inner, &place) {
        Some(better) => better,
        None => place,
    }
}

fn on_limits(inner: &Inner, place: &Place) -> Option<Place> {
    let held: Vec<usize> = (0..place.slack.len()).filter(|at| place.price[*at] > place.slack[*at]).collect();
    let rows: Vec<DVector<f64>> = held.iter().map(|at| inner.limits.row(*at).transpose()).collect();
    let free = null_space(&rows, place.step.len());
    let mut moved = place.clone();
    if !held.is_empty() {
        let slack = DVector::from_iterator(held.len(), held.iter().map(|at| place.slack[*at]));
        let step = least_squares(inner.limits.select_rows(&held), &slack)?;
        moved = inner.moved(&moved, &step)?;
    }
    for _ in 0..STEPS {
        let local = inner.local(&moved, 0.0);
        let slope = free.tr_mul(&local.slope);
        if slope.amax() <= LEFT * local.slope.amax().max(1.0) {
            return accepted(inner, place, moved, &held);
        }
        let step = least_squares(free.tr_mul(&local.curvature) * &free, &-slope)?;
        moved = inner.moved(&moved, &(&free * step))?;
    }
    None
}

/// The moved place, if it keeps every limit and loses no welfare.
fn accepted(inner: &Inner, place: &Place, mut moved: Place, held: &[usize]) -> Option<Place> {
    held.iter().for_each(|at| moved.slack[*at] = 0.0);
    let fits = moved.slack.iter().all(|slack| *slack >= -ROUNDING);
    let rates = moved.gain.component_div(&place.gain).map(|ratio| ratio - 1.0);
    let loss = Inner::change(&inner.local(place, 0.0), &rates, 1.0);
    moved.slack.iter_mut().for_each(|slack| *slack = slack.max(0.0));
    (fits && rates.amax() < LAST_DIGITS && loss <= LOSS).then_some(moved)
}

/// The smallest of the steps that come nearest to what is asked for.
fn least_squares(matrix: DMatrix<f64>, right: &DVector<f64>) -> Option<DVector<f64>> {
    let factors = matrix.svd(true, true);
    let flat = FLAT * factors.singular_values.max();
    factors.solve(right, flat).ok()
}
