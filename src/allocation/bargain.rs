//! Bargains: gains over the status quo, `g_i = B_i - d_i >= 0`, shared by a welfare without any payment.
//!
//! Nash's bargain (1950) is `max sum w_i log g_i`; Kalai and Smorodinsky's (1975) is leximin of `g_i / ideal_i`, where
//! `ideal_i` is the greatest gain of `i` with nobody below the status quo. Whoever cannot gain is found first, kept at the
//! status quo and left out of the welfare, and that is said; if nobody can gain, the status quo stands. Since the set of
//! benefits is convex, those who can gain one by one can all gain together.
//!
//! Heads: `d_i` is of the status quo's record, at its own heads, and `B_i` of a program at assumed heads. The first
//! heads assumed are those of the status quo, at which its own plan is worth `d_i`, so the first program has a plan.
//! Each pass moves the heads to those of its plan until generation moves by less than half a thousandth; a pass that cannot be
//! solved ends the search and the plan before it stands.

use rayon::prelude::*;

use crate::energy::hydropower::Yields;
use crate::network::basin::RiparianIdx;
use crate::quantity::index::Idx;
use crate::solver::interior_point::InteriorPoint;
use crate::solver::program::{Program, Var};
use crate::solver::{Solution, Solver};

use super::allocate::{Allocation, Engine};
use super::formulation::{Detail, Formulation, LeastShortfall};
use super::goal::Goal;
use super::levels::{Levels, sum_up};
use super::policy::{Alpha, Scale, Welfare};
use super::status_quo::StatusQuo;
use super::unsolved::Unsolved;

/// A gain up to this is none, relative to what the riparian has under the status quo: about what a solver does not know
/// of a benefit.
pub const NO_GAIN: f64 = 1e-5;
/// A floor is put this far below the status quo, relative to it, so that a status quo that is the best there is
/// leaves a plan.
const FLOOR_SLACK: f64 = 1e-6;
/// Generation may move by this share between the heads assumed and those that follow: a floor is money at heads.
const HEADS_SETTLED: f64 = 5e-4;
/// The most passes over the heads. A bargain moves slowly: the plan of a pass trades each one's heads against the others'.
const MOST_PASSES: usize = 10;

/// Gains over a status quo, the members of a bargain.
#[derive(Clone, Debug, PartialEq)]
pub struct Gains {
    /// Whom nobody may put below the floor: its net benefit under the status quo, MUSD, in the basin's order.
    floors: Vec<f64>,
    /// Who can gain, and in what its gain is counted, MUSD.
    members: Vec<(RiparianIdx, f64)>,
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
            .map(|&(i, scale)| {
                formulation.add_gain(i, benefits[i.position()], self.floors[i.position()], scale)
            })
            .collect()
    }

    /// Who the members are.
    pub(super) fn riparians(&self) -> impl Iterator<Item = RiparianIdx> + '_ {
        self.members.iter().map(|(i, _)| *i)
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

impl<'a> Engine<'a, '_> {
    /// Bargains over the gains.
    pub(super) fn bargain(
        &mut self,
        welfare: &Welfare,
        status_quo: &StatusQuo,
    ) -> Result<Allocation, Unsolved> {
        let path = status_quo.plan.storage_path(&self.window.start.storage);
        let mut yields = Yields::along(self.window.basin, &path);
        let shortfall = self.least_shortfall(&yields)?;
        let mut last = self.bargain_at(welfare, status_quo, yields.clone(), &shortfall)?;
        for _ in 1..MOST_PASSES {
            let (next, gap) = self.next_yields(&last.plan, &yields);
            if gap < HEADS_SETTLED {
                break;
            }
            yields = next;
            match self.bargain_at(welfare, status_quo, yields.clone(), &shortfall) {
                Ok(allocation) => last = allocation,
                Err(why) => {
                    let warning = format!("the heads were not followed to the end: {why}");
                    last.effort.warnings.push(warning);
                    break;
                }
            }
        }
        Ok(last)
    }

    fn bargain_at(
        &mut self,
        welfare: &Welfare,
        status_quo: &StatusQuo,
        yields: Yields,
        shortfall: &LeastShortfall,
    ) -> Result<Allocation, Unsolved> {
        self.find_guarantees(&yields, shortfall)?;
        self.effort.warnings.clear();
        let goal = self.gains(welfare, status_quo, &yields, shortfall)?;
        if matches!(&goal, Goal::Gains(gains) if gains.members.is_empty()) {
            return Ok(self.stand(status_quo, yields, goal));
        }
        let (mut held, levels) = self.reach(&goal, welfare, &yields, shortfall)?;
        let solution = self.best(&mut held, &levels)?;
        let benefit = held.formulation.benefit_at(&solution.values);
        let plan = self.even_plan(held.formulation, solution);
        Ok(self.finish(plan, None, benefit, yields, &Levels { goal, levels }))
    }

    /// The status quo, where nobody can gain.
    fn stand(&mut self, status_quo: &StatusQuo, yields: Yields, goal: Goal) -> Allocation {
        let warning = format!("nobody can gain over `{}`: its plan stands", status_quo.policy);
        self.effort.warnings = vec![warning];
        let benefit = status_quo.benefits.iter().sum();
        let levels = Levels { goal, levels: Vec::new() };
        self.finish(status_quo.plan.clone(), None, benefit, yields, &levels)
    }

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
                members.push((i, scale));
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
            self.solver.solve(&program)
        };
        let solutions: Vec<Solution> = benefits.par_iter().map(|&var| own(&program, var)).collect();
        let mut ideals = Vec::with_capacity(floors.len());
        for ((solution, var), floor) in solutions.iter().zip(&benefits).zip(floors) {
            self.effort.programs += 1;
            self.effort.iterations += solution.iterations;
            if !solution.is_usable() {
                return Err(self.why(&program, "looking for who can gain", solution.status));
            }
            ideals.push(solution.values[var.position()] - floor);
        }
        Ok(ideals)
    }

    /// The gains that `max sum w phi_alpha(g)` gives. Sums of powers and logarithms go to the method that follows the
    /// structure of a basin: at the tolerance asked of it, Clarabel stops without an answer in the dry year.
    pub(super) fn share_gains(
        &mut self,
        program: &mut Program,
        members: &[Var],
        weights: &[f64],
        alpha: f64,
    ) -> Result<Vec<f64>, Unsolved> {
        sum_up(program, members, weights, alpha);
        let own = (alpha > 0.0).then(|| InteriorPoint::default().solve(program));
        let solution = match own.filter(Solution::is_usable) {
            Some(solution) => {
                self.effort.programs += 1;
                self.effort.iterations += solution.iterations;
                solution
            }
            None => self.solve(program, "sharing the gains")?,
        };
        Ok(members.iter().map(|var| solution.values[var.position()]).collect())
    }
}
