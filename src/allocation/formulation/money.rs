//! Money: the farm benefit in steps, spill damage, broken promises, and the objective they add up to.

use crate::network::basin::RiparianIdx;
use crate::quantity::index::PeriodIdx;
use crate::solver::program::{ConvexTerm, Label, Row, Var};

use super::{Formulation, MoneyTerm};

impl Formulation<'_> {
    /// `q = sum of steps`, each step no wider than its share of the claim, at its value.
    pub(super) fn add_farm_benefit(&mut self) {
        let basin = self.window.basin;
        for (k, demand) in basin.demands.enumerate() {
            let name = self.names.demands[k];
            let steps = demand.benefit_steps();
            for t in basin.horizon.indices() {
                let row = self.program.add_row(self.label("benefit_steps", name, t), 0.0, 0.0);
                self.program.add_term(row, self.vars.delivery[k][t], -1.0);
                for (family, (share, value)) in STEP_FAMILIES.into_iter().zip(steps) {
                    let width = share * demand.claim[t].value();
                    let var = self.program.add_variable(self.label(family, name, t), 0.0, width);
                    self.program.add_term(row, var, 1.0);
                    let riparian = demand.riparian;
                    self.money.push(MoneyTerm { riparian, var, coefficient: value.value() });
                }
            }
        }
    }

    /// Damage by spill, worth of released water (benchmarks) and the price of broken promises.
    pub(super) fn add_money_of_water(&mut self) {
        let basin = self.window.basin;
        for (r, reach) in basin.reaches.enumerate() {
            let owner = self.main_outlet_of(r);
            for t in basin.horizon.indices() {
                let var = self.vars.flow[r][t];
                let damage = -reach.flood_cost.value();
                if damage != 0.0 {
                    self.money.push(MoneyTerm { riparian: reach.riparian, var, coefficient: damage });
                }
                let owner = owner.map(|reservoir| &basin.reservoirs[reservoir]);
                if let Some((reservoir, value)) =
                    owner.and_then(|reservoir| Some((reservoir, reservoir.release_value.as_ref()?)))
                {
                    let coefficient = value[t].value();
                    self.money.push(MoneyTerm { riparian: reservoir.riparian, var, coefficient });
                }
            }
        }
        for broken in &self.vars.broken {
            let (riparian, var) = (broken.riparian, broken.var);
            self.money.push(MoneyTerm { riparian, var, coefficient: -broken.price });
        }
    }

    /// Makes minus the total net benefit the objective.
    pub fn maximise_benefit(&mut self) {
        self.program.clear_objective();
        for term in &self.money {
            self.program.add_cost(term.var, -term.coefficient);
        }
    }

    /// Total net benefit at a point, MUSD.
    pub fn benefit_at(&self, values: &[f64]) -> f64 {
        self.money.iter().map(|term| term.coefficient * values[term.var.position()]).sum()
    }

    /// What all that is claimed would be worth if it were served, MUSD: the size of the money in the program.
    pub fn greatest_worth(&self) -> f64 {
        let worth = |term: &MoneyTerm| {
            let most = self.program.variable(term.var).upper;
            if term.coefficient > 0.0 && most.is_finite() { term.coefficient * most } else { 0.0 }
        };
        self.money.iter().map(worth).sum()
    }

    /// Adds the row `total net benefit >= least`.
    pub fn hold_benefit(&mut self, least: f64) -> Row {
        let label = Label { family: "total_benefit", element: self.names.basin, period: None };
        let row = self.program.add_row(label, least, f64::INFINITY);
        for term in &self.money {
            self.program.add_term(row, term.var, term.coefficient);
        }
        row
    }

    /// Adds a variable for each riparian's net benefit, MUSD, in the order of the riparians.
    pub fn add_benefits(&mut self) -> Vec<Var> {
        let basin = self.window.basin;
        let mut benefits = Vec::with_capacity(basin.riparians.len());
        for i in basin.riparians.indices() {
            let label = Label { family: "benefit", element: self.names.riparians[i], period: None };
            let var = self.program.add_variable(label, f64::NEG_INFINITY, f64::INFINITY);
            let row = self.program.add_row(label, 0.0, 0.0);
            self.program.add_term(row, var, -1.0);
            for term in self.money.iter().filter(|term| term.riparian == i) {
                self.program.add_term(row, term.var, term.coefficient);
            }
            benefits.push(var);
        }
        benefits
    }

    /// Adds `gain = (benefit - floor) / scale >= 0` of a riparian.
    pub fn add_gain(&mut self, i: RiparianIdx, benefit: Var, floor: f64, scale: f64) -> Var {
        let label = Label { family: "gain", element: self.names.riparians[i], period: None };
        let gain = self.program.add_variable(label, 0.0, f64::INFINITY);
        let row = self.program.add_row(label, floor, floor);
        self.program.add_term(row, benefit, 1.0);
        self.program.add_term(row, gain, -scale);
        gain
    }

    /// What makes a plan even and smooth, as terms to minimise: deliveries and
    /// served load near the same share of what is asked for, releases, thermal output and trade without jumps. Strictly convex in what a policy leaves
    /// open. Adds the variables it needs; the objective is left as it is.
    pub fn unevenness(&mut self) -> Vec<ConvexTerm> {
        let mut terms = self.uneven_service();
        terms.extend(self.rough_releases());
        terms.extend(self.rough_power());
        terms
    }

    fn uneven_service(&self) -> Vec<ConvexTerm> {
        let mut terms = Vec::new();
        let basin = self.window.basin;
        for (k, demand) in basin.demands.enumerate() {
            for t in basin.horizon.indices() {
                let claim = demand.claim[t].value();
                if claim > 0.0 {
                    terms.push(quadratic(self.vars.delivery[k][t], 1.0 / claim, claim));
                }
            }
        }
        for (a, area) in basin.areas.enumerate() {
            for t in basin.horizon.indices() {
                let load = area.load[t].value();
                if load > 0.0 {
                    terms.push(quadratic(self.vars.served[a][t], 1.0 / load, load));
                }
            }
        }
        terms
    }

    fn rough_releases(&mut self) -> Vec<ConvexTerm> {
        let mut terms = Vec::new();
        let basin = self.window.basin;
        for (r, reservoir) in basin.reservoirs.enumerate() {
            let Some(outlet) = basin.outlets(reservoir.node).next() else { continue };
            let name = self.names.reservoirs[r];
            let size = reservoir.storage_max.iter().map(|volume| volume.value()).fold(1.0, f64::max);
            for t in basin.horizon.indices().skip(1) {
                let jump = self.add_jump(name, outlet, t);
                terms.push(quadratic(jump, 1.0 / size, 0.0));
            }
        }
        terms
    }

    /// A variable for the change of mean flow from the period before, as a volume of this period.
    fn add_jump(
        &mut self,
        name: crate::solver::program::Name,
        outlet: crate::network::basin::ReachIdx,
        t: PeriodIdx,
    ) -> Var {
        use crate::quantity::index::Idx;
        let before = PeriodIdx::new(t.position() - 1);
        let ratio = self.days(t) / self.days(before);
        let label = self.label("release_jump", name, t);
        let jump = self.program.add_variable(label, f64::NEG_INFINITY, f64::INFINITY);
        let row = self.program.add_row(label, 0.0, 0.0);
        self.program.add_term(row, jump, -1.0);
        self.program.add_term(row, self.vars.flow[outlet][t], 1.0);
        self.program.add_term(row, self.vars.flow[outlet][before], -ratio);
        jump
    }

    fn rough_power(&self) -> Vec<ConvexTerm> {
        let power = self.vars.sent.iter().chain(&self.vars.thermal).flatten();
        power
            .map(|&var| (var, self.program.variable(var).upper))
            .filter(|(_, upper)| *upper > 0.0)
            .map(|(var, upper)| quadratic(var, 0.1 / upper, 0.0))
            .collect()
    }
}

fn quadratic(var: Var, weight: f64, target: f64) -> ConvexTerm {
    ConvexTerm::Quadratic { var, weight, target }
}

/// Families of the steps of the farm benefit, best first.
const STEP_FAMILIES: [&str; 4] = ["domestic", "best_crops", "middle_crops", "last_crops"];
