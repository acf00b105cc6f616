//! Which policy's generalised Lorenz curve lies above which others', and which cross.
//!
//! The curves are those of the riparians' mean needs (Shorrocks, 1983): one that lies above another
//! everywhere is better for whoever prefers more to less and dislikes inequality, however much.

use crate::fairness::inequality::{Sample, generalised_lorenz};

use super::rows::ComparisonRow;

/// Ordinates, per member, that differ by less are not told apart.
const SAME: f64 = 1e-3;

/// How the curve of a policy lies to those of the others of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dominance {
    /// The policy.
    pub policy: String,
    /// The policies whose curves it lies above: nowhere below and somewhere higher.
    pub above: Vec<String>,
    /// The policies whose curves it crosses.
    pub crosses: Vec<String>,
    /// The policies with the same curve.
    pub same: Vec<String>,
}

/// The dominance of each policy that has needs, from the criterion `mean_need` of a comparison; weights
/// are equal, as in the figure `fairness`.
pub fn dominance(comparison: &[ComparisonRow], policies: &[String]) -> Vec<Dominance> {
    let curves: Vec<(&String, Vec<f64>)> =
        policies.iter().filter_map(|policy| Some((policy, curve(comparison, policy)?))).collect();
    curves.iter().map(|(policy, own)| lies(policy, own, &curves)).collect()
}

fn lies(policy: &str, own: &[f64], curves: &[(&String, Vec<f64>)]) -> Dominance {
    let mut dominance =
        Dominance { policy: policy.to_owned(), above: Vec::new(), crosses: Vec::new(), same: Vec::new() };
    let others = curves.iter().filter(|(other, curve)| *other != policy && curve.len() == own.len());
    for (other, curve) in others {
        let higher = own.iter().zip(curve).any(|(a, b)| a - b > SAME);
        let lower = own.iter().zip(curve).any(|(a, b)| b - a > SAME);
        match (higher, lower) {
            (true, false) => dominance.above.push((*other).clone()),
            (true, true) => dominance.crosses.push((*other).clone()),
            (false, false) => dominance.same.push((*other).clone()),
            (false, true) => {}
        }
    }
    dominance
}

/// The ordinates of a policy's curve, divided by the number of riparians.
fn curve(comparison: &[ComparisonRow], policy: &str) -> Option<Vec<f64>> {
    let own = comparison.iter().filter(|row| row.policy == policy && row.criterion == "mean_need");
    let means: Vec<f64> = own.map(|row| row.value.max(0.0)).collect();
    let sums = generalised_lorenz(&Sample::equal(&means).ok()?);
    let count = means.len() as f64;
    Some(sums.into_iter().map(|sum| sum / count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(needs: &[(&str, &[f64])]) -> Vec<ComparisonRow> {
        let row = |policy: &str, place: usize, value: f64| ComparisonRow {
            policy: policy.to_owned(),
            criterion: "mean_need".to_owned(),
            riparian: Some(place.to_string()),
            season: None,
            value,
            unit: "1".to_owned(),
        };
        let of = |(policy, means): &(&str, &[f64])| -> Vec<ComparisonRow> {
            means.iter().enumerate().map(|(place, mean)| row(policy, place, *mean)).collect()
        };
        needs.iter().flat_map(of).collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_curve_lies_above_crosses_or_is_the_same() {
        let rows = rows(&[
            ("even", &[0.8, 0.8, 0.8]),
            ("uneven", &[1.0, 0.6, 0.8]),
            ("rich", &[1.0, 1.0, 0.6]),
            ("turned", &[0.8, 1.0, 0.6]),
        ]);
        let found = dominance(&rows, &names(&["even", "uneven", "rich", "turned"]));
        assert_eq!(found[0].above, ["uneven", "turned"]);
        assert_eq!(found[0].crosses, ["rich"]);
        assert_eq!(found[1].same, ["turned"]);
        assert!(found[1].above.is_empty() && found[1].crosses.is_empty());
        assert_eq!(found[2].above, ["uneven", "turned"]);
        assert_eq!(found[2].crosses, ["even"]);
    }

    #[test]
    fn a_policy_without_needs_has_no_curve() {
        let found = dominance(&rows(&[("even", &[0.8, 0.8])]), &names(&["even", "silent"]));
        assert_eq!(found.len(), 1);
        assert!(found[0].above.is_empty() && found[0].same.is_empty());
    }
}
