//! Ensembles: the same basin with as many draws of what comes, each looked at by itself.
//!
//! Member `k` multiplies the water of each river by a log-normal factor of mean one, whose spread is that river's own
//! from year to year; a river without one takes the factor of the river it follows, to the same degree as it takes its anomaly. Rivers are
//! drawn independently. A member draws from a stream of its own, so that it is the same however many members there are and whoever
//! computes it.

use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, LogNormal};
use rayon::prelude::*;

use crate::allocation::window::Window;
use crate::hydrology::inflow::NaturalInflow;

/// The factor of each river for one member, counted from one.
pub fn factors(rivers: &[NaturalInflow], seed: u64, member: u32) -> Vec<f64> {
    let mut lots = ChaCha12Rng::seed_from_u64(seed);
    lots.set_stream(u64::from(member));
    let own: Vec<Option<f64>> = rivers
        .iter()
        .map(|river| {
            let spread = LogNormal::from_mean_cv(1.0, river.annual_cv?).ok()?;
            Some(spread.sample(&mut lots))
        })
        .collect();
    (0..rivers.len()).map(|river| factor(rivers, &own, river, rivers.len())).collect()
}

/// A river's own factor, or that of the one it follows; 1 where there is none within so many rivers.
fn factor(rivers: &[NaturalInflow], own: &[Option<f64>], river: usize, within: usize) -> f64 {
    match (own[river], rivers[river].follows) {
        (Some(factor), _) => factor,
        (None, Some((leader, share))) if within > 0 => {
            (1.0 + share * (factor(rivers, own, leader, within - 1) - 1.0)).max(0.0)
        }
        _ => 1.0,
    }
}

/// Looks at each member of an ensemble, counted from one, in parallel; what is found comes in their order.
pub fn each_member<T: Send>(
    window: Window<'_>,
    rivers: &[NaturalInflow],
    seed: u64,
    members: u32,
    look: impl Fn(u32, Window<'_>) -> T + Sync,
) -> Vec<T> {
    let one = |member: u32| {
        let inflows = window.inflows.times(rivers, &factors(rivers, seed, member));
        look(member, Window { inflows: &inflows, ..window })
    };
    (1..=members).into_par_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn river(annual_cv: Option<f64>, follows: Option<(usize, f64)>) -> NaturalInflow {
        NaturalInflow { name: String::new(), annual_cv, follows, natural: Vec::new() }
    }

    #[test]
    fn factors_have_the_mean_and_the_spread_asked_for_and_followers_take_their_part() {
        let rivers = [river(Some(0.3), None), river(None, Some((0, 0.5))), river(None, None)];
        let count = 20_000;
        let drawn: Vec<Vec<f64>> = (1..=count).map(|member| factors(&rivers, 7, member)).collect();
        let mean = drawn.iter().map(|factors| factors[0]).sum::<f64>() / f64::from(count);
        let square = drawn.iter().map(|factors| (factors[0] - mean).powi(2)).sum::<f64>() / f64::from(count);
        // the standard errors are 0.002 of the mean and some 0.003 of the spread
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!((square.sqrt() - 0.3).abs() < 0.012, "{}", square.sqrt());
        assert!(drawn.iter().all(|factors| (factors[1] - (1.0 + 0.5 * (factors[0] - 1.0))).abs() < 1e-12));
        assert!(drawn.iter().all(|factors| factors[2] == 1.0));
    }

    #[test]
    fn a_member_draws_the_same_whoever_else_there_is() {
        let rivers = [river(Some(0.2), None), river(Some(0.1), None)];
        assert_eq!(factors(&rivers, 1, 3), factors(&rivers, 1, 3));
        assert_ne!(factors(&rivers, 1, 3), factors(&rivers, 1, 4));
        assert_ne!(factors(&rivers, 1, 3), factors(&rivers, 2, 3));
        assert_ne!(factors(&rivers, 1, 3)[0], factors(&rivers, 1, 3)[1]);
    }

    #[test]
    fn rivers_that_follow_each_other_in_a_circle_stay_as_they_are() {
        let rivers = [river(None, Some((1, 1.0))), river(None, Some((0, 1.0)))];
        assert_eq!(factors(&rivers, 1, 1), [1.0, 1.0]);
    }
}
