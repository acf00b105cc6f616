//! What the worst-off part of a sample holds: Lorenz curves, and the ordered weighted average.

use super::sample::{Sample, SampleError, check};

/// A point of a Lorenz curve: the worst off of the sample, and what they hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LorenzPoint {
    /// Their share of the weights, 0 to 1.
    pub members: f64,
    /// Their share of the whole, 0 to 1, never above `members`.
    pub held: f64,
}

/// The Lorenz curve (Lorenz, 1905): from (0, 0) a point for each value from the least up, to (1, 1).
///
/// It is convex and lies on or below the diagonal, which is equality; so does a sample with nothing to
/// share. The Gini coefficient is twice the area between.
///
/// ```
/// use mirab::fairness::inequality::{LorenzPoint, Sample, lorenz};
/// let curve = lorenz(&Sample::equal(&[3.0, 1.0, 4.0, 2.0])?);
/// let held: Vec<f64> = curve.iter().map(|point| point.held).collect();
/// assert_eq!(held, [0.0, 0.1, 0.3, 0.6, 1.0]);
/// assert_eq!(curve[1], LorenzPoint { members: 0.25, held: 0.1 });
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn lorenz(sample: &Sample) -> Vec<LorenzPoint> {
    let counted = running_sums(sample.members().iter().map(|(_, weight)| *weight));
    let sums = if sample.nothing_to_share() { counted.clone() } else { generalised_lorenz(sample) };
    let share = |sums: Vec<f64>| {
        let whole = sums.last().copied().unwrap_or(1.0);
        sums.into_iter().map(move |sum| sum / whole)
    };
    let points = share(counted).zip(share(sums)).map(|(members, held)| LorenzPoint { members, held });
    std::iter::once(LorenzPoint { members: 0.0, held: 0.0 }).chain(points).collect()
}

/// The ordinates of the generalised Lorenz curve (Shorrocks, 1983) as sums: what the `k` worst off hold
/// together, for each `k` from 1, each value times its weight, in the unit of the values.
///
/// They are not divided by the weight of the sample, so the last is the total. A sample is at least as
/// good as another for everybody who likes more and dislikes inequality where none of its ordinates is
/// lower.
///
/// ```
/// use mirab::fairness::inequality::{Sample, generalised_lorenz};
/// assert_eq!(generalised_lorenz(&Sample::equal(&[3.0, 1.0, 2.0])?), [1.0, 3.0, 6.0]);
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
pub fn generalised_lorenz(sample: &Sample) -> Vec<f64> {
    running_sums(sample.members().iter().map(|(value, weight)| value * weight))
}

fn running_sums(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let add = |sum: &mut f64, number: f64| {
        *sum += number;
        Some(*sum)
    };
    numbers.scan(0.0, add).collect()
}

/// The ordered weighted average `sum_k w_k x_(k)` of values put in ascending order (Yager, 1988), in the
/// unit of the values times that of the weights: the first weight is that of the worst off.
///
/// Weights that fall along the order value equality; those of [`gini_weights`] give the mean times one
/// minus the Gini coefficient.
///
/// ```
/// use mirab::fairness::inequality::{gini_weights, ordered_weighted_average};
/// let value = ordered_weighted_average(&[3.0, 1.0, 2.0], &gini_weights(3))?;
/// assert!((value - 14.0 / 9.0).abs() < 1e-12); // mean 2, Gini 2/9
/// # Ok::<(), mirab::fairness::inequality::SampleError>(())
/// ```
///
/// # Errors
///
/// Those of [`Sample::new`].
pub fn ordered_weighted_average(values: &[f64], weights: &[f64]) -> Result<f64, SampleError> {
    check(values, weights)?;
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(SampleError::NoWeight);
    }
    let mut ordered = values.to_vec();
    ordered.sort_by(f64::total_cmp);
    Ok(ordered.iter().zip(weights).map(|(value, weight)| value * weight).sum())
}

/// The weights `(2 (n - k) + 1) / n^2`, `k` from 1, of the Gini welfare of `n` members; they add up to 1.
///
/// ```
/// use mirab::fairness::inequality::gini_weights;
/// assert_eq!(gini_weights(3), [5.0 / 9.0, 3.0 / 9.0, 1.0 / 9.0]);
/// ```
pub fn gini_weights(members: usize) -> Vec<f64> {
    let square = (members as f64).powi(2);
    (0..members).rev().map(|above| (2 * above + 1) as f64 / square).collect()
}
