//! Leximin from vertex to vertex: lift the lowest as far as it goes, hold those that stand in its way a slack below,
//! and go on with the others.
//!
//! Taken to the last digit leximin is no well-posed problem on a real basin: water that is saved by the millionth
//! (by keeping it where less evaporates) may cost per cents of somebody's energy, and a solver's own tolerance
//! decides how much. So a level that was reached may be missed by a slack, relative to it, for the sake of those
//! after it. A member counts as held where a unit of it costs the others at least [`HELD`] of their level.
//! From this follows what is promised: whoever is held at a level `t` cannot rise by more than
//! `t slack / HELD` without lowering somebody who stands no higher, for in a best plan of that round
//! `sum price_i u_i <= t` over all plans, the prices adding up to one, and the others stand at `t (1 - slack)` at least.

use super::Vertex;
use crate::solver::Status;
use crate::solver::lexicographic::Member;
use crate::solver::program::{Label, Program, Row, Var};

/// The share of the prices above which a member counts as held.
pub const HELD: f64 = 2e-2;

/// Where the floors together bear a higher price than this, solvers can no longer tell one plan from another; the
/// slack is then widened.
const STEEP: f64 = 4e8;

/// How often the slack is widened, by itself, in a round: where prices are too steep, or the walk gets lost among the floors.
const WIDENED: usize = 3;

/// A cap within this of the level, relative to it, is reached.
const REACHED: f64 = 1e-12;

/// The rows and the variable by which members are lifted: `u / weight >= level`.
#[derive(Clone, Debug)]
pub struct Lift {
    members: Vec<Member>,
    level: Var,
    rows: Vec<Row>,
}

/// How far a climb has come.
struct Climb {
    levels: Vec<Option<f64>>,
    slack: f64,
    /// By how much the slack is widened where that is needed.
    widened: f64,
}

impl Lift {
    /// Adds a level, and a row a member that says nothing yet, to a program.
    pub fn add_to(program: &mut Program, members: &[Member]) -> Lift {
        let element = program.name("lowest");
        let label = Label { family: "leximin", element, period: None };
        let level = program.add_variable(label, f64::NEG_INFINITY, f64::INFINITY);
        let add_row = |member: &Member| {
            let row = program.add_row(label, f64::NEG_INFINITY, f64::INFINITY);
            program.add_term(row, member.var, 1.0 / member.weight);
            program.add_term(row, level, -1.0);
            row
        };
        let rows = members.iter().map(add_row).collect();
        Lift { members: members.to_vec(), level, rows }
    }

    /// Its rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The program of the first round: all members are lifted.
    pub fn first_round(&self, program: &Program) -> Program {
        let mut first = program.clone();
        first.clear_objective();
        first.add_cost(self.level, -1.0);
        self.rows.iter().for_each(|&row| first.set_row_bounds(row, 0.0, f64::INFINITY));
        first
    }

    /// Lifts the members as high as leximin has them and leaves their levels, less a slack relative to them, as floors.
    /// Returns the levels, in the members' order and in their variables' units; where the slack had to be widened, lower by as much
    /// more, so that the slack asked for leads from them to the floors.
    ///
    /// # Errors
    /// How a round ended that could not be solved.
    pub fn climb(&self, vertex: &mut Vertex, slack: f64) -> Result<Vec<f64>, Status> {
        self.rows.iter().for_each(|&row| vertex.set_row_bounds(row, 0.0, f64::INFINITY));
        vertex.set_costs([(self.level, -1.0)]);
        let mut climb = Climb { levels: vec![None; self.members.len()], slack, widened: slack };
        while climb.levels.contains(&None) {
            let level = self.lift(vertex, &mut climb)?;
            for at in self.standing(vertex, &climb, level) {
                climb.levels[at] = Some(self.keep(vertex, at, level));
            }
            self.hold(vertex, &climb);
        }
        let net = |level: f64| level * (1.0 - climb.slack * level.signum()) / (1.0 - slack * level.signum());
        Ok(climb.levels.into_iter().flatten().map(net).collect())
    }

    /// Lifts the lowest of the free members; returns how high. Where the floors cannot be told apart, or the walk
    /// loses itself among them, it starts again with the slack widened.
    fn lift(&self, vertex: &mut Vertex, climb: &mut Climb) -> Result<f64, Status> {
        let start = vertex.basis();
        let mut widened = 0;
        loop {
            let status = vertex.minimise();
            match status {
                Status::Optimal if widened == WIDENED || self.price_of_floors(vertex, climb) <= STEEP => {
                    return Ok(vertex.value(self.level));
                }
                Status::Optimal => {}
                status if widened == WIDENED => return Err(status),
                _ => vertex.go_to(&start),
            }
            widened += 1;
            climb.slack += climb.widened;
            self.hold(vertex, climb);
        }
    }

    /// What a unit less of every floor is worth to the level.
    fn price_of_floors(&self, vertex: &Vertex, climb: &Climb) -> f64 {
        let held = self.members.iter().zip(&climb.levels).filter(|(_, level)| level.is_some());
        held.map(|(member, _)| vertex.reduced_cost(member.var).max(0.0) * member.weight).sum()
    }

    /// The free members that stand as high as they can: at their cap, or at a price. At least one.
    fn standing(&self, vertex: &Vertex, climb: &Climb, level: f64) -> Vec<usize> {
        let free: Vec<usize> = (0..self.members.len()).filter(|at| climb.levels[*at].is_none()).collect();
        let price = |at: &usize| vertex.row_dual(self.rows[*at]);
        let stands = |at: &usize| self.is_capped(vertex, *at, level) || price(at) > HELD;
        let standing: Vec<usize> = free.iter().copied().filter(stands).collect();
        if standing.is_empty() {
            return free
                .into_iter()
                .max_by(|one, two| price(one).total_cmp(&price(two)))
                .into_iter()
                .collect();
        }
        standing
    }

    fn is_capped(&self, vertex: &Vertex, at: usize, level: f64) -> bool {
        let Member { var, weight } = self.members[at];
        vertex.bounds(var).1 / weight <= level + REACHED * level.abs().max(1.0)
    }

    /// Takes a member's row away; returns its level.
    fn keep(&self, vertex: &mut Vertex, at: usize, level: f64) -> f64 {
        let Member { var, weight } = self.members[at];
        let (lower, upper) = vertex.bounds(var);
        vertex.set_row_bounds(self.rows[at], f64::NEG_INFINITY, f64::INFINITY);
        (level * weight).min(upper).max(lower)
    }

    /// Puts a floor under each level that was reached.
    fn hold(&self, vertex: &mut Vertex, climb: &Climb) {
        for (member, level) in self.members.iter().zip(&climb.levels) {
            if let Some(level) = level {
                let (_, upper) = vertex.bounds(member.var);
                vertex.set_bounds(member.var, (level - climb.slack * level.abs()).min(upper), upper);
            }
        }
    }
}
