//! A best response: what one riparian would do, everybody else's decisions as they stand.
//!
//! Riparian `i` decides the storages of its reservoirs, what leaves its nodes, its deliveries, its power
//! system and its side of trade at the lines' prices. Its program is that of the window with
//!
//! * the balances of the nodes of its territory, the others' decisions there standing
//!   ([`super::standing`]), what arrives more or less being passed on through the main outlet;
//! * its own power balance, its own promises and its own money; the rows of others taken away and
//!   their variables put where they are;
//! * at its own nodes below which it has nothing more, the deliveries of others free up to what they are:
//!   they get what it leaves.
//!
//! It maximises `sum of its own money terms` first. Among its best responses it takes the one nearest to
//! what it does already, so that a riparian moves only for money.

use std::collections::BTreeSet;

use crate::network::basin::{Basin, ReservoirIdx, RiparianIdx};
use crate::network::power_system::Terminal;
use crate::quantity::index::{PeriodIdx, Series};
use crate::solver::program::{ConvexTerm, Label, Program, Row, Var};
use crate::solver::vertex::Vertex;

use super::super::band::Band;
use super::super::barter::Promise;
use super::super::formulation::{BrokenKind, Formulation};
use super::super::plan::Plan;
use super::standing::{Hold, price, stand};
use super::territory::{Territory, is_main_outlet, owner};

/// What it costs to miss a riparian's own promise, of the price of the cheapest promise of the physics: those come first,
/// and any use of water earns less.
const CHEAPER: f64 = 0.9;

/// Penalties that add up to no more than this are rounding, hm3 at the dearest price.
const NOTHING_PAID: f64 = 1e-9;

/// What is only paid where the river cannot do otherwise: moving what stands, missing a promise.
struct Penalties {
    /// Their prices, the dearest being one.
    prices: Vec<(Var, f64)>,
    /// Their sum at these prices; open until it is held.
    row: Row,
}

/// The program of a best response.
pub(super) struct Response<'a> {
    /// The window's program, cut down to the riparian's own.
    pub(super) formulation: Formulation<'a>,
    territory: Territory,
    moved: Vec<Var>,
    /// What a promise is missed by, and at which price.
    owed: Vec<(Var, f64)>,
    near: Vec<(Var, f64)>,
    price: f64,
    penalties: Option<Penalties>,
    steps: Vec<(Var, Row)>,
}

