//! A coalition's program: its members decide together, everybody else's decisions as they stand.
//!
//! The program is that of the window, cut down to what the members can change and care about (their ground). On it
//!
//! * the members' storages, releases, deliveries and power systems are free, and so are the lines between them and to
//!   outside markets;
//! * an outsider's storages and side canals stand as in the status quo, and so do its deliveries where water still runs
//!   on to a member; what arrives more or less is passed on through the main outlet. Where the river cannot do
//!   otherwise they move, at a price above what any use earns, which is taken off what the coalition has;
//! * at the members' own last nodes the deliveries of outsiders are free up to what they are: they get what is left;
//! * lines that touch an outsider carry what they carry.
//!
//! For a single member this is its best response, but for trade. What a coalition's benefit means is left to
//! [`super::coalition`].

use std::collections::BTreeSet;

use crate::allocation::equilibrium::standing::{Hold, dearest_power, price, stand};
use crate::allocation::equilibrium::territory::{Ground, is_main_outlet, owner};
use crate::allocation::formulation::{BrokenKind, Detail, Formulation};
use crate::allocation::plan::Plan;
use crate::allocation::window::Window;
use crate::energy::hydropower::Yields;
use crate::network::basin::{Basin, DrainageIdx, RiparianIdx};
use crate::network::power_system::{Line, Terminal};
use crate::quantity::index::Series;
use crate::solver::program::{Program, Row, Var};

/// The program of a coalition against a plan.
pub(super) struct Together<'a> {
    /// The window's program, cut down to the coalition's.
    pub(super) formulation: Formulation<'a>,
    ground: Ground,
    members: Vec<RiparianIdx>,
    /// What measures how far standing decisions are moved.
    pub(super) moved: Vec<Var>,
    /// What measures how far guarantees of the members are missed, and what a unit costs; no part of what they have.
    pub(super) missed: Vec<(Var, f64)>,
    /// What the members decide about water, and where it is in the plan.
    own: Vec<(Var, f64)>,
    price: f64,
}

