//! Answers: how a riparian moves, and whether it gains by it at the heads of its own answer.
//!
//! A best response is a linear program at the heads of the plan as it stands. Storages that give a head stay
//! within a band around the plan's, and the answer is judged at its own heads: where they take back what was
//! promised the band is narrowed, and where no band brings a gain the riparian stays. So heads are those of
//! the plan at every step, and at the end nobody is promised what it does not have. A best
//! response is found at a vertex, where what is tight is told from what is nearly so; among
//! those that are as good the nearest to what is done already is taken.

use crate::energy::hydropower::Yields;
use crate::network::basin::RiparianIdx;
use crate::solver::program::Program;
use crate::solver::vertex::Vertex;
use crate::solver::{Solution, Status};

use super::super::formulation::{Detail, Formulation};
use super::super::plan::Plan;
use super::super::unsolved::Unsolved;
use super::response::Response;
use super::{BENEFIT_SLACK, Game, LEAST_GAIN_MUSD};

/// The widest band to either side of a storage, as a share of its reservoir's capacity: none.
const FREE: f64 = 1.0;
/// A band that promised too much is narrowed to this share of it.
const NARROWER: f64 = 0.25;
/// A band that kept its promise is widened this many times.
const WIDER: f64 = 2.0;
/// Narrower bands than this are not tried.
const NARROWEST: f64 = 1e-3;

/// What is remembered of a riparian from round to round.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// How far its storages may move in its next answer, as a share of capacity.
    band: f64,
    /// What it saw when it last stayed where it was.
    stayed_at: Vec<f64>,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { band: FREE, stayed_at: Vec::new() }
    }
}

