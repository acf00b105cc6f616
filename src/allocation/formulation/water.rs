//! Rows of water: reservoirs, junctions, reaches, drainage, turbines.

use crate::network::basin::{NodeIdx, ReachIdx, ReservoirIdx};
use crate::network::topology::NodeKind;
use crate::quantity::index::{Idx, PeriodIdx, Series, Table};
use crate::solver::program::{Row, Var};

use super::{Broken, BrokenKind, Formulation};

impl Formulation<'_> {
    /// All variables and rows of water.
    pub(super) fn add_water(&mut self) {
        self.add_storages();
        self.add_flows();
        self.add_deliveries();
        self.add_turbines();
        self.add_drainage();
        self.add_reservoir_balances();
        self.add_junction_balances();
    }

    /// `0 <= S <= S_max`; dead storage is a promise, not a wall.
    fn add_storages(&mut self) {
        let basin = self.window.basin;
        for (r, reservoir) in basin.reservoirs.enumerate() {
            let name = self.names.reservoirs[r];
            let storage = self.add_series("storage", name, |t| (0.0, reservoir.storage_max[t].value()));
            self.vars.storage.push(storage);
        }
    }

    /// `0 <= flow <= capacity`, and the release limits of a reservoir's main outlet.
    fn add_flows(&mut self) {
        let basin = self.window.basin;
        for (r, reach) in basin.reaches.enumerate() {
            let name = self.names.reaches[r];
            let outlet_of = self.main_outlet_of(r);
            let periods = &basin.horizon.periods;
            let flow = self.add_series("flow", name, |t| {
                let capacity = reach.capacity.as_ref();
                let mut upper = capacity.map_or(f64::INFINITY, |c| (c[t] * periods[t].days).value());
                let mut lower = 0.0;
                if let Some(reservoir) = outlet_of.map(|reservoir| &basin.reservoirs[reservoir]) {
                    upper = reservoir.release_max.as_ref().map_or(upper, |max| upper.min(max[t].value()));
                    lower = reservoir.release_min.as_ref().map_or(lower, |min| min[t].value());
                }
                (lower, upper)
            });
            self.vars.flow.push(flow);
        }
    }

    /// The reservoir whose main outlet this reach is.
    pub(super) fn main_outlet_of(&self, reach: ReachIdx) -> Option<ReservoirIdx> {
        let basin = self.window.basin;
        let from = basin.reaches[reach].from;
        match basin.nodes[from].kind {
            NodeKind::Reservoir(reservoir) if basin.outlets(from).next() == Some(reach) => Some(reservoir),
            _ => None,
        }
    }

    /// `0 <= q <= claim`, or what the canal takes.
    fn add_deliveries(&mut self) {
        let basin = self.window.basin;
        for (k, demand) in basin.demands.enumerate() {
            let name = self.names.demands[k];
            let periods = &basin.horizon.periods;
            let delivery =
                self.add_series("delivery", name, |t| (0.0, demand.limit(t, periods[t].days).value()));
            self.vars.delivery.push(delivery);
        }
    }

    /// `turbined <= flow` of the plant's reach; what the turbines and generators take is a bound that
    /// moves with the head.
    fn add_turbines(&mut self) {
        let basin = self.window.basin;
        for (h, plant) in basin.plants.enumerate() {
            let name = self.names.plants[h];
            let turbined = self.add_series("turbined", name, |_| (0.0, f64::INFINITY));
            for t in basin.horizon.indices() {
                let label = self.label("turbined_within_flow", name, t);
                let row = self.program.add_row(label, f64::NEG_INFINITY, 0.0);
                self.program.add_term(row, turbined[t], 1.0);
                self.program.add_term(row, self.vars.flow[plant.reach][t], -1.0);
            }
            self.vars.turbined.push(turbined);
        }
    }

    /// `G_t = (1 - outflow share_{t-1}) G_{t-1} + sum_k delayed_k q_k,t`.
    fn add_drainage(&mut self) {
        let basin = self.window.basin;
        for (d, drainage) in basin.drainages.enumerate() {
            let name = self.names.drainages[d];
            let drained = self.add_series("drained", name, |_| (0.0, f64::INFINITY));
            let mut before: Option<(Var, f64)> = None;
            for t in basin.horizon.indices() {
                let stored = if before.is_none() { self.window.start.drained[d].value() } else { 0.0 };
                let label = self.label("drainage_balance", name, t);
                let row = self.program.add_row(label, stored, stored);
                self.program.add_term(row, drained[t], 1.0);
                if let Some((var, kept)) = before {
                    self.program.add_term(row, var, -kept);
                }
                for (k, demand) in basin.demands.enumerate() {
                    if let Some((share, _)) = demand.returns.delayed.filter(|(_, into)| *into == d) {
                        self.program.add_term(row, self.vars.delivery[k][t], -share);
                    }
                }
                before = Some((drained[t], 1.0 - drainage.outflow_share(self.days(t))));
            }
            self.vars.drained.push(drained);
        }
    }

    /// `S_t + outflow + diversions + evaporation + seepage - S_{t-1} - arrivals - returns = inflow`,
    /// where evaporation and seepage are lines over the mean of `S_{t-1}` and `S_t`.
    fn add_reservoir_balances(&mut self) {
        let basin = self.window.basin;
        for (r, reservoir) in basin.reservoirs.enumerate() {
            let name = self.names.reservoirs[r];
            let mut rows = Vec::with_capacity(basin.horizon.len());
            for t in basin.horizon.indices() {
                let evaporation = reservoir.evaporation_line(t);
                let seepage = reservoir.seepage_line(t);
                let half = 0.5 * (evaporation.share + seepage.share);
                let mut fixed = evaporation.fixed + seepage.fixed;
                let label = self.label("reservoir_balance", name, t);
                let row = self.program.add_row(label, 0.0, 0.0);
                self.program.add_term(row, self.vars.storage[r][t], 1.0 + half);
                match previous(t) {
                    Some(before) => self.program.add_term(row, self.vars.storage[r][before], half - 1.0),
                    None => fixed += (half - 1.0) * self.window.start.storage[r].value(),
                }
                self.finish_balance(row, reservoir.node, t, fixed);
                rows.push(row);
            }
            self.price_rows.reservoir.push(Table::new(rows));
        }
    }

    /// `outflow + diversions - arrivals - returns = inflow`.
    fn add_junction_balances(&mut self) {
        let basin = self.window.basin;
        for (n, node) in basin.nodes.enumerate() {
            if node.kind != NodeKind::Junction {
                continue;
            }
            for t in basin.horizon.indices() {
                let label = self.label("junction_balance", self.names.nodes[n], t);
                let row = self.program.add_row(label, 0.0, 0.0);
                self.finish_balance(row, n, t, 0.0);
            }
        }
    }

    /// What balances of reservoirs and junctions share: outlets, diversions, arrivals, returns,
    /// inflow, and the unaccounted loss that is taken if it is there.
    fn finish_balance(&mut self, row: Row, node: NodeIdx, t: PeriodIdx, fixed_loss: f64) {
        let basin = self.window.basin;
        let mut supply = self.window.inflows.volume[node][t].value() - fixed_loss;
        for reach in basin.outlets(node) {
            self.program.add_term(row, self.vars.flow[reach][t], 1.0);
        }
        for k in basin.demands_at(node) {
            self.program.add_term(row, self.vars.delivery[k][t], 1.0);
        }
        for reach in basin.inlets(node) {
            supply += self.add_arrivals(row, reach, t, -1.0);
        }
        self.add_returns(row, node, t);
        supply -= self.add_unaccounted(row, node, t);
        self.program.set_row_bounds(row, supply, supply);
    }

    /// Adds `sign * arrivals` of a reach to a row, and returns the arrivals that are already decided
    /// (water on the way at the start), hm3.
    pub(super) fn add_arrivals(&mut self, row: Row, reach: ReachIdx, t: PeriodIdx, sign: f64) -> f64 {
        let basin = self.window.basin;
        let kept = 1.0 - basin.reaches[reach].loss;
        for (lag, entered) in (0..=t.position()).map(|lag| (lag, PeriodIdx::new(t.position() - lag))) {
            let shares = &basin.reaches[reach].arrival_shares[entered];
            if let Some(&share) = shares.get(lag) {
                self.program.add_term(row, self.vars.flow[reach][entered], sign * kept * share);
            }
        }
        let decided = self.window.start.transit[reach].get(t.position());
        kept * decided.map_or(0.0, |volume| volume.value())
    }

    /// Adds prompt returns and drainage outflow at a node, as arrivals.
    fn add_returns(&mut self, row: Row, node: NodeIdx, t: PeriodIdx) {
        let basin = self.window.basin;
        for (k, demand) in basin.demands.enumerate() {
            if let Some((share, _)) = demand.returns.prompt.filter(|(_, at)| *at == node) {
                self.program.add_term(row, self.vars.delivery[k][t], -share);
            }
        }
        for d in basin.drainages_at(node) {
            let share = basin.drainages[d].outflow_share(self.days(t));
            self.program.add_term(row, self.vars.drained[d][t], -share);
        }
    }

    /// The loss without a known taker: taken first; what is missing is a broken promise.
    fn add_unaccounted(&mut self, row: Row, node: NodeIdx, t: PeriodIdx) -> f64 {
        let basin = self.window.basin;
        let loss = self.window.inflows.unaccounted[node][t].value();
        if loss > 0.0 {
            let label = self.label("correction_not_taken", self.names.nodes[node], t);
            let var = self.program.add_variable(label, 0.0, loss);
            self.program.add_term(row, var, -1.0);
            self.vars.broken.push(Broken {
                var,
                what: BrokenKind::Correction(node, t),
                riparian: basin.nodes[node].riparian,
                price: basin.promise_prices.correction.value(),
                row: None,
            });
        }
        loss
    }
}

/// The period before, if there is one in the window.
fn previous(t: PeriodIdx) -> Option<PeriodIdx> {
    t.position().checked_sub(1).map(PeriodIdx::new)
}

/// The last period of a series.
pub(super) fn last<T>(series: &Series<T>) -> PeriodIdx {
    PeriodIdx::new(series.len() - 1)
}
