//! The minimal overlap rule.

use super::Claims;
use super::level::even_level;

/// Claims laid on parts of the estate so that as few as possible overlap, each unit shared equally by those
/// who claim it.
///
/// While a claim reaches the whole estate, all claims are nested and
/// `x_i = sum over k <= i of (t_k - t_(k-1)) / (n - k + 1)` with `t = min(c, E)` in ascending order. Otherwise
/// `s` solves `sum max(0, c_j - s) = E - s`: each has `max(0, c_j - s)` alone, and the nested rule shares `s`.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps claims truncation and minimal rights first, and is
/// concede-and-divide for two claimants; it is neither self-dual nor consistent.
///
/// Reference: Ibn Ezra, 12th century; Rabinovitch, 1973; O'Neill, 1982.
///
/// ```
/// use mirab::fairness::claims::{Claims, minimal_overlap};
///
/// // Ibn Ezra's four sons, who claim all, half, a third and a quarter of 120
/// let awards = minimal_overlap(&Claims::new(120.0, [120.0, 60.0, 40.0, 30.0])?);
/// for (award, sixths) in awards.iter().zip([485.0, 125.0, 65.0, 45.0]) {
///     assert!((award - sixths / 6.0).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn minimal_overlap(problem: &Claims) -> Vec<f64> {
    problem.awards(|| problem.settled(least_overlap(problem)))
}

fn least_overlap(problem: &Claims) -> Vec<f64> {
    let mut order: Vec<usize> = (0..problem.claims.len()).collect();
    order.sort_unstable_by(|a, b| problem.claims[*a].total_cmp(&problem.claims[*b]));
    let sorted: Vec<f64> = order.iter().map(|claimant| problem.claims[*claimant]).collect();
    let (largest, others) = (sorted[sorted.len() - 1], &sorted[..sorted.len() - 1]);
    // s lies below the largest claim, so that its equation says: sum over the others of min(c_j, s) = C - E
    let is_nested = problem.estate <= largest;
    let shared = if is_nested { problem.estate } else { even_level(problem.shortfall, others) };
    let mut awards = vec![0.0; sorted.len()];
    for ((claimant, claim), nested) in order.into_iter().zip(&sorted).zip(nested(shared, &sorted)) {
        awards[claimant] = if is_nested { nested } else { nested + (claim - shared).max(0.0) };
    }
    awards
}

/// Ibn Ezra's division of a part that the largest claim reaches: each layer among those whose claims reach it,
/// the claims in ascending order.
fn nested(part: f64, sorted: &[f64]) -> Vec<f64> {
    let (mut below, mut award) = (0.0, 0.0);
    let mut layer = |(place, claim): (usize, &f64)| {
        let top = claim.min(part);
        award += (top - below) / (sorted.len() - place) as f64;
        below = top;
        award
    };
    sorted.iter().enumerate().map(&mut layer).collect()
}
