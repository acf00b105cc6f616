//! The criteria of Hashimoto, Stedinger and Loucks (1982, Water Resources Research 18): how often a
//! supply fails, how soon it recovers, how badly it fails.
//!
//! The examples are one record of ten periods with a demand of 10: it fails in four of them, in three
//! runs, and lacks 2, 4, 5 and 1.

use super::Series;

/// Reliability over time: the share of the periods that are satisfactory, 0 to 1.
///
/// ```
/// use mirab::fairness::performance::{Series, reliability};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(reliability(&Series::new(supply, vec![10.0; 10])?), 0.6);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn reliability(series: &Series) -> f64 {
    1.0 - series.failures().count() as f64 / series.periods() as f64
}

/// Reliability by volume: the share of all demand that is delivered, 0 to 1, whatever the threshold.
///
/// Supply above the demand of its period does not count; without any demand it is 1.
///
/// ```
/// use mirab::fairness::performance::{Series, volumetric};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(volumetric(&Series::new(supply, vec![10.0; 10])?), 0.88);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn volumetric(series: &Series) -> f64 {
    let demand: f64 = series.demand.iter().sum();
    let delivered: f64 =
        series.supply.iter().zip(&series.demand).map(|(supply, demand)| supply.min(*demand)).sum();
    if demand > 0.0 { delivered / demand } else { 1.0 }
}

/// Resilience as a conditional frequency: of the failed periods that have a successor, the share after
/// which the next is satisfactory, 0 to 1.
///
/// It is 1 where nothing failed, and 0 where only the last period failed: no recovery was seen. It
/// differs from [`resilience_runs`] only where the record ends in failure.
///
/// ```
/// use mirab::fairness::performance::{Series, resilience_conditional};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(resilience_conditional(&Series::new(supply, vec![10.0; 10])?), 0.75);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn resilience_conditional(series: &Series) -> f64 {
    if series.failures().next().is_none() {
        return 1.0;
    }
    let followed: Vec<usize> = series.failures().filter(|period| period + 1 < series.periods()).collect();
    let recovered = followed.iter().filter(|&&period| !series.failed(period + 1)).count();
    recovered as f64 / followed.len().max(1) as f64
}

/// Resilience as runs of failure over failed periods, above 0 to 1: the inverse of the mean length of a
/// failure. It is 1 where nothing failed.
///
/// ```
/// use mirab::fairness::performance::{Series, resilience_conditional, resilience_runs};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(resilience_runs(&Series::new(supply, vec![10.0; 10])?), 0.75);
///
/// // A record that ends in failure: the last run counts here although it is not seen to end.
/// let ends_low = Series::new(vec![10.0, 8.0, 10.0, 6.0, 5.0], vec![10.0; 5])?;
/// assert_eq!((resilience_runs(&ends_low), resilience_conditional(&ends_low)), (2.0 / 3.0, 0.5));
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn resilience_runs(series: &Series) -> f64 {
    match series.failures().count() {
        0 => 1.0,
        failed => series.runs() as f64 / failed as f64,
    }
}

/// Vulnerability as the mean deficit of the failed periods, in the unit of the demand; 0 where nothing
/// failed.
///
/// ```
/// use mirab::fairness::performance::{Series, vulnerability_mean_deficit};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(vulnerability_mean_deficit(&Series::new(supply, vec![10.0; 10])?), 3.0);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn vulnerability_mean_deficit(series: &Series) -> f64 {
    missing(series) / series.failures().count().max(1) as f64
}

/// Vulnerability as the largest deficit of a failed period, in the unit of the demand; 0 where nothing
/// failed.
///
/// ```
/// use mirab::fairness::performance::{Series, vulnerability_max};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(vulnerability_max(&Series::new(supply, vec![10.0; 10])?), 5.0);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn vulnerability_max(series: &Series) -> f64 {
    series.failures().map(|period| series.deficit(period)).fold(0.0, f64::max)
}

/// Vulnerability as a share, 0 to 1: the mean deficit of the failed periods over their mean demand.
///
/// The demand is that of the failed periods, so that it is the share of their demand that was missing
/// and never above 1; under a constant demand it is the mean deficit over the demand (Sandoval-Solis,
/// McKinney and Loucks, 2011). It is 0 where nothing failed.
///
/// ```
/// use mirab::fairness::performance::{Series, vulnerability_relative};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(vulnerability_relative(&Series::new(supply, vec![10.0; 10])?), 0.3);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn vulnerability_relative(series: &Series) -> f64 {
    let demand: f64 = series.failures().map(|period| series.demand[period]).sum();
    if demand > 0.0 { missing(series) / demand } else { 0.0 }
}

/// Vulnerability as the mean volume of a run of failures (its deficits added up), in the unit of the
/// demand; 0 where nothing failed.
///
/// ```
/// use mirab::fairness::performance::{Series, vulnerability_run_volume};
/// let supply = vec![10.0, 8.0, 10.0, 6.0, 5.0, 10.0, 10.0, 9.0, 10.0, 10.0];
/// assert_eq!(vulnerability_run_volume(&Series::new(supply, vec![10.0; 10])?), 4.0);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
pub fn vulnerability_run_volume(series: &Series) -> f64 {
    missing(series) / series.runs().max(1) as f64
}

/// The deficits of the failed periods, added up.
fn missing(series: &Series) -> f64 {
    series.failures().map(|period| series.deficit(period)).sum()
}
