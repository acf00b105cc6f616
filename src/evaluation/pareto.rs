//! Which policies of a run are better for everybody than another: the test of Pareto, among those run.
//!
//! Plans that no policy of the run made are not searched.

use std::collections::BTreeMap;

use super::rows::RiparianRow;
use super::settlement::FUND;

/// Differences smaller than this, relative, are not told apart: heads are corrected to it.
const SAME: f64 = 1e-3;

/// What nobody may lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Each riparian's water and energy in each season, as the share met.
    Needs,
    /// Each riparian's net benefit over the horizon, after transfers.
    NetBenefit,
}

/// Whose well-being, of what.
type Aspect = (u32, String, String);

/// The policies under which nobody has less than under `policy` and somebody has more.
pub(super) fn betters(
    rows: &[RiparianRow],
    policies: &[String],
    policy: &str,
    measure: Measure,
) -> Vec<String> {
    let own = aspects(rows, policy, measure);
    let better = |other: &&String| is_better(&aspects(rows, other, measure), &own);
    policies.iter().filter(|other| *other != policy).filter(better).cloned().collect()
}

fn aspects(rows: &[RiparianRow], policy: &str, measure: Measure) -> BTreeMap<Aspect, f64> {
    let mut aspects = BTreeMap::new();
    for row in rows.iter().filter(|row| row.policy == policy && row.riparian != FUND) {
        let key = |of: &str| (row.member, row.riparian.clone(), of.to_owned());
        match measure {
            Measure::NetBenefit => *aspects.entry(key("benefit")).or_default() += row.net_benefit_MUSD,
            Measure::Needs => {
                let needs = [("water", row.water_satisfaction), ("energy", row.energy_satisfaction)];
                for (need, met) in needs {
                    aspects.extend(met.map(|met| (key(&format!("{need} {}", row.season)), met)));
                }
            }
        }
    }
    aspects
}

fn is_better(other: &BTreeMap<Aspect, f64>, own: &BTreeMap<Aspect, f64>) -> bool {
    let differences: Option<Vec<f64>> = own
        .iter()
        .map(|(aspect, value)| {
            let against = other.get(aspect)?;
            let size = value.abs().max(against.abs()).max(1e-9);
            Some((against - value) / size)
        })
        .collect();
    differences.is_some_and(|all| all.iter().all(|d| *d >= -SAME) && all.iter().any(|d| *d > SAME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{example, riparians};

    fn rows() -> Vec<RiparianRow> {
        let (record, basin) = (example::record(), example::basin());
        example::policies().iter().flat_map(|policy| riparians(&record, &basin, policy)).collect()
    }

    fn better(rows: &[RiparianRow], policy: &str, measure: Measure) -> Vec<String> {
        betters(rows, &example::policies(), policy, measure)
    }

    #[test]
    fn more_for_one_at_nobodys_cost_is_better() {
        let mut rows = rows();
        for row in &mut rows {
            row.energy_satisfaction = Some(0.9);
        }
        assert_eq!(better(&rows, "quota", Measure::Needs), ["one_basin"]);
        assert!(better(&rows, "one_basin", Measure::Needs).is_empty());
    }

    #[test]
    fn more_for_one_at_anothers_cost_is_not() {
        let mut rows = rows();
        for row in rows.iter_mut().filter(|row| row.policy == "one_basin") {
            row.energy_satisfaction = Some(0.1);
        }
        assert!(better(&rows, "quota", Measure::Needs).is_empty());
    }

    #[test]
    fn a_hair_is_no_difference() {
        let mut rows = rows();
        for row in &mut rows {
            let hair = if row.policy == "quota" { 1.0 } else { 1.0005 };
            row.net_benefit_MUSD = 100.0 * hair;
        }
        assert!(better(&rows, "quota", Measure::NetBenefit).is_empty());
        rows.iter_mut().find(|row| row.policy == "one_basin").unwrap().net_benefit_MUSD = 120.0;
        assert_eq!(better(&rows, "quota", Measure::NetBenefit), ["one_basin"]);
    }
}