impl<'a> Game<'a, '_> {
    /// The plan after a riparian's answer: as it is, unless it gains by moving.
    pub(super) fn reply(&mut self, plan: &Plan, i: RiparianIdx) -> Result<Plan, Unsolved> {
        let sight = Response::sight(self.window.basin, i, plan);
        if self.memory[i].stayed_at == sight {
            return Ok(plan.clone());
        }
        if let Some((better, _)) = self.better(plan, i)? {
            return Ok(better);
        }
        self.memory[i].stayed_at = sight;
        Ok(plan.clone())
    }

    /// A plan by which a riparian gains, and how much, MUSD; none if it finds none.
    pub(super) fn better(
        &mut self,
        plan: &Plan,
        i: RiparianIdx,
    ) -> Result<Option<(Plan, f64)>, Unsolved> {
        // what stands may be more than the river carries: then any answer is better
        let still = self.standing_still(plan, i).unwrap_or(f64::NEG_INFINITY);
        let mut band = self.memory[i].band;
        while band >= NARROWEST {
            let (answer, promised) = match self.answer(plan, i, band) {
                Err(_) if band < FREE => self.answer(plan, i, FREE)?,
                answer => answer?,
            };
            if promised <= still + LEAST_GAIN_MUSD {
                break;
            }
            let gain = self.standing_still(&answer, i)? - still;
            if std::env::var("TRACE").is_ok() { eprintln!("TRACE {} band {band:.4} still {still:.4} promised {:.4} gain {gain:.4} moved {:.2}", self.window.basin.riparians[i].name, promised - still, self.moved(plan, &answer)); }
            if gain > LEAST_GAIN_MUSD {
                self.memory[i].band = (WIDER * band).min(FREE);
                return Ok(Some((answer, gain)));
            }
            band *= NARROWER;
        }
        self.memory[i].band = band.max(NARROWEST);
        Ok(None)
    }

    /// A riparian's best response within a band at the heads of a plan, the nearest to the plan, and what it is worth to
    /// it at those heads, MUSD.
    fn answer(&mut self, plan: &Plan, i: RiparianIdx, band: f64) -> Result<(Plan, f64), Unsolved> {
        let mut response = self.response(plan, i);
        response.keep_within(band, plan);
        response.maximise_own();
        let t0 = std::time::Instant::now();
        let near = self.solve(&response.formulation.program, "answering for one riparian")?;
        let t1 = std::time::Instant::now();
        let before = self.effort.iterations;
        let best = self.to_vertex(&mut response, near);
        let t2 = std::time::Instant::now();
        let worth = response.own_benefit(&best.values);
        response.stay_near();
        let nearest = self.solver.solve(&response.formulation.program);
        let t3 = std::time::Instant::now();
        if std::env::var("TRACE").is_ok() { eprintln!("TRACE   {} ip {:.4} vertex {:.4} steps {} qp {:.4} it {} {:?}", self.solver.name(), (t1-t0).as_secs_f64(), (t2-t1).as_secs_f64(), self.effort.iterations-before, (t3-t2).as_secs_f64(), nearest.iterations, nearest.status); }
        self.effort.programs += 1;
        self.effort.iterations += nearest.iterations;
        if !nearest.is_usable() {
            return Ok((response.merged(plan, &best.values), worth));
        }
        let inside = response.seen_from(&nearest);
        let sharp = self.solver.solve(&inside);
        self.effort.programs += 1;
        self.effort.iterations += sharp.iterations;
        if std::env::var("TRACE").is_ok() {
            let d = response.near_distance(&nearest.values, &sharp.values);
            let o = [&nearest, &sharp].map(|s| response.formulation.program.objective_at(&s.values));
            eprintln!("TRACE   {} sharp it {} {:?} moved {d:.6} objective {o:?} acc {:?}", self.solver.name(), sharp.iterations, sharp.status, sharp.accuracy);
        }
        let found = if sharp.is_usable() { &sharp.values } else { &nearest.values };
        Ok((response.merged(plan, found), worth))
    }

    /// Goes from a best point to a vertex, and keeps to the answers that are as good.
    fn to_vertex(&mut self, response: &mut Response<'a>, near: Solution) -> Solution {
        let program = &response.formulation.program;
        if let Some(mut vertex) = Vertex::of(program) {
            vertex.go_near(&near.values);
            let status = vertex.minimise();
            self.effort.iterations += vertex.steps();
            if status == Status::Optimal {
                let best = vertex.solution(program, status);
                vertex.hold_tight(&[]);
                vertex.face(program).restrict(&mut response.formulation.program);
                let program = &mut response.formulation.program;
                round_to(program, &best.values);
                return best;
            }
        }
        let worth = response.own_benefit(&near.values);
        response.hold_own(worth - BENEFIT_SLACK * worth.abs().max(1.0));
        near
    }

    /// What a riparian has if it keeps its water as it is, at the plan's own heads, MUSD.
    fn standing_still(&mut self, plan: &Plan, i: RiparianIdx) -> Result<f64, Unsolved> {
        let mut still = self.response(plan, i);
        still.stand_still();
        still.maximise_own();
        let solution = self.solve(&still.formulation.program, "standing still")?;
        Ok(still.own_benefit(&solution.values))
    }

    /// A riparian's program at the heads of a plan.
    fn response(&self, plan: &Plan, i: RiparianIdx) -> Response<'a> {
        Response::new(Formulation::new(self.window, &self.heads(plan), Detail::Money), i, plan)
    }

    /// The yields at a plan's own heads.
    pub(super) fn heads(&self, plan: &Plan) -> Yields {
        Yields::along(self.window.basin, &plan.storage_path(&self.window.start.storage))
    }
}

/// Lets bounds give way by the rounding of a point, so that it keeps them to the last digit.
fn round_to(program: &mut Program, values: &[f64]) {
    for (row, sum) in program.row_ids().zip(program.row_sums(values)) {
        let bounds = *program.row(row);
        if bounds.lower == bounds.upper {
            program.set_row_bounds(row, sum, sum);
        } else {
            program.set_row_bounds(row, bounds.lower.min(sum), bounds.upper.max(sum));
        }
    }
    for (var, value) in program.variable_ids().zip(values) {
        let bounds = *program.variable(var);
        if bounds.lower < bounds.upper {
            program.set_bounds(var, bounds.lower.min(*value), bounds.upper.max(*value));
        }
    }
}
