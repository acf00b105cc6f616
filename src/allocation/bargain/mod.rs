//! Bargains: gains over the status quo, `g_i = B_i - d_i >= 0`, shared by a welfare without any payment.
//!
//! Nash's bargain (1950) is `max sum w_i log g_i`; Kalai and Smorodinsky's (1975) is leximin of `g_i / ideal_i`, where
//! `ideal_i` is the greatest gain of `i` with nobody below the status quo. Whoever cannot gain is found first, kept at the
//! status quo and left out of the welfare, and that is said; if nobody can gain, the status quo stands. Since the set of
//! benefits is convex, those who can gain one by one can all gain together.
//!
//! Which heads the benefits are counted at is left to `heads`.

mod heads;
mod outer;

use rayon::prelude::*;

use crate::energy::hydropower::Yields;
use crate::network::basin::RiparianIdx;
use crate::quantity::index::Idx;
use crate::solver::interior_point::InteriorPoint;
use crate::solver::program::{Program, Var};
use crate::solver::vertex::Vertex;
use crate::solver::{Solution, Solver, Status};

use super::allocate::Engine;
use super::formulation::{Detail, Formulation, LeastShortfall};
use super::goal::Goal;
use super::levels::{Held, sum_up};
use super::policy::{Alpha, Scale, Welfare};
use super::status_quo::StatusQuo;
use super::unsolved::Unsolved;
use outer::{Concave, Outer};

/// A gain up to this is none, relative to what the riparian has under the status quo: what a solver does not know of a
/// benefit, and what the others' lowered floors may give.
pub const NO_GAIN: f64 = 1e-4;
/// A floor is put this far below the status quo, relative to it, so that a status quo that is the best there is
/// leaves a plan.
const FLOOR_SLACK: f64 = 1e-5;

/// Gains over a status quo, the members of a bargain.
#[derive(Clone, Debug, PartialEq)]
pub struct Gains {
    /// Whom nobody may put below the floor: its net benefit under the status quo, MUSD, in the basin's order.
    floors: Vec<f64>,
    /// Who can gain.
    members: Vec<Gainer>,
}

/// Who can gain over the status quo.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Gainer {
    riparian: RiparianIdx,
    /// Its greatest gain with nobody below the floors, MUSD.
    ideal: f64,
    /// In what its gain is counted, MUSD.
    scale: f64,
}

impl Gainer {
    /// Its greatest gain as it is counted.
    fn top(&self) -> f64 {
        self.ideal / self.scale
    }
}

impl Gains {
    /// Adds `B_i >= d_i` for everybody and a variable `g = (B_i - d_i) / scale_i` for each member.
    pub(super) fn add_to(&self, formulation: &mut Formulation<'_>) -> Vec<Var> {
        let benefits = formulation.add_benefits();
        let is_member = |at: &usize| self.riparians().any(|i| i.position() == *at);
        for at in (0..benefits.len()).filter(|at| !is_member(at)) {
            hold_floor(formulation, benefits[at], self.floors[at]);
        }
        let members = self.members.iter();
        members
            .map(|own| {
                let at = own.riparian.position();
                formulation.add_gain(own.riparian, benefits[at], self.floors[at], own.scale)
            })
            .collect()
    }

    /// Who the members are.
    pub(super) fn riparians(&self) -> impl Iterator<Item = RiparianIdx> + '_ {
        self.members.iter().map(|own| own.riparian)
    }
}

/// Keeps a benefit at or above a floor.
fn hold_floor(formulation: &mut Formulation<'_>, benefit: Var, floor: f64) {
    formulation.program.set_bounds(benefit, floor - FLOOR_SLACK * size(floor), f64::INFINITY);
}

/// What a riparian's money is measured by.
fn size(floor: f64) -> f64 {
    floor.abs().max(1.0)
}

/// The best vertex near a solution, where there is one: a gain is a small difference of benefits, and a solver that walks inside
/// knows it to some millionths only.
fn sharp(program: &Program, near: Solution) -> Solution {
    let Some(mut vertex) = near.is_usable().then(|| Vertex::of(program)).flatten() else { return near };
    vertex.go_near(&near.values);
    match vertex.minimise() {
        Status::Optimal => {
            let best = vertex.solution(program, Status::Optimal);
            Solution {
                iterations: near.iterations + vertex.steps(),
                second_opinion: near.second_opinion,
                ..best
            }
        }
        _ => near,
    }
}

