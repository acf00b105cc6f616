//! Water of a period, node by node downstream, and its rows.

use crate::allocation::plan::Plan;
use crate::allocation::window::Window;
use crate::network::basin::{DemandIdx, DrainageIdx, NodeIdx, PlantIdx, PromiseIdx, ReachIdx, ReservoirIdx};
use crate::network::promise::{Gauge, Requirement};
use crate::network::topology::NodeKind;
use crate::quantity::index::{Idx, PeriodIdx, Series, Table};
use crate::quantity::total::Total;

use super::power::EnergyFlows;
use super::{Origin, Page, REPORTED_SHORTFALL_HM3, row};
use crate::simulation::record::{
    BrokenPromiseRow, DeliveryRow, DrainageRow, EnvironmentRow, NodeRow, ReachRow, Record, ReservoirRow,
};

/// Where the water stands between two periods, hm3.
pub struct River {
    storage: Table<ReservoirIdx, f64>,
    /// Water on the way in each reach, before losses, by the period it arrives in.
    transit: Table<ReachIdx, Vec<f64>>,
    drained: Table<DrainageIdx, f64>,
}

/// What water did in one period, hm3.
pub struct WaterFlows {
    pub storage_start: Table<ReservoirIdx, f64>,
    pub storage_end: Table<ReservoirIdx, f64>,
    pub evaporated: Table<ReservoirIdx, f64>,
    pub seeped: Table<ReservoirIdx, f64>,
    /// Natural inflow at a node.
    pub inflow: Table<NodeIdx, f64>,
    /// Unaccounted loss taken at a node.
    pub unaccounted: Table<NodeIdx, f64>,
    pub arrivals: Table<NodeIdx, f64>,
    pub returns: Table<NodeIdx, f64>,
    pub delivered: Table<DemandIdx, f64>,
    /// Water that enters a reach.
    pub entered: Table<ReachIdx, f64>,
    /// Water of a reach that comes to its end in the period, before losses.
    pub arriving: Table<ReachIdx, f64>,
    pub transit_start: Table<ReachIdx, f64>,
    pub drained_start: Table<DrainageIdx, f64>,
    pub drained_added: Table<DrainageIdx, f64>,
    pub drained_out: Table<DrainageIdx, f64>,
    /// Water through the turbines.
    pub turbined: Table<PlantIdx, f64>,
}

impl River {
    /// As the window says.
    pub fn at_start(window: Window<'_>) -> River {
        let periods = window.basin.horizon.len();
        let start = window.start;
        River {
            storage: start.storage.map(|volume| volume.value()),
            transit: Table::from_fn(window.basin.reaches.len(), |r| {
                let mut pending = vec![0.0; periods + window.basin.reaches[r].longest_lag()];
                for (k, volume) in start.transit[r].iter().enumerate() {
                    if k >= pending.len() {
                        pending.resize(k + 1, 0.0);
                    }
                    pending[k] += volume.value();
                }
                pending
            }),
            drained: start.drained.map(|volume| volume.value()),
        }
    }

    /// One period, node by node downstream.
    pub fn pass(&mut self, window: Window<'_>, plan: &Plan, t: PeriodIdx) -> WaterFlows {
        let basin = window.basin;
        let mut flows = self.begin(window, plan, t);
        for &n in &basin.downstream_order {
            self.collect(window, &mut flows, n, t);
            match basin.nodes[n].kind {
                NodeKind::Reservoir(r) => self.pass_reservoir(window, plan, &mut flows, r, t),
                NodeKind::Junction => pass_junction(window, plan, &mut flows, n, t),
                NodeKind::Sink => {}
            }
            for reach in basin.outlets(n) {
                self.send(window, &mut flows, reach, t);
            }
        }
        self.turn_turbines(window, plan, &mut flows, t);
        self.end(window, &mut flows);
        flows
    }

