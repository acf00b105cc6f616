//! What a policy's contract may say: parties and a reservoir that there are, shares that sum to 1, numbers in their ranges.
//!
//! Each thing that is wrong leaves a problem at its key, all at once.

use crate::allocation::barter::{Contract, LastYear};
use crate::allocation::policy::Policy;
use crate::allocation::terms::{InKind, SettlementRule};

use super::desk::{Desk, Entry, Range};

/// How far from 1 shares may sum.
const SUM: f64 = 1e-9;

/// Checks the contract of a policy, and that its settlement goes with it.
pub(super) fn check_contract(desk: &Desk<'_>, at: &Entry<'_>, policy: &Policy) {
    let by_barter = policy.settlement.as_ref().filter(|terms| terms.rule == SettlementRule::Barter);
    if by_barter.is_some_and(|terms| terms.in_kind != InKind::Money) {
        at.problem("settlement.in_kind", "is said by contract.in_kind under `barter`");
    }
    let Some(contract) = &policy.contract else {
        if by_barter.is_some() {
            at.problem("settlement.rule", "= `barter` pays for what a contract exchanges, and there is none");
        }
        return;
    };
    if policy.equilibrium.is_none() {
        at.problem("contract", "binds riparians who are each for themselves: it goes with equilibrium");
    }
    check_parties(desk, at, contract);
    check_numbers(at, contract);
    check_last_year(at, contract);
}

fn check_parties(desk: &Desk<'_>, at: &Entry<'_>, contract: &Contract) {
    check_party(desk, at, "contract.owner", &contract.owner);
    at.find("contract.reservoir", &contract.reservoir, &desk.reservoirs);
    let reservoir = desk.file.reservoir.get(&contract.reservoir);
    let owner = reservoir.and_then(|own| own.riparian.as_ref()).filter(|own| **own != contract.owner);
    if let (Some(other), Some(_)) = (owner, desk.riparians.get(&contract.owner)) {
        let what = format!("= `{}` belongs to {other}, not to {}", contract.reservoir, contract.owner);
        at.problem("contract.reservoir", what);
    }
    for (name, &share) in &contract.partners {
        let key = format!("contract.partners.{name}");
        check_party(desk, at, &key, name);
        at.optional(&key, Some(share), Range::Share);
        if *name == contract.owner {
            at.problem(&key, "is the owner, who needs no contract with itself");
        }
    }
    check_sum(at, "contract.partners", contract.partners.values().sum());
}

/// A party is a riparian there is, with a power area to send from and to.
fn check_party(desk: &Desk<'_>, at: &Entry<'_>, key: &str, name: &str) {
    if at.find(key, name, &desk.riparians).is_some() && desk.areas.get(name).is_none() {
        at.problem(key, format!("exchanges power, and {name} has no power area"));
    }
}

fn check_numbers(at: &Entry<'_>, contract: &Contract) {
    let kinds = contract.in_kind;
    let numbers = [
        ("volume_hm3", Some(contract.volume_hm3), Range::NotNegative),
        ("kWh_per_m3", contract.kWh_per_m3, Range::Positive),
        ("ratio", Some(contract.ratio), Range::NotNegative),
        ("reliability", Some(contract.reliability), Range::Share),
        ("in_kind.electricity", Some(kinds.electricity), Range::Share),
        ("in_kind.fuel", Some(kinds.fuel), Range::Share),
        ("in_kind.money", Some(kinds.money), Range::Share),
    ];
    for (key, value, range) in numbers {
        at.optional(&format!("contract.{key}"), value, range);
    }
    let efficiency = Some(contract.fuel_efficiency);
    let key = "contract.fuel_efficiency";
    if at.optional(key, efficiency, Range::Share).is_some() {
        at.optional(key, efficiency, Range::Positive);
    }
    check_sum(at, "contract.in_kind", kinds.electricity + kinds.fuel + kinds.money);
}

fn check_last_year(at: &Entry<'_>, contract: &Contract) {
    let key = "contract.last_year_delivered";
    match &contract.last_year_delivered {
        LastYear::Alike(share) => {
            at.optional(key, Some(*share), Range::NotNegative);
        }
        LastYear::Each(shares) => {
            for (name, &share) in shares {
                let key = format!("{key}.{name}");
                at.optional(&key, Some(share), Range::NotNegative);
                if !contract.partners.contains_key(name) {
                    at.problem(&key, "is no partner of the contract");
                }
            }
        }
    }
}

/// Shares sum to 1.
pub(super) fn check_sum(at: &Entry<'_>, key: &str, sum: f64) {
    if (sum - 1.0).abs() > SUM {
        at.problem(key, format!("sum to {sum}, not to 1"));
    }
}
