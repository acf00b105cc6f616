//! What each riparian got in each season: water and energy against what it asked for, and its benefit.
//!
//! Transfers and the gain over autarky are left to the settlement, which fills them in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use crate::network::basin::{Basin, DemandIdx};
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;
use crate::simulation::record::{DeliveryRow, Record};

use super::rows::RiparianRow;

/// Sums over the demands, power area and money of one riparian in one season.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    claim: f64,
    delivered: f64,
    weighted_claim: f64,
    weighted_delivered: f64,
    load: f64,
    unserved: f64,
    benefit: f64,
}

type Sheet<'a> = BTreeMap<(u32, &'a str, Season), Sums>;

/// One row a riparian and season for a policy of the record: riparians in the basin's order, seasons
/// in that of the hydrological year.
///
/// Water satisfaction is `sum v q / sum v claim` with the stage weights `v` of each demand; energy
/// satisfaction is load served over load. Both are at most 1, and empty where nothing is asked for.
/// Benefits are in MUSD, before transfers; transfers are zero and the gain over autarky is empty.
pub fn riparians(record: &Record, basin: &Basin, policy: &str) -> Vec<RiparianRow> {
    let sheet = sums(record, &StageWeights::new(basin), policy);
    let members: BTreeSet<u32> = sheet.keys().map(|(member, _, _)| *member).collect();
    let mut rows = Vec::new();
    for member in members {
        for riparian in &basin.riparians {
            for season in basin.horizon.seasons() {
                let sums = sheet.get(&(member, riparian.name.as_str(), season)).copied().unwrap_or_default();
                rows.push(row(policy, member, season, &riparian.name, sums));
            }
        }
    }
    rows
}

fn row(policy: &str, member: u32, season: Season, riparian: &str, sums: Sums) -> RiparianRow {
    let served = (sums.load - sums.unserved).clamp(0.0, sums.load.max(0.0));
    RiparianRow {
        policy: policy.to_owned(),
        member,
        season: season.name().to_owned(),
        riparian: riparian.to_owned(),
        water_claim_hm3: sums.claim,
        water_delivered_hm3: sums.delivered,
        water_satisfaction: ratio(sums.weighted_delivered, sums.weighted_claim),
        load_GWh: sums.load,
        served_GWh: served,
        energy_satisfaction: ratio(served, sums.load),
        benefit_MUSD: sums.benefit,
        transfer_MUSD: 0.0,
        net_benefit_MUSD: sums.benefit,
        gain_over_autarky_MUSD: None,
    }
}

/// The share that was met, at most 1; nothing where nothing was asked for.
fn ratio(met: f64, asked: f64) -> Option<f64> {
    (asked > 0.0).then(|| (met / asked).clamp(0.0, 1.0))
}

fn sums<'a>(record: &'a Record, weights: &StageWeights<'_>, policy: &str) -> Sheet<'a> {
    let mut sheet = Sheet::new();
    for row in record.deliveries.iter().filter(|row| row.policy == policy) {
        let sums = entry(&mut sheet, row.member, &row.riparian, row.period_start);
        let weight = weights.of(row);
        sums.claim += row.claim_hm3;
        sums.delivered += row.delivered_hm3;
        sums.weighted_claim += weight * row.claim_hm3;
        sums.weighted_delivered += weight * row.delivered_hm3;
    }
    for row in record.power.iter().filter(|row| row.policy == policy) {
        let sums = entry(&mut sheet, row.member, &row.riparian, row.period_start);
        sums.load += row.load_GWh;
        sums.unserved += row.unserved_GWh;
    }
    for row in record.money.iter().filter(|row| row.policy == policy) {
        entry(&mut sheet, row.member, &row.riparian, row.period_start).benefit += row.benefit();
    }
    sheet
}

fn entry<'s, 'a>(sheet: &'s mut Sheet<'a>, member: u32, riparian: &'a str, first_day: Date) -> &'s mut Sums {
    sheet.entry((member, riparian, Season::of_month(first_day.month()))).or_default()
}

/// The stage weight of each demand and period, found by the names and dates of a record.
struct StageWeights<'a> {
    basin: &'a Basin,
    demands: HashMap<&'a str, DemandIdx>,
    periods: HashMap<Date, PeriodIdx>,
}

impl<'a> StageWeights<'a> {
    fn new(basin: &'a Basin) -> Self {
        let demands = basin.demands.enumerate().map(|(k, demand)| (demand.name.as_str(), k)).collect();
        let periods = basin.horizon.periods.enumerate().map(|(t, period)| (period.first_day, t)).collect();
        StageWeights { basin, demands, periods }
    }

    fn of(&self, row: &DeliveryRow) -> f64 {
        match (self.demands.get(row.demand.as_str()), self.periods.get(&row.period_start)) {
            (Some(&k), Some(&t)) => self.basin.demands[k].stage_weight[t],
            _ => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;
    use crate::quantity::index::{Idx, Series};

    fn find<'a>(rows: &'a [RiparianRow], riparian: &str, season: &str) -> &'a RiparianRow {
        rows.iter().find(|row| row.riparian == riparian && row.season == season).unwrap()
    }

    #[test]
    fn a_season_holds_what_its_months_delivered() {
        let rows = riparians(&example::record(), &example::basin(), "quota");
        assert_eq!(rows.len(), 4);
        assert_eq!(find(&rows, "UZ", "non_vegetation").water_satisfaction, Some(0.5));
        let summer = find(&rows, "UZ", "vegetation");
        assert_eq!((summer.water_claim_hm3, summer.water_delivered_hm3), (100.0, 80.0));
        assert_eq!(summer.energy_satisfaction, Some(0.9));
        assert_eq!((summer.benefit_MUSD, summer.net_benefit_MUSD), (80.5, 80.5));
    }

    #[test]
    fn who_claims_nothing_has_no_satisfaction() {
        let rows = riparians(&example::record(), &example::basin(), "quota");
        assert_eq!(find(&rows, "KG", "vegetation").water_satisfaction, None);
        assert_eq!(find(&rows, "KG", "vegetation").energy_satisfaction, Some(1.0));
    }

    #[test]
    fn a_period_of_no_weight_does_not_count() {
        let mut basin = example::basin();
        let weights = Series::new(vec![0.0, 2.0]);
        basin.demands[DemandIdx::new(0)].stage_weight = weights;
        let rows = riparians(&example::record(), &basin, "quota");
        assert_eq!(find(&rows, "UZ", "non_vegetation").water_satisfaction, None);
        assert_eq!(find(&rows, "UZ", "vegetation").water_satisfaction, Some(0.8));
    }

    #[test]
    fn more_than_was_asked_for_is_all_that_was_asked_for() {
        let mut record = example::record();
        record.deliveries[0].delivered_hm3 = 300.0;
        let rows = riparians(&record, &example::basin(), "quota");
        assert_eq!(find(&rows, "UZ", "non_vegetation").water_satisfaction, Some(1.0));
    }
}
