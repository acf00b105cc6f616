//! Leximin as a sequence of programs: lift the members that stand lowest, then the next. It says what each
//! member reaches and proves it; it does not choose among the plans that reach it.
//!
//! A member is held to its level only when that is proved: by a positive dual (then it stands there in every
//! best plan), or by a program that shows it cannot rise. To stand at the level in one best plan proves
//! nothing (W. Ogryczak and T. Sliwinski, 2006). Levels are kept as floors a hair below, never as equations.

use super::priority::{Unsolved, solve};
use super::program::{Label, Name, Program, Var};
use super::{Solution, Solver, Status};
use rayon::prelude::*;

/// How far below its level a floor is put, relative to the level; the wider ones only where a program with the
/// narrower cannot be solved, because a level was not known well enough.
pub const HAIRS: [f64; 3] = [1e-8, 1e-7, 1e-6];

/// A wider hair than this is a grace: the level is kept unless that costs too much.
const GRACE: f64 = 1e-5;

/// What missing a level within its grace costs, in units of what is lifted: who would have to give up more than
/// this for each unit of another's level may let that level fall by the grace.
const GRACE_PRICE: f64 = 2.0;

/// A share of the duals above which a member is proved to be saturated.
const PROVED: f64 = 1e-4;

/// A relative distance from the level above which a member is proved to be free.
const APART: f64 = 1e-4;

/// A relative rise that counts as one where a program decides.
const RISE: f64 = 1e-6;

/// The least scale for distances and rises where the level itself is near zero, relative to the highest member.
const LEAST_SCALE: f64 = 1e-3;

/// Someone whose share counts: a variable whose upper bound is the most it can get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// What it gets.
    pub var: Var,
    /// Its weight, positive: members are compared by what they get for each unit of weight.
    pub weight: f64,
}

/// What leximin found.
#[derive(Clone, Debug, PartialEq)]
pub struct Leximin {
    /// What each member gets, in the members' order and in their variables' units.
    pub levels: Vec<f64>,
    /// How many times the lowest free members were lifted.
    pub rounds: usize,
    /// How many programs were solved.
    pub programs: usize,
    /// The answer of the last program: a plan that reaches the levels, one of many.
    pub solution: Solution,
}

impl Leximin {
    /// Puts every member's level into a program as its floor, lower by `hair` of the level. Leximin itself
    /// begins with [`HAIRS`]' first; take the next where a program cannot be solved with it.
    pub fn hold(&self, program: &mut Program, members: &[Member], hair: f64) {
        for (at, size) in sizes(members, &self.levels).into_iter().enumerate() {
            hold(program, members[at].var, self.levels[at], hair * size);
        }
    }
}

/// The size against which each member's level is judged: the level, but not far below the highest one.
fn sizes(members: &[Member], levels: &[f64]) -> Vec<f64> {
    let shares: Vec<f64> = members.iter().zip(levels).map(|(m, level)| (level / m.weight).abs()).collect();
    let most = shares.iter().copied().fold(0.0, f64::max);
    members.iter().zip(shares).map(|(m, share)| m.weight * share.max(LEAST_SCALE * most)).collect()
}

/// Solves the program built with the narrowest hair with which it can be solved; counts the programs.
fn solve_held(
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
fn hold(program: &mut Program, var: Var, level: f64, hair: f64) {
    let bounds = program.variable(var);
    let floor = (level - hair).min(bounds.upper).max(bounds.lower);
    let upper = bounds.upper;
    program.set_bounds(var, floor, upper);
}

/// Leximin: the members' shares (each divided by its weight) in rising order are the largest possible, the
/// lowest first. The program's own objective is left aside.
///
/// # Errors
/// [`Unsolved`] if a program of the sequence cannot be solved: the rows contradict themselves, or a
/// member can rise without end.
pub fn leximin(program: &Program, members: &[Member], solver: &dyn Solver) -> Result<Leximin, Unsolved> {
    leximin_in_classes(program, &[members], &HAIRS, solver)
}

/// How exactly a leximin is to be found: as exactly as its solver can.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exactness<'a> {
    /// How far below its level a floor is put, relative to the level: the first, and wider ones in case a
    /// program cannot be solved.
    pub hairs: &'a [f64],
    /// The relative rise above which a program proves that a member is free; well above the hairs.
    pub rise: f64,
    /// The share below which a level is judged as if it were this large: what is a difference of large
    /// numbers is known no better than they are.
    pub least: f64,
}

