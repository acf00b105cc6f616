//! The identities that every row of a record satisfies, checked one by one.
//!
//! A record is recomputed from the decisions in river order, so each balance closes to rounding; what
//! does not is named here with its table, element and period. Works on records read back from files.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::quantity::calendar::Season;
use crate::simulation::record::Record;

use super::balance::balance;

/// How far an identity may be off, hm3 or GWh.
pub const TOLERANCE: f64 = 1e-6;

/// An identity that a row does not satisfy.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// The table.
    pub table: &'static str,
    /// The identity, in words.
    pub identity: &'static str,
    /// The element and period.
    pub place: String,
    /// By how much it is off, hm3 or GWh.
    pub by: f64,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} is off by {:e} at {}", self.table, self.identity, self.by, self.place)
    }
}

/// Every identity of one policy's record that does not hold within [`TOLERANCE`]; empty if all hold.
pub fn breaches(record: &Record, policy: &str) -> Vec<Breach> {
    let own = record.of_policy(policy);
    let mut found = Vec::new();
    check_reservoirs(&own, &mut found);
    check_nodes(&own, &mut found);
    check_reaches(&own, &mut found);
    check_deliveries(&own, &mut found);
    check_drainage(&own, &mut found);
    check_power(&own, &mut found);
    check_environment(&own, &mut found);
    note(
        &mut found,
        "basin",
        "the balance of the whole basin",
        "the horizon",
        None,
        balance(&own, policy).residual(),
    );
    found
}

/// Keeps a breach if it is one; a number that is none (NaN) always is.
fn note(
    found: &mut Vec<Breach>,
    table: &'static str,
    identity: &'static str,
    element: &str,
    period: Option<Date>,
    by: f64,
) {
    if by.is_nan() || by.abs() > TOLERANCE {
        let place = period.map_or_else(|| element.to_owned(), |day| format!("{element}, {day}"));
        found.push(Breach { table, identity, place, by });
    }
}

/// What is there at the end of a period is there at the start of the next.
fn check_carried<'a>(
    found: &mut Vec<Breach>,
    table: &'static str,
    rows: impl Iterator<Item = (&'a str, Date, f64, f64)>,
) {
    let mut ends: HashMap<&str, f64> = HashMap::new();
    for (element, day, start, end) in rows {
        if let Some(before) = ends.insert(element, end) {
            note(found, table, "what is carried over", element, Some(day), start - before);
        }
    }
}

fn check_reservoirs(own: &Record, found: &mut Vec<Breach>) {
    for row in &own.reservoirs {
        let out =
            row.turbined_hm3 + row.spilled_hm3 + row.evaporated_hm3 + row.seepage_hm3 + row.diverted_hm3;
        let left = row.storage_start_hm3 + row.inflow_hm3 - out - row.storage_end_hm3;
        let place = (row.reservoir.as_str(), Some(row.period_start));
        note(found, "reservoirs", "the balance", place.0, place.1, left);
        note(found, "reservoirs", "the residual", place.0, place.1, left - row.residual_hm3);
    }
    let carried = own.reservoirs.iter();
    let carried =
        carried.map(|row| (&*row.reservoir, row.period_start, row.storage_start_hm3, row.storage_end_hm3));
    check_carried(found, "reservoirs", carried);
}

fn check_nodes(own: &Record, found: &mut Vec<Breach>) {
    let mut arrivals: HashMap<(&str, Date), f64> = HashMap::new();
    for row in &own.reaches {
        *arrivals.entry((&row.to, row.period_start)).or_default() += row.outflow_hm3;
    }
    for row in &own.nodes {
        let left = row.inflow_hm3 + row.arrivals_hm3 + row.returns_hm3 - row.diverted_hm3 - row.outflow_hm3;
        let arrived = arrivals.get(&(row.node.as_str(), row.period_start)).copied().unwrap_or_default();
        let place = (row.node.as_str(), Some(row.period_start));
        note(found, "nodes", "the balance", place.0, place.1, left);
        note(found, "nodes", "the residual", place.0, place.1, left - row.residual_hm3);
        note(found, "nodes", "the sum of arrivals", place.0, place.1, row.arrivals_hm3 - arrived);
    }
    check_returns(own, found);
    check_outflows(own, found);
}

