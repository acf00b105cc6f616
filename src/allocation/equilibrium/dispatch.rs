//! The end of the rounds: the water stands, and all power systems are dispatched together.

use std::collections::BTreeSet;

use crate::energy::hydropower::Yields;
use crate::quantity::index::{Idx, Series, Table};
use crate::solver::program::{Row, Var};
use crate::solver::vertex::Vertex;
use crate::solver::{Solution, Status};

use super::super::barter::Receipt;
use super::super::formulation::{Detail, Formulation};
use super::super::plan::Plan;
use super::super::unsolved::Unsolved;
use super::answer::keep_face;
use super::standing::{price, stand};
use super::{BENEFIT_SLACK, Game, water, water_mut};

/// How far a solver may leave water from where it stands without having decided anything, hm3. The rounds of a contract begin
/// from this plan, and would make hundreds of it.
const LEFT_OPEN_HM3: f64 = 1e-3;

impl Game<'_, '_> {
    /// The water of a plan as the river carries it: what the rounds leave is off by thousandths of an hm3 where storages were put on
    /// their bounds, and where that ends is decided by the method of the rounds.
    pub(super) fn carried(&mut self, water: &Plan) -> Result<Plan, Unsolved> {
        Ok(self.dispatch(water, &water.yields(self.window), &[])?.0)
    }

    /// The dispatch of all power systems together, with the water as it stands and what is to be received over lines
    /// as far as they can carry it; its plan and total benefit, MUSD.
    pub(super) fn dispatch(
        &mut self,
        standing: &Plan,
        yields: &Yields,
        receipts: &[Receipt],
    ) -> Result<(Plan, f64), Unsolved> {
        let basin = self.window.basin;
        let mut formulation = Formulation::new(self.window, yields, Detail::Money);
        let vars = formulation.vars.clone();
        let price = price(basin, &formulation);
        let mut pairs: Vec<(Var, f64)> = Vec::new();
        pairs.extend(series(&vars.storage, &standing.storage));
        pairs.extend(series(&vars.flow, &standing.flow));
        pairs.extend(series(&vars.delivery, &standing.delivery));
        let mut moved: BTreeSet<Var> =
            pairs.into_iter().flat_map(|(var, value)| stand(&mut formulation, var, value)).collect();
        moved.extend(receipts.iter().map(|receipt| receipt.add_to(&mut formulation)));
        formulation.maximise_benefit();
        moved.iter().for_each(|&var| formulation.program.add_cost(var, price));
        let near = self.solve(&formulation.program, "dispatching with the water as it stands")?;
        let best = self.best_dispatch(&mut formulation, near, &moved);
        let benefit = formulation.benefit_at(&best.values);
        keep_water(&mut formulation, &best.values);
        let mut plan = self.smooth(formulation, &best);
        put_back(&mut plan, standing);
        Ok((plan, benefit))
    }

    /// The best vertex near a best point; the program then holds what is tight in all plans that are as good. What moving the standing
    /// costs is so far above the worth of power that a vertex counts as best with thousands of dollars to gain; so it is looked for
    /// again with what was moved left where it is.
    fn best_dispatch(
        &mut self,
        formulation: &mut Formulation<'_>,
        near: Solution,
        moved: &BTreeSet<Var>,
    ) -> Solution {
        if let Some(mut vertex) = Vertex::of(&formulation.program) {
            vertex.go_near(&near.values);
            let mut status = vertex.minimise();
            if status == Status::Optimal {
                for &var in moved {
                    let value = vertex.value(var);
                    vertex.set_bounds(var, value, value);
                }
                vertex.set_costs(formulation.program.costs().filter(|(var, _)| !moved.contains(var)));
                status = vertex.minimise();
            }
            self.effort.count_steps(vertex.steps());
            if status == Status::Optimal {
                return keep_face(&mut vertex, &mut formulation.program);
            }
        }
        let benefit = formulation.benefit_at(&near.values);
        formulation.hold_benefit(benefit - BENEFIT_SLACK * benefit.abs().max(1.0));
        near
    }

    /// The even and smooth plan of those that a program leaves.
    fn smooth(&mut self, mut formulation: Formulation<'_>, solution: &Solution) -> Plan {
        let before = Plan::read(&formulation, &solution.values);
        let terms = formulation.unevenness();
        formulation.program.clear_objective();
        terms.into_iter().for_each(|term| formulation.program.add_convex(term));
        match self.solve_bent(&formulation.program) {
            Some(even) => Plan::read(&formulation, &even),
            None => {
                let warning = "the plan was not smoothed: the solver stopped without an answer";
                self.effort.warnings.push(warning.to_owned());
                before
            }
        }
    }
}

/// Puts water that a solver has left beside where it stands back to there; what had to be moved stays moved.
fn put_back(plan: &mut Plan, standing: &Plan) {
    for (value, stands) in water_mut(plan).zip(water(standing)) {
        if (*value - stands).abs() <= LEFT_OPEN_HM3 {
            *value = stands;
        }
    }
}

/// Leaves power alone free: what is not power stays where it is, and rows without power are taken away.
fn keep_water(formulation: &mut Formulation<'_>, values: &[f64]) {
    let vars = &formulation.vars;
    let tables = [&vars.served, &vars.unserved, &vars.other].into_iter().flat_map(|table| table.iter());
    let power = tables.chain(vars.turbined.iter()).chain(vars.thermal.iter()).chain(vars.sent.iter());
    let power: BTreeSet<Var> = power.flat_map(|series| series.iter().copied()).collect();
    let program = &mut formulation.program;
    let with_power: BTreeSet<Row> =
        program.terms().iter().filter(|term| power.contains(&term.var)).map(|term| term.row).collect();
    for var in program.variable_ids().filter(|var| !power.contains(var)).collect::<Vec<_>>() {
        let value = values[var.position()];
        program.set_bounds(var, value, value);
    }
    for row in program.row_ids().filter(|row| !with_power.contains(row)).collect::<Vec<_>>() {
        program.set_row_bounds(row, f64::NEG_INFINITY, f64::INFINITY);
    }
}

/// Variables beside the values they stand at.
fn series<I: Idx>(vars: &Table<I, Series<Var>>, values: &Table<I, Series<f64>>) -> Vec<(Var, f64)> {
    let both = vars.iter().zip(values.iter());
    both.flat_map(|(vars, values)| vars.iter().copied().zip(values.iter().copied())).collect()
}