impl Exactness<'static> {
    /// For solvers that end at a vertex, right to the last digits.
    pub const VERTEX: Exactness<'static> =
        Exactness { hairs: &[1e-12, 1e-11, 1e-10, 1e-9], rise: 1e-10, least: 0.0 };
}

/// Leximin class by class: no member of a later class costs one of an earlier class anything but a hair. The
/// levels are those of the first class, then of the second, and so on. `hairs` say how far below its level
/// a floor is put, relative to the level: the first, and wider ones in case a program cannot be solved.
///
/// # Errors
/// As [`leximin`].
pub fn leximin_in_classes(
    program: &Program,
    classes: &[&[Member]],
    hairs: &[f64],
    solver: &dyn Solver,
) -> Result<Leximin, Unsolved> {
    leximin_within(program, classes, Exactness { hairs, rise: RISE, least: 0.0 }, solver)
}

/// Leximin class by class, as exactly as is said.
///
/// # Errors
/// As [`leximin`].
pub fn leximin_within(
    program: &Program,
    classes: &[&[Member]],
    exactness: Exactness<'_>,
    solver: &dyn Solver,
) -> Result<Leximin, Unsolved> {
    let Exactness { hairs, rise, least } = exactness;
    let mut ladder = Ladder { rise, least, ..Ladder::new(program, hairs, solver) };
    let mut levels = Vec::new();
    for members in classes {
        levels.extend(ladder.climb(members)?);
    }
    let mut solution = match ladder.last.take() {
        Some(solution) => solution,
        None => solve(&ladder.bare, "leximin without members", solver)?,
    };
    solution.values.truncate(program.variables().len());
    solution.reduced_costs.truncate(program.variables().len());
    solution.row_duals.truncate(program.rows().len());
    Ok(Leximin { levels, rounds: ladder.rounds, programs: ladder.programs, solution })
}

/// How much each member could rise above its level while no member at or below that level (for each unit of
/// weight) falls below its own, in the members' order and their variables' units; zero, but for
/// rounding, proves leximin. One program a member, in parallel; NaN where one cannot be solved.
pub fn certify(program: &Program, members: &[Member], levels: &[f64], solver: &dyn Solver) -> Vec<f64> {
    let mut bare = program.clone();
    bare.clear_objective();
    let share = |at: usize| levels[at] / members[at].weight;
    let sizes = sizes(members, levels);
    let lifted = |at: usize, hair: f64| {
        let mut lifted = bare.clone();
        let limit = share(at) + RISE * share(at).abs();
        for other in (0..members.len()).filter(|other| share(*other) <= limit) {
            hold(&mut lifted, members[other].var, levels[other], hair * sizes[other]);
        }
        lifted.add_cost(members[at].var, -1.0);
        lifted
    };
    let rise = |at: usize| {
        let found = solve_held(|hair| lifted(at, hair), "certificate", &HAIRS, solver, &mut 0);
        found.map_or(f64::NAN, |found| found.values[members[at].var.position()] - levels[at])
    };
    (0..members.len()).into_par_iter().map(rise).collect()
}

/// The sequence of programs of a leximin, and what it has proved so far.
struct Ladder<'a> {
    /// The rows and bounds.
    bare: Program,
    /// Whose level is proved, the level, and the size against which it is judged.
    held: Vec<(Var, f64, f64)>,
    hairs: &'a [f64],
    /// A relative rise that counts as one where a program decides.
    rise: f64,
    /// The least size of a share.
    least: f64,
    solver: &'a dyn Solver,
    /// The label of what the ladder adds.
    name: Name,
    rounds: usize,
    programs: usize,
    last: Option<Solution>,
}

/// What one round found.
struct Rung {
    /// What the lowest free members get for each unit of weight.
    level: f64,
    /// For each free member the share of the duals it holds; they add up to one.
    shares: Vec<f64>,
    /// For each free member its distance above the level, for each unit of weight.
    above: Vec<f64>,
    /// The least size of a share.
    least: f64,
}

impl Rung {
    /// The size against which distances and rises are judged.
    fn scale(&self) -> f64 {
        let most = self.above.iter().fold(0.0, |most: f64, above| most.max(above.abs()));
        self.level.abs().max(LEAST_SCALE * most).max(self.least)
    }
}

