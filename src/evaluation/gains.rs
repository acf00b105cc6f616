//! What each riparian has in the end, and what it gained: net benefit, transfer, and both differences.
//!
//! Sums over the horizon of rows that are already settled.

use indexmap::IndexMap;

use crate::consortium::settlement::Settlement;
use crate::quantity::total::Total;

use super::rows::RiparianRow;
use super::settlement::FUND;

/// A criterion, whose it is (nobody's: the basin's), and how much, MUSD.
pub(super) type Gain = (&'static str, Option<String>, f64);

/// The gains of one policy over the horizon: each riparian's `net_benefit`, `transfer`,
/// `gain_over_autarky` and `gain_over_status_quo`, then the basin's gains (what the fund holds
/// counts among them), `transferred` (what is received
/// in all) and `core_slack`. Transfers and the status quo are those of the settlement.
pub(super) fn gains(rows: &[RiparianRow], settlement: Option<&Settlement>) -> Vec<Gain> {
    let mut by_riparian: IndexMap<&str, Vec<&RiparianRow>> = IndexMap::new();
    for row in rows {
        by_riparian.entry(&row.riparian).or_default().push(row);
    }
    let mut all = Vec::new();
    for (riparian, own) in &by_riparian {
        all.extend(of_riparian(riparian, own, settlement));
    }
    all.extend(of_basin(&all, settlement));
    all
}

fn of_riparian(riparian: &str, own: &[&RiparianRow], settlement: Option<&Settlement>) -> Vec<Gain> {
    let whose = Some(riparian.to_owned());
    let net = own.iter().map(|row| row.net_benefit_MUSD).total();
    let mut gains = Vec::new();
    if riparian != FUND {
        gains.push(("net_benefit", whose.clone(), net));
    }
    if settlement.is_some() {
        gains.push(("transfer", whose.clone(), own.iter().map(|row| row.transfer_MUSD).total()));
    }
    let over: Option<Vec<f64>> = own.iter().map(|row| row.gain_over_autarky_MUSD).collect();
    if let Some(over) = over {
        gains.push(("gain_over_autarky", whose.clone(), over.into_iter().total()));
    }
    let known = settlement.and_then(|settled| settled.status_quo.iter().find(|(name, _)| name == riparian));
    if let Some((_, before)) = known {
        gains.push(("gain_over_status_quo", whose, net - before));
    }
    gains
}

fn of_basin(riparians: &[Gain], settlement: Option<&Settlement>) -> Vec<Gain> {
    let of_fund = |gain: &&Gain| gain.0 == "transfer" && gain.1.as_deref() == Some(FUND);
    let fund = riparians.iter().filter(of_fund).map(|gain| gain.2).total();
    let sum = |criterion: &'static str| {
        let own: Vec<f64> = riparians.iter().filter(|gain| gain.0 == criterion).map(|gain| gain.2).collect();
        (!own.is_empty()).then(|| (criterion, None, own.into_iter().chain([fund]).total()))
    };
    let mut gains: Vec<Gain> =
        ["gain_over_autarky", "gain_over_status_quo"].into_iter().filter_map(sum).collect();
    if let Some(settled) = settlement {
        let received = settled.transfers.iter().map(|(_, amount)| amount.max(0.0)).total();
        gains.push(("transferred", None, received));
        gains.extend(settled.core_slack_MUSD.map(|slack| ("core_slack", None, slack)));
    }
    gains
}
