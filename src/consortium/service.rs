//! The storage-service fee: who below pays whom above for water kept for summer.
//!
//! A reservoir serves with what it lets out in April-September beyond the status quo,
//! `dV_r = max(0, R_r(plan) - R_r(status quo))` (consortium-rules, part D (i), stage 2), less what the reservoirs of
//! others above it serve already, so that no water is paid for twice; of one owner's reservoirs in a row only the last
//! counts. It earns `c dV_r`, paid by those whose deliveries below it rise, in proportion to
//! `dW_j = max(0, W_j(plan) - W_j(status quo))`. What the owner's own fields gain of it is nobody's debt. Where no
//! delivery rises nobody was served, and nobody pays.

use std::collections::BTreeSet;

use crate::allocation::plan::Plan;
use crate::network::basin::{Basin, NodeIdx, ReservoirIdx, RiparianIdx};
use crate::quantity::calendar::Season;
use crate::quantity::index::{PeriodIdx, Series};

/// A delivery or a release that rises by no more than this over a summer has not risen, hm3: plans are known to no less.
const NOTICED_HM3: f64 = 1.0;

/// A payment for stored water.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fee {
    /// Whose reservoir served.
    pub owner: RiparianIdx,
    /// Who was served.
    pub user: RiparianIdx,
    /// How much of the water served it, hm3.
    pub volume: f64,
    /// What it pays, MUSD.
    pub amount: f64,
}

/// The fees for the storage service of a plan over a status quo, at a price in USD/m3 (MUSD/hm3); nobody pays itself.
pub fn fees(basin: &Basin, plan: &Plan, status_quo: &Plan, price: f64) -> Vec<Fee> {
    let mut served: Vec<(NodeIdx, RiparianIdx, f64)> = Vec::new();
    let mut fees = Vec::new();
    for reservoir in last_of_each(basin) {
        let (node, owner) = (basin.reservoirs[reservoir].node, basin.reservoirs[reservoir].riparian);
        let others = served.iter().filter(|above| above.1 != owner && below(basin, above.0).contains(&node));
        let from_above: f64 = others.map(|above| above.2).sum();
        let more = released(basin, plan, node) - released(basin, status_quo, node);
        let volume = noticed(more - from_above);
        served.push((node, owner, volume));
        fees.extend(of_service(basin, plan, status_quo, node, (owner, volume, price)));
    }
    fees
}

fn noticed(rise: f64) -> f64 {
    if rise > NOTICED_HM3 { rise } else { 0.0 }
}

/// What each user below pays for the service of one reservoir.
fn of_service(
    basin: &Basin,
    plan: &Plan,
    status_quo: &Plan,
    node: NodeIdx,
    (owner, volume, price): (RiparianIdx, f64, f64),
) -> Vec<Fee> {
    let below = below(basin, node);
    let more = |user: RiparianIdx| {
        noticed(delivered(basin, plan, &below, user) - delivered(basin, status_quo, &below, user))
    };
    let rises: Vec<(RiparianIdx, f64)> = basin.riparians.indices().map(|user| (user, more(user))).collect();
    let all: f64 = rises.iter().map(|rise| rise.1).sum();
    let pays = rises.into_iter().filter(|&(user, rise)| user != owner && rise * volume > 0.0);
    pays.map(|(user, rise)| {
        let volume = volume * rise / all;
        Fee { owner, user, volume, amount: price * volume }
    })
    .collect()
}

/// Reservoirs below which their owner has no other, down the river.
fn last_of_each(basin: &Basin) -> Vec<ReservoirIdx> {
    let is_last = |&r: &ReservoirIdx| {
        let below = below(basin, basin.reservoirs[r].node);
        let same = |other: &crate::network::reservoir::Reservoir| {
            other.riparian == basin.reservoirs[r].riparian && below.contains(&other.node)
        };
        !basin.reservoirs.iter().any(same)
    };
    let at = |n: &NodeIdx| basin.reservoirs.enumerate().find(|(_, own)| own.node == *n).map(|(r, _)| r);
    basin.downstream_order.iter().filter_map(at).filter(is_last).collect()
}

/// The nodes that the water of a node can reach.
fn below(basin: &Basin, node: NodeIdx) -> BTreeSet<NodeIdx> {
    let mut reached = BTreeSet::new();
    let mut next = vec![node];
    while let Some(from) = next.pop() {
        let ends = basin.outlets(from).map(|r| basin.reaches[r].to);
        next.extend(ends.filter(|&to| reached.insert(to)));
    }
    reached
}

/// What leaves a node in April-September, hm3.
fn released(basin: &Basin, plan: &Plan, node: NodeIdx) -> f64 {
    basin.outlets(node).map(|r| in_summer(basin, &plan.flow[r])).sum()
}

/// What a riparian is delivered at some nodes in April-September, hm3.
fn delivered(basin: &Basin, plan: &Plan, nodes: &BTreeSet<NodeIdx>, user: RiparianIdx) -> f64 {
    let own = basin.demands.enumerate().filter(|(_, k)| k.riparian == user && nodes.contains(&k.node));
    own.map(|(k, _)| in_summer(basin, &plan.delivery[k])).sum()
}

fn in_summer(basin: &Basin, volume: &Series<f64>) -> f64 {
    let summer: Vec<PeriodIdx> = basin.horizon.periods_in(Season::Vegetation).collect();
    summer.into_iter().map(|t| volume[t]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::allocate::straight_yields;
    use crate::allocation::formulation::{Detail, Formulation};
    use crate::allocation::sample::sample;
    use crate::network::basin::{DemandIdx, ReachIdx};
    use crate::quantity::index::Idx;

    const APRIL: usize = 1;
    const PRICE: f64 = 0.025;

    /// What the lake lets out towards the fields and what the fields get in April, all else nothing.
    fn plan(released: f64, delivered: f64) -> Plan {
        let sample = sample();
        let window = sample.window();
        let formulation = Formulation::new(window, &straight_yields(window), Detail::Physics);
        let mut plan = Plan::read(&formulation, &vec![0.0; formulation.program.variables().len()]);
        plan.flow[ReachIdx::new(0)][PeriodIdx::new(APRIL)] = released;
        plan.delivery[DemandIdx::new(0)][PeriodIdx::new(APRIL)] = delivered;
        plan
    }

    fn paid(released: f64, delivered: f64) -> Vec<Fee> {
        fees(&sample().basin, &plan(released, delivered), &plan(200.0, 100.0), PRICE)
    }

    #[test]
    fn the_fields_pay_for_what_the_lake_lets_out_in_summer_beyond_the_status_quo() {
        let (owner, user) = (RiparianIdx::new(0), RiparianIdx::new(1));
        assert_eq!(paid(300.0, 150.0), [Fee { owner, user, volume: 100.0, amount: 2.5 }]);
    }

    #[test]
    fn nobody_pays_where_no_more_is_let_out_or_nobody_has_more_of_it() {
        assert!(paid(200.0, 150.0).is_empty(), "no service");
        assert!(paid(300.0, 100.0).is_empty(), "nobody is served");
        assert!(paid(100.0, 50.0).is_empty(), "less of both");
    }
}
