//! Policies side by side: every criterion of every policy of a run, as rows.
//!
//! It gathers what the neighbouring files measure and adds what needs more than one policy: the prices
//! of fairness and of going alone, against the plan that maximises total benefit. A record of one member is expected.

use crate::consortium::settlement::Settlement;
use crate::network::basin::Basin;
use crate::simulation::record::Record;

use super::economics::{total_benefit, totals};
use super::fairness::{inequality, needs, standings};
use super::gains::gains;
use super::pareto::{Measure, betters};
use super::rows::{ComparisonRow, RiparianRow};
use super::settlement::{AUTARKY, FUND};

/// The policy whose total benefit is the upper bound.
const UPPER_BOUND: &str = "one_basin";

/// The criteria of these policies, policy by policy: first riparian by season, then riparian over the
/// year (`mean_need`, `worst_need`), then the basin.
///
/// Ratios and indices have the unit `1`. `price_of_fairness` is `1 - total / total(one_basin)` and is
/// left out where `one_basin` was not run or brings no benefit; of `autarky` it is also the
/// `price_of_non_cooperation`. `better_for_every_need` and `better_for_every_benefit` count the policies of
/// the run that leave nobody worse off and somebody better off (Pareto). The rows of the riparians are
/// expected as [`settle`](super::settle) leaves them.
pub fn compare(
    record: &Record,
    riparians: &[RiparianRow],
    basin: &Basin,
    policies: &[String],
    settlements: &[Settlement],
) -> Vec<ComparisonRow> {
    let run = Run { record, riparians, basin, policies, settlements };
    policies.iter().flat_map(|policy| run.judge(policy)).collect()
}

/// What all policies of a run left to be judged.
struct Run<'a> {
    record: &'a Record,
    riparians: &'a [RiparianRow],
    basin: &'a Basin,
    policies: &'a [String],
    settlements: &'a [Settlement],
}

impl Run<'_> {
    fn judge(&self, policy: &str) -> Vec<ComparisonRow> {
        let own: Vec<RiparianRow> =
            self.riparians.iter().filter(|row| row.policy == policy).cloned().collect();
        let mut sheet = Sheet { policy, rows: Vec::new() };
        sheet.add_seasons(&own);
        sheet.add_years(&own, self.basin);
        self.add_gains(&mut sheet, &own);
        let total = total_benefit(self.record, policy);
        sheet.add("total_benefit", total, "MUSD");
        self.add_prices(&mut sheet, total);
        sheet.add_fairness(&own, self.basin);
        self.add_pareto(&mut sheet);
        for (criterion, value, unit) in totals(self.record, self.basin, policy) {
            sheet.add(&criterion, value, unit);
        }
        sheet.rows
    }

    /// What cooperation and fairness cost of the greatest total.
    fn add_prices(&self, sheet: &mut Sheet<'_>, total: f64) {
        if !self.policies.iter().any(|name| name == UPPER_BOUND) {
            return;
        }
        let most = total_benefit(self.record, UPPER_BOUND);
        if most > 0.0 {
            sheet.add("price_of_fairness", 1.0 - total / most, "1");
            if sheet.policy == AUTARKY {
                sheet.add("price_of_non_cooperation", 1.0 - total / most, "1");
            }
        }
    }

    /// What each has in the end, and how that differs from autarky and from the status quo of the settlement.
    fn add_gains(&self, sheet: &mut Sheet<'_>, own: &[RiparianRow]) {
        let settlement = self.settlements.iter().find(|settled| settled.policy == sheet.policy);
        for (criterion, riparian, value) in gains(own, settlement) {
            sheet.put(criterion, riparian.as_deref(), None, value, "MUSD");
        }
    }

    fn add_pareto(&self, sheet: &mut Sheet<'_>) {
        if self.policies.len() > 1 && !self.riparians.is_empty() {
            let better = |measure| betters(self.riparians, self.policies, sheet.policy, measure).len() as f64;
            let (needs, benefit) = (better(Measure::Needs), better(Measure::NetBenefit));
            sheet.add("better_for_every_need", needs, "policies");
            sheet.add("better_for_every_benefit", benefit, "policies");
        }
    }
}

/// The rows of one policy.
struct Sheet<'a> {
    policy: &'a str,
    rows: Vec<ComparisonRow>,
}

