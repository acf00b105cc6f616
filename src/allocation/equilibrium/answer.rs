//! Answers: how a riparian moves, and whether it gains by it at the heads of its own answer.
//!
//! A best response is a linear program at the heads of the plan as it stands. Storages that give a head stay
//! within a band around the plan's, and the answer is judged at its own heads: where they take back what was
//! promised the band is narrowed, and where no band brings a gain the riparian stays. So heads are those of
//! the plan at every step, and at the end nobody is promised what it does not have. A best
//! response is found at a vertex, where what is tight is told from what is nearly so; among
//! those that are as good the nearest to what is done already is taken.

use crate::network::basin::RiparianIdx;
use crate::solver::interior_point::InteriorPoint;
use crate::solver::program::Program;
use crate::solver::vertex::{Basis, Vertex, settle};
use crate::solver::{Solution, Solver, Status};

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
/// The nearest answer is known where it moves by less than this when it is looked for from itself, hm3.
const SHARP_HM3: f64 = 1e-2;
/// The most times that it is looked for from itself.
const SHARPENED: usize = 4;
const ANSWERING: &str = "answering for one riparian";

/// What is remembered of a riparian from round to round.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// How far its storages may move in its next answer, as a share of capacity.
    band: f64,
    /// Where its last best response was found: the next is looked for from there.
    basis: Option<Basis>,
    /// What it saw when it last stayed where it was.
    stayed_at: Vec<f64>,
    /// It does not move for less, MUSD.
    pub(super) least_gain: f64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { band: FREE, basis: None, stayed_at: Vec::new(), least_gain: LEAST_GAIN_MUSD }
    }
}

impl<'a> Game<'a, '_> {
    /// The plan after a riparian's answer: as it is, unless it gains by moving.
    pub(super) fn reply(&mut self, plan: &Plan, i: RiparianIdx) -> Result<Plan, Unsolved> {
        let sight = Response::sight(self.window.basin, i, plan);
        if self.memory[i].stayed_at == sight {
            return Ok(plan.clone());
        }
        if let Some((better, gain)) = self.better(plan, i)? {
            self.moves.iter_mut().last().into_iter().for_each(|round| round.push((i, gain)));
            return Ok(better);
        }
        self.memory[i].stayed_at = sight;
        Ok(plan.clone())
    }

    /// A plan by which a riparian gains, and how much, MUSD; none if it finds none.
    pub(super) fn better(&mut self, plan: &Plan, i: RiparianIdx) -> Result<Option<(Plan, f64)>, Unsolved> {
        // what stands may be more than the river carries: then any answer is better
        let still = self.standing_still(plan, i).unwrap_or(f64::NEG_INFINITY);
        let mut band = self.memory[i].band;
        while band >= NARROWEST {
            let (mut response, best) = match self.best(plan, i, band) {
                Err(_) if band < FREE => self.best(plan, i, FREE)?,
                best => best?,
            };
            let promised = response.own_benefit(&best.values);
            if promised <= still + self.memory[i].least_gain {
                break;
            }
            let nearest = self.nearest(&mut response, best);
            let answer = response.merged(plan, &nearest);
            let gain = self.standing_still(&answer, i).unwrap_or(promised) - still;
            if gain > self.memory[i].least_gain {
                self.memory[i].band = (WIDER * band).min(FREE);
                return Ok(Some((answer, gain)));
            }
            band *= NARROWER;
        }
        self.memory[i].band = band.max(NARROWEST);
        Ok(None)
    }

    /// A riparian's best response within a band at the heads of a plan, at a vertex; the program then holds what is tight in all
    /// that are as good.
    fn best(&mut self, plan: &Plan, i: RiparianIdx, band: f64) -> Result<(Response<'a>, Solution), Unsolved> {
        let mut response = self.response(plan, i);
        response.keep_within(band, plan);
        response.maximise_own();
        response.add_up_penalties();
        let mut near = None;
        if let Some(mut vertex) = Vertex::of(&response.formulation.program) {
            match &self.memory[i].basis {
                Some(basis) if vertex.fits(basis) => vertex.go_to(basis),
                _ => {
                    let solution = self.solve(&response.formulation.program, ANSWERING)?;
                    vertex.go_near(&solution.values);
                    near = Some(solution);
                }
            }
            let mut status = vertex.minimise();
            if status == Status::Optimal {
                response.hold_penalties(&mut vertex);
                status = vertex.minimise();
            }
            self.effort.count_steps(vertex.steps());
            if status == Status::Optimal {
                self.memory[i].basis = Some(vertex.basis());
                let best = keep_face(&mut vertex, &mut response.formulation.program);
                return Ok((response, best));
            }
        }
        self.memory[i].basis = None;
        let near = match near {
            Some(near) => near,
            None => self.solve(&response.formulation.program, ANSWERING)?,
        };
        let worth = response.own_benefit(&near.values);
        response.hold_own(worth - BENEFIT_SLACK * worth.abs().max(1.0));
        Ok((response, near))
    }

    /// The answer nearest to what is done already, among those of the program; a given one if it cannot be found.
    fn nearest(&mut self, response: &mut Response<'a>, best: Solution) -> Vec<f64> {
        response.stay_near();
        let Some(mut nearest) = self.solve_bent(&response.formulation.program) else { return best.values };
        for _ in 0..SHARPENED {
            let Some(sharper) = self.solve_bent(&response.seen_from(&nearest)) else { break };
            let moved = response.apart(&nearest, &sharper);
            nearest = sharper;
            if moved < SHARP_HM3 {
                break;
            }
        }
        nearest
    }

    /// The least point of a program with convex terms, by our own method where it arrives.
    pub(super) fn solve_bent(&mut self, program: &Program) -> Option<Vec<f64>> {
        let own = InteriorPoint::default();
        let methods: [&dyn Solver; 2] = [&own, self.solver];
        methods.into_iter().find_map(|method| {
            let solution = method.solve(program);
            self.effort.count(&solution);
            solution.is_usable().then_some(solution.values)
        })
    }

    /// What a riparian has if it keeps its water as it is, at the plan's own heads, MUSD.
    fn standing_still(&mut self, plan: &Plan, i: RiparianIdx) -> Result<f64, Unsolved> {
        let mut still = self.response(plan, i);
        still.stand_still();
        still.maximise_own();
        let solution = self.solve(&still.formulation.program, "standing still")?;
        Ok(still.own_benefit(&solution.values))
    }

    /// A riparian's program at the heads of a plan, with what it has promised.
    fn response(&self, plan: &Plan, i: RiparianIdx) -> Response<'a> {
        let formulation = Formulation::new(self.window, &plan.yields(self.window), Detail::Money);
        let mut response = Response::new(formulation, i, plan);
        self.promises.iter().filter(|promise| promise.owner == i).for_each(|promise| response.keep(promise));
        response
    }
}

/// Restricts a program to the plans as good as the vertex it was brought to; returns the vertex.
pub(super) fn keep_face(vertex: &mut Vertex, program: &mut Program) -> Solution {
    let best = vertex.solution(program, Status::Optimal);
    vertex.hold_tight(&[]);
    vertex.face(program).restrict(program);
    settle(program, &best.values);
    best
}
