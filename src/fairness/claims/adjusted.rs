//! The adjusted proportional rule.

use super::Claims;
use super::sum::{Sum, sum};

/// Minimal rights first, and the rest in proportion to what is left of the claims, at most the rest itself:
/// `m_i = max(0, E - sum of the other claims)`, `R = E - sum m`, then `R` in proportion to
/// `min(c_i - m_i, R)`.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps self-duality, claims truncation and minimal rights
/// first, is concede-and-divide for two claimants and the tau value of the bankruptcy game.
///
/// Reference: Curiel, Maschler and Tijs, 1987.
///
/// ```
/// use mirab::fairness::claims::{Claims, adjusted_proportional};
///
/// assert_eq!(adjusted_proportional(&Claims::new(200.0, [100.0, 200.0, 300.0])?), [40.0, 80.0, 80.0]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn adjusted_proportional(problem: &Claims) -> Vec<f64> {
    problem.awards(|| problem.settled(minimal_rights_first(problem)))
}

/// With the shortfall `D = C - E`: `m_i = max(0, c_i - D)` and `c_i - m_i = min(c_i, D)`.
fn minimal_rights_first(problem: &Claims) -> Vec<f64> {
    let right = |claim: &f64| (claim - problem.shortfall).max(0.0);
    let rights: Sum = problem.claims.iter().map(|claim| -right(claim)).collect();
    let rest = rights.plus(problem.estate).value().max(0.0);
    let contested = |claim: &f64| claim.min(problem.shortfall).min(rest);
    let all = sum(problem.claims.iter().map(contested));
    let share = |claim: &f64| if all > 0.0 { contested(claim) / all * rest } else { 0.0 };
    problem.claims.iter().map(|claim| right(claim) + share(claim)).collect()
}
