//! The last digits where a limit is only just met: there slack and price are both near zero, and a barrier ends a root
//! of itself away from the point. An active-set method takes its place: Newton's steps on the limits that hold; one that is
//! missed is added, one with a negative price is let go, until the conditions of Karush, Kuhn and Tucker are met.

use super::barrier::{Inner, Local, Place};
use super::dense::null_space;
use nalgebra::{DMatrix, DVector};

/// Below this both slack and price of a limit are near zero.
const NEAR: f64 = 1e-4;

/// What a slack or a price may fall below zero by rounding.
const ROUNDING: f64 = 1e-12;

/// By how much a gain may change, relative to itself, where only last digits are sought: one that falls to
/// nothing on a limit is close to it for a reason.
const LAST_DIGITS: f64 = 1e-3;

/// The most of Newton's steps.
const STEPS: usize = 6;

/// The most sets of limits that are tried.
const SETS: usize = 12;

/// What may be left of the slope along the limits that hold.
const LEFT: f64 = 1e-13;

/// A singular value below this, relative to the largest, is none.
const FLAT: f64 = 1e-9;

/// The place moved to the best point on the limits that hold, if some are only just met; as it was where that fails.
pub(super) fn settled(inner: &Inner, place: Place) -> Place {
    let near = |(slack, price): (&f64, &f64)| *slack < NEAR && *price < NEAR;
    if !place.slack.iter().zip(&place.price).any(near) {
        return place;
    }
    let mut held: Vec<usize> =
        (0..place.slack.len()).filter(|at| place.price[*at] > place.slack[*at]).collect();
    for _ in 0..SETS {
        let Some((moved, local)) = on_limits(inner, &place, &held) else { break };
        match misfit(inner, &moved, &local, &held) {
            None => return last_digits(&place, moved, &held).unwrap_or(place),
            Some(limit) if held.contains(&limit) => held.retain(|at| *at != limit),
            Some(limit) => held.push(limit),
        }
    }
    place
}

/// The best place on limits that hold, whatever the others say.
fn on_limits(inner: &Inner, place: &Place, held: &[usize]) -> Option<(Place, Local)> {
    let rows: Vec<DVector<f64>> = held.iter().map(|at| inner.limits.row(*at).transpose()).collect();
    let free = null_space(&rows, place.step.len());
    let mut moved = place.clone();
    if !held.is_empty() {
        let slack = DVector::from_iterator(held.len(), held.iter().map(|at| place.slack[*at]));
        let step = least_squares(inner.limits.select_rows(held), &slack)?;
        moved = inner.moved(&moved, &step)?;
    }
    for _ in 0..STEPS {
        let local = inner.local(&moved, 0.0);
        let slope = free.tr_mul(&local.slope);
        if slope.amax() <= LEFT * local.slope.amax().max(1.0) {
            return Some((moved, local));
        }
        let step = least_squares(free.tr_mul(&local.curvature) * &free, &-slope)?;
        moved = inner.moved(&moved, &(&free * step))?;
    }
    None
}

/// The limit that is missed most, or else the held one with the most negative price.
fn misfit(inner: &Inner, moved: &Place, local: &Local, held: &[usize]) -> Option<usize> {
    let missed = (0..moved.slack.len()).filter(|at| !held.contains(at) && moved.slack[*at] < -ROUNDING);
    let missed = missed.min_by(|a, b| moved.slack[*a].total_cmp(&moved.slack[*b]));
    if missed.is_some() || held.is_empty() {
        return missed;
    }
    let prices = least_squares(inner.limits.select_rows(held).transpose(), &-&local.slope)?;
    let (at, least) = prices.argmin();
    (least < -ROUNDING * local.slope.amax().max(1.0)).then(|| held[at])
}

/// The moved place, if no more than last digits changed.
fn last_digits(place: &Place, mut moved: Place, held: &[usize]) -> Option<Place> {
    held.iter().for_each(|at| moved.slack[*at] = 0.0);
    moved.slack.iter_mut().for_each(|slack| *slack = slack.max(0.0));
    let ratios = moved.gain.component_div(&place.gain);
    ratios.iter().all(|ratio| (ratio - 1.0).abs() < LAST_DIGITS).then_some(moved)
}

/// The smallest of the steps that come nearest to what is asked for.
fn least_squares(matrix: DMatrix<f64>, right: &DVector<f64>) -> Option<DVector<f64>> {
    let factors = matrix.svd(true, true);
    let flat = FLAT * factors.singular_values.max();
    factors.solve(right, flat).ok()
}
