//! Participation: the least that must change hands so that nobody is below the status quo.
//!
//! `min sum_i |delta_i|` with `sum_i delta_i = 0` and `z_i + delta_i >= d_i` has a solution exactly when
//! `sum z_i >= sum d_i`. Whoever is below is lifted to the status quo and not beyond; of the many ways to pay for that
//! the one is taken in which those above it pay in proportion to what they have above it.

/// What each receives (positive) or pays so that nobody is below the floor; none if all together are below it.
///
/// ```
/// use mirab::consortium::participation::least_changes;
///
/// // 1 misses 3; the others are 2 and 4 above what they had
/// assert_eq!(least_changes(&[12.0, 7.0, 24.0], &[10.0, 10.0, 20.0]), Some(vec![-1.0, 3.0, -2.0]));
/// assert_eq!(least_changes(&[9.0, 9.0], &[10.0, 9.0]), None);
/// ```
pub fn least_changes(payoffs: &[f64], floor: &[f64]) -> Option<Vec<f64>> {
    let gains: Vec<f64> = payoffs.iter().zip(floor).map(|(payoff, floor)| payoff - floor).collect();
    let above: f64 = gains.iter().map(|gain| gain.max(0.0)).sum();
    let missing: f64 = gains.iter().map(|gain| (-gain).max(0.0)).sum();
    if missing == 0.0 {
        return Some(vec![0.0; gains.len()]);
    }
    let change = |gain: &f64| if *gain < 0.0 { -gain } else { -missing * gain / above };
    (missing <= above).then(|| gains.iter().map(change).collect())
}
