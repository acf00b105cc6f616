//! The random arrival rule, by enumeration of who may have come before.

use super::{Claims, ClaimsError};

/// How many claimants random arrival takes.
pub const MOST_ARRIVALS: usize = 20;

/// The mean over all orders of arrival of "first come, first served":
/// `x_i = sum over groups S without i of |S|! (n - |S| - 1)! / n! * min(c_i, max(0, E - c(S)))`.
///
/// Range `0 <= x <= c`, in the unit of the estate. The claims may be any numbers; all `2^n` groups are gone
/// through. It keeps self-duality, claims truncation and minimal rights first, is concede-and-divide for two
/// claimants and the Shapley value of the bankruptcy game.
///
/// # Errors
/// Above [`MOST_ARRIVALS`] claimants, whatever the estate.
///
/// Reference: O'Neill, 1982 (recursive completion).
///
/// ```
/// use mirab::fairness::claims::{Claims, random_arrival};
///
/// let awards = random_arrival(&Claims::new(200.0, [100.0, 200.0, 300.0])?)?;
/// for (award, sixths) in awards.iter().zip([200.0, 500.0, 500.0]) {
///     assert!((award - sixths / 6.0).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn random_arrival(problem: &Claims) -> Result<Vec<f64>, ClaimsError> {
    let claimants = problem.claims.len();
    if claimants > MOST_ARRIVALS {
        return Err(ClaimsError::TooManyArrivals { claimants, most: MOST_ARRIVALS });
    }
    // self-dual: the smaller of awards and losses is enumerated, so that neither drowns in the other
    Ok(problem.awards(|| {
        problem.settled(if problem.estate <= problem.shortfall {
            mean_first_come(problem.estate, &problem.claims)
        } else {
            problem.less(&mean_first_come(problem.shortfall, &problem.claims))
        })
    }))
}

fn mean_first_come(estate: f64, claims: &[f64]) -> Vec<f64> {
    let sums = group_sums(claims);
    let everybody = sums.len() - 1;
    let mut by_size = vec![vec![0.0; claims.len()]; claims.len()];
    for (group, before) in sums[..everybody].iter().enumerate() {
        let rest = estate - before;
        if rest <= 0.0 {
            continue;
        }
        let row = &mut by_size[group.count_ones() as usize];
        for (claimant, (taken, claim)) in row.iter_mut().zip(claims).enumerate() {
            *taken += if group >> claimant & 1 == 0 { claim.min(rest) } else { 0.0 };
        }
    }
    let weights = size_weights(claims.len());
    let mean =
        |claimant: usize| by_size.iter().zip(&weights).map(|(row, weight)| weight * row[claimant]).sum();
    (0..claims.len()).map(mean).collect()
}

/// The sum of the claims of each group; its members are the bits of its place.
fn group_sums(claims: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; 1 << claims.len()];
    for group in 1..sums.len() {
        let last = group & (group - 1); // without its lowest member
        sums[group] = sums[last] + claims[group.trailing_zeros() as usize];
    }
    sums
}

/// `s! (n - s - 1)! / n!` for the sizes `s` from 0 to `n - 1`.
fn size_weights(claimants: usize) -> Vec<f64> {
    let mut weights = vec![1.0 / claimants as f64; claimants];
    for size in 1..claimants {
        weights[size] = weights[size - 1] * size as f64 / (claimants - size) as f64;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_that_may_have_come_before_are_weighed_as_often_as_they_occur() {
        assert_eq!(size_weights(3), [1.0 / 3.0, 1.0 / 6.0, 1.0 / 3.0]);
        assert_eq!(group_sums(&[1.0, 2.0, 4.0]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    }

    #[test]
    fn more_claimants_than_can_be_enumerated_are_refused() {
        let refused = ClaimsError::TooManyArrivals { claimants: 21, most: 20 };
        assert_eq!(random_arrival(&Claims::new(3.0, [1.0; 21]).unwrap()), Err(refused));
        assert!(random_arrival(&Claims::new(3.0, [1.0; 20]).unwrap()).is_ok());
    }
}
