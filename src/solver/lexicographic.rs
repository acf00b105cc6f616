//! Leximin as a sequence of programs: lift the members that stand lowest, then the next. It says what each
//! member reaches and proves it; it does not choose among the plans that reach it.
//!
//! A member is held to its level only when that is proved: by a positive dual (then it stands there in every
//! best plan), or by a program that shows it cannot rise. To stand at the level in one best plan proves
//! nothing (W. Ogryczak and T. Sliwinski, 2006). Levels are kept as floors a hair below, never as equations.

use super::ladder::{LEAST_SCALE, Ladder, RISE, hold, solve_held};
use super::priority::{Unsolved, solve};
use super::program::Program;
use super::{Solution, Solver};
use rayon::prelude::*;

pub use super::ladder::{HAIRS, Member};

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

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::ladder::Rung;
    use super::super::program::{Label, Var};
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
