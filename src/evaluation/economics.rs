//! What a policy did to the whole basin: money, electricity, water that stays, leaves or is missed.
//!
//! Sums of the record over one policy; nothing here is weighed against anything else.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::network::basin::{Basin, NodeIdx};
use crate::network::promise::Gauge;
use crate::network::topology::NodeKind;
use crate::quantity::calendar::Season;
use crate::quantity::total::Total;
use crate::quantity::units::{Days, Flow};
use crate::simulation::record::{BrokenPromiseRow, Record};

/// A basin-wide criterion: its name, value and unit.
pub(super) type Criterion = (String, f64, &'static str);

/// The criteria of one policy that are sums over the basin and the horizon.
pub(super) fn totals(record: &Record, basin: &Basin, policy: &str) -> Vec<Criterion> {
    let mut criteria = money(record, policy);
    criteria.extend(electricity(record, policy));
    criteria.extend(water(record, policy));
    criteria.push(("flood_excess".to_owned(), flood_excess(record, basin, policy), "hm3"));
    criteria.extend(sinks(record, basin, policy));
    criteria
}

/// Net benefit of all riparians before transfers, MUSD.
pub(super) fn total_benefit(record: &Record, policy: &str) -> f64 {
    record.money.iter().filter(|row| row.policy == policy).map(|row| row.benefit()).total()
}

fn money(record: &Record, policy: &str) -> Vec<Criterion> {
    let own = || record.money.iter().filter(|row| row.policy == policy);
    vec![
        ("priced_promises".to_owned(), own().map(|row| row.promises_MUSD).total(), "MUSD"),
        ("flood_damage".to_owned(), own().map(|row| row.flood_MUSD).total(), "MUSD"),
    ]
}

fn electricity(record: &Record, policy: &str) -> Vec<Criterion> {
    let own = || record.power.iter().filter(|row| row.policy == policy);
    let winter = own().filter(|row| in_season(row.period_start, Season::NonVegetation));
    let plants = record.plants.iter().filter(|row| row.policy == policy);
    vec![
        ("unserved_winter".to_owned(), winter.map(|row| row.unserved_GWh).total(), "GWh"),
        ("unserved".to_owned(), own().map(|row| row.unserved_GWh).total(), "GWh"),
        ("co2".to_owned(), plants.map(|row| row.co2_kt).total(), "kt"),
    ]
}

fn water(record: &Record, policy: &str) -> Vec<Criterion> {
    let deliveries = record.deliveries.iter().filter(|row| row.policy == policy);
    let summer = deliveries.filter(|row| in_season(row.period_start, Season::Vegetation));
    let reservoirs = || record.reservoirs.iter().filter(|row| row.policy == policy);
    let last = reservoirs().map(|row| row.period_start).max();
    let at_end = reservoirs().filter(|row| Some(row.period_start) == last);
    let environment = record.environment.iter().filter(|row| row.policy == policy);
    vec![
        ("summer_deficit".to_owned(), summer.map(|row| row.deficit_hm3).total(), "hm3"),
        ("spilled".to_owned(), reservoirs().map(|row| row.spilled_hm3).total(), "hm3"),
        ("end_storage".to_owned(), at_end.map(|row| row.storage_end_hm3).total(), "hm3"),
        ("environment_shortfall".to_owned(), environment.map(|row| row.shortfall_hm3).total(), "hm3"),
    ]
}

fn in_season(first_day: Date, season: Season) -> bool {
    Season::of_month(first_day.month()) == season
}

/// Water that ran above what is safe, hm3.
fn flood_excess(record: &Record, basin: &Basin, policy: &str) -> f64 {
    let days: HashMap<Date, Days> =
        basin.horizon.periods.iter().map(|period| (period.first_day, period.days)).collect();
    let excess = |row: &BrokenPromiseRow| {
        let above = row.achieved - row.required;
        match (row.unit.as_str(), days.get(&row.period_start)) {
            (Flow::UNIT, Some(&days)) => (Flow::new(above) * days).value(),
            _ => above,
        }
    };
    let broken =
        record.broken_promises.iter().filter(|row| row.policy == policy && row.promise == "safe_flow");
    broken.map(excess).total()
}

/// What reaches each sink, and together those that an environmental promise watches (the Aral Sea and
/// its deltas; left out where there is none).
fn sinks(record: &Record, basin: &Basin, policy: &str) -> Vec<Criterion> {
    let outflow = |name: &str| -> f64 {
        let own = record.nodes.iter().filter(|row| row.policy == policy && row.node == name);
        own.map(|row| row.outflow_hm3).total()
    };
    let watched = watched_nodes(basin);
    let sinks: Vec<(NodeIdx, &str)> = basin
        .nodes
        .enumerate()
        .filter(|(_, node)| node.kind == NodeKind::Sink)
        .map(|(n, node)| (n, node.name.as_str()))
        .collect();
    let aral: Vec<f64> =
        sinks.iter().filter(|(n, _)| watched.contains(n)).map(|(_, name)| outflow(name)).collect();
    let mut criteria = Vec::new();
    if !aral.is_empty() {
        criteria.push(("aral_inflow".to_owned(), aral.iter().copied().total(), "hm3"));
    }
    criteria.extend(sinks.iter().map(|(_, name)| (format!("sink_inflow_{name}"), outflow(name), "hm3")));
    criteria
}

/// The nodes that an environmental promise watches: itself, or the end of the reach it is measured on.
fn watched_nodes(basin: &Basin) -> Vec<NodeIdx> {
    let node = |gauge: Gauge| match gauge {
        Gauge::Node(node) => node,
        Gauge::ReachHead(reach) => basin.reaches[reach].to,
    };
    basin.promises.iter().map(|promise| node(promise.gauge)).collect()
}
