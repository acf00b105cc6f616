//! The four oldest rules: in proportion, equal awards, equal losses, and the mean of the last two.

use super::Claims;
use super::level::{equal_awards, equal_losses, even};

/// Awards in proportion to the claims: `x = (E / C) c`.
///
/// Range `0 <= x <= c`, in the unit of the estate. It is the one rule under which nobody gains by splitting
/// a claim or joining claims, and keeps self-duality, both compositions and consistency.
///
/// Reference: Aristotle, Ethics V; O'Neill, 1982; Thomson, 2019.
///
/// ```
/// use mirab::fairness::claims::{Claims, proportional};
///
/// // an estate of 200 on the claims of the Mishnah (Ketubot 93a)
/// let awards = proportional(&Claims::new(200.0, [100.0, 200.0, 300.0])?);
/// for (award, third) in awards.iter().zip([100.0, 200.0, 300.0]) {
///     assert!((award - third / 3.0).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn proportional(problem: &Claims) -> Vec<f64> {
    let award = |claim: &f64| (claim / problem.total * problem.estate).min(*claim);
    problem.awards(|| problem.claims.iter().map(award).collect())
}

/// Constrained equal awards: `x_i = min(c_i, t)`, the same for all as far as they claim it.
///
/// Range `0 <= x <= c`, in the unit of the estate. Of all rules its awards are the most even (Lorenz). It
/// keeps claims truncation, both compositions and consistency; its dual is [`cel`].
///
/// Reference: Maimonides; Aumann and Maschler, 1985; Herrero and Villar, 2001.
///
/// ```
/// use mirab::fairness::claims::{Claims, cea};
///
/// // the Nile: the flow at Aswan, 84.1 km3, among claims in hm3
/// let awards = cea(&Claims::new(84_100.0, [6_823.0, 15_178.0, 50_992.0, 54_668.0])?);
/// assert_eq!(awards, [6_823.0, 15_178.0, 31_049.5, 31_049.5]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn cea(problem: &Claims) -> Vec<f64> {
    problem.awards(|| equal_awards(problem.estate, &problem.claims, even))
}

/// Constrained equal losses: `x_i = max(0, c_i - t)`, all lose the same as far as they have it.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps minimal rights first, both compositions and
/// consistency; its dual is [`cea`].
///
/// Reference: Maimonides; Aumann and Maschler, 1985; Herrero and Villar, 2001.
///
/// ```
/// use mirab::fairness::claims::{Claims, cel};
///
/// let awards = cel(&Claims::new(84_100.0, [6_823.0, 15_178.0, 50_992.0, 54_668.0])?);
/// assert_eq!(awards, [0.0, 2_932.0, 38_746.0, 42_422.0]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn cel(problem: &Claims) -> Vec<f64> {
    problem.awards(|| equal_losses(problem.estate, problem.shortfall, &problem.claims, even))
}

/// The mean of constrained equal awards and constrained equal losses.
///
/// Range `0 <= x <= c`, in the unit of the estate. It is self-dual, as any mean of a rule and its dual;
/// consistency and the compositions, which both parts keep, are lost.
///
/// Reference: Thomson, 2019 (means of rules).
///
/// ```
/// use mirab::fairness::claims::{Claims, average};
///
/// let awards = average(&Claims::new(10.0, [2.0, 4.0, 7.0, 8.0])?);
/// for (award, sixths) in awards.iter().zip([6.0, 11.0, 20.0, 23.0]) {
///     assert!((award - sixths / 6.0).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn average(problem: &Claims) -> Vec<f64> {
    cea(problem).into_iter().zip(cel(problem)).map(|(even, cut)| (even + cut) / 2.0).collect()
}