    fn begin(&self, window: Window<'_>, plan: &Plan, t: PeriodIdx) -> WaterFlows {
        let basin = window.basin;
        let reservoirs = basin.reservoirs.len();
        let nodes = basin.nodes.len();
        let reaches = basin.reaches.len();
        let delivered: Table<DemandIdx, f64> = plan.delivery.map(|series| series[t]);
        let added = |d: DrainageIdx| delayed_share(window, &delivered, d);
        let drained_added = Table::from_fn(basin.drainages.len(), added);
        let days = basin.horizon.periods[t].days;
        let drained_out = Table::from_fn(basin.drainages.len(), |d| {
            basin.drainages[d].outflow_share(days) * (self.drained[d] + drained_added[d])
        });
        WaterFlows {
            storage_start: self.storage.clone(),
            storage_end: self.storage.clone(),
            evaporated: Table::filled(reservoirs, 0.0),
            seeped: Table::filled(reservoirs, 0.0),
            inflow: window.inflows.volume.map(|series| series[t].value()),
            unaccounted: window.inflows.unaccounted.map(|series| series[t].value()),
            arrivals: Table::filled(nodes, 0.0),
            returns: Table::filled(nodes, 0.0),
            delivered,
            entered: Table::filled(reaches, 0.0),
            arriving: Table::filled(reaches, 0.0),
            transit_start: self.transit.map(|pending| pending[t.position()..].iter().copied().total()),
            drained_start: self.drained.clone(),
            drained_added,
            drained_out,
            turbined: Table::filled(basin.plants.len(), 0.0),
        }
    }

    /// Adds up what reaches a node: arrivals, prompt returns, drainage.
    fn collect(&self, window: Window<'_>, flows: &mut WaterFlows, n: NodeIdx, t: PeriodIdx) {
        let basin = window.basin;
        for reach in basin.inlets(n) {
            flows.arriving[reach] = self.transit[reach][t.position()];
            flows.arrivals[n] += (1.0 - basin.reaches[reach].loss) * flows.arriving[reach];
        }
        flows.returns[n] = returns_at(window, flows, n);
    }

    fn pass_reservoir(
        &mut self,
        window: Window<'_>,
        plan: &Plan,
        flows: &mut WaterFlows,
        r: ReservoirIdx,
        t: PeriodIdx,
    ) {
        let basin = window.basin;
        let reservoir = &basin.reservoirs[r];
        let n = reservoir.node;
        let (evaporation, seepage) = (reservoir.evaporation_line(t), reservoir.seepage_line(t));
        let half = 0.5 * (evaporation.share + seepage.share);
        let fixed = evaporation.fixed + seepage.fixed;
        let start = self.storage[r];
        let available = flows.gathered(n) + (1.0 - half) * start - fixed;
        let asked = flows.diverted(window, n);
        let mut end = plan.storage[r][t];
        let mut out = available - asked - (1.0 + half) * end;
        if out < 0.0 {
            end = ((available - asked) / (1.0 + half)).max(0.0);
            out = (available - asked - (1.0 + half) * end).max(0.0);
            cut_to_fit(window, flows, n, available - (1.0 + half) * end);
        }
        share_out(window, plan, flows, n, out, t);
        flows.storage_end[r] = end;
        flows.evaporated[r] = evaporation.at(0.5 * (start + end));
        flows.seeped[r] = seepage.at(0.5 * (start + end));
        self.storage[r] = end;
    }

    /// Puts what enters a reach on its way.
    fn send(&mut self, window: Window<'_>, flows: &mut WaterFlows, reach: ReachIdx, t: PeriodIdx) {
        let shares = &window.basin.reaches[reach].arrival_shares[t];
        let entered = flows.entered[reach];
        for (lag, share) in shares.iter().enumerate() {
            let place = t.position() + lag;
            let pending = &mut self.transit[reach];
            if place >= pending.len() {
                pending.resize(place + 1, 0.0);
            }
            pending[place] += share * entered;
        }
    }

    /// Turbines take what the plan says, or all there is where the plan let nothing past them.
    fn turn_turbines(&self, window: Window<'_>, plan: &Plan, flows: &mut WaterFlows, t: PeriodIdx) {
        let basin = window.basin;
        let days = basin.horizon.periods[t].days;
        for (h, plant) in basin.plants.enumerate() {
            let (planned, through) = (plan.turbined[h][t], plan.flow[plant.reach][t]);
            let all = planned >= through - 1e-6 * through.max(1.0);
            let most = (plant.turbine_max * plant.availability[t] * days).value();
            let entered = flows.entered[plant.reach];
            flows.turbined[h] = if all { entered.min(most) } else { planned.min(entered).min(most) };
        }
    }

