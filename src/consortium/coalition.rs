//! What every coalition of riparians could gain on its own while the others keep the status quo.
//!
//! `g(S) = best(S) - sum_{i in S} still(i)`: the most that the members have together in the coalition's program
//! ([`super::outsiders`]), less what each has in its own if it keeps its water and its lines as they are. Both are taken
//! at the same yields, those of the status quo's own storages, so that no part of a gain comes from heads assumed
//! differently and `g(S) >= 0`. The worth of a coalition is then `v(S) = sum_{i in S} d_i + g(S)`, with `d_i` the
//! benefit of the status quo's record, so `v({i}) >= d_i`.
//!
//! Programs are solved at a vertex: what moving an outsider's decisions costs is so dear that a method which stops a hair
//! before it misses some tenths of a MUSD. The run's own solver is asked where the vertex is not found.
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
use crate::solver::vertex::SparseSimplex;
use crate::solver::{Solver, Status};

use super::outsiders::Together;

/// The most riparians whose coalitions are all looked at: a program each.
pub const MOST_RIPARIANS: usize = 10;

/// A gain below this is a solver's, MUSD.
const NO_GAIN_MUSD: f64 = 1e-6;

/// What each coalition but that of all gains over the status quo at given yields, MUSD, by its bits (bit `i` is riparian
/// `i`); 0 for nobody and for all, whose worth is that of the policy's own plan. The same whatever the number of threads.
///
/// # Errors
/// A coalition's program that cannot be solved.
pub fn gains(
    window: Window<'_>,
    yields: &Yields,
    status_quo: &Plan,
    solver: &dyn Solver,
) -> Result<Vec<f64>, Unsolved> {
    let players = window.basin.riparians.len();
    let table = Gains { window, yields, status_quo, solver };
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
    solver: &'s dyn Solver,
}

impl<'a> Gains<'a, '_> {
    /// What a riparian has if it keeps its water and its lines as they are, MUSD.
    fn still(&self, player: usize) -> Result<f64, Unsolved> {
        let mut alone = self.program(Coalition::single(player));
        alone.stand_still();
        self.solve(&alone, "keeping the status quo")
    }

    /// The most that a coalition's members have together, MUSD.
    fn best(&self, coalition: Coalition) -> Result<f64, Unsolved> {
        self.solve(&self.program(coalition), "finding what a coalition can have")
    }

    fn program(&self, coalition: Coalition) -> Together<'a> {
        let members: Vec<RiparianIdx> = coalition.players().map(RiparianIdx::new).collect();
        Together::new(self.window, self.yields, &members, self.status_quo)
    }

    fn solve(&self, together: &Together<'_>, stage: &'static str) -> Result<f64, Unsolved> {
        let program = &together.formulation.program;
        let exact = SparseSimplex.solve(program);
        let solution = if exact.is_usable() { exact } else { self.solver.solve(program) };
        match solution.status {
            _ if solution.is_usable() => Ok(together.benefit_at(&solution.values)),
            Status::Infeasible => {
                Err(Unsolved::Infeasible { stage, conflicts: conflicts(program, self.solver) })
            }
            status => Err(Unsolved::Stalled { stage, status }),
        }
    }
}
