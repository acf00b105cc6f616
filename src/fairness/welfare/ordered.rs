//! Ordered weighted welfare: utilities count by their rank, the lowest most. Values of such a welfare of
//! numbers that are given are for the measures of inequality.

use super::error::WelfareError;
use super::frame::{Frame, size};
use super::levels::numbered;
use super::set::{Point, UtilitySet, dot, finite, length};
use crate::solver::program::Var;

/// How far below its greatest a welfare is held while the lowest are lifted, relative to it; more where a program
/// cannot be solved with less.
const HELD: [f64; 2] = [1e-12, 1e-11];

/// The point of the greatest `sum_k omega_k u_(k)`, `u_(1)` the lowest utility; `omega` is not negative and does
/// not rise. Of several the most even one, by leximin of the utilities.
///
/// One linear program: `sum_k (omega_k - omega_(k+1)) L_k`, `L_k` the sum of the `k` lowest utilities, which is the
/// largest `k t - sum_i (t - u_i)^+` (Ogryczak and Sliwinski, 2003).
///
/// ```
/// use mirab::fairness::inequality::gini_weights;
/// use mirab::fairness::welfare::{Polyhedron, UtilitySet, ordered_weighted};
/// // 10 to share, the second member gets twice what it is given: Gini weights 3/4 and 1/4 end at equality.
/// let utilities = vec![vec![1.0, 0.0], vec![0.0, 2.0]];
/// let rows = vec![vec![1.0, 1.0]];
/// let set = UtilitySet::new(Polyhedron { rows, limits: vec![10.0], utilities, ..Polyhedron::default() })?;
/// let u = ordered_weighted(&set, &gini_weights(2))?.utilities;
/// assert!(u.iter().all(|u| (u - 20.0 / 3.0).abs() < 1e-9));
/// # Ok::<(), mirab::fairness::welfare::WelfareError>(())
/// ```
///
/// # Errors
/// [`WelfareError::RankWeight`] for an `omega` that rises, is negative or all zero; [`WelfareError::Unbounded`].
pub fn ordered_weighted(set: &UtilitySet, omega: &[f64]) -> Result<Point, WelfareError> {
    check(omega, set.members())?;
    set.check_bounded()?;
    let mut frame = Frame::new(set, &vec![0.0; set.members()]);
    let mut welfare = Welfare::default();
    for rank in 0..omega.len() {
        let step = omega[rank] - omega.get(rank + 1).copied().unwrap_or(0.0);
        if step > 0.0 {
            add_sum_of_lowest(&mut frame, rank + 1, step, &mut welfare);
        }
    }
    evenest(frame, &welfare, &vec![1.0; omega.len()], "the greatest ordered welfare")
}

/// A linear welfare: variables and what a unit of each is worth.
#[derive(Default)]
pub(super) struct Welfare {
    pub(super) terms: Vec<(Var, f64)>,
}

/// Of the points of the greatest welfare the most even one: leximin of gain for each unit of weight. Where the
/// programs that look for it cannot be solved, the point of the greatest welfare that was found first.
pub(super) fn evenest(
    mut frame: Frame<'_>,
    welfare: &Welfare,
    weights: &[f64],
    what: &str,
) -> Result<Point, WelfareError> {
    let mut program = frame.program.clone();
    welfare.terms.iter().for_each(|(var, worth)| program.add_cost(*var, -worth));
    let found = frame.solve(&program, what)?;
    let values: Vec<f64> = welfare.terms.iter().map(|(var, _)| found.values[var.position()]).collect();
    let worth: Vec<f64> = welfare.terms.iter().map(|(_, worth)| *worth).collect();
    let reached = dot(&worth, &values);
    let size = size(&worth, &values).max(frame.size_of_welfare(&worth, &found));
    let row = frame.program.add_row(frame.label("welfare"), reached, f64::INFINITY);
    welfare.terms.iter().for_each(|(var, worth)| frame.program.add_term(row, *var, *worth));
    let mut lift = |hair: f64| {
        frame.program.set_row_bounds(row, reached - hair * size, f64::INFINITY);
        frame.lift(&[numbered(weights)])
    };
    for hair in HELD {
        match lift(hair) {
            Err(WelfareError::Unsolved { .. }) => {}
            settled => return settled,
        }
    }
    frame.kept(frame.set.point(&frame.decisions_of(&found)))
}

/// Adds `L_k = k t - sum_i s_i`, `s_i >= t - u_i`, `s_i >= 0`, worth `step` a unit.
fn add_sum_of_lowest(frame: &mut Frame<'_>, count: usize, step: f64, welfare: &mut Welfare) {
    if count == frame.gains.len() {
        welfare.terms.extend(frame.gains.iter().map(|gain| (*gain, step)));
        return;
    }
    let threshold = frame.program.add_variable(frame.label("threshold"), f64::NEG_INFINITY, f64::INFINITY);
    welfare.terms.push((threshold, step * count as f64));
    for gain in frame.gains.clone() {
        let below = frame.program.add_variable(frame.label("below"), 0.0, f64::INFINITY);
        let row = frame.program.add_row(frame.label("below"), 0.0, f64::INFINITY);
        frame.program.add_term(row, below, 1.0);
        frame.program.add_term(row, gain, 1.0);
        frame.program.add_term(row, threshold, -1.0);
        welfare.terms.push((below, -step));
    }
}

fn check(omega: &[f64], members: usize) -> Result<(), WelfareError> {
    length("rank weights", omega.len(), members)?;
    finite(omega, |rank| format!("rank weight {rank}"))?;
    for (at, &value) in omega.iter().enumerate() {
        let rises = at > 0 && value > omega[at - 1];
        if value < 0.0 || rises || (at == 0 && value == 0.0) {
            return Err(WelfareError::RankWeight { rank: at + 1, value });
        }
    }
    Ok(())
}
