//! What a settlement changes in the tables: transfers, net benefits, the gain over autarky, payments and
//! coalitions as rows.
//!
//! Reckoning the settlement is left to the consortium.

use std::collections::{BTreeSet, HashMap};

use crate::consortium::settlement::{Payment, Settlement, Worth};
use crate::network::basin::Basin;
use crate::quantity::calendar::Season;
use crate::quantity::total::Total;

use super::rows::{CoalitionRow, PaymentRow, RiparianRow};

/// The reserve fund among riparians.
pub const FUND: &str = "fund";

/// The policy that gains are measured against.
pub const AUTARKY: &str = "autarky";

/// Enters transfers, net benefits and gains over autarky into the rows of all policies of a run, and adds
/// the rows of the reserve fund where it takes part.
///
/// A transfer is for the whole horizon; a season has the part that its days have. The gain over
/// autarky is the net benefit less autarky's in the same season and member; it stays empty where autarky
/// was not run, and for the fund.
pub fn settle(rows: &mut Vec<RiparianRow>, settlements: &[Settlement], basin: &Basin) {
    let parts = season_parts(basin);
    for settlement in settlements {
        add_fund(rows, settlement, basin);
        for row in rows.iter_mut().filter(|row| row.policy == settlement.policy) {
            let part = parts.iter().find(|(season, _)| season.name() == row.season).map_or(0.0, |own| own.1);
            row.transfer_MUSD = part * transfer(settlement, &row.riparian);
            row.net_benefit_MUSD = row.benefit_MUSD + row.transfer_MUSD;
        }
    }
    enter_gains(rows);
}

/// What a riparian or the fund receives less what it pays, MUSD.
fn transfer(settlement: &Settlement, riparian: &str) -> f64 {
    settlement.transfers.iter().filter(|(name, _)| name == riparian).map(|(_, amount)| *amount).total()
}

/// The share of the horizon's days that lies in each season.
fn season_parts(basin: &Basin) -> Vec<(Season, f64)> {
    let periods = &basin.horizon.periods;
    let days = |season: Option<Season>| -> f64 {
        let own = periods.iter().filter(|period| season.is_none_or(|season| period.season == season));
        own.map(|period| period.days.value()).total()
    };
    basin.horizon.seasons().into_iter().map(|season| (season, days(Some(season)) / days(None))).collect()
}

/// Adds the fund's rows after the last of the policy's, where it pays or is paid.
fn add_fund(rows: &mut Vec<RiparianRow>, settlement: &Settlement, basin: &Basin) {
    let Some(last) = rows.iter().rposition(|row| row.policy == settlement.policy) else { return };
    if !settlement.transfers.iter().any(|(name, _)| name == FUND) {
        return;
    }
    let own = rows.iter().filter(|row| row.policy == settlement.policy);
    let members: BTreeSet<u32> = own.map(|row| row.member).collect();
    let seasons = basin.horizon.seasons();
    let of_member =
        |member: u32| seasons.iter().map(move |season| fund_row(&settlement.policy, member, *season));
    let fund: Vec<RiparianRow> = members.into_iter().flat_map(of_member).collect();
    rows.splice(last + 1..last + 1, fund);
}

fn fund_row(policy: &str, member: u32, season: Season) -> RiparianRow {
    RiparianRow {
        policy: policy.to_owned(),
        member,
        season: season.name().to_owned(),
        riparian: FUND.to_owned(),
        water_claim_hm3: 0.0,
        water_delivered_hm3: 0.0,
        water_satisfaction: None,
        load_GWh: 0.0,
        served_GWh: 0.0,
        energy_satisfaction: None,
        benefit_MUSD: 0.0,
        transfer_MUSD: 0.0,
        net_benefit_MUSD: 0.0,
        gain_over_autarky_MUSD: None,
    }
}

fn enter_gains(rows: &mut [RiparianRow]) {
    let key = |row: &RiparianRow| (row.member, row.season.clone(), row.riparian.clone());
    let autarky: HashMap<_, f64> =
        rows.iter().filter(|row| row.policy == AUTARKY).map(|row| (key(row), row.net_benefit_MUSD)).collect();
    for row in rows {
        row.gain_over_autarky_MUSD = autarky.get(&key(row)).map(|alone| row.net_benefit_MUSD - alone);
    }
}

/// The payments of a settlement as rows.
pub fn payments(settlement: &Settlement) -> Vec<PaymentRow> {
    let row = |payment: &Payment| PaymentRow {
        policy: settlement.policy.clone(),
        member: 0,
        from: payment.from.clone(),
        to: payment.to.clone(),
        amount_MUSD: payment.amount_MUSD,
        in_kind: payment.in_kind.clone(),
        amount_GWh: payment.amount_GWh,
        purpose: payment.purpose.clone(),
    };
    settlement.payments.iter().map(row).collect()
}

