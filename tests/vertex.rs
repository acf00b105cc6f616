//! The sparse simplex beside microlp and Clarabel, and the leximin that walks on it.

mod support;

use mirab::solver::clarabel::Clarabel;
use mirab::solver::lexicographic::Member;
use mirab::solver::program::{Label, Program, Var};
use mirab::solver::vertex::{HELD, Lift, SparseSimplex, Vertex};
use mirab::solver::{Solver, Status};
use support::{INF, Network, PLAIN, Size, Units, network, simplex};

const SLACK: f64 = 1e-5;

fn relative(one: f64, two: f64) -> f64 {
    (one - two).abs() / one.abs().max(two.abs()).max(1e-300)
}

/// Variables with costs and upper bounds, and rows `sum of coefficients * x <= limit`.
fn small(costs: &[f64], caps: &[f64], rows: &[(&[f64], f64)]) -> (Program, Vec<Var>) {
    let mut program = Program::new();
    let element = program.name("a");
    let label = Label { family: "x", element, period: None };
    let vars: Vec<Var> = caps.iter().map(|cap| program.add_variable(label, 0.0, *cap)).collect();
    vars.iter().zip(costs).for_each(|(var, cost)| program.add_cost(*var, *cost));
    for (coefficients, limit) in rows {
        let row = program.add_row(label, -INF, *limit);
        vars.iter().zip(*coefficients).for_each(|(var, value)| program.add_term(row, *var, *value));
    }
    (program, vars)
}

#[test]
fn networks_have_the_same_least_cost_as_microlp_finds() {
    for (nodes, periods) in [(3, 1), (8, 6), (24, 12), (10, 36)] {
        for seed in 0..12 {
            let Network { program, .. } = network(Size { nodes, periods }, PLAIN, seed);
            let own = SparseSimplex.solve(&program);
            assert_eq!(own.status, Status::Optimal, "{nodes} nodes, seed {seed}");
            let other = simplex(&program).expect("solvable");
            assert!(relative(own.objective, other) < 1e-9, "seed {seed}: {} is not {other}", own.objective);
            assert!(own.accuracy.primal < 1e-8 && own.accuracy.gap < 1e-9, "{:?}", own.accuracy);
        }
    }
}

#[test]
fn units_do_not_decide_the_answer() {
    let size = Size { nodes: 12, periods: 6 };
    let plain = SparseSimplex.solve(&network(size, PLAIN, 3).program).objective;
    for (volume, energy, money) in [(1e6, 1e-6, 1.0), (1e-6, 1e6, 1e6), (1.0, 1e3, 1e-6)] {
        let units = Units { volume, energy, money };
        let found = SparseSimplex.solve(&network(size, units, 3).program);
        assert!(relative(found.objective / money, plain) < 1e-9, "{}", found.objective);
    }
}

#[test]
fn a_solve_starts_where_the_last_one_ended() {
    let Network { program, shares } = network(Size { nodes: 24, periods: 12 }, PLAIN, 5);
    let mut vertex = Vertex::of(&program).expect("its bounds agree");
    assert_eq!(vertex.minimise(), Status::Optimal);
    let (cold, basis) = (vertex.steps(), vertex.basis());
    vertex.set_costs([(shares[0], -1.0)]);
    assert_eq!(vertex.minimise(), Status::Optimal);
    let mut alone = program.clone();
    alone.clear_objective();
    alone.add_cost(shares[0], -1.0);
    assert!((vertex.value(shares[0]) + simplex(&alone).expect("solvable")).abs() < 1e-9);
    let mut again = Vertex::of(&program).expect("its bounds agree");
    again.go_to(&basis);
    assert_eq!(again.minimise(), Status::Optimal);
    assert!(again.steps() < cold / 20, "{} steps beside {cold}", again.steps());
}

#[test]
fn prices_are_those_of_the_rows_that_hold() {
    // max 5x + 4y + 3z: Chvatal 1983, page 13; the first and the third row hold, at prices 1 and 1
    let rows: [(&[f64], f64); 3] =
        [(&[2.0, 3.0, 1.0], 5.0), (&[4.0, 1.0, 2.0], 11.0), (&[3.0, 4.0, 2.0], 8.0)];
    let (program, _) = small(&[-5.0, -4.0, -3.0], &[INF; 3], &rows);
    let found = SparseSimplex.solve(&program);
    assert_eq!((found.objective, found.values), (-13.0, vec![2.0, 0.0, 1.0]));
    assert_eq!(found.row_duals, [-1.0, 0.0, -1.0]);
    assert_eq!(found.reduced_costs, [0.0, 3.0, 0.0]);
}

#[test]
fn a_program_without_a_point_or_without_an_end_is_said_to_be_so() {
    let (mut program, vars) = small(&[1.0, 1.0], &[1.0, 1.0], &[(&[1.0, 1.0], 1.0)]);
    let label = program.variable(vars[0]).label;
    let row = program.add_row(label, 3.0, INF);
    vars.iter().for_each(|var| program.add_term(row, *var, 1.0));
    assert_eq!(SparseSimplex.solve(&program).status, Status::Infeasible);
    let (endless, _) = small(&[-1.0, 0.0], &[INF, 1.0], &[(&[-1.0, 1.0], 4.0)]);
    assert_eq!(SparseSimplex.solve(&endless).status, Status::Unbounded);
}

