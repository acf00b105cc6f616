//! Sharing by a sum of `w phi_alpha(u)`: members who can gain nothing are found first, left out and named.

use crate::energy::hydropower::Yields;
use crate::solver::program::{Program, Var};

use super::super::formulation::LeastShortfall;
use super::super::goal::Goal;
use super::super::levels::sum_up;
use super::super::unsolved::Unsolved;
use super::Engine;

impl Engine<'_, '_> {
    /// Maximises `sum w phi_alpha(u)`. If that cannot be done because a member can gain nothing at all, those
    /// who cannot are left out and named.
    pub(super) fn fair(
        &mut self,
        goal: &Goal,
        weights: &[f64],
        alpha: f64,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<Vec<f64>, Unsolved> {
        let mut formulation = self.promised(goal.detail(), yields, shortfall);
        let members = goal.add_to(&mut formulation);
        if members.is_empty() {
            return Ok(Vec::new());
        }
        self.fair_levels(goal, &mut formulation.program, &members, weights, alpha)
    }

    pub(in crate::allocation) fn fair_levels(
        &mut self,
        goal: &Goal,
        program: &mut Program,
        members: &[Var],
        weights: &[f64],
        alpha: f64,
    ) -> Result<Vec<f64>, Unsolved> {
        sum_up(program, members, weights, alpha);
        let solution = match self.solve(program, "sharing by the policy's rule") {
            Ok(solution) => solution,
            Err(unsolved) if alpha < 1.0 => return Err(unsolved),
            Err(unsolved) => {
                let can_gain = self.who_can_gain(program, members)?;
                if can_gain.iter().all(|can| *can) {
                    return Err(unsolved);
                }
                for position in (0..members.len()).filter(|position| !can_gain[*position]) {
                    let name = goal.member_name(self.window.basin, position);
                    let warning = format!("{name} cannot gain anything and was left out of the sum");
                    self.effort.warnings.push(warning);
                }
                let pick = |all: &[f64]| -> Vec<f64> {
                    all.iter().zip(&can_gain).filter(|(_, can)| **can).map(|(x, _)| *x).collect()
                };
                let some: Vec<Var> =
                    members.iter().zip(&can_gain).filter(|(_, can)| **can).map(|(var, _)| *var).collect();
                sum_up(program, &some, &pick(weights), alpha);
                self.solve(program, "sharing by the policy's rule")?
            }
        };
        Ok(members.iter().map(|var| solution.values[var.position()]).collect())
    }

    /// Which members can be above nothing: all of them, if the smallest can; else one by one.
    fn who_can_gain(&mut self, program: &Program, members: &[Var]) -> Result<Vec<bool>, Unsolved> {
        const NOTHING: f64 = 1e-7;
        let mut alone = program.clone();
        let mut best = Vec::with_capacity(members.len());
        alone.clear_objective();
        for var in members {
            alone.add_cost(*var, -1.0);
        }
        let together = self.solve(&alone, "looking for who can gain")?;
        if members.iter().all(|var| together.values[var.position()] > NOTHING) {
            return Ok(vec![true; members.len()]);
        }
        for var in members {
            alone.clear_objective();
            alone.add_cost(*var, -1.0);
            let solution = self.solve(&alone, "looking for who can gain")?;
            best.push(solution.values[var.position()] > NOTHING);
        }
        Ok(best)
    }
}
