//! The ladder of a leximin: lift the lowest, prove who stands as high as can be, hold those, and go on. Which
//! members climb, how exactly and in which order is left to [`super::lexicographic`].

use super::priority::{Unsolved, solve};
use super::program::{Label, Name, Program, Var};
use super::{Solution, Solver, Status};

/// How far below its level a floor is put, relative to the level; the wider ones only where a program with the
/// narrower cannot be solved, because a level was not known well enough.
pub const HAIRS: [f64; 3] = [1e-8, 1e-7, 1e-6];

/// A share of the duals above which a member is proved to be saturated.
const PROVED: f64 = 1e-4;

/// A relative distance from the level above which a member is proved to be free.
const APART: f64 = 1e-4;

/// A relative rise that counts as one where a program decides.
pub(super) const RISE: f64 = 1e-6;

/// The least scale for distances and rises where the level itself is near zero, relative to the highest member.
pub(super) const LEAST_SCALE: f64 = 1e-3;

/// Someone whose share counts: a variable whose upper bound is the most it can get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// What it gets.
    pub var: Var,
    /// Its weight, positive: members are compared by what they get for each unit of weight.
    pub weight: f64,
}

/// Solves the program built with the narrowest hair with which it can be solved; counts the programs.
pub(super) fn solve_held(
    build: impl Fn(f64) -> Program,
    what: &str,
    hairs: &[f64],
    solver: &dyn Solver,
    count: &mut usize,
) -> Result<Solution, Unsolved> {
    let mut attempt = |hair: f64| {
        *count += 1;
        solve(&build(hair), what, solver)
    };
    let mut found = attempt(hairs.first().copied().unwrap_or(HAIRS[0]));
    for hair in hairs.iter().skip(1) {
        match &found {
            Err(problem) if problem.status != Status::Unbounded => found = attempt(*hair),
            _ => break,
        }
    }
    found
}

/// Raises a variable's lower bound to a hair (in its own units) below a level.
pub(super) fn hold(program: &mut Program, var: Var, level: f64, hair: f64) {
    let bounds = program.variable(var);
    let floor = (level - hair).min(bounds.upper).max(bounds.lower);
    let upper = bounds.upper;
    program.set_bounds(var, floor, upper);
}

/// The sequence of programs of a leximin, and what it has proved so far.
pub(super) struct Ladder<'a> {
    /// The rows and bounds.
    pub(super) bare: Program,
    /// Whose level is proved, the level, and the size against which it is judged.
    pub(super) held: Vec<(Var, f64, f64)>,
    pub(super) hairs: &'a [f64],
    /// A relative rise that counts as one where a program decides.
    pub(super) rise: f64,
    /// The least size of a share.
    pub(super) least: f64,
    pub(super) solver: &'a dyn Solver,
    /// The label of what the ladder adds.
    pub(super) name: Name,
    pub(super) rounds: usize,
    pub(super) programs: usize,
    pub(super) last: Option<Solution>,
}

/// What one round found.
pub(super) struct Rung {
    /// What the lowest free members get for each unit of weight.
    pub(super) level: f64,
    /// For each free member the share of the duals it holds; they add up to one.
    pub(super) shares: Vec<f64>,
    /// For each free member its distance above the level, for each unit of weight.
    pub(super) above: Vec<f64>,
    /// The least size of a share.
    pub(super) least: f64,
}

impl Rung {
    /// The size against which distances and rises are judged.
    fn scale(&self) -> f64 {
        let most = self.above.iter().fold(0.0, |most: f64, above| most.max(above.abs()));
        self.level.abs().max(LEAST_SCALE * most).max(self.least)
    }
}

