//! Settling a policy: what every coalition is worth, what each riparian has in the end, and who pays whom for that.
//!
//! `z_i = B_i + tau_i`, where `B_i` is the riparian's benefit in the policy's record, at true heads, and `tau_i` what it
//! receives less what it pays: first for fuel that the policy gives, then by the rule, in electricity as far as lines carry
//! it. The worth of all is `v(N) = sum_i B_i`, the worths of the others are those of
//! [`super::coalition`]. Words about it are in `findings`.

use std::sync::Arc;

use rayon::prelude::*;

use crate::allocation::policy::{Policy, Weights};
use crate::allocation::status_quo::StatusQuo;
use crate::allocation::terms::{SettlementRule, Terms};
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::fairness::games::{Coalition, Game};
use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::index::Idx;
use crate::simulation::seasonal::Outcome;
use crate::solver::interior_point::InteriorPoint;

use super::barter;
use super::bound::{Bound, bounds};
use super::carriage::by_line;
use super::coalition::{Forgetful, MOST_RIPARIANS, Memory, gains};
use super::division::{Stakes, core_slack, payoffs};
use super::fee::Served;
use super::findings::{Story, findings};
use super::fuel;
use super::ledger::{Entry, Ledger};
use super::payments::fewest;
use super::settlement::{Settlement, Worth};

/// The settlements of the policies that have terms or give fuel, in the policies' order; an error beside the name of a policy that
/// could not be settled. Coalitions are looked at once for each status quo and what binds them.
pub fn settle_all(
    window: Window<'_>,
    policies: &[(String, Policy)],
    outcomes: &[Result<Outcome, Unsolved>],
) -> Vec<(String, Result<Settlement, Unsolved>)> {
    settle_all_with(window, policies, outcomes, &Forgetful)
}

/// As [`settle_all`], with a memory of what coalitions gained before.
pub fn settle_all_with(
    window: Window<'_>,
    policies: &[(String, Policy)],
    outcomes: &[Result<Outcome, Unsolved>],
    memory: &dyn Memory,
) -> Vec<(String, Result<Settlement, Unsolved>)> {
    let case = |(policy, outcome)| Case::of(window, policy, outcome);
    let cases: Vec<Case<'_>> = policies.iter().zip(outcomes).filter_map(case).collect();
    let mut known: Vec<&Case<'_>> = Vec::new();
    for case in &cases {
        if !known.iter().any(|other| other.has_the_worths_of(case)) {
            known.push(case);
        }
    }
    let found: Vec<Gained> = known.par_iter().map(|case| coalition_gains(window, case, memory)).collect();
    let gained: Vec<Gained> = known.iter().map(|case| with_those_of_stricter(case, &known, &found)).collect();
    let settled = cases.par_iter().map(|case| {
        let at = known.iter().position(|other| other.has_the_worths_of(case)).unwrap_or_default();
        let gained = gained[at].clone();
        (case.name.to_owned(), gained.and_then(|gained| settle(window, case, gained.as_deref())))
    });
    let settled: Vec<(String, Result<Settlement, Unsolved>)> = settled.collect();
    let of = |((name, policy), outcome): (&(String, Policy), &Result<Outcome, Unsolved>)| {
        let own = settled.iter().find(|own| own.0 == *name).cloned();
        own.or_else(|| Some((name.clone(), Ok(by_itself(window, (name, policy), outcome.as_ref().ok()?)?))))
    };
    policies.iter().zip(outcomes).filter_map(of).collect()
}

/// What a policy without terms makes some owe others; nothing where nobody owes anything.
fn by_itself(window: Window<'_>, (name, policy): (&str, &Policy), outcome: &Outcome) -> Option<Settlement> {
    let basin = window.basin;
    let ledger = fuel::ledger(window, policy, &outcome.record);
    (!ledger.entries().is_empty()).then(|| Settlement {
        policy: name.to_owned(),
        rule: "fuel".to_owned(),
        against: None,
        transfers: ledger.named_transfers(basin),
        payments: ledger.payments(basin, &Terms::of(SettlementRule::None)),
        worths: Vec::new(),
        status_quo: Vec::new(),
        core_slack_MUSD: None,
        findings: Vec::new(),
        warnings: Vec::new(),
    })
}

/// What coalitions gain, MUSD, by their bits; none where there are too many.
type Gained = Result<Option<Vec<f64>>, Unsolved>;

