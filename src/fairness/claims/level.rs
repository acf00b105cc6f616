//! The common level of a rule that fills or cuts all claims alike, exactly, from the bends of its line.
//!
//! The amount that a level hands out is piecewise linear in the level. The bends are halved around their
//! median until none is left between the level and the segment it lies on: linear time, no tolerance.

use super::sum::Sum;

/// Where a piecewise linear function bends: a part of its slope that changes from `before` to `after`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bend {
    pub(super) at: f64,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// A level, as the last bend below it and the height above that, which keeps its digits where the bend is far
/// from zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    pub(super) bend: f64,
    pub(super) above: f64,
}

/// What is known while the bends are halved: the level lies above `from`, where `reached` is handed out, and
/// the bends that are known to lie below or above the level add up to `slope` around it.
struct Known {
    from: f64,
    reached: Sum,
    slope: Sum,
}

/// The lowest level from `start` on at which a function that begins there with 0, has the slope
/// `sum over bends of (before up to at, after from at on)` and never falls, has a `value` that it reaches.
pub(super) fn crossing(start: f64, mut bends: Vec<Bend>, value: f64) -> Level {
    let mut known = Known { from: start, reached: Sum::default(), slope: Sum::default() };
    let mut until = f64::INFINITY;
    let mut open = bends.as_mut_slice();
    while !open.is_empty() {
        let middle = open.len() / 2;
        let (lower, pivot, upper) = open.select_nth_unstable_by(middle, |a, b| a.at.total_cmp(&b.at));
        let slope_of_upper = upper.iter().fold(known.slope, |slope, bend| slope.plus(bend.before));
        let slope_of_upper = slope_of_upper.plus(pivot.before);
        let rise = |bend: &Bend| bend.before * (bend.at - known.from) + bend.after * (pivot.at - bend.at);
        let reached = lower.iter().map(rise).fold(known.reached, Sum::plus);
        let reached = reached.plus(slope_of_upper.value() * (pivot.at - known.from));
        if reached.value() < value {
            let slope = lower.iter().fold(known.slope, |slope, bend| slope.plus(bend.after));
            known = Known { from: pivot.at, reached, slope: slope.plus(pivot.after) };
            open = upper;
        } else {
            until = pivot.at;
            known.slope = slope_of_upper;
            open = lower;
        }
    }
    let slope = known.slope.value();
    let missing = -known.reached.plus(-value).value();
    let above = if slope > 0.0 { missing / slope } else { 0.0 };
    Level { bend: known.from, above: above.clamp(0.0, until - known.from) }
}

/// The level `t` of awards `min(c_i, t w_i)` that add up to an estate of at most the claims.
fn level_of_awards(estate: f64, claims: &[f64], weight: impl Fn(usize) -> f64) -> f64 {
    let asking = claims.iter().enumerate().filter(|(_, claim)| **claim > 0.0);
    let bend = |(i, claim): (usize, &f64)| Bend { at: claim / weight(i), before: weight(i), after: 0.0 };
    let level = crossing(0.0, asking.map(bend).collect(), estate);
    level.bend + level.above
}

/// The level `t` of awards `min(c_i, t)` that add up to an estate of at most the claims.
pub(super) fn even_level(estate: f64, claims: &[f64]) -> f64 {
    level_of_awards(estate, claims, even)
}

/// Awards `min(c_i, t w_i)` that add up to an estate of at most the claims.
pub(super) fn equal_awards(estate: f64, claims: &[f64], weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let level = level_of_awards(estate, claims, &weight);
    claims.iter().enumerate().map(|(i, claim)| claim.min(level * weight(i))).collect()
}

/// Awards `max(0, c_i - t w_i)` that add up to the estate; `shortfall` is what it lacks for the claims.
///
/// The smaller of the two is filled, so that neither drowns in the rounding of the other: the losses from
/// below, or the awards from the largest `c_i / w_i` down, which is upwards from the lowest `-c_i / w_i`.
pub(super) fn equal_losses(
    estate: f64,
    shortfall: f64,
    claims: &[f64],
    weight: impl Fn(usize) -> f64,
) -> Vec<f64> {
    if shortfall < estate {
        let losses = equal_awards(shortfall, claims, weight);
        return claims.iter().zip(losses).map(|(claim, loss)| claim - loss).collect();
    }
    let bend = |(i, claim): (usize, &f64)| Bend { at: -claim / weight(i), before: 0.0, after: weight(i) };
    let bends: Vec<Bend> = claims.iter().enumerate().map(bend).collect();
    let lowest = bends.iter().map(|bend| bend.at).fold(0.0, f64::min);
    let level = crossing(lowest, bends, estate);
    let height = |i: usize, claim: &f64| (level.bend + claim / weight(i)) + level.above;
    claims.iter().enumerate().map(|(i, claim)| claim.min(weight(i) * height(i, claim).max(0.0))).collect()
}

/// The weight of everybody where nobody weighs more.
pub(super) fn even(_: usize) -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::super::sum::sum;
    use super::*;

    fn bends(places: &[(f64, f64, f64)]) -> Vec<Bend> {
        places.iter().map(|&(at, before, after)| Bend { at, before, after }).collect()
    }

    #[test]
    fn a_line_is_crossed_between_at_and_beyond_its_bends() {
        // slopes 3, 2, 1 and 0 between the bends: 3, 5 and 7 are reached there
        let filling = bends(&[(4.0, 1.0, 0.0), (1.0, 1.0, 0.0), (2.0, 1.0, 0.0)]);
        let levels = [(0.0, 0.0), (1.5, 0.5), (3.0, 1.0), (4.0, 1.5), (5.0, 2.0), (6.5, 3.5), (7.0, 4.0)];
        for (value, expected) in levels {
            let level = crossing(0.0, filling.clone(), value);
            assert_eq!(level.bend + level.above, expected);
        }
    }

    #[test]
    fn on_a_level_stretch_the_near_end_is_taken() {
        // slopes 1, 0 and 1
        let stretch = bends(&[(2.0, 1.0, 0.0), (5.0, 0.0, 1.0)]);
        assert_eq!(crossing(0.0, stretch.clone(), 2.0), Level { bend: 0.0, above: 2.0 });
        assert_eq!(crossing(0.0, stretch, 3.0), Level { bend: 5.0, above: 1.0 });
    }

    #[test]
    fn losses_are_cut_to_the_last_digit_however_small_the_estate() {
        assert_eq!(equal_losses(1e-12, 2e12, &[1e12, 1e12], even), [5e-13, 5e-13]);
        let total = sum(equal_losses(1e-6, 3.0, &[1.0, 1.0, 1.0], even));
        assert!((total - 1e-6).abs() < 1e-20);
    }
}
