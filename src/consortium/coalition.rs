//! What every coalition of riparians could gain on its own while the others keep the status quo.
//!
//! `g(S) = best(S) - sum_{i in S} still(i)`, not below 0: the most that the members are found to have together in the
//! coalition's program (`outsiders`), less what each has in its own if it keeps its water and its lines as they
//! are. The worth of a coalition is then `v(S) = sum_{i in S} d_i + g(S)`, with `d_i` the benefit of the status quo's
//! record, so `v({i}) >= d_i`.
//!
//! Both are taken at the heads that the plan's own storages give. At the status quo's heads a coalition would empty its
//! reservoirs and keep their heads, which is worth up to 55 MUSD to a single riparian in the year of consortium-2030. So
//! plans are made at assumed heads and carried out at their own, and the best of three counts: that at the status quo's
//! heads, a smoothed one whose heads agree with it, and the best at those heads. Heads make the problem one with many local
//! optima: a worth is what was found to be possible, and a little more may be.
//!
//! Guarantees of a policy that belong to members are kept in every plan, as far as the coalition can (`bound`); a coalition
//! that keeps the status quo is not asked for them.
//!
//! Outsiders do not react: they take what they take and let the rest pass, so members may count on water that passes
//! them (unlike the river of theory, docs/decisions/0011). `v` need then not be superadditive: between members an
//! outsider is respected whom a single member above would not have looked at.

use rayon::prelude::*;

use crate::allocation::diagnosis::conflicts;
use crate::allocation::plan::Plan;
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::energy::hydropower::Yields;
use crate::fairness::games::Coalition;
use crate::network::basin::RiparianIdx;
use crate::quantity::index::Idx;
use crate::solver::{Solution, Solver, Status};

use super::bound::{Binding, Bound};
use super::outsiders::Together;

/// The most riparians whose coalitions are all looked at: a program each.
pub const MOST_RIPARIANS: usize = 10;

/// The most plans that are made to find a coalition's heads, each at the heads of the one before.
const PASSES: usize = 5;
/// Generation may move by this share between the heads assumed and the heads that follow.
const HEAD_TOLERANCE: f64 = 1e-3;
/// Weight of smoothness beside benefit while heads are looked for, MUSD per unit.
const SMOOTHING: f64 = 1e-3;

/// A gain below this is a solver's, MUSD.
const NO_GAIN_MUSD: f64 = 1e-6;

/// What was found before, by what it follows from. It can only spare work: what it gives back is what would be found.
pub trait Memory: Sync {
    /// What so many coalitions gain, MUSD, by their bits, if it was found before from the same input.
    fn recall(&self, of: &str, count: usize) -> Option<Vec<f64>>;
    /// Takes note of what coalitions gain, MUSD, by their bits.
    fn keep(&self, of: &str, gains: &[f64]);
}

/// A memory that forgets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Memory for Forgetful {
    fn recall(&self, _of: &str, _count: usize) -> Option<Vec<f64>> {
        None
    }

    fn keep(&self, _of: &str, _gains: &[f64]) {}
}

/// What each coalition but that of all gains over the status quo, whose own yields are given, with what binds its members, MUSD, by its
/// bits (bit `i` is riparian `i`); 0 for nobody and for all, whose worth is that of the policy's own plan. The same whatever the number of threads.
///
/// # Errors
/// A coalition's program that cannot be solved.
pub fn gains(
    window: Window<'_>,
    yields: &Yields,
    status_quo: &Plan,
    bounds: &[Bound],
    solver: &dyn Solver,
) -> Result<Vec<f64>, Unsolved> {
    let players = window.basin.riparians.len();
    let table = Gains { window, yields, status_quo, bounds, solver };
    let still = (0..players).into_par_iter().map(|player| table.still(player));
    let still: Vec<f64> = still.collect::<Result<_, _>>()?;
    let gain = |bits: u32| {
        let coalition = Coalition(bits);
        if coalition.is_empty() || coalition == Coalition::grand(players) {
            return Ok(0.0);
        }
        let gain = table.best(coalition)? - coalition.sum(&still);
        Ok(if gain > NO_GAIN_MUSD { gain } else { 0.0 })
    };
    (0..1_u32 << players).into_par_iter().map(gain).collect()
}