impl<'a> Response<'a> {
    /// The program of a riparian against a plan.
    pub(super) fn new(formulation: Formulation<'a>, i: RiparianIdx, plan: &Plan) -> Response<'a> {
        let basin = formulation.window.basin;
        let territory = Territory::of(basin, i);
        let price = price(basin, &formulation);
        let (moved, owed, near, steps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut response =
            Response { formulation, territory, moved, owed, near, price, penalties: None, steps };
        response.take_rows_away();
        response.set_water(plan);
        response.set_power();
        response.set_promises();
        response
    }

    /// Binds the riparian to a promise, as far as the promises of the physics allow.
    pub(super) fn keep(&mut self, promise: &Promise) {
        let short = promise.add_to(&mut self.formulation);
        let cheapest =
            self.formulation.vars.broken.iter().map(|broken| broken.price).fold(self.price, f64::min);
        self.owed.push((short, CHEAPER * cheapest));
    }

    /// Makes minus the riparian's own benefit the objective.
    pub(super) fn maximise_own(&mut self) {
        self.formulation.program.clear_objective();
        for (var, coefficient) in self.own_money().collect::<Vec<_>>() {
            self.formulation.program.add_cost(var, -coefficient);
        }
    }

    /// Adds up the penalties of the objective, to be held by [`Response::hold_penalties`].
    pub(super) fn add_up_penalties(&mut self) {
        let broken = self.formulation.vars.broken.iter().map(|broken| broken.var);
        let owed = self.owed.iter().map(|owed| owed.0);
        let vars: BTreeSet<Var> = broken.chain(owed).chain(self.moved.iter().copied()).collect();
        let program = &mut self.formulation.program;
        let costs = program.costs().filter(|(var, cost)| *cost > 0.0 && vars.contains(var));
        let mut prices: Vec<(Var, f64)> = costs.collect();
        let dearest = prices.iter().map(|price| price.1).fold(1.0, f64::max);
        prices.iter_mut().for_each(|price| price.1 /= dearest);
        let label = Label { family: "penalties", element: program.name("own"), period: None };
        let row = program.add_row(label, f64::NEG_INFINITY, f64::INFINITY);
        prices.iter().for_each(|&(var, price)| program.add_term(row, var, price));
        self.penalties = Some(Penalties { prices, row });
    }

    /// Keeps the sum of the penalties where it is at a best vertex and leaves money alone as the objective of the vertex. Beside prices
    /// a million times its own a method does not see what money there is still to be had, nor what bears a price.
    pub(super) fn hold_penalties(&mut self, vertex: &mut Vertex) {
        let Some(Penalties { prices, row }) = &self.penalties else { return };
        let program = &mut self.formulation.program;
        let money: Vec<(Var, f64)> =
            program.costs().filter(|(var, _)| prices.iter().all(|price| price.0 != *var)).collect();
        let is_open = |var: Var| vertex.reduced_cost(var) == 0.0;
        let (open, shut): (Vec<_>, Vec<_>) = prices.iter().copied().partition(|price| is_open(price.0));
        let paid = |prices: &[(Var, f64)]| -> f64 {
            prices.iter().map(|&(var, price)| price * vertex.value(var)).sum()
        };
        let (sum, in_the_open) = (paid(prices), paid(&open));
        let mut fixed: Vec<(Var, f64)> = shut.iter().map(|&(var, _)| (var, vertex.value(var))).collect();
        if in_the_open > NOTHING_PAID {
            vertex.set_row_bounds(*row, sum, sum);
            program.set_row_bounds(*row, sum, sum);
        } else {
            fixed.extend(open.iter().map(|&(var, _)| (var, 0.0)));
        }
        for (var, value) in fixed {
            vertex.set_bounds(var, value, value);
            program.set_bounds(var, value, value);
        }
        vertex.set_costs(money);
    }

    /// Keeps the riparian's own storages that give a head within a band around those of a plan, a share of the capacity to
    /// either side.
    pub(super) fn keep_within(&mut self, band: f64, plan: &Plan) {
        let (basin, territory) = (self.formulation.window.basin, &self.territory);
        let own = |r: ReservoirIdx| {
            let reservoir = &basin.reservoirs[r];
            reservoir.riparian == territory.riparian && territory.active[reservoir.node]
        };
        Band::around(plan, band).hold_those(&mut self.formulation, own);
    }

    /// Holds the riparian's own benefit.
    pub(super) fn hold_own(&mut self, least: f64) {
        let element = self.formulation.program.name("own");
        let label = Label { family: "own_benefit", element, period: None };
        let row = self.formulation.program.add_row(label, least, f64::INFINITY);
        for (var, coefficient) in self.own_money().collect::<Vec<_>>() {
            self.formulation.program.add_term(row, var, coefficient);
        }
    }

    /// How far two points of the program are apart in the riparian's decisions, hm3.
    pub(super) fn apart(&self, one: &[f64], other: &[f64]) -> f64 {
        let apart = |&(var, _): &(Var, f64)| (one[var.position()] - other[var.position()]).abs();
        self.near.iter().map(apart).fold(0.0, f64::max)
    }

    /// Makes the distance from what is done already the objective: `sum (x - x')^2 / x'`.
    pub(super) fn stay_near(&mut self) {
        self.formulation.program.clear_objective();
        for &(var, target) in &self.near {
            self.steps.push(step(&mut self.formulation.program, var, target));
        }
        for (&(_, target), &(step, _)) in self.near.iter().zip(&self.steps) {
            let term = ConvexTerm::Quadratic { var: step, weight: weight(target), target: 0.0 };
            self.formulation.program.add_convex(term);
        }
    }

    /// The program of [`Response::stay_near`] seen from a point near its answer: a method knows an objective to a share
    /// of it, and from the answer it is nothing.
    pub(super) fn seen_from(&self, values: &[f64]) -> Program {
        let mut program = self.formulation.program.clone();
        for (&(var, target), &(step, row)) in self.near.iter().zip(&self.steps) {
            let centre = values[var.position()];
            program.set_row_bounds(row, centre, centre);
            program.set_bounds(step, f64::NEG_INFINITY, f64::INFINITY);
            program.add_cost(step, weight(target) * (centre - target));
        }
        program
    }

    /// Holds the riparian to what it does already.
    pub(super) fn stand_still(&mut self) {
        for (var, value) in self.near.clone() {
            let moved = stand(&mut self.formulation, var, value);
            self.moved.extend(moved);
        }
    }

    /// The riparian's benefit at a point, MUSD, less what moving the standing would cost.
    pub(super) fn own_benefit(&self, values: &[f64]) -> f64 {
        self.own_money().map(|(var, coefficient)| coefficient * values[var.position()]).sum()
    }

    fn own_money(&self) -> impl Iterator<Item = (Var, f64)> + '_ {
        let own = self.formulation.money.iter().filter(|term| term.riparian == self.territory.riparian);
        let moved = self.moved.iter().map(|&var| (var, -self.price));
        let owed = self.owed.iter().map(|&(var, price)| (var, -price));
        own.map(|term| (term.var, term.coefficient)).chain(moved).chain(owed)
    }

    /// The plan with what this response decides, read from a solution.
    pub(super) fn merged(&self, plan: &Plan, values: &[f64]) -> Plan {
        let basin = self.formulation.window.basin;
        let found = Plan::read(&self.formulation, values);
        let mut plan = plan.clone();
        for (r, reservoir) in basin.reservoirs.enumerate() {
            if self.territory.active[reservoir.node] {
                plan.storage[r] = found.storage[r].clone();
            }
        }
        for (r, reach) in basin.reaches.enumerate() {
            if self.territory.active[reach.from] {
                plan.flow[r] = found.flow[r].clone();
            }
        }
        for (k, demand) in basin.demands.enumerate() {
            if self.territory.active[demand.node] {
                plan.delivery[k] = found.delivery[k].clone();
            }
        }
        for (h, _) in basin.plants.enumerate().filter(|(_, plant)| plant.riparian == self.territory.riparian)
        {
            plan.turbined[h] = found.turbined[h].clone();
        }
        plan
    }

    /// What a riparian's program takes from a plan.
    pub(super) fn sight(basin: &Basin, i: RiparianIdx, plan: &Plan) -> Vec<f64> {
        let active = Territory::of(basin, i).active;
        let reservoirs = basin.reservoirs.enumerate().filter(|(_, own)| active[own.node]);
        let reaches = basin.reaches.enumerate().filter(|(_, own)| active[own.from] || active[own.to]);
        let demands = basin.demands.enumerate().filter(|(_, own)| active[own.node]);
        let storages = reservoirs.flat_map(|(r, _)| plan.storage[r].iter());
        let flows = reaches.flat_map(|(r, _)| plan.flow[r].iter());
        let deliveries = demands.flat_map(|(k, _)| plan.delivery[k].iter());
        storages.chain(flows).chain(deliveries).copied().collect()
    }

    fn take_rows_away(&mut self) {
        let rows: Vec<_> = self.formulation.program.row_ids().collect();
        let mut gone = BTreeSet::new();
        for row in rows {
            let label = self.formulation.program.row(row).label;
            let name = self.formulation.program.text(label.element).to_owned();
            if !self.keeps(label.family, &name) {
                self.formulation.program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY);
                if label.family == "benefit_steps" {
                    gone.insert(row);
                }
            }
        }
        let steps: Vec<Var> = self
            .formulation
            .program
            .terms()
            .iter()
            .filter(|term| gone.contains(&term.row) && term.coefficient > 0.0)
            .map(|term| term.var)
            .collect();
        steps.into_iter().for_each(|var| self.formulation.program.set_bounds(var, 0.0, 0.0));
    }

