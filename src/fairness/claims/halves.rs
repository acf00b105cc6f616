//! The rules that turn at half the claims: the Talmud's, its reverse, Piniles' and the constrained egalitarian.
//!
//! The estate is above half the claims where it is above the shortfall, and its excess over that half is half
//! the difference of the two.

use super::Claims;
use super::level::{Bend, crossing, equal_awards, equal_losses, even};

fn halves(problem: &Claims) -> Vec<f64> {
    problem.claims.iter().map(|claim| claim / 2.0).collect()
}

fn is_below_half(problem: &Claims) -> bool {
    problem.estate <= problem.shortfall
}

/// What the estate has above half the claims.
fn above_half(problem: &Claims) -> f64 {
    (problem.estate - problem.shortfall) / 2.0
}

/// The Talmud's rule: equal awards of at most half the claim while the estate is below half the claims, and
/// equal losses of at most half the claim above it.
///
/// Range `0 <= x <= c`, in the unit of the estate. With two claimants it is the contested garment; it is the
/// one consistent rule that extends it. It keeps self-duality, claims truncation, minimal rights first and
/// consistency, and is the nucleolus of the bankruptcy game.
///
/// Reference: Mishnah, Ketubot 93a; Aumann and Maschler, 1985.
///
/// ```
/// use mirab::fairness::claims::{Claims, talmud};
///
/// for (estate, awards) in [(200.0, [50.0, 75.0, 75.0]), (300.0, [50.0, 100.0, 150.0])] {
///     assert_eq!(talmud(&Claims::new(estate, [100.0, 200.0, 300.0])?), awards);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn talmud(problem: &Claims) -> Vec<f64> {
    problem.awards(|| {
        if is_below_half(problem) {
            equal_awards(problem.estate, &halves(problem), even)
        } else {
            problem.less(&equal_awards(problem.shortfall, &halves(problem), even))
        }
    })
}

/// The Talmud's rule reversed: equal losses on half the claims while the estate is below half the claims,
/// then half the claim and equal awards on the other half.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps self-duality and consistency.
///
/// Reference: Chun, Schummer and Thomson, 2001.
///
/// ```
/// use mirab::fairness::claims::{Claims, reverse_talmud};
///
/// let awards = reverse_talmud(&Claims::new(200.0, [100.0, 200.0, 300.0])?);
/// for (award, sixths) in awards.iter().zip([100.0, 400.0, 700.0]) {
///     assert!((award - sixths / 6.0).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn reverse_talmud(problem: &Claims) -> Vec<f64> {
    let cut = |part: f64, to_half: f64| equal_losses(part, to_half, &halves(problem), even);
    problem.awards(|| {
        if is_below_half(problem) {
            cut(problem.estate, -above_half(problem))
        } else {
            problem.less(&cut(problem.shortfall, above_half(problem)))
        }
    })
}

/// Piniles' rule: equal awards of at most half the claim, and once more for what the estate has above half
/// the claims.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps consistency; it is not self-dual.
///
/// Reference: Piniles, 1861, in Aumann and Maschler, 1985.
///
/// ```
/// use mirab::fairness::claims::{Claims, piniles};
///
/// assert_eq!(piniles(&Claims::new(200.0, [100.0, 200.0, 300.0])?), [50.0, 75.0, 75.0]);
/// let awards = piniles(&Claims::new(400.0, [100.0, 200.0, 300.0])?);
/// for (award, thirds) in awards.iter().zip([250.0, 400.0, 550.0]) {
///     assert!((award - thirds / 3.0).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn piniles(problem: &Claims) -> Vec<f64> {
    problem.awards(|| {
        let halves = halves(problem);
        if is_below_half(problem) {
            return equal_awards(problem.estate, &halves, even);
        }
        let more = equal_awards(above_half(problem), &halves, even);
        halves.iter().zip(more).map(|(half, more)| half + more).collect()
    })
}

/// The constrained egalitarian rule: `min(c_i / 2, t)` up to half the claims, and
/// `max(c_i / 2, min(c_i, t))` above: awards as even as they can be with half the claims as turning point.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps consistency; it is not self-dual.
///
/// Reference: Chun, Schummer and Thomson, 2001.
///
/// ```
/// use mirab::fairness::claims::{Claims, constrained_egalitarian};
///
/// let awards = constrained_egalitarian(&Claims::new(10.0, [2.0, 4.0, 7.0, 8.0])?);
/// assert_eq!(awards, [1.0, 2.0, 3.5, 3.5]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn constrained_egalitarian(problem: &Claims) -> Vec<f64> {
    problem.awards(|| {
        if is_below_half(problem) {
            return equal_awards(problem.estate, &halves(problem), even);
        }
        let begins = |claim: &f64| Bend { at: claim / 2.0, before: 0.0, after: 1.0 };
        let ends = |claim: &f64| Bend { at: *claim, before: 0.0, after: -1.0 };
        let bends = problem.claims.iter().flat_map(|claim| [begins(claim), ends(claim)]).collect();
        let level = crossing(0.0, bends, above_half(problem));
        let level = level.bend + level.above;
        problem.claims.iter().map(|claim| claim.min(level).max(claim / 2.0)).collect()
    })
}