    fn end(&mut self, window: Window<'_>, flows: &mut WaterFlows) {
        for d in window.basin.drainages.indices() {
            flows.drained_added[d] = delayed_share(window, &flows.delivered, d);
            self.drained[d] = self.drained[d] + flows.drained_added[d] - flows.drained_out[d];
        }
    }
}

impl WaterFlows {
    /// What reaches a node in the period, less the unaccounted loss.
    fn gathered(&self, n: NodeIdx) -> f64 {
        self.inflow[n] - self.unaccounted[n] + self.arrivals[n] + self.returns[n]
    }

    /// What demands take at a node.
    pub fn diverted(&self, window: Window<'_>, n: NodeIdx) -> f64 {
        window.basin.demands_at(n).map(|k| self.delivered[k]).total()
    }

    /// What leaves a node through its reaches.
    pub fn outflow(&self, window: Window<'_>, n: NodeIdx) -> f64 {
        window.basin.outlets(n).map(|reach| self.entered[reach]).total()
    }

    /// What passes a gauge.
    pub fn passed(&self, gauge: Gauge) -> f64 {
        match gauge {
            Gauge::ReachHead(reach) => self.entered[reach],
            Gauge::Node(node) => self.arrivals[node],
        }
    }
}

fn delayed_share(window: Window<'_>, delivered: &Table<DemandIdx, f64>, d: DrainageIdx) -> f64 {
    let demands = window.basin.demands.enumerate();
    demands
        .filter_map(|(k, demand)| {
            demand.returns.delayed.filter(|(_, into)| *into == d).map(|(share, _)| share * delivered[k])
        })
        .total()
}

fn returns_at(window: Window<'_>, flows: &WaterFlows, n: NodeIdx) -> f64 {
    let basin = window.basin;
    let prompt: f64 = basin
        .demands
        .enumerate()
        .filter_map(|(k, demand)| {
            demand.returns.prompt.filter(|(_, at)| *at == n).map(|(share, _)| share * flows.delivered[k])
        })
        .total();
    prompt + basin.drainages_at(n).map(|d| flows.drained_out[d]).total()
}

fn pass_junction(window: Window<'_>, plan: &Plan, flows: &mut WaterFlows, n: NodeIdx, t: PeriodIdx) {
    let mut out = flows.gathered(n) - flows.diverted(window, n);
    if out < 0.0 {
        let available = flows.gathered(n);
        cut_to_fit(window, flows, n, available);
        out = (flows.gathered(n) - flows.diverted(window, n)).max(0.0);
    }
    share_out(window, plan, flows, n, out, t);
}

/// Cuts what is taken at a node, unaccounted losses first and deliveries last, until it fits what is
/// there. Only a solver's error or an impossible correction brings it here.
fn cut_to_fit(window: Window<'_>, flows: &mut WaterFlows, n: NodeIdx, available: f64) {
    let mut missing = flows.diverted(window, n) - available;
    let spared = missing.clamp(0.0, flows.unaccounted[n]);
    flows.unaccounted[n] -= spared;
    missing -= spared;
    for k in window.basin.demands_at(n) {
        if missing > 0.0 {
            let back_here = window.basin.demands[k].returns.prompt.filter(|(_, at)| *at == n);
            let net = 1.0 - back_here.map_or(0.0, |(share, _)| share);
            let cut = (missing / net).min(flows.delivered[k]);
            flows.delivered[k] -= cut;
            missing -= cut * net;
        }
    }
    flows.returns[n] = returns_at(window, flows, n);
}

/// Side outlets get what the plan says; the main outlet gets the rest.
fn share_out(window: Window<'_>, plan: &Plan, flows: &mut WaterFlows, n: NodeIdx, out: f64, t: PeriodIdx) {
    let mut rest = out;
    let mut outlets = window.basin.outlets(n);
    let main = outlets.next();
    for reach in outlets {
        flows.entered[reach] = plan.flow[reach][t].clamp(0.0, rest);
        rest -= flows.entered[reach];
    }
    if let Some(main) = main {
        flows.entered[main] = rest;
    }
}

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

/// What passed the gauge of each promise in each period, hm3.
pub type Passed = Table<PromiseIdx, Series<f64>>;

/// Nothing has passed anywhere yet.
pub fn nothing_passed(window: Window<'_>) -> Passed {
    let basin = window.basin;
    Table::filled(basin.promises.len(), Table::filled(basin.horizon.len(), 0.0))
}
