//! Criteria over the members of an ensemble: the mean of each and what nine in ten members exceed and stay below.

use indexmap::IndexMap;

use super::rows::ComparisonRow;

/// The criteria of all members as one table: the mean, and as `_p10` and `_p90` the tenth and the ninetieth percentile
/// (linear between members; R. J. Hyndman and Y. Fan, 1996, definition 7). A criterion counts the members that have it. Rows stand where they
/// first do.
pub fn over_members(members: &[Vec<ComparisonRow>]) -> Vec<ComparisonRow> {
    let mut values: IndexMap<[Option<&str>; 4], (&ComparisonRow, Vec<f64>)> = IndexMap::new();
    for row in members.iter().flatten() {
        let key = [Some(&*row.policy), Some(&*row.criterion), row.riparian.as_deref(), row.season.as_deref()];
        values.entry(key).or_insert_with(|| (row, Vec::new())).1.push(row.value);
    }
    values.into_values().flat_map(|(row, values)| told(row, values)).collect()
}

fn told(row: &ComparisonRow, mut values: Vec<f64>) -> [ComparisonRow; 3] {
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let of = |ending: &str, value: f64| ComparisonRow {
        criterion: format!("{}{ending}", row.criterion),
        value,
        ..row.clone()
    };
    [of("", mean), of("_p10", percentile(&values, 0.1)), of("_p90", percentile(&values, 0.9))]
}

/// A percentile of sorted values, at least one.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(policy: &str, criterion: &str, value: f64) -> ComparisonRow {
        ComparisonRow {
            policy: policy.to_owned(),
            criterion: criterion.to_owned(),
            riparian: None,
            season: None,
            value,
            unit: "1".to_owned(),
        }
    }

    #[test]
    fn mean_and_percentiles_are_those_by_hand() {
        let members: Vec<Vec<ComparisonRow>> =
            [3.0, 1.0, 2.0, 5.0, 4.0, 6.0].iter().map(|&value| vec![row("quota", "gini", value)]).collect();
        let rows = over_members(&members);
        let told: Vec<(&str, f64)> = rows.iter().map(|row| (&*row.criterion, row.value)).collect();
        assert_eq!(told, [("gini", 3.5), ("gini_p10", 1.5), ("gini_p90", 5.5)]);
    }

    #[test]
    fn a_criterion_counts_the_members_that_have_it() {
        let members = [vec![row("a", "x", 1.0), row("b", "x", 9.0)], vec![row("a", "x", 3.0)]];
        let rows = over_members(&members);
        assert_eq!(rows.len(), 6);
        assert_eq!((rows[0].value, rows[3].value), (2.0, 9.0));
        assert_eq!((rows[3].policy.as_str(), rows[5].value), ("b", 9.0));
    }
}