    /// Whether a row is one of the riparian's own program. Promises are looked at one by one.
    fn keeps(&self, family: &str, name: &str) -> bool {
        let basin = self.formulation.window.basin;
        let i = self.territory.riparian;
        let at_node =
            || Basin::find(&basin.nodes, name, |node| &node.name).is_some_and(|n| self.territory.active[n]);
        match family {
            "reservoir_balance" => Basin::find(&basin.reservoirs, name, |r| &r.name)
                .is_some_and(|r| self.territory.active[basin.reservoirs[r].node]),
            "junction_balance" => at_node(),
            "turbined_within_flow" => basin.plants.iter().any(|h| h.name == name && h.riparian == i),
            "drainage_balance" => Basin::find(&basin.drainages, name, |d| &d.name)
                .is_some_and(|d| self.territory.drains(basin, d)),
            "load" | "power_balance" => basin.areas.iter().any(|a| a.name == name && a.riparian == i),
            "benefit_steps" => basin.demands.iter().any(|k| k.name == name && k.riparian == i),
            _ => true,
        }
    }

    fn set_water(&mut self, plan: &Plan) {
        let basin = self.formulation.window.basin;
        let vars = self.formulation.vars.clone();
        let i = self.territory.riparian;
        for (r, reservoir) in basin.reservoirs.enumerate() {
            let hold = match (self.territory.active[reservoir.node], reservoir.riparian == i) {
                (false, _) => Hold::Fixed,
                (true, true) => Hold::Own,
                (true, false) => Hold::Stands,
            };
            self.hold(hold, &vars.storage[r], &plan.storage[r]);
        }
        for (r, reach) in basin.reaches.enumerate() {
            let hold = match (self.territory.active[reach.from], owner(basin, reach.from) == i) {
                (false, _) => Hold::Fixed,
                (true, true) => Hold::Own,
                (true, false) if is_main_outlet(basin, r) => Hold::Follows,
                (true, false) => Hold::Stands,
            };
            self.hold(hold, &vars.flow[r], &plan.flow[r]);
        }
        for (k, demand) in basin.demands.enumerate() {
            let hold = match (self.territory.active[demand.node], demand.riparian == i) {
                (false, _) => Hold::Fixed,
                (true, true) => Hold::Own,
                (true, false) if owner(basin, demand.node) != i => Hold::Stands,
                (true, false) if self.territory.runs_on[demand.node] => Hold::Stands,
                (true, false) => Hold::AtMost,
            };
            self.hold(hold, &vars.delivery[k], &plan.delivery[k]);
        }
        for (d, drained) in vars.drained.enumerate() {
            if !self.territory.drains(basin, d) {
                self.nothing(drained);
            }
        }
    }