impl<'a> Engine<'a, '_> {
    /// The gains of those who can gain, in the unit of the welfare; who cannot is named.
    pub(super) fn gains(
        &mut self,
        welfare: &Welfare,
        status_quo: &StatusQuo,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<Goal, Unsolved> {
        let floors = status_quo.benefits.clone();
        let ideals = self.ideal_gains(&floors, yields, shortfall)?;
        let mut members = Vec::new();
        for (i, own) in self.window.basin.riparians.enumerate() {
            let ideal = ideals[i.position()];
            if ideal <= NO_GAIN * size(floors[i.position()]) {
                self.effort.warnings.push(format!("{} cannot gain over `{}`", own.name, status_quo.policy));
            } else {
                // the sum of logarithms does not care in what a gain is counted, the solver does
                let invariant = welfare.alpha == Alpha::Finite(1.0);
                let scale = if invariant || welfare.scale == Scale::Ideal { ideal } else { 1.0 };
                members.push(Gainer { riparian: i, ideal, scale });
            }
        }
        Ok(Goal::Gains(Gains { floors, members }))
    }

    /// The greatest gain of each riparian with nobody below the floors, MUSD.
    fn ideal_gains(
        &mut self,
        floors: &[f64],
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<Vec<f64>, Unsolved> {
        let mut formulation = self.promised(Detail::Money, yields, shortfall);
        let benefits = formulation.add_benefits();
        benefits.iter().zip(floors).for_each(|(&var, &floor)| hold_floor(&mut formulation, var, floor));
        let program = formulation.program;
        let own = |program: &Program, var: Var| {
            let mut program = program.clone();
            program.clear_objective();
            program.add_cost(var, -1.0);
            sharp(&program, self.solver.solve(&program))
        };
        let solutions: Vec<Solution> = benefits.par_iter().map(|&var| own(&program, var)).collect();
        let mut ideals = Vec::with_capacity(floors.len());
        for ((solution, var), floor) in solutions.iter().zip(&benefits).zip(floors) {
            self.effort.count(solution);
            if !solution.is_usable() {
                return Err(self.why(&program, "looking for who can gain", solution.status));
            }
            ideals.push(solution.values[var.position()] - floor);
        }
        Ok(ideals)
    }

    /// The gains of `max sum w phi_alpha(g)`, and a program at a plan that has them.
    pub(super) fn share_gains(
        &mut self,
        gains: &Gains,
        weights: &[f64],
        alpha: f64,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<(Held<'a>, Vec<f64>), Unsolved> {
        let mut formulation = self.promised(Detail::Money, yields, shortfall);
        let members = gains.add_to(&mut formulation);
        let terms: Vec<Concave> = members
            .iter()
            .zip(weights)
            .zip(&gains.members)
            .map(|((&var, &weight), member)| Concave { var, weight, alpha, top: member.top() })
            .collect();
        let values = self.greatest_sum(&formulation.program, terms)?;
        let levels = members.iter().map(|var| values[var.position()]).collect();
        let mut vertex = self.vertex(&formulation.program)?;
        vertex.go_near(&values);
        Ok((Held { formulation, vertex, members }, levels))
    }

    /// A point of the program where the sum of the terms is greatest: by the method that walks inside the basin's
    /// structure where it arrives (some fifty milliseconds), or else from outside, vertex by vertex.
    fn greatest_sum(&mut self, program: &Program, terms: Vec<Concave>) -> Result<Vec<f64>, Unsolved> {
        let mut bent = program.clone();
        let vars: Vec<Var> = terms.iter().map(|term| term.var).collect();
        let weights: Vec<f64> = terms.iter().map(|term| term.weight).collect();
        let alpha = terms.first().map_or(0.0, |term| term.alpha);
        sum_up(&mut bent, &vars, &weights, alpha);
        let mut inside = InteriorPoint::default();
        inside.second_opinion = false;
        let solution = inside.solve(&bent);
        self.effort.count(&solution);
        if solution.status == Status::Optimal {
            return Ok(solution.values);
        }
        let mut outer = Outer::of(program, terms);
        let near = self.solve(&outer.program, "sharing the gains")?;
        let values =
            outer.climb(near.values).map_err(|status| self.why(program, "sharing the gains", status))?;
        self.effort.iterations += outer.steps;
        Ok(values)
    }
}