/// What nodes receive as returns is drainage that ends there and prompt returns, and no more than those.
fn check_returns(own: &Record, found: &mut Vec<Breach>) {
    let mut drained: HashMap<(&str, Date), f64> = HashMap::new();
    let mut prompt: HashMap<Date, f64> = HashMap::new();
    for row in &own.drainage {
        *drained.entry((&row.node, row.period_start)).or_default() += row.returned_hm3;
    }
    for row in &own.deliveries {
        *prompt.entry(row.period_start).or_default() += row.returned_hm3;
    }
    for row in &own.nodes {
        let at_once = row.returns_hm3
            - drained.get(&(row.node.as_str(), row.period_start)).copied().unwrap_or_default();
        note(found, "nodes", "the sum of returns", &row.node, Some(row.period_start), at_once.min(0.0));
        *prompt.entry(row.period_start).or_default() -= at_once;
    }
    for (day, left) in prompt {
        note(found, "nodes", "prompt returns", "all nodes", Some(day), left.min(0.0));
    }
}

/// What leaves a place enters the reaches that begin there; what is taken from it is delivered.
fn check_outflows(own: &Record, found: &mut Vec<Breach>) {
    let mut out: HashMap<(&str, Date), f64> = HashMap::new();
    let mut taken: HashMap<(&str, Date), f64> = HashMap::new();
    for row in &own.reaches {
        *out.entry((&row.from, row.period_start)).or_default() += row.inflow_hm3;
    }
    for row in &own.deliveries {
        *taken.entry((&row.node, row.period_start)).or_default() += row.delivered_hm3;
    }
    let go_on: std::collections::HashSet<&str> = own.reaches.iter().map(|row| row.from.as_str()).collect();
    let nodes = own.nodes.iter().map(|row| (&*row.node, row.period_start, row.outflow_hm3, row.diverted_hm3));
    let reservoirs = own
        .reservoirs
        .iter()
        .map(|row| (&*row.reservoir, row.period_start, row.turbined_hm3 + row.spilled_hm3, row.diverted_hm3));
    for (place, day, outflow, diverted) in nodes.chain(reservoirs) {
        let delivered = taken.get(&(place, day)).copied().unwrap_or_default();
        note(found, "deliveries", "the sum of deliveries", place, Some(day), diverted - delivered);
        if go_on.contains(place) {
            let entered = out.get(&(place, day)).copied().unwrap_or_default();
            note(found, "reaches", "the sum of outflows", place, Some(day), outflow - entered);
        }
    }
}

fn check_reaches(own: &Record, found: &mut Vec<Breach>) {
    for row in &own.reaches {
        let left = row.in_transit_start_hm3 + row.inflow_hm3
            - row.loss_hm3
            - row.outflow_hm3
            - row.in_transit_end_hm3;
        note(found, "reaches", "the balance", &row.reach, Some(row.period_start), left);
    }
    let carried = own.reaches.iter();
    let carried =
        carried.map(|row| (&*row.reach, row.period_start, row.in_transit_start_hm3, row.in_transit_end_hm3));
    check_carried(found, "reaches", carried);
}

fn check_deliveries(own: &Record, found: &mut Vec<Breach>) {
    for row in &own.deliveries {
        let gap = row.claim_hm3 - row.delivered_hm3;
        let place = (row.demand.as_str(), Some(row.period_start));
        note(found, "deliveries", "delivered of claimed", place.0, place.1, gap.min(0.0));
        note(found, "deliveries", "delivered not below zero", place.0, place.1, row.delivered_hm3.min(0.0));
        note(found, "deliveries", "the deficit", place.0, place.1, gap - row.deficit_hm3);
    }
}

