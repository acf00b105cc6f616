//! Money of a period: each riparian's net benefit before transfers, part by part.

use crate::allocation::window::Window;
use crate::network::basin::RiparianIdx;
use crate::network::demand::Demand;
use crate::network::power_system::Terminal;
use crate::network::promise::Requirement;
use crate::quantity::index::{Idx, PeriodIdx};
use crate::quantity::total::Total;

use super::power::EnergyFlows;
use super::water::WaterFlows;
use super::{Page, row};
use crate::simulation::record::{MoneyRow, Record};

/// Writes one row a riparian.
pub fn write(page: &Page<'_>, flows: &WaterFlows, energy: &EnergyFlows, record: &mut Record) {
    for i in page.window.basin.riparians.indices() {
        let (energy_worth, unserved) = load(page, energy, i);
        let (imports, exports) = trade(page, energy, i);
        record.money.push(row!(
            page,
            MoneyRow {
                riparian: page.riparian(i),
                farm_MUSD: farm(page, flows, i) + releases(page, flows, i),
                energy_MUSD: energy_worth,
                unserved_MUSD: unserved,
                generation_MUSD: generation(page, energy, i),
                imports_MUSD: imports,
                exports_MUSD: exports,
                flood_MUSD: floods(page, flows, i),
                promises_MUSD: promises(page, flows, i),
            }
        ));
    }
}

/// Worth of the water delivered: the best steps first.
fn farm(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let demands = page.window.basin.demands.enumerate();
    demands
        .filter(|(_, demand)| demand.riparian == i)
        .map(|(k, demand)| worth(demand, flows.delivered[k], page.t))
        .total()
}

/// Worth of a delivery (hm3) in a period, MUSD.
pub fn worth(demand: &Demand, delivered: f64, t: PeriodIdx) -> f64 {
    let mut left = delivered;
    let mut sum = 0.0;
    for (share, value) in demand.benefit_steps() {
        let step = left.min(share * demand.claim[t].value());
        sum += step * value.value();
        left -= step;
    }
    sum
}

fn releases(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let basin = page.window.basin;
    let own = basin.reservoirs.iter().filter(|reservoir| reservoir.riparian == i);
    own.filter_map(|reservoir| {
        let value = reservoir.release_value.as_ref()?[page.t].value();
        let outlet = basin.outlets(reservoir.node).next()?;
        Some(value * flows.entered[outlet])
    })
    .total()
}

fn load(page: &Page<'_>, energy: &EnergyFlows, i: RiparianIdx) -> (f64, f64) {
    let Some(a) = page.window.basin.area_of(i) else { return (0.0, 0.0) };
    let area = &page.window.basin.areas[a];
    let unserved = area.load[page.t].value() - energy.served[a];
    (energy.served[a] * area.reference_price.value() * 1e-3, unserved * area.lost_load_cost.value() * 1e-3)
}

fn generation(page: &Page<'_>, energy: &EnergyFlows, i: RiparianIdx) -> f64 {
    let basin = page.window.basin;
    let thermal = basin.thermals.enumerate().filter(|(_, unit)| basin.areas[unit.area].riparian == i);
    let hydro = basin.plants.enumerate().filter(|(_, plant)| plant.riparian == i);
    let fuel: f64 = thermal.map(|(g, unit)| energy.thermal[g] * unit.cost.value() * 1e-3).total();
    fuel + hydro.map(|(h, plant)| energy.generated[h] * plant.operating_cost.value() * 1e-3).total()
}

fn trade(page: &Page<'_>, energy: &EnergyFlows, i: RiparianIdx) -> (f64, f64) {
    let basin = page.window.basin;
    let is_own = |terminal: Terminal| terminal.area().is_some_and(|area| basin.areas[area].riparian == i);
    let (mut imports, mut exports) = (0.0, 0.0);
    for (l, line) in basin.lines.enumerate() {
        let paid = (1.0 - line.loss) * energy.sent[l] * line.price.value() * 1e-3;
        imports += if is_own(line.to) { paid } else { 0.0 };
        exports += if is_own(line.from) { paid } else { 0.0 };
    }
    (imports, exports)
}

fn floods(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let reaches = page.window.basin.reaches.enumerate().filter(|(_, reach)| reach.riparian == i);
    reaches.map(|(r, reach)| flows.entered[r] * reach.flood_cost.value()).total()
}

/// Price of the promises of the period that were broken on a riparian's territory.
fn promises(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    storages(page, flows, i)
        + safe_flows(page, flows, i)
        + corrections(page, flows, i)
        + promised(page, flows, i)
}

fn storages(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let basin = page.window.basin;
    let prices = &basin.promise_prices;
    let is_last = page.t.position() + 1 == basin.horizon.len();
    let own = basin.reservoirs.enumerate().filter(|(_, reservoir)| reservoir.riparian == i);
    own.map(|(r, reservoir)| {
        let end = flows.storage_end[r];
        let below = (reservoir.dead_storage[page.t].value() - end).max(0.0);
        let short = if is_last { (page.window.end_storage[r].value() - end).max(0.0) } else { 0.0 };
        below * prices.dead_storage.value() + short * prices.end_storage.value()
    })
    .total()
}

fn safe_flows(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let basin = page.window.basin;
    let days = basin.horizon.periods[page.t].days;
    let own = basin.reaches.enumerate().filter(|(_, reach)| reach.riparian == i);
    own.filter_map(|(r, reach)| {
        let limit = (reach.safe_flow.as_ref()?[page.t] * days).value();
        Some((flows.entered[r] - limit).max(0.0) * basin.promise_prices.safe_flow.value())
    })
    .total()
}

fn corrections(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let basin = page.window.basin;
    let own = basin.nodes.enumerate().filter(|(_, node)| node.riparian == i);
    own.map(|(n, _)| page.window.inflows.unaccounted[n][page.t].value() - flows.unaccounted[n])
        .map(|missing| missing * basin.promise_prices.correction.value())
        .total()
}

fn promised(page: &Page<'_>, flows: &WaterFlows, i: RiparianIdx) -> f64 {
    let own = page.window.basin.promises.iter().filter(|promise| promise.riparian == i);
    own.map(|promise| match &promise.required {
        Requirement::EachPeriod(required) => {
            (required[page.t].value() - flows.passed(promise.gauge)).max(0.0) * promise.price.value()
        }
        Requirement::EachSeason(_) => 0.0,
    })
    .total()
}

/// Charges the promises over a season, period by period as their shortfall is spread.
pub fn charge_seasons(window: Window<'_>, record: &mut Record) {
    let basin = window.basin;
    for promise in &basin.promises {
        if !matches!(promise.required, Requirement::EachSeason(_)) {
            continue;
        }
        let riparian = basin.riparians[promise.riparian].name.as_str();
        for row in record.environment.iter().filter(|row| row.place == promise.name) {
            let charged = row.shortfall_hm3 * promise.price.value();
            let same =
                |money: &&mut MoneyRow| money.riparian == riparian && money.period_start == row.period_start;
            if let Some(money) = record.money.iter_mut().find(same) {
                money.promises_MUSD += charged;
            }
        }
    }
}