struct Gains<'a, 's> {
    window: Window<'a>,
    yields: &'s Yields,
    status_quo: &'s Plan,
    bounds: &'s [Bound],
    solver: &'s dyn Solver,
}

/// A coalition, and what its plans must keep.
struct Case<'s> {
    coalition: Coalition,
    binding: Binding<'s>,
}

impl<'a> Gains<'a, '_> {
    /// What a riparian has if it keeps its water and its lines as they are, MUSD.
    fn still(&self, player: usize) -> Result<f64, Unsolved> {
        let mut alone = self.program(Coalition::single(player), self.yields);
        alone.stand_still();
        Ok(alone.benefit_at(&self.solve(&alone, "keeping the status quo")?.values))
    }

    /// The most that a coalition's members are found to have together at the heads of their own storages, MUSD.
    fn best(&self, coalition: Coalition) -> Result<f64, Unsolved> {
        let solve = |together: &Together<'a>| self.solve(together, "finding what a coalition can keep");
        let binding = Binding::find(self.program(coalition, self.yields), self.bounds, &solve)?;
        let case = Case { coalition, binding };
        let first = self.plan_at(&case, self.yields)?;
        let mut most = self.carried(&case, &first)?;
        let (yields, draft) = self.draft(&case)?;
        let last = self.plan_at(&case, &yields)?;
        for values in [&draft, &last] {
            most = most.max(self.carried(&case, values)?);
        }
        Ok(most)
    }

    /// The best plan at given yields, whatever heads follow from it.
    fn plan_at(&self, case: &Case<'_>, yields: &Yields) -> Result<Vec<f64>, Unsolved> {
        let together = self.bound(case, yields);
        Ok(self.solve(&together, "finding what a coalition can have")?.values)
    }

    /// What the members have if a plan's water is carried out, at the heads that follow from it, MUSD.
    fn carried(&self, case: &Case<'_>, values: &[f64]) -> Result<f64, Unsolved> {
        let yields = self.own_yields(&self.program(case.coalition, self.yields), values);
        let mut carried = self.program(case.coalition, &yields);
        case.binding.hold_power(&mut carried);
        carried.carry_out(values);
        let solution = self.solve(&carried, "carrying out what a coalition can have")?;
        Ok(carried.benefit_at(&solution.values))
    }

    /// Heads that go with a plan of great benefit, a little smoothed so that it does not jump from pass to pass; and
    /// that plan.
    fn draft(&self, case: &Case<'_>) -> Result<(Yields, Vec<f64>), Unsolved> {
        let mut yields = self.yields.clone();
        let mut pass = 1;
        loop {
            let mut together = self.bound(case, &yields);
            let width = together.formulation.program.variables().len();
            together.smooth(SMOOTHING);
            let mut values = self.solve(&together, "looking for a coalition's heads")?.values;
            values.truncate(width);
            let plan = Plan::read(&together.formulation, &values);
            let gap = plan.head_gap(self.window, &yields);
            yields = plan.yields(self.window);
            if gap < HEAD_TOLERANCE || pass == PASSES {
                return Ok((yields, values));
            }
            pass += 1;
        }
    }

    fn own_yields(&self, together: &Together<'_>, values: &[f64]) -> Yields {
        Plan::read(&together.formulation, values).yields(self.window)
    }

    fn program(&self, coalition: Coalition, yields: &Yields) -> Together<'a> {
        let members: Vec<RiparianIdx> = coalition.players().map(RiparianIdx::new).collect();
        Together::new(self.window, yields, &members, self.status_quo)
    }

    /// The program of a coalition with what binds it.
    fn bound(&self, case: &Case<'_>, yields: &Yields) -> Together<'a> {
        let mut together = self.program(case.coalition, yields);
        case.binding.hold(&mut together);
        together
    }

    fn solve(&self, together: &Together<'_>, stage: &'static str) -> Result<Solution, Unsolved> {
        let program = &together.formulation.program;
        let solution = self.solver.solve(program);
        match solution.status {
            _ if solution.is_usable() => Ok(solution),
            Status::Infeasible => {
                Err(Unsolved::Infeasible { stage, conflicts: conflicts(program, self.solver) })
            }
            status => Err(Unsolved::Stalled { stage, status }),
        }
    }
}
