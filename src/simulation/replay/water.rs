//! Water of a period, node by node downstream. How it is written down is left to `water_rows`.

use crate::allocation::plan::Plan;
use crate::allocation::window::Window;
use crate::network::basin::{DemandIdx, DrainageIdx, NodeIdx, PlantIdx, PromiseIdx, ReachIdx, ReservoirIdx};
use crate::network::promise::Gauge;
use crate::network::topology::NodeKind;
use crate::quantity::index::{Idx, PeriodIdx, Series, Table};
use crate::quantity::total::Total;

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

/// What passed the gauge of each promise in each period, hm3.
pub type Passed = Table<PromiseIdx, Series<f64>>;

/// Nothing has passed anywhere yet.
pub fn nothing_passed(window: Window<'_>) -> Passed {
    let basin = window.basin;
    Table::filled(basin.promises.len(), Table::filled(basin.horizon.len(), 0.0))
}
