//! Theil's two measures of inequality, and the exact split of each within and between groups.

use super::sample::Sample;

/// Theil's T `mean (x / mu) ln(x / mu)`, with `0 ln 0 = 0` (Theil, 1967): 0 where all are equal, at most
/// `ln n`, where one of `n` equal members holds everything.
///
/// ```
/// use mirab::fairness::inequality::{Sample, theil};
/// assert!((theil(&Sample::equal(&[1.0, 2.0, 3.0, 4.0])?) - 0.10644013528622318).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn theil(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    sample.mean_of(|x| times_log(x / sample.mean())).max(0.0)
}

/// Theil's L, the mean logarithmic deviation `mean ln(mu / x)` (Theil, 1967): 0 where all are equal, and
/// infinite where someone has nothing while another has something.
///
/// ```
/// use mirab::fairness::inequality::{Sample, theil_l};
/// assert!((theil_l(&Sample::equal(&[1.0, 2.0, 3.0, 4.0])?) - 0.12177727428716867).abs() < 1e-12);
/// assert_eq!(theil_l(&Sample::equal(&[0.0, 1.0])?), f64::INFINITY);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn theil_l(sample: &Sample) -> f64 {
    if sample.nothing_to_share() {
        return 0.0;
    }
    sample.mean_of(|x| -(x / sample.mean()).ln()).max(0.0)
}

/// The parts of a measure of inequality: their sum is the measure of all groups taken together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    /// The inequality inside the groups.
    pub within: f64,
    /// What would be left if each member had the mean of its group.
    pub between: f64,
}

/// Theil's T of the groups taken together, split into the part within and between them: each group
/// counts with its share of the whole (Theil, 1967). No group at all is equality.
///
/// ```
/// use mirab::fairness::inequality::{Sample, theil_parts};
/// let parts = theil_parts(&[Sample::equal(&[1.0, 3.0])?, Sample::equal(&[2.0, 4.0])?]);
/// assert!((parts.within + parts.between - 0.10644013528622318).abs() < 1e-12); // T of 1, 2, 3, 4
/// assert!((parts.between - (0.4 * 0.8_f64.ln() + 0.6 * 1.2_f64.ln())).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn theil_parts(groups: &[Sample]) -> Parts {
    split(groups, theil, times_log, |count, mean| count * mean)
}

/// Theil's L of the groups taken together, split into the part within and between them: each group
/// counts with its share of the members (Theil, 1967). No group at all is equality.
///
/// ```
/// use mirab::fairness::inequality::{Sample, theil_l_parts};
/// let parts = theil_l_parts(&[Sample::equal(&[1.0, 3.0])?, Sample::equal(&[2.0, 4.0])?]);
/// assert!((parts.within + parts.between - 0.12177727428716867).abs() < 1e-12); // L of 1, 2, 3, 4
/// assert!((parts.between + 0.5 * (0.8_f64.ln() + 1.2_f64.ln())).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn theil_l_parts(groups: &[Sample]) -> Parts {
    split(groups, theil_l, |mean| -mean.ln(), |count, _| count)
}

/// Splits a measure: `between` of each group's mean over that of all, and the groups' own inequality by
/// their importance, from their share of the members and that relative mean.
fn split(
    groups: &[Sample],
    measure: fn(&Sample) -> f64,
    between: fn(f64) -> f64,
    importance: fn(f64, f64) -> f64,
) -> Parts {
    let whole = Sample::joined(groups);
    let mut parts = Parts { within: 0.0, between: 0.0 };
    if groups.is_empty() || whole.nothing_to_share() {
        return parts;
    }
    for group in groups {
        let count = group.weight() / whole.weight();
        let mean = group.mean() / whole.mean();
        parts.within += importance(count, mean) * measure(group);
        parts.between += count * between(mean);
    }
    parts.between = parts.between.max(0.0);
    parts
}

fn times_log(x: f64) -> f64 {
    if x > 0.0 { x * x.ln() } else { 0.0 }
}
