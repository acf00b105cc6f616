//! The rows of water: what [`super::water`] did in a period, as the record tells it.

use crate::allocation::window::Window;
use crate::network::promise::Requirement;
use crate::network::topology::NodeKind;
use crate::quantity::index::{Idx, PeriodIdx};
use crate::quantity::total::Total;

use super::power::EnergyFlows;
use super::water::{Passed, WaterFlows};
use super::{Origin, Page, REPORTED_SHORTFALL_HM3, row};
use crate::simulation::record::{
    BrokenPromiseRow, DeliveryRow, DrainageRow, EnvironmentRow, NodeRow, ReachRow, Record, ReservoirRow,
};

/// Writes the rows of water of a period.
pub fn write(page: &Page<'_>, flows: &WaterFlows, energy: &EnergyFlows, record: &mut Record) {
    write_reservoirs(page, flows, energy, record);
    write_nodes(page, flows, record);
    write_reaches(page, flows, record);
    write_deliveries(page, flows, record);
    write_drainage(page, flows, record);
    write_promised_flows(page, flows, record);
    write_broken_storage(page, flows, record);
}

fn write_reservoirs(page: &Page<'_>, flows: &WaterFlows, energy: &EnergyFlows, record: &mut Record) {
    let basin = page.window.basin;
    for (r, reservoir) in basin.reservoirs.enumerate() {
        let n = reservoir.node;
        let inflow = flows.inflow[n] + flows.arrivals[n] + flows.returns[n];
        let plant = basin.plant_of(r);
        let turbined = plant.map_or(0.0, |h| energy.turbined[h]);
        let spilled = flows.outflow(page.window, n) - turbined;
        let diverted = flows.diverted(page.window, n);
        let seepage = flows.seeped[r] + flows.unaccounted[n];
        let (start, end) = (flows.storage_start[r], flows.storage_end[r]);
        let residual = start + inflow - turbined - spilled - flows.evaporated[r] - seepage - diverted - end;
        record.reservoirs.push(row!(
            page,
            ReservoirRow {
                reservoir: reservoir.name.clone(),
                riparian: page.riparian(reservoir.riparian),
                storage_start_hm3: start,
                inflow_hm3: inflow,
                turbined_hm3: turbined,
                spilled_hm3: spilled,
                evaporated_hm3: flows.evaporated[r],
                seepage_hm3: seepage,
                diverted_hm3: diverted,
                storage_end_hm3: end,
                level_end_masl: reservoir.level_at(crate::quantity::units::Volume::new(end)).value(),
                energy_GWh: plant.map_or(0.0, |h| energy.generated[h]),
                water_value_USD_per_m3: page.prices.map(|prices| prices.water[r][page.t]),
                residual_hm3: residual,
            }
        ));
    }
}

fn write_nodes(page: &Page<'_>, flows: &WaterFlows, record: &mut Record) {
    let basin = page.window.basin;
    for (n, node) in basin.nodes.enumerate() {
        let inflow = flows.inflow[n] - flows.unaccounted[n];
        let gathered = inflow + flows.arrivals[n] + flows.returns[n];
        let outflow = match node.kind {
            NodeKind::Reservoir(_) => continue,
            NodeKind::Junction => flows.outflow(page.window, n),
            NodeKind::Sink => gathered,
        };
        let diverted = flows.diverted(page.window, n);
        record.nodes.push(row!(
            page,
            NodeRow {
                node: node.name.clone(),
                inflow_hm3: inflow,
                arrivals_hm3: flows.arrivals[n],
                returns_hm3: flows.returns[n],
                diverted_hm3: diverted,
                outflow_hm3: outflow,
                residual_hm3: gathered - diverted - outflow,
            }
        ));
    }
}

fn write_reaches(page: &Page<'_>, flows: &WaterFlows, record: &mut Record) {
    let basin = page.window.basin;
    for (r, reach) in basin.reaches.enumerate() {
        let loss = reach.loss * flows.arriving[r];
        let start = flows.transit_start[r];
        record.reaches.push(row!(
            page,
            ReachRow {
                reach: reach.name.clone(),
                from: basin.nodes[reach.from].name.clone(),
                to: basin.nodes[reach.to].name.clone(),
                in_transit_start_hm3: start,
                inflow_hm3: flows.entered[r],
                loss_hm3: loss,
                outflow_hm3: flows.arriving[r] - loss,
                in_transit_end_hm3: start + flows.entered[r] - flows.arriving[r],
            }
        ));
    }
}