impl<'a> Ladder<'a> {
    pub(super) fn new(program: &Program, hairs: &'a [f64], solver: &'a dyn Solver) -> Ladder<'a> {
        let mut bare = program.clone();
        bare.clear_objective();
        let name = bare.name("lowest");
        Ladder {
            bare,
            held: Vec::new(),
            hairs,
            rise: RISE,
            least: 0.0,
            solver,
            name,
            rounds: 0,
            programs: 0,
            last: None,
        }
    }

    fn label(&self) -> Label {
        Label { family: "leximin", element: self.name, period: None }
    }

    /// Finds the level of every member and leaves it as a floor.
    pub(super) fn climb(&mut self, members: &[Member]) -> Result<Vec<f64>, Unsolved> {
        let mut levels = vec![f64::NAN; members.len()];
        let mut free: Vec<usize> = (0..members.len()).collect();
        while !free.is_empty() {
            let standing: Vec<Member> = free.iter().map(|at| members[*at]).collect();
            let rung = self.lift(&standing)?;
            let saturated = self.saturated(&standing, &rung)?;
            for (at, member) in
                free.iter().zip(&standing).zip(&saturated).filter(|(_, s)| **s).map(|(m, _)| m)
            {
                levels[*at] = self.capped(*member, rung.level);
                self.held.push((member.var, levels[*at], rung.scale() * member.weight));
            }
            let mut saturated = saturated.into_iter();
            free.retain(|_| !saturated.next().unwrap_or(true));
        }
        Ok(levels)
    }

    /// What a member gets at a level: no more than its cap, no less than its lower bound.
    fn capped(&self, member: Member, level: f64) -> f64 {
        let bounds = self.bare.variable(member.var);
        (level * member.weight).min(bounds.upper).max(bounds.lower)
    }

    /// The program with floors under all that is proved.
    fn standing(&self, hair: f64) -> Program {
        let mut program = self.bare.clone();
        for &(var, level, size) in &self.held {
            hold(&mut program, var, level, hair * size);
        }
        program
    }

    fn solve(&self, build: impl Fn(f64) -> Program, count: &mut usize) -> Result<Solution, Unsolved> {
        solve_held(build, &format!("leximin round {}", self.rounds), self.hairs, self.solver, count)
    }

    /// Lifts the lowest of the free members as high as it goes.
    fn lift(&mut self, members: &[Member]) -> Result<Rung, Unsolved> {
        self.rounds += 1;
        let build = |hair: f64| self.lifting(members, hair);
        let mut count = 0;
        let found = self.solve(build, &mut count)?;
        self.programs += count;
        let level = found.values[found.values.len() - 1];
        let first = found.row_duals.len() - members.len();
        let shares = found.row_duals[first..].iter().map(|dual| dual.max(0.0)).collect();
        let above = members.iter().map(|m| found.values[m.var.position()] / m.weight - level).collect();
        self.last = Some(found);
        Ok(Rung { level, shares, above, least: self.least })
    }

    /// The program that lifts the lowest: one more variable, the level, and one more row a free member.
    fn lifting(&self, members: &[Member], hair: f64) -> Program {
        let mut program = self.standing(hair);
        let level = program.add_variable(self.label(), f64::NEG_INFINITY, f64::INFINITY);
        program.add_cost(level, -1.0);
        for member in members {
            let row = program.add_row(self.label(), 0.0, f64::INFINITY);
            program.add_term(row, member.var, 1.0 / member.weight);
            program.add_term(row, level, -1.0);
        }
        program
    }

    /// Which of the free members stand as high as they can: at least one.
    pub(super) fn saturated(&mut self, members: &[Member], rung: &Rung) -> Result<Vec<bool>, Unsolved> {
        let scale = rung.scale();
        let proved = |at: usize| rung.shares[at] * members.len() as f64 > PROVED;
        let apart = |at: usize| rung.above[at] > APART * scale;
        let mut saturated: Vec<bool> = (0..members.len()).map(|at| proved(at) && !apart(at)).collect();
        let unsure: Vec<usize> = (0..members.len()).filter(|at| !saturated[*at] && !apart(*at)).collect();
        for at in self.stuck(members, rung, unsure)? {
            saturated[at] = true;
        }
        if !saturated.contains(&true) {
            let most = (0..members.len()).max_by(|a, b| rung.shares[*a].total_cmp(&rung.shares[*b]));
            most.into_iter().for_each(|at| saturated[at] = true);
        }
        Ok(saturated)
    }

    /// Those of the unsure members that cannot rise while the others stand. All are asked at once, then
    /// those that did not rise again, until nobody rises.
    fn stuck(
        &mut self,
        members: &[Member],
        rung: &Rung,
        mut unsure: Vec<usize>,
    ) -> Result<Vec<usize>, Unsolved> {
        let scale = rung.scale();
        while !unsure.is_empty() {
            let build = |hair: f64| {
                let mut program = self.standing(hair);
                for member in members {
                    let level = self.capped(*member, rung.level);
                    hold(&mut program, member.var, level, hair * scale * member.weight);
                }
                for at in &unsure {
                    program.add_cost(members[*at].var, -1.0 / members[*at].weight);
                }
                program
            };
            let mut count = 0;
            let found = self.solve(build, &mut count)?;
            self.programs += count;
            let rise = |at: usize| found.values[members[at].var.position()] / members[at].weight - rung.level;
            let before = unsure.len();
            unsure.retain(|at| rise(*at) <= self.rise * scale);
            if unsure.len() == before {
                break;
            }
        }
        Ok(unsure)
    }
}