/// What coalitions are found to gain under a policy, or under one that asks as much of them and more: what can be had
/// there can be had here.
fn with_those_of_stricter(case: &Case<'_>, known: &[&Case<'_>], found: &[Gained]) -> Gained {
    let stricter = known.iter().zip(found).filter(|(other, _)| other.asks_at_least_as_much_as(case));
    let mut gained: Gained = Ok(None);
    for (_, other) in stricter {
        gained = match (gained?, other.clone()?) {
            (Some(best), Some(other)) => {
                Ok(Some(best.iter().zip(other).map(|(best, other)| best.max(other)).collect()))
            }
            (best, other) => Ok(best.or(other)),
        };
    }
    gained
}

/// A policy to settle.
struct Case<'a> {
    name: &'a str,
    policy: &'a Policy,
    terms: &'a Terms,
    outcome: &'a Outcome,
    status_quo: &'a Arc<StatusQuo>,
    /// What its guarantees ask of coalitions.
    bounds: Vec<Bound>,
}

impl<'a> Case<'a> {
    fn of(
        window: Window<'_>,
        (name, policy): &'a (String, Policy),
        outcome: &'a Result<Outcome, Unsolved>,
    ) -> Option<Case<'a>> {
        let outcome = outcome.as_ref().ok()?;
        let (terms, status_quo) = (policy.settlement.as_ref()?, outcome.status_quo.as_ref()?);
        let bounds = bounds(window, policy, &outcome.gave_way);
        Some(Case { name, policy, terms, outcome, status_quo, bounds })
    }

    /// Whether coalitions gain the same under both.
    fn has_the_worths_of(&self, other: &Case<'_>) -> bool {
        self.status_quo.policy == other.status_quo.policy && self.bounds == other.bounds
    }

    /// Whether it binds coalitions to all that another does, against the same status quo.
    fn asks_at_least_as_much_as(&self, other: &Case<'_>) -> bool {
        self.status_quo.policy == other.status_quo.policy
            && other.bounds.iter().all(|asked| self.bounds.iter().any(|own| own.asks_for(asked)))
    }
}

/// What coalitions gain over a policy's status quo, MUSD; none where there are too many. Hundreds of programs of one kind: they are
/// solved by the method that is fastest on them, whichever the run's is.
fn coalition_gains(window: Window<'_>, case: &Case<'_>, memory: &dyn Memory) -> Gained {
    let riparians = window.basin.riparians.len();
    if riparians > MOST_RIPARIANS {
        return Ok(None);
    }
    let plan = &case.status_quo.plan;
    // all that follows is a function of these, written out to the last digit
    let of = format!("{window:?} {plan:?} {:?}", case.bounds);
    if let Some(known) = memory.recall(&of, 1 << riparians) {
        return Ok(Some(known));
    }
    let found = gains(window, &plan.yields(window), plan, &case.bounds, &InteriorPoint::default())?;
    memory.keep(&of, &found);
    Ok(Some(found))
}

fn settle(window: Window<'_>, case: &Case<'_>, gained: Option<&[f64]>) -> Result<Settlement, Unsolved> {
    let (basin, before) = (window.basin, &case.status_quo.benefits);
    let benefits: Vec<f64> = basin.riparians.iter().map(|own| benefit(case.outcome, &own.name)).collect();
    let game = gained.and_then(|gained| game(before, &benefits, gained));
    let mut story = Story::of(basin, case.terms, &case.status_quo.policy);
    let mut agreed = fuel::ledger(window, case.policy, &case.outcome.record);
    agreed.add_all(ledger(basin, case, &after(&benefits, &agreed), game.as_ref(), &mut story));
    let (ledger, warnings) = by_line(basin, &case.outcome.plan, case.terms, agreed)?;
    let payoffs = after(&benefits, &ledger);
    let findings = findings(&story, before, &payoffs, game.as_ref());
    Ok(Settlement {
        policy: case.name.to_owned(),
        rule: case.terms.rule.name().to_owned(),
        against: Some(case.status_quo.policy.clone()),
        transfers: ledger.named_transfers(basin),
        payments: ledger.payments(basin, case.terms),
        worths: game.as_ref().map_or_else(Vec::new, |game| worths(basin, game, &payoffs)),
        status_quo: names(basin).zip(before.iter().copied()).collect(),
        core_slack_MUSD: game.as_ref().and_then(|game| core_slack(game, &payoffs)).map(|slack| slack.1),
        findings,
        warnings,
    })
}

/// What each has after the payments of a ledger, MUSD.
fn after(benefits: &[f64], ledger: &Ledger) -> Vec<f64> {
    let transfers = ledger.transfers(benefits.len());
    benefits.iter().zip(transfers).map(|(own, transfer)| own + transfer).collect()
}

/// The net benefit of a riparian in a record, MUSD.
fn benefit(outcome: &Outcome, riparian: &str) -> f64 {
    let own = outcome.record.money.iter().filter(|row| row.riparian == riparian);
    own.map(|row| row.benefit()).sum()
}

