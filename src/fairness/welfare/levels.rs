//! Rules that lift the lowest: leximin, egalitarian, Kalai-Smorodinsky, priority. They say whose gains are
//! compared in which measure; lifting itself is the solver floor's.

use super::error::WelfareError;
use super::frame::Frame;
use super::set::{Point, UtilitySet, length};

/// Weighted leximin: the levels `(u_i - d_i) / w_i`, in rising order, are the largest possible, the lowest
/// first. Weights are positive (none: one for all); `d` may be of any size (none: zero) and need not be reachable.
///
/// The answer is exact: a member is held at its level only where a positive dual or a program of its own
/// proves that it can rise no further (Ogryczak and Sliwinski, 2006).
///
/// ```
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, leximin};
/// // Two share 2, a third has 5 for itself: it does not wait for them.
/// let rows = vec![vec![1.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
/// let set = UtilitySet::new(Polyhedron { rows, limits: vec![2.0, 5.0], ..Polyhedron::default() })?;
/// let u = leximin(&set, &[], &[])?.utilities;
/// assert!(u.iter().zip([1.0, 1.0, 5.0]).all(|(u, published)| (u - published).abs() < 1e-9));
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// [`WelfareError`] for weights or `d` that do not fit, and for a member that can rise without end.
pub fn leximin(set: &UtilitySet, weights: &[f64], d: &[f64]) -> Result<Point, WelfareError> {
    let (weights, d) = (set.weights(weights)?, set.disagreement(d)?);
    set.check_bounded()?;
    Frame::new(set, &d).lift(&[numbered(&weights)])
}

/// The egalitarian or proportional solution (Kalai, 1977): the largest `t` with `u_i >= d_i + t w_i`, continued
/// by leximin of `(u_i - d_i) / w_i` where others can still rise. Weights are positive (none: one for all); no
/// `d` is zero.
///
/// ```
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, egalitarian};
/// // A hundred to share over a disagreement point of 10 and 30.
/// let rows = vec![vec![1.0, 1.0]];
/// let set = UtilitySet::new(Polyhedron { rows, limits: vec![100.0], ..Polyhedron::default() })?;
/// let u = egalitarian(&set, &[10.0, 30.0], &[])?.utilities;
/// assert!((u[0] - 40.0).abs() < 1e-9 && (u[1] - 60.0).abs() < 1e-9);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// As [`leximin`], and [`WelfareError::OutOfReach`] if not everybody can have `d`.
pub fn egalitarian(set: &UtilitySet, d: &[f64], weights: &[f64]) -> Result<Point, WelfareError> {
    let (weights, d) = (set.weights(weights)?, set.disagreement(d)?);
    Frame::individually_rational(set, &d)?.lift(&[numbered(&weights)])
}

/// Kalai and Smorodinsky (1975): all gain the same share of their ideal gain, the largest each could have with
/// nobody below `d`, continued by leximin of those shares. With weights, shares stand in their proportion.
/// Members whose ideal gain is zero stay at `d` and are not compared.
///
/// ```
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, kalai_smorodinsky};
/// // The set T of Kalai and Smorodinsky (1975): the hull of (0, 1), (1, 0.7) and (1, 0).
/// let rows = vec![vec![0.3, 1.0], vec![1.0, 0.0]];
/// let set = UtilitySet::new(Polyhedron { rows, limits: vec![1.0, 1.0], ..Polyhedron::default() })?;
/// let u = kalai_smorodinsky(&set, &[], &[])?.utilities;
/// assert!((u[0] - 10.0 / 13.0).abs() < 1e-9 && (u[1] - 10.0 / 13.0).abs() < 1e-9);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// As [`egalitarian`].
pub fn kalai_smorodinsky(set: &UtilitySet, d: &[f64], weights: &[f64]) -> Result<Point, WelfareError> {
    let (weights, d) = (set.weights(weights)?, set.disagreement(d)?);
    let frame = Frame::individually_rational(set, &d)?;
    let ideals = frame.ideals()?;
    let shares = weights.iter().zip(&ideals).map(|(weight, ideal)| weight * ideal.gain);
    let compared = shares.enumerate().filter(|(_, share)| *share > 0.0).collect();
    frame.lift(&[compared])
}

/// Priority: the first of the order has as much as can be, then the second as much as that leaves, and so on.
/// The order names each member once, from 0. Utilities may be of either sign.
///
/// ```
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, priority};
/// let rows = vec![vec![1.0, 1.0]];
/// let parts = Polyhedron { rows, limits: vec![12.0], upper: vec![8.0, 10.0], ..Polyhedron::default() };
/// let u = priority(&UtilitySet::new(parts)?, &[1, 0])?.utilities;
/// assert!((u[0] - 2.0).abs() < 1e-9 && (u[1] - 10.0).abs() < 1e-9);
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// [`WelfareError`] for an order that does not fit, and for a member that can rise without end in its turn.
pub fn priority(set: &UtilitySet, order: &[usize]) -> Result<Point, WelfareError> {
    let members = set.members();
    length("order", order.len(), members)?;
    for (at, &member) in order.iter().enumerate() {
        if member >= members || order[..at].contains(&member) {
            return Err(WelfareError::Order { place: at + 1, member: member + 1, members });
        }
    }
    let classes: Vec<Vec<(usize, f64)>> = order.iter().map(|member| vec![(*member, 1.0)]).collect();
    Frame::new(set, &vec![0.0; members]).lift(&classes)
}

/// The members with their weights.
pub(super) fn numbered(weights: &[f64]) -> Vec<(usize, f64)> {
    weights.iter().copied().enumerate().collect()
}
