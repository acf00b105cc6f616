//! Bargaining of two whose frontier is a curve `x -> (u1(x), u2(x))`: Nash, Kalai-Smorodinsky and egalitarian, by
//! their parameter `x`. The curve is given as two functions; nothing is assumed of them but that they bound a
//! convex set.
//!
//! Between the two members' best points one gains what the other loses, so every rule is the root of a function
//! that changes sign once there, found by bisection to the last digits. For Nash the function is the slope of the log
//! gains: the product itself is flat at its top, and comparing its values would lose half the digits.

use super::error::WelfareError;

/// The frontier of a bargaining problem of two.
pub struct Curve<'a> {
    /// The utility of the first at `x`.
    pub first: &'a dyn Fn(f64) -> f64,
    /// The utility of the second at `x`.
    pub second: &'a dyn Fn(f64) -> f64,
    /// The least `x`.
    pub from: f64,
    /// The greatest `x`.
    pub to: f64,
}

/// How many pieces a curve is cut into where its top is looked for.
const PIECES: usize = 256;

/// The golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The first width over which a slope is measured, relative to the distance to the nearer end.
const WIDTH: f64 = 0.1;

/// How much narrower each further measurement of a slope is, and how many there are at most.
const NARROWER: f64 = 1.6;
const MEASUREMENTS: usize = 12;

/// How far on each side of the top of the product its slope's root is looked for, relative to the frontier.
const AROUND: f64 = 1e-4;

/// A slope that is not known to this part of its change around the top belongs to a corner.
const SMOOTH: f64 = 1e-5;

/// The Nash solution: the `x` of the greatest `(u1 - d1)^w1 (u2 - d2)^w2` with `u >= d`, to about 1e-10 of the
/// frontier's length.
///
/// ```
/// use mirab::fairness::welfare::curve::{Curve, nash};
/// // One unit to split, the second averse to risk: the first gets two thirds.
/// let curve = Curve { first: &|x| x, second: &|x: f64| (1.0 - x).sqrt(), from: 0.0, to: 1.0 };
/// assert!((nash(&curve, [0.0, 0.0], [1.0, 1.0])? - 2.0 / 3.0).abs() < 1e-9);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// [`WelfareError`] for entries that are not finite, weights that are not positive, a curve without a value somewhere, a
/// `d` that is beyond the curve and [`WelfareError::NoGain`] if one of the two cannot gain.
pub fn nash(curve: &Curve<'_>, d: [f64; 2], weights: [f64; 2]) -> Result<f64, WelfareError> {
    let problem = Problem::new(curve, d, weights)?;
    let (low, high) = problem.rational()?;
    let welfare = |x: f64| problem.log_product(x);
    let top = golden(&welfare, low, high);
    Ok(polished(&welfare, low, high, top))
}

/// Kalai and Smorodinsky: the `x` at which both have the same share (for each unit of weight) of the gain each would
/// have with the other at `d`, to rounding.
///
/// ```
/// use mirab::fairness::welfare::curve::{Curve, kalai_smorodinsky};
/// // A quarter of a circle, by its angle: both ideals are one, so the solution is on the diagonal.
/// let quarter = std::f64::consts::FRAC_PI_2;
/// let circle = Curve { first: &f64::cos, second: &f64::sin, from: 0.0, to: quarter };
/// assert!((kalai_smorodinsky(&circle, [0.0, 0.0], [1.0, 1.0])? - quarter / 2.0).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// As [`nash`].
pub fn kalai_smorodinsky(curve: &Curve<'_>, d: [f64; 2], weights: [f64; 2]) -> Result<f64, WelfareError> {
    let problem = Problem::new(curve, d, weights)?;
    let (best_first, best_second) = problem.best_points()?;
    let ideal = [problem.gain(0, best_first), problem.gain(1, best_second)];
    let shares = |x: f64| [0, 1].map(|member| problem.gain(member, x) / ideal[member] / weights[member]);
    Ok(even(&shares, best_first, best_second))
}

