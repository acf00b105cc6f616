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
    let contracts = policy.contracts.as_slice();
    match contracts {
        [] if by_barter.is_some() => {
            at.problem("settlement.rule", "= `barter` pays for what a contract exchanges, and there is none");
        }
        [] => {}
        _ if policy.equilibrium.is_none() => {
            at.problem("contract", "binds riparians who are each for themselves: it goes with equilibrium");
        }
        _ => {}
    }
    for (k, contract) in contracts.iter().enumerate() {
        let own = Clause { desk, at, number: (contracts.len() > 1).then_some(k + 1) };
        own.check_parties(contract);
        own.check_numbers(contract);
        own.check_last_year(contract);
        own.check_transit(contract);
        own.check_beside(contract, &contracts[..k]);
    }
}

/// A contract of a policy, by its number where there are several.
struct Clause<'d> {
    desk: &'d Desk<'d>,
    at: &'d Entry<'d>,
    number: Option<usize>,
}

impl Clause<'_> {
    fn key(&self, key: &str) -> String {
        match self.number {
            Some(number) => format!("contract[{number}].{key}"),
            None => format!("contract.{key}"),
        }
    }

    fn problem(&self, key: &str, what: impl Into<String>) {
        self.at.problem(&self.key(key), what);
    }

    fn optional(&self, key: &str, value: f64, range: Range) -> Option<f64> {
        self.at.optional(&self.key(key), Some(value), range)
    }

    fn check_parties(&self, contract: &Contract) {
        let Clause { desk, at, .. } = *self;
        self.check_party("owner", &contract.owner);
        at.find(&self.key("reservoir"), &contract.reservoir, &desk.reservoirs);
        let reservoir = desk.file.reservoir.get(&contract.reservoir);
        let owner = reservoir.and_then(|own| own.riparian.as_ref()).filter(|own| **own != contract.owner);
        if let (Some(other), Some(_)) = (owner, desk.riparians.get(&contract.owner)) {
            let what = format!("= `{}` belongs to {other}, not to {}", contract.reservoir, contract.owner);
            self.problem("reservoir", what);
        }
        for (name, &share) in &contract.partners {
            let key = format!("partners.{name}");
            self.check_party(&key, name);
            self.optional(&key, share, Range::Share);
            if *name == contract.owner {
                self.problem(&key, "is the owner, who needs no contract with itself");
            }
        }
        check_sum(at, &self.key("partners"), contract.partners.values().sum());
    }

    /// A party is a riparian there is, with a power area to send from and to.
    fn check_party(&self, key: &str, name: &str) {
        let Clause { desk, at, .. } = *self;
        if at.find(&self.key(key), name, &desk.riparians).is_some() && desk.areas.get(name).is_none() {
            self.problem(key, format!("exchanges power, and {name} has no power area"));
        }
    }

    fn check_numbers(&self, contract: &Contract) {
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
            self.at.optional(&self.key(key), value, range);
        }
        let (key, efficiency) = ("fuel_efficiency", contract.fuel_efficiency);
        if self.optional(key, efficiency, Range::Share).is_some() {
            self.optional(key, efficiency, Range::Positive);
        }
        check_sum(self.at, &self.key("in_kind"), kinds.electricity + kinds.fuel + kinds.money);
    }

    fn check_last_year(&self, contract: &Contract) {
        let key = "last_year_delivered";
        match &contract.last_year_delivered {
            LastYear::Alike(share) => {
                self.optional(key, *share, Range::NotNegative);
            }
            LastYear::Each(shares) => {
                for (name, &share) in shares {
                    let key = format!("{key}.{name}");
                    self.optional(&key, share, Range::NotNegative);
                    if !contract.partners.contains_key(name) {
                        self.problem(&key, "is no partner of the contract");
                    }
                }
            }
        }
    }

    fn check_transit(&self, contract: &Contract) {
        let Some(transit) = &contract.transit else { return };
        self.at.find(&self.key("transit.through"), &transit.through, &self.desk.riparians);
        self.optional("transit.price_USD_per_MWh", transit.price_USD_per_MWh, Range::NotNegative);
        if transit.through == contract.owner {
            self.problem("transit.through", "= the owner, whose own grid is no transit");
        }
    }

    /// Beside those before it: what two contracts have the same two riparians exchange could not be told apart.
    fn check_beside(&self, contract: &Contract, before: &[Contract]) {
        for other in before {
            if other.owner == contract.owner {
                let what = format!("= `{}` has a contract already: one an owner", contract.owner);
                self.problem("owner", what);
            }
            let mutual = other.partners.contains_key(&contract.owner);
            if mutual && contract.partners.contains_key(&other.owner) {
                let what = format!("is the other side of a contract with {} already", contract.owner);
                self.problem(&format!("partners.{}", other.owner), what);
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