/// Two that may not add up to more than nothing stay at nothing though neither bears a price; a third is free beside them.
#[test]
fn a_face_fixes_what_bears_no_price_and_cannot_move() {
    let (program, vars) = small(&[0.0; 3], &[1.0, 1.0, 1.0], &[(&[1.0, 1.0, 0.0], 0.0)]);
    let mut vertex = Vertex::of(&program).unwrap();
    assert_eq!(vertex.minimise(), Status::Optimal);
    let fixed = vertex.face(&program).fixed;
    assert_eq!(fixed, [(vars[0], 0.0), (vars[1], 0.0)]);
}

#[test]
fn a_program_in_which_every_step_may_lead_nowhere_is_solved() {
    // E. M. L. Beale's example (1955), on which the plain rule walks in a circle: -1/20 at x = (1/25, 0, 1, 0)
    let rows: [(&[f64], f64); 3] = [
        (&[0.25, -60.0, -1.0 / 25.0, 9.0], 0.0),
        (&[0.5, -90.0, -1.0 / 50.0, 3.0], 0.0),
        (&[0.0, 0.0, 1.0, 0.0], 1.0),
    ];
    let (program, _) = small(&[-0.75, 150.0, -0.02, 6.0], &[INF; 4], &rows);
    let found = SparseSimplex.solve(&program);
    assert!((found.objective + 0.05).abs() < 1e-12, "{}", found.objective);
}

/// Lifts members of given caps and weights that share rows; returns the levels.
fn lifted(caps: &[f64], weights: &[f64], rows: &[(&[f64], f64)]) -> Vec<f64> {
    let (mut program, vars) = small(&vec![0.0; caps.len()], caps, rows);
    let list = vars.iter().zip(weights).map(|(var, weight)| Member { var: *var, weight: *weight });
    let lift = Lift::add_to(&mut program, &list.collect::<Vec<_>>());
    let mut vertex = Vertex::of(&program).expect("its bounds agree");
    lift.climb(&mut vertex, SLACK).expect("solvable")
}

fn assert_levels(found: &[f64], wanted: &[f64]) {
    let near = |(found, wanted): (&f64, &f64)| (found - wanted).abs() <= 10.0 * SLACK * wanted.abs();
    assert!(found.iter().zip(wanted).all(near), "{found:?} is not {wanted:?}");
}

#[test]
fn the_lowest_are_lifted_first_then_the_next() {
    assert_levels(&lifted(&[1.0, 4.0, 9.0], &[1.0; 3], &[(&[1.0; 3], 9.0)]), &[1.0, 4.0, 4.0]);
    let rows: [(&[f64], f64); 2] = [(&[1.0, 1.0, 0.0, 0.0], 2.0), (&[0.0, 1.0, 1.0, 1.0], 9.0)];
    assert_levels(&lifted(&[INF; 4], &[1.0; 4], &rows), &[1.0, 1.0, 4.0, 4.0]);
    assert_levels(&lifted(&[3.0, INF, INF], &[5.0, 1.0, 1.0], &[(&[1.0; 3], 16.0)]), &[3.0, 6.5, 6.5]);
    // who holds every member that stands at the level at a vertex leaves the second and third at 1
    let trap: [(&[f64], f64); 2] = [(&[1.0, 0.0, 0.0], 1.0), (&[0.0, 1.0, 1.0], 6.0)];
    assert_levels(&lifted(&[INF; 3], &[1.0; 3], &trap), &[1.0, 3.0, 3.0]);
    assert_levels(
        &lifted(&[1e-3, 1.0, 1e4, 1e4], &[1.0; 4], &[(&[1.0; 4], 8001.001)]),
        &[1e-3, 1.0, 4e3, 4e3],
    );
}

/// On random networks nobody can rise by more than the slack over [`HELD`] without lowering one no larger: one program a
/// member, by another solver.
#[test]
fn nobody_can_rise_by_more_than_the_slack_allows() {
    for seed in 0..10 {
        let Network { mut program, shares } = network(Size { nodes: 12, periods: 6 }, PLAIN, seed);
        program.clear_objective();
        let bare = program.clone();
        let list: Vec<Member> = shares.iter().map(|var| Member { var: *var, weight: 1.0 }).collect();
        let lift = Lift::add_to(&mut program, &list);
        let mut vertex = Vertex::of(&program).expect("its bounds agree");
        let levels = lift.climb(&mut vertex, SLACK).expect("solvable");
        let got: Vec<f64> = shares.iter().map(|var| vertex.value(*var)).collect();
        for (level, got) in levels.iter().zip(&got) {
            assert!(*got >= level * (1.0 - 2.0 * SLACK) - 1e-9, "{got} is short of {level}");
        }
        for (&raised, &own) in shares.iter().zip(&levels) {
            let mut alone = bare.clone();
            for (&var, level) in shares.iter().zip(&levels) {
                let upper = alone.variable(var).upper;
                let floor = level.min(own) * (1.0 - SLACK);
                alone.set_bounds(var, floor.min(upper), upper);
            }
            alone.add_cost(raised, -1.0);
            let most = -Clarabel::default().solve(&alone).objective;
            assert!(most - own <= SLACK / HELD, "seed {seed}: {own} could be {most}");
        }
    }
}