fn check_drainage(own: &Record, found: &mut Vec<Breach>) {
    for row in &own.drainage {
        let left = row.stored_start_hm3 + row.added_hm3 - row.returned_hm3 - row.stored_end_hm3;
        note(found, "drainage", "the balance", &row.reach, Some(row.period_start), left);
    }
    let carried = own
        .drainage
        .iter()
        .map(|row| (&*row.reach, row.period_start, row.stored_start_hm3, row.stored_end_hm3));
    check_carried(found, "drainage", carried);
}

fn check_power(own: &Record, found: &mut Vec<Breach>) {
    for row in &own.power {
        let supply = row.hydro_GWh + row.thermal_GWh + row.other_GWh + row.imported_GWh + row.unserved_GWh;
        let left = supply - row.exported_GWh - row.pumping_GWh - row.load_GWh;
        let place = (row.area.as_str(), Some(row.period_start));
        note(found, "power", "the balance", place.0, place.1, left);
        note(found, "power", "the residual", place.0, place.1, left - row.residual_GWh);
    }
}

/// A shortfall is never below zero, and over a season no less than what was required and did not pass
/// (a promise over a season spreads its shortfall over the rows, one of each period may have more).
fn check_environment(own: &Record, found: &mut Vec<Breach>) {
    let mut seasons: HashMap<(&str, Season), (Date, f64)> = HashMap::new();
    for row in &own.environment {
        let place = (row.place.as_str(), Some(row.period_start));
        note(found, "environment", "the shortfall", place.0, place.1, row.shortfall_hm3.min(0.0));
        let season = (place.0, Season::of_month(row.period_start.month()));
        let told = seasons.entry(season).or_insert((row.period_start, 0.0));
        told.1 += row.shortfall_hm3 + row.delivered_hm3 - row.required_hm3;
    }
    let mut told: Vec<_> = seasons.into_iter().collect();
    told.sort_by_key(|(season, _)| *season);
    for ((place, _), (first, surplus)) in told {
        note(found, "environment", "the season's shortfall", place, Some(first), surplus.min(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::example;

    #[test]
    fn a_record_in_balance_has_no_breach() {
        for policy in example::policies() {
            assert_eq!(breaches(&example::record(), &policy), []);
        }
    }

    #[test]
    fn every_column_that_is_moved_is_seen() {
        let moves: [fn(&mut Record); 18] = [
            |r| r.reservoirs[0].inflow_hm3 += 1e-3,
            |r| r.reservoirs[0].storage_end_hm3 += 1e-3,
            |r| r.reservoirs[1].storage_start_hm3 += 1e-3,
            |r| r.reservoirs[0].residual_hm3 += 1e-3,
            |r| r.nodes[0].arrivals_hm3 += 1e-3,
            |r| r.nodes[0].diverted_hm3 += 1e-3,
            |r| r.nodes[1].outflow_hm3 += 1e-3,
            |r| r.nodes[1].returns_hm3 += 1e-3,
            |r| r.reaches[0].loss_hm3 += 1e-3,
            |r| r.reaches[0].inflow_hm3 += 1e-3,
            |r| r.reaches[1].in_transit_start_hm3 += 1e-3,
            |r| r.deliveries[0].delivered_hm3 += 1e-3,
            |r| r.deliveries[0].returned_hm3 -= 1e-3,
            |r| r.deliveries[0].deficit_hm3 += 1e-3,
            |r| r.drainage[1].stored_start_hm3 += 1e-3,
            |r| r.power[0].load_GWh += 1e-3,
            |r| r.power[1].residual_GWh = f64::NAN,
            |r| r.environment[0].delivered_hm3 -= 36.0,
        ];
        for (k, change) in moves.iter().enumerate() {
            let mut record = example::record();
            change(&mut record);
            assert!(!breaches(&record, "quota").is_empty(), "move {k} was not seen");
        }
    }

    #[test]
    fn a_delivery_above_its_claim_is_named() {
        let mut record = example::record();
        record.deliveries[1].claim_hm3 = 79.0;
        let found = breaches(&record, "quota");
        let named = found.iter().find(|breach| breach.identity == "delivered of claimed").unwrap();
        assert_eq!(named.place, "uz_farm, 2008-04-01");
        assert_eq!(named.by, -1.0);
    }
}
