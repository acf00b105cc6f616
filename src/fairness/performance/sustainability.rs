//! Indices of sustainability: several criteria of performance in one number, 0 to 1, of one user or of
//! a group.

use super::{SeriesError, not_negative};

/// The sustainability index `rel res (1 - vul)`, 0 to 1 (Loucks, 1997).
///
/// The vulnerability is a share of the demand, such as
/// [`vulnerability_relative`](super::vulnerability_relative).
///
/// ```
/// # use mirab::fairness::performance::sustainability;
/// assert!((sustainability(0.6, 0.75, 0.3)? - 0.315).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
///
/// # Errors
///
/// A criterion outside 0 to 1.
pub fn sustainability(reliability: f64, resilience: f64, vulnerability: f64) -> Result<f64, SeriesError> {
    Ok(good(reliability, resilience, vulnerability)?.iter().product())
}

/// The sustainability index as the geometric mean of reliability, resilience and `1 - vul`, 0 to 1
/// (Sandoval-Solis, McKinney and Loucks, 2011).
///
/// ```
/// # use mirab::fairness::performance::sustainability_geometric;
/// assert!((sustainability_geometric(0.6, 0.75, 0.3)? - 0.315_f64.cbrt()).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
///
/// # Errors
///
/// A criterion outside 0 to 1.
pub fn sustainability_geometric(
    reliability: f64,
    resilience: f64,
    vulnerability: f64,
) -> Result<f64, SeriesError> {
    sustainability_of(&good(reliability, resilience, vulnerability)?)
}

/// The sustainability index as the geometric mean of any criteria of which more is better, 0 to 1
/// (Sandoval-Solis, McKinney and Loucks, 2011): a criterion of which less is better enters as `1 - c`.
///
/// ```
/// # use mirab::fairness::performance::sustainability_of;
/// assert!((sustainability_of(&[0.6, 0.75, 0.7, 1.0])? - 0.315_f64.powf(0.25)).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
///
/// # Errors
///
/// No criterion, or one outside 0 to 1.
pub fn sustainability_of(criteria: &[f64]) -> Result<f64, SeriesError> {
    shares("criterion", criteria)?;
    Ok(criteria.iter().product::<f64>().powf(1.0 / criteria.len() as f64))
}

/// The sustainability index of a group: the mean of its users' indices, weighted by their demands, 0 to
/// 1 (Sandoval-Solis, McKinney and Loucks, 2011).
///
/// ```
/// # use mirab::fairness::performance::sustainability_group;
/// assert!((sustainability_group(&[0.8, 0.5, 0.2], &[50.0, 30.0, 20.0])? - 0.59).abs() < 1e-12);
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
///
/// # Errors
///
/// No user, an index outside 0 to 1, weights of another count, negative, or all zero.
pub fn sustainability_group(indices: &[f64], weights: &[f64]) -> Result<f64, SeriesError> {
    if indices.len() != weights.len() {
        return Err(SeriesError::Weights { weights: weights.len(), indices: indices.len() });
    }
    shares("index", indices)?;
    not_negative("weight", weights)?;
    let total: f64 = weights.iter().sum();
    if total == 0.0 {
        return Err(SeriesError::NoWeight);
    }
    Ok(indices.iter().zip(weights).map(|(index, weight)| index * (weight / total)).sum())
}

/// The three criteria, checked, each so that more is better.
fn good(reliability: f64, resilience: f64, vulnerability: f64) -> Result<[f64; 3], SeriesError> {
    let named = [("reliability", reliability), ("resilience", resilience), ("vulnerability", vulnerability)];
    match named.into_iter().find(|(_, value)| !is_share(*value)) {
        Some((criterion, value)) => Err(SeriesError::Criterion { criterion, value }),
        None => Ok([reliability, resilience, 1.0 - vulnerability]),
    }
}

/// Refuses an empty list, and the first entry outside 0 to 1.
fn shares(what: &'static str, entries: &[f64]) -> Result<(), SeriesError> {
    if entries.is_empty() {
        return Err(SeriesError::Nothing(what));
    }
    match entries.iter().position(|entry| !is_share(*entry)) {
        Some(at) => Err(SeriesError::Share { what, position: at + 1, value: entries[at] }),
        None => Ok(()),
    }
}

fn is_share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}
