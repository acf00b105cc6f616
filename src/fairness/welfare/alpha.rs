//! The alpha-fair family and the Nash bargaining solution, which is its member at alpha 1. It prepares the
//! search, proves its answer and leaves the search itself to [`super::stages`].

use super::error::WelfareError;
use super::frame::{Frame, Ideal};
use super::levels::numbered;
use super::ordered::{Welfare, evenest};
use super::set::{Point, UtilitySet};
use super::stages::{Fair, Search};

/// The linear gap, relative to the sum of `w (u - d)^(1 - alpha)`, up to which an answer counts as proved.
const PROVED: f64 = 1e-8;

/// How well a linear program knows a gain, relative to the numbers that make it up.
const KNOWN: f64 = 1e-9;

/// Beyond this alpha rounding in the seventeenth digit of a gain moves its price by more than a proof allows.
const LARGEST: f64 = 3e6;

/// A member whose whole gain is worth no more than this, relative to what all have, cannot widen the gap.
const NOTHING: f64 = 1e-14;

/// Alpha-fairness (Mo and Walrand, 2000): the point of the greatest `sum_i w_i phi_alpha(u_i - d_i)`,
/// `phi_alpha(g) = g^(1 - alpha) / (1 - alpha)`, `log g` at alpha 1, over the points with `u >= d`.
///
/// - `alpha` from 0 to infinity; weights positive (none: one for all); no `d`: zero.
/// - Alpha 0: the greatest weighted total; of several the most even one, by leximin of `(u - d) / w`.
/// - Alpha infinite: leximin of `u - d`, the limit of the points as alpha grows, in which weights no longer count;
///   there `d` need not be reachable. Leximin stands in for every alpha above 3e6, from which it differs by about
///   `1 / alpha` of a gain.
/// - Members who cannot have more than `d` while nobody is below it stay at `d` and are left out.
///
/// Unique in `u` for alpha above 0. It is proved by `sum_i w_i (u'_i - u_i) / (u_i - d_i)^alpha <= 0` for every
/// point `u'`, to 1e-8 of `sum_i w_i (u_i - d_i)^(1 - alpha)`, or to 1e-9 over the smallest part that an ideal gain is
/// of its utility where that is more.
///
/// ```
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, alpha_fair};
/// // Two unit links, one flow over both: the long flow gets 1 / (1 + L^(1 / alpha)).
/// let rows = vec![vec![1.0, 1.0, 0.0], vec![1.0, 0.0, 1.0]];
/// let set = UtilitySet::new(Polyhedron { rows, limits: vec![1.0, 1.0], ..Polyhedron::default() })?;
/// let proportional = alpha_fair(&set, 1.0, &[], &[])?.utilities;
/// assert!((proportional[0] - 1.0 / 3.0).abs() < 1e-9);
/// let delay = alpha_fair(&set, 2.0, &[], &[])?.utilities;
/// assert!((delay[0] - 0.4142135623730951).abs() < 1e-9);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// [`WelfareError`] for an alpha, weights or `d` that do not fit, a `d` that not everybody can have, a
/// member that can gain without end, and an answer that could not be proved.
pub fn alpha_fair(set: &UtilitySet, alpha: f64, weights: &[f64], d: &[f64]) -> Result<Point, WelfareError> {
    if alpha.is_nan() || alpha < 0.0 {
        return Err(WelfareError::Alpha { value: alpha });
    }
    let (weights, d) = (set.weights(weights)?, set.disagreement(d)?);
    if alpha > LARGEST {
        set.check_bounded()?;
        return Frame::new(set, &d).lift(&[numbered(&vec![1.0; d.len()])]);
    }
    let frame = Frame::individually_rational(set, &d)?;
    if alpha == 0.0 {
        return greatest_total(frame, &weights);
    }
    let ideals = frame.ideals()?;
    fairest(&frame, alpha, &weights, &ideals)
}

/// The Nash bargaining solution (Nash, 1950; with weights Harsanyi and Selten, 1972): the greatest
/// `prod_i (u_i - d_i)^(w_i)` over the points with `u >= d`. Members who cannot gain while nobody is below `d` stay at `d`
/// and are left out of the product.
///
/// ```
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, nash};
/// // A hundred to share over 10 and 30, weights 3 to 1.
/// let rows = vec![vec![1.0, 1.0]];
/// let set = UtilitySet::new(Polyhedron { rows, limits: vec![100.0], ..Polyhedron::default() })?;
/// let u = nash(&set, &[10.0, 30.0], &[3.0, 1.0])?.utilities;
/// assert!((u[0] - 55.0).abs() < 1e-7 && (u[1] - 45.0).abs() < 1e-7);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// As [`alpha_fair`], and [`WelfareError::NoGain`] if nobody can gain.
pub fn nash(set: &UtilitySet, d: &[f64], weights: &[f64]) -> Result<Point, WelfareError> {
    let (weights, d) = (set.weights(weights)?, set.disagreement(d)?);
    let frame = Frame::individually_rational(set, &d)?;
    let ideals = frame.ideals()?;
    if ideals.iter().all(|ideal| ideal.gain == 0.0) {
        return Err(WelfareError::NoGain { member: 1, d: d[0] });
    }
    fairest(&frame, 1.0, &weights, &ideals)
}

fn greatest_total(frame: Frame<'_>, weights: &[f64]) -> Result<Point, WelfareError> {
    let terms = frame.gains.iter().copied().zip(weights.iter().copied()).collect();
    evenest(frame, &Welfare { terms }, weights, "the greatest total")
}

/// The alpha-fair point of those who can gain, for an alpha above zero and finite.
fn fairest(frame: &Frame<'_>, alpha: f64, weights: &[f64], ideals: &[Ideal]) -> Result<Point, WelfareError> {
    let mut search = Search::new(frame, ideals, Fair { alpha, weights });
    search.run()?;
    let point = frame.kept(frame.set.point(search.decisions()))?;
    let worth = |&(member, price): &(usize, f64)| price * ideals[member].gain;
    let prices: Vec<(usize, f64)> =
        search.relative_prices().into_iter().filter(|price| worth(price) > NOTHING).collect();
    let gap = linear_gap(frame, &prices)?;
    let known = ideals.iter().filter(|ideal| ideal.gain > 0.0).map(|ideal| ideal.size / ideal.gain);
    if gap > known.fold(PROVED, |proved, size| proved.max(KNOWN * size)) {
        return Err(WelfareError::Unproved { gap });
    }
    Ok(point)
}

/// The largest `sum_i price_i gain_i` less one; prices are those at which the point itself is worth one.
fn linear_gap(frame: &Frame<'_>, prices: &[(usize, f64)]) -> Result<f64, WelfareError> {
    if prices.is_empty() {
        return Ok(0.0);
    }
    let best = frame.maximise(prices, "the proof of the alpha-fair point")?;
    Ok(-best.objective - 1.0)
}
