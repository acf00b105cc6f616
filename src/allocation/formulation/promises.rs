//! Rows of promises: what binds every policy, each with a priced slack that says what had to give.

use crate::network::basin::{PromiseIdx, ReachIdx, ReservoirIdx, RiparianIdx};
use crate::network::promise::{Gauge, Requirement};
use crate::quantity::index::PeriodIdx;
use crate::solver::Solution;
use crate::solver::program::{Label, Name, Row, Var};

use super::water::last;
use super::{Broken, BrokenKind, Formulation};

impl Formulation<'_> {
    /// All promises.
    pub(super) fn add_promises(&mut self) {
        let basin = self.window.basin;
        for r in basin.reservoirs.indices() {
            self.add_dead_storage(r);
            self.add_end_storage(r);
        }
        for r in basin.reaches.indices() {
            self.add_safe_flow(r);
        }
        for p in basin.promises.indices() {
            self.add_promised_flow(p);
        }
    }

    /// `S + below >= dead storage`.
    fn add_dead_storage(&mut self, r: ReservoirIdx) {
        let basin = self.window.basin;
        let reservoir = &basin.reservoirs[r];
        let name = self.names.reservoirs[r];
        for t in basin.horizon.indices() {
            let dead = reservoir.dead_storage[t].value();
            if dead > 0.0 {
                let label = self.label("below_dead_storage", name, t);
                let var = self.program.add_variable(label, 0.0, dead);
                let row = self.program.add_row(self.label("dead_storage", name, t), dead, f64::INFINITY);
                self.program.add_term(row, self.vars.storage[r][t], 1.0);
                self.program.add_term(row, var, 1.0);
                let price = basin.promise_prices.dead_storage.value();
                self.push_broken(var, row, BrokenKind::DeadStorage(r, t), reservoir.riparian, price);
            }
        }
    }

    /// `S_end + short >= target`.
    fn add_end_storage(&mut self, r: ReservoirIdx) {
        let basin = self.window.basin;
        let reservoir = &basin.reservoirs[r];
        let target = self.window.end_storage[r].value();
        if target > 0.0 {
            let name = self.names.reservoirs[r];
            let end = self.vars.storage[r][last(&self.vars.storage[r])];
            let label = |family| Label { family, element: name, period: None };
            let var = self.program.add_variable(label("below_end_storage"), 0.0, target);
            let row = self.program.add_row(label("end_storage"), target, f64::INFINITY);
            self.program.add_term(row, end, 1.0);
            self.program.add_term(row, var, 1.0);
            let price = basin.promise_prices.end_storage.value();
            self.push_broken(var, row, BrokenKind::EndStorage(r), reservoir.riparian, price);
        }
    }

    /// `flow - above <= safe flow`.
    fn add_safe_flow(&mut self, r: ReachIdx) {
        let basin = self.window.basin;
        let reach = &basin.reaches[r];
        let Some(safe) = &reach.safe_flow else { return };
        let name = self.names.reaches[r];
        for t in basin.horizon.indices() {
            let limit = (safe[t] * self.days(t)).value();
            let var = self.program.add_variable(self.label("above_safe_flow", name, t), 0.0, f64::INFINITY);
            let row = self.program.add_row(self.label("safe_flow", name, t), f64::NEG_INFINITY, limit);
            self.program.add_term(row, self.vars.flow[r][t], 1.0);
            self.program.add_term(row, var, -1.0);
            let price = basin.promise_prices.safe_flow.value();
            self.push_broken(var, row, BrokenKind::SafeFlow(r, t), reach.riparian, price);
        }
    }

    /// `passed + short >= required`, in each period or over each season.
    fn add_promised_flow(&mut self, p: PromiseIdx) {
        let basin = self.window.basin;
        let name = self.names.promises[p];
        match &basin.promises[p].required {
            Requirement::EachPeriod(required) => {
                for t in basin.horizon.indices() {
                    let label = |family| Label { family, element: name, period: Some(self.names.periods[t]) };
                    let labels = (label("promised_flow"), label("flow_shortfall"));
                    self.add_requirement(p, labels, &[t], required[t].value(), BrokenKind::Flow(p, t));
                }
            }
            Requirement::EachSeason(seasons) => {
                for (place, (season, required)) in seasons.iter().enumerate() {
                    let periods: Vec<PeriodIdx> = basin.horizon.periods_in(*season).collect();
                    let element = self.season_name(name, season.name());
                    let label = |family| Label { family, element, period: None };
                    let labels = (label("promised_season"), label("season_shortfall"));
                    let what = BrokenKind::Season(p, place);
                    self.add_requirement(p, labels, &periods, required.value(), what);
                }
            }
        }
    }

    fn season_name(&mut self, element: Name, season: &str) -> Name {
        let text = format!("{},{season}", self.program.text(element));
        self.program.name(text)
    }

    fn add_requirement(
        &mut self,
        p: PromiseIdx,
        (row_label, var_label): (Label, Label),
        periods: &[PeriodIdx],
        required: f64,
        what: BrokenKind,
    ) {
        if required <= 0.0 || periods.is_empty() {
            return;
        }
        let promise = &self.window.basin.promises[p];
        let row = self.program.add_row(row_label, required, f64::INFINITY);
        let var = self.program.add_variable(var_label, 0.0, required);
        self.program.add_term(row, var, 1.0);
        let mut decided = 0.0;
        for &t in periods {
            decided += self.add_passage(row, promise.gauge, t);
        }
        self.program.set_row_bounds(row, required - decided, f64::INFINITY);
        self.push_broken(var, row, what, promise.riparian, promise.price.value());
    }

    /// Adds what passes a gauge to a row; returns what is already decided, hm3.
    pub(in crate::allocation) fn add_passage(&mut self, row: Row, gauge: Gauge, t: PeriodIdx) -> f64 {
        let basin = self.window.basin;
        match gauge {
            Gauge::ReachHead(reach) => {
                self.program.add_term(row, self.vars.flow[reach][t], 1.0);
                0.0
            }
            Gauge::Node(node) => {
                let reaches: Vec<ReachIdx> = basin.inlets(node).collect();
                reaches.into_iter().map(|reach| self.add_arrivals(row, reach, t, 1.0)).sum()
            }
        }
    }

    fn push_broken(&mut self, var: Var, row: Row, what: BrokenKind, riparian: RiparianIdx, price: f64) {
        self.vars.broken.push(Broken { var, what, riparian, price, row: Some(row) });
    }

    /// Makes the priced shortfall of all promises the objective.
    pub fn minimise_shortfall(&mut self) {
        self.program.clear_objective();
        for broken in &self.vars.broken {
            self.program.add_cost(broken.var, broken.price);
        }
    }

    /// Holds the priced shortfall of all promises at its least in every later solve: promises that every
    /// best plan keeps are kept, and the priced sum of the others stays within a hair of the least.
    pub fn hold_shortfall(&mut self, least: &LeastShortfall) {
        if least.total == f64::INFINITY {
            return;
        }
        let mut breakable = Vec::new();
        for (broken, kept) in self.vars.broken.clone().into_iter().zip(&least.kept) {
            if *kept {
                self.keep(broken);
            } else {
                breakable.push(broken);
            }
        }
        if !breakable.is_empty() {
            let label = Label { family: "priced_shortfall", element: self.names.basin, period: None };
            let most = least.total * (1.0 + SHORTFALL_SLACK) + SHORTFALL_SLACK_MUSD;
            let row = self.program.add_row(label, f64::NEG_INFINITY, most);
            for broken in breakable {
                self.program.add_term(row, broken.var, broken.price);
            }
        }
    }

    /// Keeps a promise: nothing is broken, and where it speaks of one variable its row becomes a bound, so
    /// that a promise that leaves no choice (a full reservoir at the end) leaves no thin program behind.
    fn keep(&mut self, broken: Broken) {
        self.program.set_bounds(broken.var, 0.0, 0.0);
        let Some(row) = broken.row else { return };
        let bounds = *self.program.row(row);
        let Some(var) = self.spoken_of(broken.what) else { return };
        let variable = *self.program.variable(var);
        let lower = variable.lower.max(bounds.lower).min(variable.upper);
        let upper = variable.upper.min(bounds.upper).max(lower);
        self.program.set_bounds(var, lower, upper);
        self.program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY);
    }

    /// The variable a promise speaks of, if it is one alone.
    fn spoken_of(&self, what: BrokenKind) -> Option<Var> {
        match what {
            BrokenKind::DeadStorage(r, t) => Some(self.vars.storage[r][t]),
            BrokenKind::EndStorage(r) => Some(self.vars.storage[r][last(&self.vars.storage[r])]),
            BrokenKind::SafeFlow(reach, t) => Some(self.vars.flow[reach][t]),
            BrokenKind::Flow(p, t) => match self.window.basin.promises[p].gauge {
                Gauge::ReachHead(reach) => Some(self.vars.flow[reach][t]),
                Gauge::Node(_) => None,
            },
            BrokenKind::Correction(..) | BrokenKind::Season(..) => None,
        }
    }
}