/// Egalitarian: the `x` at which both gain the same for each unit of weight, to rounding; where one always gains
/// less than the other, the `x` at which it gains most.
///
/// ```
/// use mirab::fairness::welfare::curve::{Curve, egalitarian};
/// // x = sqrt(1 - x) is the golden section.
/// let curve = Curve { first: &|x| x, second: &|x: f64| (1.0 - x).sqrt(), from: 0.0, to: 1.0 };
/// assert!((egalitarian(&curve, [0.0, 0.0], [1.0, 1.0])? - 0.6180339887498949).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// As [`nash`].
pub fn egalitarian(curve: &Curve<'_>, d: [f64; 2], weights: [f64; 2]) -> Result<f64, WelfareError> {
    let problem = Problem::new(curve, d, weights)?;
    let (best_first, best_second) = problem.best_points()?;
    let levels = |x: f64| [0, 1].map(|member| problem.gain(member, x) / weights[member]);
    Ok(even(&levels, best_first, best_second))
}

/// A curve with what is asked of it, checked.
struct Problem<'a> {
    curve: &'a Curve<'a>,
    d: [f64; 2],
    weights: [f64; 2],
}

impl<'a> Problem<'a> {
    fn new(curve: &'a Curve<'a>, d: [f64; 2], weights: [f64; 2]) -> Result<Problem<'a>, WelfareError> {
        for (entry, value) in
            [("from", curve.from), ("to", curve.to), ("d of member 1", d[0]), ("d of member 2", d[1])]
        {
            if !value.is_finite() {
                return Err(WelfareError::NotFinite { entry: entry.to_owned(), value });
            }
        }
        for (at, value) in weights.into_iter().enumerate() {
            if !(value > 0.0 && value.is_finite()) {
                return Err(WelfareError::Weight { member: at + 1, value });
            }
        }
        if curve.from >= curve.to {
            return Err(WelfareError::Curve { what: "has no length", at: curve.from });
        }
        let problem = Problem { curve, d, weights };
        let holes =
            grid(curve.from, curve.to).find(|x| [0, 1].iter().any(|at| !problem.gain(*at, *x).is_finite()));
        match holes {
            Some(at) => Err(WelfareError::Curve { what: "has no finite value", at }),
            None => Ok(problem),
        }
    }

    /// What a member has above `d`.
    fn gain(&self, member: usize, x: f64) -> f64 {
        let utility = if member == 0 { self.curve.first } else { self.curve.second };
        utility(x) - self.d[member]
    }

    /// The logarithm of the weighted product of gains.
    fn log_product(&self, x: f64) -> f64 {
        let log = |member: usize| self.weights[member] * self.gain(member, x).max(0.0).ln();
        log(0) + log(1)
    }

    /// The parameters at which the first and the second have most with neither below `d`.
    fn best_points(&self) -> Result<(f64, f64), WelfareError> {
        let top = |member: usize| golden(&|x| self.gain(member, x), self.curve.from, self.curve.to);
        let tops = [top(0), top(1)];
        for member in [0, 1] {
            if self.gain(member, tops[member]) <= 0.0 {
                return Err(WelfareError::NoGain { member: member + 1, d: self.d[member] });
            }
        }
        let best = |member: usize| {
            let other = 1 - member;
            if self.gain(other, tops[member]) >= 0.0 {
                return tops[member];
            }
            bisect(&|x| self.gain(other, x), tops[other], tops[member])
        };
        let found = (best(0), best(1));
        for (member, x) in [(0, found.0), (1, found.1)] {
            if self.gain(member, x) <= 0.0 {
                return Err(WelfareError::NoGain { member: member + 1, d: self.d[member] });
            }
        }
        Ok(found)
    }

    /// The part of the frontier on which nobody is below `d`, in rising order.
    fn rational(&self) -> Result<(f64, f64), WelfareError> {
        let (first, second) = self.best_points()?;
        Ok((first.min(second), first.max(second)))
    }
}

