//! The heads of a bargain. `d_i` is of the status quo's record, at its own heads; so each `B_i` must be counted at the
//! heads of its own plan, or somebody ends below the status quo for want of head.
//!
//! The search starts from the heads of the status quo, at which its own plan is worth `d_i`: the first program has a
//! plan. A few free passes move the heads to those of the last plan. Then the storages are kept within a band around the
//! last plan's, narrower from pass to pass and at last of no width: there the heads assumed are the plan's own and the record
//! says what the program said. Where a band holds no plan with everybody at the status quo or above, the storages go part of
//! the way back towards those of the status quo; at the end of that way there is one.

use crate::allocation::allocate::{Allocation, Engine};
use crate::allocation::band::Band;
use crate::allocation::formulation::LeastShortfall;
use crate::allocation::goal::Goal;
use crate::allocation::levels::Levels;
use crate::allocation::policy::Welfare;
use crate::allocation::status_quo::StatusQuo;
use crate::allocation::unsolved::Unsolved;
use crate::energy::hydropower::Yields;

/// The most free passes.
const FREE_PASSES: usize = 4;
/// Generation may move by this share between the heads assumed and those that follow.
const HEADS_SETTLED: f64 = 5e-4;
/// The bands, as shares of a reservoir's capacity to either side.
const BANDS: [f64; 3] = [0.02, 0.005, 0.0];
/// How far back to the status quo a band is looked for, as shares of the way.
const BACK: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

impl<'a> Engine<'a, '_> {
    /// Bargains over the gains.
    pub(in crate::allocation) fn bargain(
        &mut self,
        welfare: &Welfare,
        status_quo: &StatusQuo,
    ) -> Result<Allocation, Unsolved> {
        let mut yields = status_quo.plan.yields(self.window);
        let shortfall = self.promises_of_a_bargain(&yields)?;
        let mut last = self.free_pass(welfare, status_quo, &yields, &shortfall)?;
        for _ in 1..FREE_PASSES {
            let (next, gap) = self.next_yields(&last.allocation.plan, &yields);
            if last.goal.is_nobodys() || gap < HEADS_SETTLED {
                break;
            }
            yields = next;
            // heads that leave no plan with everybody at the floor are not followed
            let Ok(pass) = self.free_pass(welfare, status_quo, &yields, &shortfall) else { break };
            if pass.goal.is_nobodys() {
                break;
            }
            last = pass;
        }
        let Pass { goal, allocation } = last;
        if goal.is_nobodys() || allocation.effort.head_gap == 0.0 {
            return Ok(allocation);
        }
        let share = Sharing { welfare, goal: &goal, shortfall: &shortfall };
        Ok(self.narrow(share, status_quo, allocation))
    }

    /// A pass at given heads with storages free.
    fn free_pass(
        &mut self,
        welfare: &Welfare,
        status_quo: &StatusQuo,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<Pass, Unsolved> {
        self.effort.warnings.clear();
        self.find_guarantees(yields, shortfall)?;
        let goal = self.gains(welfare, status_quo, yields, shortfall)?;
        let allocation = if goal.is_nobodys() {
            let warning = format!("nobody can gain over `{}`: its plan stands", status_quo.policy);
            self.stand(status_quo, goal.clone(), warning)
        } else {
            self.share_at(Sharing { welfare, goal: &goal, shortfall }, yields.clone())?
        };
        Ok(Pass { goal, allocation })
    }

    /// What a bargain holds of the promises of the physics: nothing, unless guarantees stand above the gains. They are priced in the
    /// benefits, as they are under the status quo, which may break promises that others would keep.
    pub(in crate::allocation) fn promises_of_a_bargain(
        &mut self,
        yields: &Yields,
    ) -> Result<LeastShortfall, Unsolved> {
        if self.guarantees.is_empty() { Ok(LeastShortfall::any()) } else { self.least_shortfall(yields) }
    }

    /// Narrows the band around a plan until its heads are its own. Where no band of no width has a plan that can be found, the
    /// status quo stands: nobody is put below it.
    fn narrow(&mut self, share: Sharing<'_>, status_quo: &StatusQuo, free: Allocation) -> Allocation {
        let mut last = Ok(free.clone());
        let mut plan = free.plan;
        let said = free.effort.warnings;
        for width in BANDS {
            for back in BACK {
                let band = Band::between(&plan, &status_quo.plan, back, width);
                self.basis = None;
                self.effort.warnings.clone_from(&said);
                last = self.share_near(share, band);
                if let Ok(found) = &last {
                    plan.clone_from(&found.plan);
                    break;
                }
            }
        }
        self.near = None;
        last.unwrap_or_else(|why| {
            let warning =
                format!("no bargain holds at its own plan's heads: `{}` stands ({why})", status_quo.policy);
            self.stand(status_quo, share.goal.clone(), warning)
        })
    }

    fn share_near(&mut self, share: Sharing<'_>, band: Band) -> Result<Allocation, Unsolved> {
        let yields = band.yields(self.window);
        self.near = Some(band);
        self.share_at(share, yields)
    }

    /// Shares the gains at given yields, and within the band if there is one.
    fn share_at(&mut self, share: Sharing<'_>, yields: Yields) -> Result<Allocation, Unsolved> {
        let Sharing { welfare, goal, shortfall } = share;
        let (mut held, levels) = self.reach(goal, welfare, &yields, shortfall)?;
        let solution = self.best(&mut held, &levels)?;
        let benefit = held.formulation.benefit_at(&solution.values);
        let plan = self.even_plan(held.formulation, solution);
        let said = self.effort.warnings.clone();
        let found = Levels { goal: goal.clone(), levels };
        let allocation = self.finish(plan, None, benefit, yields, &found);
        self.effort = allocation.effort.clone();
        self.effort.warnings = said;
        Ok(allocation)
    }

    /// The status quo, and why it stands.
    fn stand(&mut self, status_quo: &StatusQuo, goal: Goal, warning: String) -> Allocation {
        self.effort.warnings = vec![warning];
        let (plan, yields) = (status_quo.plan.clone(), status_quo.plan.yields(self.window));
        let benefit = status_quo.benefits.iter().sum();
        self.finish(plan, None, benefit, yields, &Levels { goal, levels: Vec::new() })
    }
}

/// What a pass found.
struct Pass {
    goal: Goal,
    allocation: Allocation,
}

/// What is shared, and how.
#[derive(Clone, Copy)]
struct Sharing<'b> {
    welfare: &'b Welfare,
    goal: &'b Goal,
    shortfall: &'b LeastShortfall,
}
