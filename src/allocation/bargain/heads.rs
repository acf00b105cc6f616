//! The heads of a bargain. `d_i` is of the status quo's record, at its own heads; so each `B_i` must be counted at the
//! heads of its own plan, or somebody ends below the status quo for want of head.
//!
//! The search starts from the heads of the status quo, at which its own plan is worth `d_i`: the first program has a
//! plan. A few free passes move the heads to those of the last plan. Then the storages are kept within a band around the
//! last plan's, narrower from pass to pass and at last of no width: there the heads assumed are the plan's own and the record
//! says what the program said. Where a band holds no plan with everybody at the status quo or above, the storages go part of
//! the way back towards those of the status quo; at the end of that way there is one.

use crate::allocation::allocate::{Allocation, Engine};
use crate::allocation::formulation::{Formulation, LeastShortfall};
use crate::allocation::goal::Goal;
use crate::allocation::levels::Levels;
use crate::allocation::plan::Plan;
use crate::allocation::policy::Welfare;
use crate::allocation::status_quo::StatusQuo;
use crate::allocation::unsolved::Unsolved;
use crate::energy::hydropower::{StoragePath, Yields};
use crate::network::basin::{Basin, ReservoirIdx};
use crate::quantity::index::{Series, Table};
use crate::quantity::units::Volume;

/// The most free passes.
const FREE_PASSES: usize = 4;
/// Generation may move by this share between the heads assumed and those that follow.
const HEADS_SETTLED: f64 = 5e-4;
/// The bands, as shares of a reservoir's capacity to either side.
const BANDS: [f64; 3] = [0.02, 0.005, 0.0];
/// How far back to the status quo a band is looked for, as shares of the way.
const BACK: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Storages that a plan must stay near.
#[derive(Clone, Debug)]
pub(in crate::allocation) struct Band {
    storage: Table<ReservoirIdx, Series<f64>>,
    /// To either side, as a share of the capacity.
    width: f64,
}

impl Band {
    /// The storages part of the way from a plan's to another's, of those reservoirs that give a head.
    fn between(plan: &Plan, other: &Plan, share: f64, width: f64) -> Band {
        let mut storage = plan.storage.clone();
        for (own, other) in storage.iter_mut().zip(other.storage.iter()) {
            own.iter_mut().zip(other.iter()).for_each(|(s, t)| *s += share * (t - *s));
        }
        Band { storage, width }
    }

    fn path(&self, start: &Table<ReservoirIdx, Volume>) -> StoragePath {
        let end = self.storage.map(|series| series.map(|volume| Volume::new(*volume)));
        StoragePath { start: start.clone(), end }
    }

    /// Keeps the storages that give a head within the band.
    pub(in crate::allocation) fn hold(&self, formulation: &mut Formulation<'_>) {
        let basin = formulation.window.basin;
        for r in basin.reservoirs.indices().filter(|&r| gives_head(basin, r)) {
            let most = basin.reservoirs[r].storage_max.iter().map(|v| v.value()).fold(0.0, f64::max);
            for t in basin.horizon.indices() {
                let var = formulation.vars.storage[r][t];
                let bounds = *formulation.program.variable(var);
                let inside = |value: f64| value.clamp(bounds.lower, bounds.upper);
                let (middle, side) = (self.storage[r][t], self.width * most);
                formulation.program.set_bounds(var, inside(middle - side), inside(middle + side));
            }
        }
    }
}

fn gives_head(basin: &Basin, r: ReservoirIdx) -> bool {
    basin.plants.iter().any(|plant| plant.head.reservoir() == Some(r))
}

impl<'a> Engine<'a, '_> {
    /// Bargains over the gains.
    pub(in crate::allocation) fn bargain(
        &mut self,
        welfare: &Welfare,
        status_quo: &StatusQuo,
    ) -> Result<Allocation, Unsolved> {
        let mut yields = self.yields_along(&status_quo.plan);
        let shortfall = self.least_shortfall(&yields)?;
        let mut pass = 1;
        loop {
            self.effort.warnings.clear();
            self.find_guarantees(&yields, &shortfall)?;
            let goal = self.gains(welfare, status_quo, &yields, &shortfall)?;
            if goal.is_nobodys() {
                return Ok(self.stand(status_quo, yields, goal));
            }
            let share = Sharing { welfare, goal: &goal, shortfall: &shortfall };
            let last = self.share_at(share, yields.clone())?;
            let (next, gap) = self.next_yields(&last.plan, &yields);
            if gap < HEADS_SETTLED || pass == FREE_PASSES {
                return Ok(if gap > 0.0 { self.narrow(share, status_quo, last) } else { last });
            }
            yields = next;
            pass += 1;
        }
    }

    fn yields_along(&self, plan: &Plan) -> Yields {
        Yields::along(self.window.basin, &plan.storage_path(&self.window.start.storage))
    }

    /// Narrows the band around a plan until its heads are its own; the plan as far as that went.
    fn narrow(&mut self, share: Sharing<'_>, status_quo: &StatusQuo, free: Allocation) -> Allocation {
        let mut last = free;
        let said = self.effort.warnings.clone();
        for width in BANDS {
            let mut found = Err(Unsolved::NothingToShare);
            for back in BACK {
                let band = Band::between(&last.plan, &status_quo.plan, back, width);
                self.basis = None;
                self.effort.warnings.clone_from(&said);
                found = self.share_near(share, band);
                if found.is_ok() {
                    break;
                }
            }
            self.near = None;
            match found {
                Ok(allocation) => last = allocation,
                Err(why) => {
                    last.effort.warnings.push(format!("the heads assumed are not the plan's own: {why}"));
                    break;
                }
            }
        }
        last
    }

    fn share_near(&mut self, share: Sharing<'_>, band: Band) -> Result<Allocation, Unsolved> {
        let yields = Yields::along(self.window.basin, &band.path(&self.window.start.storage));
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

    /// The status quo, where nobody can gain.
    fn stand(&mut self, status_quo: &StatusQuo, yields: Yields, goal: Goal) -> Allocation {
        let warning = format!("nobody can gain over `{}`: its plan stands", status_quo.policy);
        self.effort.warnings = vec![warning];
        let benefit = status_quo.benefits.iter().sum();
        let levels = Levels { goal, levels: Vec::new() };
        self.finish(status_quo.plan.clone(), None, benefit, yields, &levels)
    }
}

/// What is shared, and how.
#[derive(Clone, Copy)]
struct Sharing<'b> {
    welfare: &'b Welfare,
    goal: &'b Goal,
    shortfall: &'b LeastShortfall,
}
