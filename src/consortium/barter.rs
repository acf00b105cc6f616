//! The payments of contracts: power that went there in summer and energy that came back in winter, each worth the agreed
//! price.
//!
//! The record has the lines' prices for all that is sent over them, so a delivery in kind is a payment by its giver: the
//! taker is given what it paid for it in the record, at the agreed price. A fee for the way is money. What is exchanged is
//! found by the allocation.

use crate::allocation::barter::{Contract, Exchange, Payer};
use crate::allocation::terms::{InKind, Terms};
use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::calendar::Season;
use crate::quantity::total::Total;

use super::ledger::{Entry, Ledger, Party};

/// What the exchanges of a policy's contracts are worth, giver by giver, then what their way costs.
pub(super) fn ledger(basin: &Basin, contracts: &[Contract], exchanges: &[Exchange], terms: &Terms) -> Ledger {
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
    let way = contracts.iter().flat_map(|contract| transit(basin, contract, exchanges));
    Ledger::of(exchanges.iter().map(entry).chain(way))
}

/// What the way of a contract's electricity costs, partner by partner.
fn transit(basin: &Basin, contract: &Contract, exchanges: &[Exchange]) -> Vec<Entry> {
    let Some(fee) = &contract.transit else { return Vec::new() };
    let Some(carrier) = basin.riparian_named(&fee.through) else { return Vec::new() };
    let by_line = under(basin, contract, exchanges).filter(|(own, _)| own.kind == InKind::Electricity);
    let carried = by_line.filter(|&(_, (_, partner))| partner != carrier);
    let entry = |(own, (owner, partner)): (&Exchange, (RiparianIdx, RiparianIdx))| {
        let payer = match fee.payer {
            Payer::Partner => partner,
            Payer::Owner => owner,
        };
        let amount = 1e-3 * fee.price_USD_per_MWh * own.delivered_GWh;
        let parties = (Party::Riparian(payer), Party::Riparian(carrier), amount);
        Entry { kind: Some(InKind::Money), ..Entry::agreed(parties, "transit") }
    };
    carried.map(entry).collect()
}

/// The exchanges of a contract, each with its owner and the partner.
fn under<'e>(
    basin: &Basin,
    contract: &Contract,
    exchanges: &'e [Exchange],
) -> impl Iterator<Item = (&'e Exchange, (RiparianIdx, RiparianIdx))> {
    let owner = basin.riparian_named(&contract.owner);
    let is_partner = |who: RiparianIdx| contract.partners.contains_key(&basin.riparians[who].name);
    exchanges.iter().filter_map(move |own| {
        let owner = owner?;
        let partner = if own.giver == owner { own.taker } else { own.giver };
        let of_owner = own.giver == owner || own.taker == owner;
        (of_owner && is_partner(partner)).then_some((own, (owner, partner)))
    })
}

/// What each partner of a contract had and gave back, in sentences.
pub(super) fn sentences(basin: &Basin, contract: &Contract, exchanges: &[Exchange]) -> Vec<String> {
    let own: Vec<&Exchange> = under(basin, contract, exchanges).map(|(own, _)| own).collect();
    let there: Vec<&Exchange> = own.iter().copied().filter(|own| own.season == Season::Vegetation).collect();
    if there.is_empty() {
        return vec![format!("Nothing is exchanged under the contract about {}.", contract.reservoir)];
    }
    there.into_iter().map(|summer| sentence(basin, contract, summer, &own)).collect()
}

fn sentence(basin: &Basin, contract: &Contract, summer: &Exchange, exchanges: &[&Exchange]) -> String {
    let name = |riparian: RiparianIdx| basin.riparians[riparian].name.as_str();
    let back: Vec<&Exchange> = exchanges.iter().copied().filter(|own| own.giver == summer.taker).collect();
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