/// `v(S) = sum_{i in S} d_i + g(S)`, `v(N) = sum_i B_i`.
fn game(before: &[f64], benefits: &[f64], gained: &[f64]) -> Option<Game> {
    let all = Coalition::grand(benefits.len());
    let worth = |(bits, gain): (usize, &f64)| match Coalition(bits as u32) {
        set if set == all => benefits.iter().sum(),
        set => set.sum(before) + gain,
    };
    Game::new(benefits.len(), gained.iter().enumerate().map(worth).collect()).ok()
}

/// Who pays whom, and for what, where each has these benefits before, MUSD.
fn ledger(
    basin: &Basin,
    case: &Case<'_>,
    benefits: &[f64],
    game: Option<&Game>,
    story: &mut Story<'_>,
) -> Ledger {
    if case.terms.rule == SettlementRule::Barter {
        return contracts(basin, case, story);
    }
    let before = &case.status_quo.benefits;
    let together: f64 = benefits.iter().sum();
    let missing = before.iter().sum::<f64>() - together;
    if case.terms.rule != SettlementRule::None && missing > 0.0 {
        story.nothing_to_share(missing);
        return Ledger::default();
    }
    match case.terms.rule {
        SettlementRule::None | SettlementRule::Barter => Ledger::default(),
        SettlementRule::ServiceFee => {
            let Case { policy, terms, outcome, status_quo, .. } = *case;
            Served { basin, policy, terms, outcome, status_quo }.ledger(benefits, story)
        }
        rule => {
            let Some(game) = game else {
                story.too_many();
                return Ledger::default();
            };
            let (weights, order) = (weights(basin, case.terms), order(basin, &case.terms.order));
            let stakes = Stakes { game, status_quo: before, weights: &weights, order: &order };
            match payoffs(rule, stakes) {
                Ok(payoffs) => shared(benefits, &payoffs.unwrap_or_default()),
                Err(why) => {
                    story.no_solution(&why);
                    Ledger::default()
                }
            }
        }
    }
}

/// What is exchanged under the policy's contracts, whoever gains by it.
fn contracts(basin: &Basin, case: &Case<'_>, story: &mut Story<'_>) -> Ledger {
    let (contracts, exchanges) = (&case.policy.contracts, &case.outcome.exchanges);
    contracts.iter().for_each(|contract| story.say(barter::sentences(basin, contract, exchanges)));
    barter::ledger(basin, contracts, exchanges, case.terms)
}

/// The fewest payments that give everybody its payoff.
fn shared(benefits: &[f64], payoffs: &[f64]) -> Ledger {
    let transfers: Vec<f64> = payoffs.iter().zip(benefits).map(|(payoff, own)| payoff - own).collect();
    Ledger::of(fewest(&transfers).into_iter().map(|payment| Entry::between(payment, "share of the gain")))
}

fn weights(basin: &Basin, terms: &Terms) -> Vec<f64> {
    let weight = |name: &str| match &terms.weights {
        Weights::Table(table) => table.get(name).copied().unwrap_or(1.0),
        _ => 1.0,
    };
    basin.riparians.iter().map(|own| weight(&own.name)).collect()
}

/// Those named first, then the others by their first node down the river.
fn order(basin: &Basin, named: &[String]) -> Vec<usize> {
    let mut order: Vec<RiparianIdx> = Vec::new();
    let by_river = basin.downstream_order.iter().map(|&n| basin.nodes[n].riparian);
    let named = named.iter().filter_map(|name| basin.riparian_named(name));
    for riparian in named.chain(by_river).chain(basin.riparians.indices()) {
        if !order.contains(&riparian) {
            order.push(riparian);
        }
    }
    order.into_iter().map(|riparian| riparian.position()).collect()
}

fn names(basin: &Basin) -> impl Iterator<Item = String> + '_ {
    basin.riparians.iter().map(|own| own.name.clone())
}

/// Every coalition beside what it is paid; one by one first, all together last.
fn worths(basin: &Basin, game: &Game, payoffs: &[f64]) -> Vec<Worth> {
    let names: Vec<String> = names(basin).collect();
    let mut sets: Vec<Coalition> = game.grand().subsets().filter(|set| !set.is_empty()).collect();
    sets.sort_by_key(|set| (set.size(), set.0));
    let worth = |set: Coalition| Worth {
        members: set.players().map(|player| names[player].clone()).collect(),
        worth_MUSD: game.worth(set),
        payoff_MUSD: set.sum(payoffs),
    };
    sets.into_iter().map(worth).collect()
}
