//! The terms of a policy's settlement: numbers in their ranges, names that exist, nothing given that its rule does not take.

use crate::allocation::policy::{Policy, WeightRule, Weights};
use crate::allocation::terms::{SettlementRule, Terms};

use super::desk::{Desk, Entry, Range};
use super::run::check_weights;

/// Checks the terms of a policy, if it has any.
pub(super) fn check_terms(desk: &Desk<'_>, at: &Entry<'_>, policy: &Policy) {
    let Some(terms) = &policy.settlement else { return };
    at.optional("settlement.fee_USD_per_m3", Some(terms.fee_USD_per_m3), Range::NotNegative);
    at.optional("settlement.price_USD_per_MWh", Some(terms.price_USD_per_MWh), Range::Positive);
    if let Some(discipline) = &terms.discipline {
        at.optional("settlement.discipline.penalty", Some(discipline.penalty), Range::NotNegative);
        at.optional("settlement.discipline.reliability", Some(discipline.reliability), Range::Share);
        for (name, &share) in &discipline.delivered {
            let key = format!("settlement.discipline.delivered.{name}");
            at.find(&key, name, &desk.riparians);
            at.optional(&key, Some(share), Range::Share);
        }
    }
    if let (Some(own), Some(settled)) = (&policy.against, &terms.against)
        && own != settled
    {
        at.problem(
            "settlement.against",
            format!("= `{settled}`, but the policy is measured against `{own}`"),
        );
    }
    check_order(desk, at, terms);
    check_shares(desk, at, terms);
    let fee = terms.rule == SettlementRule::ServiceFee;
    if terms.discipline.is_some() && !fee {
        at.problem("settlement.discipline", "is given to a rule that sells no service");
    }
}

fn check_order(desk: &Desk<'_>, at: &Entry<'_>, terms: &Terms) {
    if !terms.order.is_empty() && terms.rule != SettlementRule::DownstreamIncremental {
        at.problem("settlement.order", "is given to a rule that takes none");
    }
    for (k, name) in terms.order.iter().enumerate() {
        if terms.order[..k].contains(name) {
            at.problem("settlement.order", format!("names `{name}` twice"));
        } else {
            at.find("settlement.order", name, &desk.riparians);
        }
    }
}

fn check_shares(desk: &Desk<'_>, at: &Entry<'_>, terms: &Terms) {
    match &terms.weights {
        Weights::Equal | Weights::Rule(WeightRule::Equal) => {}
        _ if terms.rule != SettlementRule::Nash => {
            at.problem("settlement.weights", "are given to a rule that takes none");
        }
        Weights::Rule(_) => at.problem("settlement.weights", "are equal or a table by name"),
        Weights::Table(weights) => {
            check_weights(desk, at, "settlement.weights", weights, Range::NotNegative);
            let all_named = desk.riparians.iter().all(|name| weights.contains_key(name));
            if all_named && weights.values().all(|&weight| weight == 0.0) {
                at.problem("settlement.weights", "are all 0; somebody must have the gain");
            }
        }
    }
}