    fn hold(&mut self, hold: Hold, vars: &Series<Var>, plan: &Series<f64>) {
        for (t, &var) in vars.enumerate() {
            self.hold_one(hold, var, plan, t);
        }
    }

    fn hold_one(&mut self, hold: Hold, var: Var, plan: &Series<f64>, t: PeriodIdx) {
        let value = plan[t];
        match hold {
            Hold::Own => self.near.push((var, value)),
            Hold::Follows => {}
            Hold::Fixed => self.formulation.program.set_bounds(var, value, value),
            Hold::AtMost => {
                self.formulation.program.set_bounds(var, 0.0, value);
                self.near.push((var, value));
            }
            Hold::Stands => {
                let moved = stand(&mut self.formulation, var, value);
                self.moved.extend(moved);
            }
        }
    }

    fn nothing(&mut self, vars: &Series<Var>) {
        vars.iter().for_each(|&var| self.formulation.program.set_bounds(var, 0.0, 0.0));
    }

    /// Power of others is out of the program; the riparian's lines are open on its own side.
    fn set_power(&mut self) {
        let basin = self.formulation.window.basin;
        let vars = self.formulation.vars.clone();
        let i = self.territory.riparian;
        let own = |terminal: Terminal| terminal.area().is_some_and(|a| basin.areas[a].riparian == i);
        for (h, _) in basin.plants.enumerate().filter(|(_, plant)| plant.riparian != i) {
            self.nothing(&vars.turbined[h]);
        }
        for (g, _) in basin.thermals.enumerate().filter(|(_, unit)| basin.areas[unit.area].riparian != i) {
            self.nothing(&vars.thermal[g]);
        }
        for (l, _) in basin.lines.enumerate().filter(|(_, line)| !own(line.from) && !own(line.to)) {
            self.nothing(&vars.sent[l]);
        }
        for (a, _) in basin.areas.enumerate().filter(|(_, area)| area.riparian != i) {
            [&vars.other, &vars.served, &vars.unserved].into_iter().for_each(|table| self.nothing(&table[a]));
        }
    }

    /// Promises of others are theirs to keep, but a correction that is not taken at a node of the
    /// territory is water of the river: it stands at nothing.
    fn set_promises(&mut self) {
        let i = self.territory.riparian;
        for broken in self.formulation.vars.broken.clone() {
            if broken.riparian == i {
                continue;
            }
            match (broken.what, broken.row) {
                (BrokenKind::Correction(node, _), _) if self.territory.active[node] => {
                    self.moved.push(broken.var)
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
}

/// What a move of 1 hm3 weighs from where something stands.
fn weight(target: f64) -> f64 {
    1.0 / target.max(1.0)
}

/// A variable `x - centre`, and the row that says so.
fn step(program: &mut Program, var: Var, centre: f64) -> (Var, Row) {
    let label = program.variable(var).label;
    let step = program.add_variable(label, f64::NEG_INFINITY, f64::INFINITY);
    let row = program.add_row(label, centre, centre);
    program.add_term(row, var, 1.0);
    program.add_term(row, step, -1.0);
    (step, row)
}