/// Evenly spaced parameters, the ends among them.
fn grid(from: f64, to: f64) -> impl Iterator<Item = f64> {
    (0..=PIECES).map(move |at| if at == PIECES { to } else { from + (to - from) * at as f64 / PIECES as f64 })
}

/// Where a function with one top is greatest, by golden section: right to the last digits at a corner or an end, to half of
/// them where it is flat.
fn golden(function: &dyn Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let values: Vec<(f64, f64)> = grid(from, to).map(|x| (x, function(x))).collect();
    let top = (0..values.len()).max_by(|a, b| values[*a].1.total_cmp(&values[*b].1)).unwrap_or(0);
    let (mut low, mut high) = (values[top.saturating_sub(1)].0, values[(top + 1).min(PIECES)].0);
    let (mut best, mut most) = values[top];
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (function(left), function(right));
    while low < left && left < right && right < high {
        for (x, value) in [(left, at_left), (right, at_right)] {
            if value > most {
                (best, most) = (x, value);
            }
        }
        if at_left < at_right {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = function(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = function(left);
        }
    }
    best
}

/// The root of a function that is not negative at `inside` and negative at `outside`: the last point that is not
/// negative.
fn bisect(function: &dyn Fn(f64) -> f64, inside: f64, outside: f64) -> f64 {
    let (mut inside, mut outside) = (inside, outside);
    loop {
        let middle = 0.5 * (inside + outside);
        if middle == inside || middle == outside {
            return inside;
        }
        if function(middle) >= 0.0 { inside = middle } else { outside = middle }
    }
}

/// Where two levels are even between the best points of the two, or the end at which the lower is highest.
fn even(levels: &dyn Fn(f64) -> [f64; 2], best_first: f64, best_second: f64) -> f64 {
    let ahead = |x: f64| levels(x)[0] - levels(x)[1];
    if ahead(best_first) <= 0.0 {
        return best_first;
    }
    if ahead(best_second) >= 0.0 {
        return best_second;
    }
    bisect(&ahead, best_first, best_second)
}

/// The root of the function's slope near its top, unless there is a corner or an end.
fn polished(function: &dyn Fn(f64) -> f64, from: f64, to: f64, top: f64) -> f64 {
    let around = AROUND * (to - from);
    let (low, high) = (top - around, top + around);
    if low - around <= from || high + around >= to {
        return top;
    }
    let slope_at = |x: f64| slope(function, x, WIDTH * (x - from).min(to - x));
    let (at_low, at_high) = (slope_at(low), slope_at(high));
    let doubt = at_low.1.max(at_high.1).max(slope_at(top).1);
    let change = at_low.0 - at_high.0;
    if !(at_low.0 > 0.0 && at_high.0 < 0.0 && doubt < SMOOTH * change) {
        return top;
    }
    bisect(&|x| slope_at(x).0, low, high)
}

/// The slope by central differences, extrapolated to no width (Ridders, 1982), and how much it is in doubt.
fn slope(function: &dyn Fn(f64) -> f64, x: f64, width: f64) -> (f64, f64) {
    let difference = |width: f64| (function(x + width) - function(x - width)) / (2.0 * width);
    let mut row: Vec<f64> = Vec::new();
    let mut best = (difference(width), f64::INFINITY);
    for round in 0..MEASUREMENTS {
        let mut next = vec![difference(width / NARROWER.powi(round as i32))];
        let mut factor = 1.0;
        for before in &row {
            factor *= NARROWER * NARROWER;
            let last = next[next.len() - 1];
            let better = last + (last - before) / (factor - 1.0);
            let doubt = (better - last).abs().max((better - before).abs());
            if doubt < best.1 {
                best = (better, doubt);
            }
            next.push(better);
        }
        row = next;
    }
    best
}