/// The coalitions of a settlement as rows.
pub fn coalitions(settlement: &Settlement) -> Vec<CoalitionRow> {
    let status_quo = |members: &[String]| -> Option<f64> {
        let of = |name: &String| settlement.status_quo.iter().find(|(known, _)| known == name);
        members.iter().map(|name| of(name).map(|(_, benefit)| *benefit)).sum()
    };
    let row = |worth: &Worth| CoalitionRow {
        policy: settlement.policy.clone(),
        member: 0,
        rule: settlement.rule.clone(),
        against: settlement.against.clone().unwrap_or_default(),
        members: worth.members.join("+"),
        worth_MUSD: worth.worth_MUSD,
        payoff_MUSD: worth.payoff_MUSD,
        status_quo_MUSD: status_quo(&worth.members),
    };
    settlement.worths.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{example, riparians};

    fn settled() -> Vec<RiparianRow> {
        let (record, basin) = (example::record(), example::basin());
        let mut rows: Vec<RiparianRow> =
            example::policies().iter().flat_map(|policy| riparians(&record, &basin, policy)).collect();
        for row in rows.iter_mut().filter(|row| row.policy == "one_basin") {
            row.policy = AUTARKY.to_owned();
        }
        settle(&mut rows, &[example::settlement()], &basin);
        rows
    }

    fn sum(rows: &[RiparianRow], riparian: &str, value: impl Fn(&RiparianRow) -> f64) -> f64 {
        rows.iter().filter(|row| row.policy == "quota" && row.riparian == riparian).map(value).sum()
    }

    #[test]
    fn transfers_are_the_settlements_and_sum_to_nothing_with_the_fund() {
        let rows = settled();
        for (riparian, amount) in [("UZ", -6.0), ("KG", 5.0), (FUND, 1.0)] {
            let entered = sum(&rows, riparian, |row| row.transfer_MUSD);
            assert!((entered - amount).abs() < 1e-12, "{riparian}: {entered}");
        }
        let all: f64 = rows.iter().map(|row| row.transfer_MUSD).sum();
        assert!(all.abs() < 1e-12, "{all}");
    }

    #[test]
    fn a_season_has_the_part_of_a_transfer_that_its_days_have() {
        let rows = settled();
        let march = rows.iter().find(|row| row.riparian == "KG" && row.season == "non_vegetation").unwrap();
        assert!((march.transfer_MUSD - 5.0 * 31.0 / 61.0).abs() < 1e-12, "{}", march.transfer_MUSD);
        assert_eq!(march.net_benefit_MUSD, march.benefit_MUSD + march.transfer_MUSD);
    }

    #[test]
    fn the_gain_over_autarky_is_after_transfers_and_empty_for_the_fund() {
        let rows = settled();
        let gain: f64 = sum(&rows, "KG", |row| row.gain_over_autarky_MUSD.unwrap());
        let before = sum(&rows, "KG", |row| row.benefit_MUSD);
        let alone: f64 = rows
            .iter()
            .filter(|row| row.policy == AUTARKY && row.riparian == "KG")
            .map(|row| row.benefit_MUSD)
            .sum();
        assert!((gain - (before + 5.0 - alone)).abs() < 1e-12);
        let fund: Vec<&RiparianRow> = rows.iter().filter(|row| row.riparian == FUND).collect();
        assert_eq!(fund.len(), 2);
        assert!(fund.iter().all(|row| row.policy == "quota" && row.gain_over_autarky_MUSD.is_none()));
    }

    #[test]
    fn without_autarky_there_is_no_gain_over_it() {
        let (record, basin) = (example::record(), example::basin());
        let mut rows = riparians(&record, &basin, "quota");
        settle(&mut rows, &[], &basin);
        assert!(rows.iter().all(|row| row.gain_over_autarky_MUSD.is_none() && row.transfer_MUSD == 0.0));
    }

    #[test]
    fn a_coalition_has_the_status_quo_of_its_members() {
        let rows = coalitions(&example::settlement());
        let both = rows.iter().find(|row| row.members == "KG+UZ").unwrap();
        assert_eq!((both.worth_MUSD, both.status_quo_MUSD), (132.0, Some(120.0)));
        let mut settlement = example::settlement();
        settlement.status_quo.truncate(1);
        assert_eq!(coalitions(&settlement).last().unwrap().status_quo_MUSD, None);
    }
}