/// The least priced shortfall of promises that any plan of a window has.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastShortfall {
    /// Its price, MUSD.
    pub total: f64,
    /// For each promise that can be broken, whether every plan with the least shortfall keeps it.
    pub kept: Vec<bool>,
}

impl LeastShortfall {
    /// Any shortfall will do: its price is in the benefits that are shared.
    pub fn any() -> LeastShortfall {
        LeastShortfall { total: f64::INFINITY, kept: Vec::new() }
    }

    /// Reads it from a solution of the program that minimises it: a promise is kept by every best plan
    /// where breaking it costs (its reduced cost is positive), and all are where the sum is nothing.
    pub fn read(formulation: &Formulation<'_>, solution: &Solution) -> LeastShortfall {
        let total = solution.objective.max(0.0);
        let none = total <= NO_SHORTFALL_MUSD;
        let kept = |broken: &Broken| {
            let place = broken.var.position();
            let costs = solution.reduced_costs[place] > 1e-3 * broken.price;
            none || (costs && solution.values[place] < 1e-3)
        };
        LeastShortfall {
            total: if none { 0.0 } else { total },
            kept: formulation.vars.broken.iter().map(kept).collect(),
        }
    }
}

/// How far above its least the priced shortfall is held, relative to it.
const SHORTFALL_SLACK: f64 = 1e-9;
/// The same, MUSD: some hundred cubic metres, so that the held plans keep an inside.
const SHORTFALL_SLACK_MUSD: f64 = 1e-3;
/// A priced shortfall up to this is none, MUSD.
const NO_SHORTFALL_MUSD: f64 = 1e-4;