impl Sheet<'_> {
    fn add(&mut self, criterion: &str, value: f64, unit: &str) {
        self.put(criterion, None, None, value, unit);
    }

    fn put(&mut self, criterion: &str, riparian: Option<&str>, season: Option<&str>, value: f64, unit: &str) {
        self.rows.push(ComparisonRow {
            policy: self.policy.to_owned(),
            criterion: criterion.to_owned(),
            riparian: riparian.map(str::to_owned),
            season: season.map(str::to_owned),
            value,
            unit: unit.to_owned(),
        });
    }

    fn add_seasons(&mut self, rows: &[RiparianRow]) {
        for row in rows.iter().filter(|row| row.riparian != FUND) {
            let (riparian, season) = (Some(row.riparian.as_str()), Some(row.season.as_str()));
            if let Some(share) = row.water_satisfaction {
                self.put("water_satisfaction", riparian, season, share, "1");
            }
            if let Some(share) = row.energy_satisfaction {
                self.put("energy_satisfaction", riparian, season, share, "1");
            }
            self.put("benefit", riparian, season, row.benefit_MUSD, "MUSD");
        }
    }

    fn add_years(&mut self, rows: &[RiparianRow], basin: &Basin) {
        for standing in standings(rows, basin) {
            self.put("mean_need", Some(&standing.riparian), None, standing.mean, "1");
            self.put("worst_need", Some(&standing.riparian), None, standing.worst, "1");
        }
    }

    fn add_fairness(&mut self, rows: &[RiparianRow], basin: &Basin) {
        let standings = standings(rows, basin);
        if standings.is_empty() {
            return;
        }
        let met: Vec<f64> = needs(rows).iter().map(|need| need.satisfaction).collect();
        let worst = met.iter().copied().fold(f64::INFINITY, f64::min);
        let best = met.iter().copied().fold(0.0, f64::max);
        self.add("worst_satisfaction", worst, "1");
        self.add("best_satisfaction", best, "1");
        if best > 0.0 {
            self.add("min_max_ratio", worst / best, "1");
        }
        for (criterion, value) in inequality(&standings) {
            self.add(&criterion, value, "1");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;
    use crate::evaluation::{riparians, settle};

    fn compared(policies: &[String]) -> Vec<ComparisonRow> {
        let (record, basin) = (example::record(), example::basin());
        let rows: Vec<RiparianRow> =
            policies.iter().flat_map(|policy| riparians(&record, &basin, policy)).collect();
        compare(&record, &rows, &basin, policies, &[])
    }

    fn value(rows: &[ComparisonRow], policy: &str, criterion: &str) -> Option<f64> {
        let basin_wide = |row: &&ComparisonRow| row.riparian.is_none() && row.season.is_none();
        let mut found =
            rows.iter().filter(basin_wide).filter(|row| row.policy == policy && row.criterion == criterion);
        let value = found.next().map(|row| row.value);
        assert!(found.next().is_none(), "{criterion} occurs twice");
        value
    }

    fn close(left: Option<f64>, right: f64) {
        assert!(left.is_some_and(|left| (left - right).abs() < 1e-9), "{left:?} is not {right}");
    }

    #[test]
    fn the_basins_criteria_are_those_reckoned_by_hand() {
        let rows = compared(&example::policies());
        close(value(&rows, "quota", "total_benefit"), 132.0);
        close(value(&rows, "one_basin", "total_benefit"), 152.0);
        close(value(&rows, "quota", "price_of_fairness"), 20.0 / 152.0);
        close(value(&rows, "one_basin", "price_of_fairness"), 0.0);
        close(value(&rows, "quota", "worst_satisfaction"), 0.5);
        close(value(&rows, "quota", "best_satisfaction"), 1.0);
        close(value(&rows, "quota", "unserved_winter"), 1.0);
        close(value(&rows, "quota", "unserved"), 2.0);
        close(value(&rows, "one_basin", "unserved"), 3.0);
        close(value(&rows, "quota", "summer_deficit"), 20.0);
        close(value(&rows, "quota", "end_storage"), 800.0);
        close(value(&rows, "quota", "spilled"), 40.0);
        close(value(&rows, "quota", "co2"), 1.0);
        close(value(&rows, "one_basin", "environment_shortfall"), 15.0);
    }

    #[test]
    fn the_aral_receives_what_leaves_through_the_sinks_that_a_promise_watches() {
        let rows = compared(&example::policies());
        let arrived = 0.9 * (135.0 + 105.0) + 13.0 + 0.5 + 0.1 * (4.5 + 8.0);
        close(value(&rows, "quota", "aral_inflow"), arrived);
        close(value(&rows, "quota", "sink_inflow_sea"), arrived);
    }

    #[test]
    fn gains_prices_and_the_core_are_those_reckoned_by_hand() {
        let (record, basin) = (example::record(), example::basin());
        let policies = example::policies();
        let mut rows: Vec<RiparianRow> =
            policies.iter().flat_map(|policy| riparians(&record, &basin, policy)).collect();
        let settlements = [example::settlement()];
        settle(&mut rows, &settlements, &basin);
        let rows = compare(&record, &rows, &basin, &policies, &settlements);
        let of = |criterion: &str, riparian: &str| {
            let mut own = rows.iter().filter(|row| row.policy == "quota" && row.criterion == criterion);
            own.find(|row| row.riparian.as_deref() == Some(riparian)).map(|row| row.value)
        };
        // quota: KG 1 before transfers, UZ 131; KG receives 5, UZ pays 6, the fund holds 1.
        close(of("net_benefit", "KG"), 6.0);
        close(of("net_benefit", "UZ"), 125.0);
        close(of("transfer", "fund"), 1.0);
        close(of("gain_over_status_quo", "UZ"), 6.0);
        assert_eq!(of("gain_over_status_quo", "fund"), None);
        assert_eq!(of("gain_over_autarky", "KG"), None);
        close(value(&rows, "quota", "gain_over_status_quo"), 12.0);
        close(value(&rows, "quota", "transferred"), 6.0);
        close(value(&rows, "quota", "core_slack"), 5.0);
        close(value(&rows, "quota", "min_max_ratio"), 0.5);
        assert_eq!(value(&rows, "one_basin", "core_slack"), None);
    }

    #[test]
    fn going_alone_has_its_price() {
        let (mut record, basin) = (example::record(), example::basin());
        record
            .money
            .iter_mut()
            .filter(|row| row.policy == "quota")
            .for_each(|row| row.policy = AUTARKY.into());
        let policies = [AUTARKY.to_owned(), "one_basin".to_owned()];
        let mut rows: Vec<RiparianRow> =
            policies.iter().flat_map(|policy| riparians(&record, &basin, policy)).collect();
        settle(&mut rows, &[], &basin);
        let rows = compare(&record, &rows, &basin, &policies, &[]);
        close(value(&rows, AUTARKY, "price_of_non_cooperation"), 20.0 / 152.0);
        assert_eq!(value(&rows, "one_basin", "price_of_non_cooperation"), None);
        close(value(&rows, "one_basin", "gain_over_autarky"), 20.0);
        close(value(&rows, AUTARKY, "better_for_every_benefit"), 1.0);
        close(value(&rows, "one_basin", "better_for_every_benefit"), 0.0);
    }

    #[test]
    fn inequality_is_that_of_the_mean_needs() {
        // KG: energy 1 and 1; UZ: water 0.5 and 0.8, energy 0.9 and 0.9.
        let (kg, uz): (f64, f64) = (1.0, 0.775);
        let rows = compared(&example::policies());
        close(value(&rows, "quota", "gini_need"), (kg - uz) / (2.0 * (kg + uz)));
        let by_people = 2.0 * 2.0 * 8.0 * (kg - uz) / (2.0 * 10.0 * (2.0 * kg + 8.0 * uz));
        close(value(&rows, "quota", "gini_need_population"), by_people);
        let by_claims = 2.0 * 0.25 * 0.75 * (kg - uz) / (2.0 * (0.25 * kg + 0.75 * uz));
        close(value(&rows, "quota", "gini_need_claims"), by_claims);
        close(value(&rows, "quota", "jain"), (kg + uz).powi(2) / (2.0 * (kg * kg + uz * uz)));
    }

    #[test]
    fn without_the_upper_bound_there_is_no_price_of_fairness() {
        let rows = compared(&["quota".to_owned()]);
        assert_eq!(value(&rows, "quota", "price_of_fairness"), None);
        assert!(value(&rows, "quota", "total_benefit").is_some());
    }

    #[test]
    fn nothing_is_zero_and_not_minus_zero() {
        let rows = compare(&Record::default(), &[], &example::basin(), &["quota".to_owned()], &[]);
        assert!(rows.len() > 10);
        assert!(rows.iter().all(|row| row.value.to_bits() == 0), "{rows:?}");
    }

    #[test]
    fn a_flow_above_what_is_safe_is_counted_as_a_volume() {
        let (mut record, basin) = (example::record(), example::basin());
        let mut broken = record.broken_promises[0].clone();
        broken.promise = "safe_flow".to_owned();
        (broken.required, broken.achieved, broken.unit) = (700.0, 800.0, "m3/s".to_owned());
        broken.policy = "quota".to_owned();
        record.broken_promises.push(broken);
        let rows = compare(&record, &[], &basin, &["quota".to_owned()], &[]);
        close(value(&rows, "quota", "flood_excess"), 259.2);
    }
}
