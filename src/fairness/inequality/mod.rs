//! How unequal a set of numbers is: Gini, Jain, Theil, Atkinson and Hoover, each with weights, Lorenz
//! curves, and what equality costs.
//!
//! It measures shares that are given to it; which needs are compared, and weighted by what, is for
//! the caller to say. Every measure takes a [`Sample`]: numbers that are not negative, and a weight
//! for each (people, claims, or one for all). Nothing to share counts as equality. No measure changes
//! with the unit of the values or of the weights, or if every member is counted twice.

mod entropy;
mod lorenz;
mod sample;

pub use entropy::{Parts, theil, theil_l, theil_l_parts, theil_parts};
pub use lorenz::{LorenzPoint, generalised_lorenz, gini_weights, lorenz, ordered_weighted_average};
pub use sample::{Aversion, Sample, SampleError};

/// The Gini coefficient `sum_ij w_i w_j |x_i - x_j| / (2 W^2 mu)` (Gini, 1912): 0 where all are equal, and
/// `(n - 1) / n` where one of `n` equal members holds everything (the population form).
///
/// ```
/// use mirab::fairness::inequality::{Sample, gini};
/// assert_eq!(gini(&Sample::equal(&[1.0, 2.0, 3.0, 4.0])?), 0.25);
/// // The incomes of the R package `ineq`, to the digits it prints.
/// let incomes = [541., 1463., 2445., 3438., 4437., 5401., 6392., 8304., 11904., 22261.];
/// assert!((gini(&Sample::equal(&incomes)?) - 0.4620911).abs() < 5e-8);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn gini(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    // Each step from one value to the next lies between all pairs of a member below and one above it;
    // sums of such parts are never negative, so nearly equal values lose no digits.
    let (mut below, mut sum) = (0.0, 0.0);
    for pair in sample.members().windows(2) {
        below += pair[0].1 / sample.weight();
        sum += (pair[1].0 - pair[0].0) / sample.mean() * below * (1.0 - below).max(0.0);
    }
    sum
}

/// Jain's index `mu^2 / mean(x^2)` (Jain, Chiu and Hawe, 1984): 1 where all are equal, `k / n` where
/// `k` of `n` share everything alike.
///
/// ```
/// use mirab::fairness::inequality::{Sample, jain};
/// assert_eq!(jain(&Sample::equal(&[1.0, 1.0, 0.0, 0.0])?), 0.5);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn jain(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 1.0;
    }
    1.0 / sample.mean_of(|x| (x / sample.mean()).powi(2)).max(1.0)
}

/// Atkinson's index `1 - e / mu`, 0 to 1, of the [`equally_distributed_equivalent`] `e` (Atkinson, 1970).
///
/// It is 1 where the aversion is 1 or more and someone has nothing.
///
/// ```
/// use mirab::fairness::inequality::{Aversion, Sample, atkinson};
/// let sample = Sample::equal(&[1.0, 2.0, 3.0, 4.0])?;
/// assert!((atkinson(&sample, Aversion::PROPORTIONAL) - 0.11465446423974279).abs() < 1e-12);
/// assert!((atkinson(&sample, Aversion::new(2.0)?) - 0.232).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn atkinson(sample: &Sample, aversion: Aversion) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    (1.0 - equally_distributed_equivalent(sample, aversion) / sample.mean()).clamp(0.0, 1.0)
}

/// The value that, equal for all, would be worth as much as the sample under the alpha-fair utility with
/// `alpha` the aversion (Atkinson, 1970), in the unit of the values: the mean at 0, the geometric mean at
/// 1, the harmonic at 2, towards the least beyond.
///
/// ```
/// use mirab::fairness::inequality::{Aversion, Sample, equally_distributed_equivalent};
/// let sample = Sample::equal(&[1.0, 2.0, 3.0, 4.0])?;
/// assert!((equally_distributed_equivalent(&sample, Aversion::new(2.0)?) - 1.92).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn equally_distributed_equivalent(sample: &Sample, aversion: Aversion) -> f64 {
    let power = 1.0 - aversion.get();
    // Measured in the value that counts most, no power overflows.
    let unit = if power <= 0.0 { sample.least() } else { sample.greatest() };
    if unit == 0.0 {
        return 0.0;
    }
    if power == 0.0 {
        return unit * sample.mean_of(|x| (x / unit).ln()).exp();
    }
    // (mean y^p)^(1/p), with the digits kept that are lost where p is nearly 0 and every y^p nearly 1.
    let above_one = sample.mean_of(|x| (power * (x / unit).ln()).exp_m1());
    unit * (above_one.ln_1p() / power).exp()
}