impl<'a> Together<'a> {
    /// The program of some riparians against a plan, at given yields; its objective is minus what they have.
    pub(super) fn new(
        window: Window<'a>,
        yields: &Yields,
        members: &[RiparianIdx],
        plan: &Plan,
    ) -> Together<'a> {
        let formulation = Formulation::new(window, yields, Detail::Money);
        let ground = Ground::of(window.basin, members);
        let price = price(window.basin, &formulation);
        let (members, moved, missed, own) = (members.to_vec(), Vec::new(), Vec::new(), Vec::new());
        let mut together = Together { formulation, ground, members, moved, missed, own, price };
        together.take_rows_away();
        together.set_water(plan);
        together.set_power(plan);
        together.set_promises();
        together.make_room();
        together.maximise();
        together
    }

    /// Holds the members to what they do already with water.
    pub(super) fn stand_still(&mut self) {
        self.stand_at(self.own.clone());
    }

    /// Holds the members to what they do with water at a point of a program of the same coalition.
    pub(super) fn carry_out(&mut self, values: &[f64]) {
        self.stand_at(self.own.iter().map(|&(var, _)| (var, values[var.position()])).collect());
    }

    /// Makes the plan smooth at a little cost of benefit. Adds variables at the end.
    pub(super) fn smooth(&mut self, weight: f64) {
        for term in self.formulation.unevenness() {
            self.formulation.program.add_convex(term.scaled(weight));
        }
    }

    fn stand_at(&mut self, targets: Vec<(Var, f64)>) {
        for (var, value) in targets {
            let moved = stand(&mut self.formulation, var, value);
            self.moved.extend(moved);
        }
        self.maximise();
    }

    /// What the members have together at a point, MUSD, less what moving the standing costs.
    pub(super) fn benefit_at(&self, values: &[f64]) -> f64 {
        self.money().map(|(var, coefficient)| coefficient * values[var.position()]).sum()
    }

    /// Makes what the members have the goal.
    pub(super) fn maximise(&mut self) {
        self.formulation.program.clear_objective();
        for (var, coefficient) in self.money().collect::<Vec<_>>() {
            self.formulation.program.add_cost(var, -coefficient);
        }
        self.missed.iter().for_each(|&(var, price)| self.formulation.program.add_cost(var, price));
    }

    fn money(&self) -> impl Iterator<Item = (Var, f64)> + '_ {
        let own = self.formulation.money.iter().filter(|term| self.has(term.riparian));
        let moved = self.moved.iter().map(|&var| (var, -self.price));
        own.map(|term| (term.var, term.coefficient)).chain(moved)
    }

    /// The dearest use of power, MUSD/GWh.
    pub(super) fn dearest_power(&self) -> f64 {
        dearest_power(self.basin())
    }

    /// What measures how far the others are moved and promises of the members are broken, and what a unit costs, MUSD.
    pub(super) fn disturbance(&self) -> Vec<(Var, f64)> {
        let broken = self.formulation.vars.broken.iter().filter(|broken| self.has(broken.riparian));
        let moved = self.moved.iter().map(|&var| (var, self.price));
        moved.chain(broken.map(|broken| (broken.var, broken.price))).collect()
    }

    /// Whether a riparian is a member.
    pub(super) fn has(&self, riparian: RiparianIdx) -> bool {
        self.members.contains(&riparian)
    }

    fn basin(&self) -> &'a Basin {
        self.formulation.window.basin
    }

    /// Takes away the balances off the coalition's ground and the rows that are outsiders' own.
    fn take_rows_away(&mut self) {
        let program = &self.formulation.program;
        let gone = |row: &Row| {
            let label = program.row(*row).label;
            !self.keeps(label.family, program.text(label.element))
        };
        let gone: BTreeSet<Row> = program.row_ids().filter(gone).collect();
        let is_step = |row: Row| program.row(row).label.family == "benefit_steps";
        let steps = program.terms().iter().filter(|term| gone.contains(&term.row) && is_step(term.row));
        let steps: Vec<Var> = steps.filter(|term| term.coefficient > 0.0).map(|term| term.var).collect();
        let program = &mut self.formulation.program;
        gone.into_iter().for_each(|row| program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY));
        steps.into_iter().for_each(|var| program.set_bounds(var, 0.0, 0.0));
    }

    /// Whether a row of balances belongs to the coalition's program; promises are looked at one by one.
    fn keeps(&self, family: &str, name: &str) -> bool {
        let basin = self.basin();
        let active = &self.ground.active;
        match family {
            "reservoir_balance" => Basin::find(&basin.reservoirs, name, |r| &r.name)
                .is_some_and(|r| active[basin.reservoirs[r].node]),
            "junction_balance" => Basin::find(&basin.nodes, name, |n| &n.name).is_some_and(|n| active[n]),
            "turbined_within_flow" => basin.plants.iter().any(|h| h.name == name && self.has(h.riparian)),
            "drainage_balance" => {
                Basin::find(&basin.drainages, name, |d| &d.name).is_some_and(|d| self.drains(d))
            }
            "load" | "power_balance" => basin.areas.iter().any(|a| a.name == name && self.has(a.riparian)),
            "benefit_steps" => basin.demands.iter().any(|k| k.name == name && self.has(k.riparian)),
            _ => true,
        }
    }

    fn drains(&self, drainage: DrainageIdx) -> bool {
        self.ground.active[self.basin().drainages[drainage].node]
    }

    fn set_water(&mut self, plan: &Plan) {
        let basin = self.basin();
        let vars = self.formulation.vars.clone();
        for (r, reservoir) in basin.reservoirs.enumerate() {
            let hold = match (self.ground.active[reservoir.node], self.has(reservoir.riparian)) {
                (false, _) => Hold::Fixed,
                (true, true) => Hold::Own,
                (true, false) => Hold::Stands,
            };
            self.hold(hold, &vars.storage[r], &plan.storage[r]);
        }
        for (r, reach) in basin.reaches.enumerate() {
            let hold = match (self.ground.active[reach.from], self.has(owner(basin, reach.from))) {
                (false, _) => Hold::Fixed,
                (true, true) => Hold::Own,
                (true, false) if is_main_outlet(basin, r) => Hold::Follows,
                (true, false) => Hold::Stands,
            };
            self.hold(hold, &vars.flow[r], &plan.flow[r]);
        }
        for (k, demand) in basin.demands.enumerate() {
            let last = self.has(owner(basin, demand.node)) && !self.ground.runs_on[demand.node];
            let hold = match (self.ground.active[demand.node], self.has(demand.riparian)) {
                (false, _) => Hold::Fixed,
                (true, true) => Hold::Own,
                (true, false) if last => Hold::AtMost,
                (true, false) => Hold::Stands,
            };
            self.hold(hold, &vars.delivery[k], &plan.delivery[k]);
        }
        for (_, drained) in vars.drained.enumerate().filter(|(d, _)| !self.drains(*d)).collect::<Vec<_>>() {
            nothing(&mut self.formulation.program, drained);
        }
    }

    fn hold(&mut self, hold: Hold, vars: &Series<Var>, plan: &Series<f64>) {
        for (&var, &value) in vars.iter().zip(plan) {
            match hold {
                Hold::Own => self.own.push((var, value)),
                Hold::Follows => {}
                Hold::Fixed => self.formulation.program.set_bounds(var, value, value),
                Hold::AtMost => {
                    self.formulation.program.set_bounds(var, 0.0, value);
                    self.own.push((var, value));
                }
                Hold::Stands => {
                    let moved = stand(&mut self.formulation, var, value);
                    self.moved.extend(moved);
                }
            }
        }
    }

    /// Outsiders' power systems are out of the program; what they burn and what lines carry to and from them stands.
    fn set_power(&mut self, plan: &Plan) {
        let basin = self.basin();
        let vars = self.formulation.vars.clone();
        let outside = |i: RiparianIdx| !self.members.contains(&i);
        let program = &mut self.formulation.program;
        for (h, _) in basin.plants.enumerate().filter(|(_, plant)| outside(plant.riparian)) {
            nothing(program, &vars.turbined[h]);
        }
        for (g, _) in basin.thermals.enumerate().filter(|(_, unit)| outside(basin.areas[unit.area].riparian))
        {
            fixed(program, &vars.thermal[g], &plan.thermal[g]);
        }
        for (a, _) in basin.areas.enumerate().filter(|(_, area)| outside(area.riparian)) {
            [&vars.other, &vars.served, &vars.unserved].iter().for_each(|all| nothing(program, &all[a]));
        }
        let far = |end: Terminal| end.area().is_some_and(|a| outside(basin.areas[a].riparian));
        for (l, _) in basin.lines.enumerate().filter(|(_, line): &(_, &Line)| far(line.from) || far(line.to))
        {
            fixed(program, &vars.sent[l], &plan.sent[l]);
        }
    }

    /// Promises of outsiders are theirs to keep; a correction that is not taken on the coalition's ground is water of
    /// the river, and stands at nothing.
    fn set_promises(&mut self) {
        let vars = self.formulation.vars.broken.clone();
        for broken in vars.into_iter().filter(|broken| !self.members.contains(&broken.riparian)) {
            match (broken.what, broken.row) {
                (BrokenKind::Correction(node, _), _) if self.ground.active[node] => {
                    self.moved.push(broken.var);
                }
                (_, row) => {
                    self.formulation.program.set_bounds(broken.var, 0.0, 0.0);
                    if let Some(row) = row {
                        self.formulation.program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY);
                    }
                }
            }
        }
    }

    /// Makes room in the limits of fuels and markets for what outsiders use of them, to the last digit.
    fn make_room(&mut self) {
        let program = &mut self.formulation.program;
        let used: Vec<f64> = program.variables().iter().map(|var| var.lower).collect();
        for (row, least) in program.row_ids().zip(program.row_sums(&used)).collect::<Vec<_>>() {
            let bounds = *program.row(row);
            let shared = matches!(bounds.label.family, "fuel_budget" | "market_sold" | "market_bought");
            if shared && least > bounds.upper {
                program.set_row_bounds(row, bounds.lower, least);
            }
        }
    }
}

fn nothing(program: &mut Program, vars: &Series<Var>) {
    vars.iter().for_each(|&var| program.set_bounds(var, 0.0, 0.0));
}

fn fixed(program: &mut Program, vars: &Series<Var>, plan: &Series<f64>) {
    vars.iter().zip(plan).for_each(|(&var, &value)| program.set_bounds(var, value, value));
}
