//! The payments of a contract: power that went there in summer and energy that came back in winter, each worth the agreed
//! price.
//!
//! The record has the lines' prices for all that is sent over them, so a delivery in kind is a payment by its giver: the
//! taker is given what it paid for it in the record, at the agreed price. What is exchanged is found by the allocation.

use crate::allocation::barter::{Contract, Exchange};
use crate::allocation::terms::{InKind, Terms};
use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::calendar::Season;
use crate::quantity::total::Total;

use super::ledger::{Entry, Ledger, Party};

/// What the exchanges of a contract are worth, giver by giver.
pub(super) fn ledger(exchanges: &[Exchange], terms: &Terms) -> Ledger {
    let entry = |own: &Exchange| Entry {
        from: Party::Riparian(own.giver),
        to: Party::Riparian(own.taker),
        amount: 1e-3 * terms.price_USD_per_MWh * own.delivered_GWh,
        purpose: match own.season {
            Season::Vegetation => "summer power",
            Season::NonVegetation => "winter energy for summer power",
        },
        kind: Some(own.kind),
        energy: Some(own.delivered_GWh),
    };
    Ledger::of(exchanges.iter().map(entry))
}

/// What each partner had and gave back, in sentences.
pub(super) fn sentences(basin: &Basin, contract: &Contract, exchanges: &[Exchange]) -> Vec<String> {
    let there: Vec<&Exchange> = exchanges.iter().filter(|own| own.season == Season::Vegetation).collect();
    if there.is_empty() {
        return vec!["Nothing is exchanged under the contract.".to_owned()];
    }
    there.into_iter().map(|summer| sentence(basin, contract, summer, exchanges)).collect()
}

fn sentence(basin: &Basin, contract: &Contract, summer: &Exchange, exchanges: &[Exchange]) -> String {
    let name = |riparian: RiparianIdx| basin.riparians[riparian].name.as_str();
    let back: Vec<&Exchange> = exchanges.iter().filter(|own| own.giver == summer.taker).collect();
    let promised: f64 = back.iter().map(|own| own.promised_GWh).total();
    let delivered: f64 = back.iter().map(|own| own.delivered_GWh).total();
    let kinds: Vec<String> = back.iter().map(|own| in_kind(contract, own)).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
    format!(
        "{} sends {:.0} GWh of summer power to {}, which promises {promised:.0} GWh for the winter and delivers \
         {delivered:.0}{kinds}.",
        name(summer.giver),
        summer.delivered_GWh,
        name(summer.taker)
    )
}

fn in_kind(contract: &Contract, own: &Exchange) -> String {
    let energy = own.delivered_GWh;
    match own.kind {
        InKind::Electricity => format!("{energy:.0} by line"),
        InKind::Fuel => format!("{energy:.0} as fuel ({:.0} GWh of heat)", energy / contract.fuel_efficiency),
        InKind::Money => format!("{energy:.0} in money"),
    }
}