impl<'a> Ladder<'a> {
    fn new(program: &Program, hairs: &'a [f64], solver: &'a dyn Solver) -> Ladder<'a> {
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
    fn climb(&mut self, members: &[Member]) -> Result<Vec<f64>, Unsolved> {
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
            if hair > GRACE {
                self.add_grace(&mut program, var, level, hair * size);
            }
        }
        program
    }

    /// `u + short >= level`, `0 <= short <= grace`, at its price.
    fn add_grace(&self, program: &mut Program, var: Var, level: f64, grace: f64) {
        let short = program.add_variable(self.label(), 0.0, grace);
        let row = program.add_row(self.label(), level, f64::INFINITY);
        program.add_term(row, var, 1.0);
        program.add_term(row, short, 1.0);
        program.add_cost(short, GRACE_PRICE);
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

    /// Which of the free members stand as high as they can: at least one. Where levels have a grace, a member
    /// whose rise to its cap would cost the others less than that is not held back.
    fn saturated(&mut self, members: &[Member], rung: &Rung) -> Result<Vec<bool>, Unsolved> {
        let scale = rung.scale();
        let grace = self.hairs.first().copied().filter(|hair| *hair > GRACE).unwrap_or(0.0);
        let proved = |at: usize| {
            let room = self.bare.variable(members[at].var).upper / members[at].weight - rung.level;
            let costs = rung.shares[at] * room > grace * scale;
            costs && rung.shares[at] * members.len() as f64 > PROVED
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::clarabel::Clarabel;

    const INF: f64 = f64::INFINITY;

    /// Members with caps, weights and rows `sum of coefficients * member <= limit`.
    fn sharing(caps: &[f64], weights: &[f64], rows: &[(&[f64], f64)]) -> (Program, Vec<Member>) {
        let mut program = Program::new();
        let element = program.name("a");
        let label = Label { family: "x", element, period: None };
        let vars: Vec<Var> = caps.iter().map(|cap| program.add_variable(label, 0.0, *cap)).collect();
        for (coefficients, limit) in rows {
            let row = program.add_row(label, -INF, *limit);
            vars.iter().zip(*coefficients).for_each(|(var, value)| program.add_term(row, *var, *value));
        }
        let members = vars.iter().zip(weights).map(|(var, weight)| Member { var: *var, weight: *weight });
        let members = members.collect();
        (program, members)
    }

    fn assert_levels(program: &Program, members: &[Member], wanted: &[f64]) -> Leximin {
        assert_levels_within(program, members, wanted, 1e-7)
    }

    fn assert_levels_within(program: &Program, members: &[Member], wanted: &[f64], within: f64) -> Leximin {
        let found = leximin(program, members, &Clarabel::default()).expect("solvable");
        for (level, wanted) in found.levels.iter().zip(wanted) {
            assert!((level - wanted).abs() < within, "{:?} is not {wanted:?}", found.levels);
        }
        for rise in certify(program, members, &found.levels, &Clarabel::default()) {
            assert!(rise.abs() < 10.0 * within, "someone could rise by {rise}");
        }
        found
    }

    #[test]
    fn members_of_one_source_share_evenly_until_their_claims_are_met() {
        let (program, members) = sharing(&[1.0, 4.0, 9.0], &[1.0; 3], &[(&[1.0; 3], 9.0)]);
        let found = assert_levels(&program, &members, &[1.0, 4.0, 4.0]);
        assert!(found.programs <= 3, "{}", found.programs);
    }

    #[test]
    fn a_bottleneck_holds_its_members_and_frees_the_others() {
        let rows: [(&[f64], f64); 2] = [(&[1.0, 1.0, 0.0, 0.0], 2.0), (&[0.0, 1.0, 1.0, 1.0], 9.0)];
        let (program, members) = sharing(&[INF; 4], &[1.0; 4], &rows);
        assert_levels(&program, &members, &[1.0, 1.0, 4.0, 4.0]);
    }

    #[test]
    fn weights_divide_a_source_in_their_proportion() {
        let (program, members) = sharing(&[INF; 3], &[1.0, 2.0, 5.0], &[(&[1.0; 3], 16.0)]);
        assert_levels(&program, &members, &[2.0, 4.0, 10.0]);
    }

    #[test]
    fn a_member_at_its_cap_is_released_and_leaves_the_rest_to_the_others() {
        let (program, members) = sharing(&[3.0, INF, INF], &[5.0, 1.0, 1.0], &[(&[1.0; 3], 16.0)]);
        assert_levels(&program, &members, &[3.0, 6.5, 6.5]);
    }

    /// Whoever only looks at who stands at the level at a vertex may hold the second and third at 1.
    #[test]
    fn a_member_that_stands_at_the_level_but_can_rise_is_not_held_there() {
        let rows: [(&[f64], f64); 2] = [(&[1.0, 0.0, 0.0], 1.0), (&[0.0, 1.0, 1.0], 6.0)];
        let (program, members) = sharing(&[INF; 3], &[1.0; 3], &rows);
        let mut ladder = Ladder::new(&program, &HAIRS, &Clarabel { tolerance: 1e-9, iterations: 200 });
        let vertex = Rung { level: 1.0, shares: vec![1.0, 0.0, 0.0], above: vec![0.0, 0.0, 0.0], least: 0.0 };
        assert_eq!(ladder.saturated(&members, &vertex), Ok(vec![true, false, false]));
        assert_levels(&program, &members, &[1.0, 3.0, 3.0]);
    }

    #[test]
    fn members_without_a_dual_that_cannot_rise_are_held_all_the_same() {
        let rows: [(&[f64], f64); 2] = [(&[1.0, 0.0, 0.0], 1.0), (&[0.0, 1.0, 1.0], 2.0)];
        let (program, members) = sharing(&[INF; 3], &[1.0; 3], &rows);
        let mut ladder = Ladder::new(&program, &HAIRS, &Clarabel { tolerance: 1e-9, iterations: 200 });
        let vertex = Rung { level: 1.0, shares: vec![1.0, 0.0, 0.0], above: vec![0.0, 0.0, 0.0], least: 0.0 };
        assert_eq!(ladder.saturated(&members, &vertex), Ok(vec![true, true, true]));
        assert_levels(&program, &members, &[1.0, 1.0, 1.0]);
    }

    #[test]
    fn levels_far_apart_in_size_are_all_found() {
        let caps = [1e-3, 1.0, 50.0, 1e4, 1e4];
        let (program, members) = sharing(&caps, &[1.0; 5], &[(&[1.0; 5], 8051.001)]);
        let found = leximin(&program, &members, &Clarabel::default()).expect("solvable");
        for (level, wanted) in found.levels.iter().zip([1e-3, 1.0, 50.0, 4000.0, 4000.0]) {
            assert!((level / wanted - 1.0).abs() < 1e-6, "{:?}", found.levels);
        }
    }

    #[test]
    fn a_member_that_can_get_nothing_does_not_hold_the_others_at_nothing() {
        let rows: [(&[f64], f64); 2] = [(&[1.0, 0.0, 0.0], 0.0), (&[0.0, 1.0, 1.0], 3000.0)];
        let (program, members) = sharing(&[INF; 3], &[1.0; 3], &rows);
        let found = assert_levels_within(&program, &members, &[0.0, 1500.0, 1500.0], 1e-5);
        assert!(found.rounds <= 2, "{}", found.rounds);
    }

    #[test]
    fn a_later_class_takes_nothing_from_an_earlier_one() {
        let (program, members) = sharing(&[6.0, 6.0, 6.0], &[1.0; 3], &[(&[1.0; 3], 9.0)]);
        let found =
            leximin_in_classes(&program, &[&members[2..], &members[..2]], &HAIRS, &Clarabel::default())
                .expect("solvable");
        for (level, wanted) in found.levels.iter().zip([6.0, 1.5, 1.5]) {
            assert!((level - wanted).abs() < 1e-7, "{:?}", found.levels);
        }
        assert_eq!(found.solution.values.len(), 3);
    }

    #[test]
    fn the_certificate_finds_who_could_rise() {
        let (program, members) = sharing(&[INF; 2], &[1.0; 2], &[(&[1.0, 1.0], 4.0)]);
        let rises = certify(&program, &members, &[1.0, 2.5], &Clarabel::default());
        assert!((rises[0] - 2.0 - 1.0).abs() < 1e-6, "the lower may take from the upper: {rises:?}");
        assert!((rises[1] - 0.5).abs() < 1e-6, "the upper may take what is left over: {rises:?}");
    }

    #[test]
    fn a_member_that_can_rise_without_end_is_an_error() {
        let (program, members) = sharing(&[1.0, INF], &[1.0; 2], &[]);
        let problem = leximin(&program, &members, &Clarabel::default()).expect_err("unbounded");
        assert_eq!(problem.status, Status::Unbounded);
    }
}
