//! How unequal a set of numbers is: Gini, Jain, Theil, Atkinson and Hoover, each with weights.
//!
//! It measures shares that are given to it; which needs are compared, and weighted by what, is for
//! the caller to say. Every measure takes a [`Sample`]: numbers that are not negative, and a weight
//! for each (people, claims, or one for all). No member, or nothing to share, counts as equality.

/// Numbers that are not negative, each with a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    members: Vec<(f64, f64)>,
    weight: f64,
    mean: f64,
}

impl Sample {
    /// The sample in which everyone counts the same.
    pub fn equal(values: &[f64]) -> Sample {
        Sample::weighted(values.iter().map(|&value| (value, 1.0)))
    }

    /// The sample of pairs `(value, weight)`; members without a positive weight are left out, and a
    /// value below zero counts as zero.
    pub fn weighted(members: impl IntoIterator<Item = (f64, f64)>) -> Sample {
        let counts = |&(value, weight): &(f64, f64)| value.is_finite() && weight > 0.0;
        let members: Vec<(f64, f64)> =
            members.into_iter().filter(counts).map(|(value, weight)| (value.max(0.0), weight)).collect();
        let weight: f64 = members.iter().map(|(_, weight)| weight).sum();
        let total: f64 = members.iter().map(|(value, weight)| value * weight).sum();
        let mean = if weight > 0.0 { total / weight } else { 0.0 };
        Sample { members, weight, mean }
    }

    /// The weighted mean; 0 where there is no member.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    fn nothing_to_share(&self) -> bool {
        self.mean <= 0.0
    }

    /// The weighted mean of a function of each value.
    fn mean_of(&self, function: impl Fn(f64) -> f64) -> f64 {
        self.members.iter().map(|&(value, weight)| weight * function(value)).sum::<f64>() / self.weight
    }
}

/// The Gini coefficient `sum_ij w_i w_j |x_i - x_j| / (2 W^2 mu)`: 0 where all are equal, and
/// `(n - 1) / n` where one of `n` equal members holds everything (the population form).
pub fn gini(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    let apart = |&(x, w): &(f64, f64)| sample.members.iter().map(|(y, v)| w * v * (x - y).abs()).sum::<f64>();
    let sum: f64 = sample.members.iter().map(apart).sum();
    sum / (2.0 * sample.weight * sample.weight * sample.mean)
}

/// Jain's index `mu^2 / mean(x^2)` (Jain, Chiu and Hawe, 1984): 1 where all are equal, `k / n` where
/// `k` of `n` share everything alike.
pub fn jain(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 1.0;
    }
    sample.mean * sample.mean / sample.mean_of(|x| x * x)
}

/// Theil's T `mean (x / mu) ln(x / mu)`, with `0 ln 0 = 0`: 0 where all are equal, at most `ln n`.
pub fn theil(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    sample.mean_of(|x| {
        let share = x / sample.mean;
        if share > 0.0 { share * share.ln() } else { 0.0 }
    })
}

/// Atkinson's index `1 - e / mu`, where `e`, equal for all, would be worth as much as the sample under
/// the alpha-fair utility with `alpha = aversion` (1: the geometric mean; above 0).
///
/// It is 1 where the aversion is 1 or more and someone has nothing.
pub fn atkinson(sample: &Sample, aversion: f64) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    1.0 - equal_equivalent(sample, aversion) / sample.mean
}

fn equal_equivalent(sample: &Sample, aversion: f64) -> f64 {
    if aversion >= 1.0 && sample.members.iter().any(|&(value, _)| value == 0.0) {
        return 0.0;
    }
    if aversion == 1.0 {
        return sample.mean_of(f64::ln).exp();
    }
    sample.mean_of(|x| x.powf(1.0 - aversion)).powf(1.0 / (1.0 - aversion))
}

/// Hoover's index `mean |x - mu| / (2 mu)`: the share that would have to change hands for equality.
pub fn hoover(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    sample.mean_of(|x| (x - sample.mean).abs()) / (2.0 * sample.mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_to_four() -> Sample {
        Sample::equal(&[1.0, 2.0, 3.0, 4.0])
    }

    fn close(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-12, "{left} is not {right}");
    }

    #[test]
    fn one_two_three_four_has_the_known_values() {
        close(gini(&one_to_four()), 0.25);
        close(jain(&one_to_four()), 100.0 / 120.0);
        close(hoover(&one_to_four()), 0.2);
        close(atkinson(&one_to_four(), 1.0), 1.0 - 24.0_f64.powf(0.25) / 2.5);
        close(atkinson(&one_to_four(), 2.0), 1.0 - 1.92 / 2.5);
        let theil_t: f64 = [0.4_f64, 0.8, 1.2, 1.6].iter().map(|s| s * s.ln()).sum::<f64>() / 4.0;
        close(theil(&one_to_four()), theil_t);
    }

    #[test]
    fn a_single_holder_reaches_the_limits() {
        let sample = Sample::equal(&[0.0, 0.0, 0.0, 1.0]);
        close(gini(&sample), 0.75);
        close(jain(&sample), 0.25);
        close(theil(&sample), 4.0_f64.ln());
        close(atkinson(&sample, 1.0), 1.0);
        close(atkinson(&sample, 0.5), 0.75);
        close(hoover(&sample), 0.75);
    }

    #[test]
    fn a_weight_counts_as_so_many_equal_members() {
        let weighted = Sample::weighted([(1.0, 3.0), (4.0, 1.0)]);
        let copied = Sample::equal(&[1.0, 1.0, 1.0, 4.0]);
        for measure in [gini, jain, theil, hoover, |s: &Sample| atkinson(s, 2.0)] {
            close(measure(&weighted), measure(&copied));
        }
    }

    #[test]
    fn measures_do_not_change_with_the_unit() {
        let thousandfold = Sample::equal(&[1000.0, 2000.0, 3000.0, 4000.0]);
        for measure in [gini, jain, theil, hoover, |s: &Sample| atkinson(s, 0.5)] {
            close(measure(&thousandfold), measure(&one_to_four()));
        }
    }

    #[test]
    fn nothing_to_share_is_equality() {
        for sample in [Sample::equal(&[]), Sample::equal(&[0.0, 0.0]), Sample::weighted([(1.0, 0.0)])] {
            close(gini(&sample), 0.0);
            close(jain(&sample), 1.0);
            close(theil(&sample), 0.0);
            close(atkinson(&sample, 1.0), 0.0);
            close(hoover(&sample), 0.0);
        }
    }
}
