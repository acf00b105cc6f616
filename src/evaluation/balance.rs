//! The water of the whole basin over the whole horizon: what came, where it went, what is left.
//!
//! Computed from the record alone, so that the written tables can be held to it as well. Row by row,
//! the same is checked in [`super::breaches`].

use std::collections::{HashMap, HashSet};

use crate::quantity::total::Total;
use crate::simulation::record::{Record, ReservoirRow};

/// Where the water of one policy went over the horizon, hm3.
///
/// `inflow - evaporated - seepage - lost - consumed - left = change of storage, transit and drainage`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BasinBalance {
    /// Natural inflow, less what is lost without a known taker.
    pub inflow: f64,
    /// Evaporated from reservoirs.
    pub evaporated: f64,
    /// Seeped from reservoirs.
    pub seepage: f64,
    /// Lost in reaches.
    pub lost: f64,
    /// Delivered and not returned, neither at once nor through a drainage.
    pub consumed: f64,
    /// Left the basin through its sinks.
    pub left: f64,
    /// Storage at the end less storage at the start.
    pub storage_change: f64,
    /// Water on the way at the end less at the start.
    pub transit_change: f64,
    /// Water in the drains at the end less at the start.
    pub drainage_change: f64,
}

impl BasinBalance {
    /// What the balance does not close by, hm3.
    pub fn residual(&self) -> f64 {
        self.inflow
            - self.evaporated
            - self.seepage
            - self.lost
            - self.consumed
            - self.left
            - self.storage_change
            - self.transit_change
            - self.drainage_change
    }
}

/// The balance of the whole basin under one policy.
pub fn balance(record: &Record, policy: &str) -> BasinBalance {
    let own = record.of_policy(policy);
    let returned: f64 = own.deliveries.iter().map(|row| row.returned_hm3).total();
    let delivered: f64 = own.deliveries.iter().map(|row| row.delivered_hm3).total();
    let drained: f64 = own.drainage.iter().map(|row| row.added_hm3).total();
    BasinBalance {
        inflow: natural_inflow(&own, returned),
        evaporated: own.reservoirs.iter().map(|row| row.evaporated_hm3).total(),
        seepage: own.reservoirs.iter().map(|row| row.seepage_hm3).total(),
        lost: own.reaches.iter().map(|row| row.loss_hm3).total(),
        consumed: delivered - returned - drained,
        left: outflow_of_sinks(&own),
        storage_change: change(own.reservoirs.iter().map(storage)),
        transit_change: change(
            own.reaches.iter().map(|row| (&*row.reach, row.in_transit_start_hm3, row.in_transit_end_hm3)),
        ),
        drainage_change: change(
            own.drainage.iter().map(|row| (&*row.reach, row.stored_start_hm3, row.stored_end_hm3)),
        ),
    }
}

fn storage(row: &ReservoirRow) -> (&str, f64, f64) {
    (&row.reservoir, row.storage_start_hm3, row.storage_end_hm3)
}

/// Everything that enters reservoirs and nodes, less what was already in the basin: arrivals and returns.
fn natural_inflow(own: &Record, returned: f64) -> f64 {
    let reservoirs: f64 = own.reservoirs.iter().map(|row| row.inflow_hm3).total();
    let nodes: f64 = own.nodes.iter().map(|row| row.inflow_hm3 + row.arrivals_hm3 + row.returns_hm3).total();
    let arrived: f64 = own.reaches.iter().map(|row| row.outflow_hm3).total();
    let drained: f64 = own.drainage.iter().map(|row| row.returned_hm3).total();
    reservoirs + nodes - arrived - returned - drained
}

/// The outflow of the nodes where no reach begins.
fn outflow_of_sinks(own: &Record) -> f64 {
    let go_on: HashSet<&str> = own.reaches.iter().map(|row| row.from.as_str()).collect();
    let sinks = own.nodes.iter().filter(|row| !go_on.contains(row.node.as_str()));
    sinks.map(|row| row.outflow_hm3).total()
}

/// The last end less the first start of each element, over rows `(element, start, end)` in time's order.
fn change<'a>(rows: impl Iterator<Item = (&'a str, f64, f64)>) -> f64 {
    let mut spans: HashMap<&str, (f64, f64)> = HashMap::new();
    for (element, start, end) in rows {
        spans.entry(element).and_modify(|span| span.1 = end).or_insert((start, end));
    }
    let mut changes: Vec<f64> = spans.values().map(|(start, end)| end - start).collect();
    changes.sort_by(f64::total_cmp);
    changes.into_iter().total()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;

    #[test]
    fn what_came_is_what_went_and_what_is_left() {
        let balance = balance(&example::record(), "quota");
        let close = |left: f64, right: f64| assert!((left - right).abs() < 1e-9, "{left} is not {right}");
        close(balance.inflow, 2.0 * 110.0 + 2.0 * 5.0);
        close(balance.lost, 2.0 * 20.0 + 0.1 * (135.0 + 105.0));
        close(balance.consumed, 0.8 * 130.0);
        close(balance.storage_change, -200.0);
        close(balance.drainage_change, 13.0 - 0.5 - 0.1 * (4.5 + 8.0));
        close(balance.residual(), 0.0);
    }

    #[test]
    fn water_that_vanishes_is_seen() {
        let mut record = example::record();
        record.nodes[1].outflow_hm3 -= 7.0;
        assert!((balance(&record, "quota").residual() - 7.0).abs() < 1e-9);
        assert!(balance(&record, "one_basin").residual().abs() < 1e-9);
    }
}
