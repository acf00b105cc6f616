//! The rules that take a weight for each claimant. What the weights stand for is for the caller to say.

use super::level::{equal_awards, equal_losses};
use super::{Claims, ClaimsError, LARGEST};

/// Awards in proportion to weight times claim, and never more than the claim: `x_i = min(c_i, t w_i c_i)`.
///
/// Range `0 <= x <= c`, in the unit of the estate; weights are positive, and only their ratios matter. With
/// equal weights it is [`proportional`](super::proportional). Without the cap a heavy weight would award more
/// than is claimed.
///
/// # Errors
/// Where there are not as many weights as claims, or one is not a positive number (1e-100 to 1e100).
///
/// Reference: Mianabadi et al., 2014 and 2015 (claims weighted by what riparians bring); the cap: Thomson, 2019.
///
/// ```
/// use mirab::fairness::claims::{Claims, weighted_proportional};
///
/// // a weight of two on the smallest claim of the Mishnah: 200 in the ratio of 200, 200 and 300
/// let problem = Claims::new(200.0, [100.0, 200.0, 300.0])?;
/// let awards = weighted_proportional(&problem, &[2.0, 1.0, 1.0])?;
/// for (award, sevenths) in awards.iter().zip([400.0, 400.0, 600.0]) {
///     assert!((award - sevenths / 7.0).abs() < 1e-12);
/// }
/// // a weight of nine would make it 900 : 200 : 300, but nobody is awarded more than the claim
/// assert_eq!(weighted_proportional(&problem, &[9.0, 1.0, 1.0])?, [100.0, 40.0, 60.0]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn weighted_proportional(problem: &Claims, weights: &[f64]) -> Result<Vec<f64>, ClaimsError> {
    check(problem, weights)?;
    let claims = &problem.claims;
    Ok(problem.awards(|| equal_awards(problem.estate, claims, |i| weights[i] * claims[i])))
}

/// Weighted constrained equal awards: `x_i = min(c_i, t w_i)`.
///
/// Range `0 <= x <= c`, in the unit of the estate; weights are positive, and only their ratios matter. With
/// equal weights it is [`cea`](super::cea); its dual is [`weighted_cel`] with the same weights.
///
/// # Errors
/// Where there are not as many weights as claims, or one is not a positive number (1e-100 to 1e100).
///
/// Reference: Moulin, 2000; Thomson, 2003.
///
/// ```
/// use mirab::fairness::claims::{Claims, weighted_cea};
///
/// let problem = Claims::new(120.0, [30.0, 40.0, 90.0])?;
/// assert_eq!(weighted_cea(&problem, &[1.0, 2.0, 1.0])?, [30.0, 40.0, 50.0]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn weighted_cea(problem: &Claims, weights: &[f64]) -> Result<Vec<f64>, ClaimsError> {
    check(problem, weights)?;
    Ok(problem.awards(|| equal_awards(problem.estate, &problem.claims, |i| weights[i])))
}

/// Weighted constrained equal losses: `x_i = c_i - min(c_i, t w_i)`; a heavy weight loses more.
///
/// Range `0 <= x <= c`, in the unit of the estate; weights are positive, and only their ratios matter. With
/// equal weights it is [`cel`](super::cel); its dual is [`weighted_cea`] with the same weights.
///
/// # Errors
/// Where there are not as many weights as claims, or one is not a positive number (1e-100 to 1e100).
///
/// Reference: Moulin, 2000; Thomson, 2003.
///
/// ```
/// use mirab::fairness::claims::{Claims, weighted_cel};
///
/// let problem = Claims::new(120.0, [30.0, 60.0, 90.0])?;
/// assert_eq!(weighted_cel(&problem, &[1.0, 2.0, 1.0])?, [15.0, 30.0, 75.0]);
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn weighted_cel(problem: &Claims, weights: &[f64]) -> Result<Vec<f64>, ClaimsError> {
    check(problem, weights)?;
    Ok(problem.awards(|| equal_losses(problem.estate, problem.shortfall, &problem.claims, |i| weights[i])))
}

fn check(problem: &Claims, weights: &[f64]) -> Result<(), ClaimsError> {
    if weights.len() != problem.claims.len() {
        return Err(ClaimsError::WeightCount { weights: weights.len(), claims: problem.claims.len() });
    }
    let is_weight = |weight: &f64| (1.0 / LARGEST..=LARGEST).contains(weight);
    match weights.iter().position(|weight| !is_weight(weight)) {
        Some(place) => Err(ClaimsError::Weight { position: place + 1, value: weights[place] }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_cannot_weigh_are_refused_by_name() {
        let problem = Claims::new(5.0, [4.0, 3.0]).unwrap();
        let few = ClaimsError::WeightCount { weights: 1, claims: 2 };
        for rule in [weighted_cea, weighted_cel, weighted_proportional] {
            assert_eq!(rule(&problem, &[1.0]), Err(few.clone()));
            for bad in [0.0, -1.0, f64::INFINITY, 1e-200] {
                assert_eq!(rule(&problem, &[1.0, bad]), Err(ClaimsError::Weight { position: 2, value: bad }));
            }
            assert!(matches!(rule(&problem, &[f64::NAN, 1.0]), Err(ClaimsError::Weight { position: 1, .. })));
        }
    }
}