fn write_deliveries(page: &Page<'_>, flows: &WaterFlows, record: &mut Record) {
    let basin = page.window.basin;
    for (k, demand) in basin.demands.enumerate() {
        let (claim, delivered) = (demand.claim[page.t].value(), flows.delivered[k]);
        record.deliveries.push(row!(
            page,
            DeliveryRow {
                demand: demand.name.clone(),
                riparian: page.riparian(demand.riparian),
                water_use: demand.water_use.name().to_owned(),
                node: basin.nodes[demand.node].name.clone(),
                claim_hm3: claim,
                delivered_hm3: delivered,
                deficit_hm3: claim - delivered,
                returned_hm3: demand.returns.prompt.map_or(0.0, |(share, _)| share * delivered),
            }
        ));
    }
}

fn write_drainage(page: &Page<'_>, flows: &WaterFlows, record: &mut Record) {
    let basin = page.window.basin;
    for (d, drainage) in basin.drainages.enumerate() {
        let (start, added, out) = (flows.drained_start[d], flows.drained_added[d], flows.drained_out[d]);
        record.drainage.push(row!(
            page,
            DrainageRow {
                reach: drainage.name.clone(),
                node: basin.nodes[drainage.node].name.clone(),
                stored_start_hm3: start,
                added_hm3: added,
                returned_hm3: out,
                stored_end_hm3: start + added - out,
            }
        ));
    }
}

fn write_promised_flows(page: &Page<'_>, flows: &WaterFlows, record: &mut Record) {
    let basin = page.window.basin;
    for promise in &basin.promises {
        let Requirement::EachPeriod(required) = &promise.required else { continue };
        let (passed, required) = (flows.passed(promise.gauge), required[page.t].value());
        record.environment.push(row!(
            page,
            EnvironmentRow {
                place: promise.name.clone(),
                required_hm3: required,
                delivered_hm3: passed,
                shortfall_hm3: (required - passed).max(0.0),
            }
        ));
        push_broken(page, "environment", &promise.name, required, passed, record);
    }
}

fn write_broken_storage(page: &Page<'_>, flows: &WaterFlows, record: &mut Record) {
    let basin = page.window.basin;
    let is_last = page.t.position() + 1 == basin.horizon.len();
    for (r, reservoir) in basin.reservoirs.enumerate() {
        let end = flows.storage_end[r];
        push_broken(
            page,
            "dead_storage",
            &reservoir.name,
            reservoir.dead_storage[page.t].value(),
            end,
            record,
        );
        if is_last {
            let target = page.window.end_storage[r].value();
            push_broken(page, "end_storage", &reservoir.name, target, end, record);
        }
    }
    for (r, reach) in basin.reaches.enumerate() {
        if let Some(safe) = &reach.safe_flow {
            let limit = (safe[page.t] * basin.horizon.periods[page.t].days).value();
            if flows.entered[r] > limit + REPORTED_SHORTFALL_HM3 {
                push_row(page, "safe_flow", &reach.name, limit, flows.entered[r], record);
            }
        }
    }
    for (n, node) in basin.nodes.enumerate() {
        let wanted = page.window.inflows.unaccounted[n][page.t].value();
        push_broken(page, "correction", &node.name, wanted, flows.unaccounted[n], record);
    }
}

fn push_broken(
    page: &Page<'_>,
    promise: &str,
    place: &str,
    required: f64,
    achieved: f64,
    record: &mut Record,
) {
    if required - achieved > REPORTED_SHORTFALL_HM3 {
        push_row(page, promise, place, required, achieved, record);
    }
}

fn push_row(page: &Page<'_>, promise: &str, place: &str, required: f64, achieved: f64, record: &mut Record) {
    record.broken_promises.push(BrokenPromiseRow {
        policy: page.policy(),
        member: page.origin.member,
        period_start: page.period_start(),
        promise: promise.to_owned(),
        place: place.to_owned(),
        required,
        achieved,
        unit: "hm3".to_owned(),
    });
}

/// Writes, for each promise over a season, one row at the first period of the season, as long as the
/// season: what was required and what passed in all of it.
pub fn write_seasons(window: Window<'_>, origin: Origin<'_>, passed: &Passed, record: &mut Record) {
    let basin = window.basin;
    for (p, promise) in basin.promises.enumerate() {
        let Requirement::EachSeason(seasons) = &promise.required else { continue };
        for (season, required) in seasons {
            let periods: Vec<PeriodIdx> = basin.horizon.periods_in(*season).collect();
            let Some(&first) = periods.first() else { continue };
            let delivered = periods.iter().map(|&t| passed[p][t]).total();
            let page = Page { window, t: first, origin, prices: None };
            push_broken(&page, "environment", &promise.name, required.value(), delivered, record);
            record.environment.push(EnvironmentRow {
                days: periods.iter().map(|&t| basin.horizon.periods[t].days.value()).total(),
                ..row!(
                    page,
                    EnvironmentRow {
                        place: promise.name.clone(),
                        required_hm3: required.value(),
                        delivered_hm3: delivered,
                        shortfall_hm3: (required.value() - delivered).max(0.0),
                    }
                )
            });
        }
    }
}