/// Hoover's index `mean |x - mu| / (2 mu)` (Hoover, 1936), 0 to below 1: the share that would have to
/// change hands for equality.
///
/// ```
/// use mirab::fairness::inequality::{Sample, hoover};
/// assert_eq!(hoover(&Sample::equal(&[1.0, 2.0, 3.0, 4.0])?), 0.2);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn hoover(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    sample.mean_of(|x| (x / sample.mean() - 1.0).abs()) / 2.0
}

/// The price of fairness `1 - total / greatest`, 0 to 1: the share of the greatest total that a fair
/// division gives up (Bertsimas, Farias and Trichakis, 2011).
///
/// Of the least utility instead of the total it is the price of efficiency: what the worst off gives up
/// where the total is the greatest.
///
/// Two links of capacity 1, one user of both and one of each: the greatest total is 2, proportional
/// fairness gives 1/3, 2/3 and 2/3 (Mo and Walrand, 2000).
///
/// ```
/// # use mirab::fairness::inequality::price_of_fairness;
/// assert!((price_of_fairness(5.0 / 3.0, 2.0)? - 1.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
///
/// # Errors
///
/// A greatest total that is not above 0, or a total that is not between 0 and it.
pub fn price_of_fairness(total: f64, greatest: f64) -> Result<f64, SampleError> {
    if greatest > 0.0 && greatest.is_finite() && (0.0..=greatest).contains(&total) {
        Ok(1.0 - total / greatest)
    } else {
        Err(SampleError::Total { total, greatest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::equal(values).expect("the values are not negative")
    }

    fn one_to_four() -> Sample {
        sample(&[1.0, 2.0, 3.0, 4.0])
    }

    fn averse(aversion: f64) -> Aversion {
        Aversion::new(aversion).expect("it is not negative")
    }

    fn close(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-12, "{left} is not {right}");
    }

    #[test]
    fn one_two_three_four_has_the_known_values() {
        close(gini(&one_to_four()), 0.25);
        close(jain(&one_to_four()), 100.0 / 120.0);
        close(hoover(&one_to_four()), 0.2);
        close(atkinson(&one_to_four(), Aversion::PROPORTIONAL), 1.0 - 24.0_f64.powf(0.25) / 2.5);
        close(atkinson(&one_to_four(), averse(2.0)), 1.0 - 1.92 / 2.5);
        let theil_t: f64 = [0.4_f64, 0.8, 1.2, 1.6].iter().map(|s| s * s.ln()).sum::<f64>() / 4.0;
        close(theil(&one_to_four()), theil_t);
        close(theil_l(&one_to_four()), (2.5 / 24.0_f64.powf(0.25)).ln());
    }

    #[test]
    fn a_single_holder_reaches_the_limits() {
        let sample = sample(&[0.0, 0.0, 0.0, 1.0]);
        close(gini(&sample), 0.75);
        close(jain(&sample), 0.25);
        close(theil(&sample), 4.0_f64.ln());
        close(atkinson(&sample, Aversion::PROPORTIONAL), 1.0);
        close(atkinson(&sample, averse(0.5)), 0.75);
        close(hoover(&sample), 0.75);
        assert_eq!(theil_l(&sample), f64::INFINITY);
    }

    #[test]
    fn a_weight_counts_as_so_many_equal_members() {
        let weighted = Sample::new(&[4.0, 1.0], &[1.0, 3.0]).expect("it is a sample");
        let copied = sample(&[1.0, 1.0, 1.0, 4.0]);
        for measure in [gini, jain, theil, theil_l, hoover, |s: &Sample| atkinson(s, averse(2.0))] {
            close(measure(&weighted), measure(&copied));
        }
    }

    #[test]
    fn nothing_to_share_is_equality() {
        for sample in [sample(&[0.0]), sample(&[0.0, 0.0])] {
            close(gini(&sample), 0.0);
            close(jain(&sample), 1.0);
            close(theil(&sample), 0.0);
            close(theil_l(&sample), 0.0);
            close(atkinson(&sample, Aversion::PROPORTIONAL), 0.0);
            close(hoover(&sample), 0.0);
            assert!(lorenz(&sample).iter().all(|point| point.held == point.members));
        }
    }

    #[test]
    fn a_great_aversion_looks_at_the_worst_off_and_none_at_the_mean() {
        let near_worst = equally_distributed_equivalent(&one_to_four(), averse(1000.0));
        assert!((near_worst - 1.0).abs() < 2e-3, "{near_worst}");
        close(equally_distributed_equivalent(&one_to_four(), averse(0.0)), 2.5);
        let (at_one, beside) =
            (atkinson(&one_to_four(), averse(1.0)), atkinson(&one_to_four(), averse(1.0 + 1e-13)));
        close(at_one, beside);
    }
}
