//! Programs solved in several ways, in several units, written and read back: the answers agree.

mod support;

use mirab::solver::clarabel::Clarabel;
use mirab::solver::lexicographic::{Member, certify, leximin};
use mirab::solver::mps::mps;
use mirab::solver::program::{ConvexTerm, Label, Program, Var};
use mirab::solver::{Solution, Solver, Status};
use support::{Draw, INF, Network, PLAIN, Size, Units, network, read_mps, simplex};

const SMALL: Size = Size { nodes: 8, periods: 6 };
const YEAR: Size = Size { nodes: 24, periods: 12 };

const SYSTEMS: [Units; 6] = [
    Units { volume: 1e6, energy: 1e3, money: 1.0 },
    Units { volume: 1e-6, energy: 1.0, money: 1.0 },
    Units { volume: 1.0, energy: 1e6, money: 1e-6 },
    Units { volume: 1e-3, energy: 1e-6, money: 1e6 },
    Units { volume: 1e6, energy: 1e6, money: 1e6 },
    Units { volume: 1e-6, energy: 1e-6, money: 1e-6 },
];

fn solved(program: &Program) -> Solution {
    let found = Clarabel::default().solve(program);
    assert!(found.is_usable(), "{:?} {:?}", found.status, found.accuracy);
    found
}

fn relative(one: f64, two: f64) -> f64 {
    (one - two).abs() / one.abs().max(two.abs()).max(1e-300)
}

/// A program with bounds, ranges and equations that is feasible because a point in it was drawn first.
fn drawn(seed: u64) -> Program {
    let mut draw = Draw(seed);
    let mut program = Program::new();
    let element = program.name("a");
    let label = Label { family: "x", element, period: None };
    let width = 2 + draw.below(10);
    let point: Vec<f64> = (0..width).map(|_| draw.between(-5.0, 5.0).round()).collect();
    let vars: Vec<Var> = point
        .iter()
        .map(|x| match draw.below(5) {
            0 => program.add_variable(label, *x, *x),
            1 => program.add_variable(label, *x, x + 3.0),
            _ => program.add_variable(label, x - draw.between(0.0, 4.0), x + draw.between(0.0, 4.0)),
        })
        .collect();
    for _ in 0..1 + draw.below(8) {
        let terms: Vec<(usize, f64)> =
            (0..width).filter(|_| draw.unit() < 0.5).map(|at| (at, 1.0 + at as f64)).collect();
        let terms: Vec<(usize, f64)> =
            terms.into_iter().map(|(at, _)| (at, draw.between(-3.0, 3.0).round())).collect();
        let sum: f64 = terms.iter().map(|(at, value)| value * point[*at]).sum();
        let (lower, upper) = match draw.below(4) {
            0 => (sum, sum),
            1 => (sum - draw.unit(), INF),
            2 => (-INF, sum + draw.unit()),
            _ => (sum - draw.unit(), sum + draw.unit()),
        };
        let row = program.add_row(label, lower, upper);
        terms.iter().for_each(|(at, value)| program.add_term(row, vars[*at], *value));
    }
    vars.iter().for_each(|var| program.add_cost(*var, draw.between(-2.0, 2.0)));
    program
}

#[test]
fn three_hundred_drawn_programs_cost_the_same_by_interior_point_and_by_simplex() {
    let mut compared = 0;
    for seed in 0..300 {
        let program = drawn(seed);
        let found = solved(&program);
        assert!(found.accuracy.primal < 1e-6 && found.accuracy.dual < 1e-6, "{seed}: {:?}", found.accuracy);
        if let Ok(least) = simplex(&program) {
            let apart = (found.objective - least).abs() / least.abs().max(1.0);
            assert!(apart < 1e-6, "{seed}: {} and {least}", found.objective);
            compared += 1;
        }
    }
    assert!(compared > 290, "only {compared} were compared");
}

#[test]
fn a_network_costs_the_same_by_interior_point_and_by_simplex() {
    for seed in 0..5 {
        let Network { program, .. } = network(SMALL, PLAIN, seed);
        let least = simplex(&program).expect("microlp solves it");
        let found = solved(&program);
        assert_eq!(found.status, Status::Optimal);
        assert!(relative(found.objective, least) < 1e-7, "{} and {least}", found.objective);
    }
}

#[test]
fn units_do_not_decide_what_a_linear_program_costs() {
    let plain = solved(&network(YEAR, PLAIN, 7).program);
    for units in SYSTEMS {
        let found = solved(&network(YEAR, units, 7).program);
        let apart = relative(found.objective / units.money, plain.objective);
        assert!(apart < 1e-7, "{apart} at {} {} {}", units.volume, units.energy, units.money);
    }
}

#[test]
fn units_do_not_decide_what_is_proportionally_fair() {
    for (alpha, size, seed) in [(1.0, SMALL, 3), (2.0, SMALL, 3), (1.0, YEAR, 1), (3.0, YEAR, 1)] {
        let fair = |units: Units| {
            let Network { mut program, shares } = network(size, units, seed);
            program.clear_objective();
            for var in &shares {
                program.add_convex(ConvexTerm::AlphaFair { var: *var, weight: 1.0, alpha });
            }
            let found = solved(&program);
            assert_eq!(found.status, Status::Optimal);
            (found.objective, shares.iter().map(|var| found.values[var.position()]).collect::<Vec<f64>>())
        };
        let plain = fair(PLAIN);
        for units in SYSTEMS {
            let found = fair(units);
            assert!((found.0 - plain.0).abs() < 1e-6 * plain.0.abs().max(1.0), "{} and {}", found.0, plain.0);
            for (one, two) in found.1.iter().zip(&plain.1) {
                assert!(relative(*one, *two) < 1e-6, "{:?} and {:?}", found.1, plain.1);
            }
        }
    }
}

#[test]
fn the_deliveries_that_are_fair_satisfy_the_linear_certificate() {
    for alpha in [0.5, 1.0, 2.0, 3.0] {
        let Network { mut program, shares } = network(SMALL, PLAIN, 11);
        program.clear_objective();
        shares
            .iter()
            .for_each(|var| program.add_convex(ConvexTerm::AlphaFair { var: *var, weight: 1.0, alpha }));
        let found = solved(&program);
        program.clear_objective();
        for var in &shares {
            program.add_cost(*var, -found.values[var.position()].powf(-alpha));
        }
        let best = -solved(&program).objective;
        let here: f64 = shares.iter().map(|var| found.values[var.position()].powf(1.0 - alpha)).sum();
        assert!(best - here < 1e-6 * here.abs().max(1.0), "alpha {alpha}: {best} against {here}");
    }
}

#[test]
fn a_program_written_as_mps_and_read_back_costs_the_same() {
    for seed in 0..20 {
        let program = drawn(seed);
        let back = read_mps(&mps(&program).expect("linear"));
        assert!((solved(&back).objective - solved(&program).objective).abs() < 1e-7, "{seed}");
    }
    let Network { program, .. } = network(SMALL, PLAIN, 5);
    let back = read_mps(&mps(&program).expect("linear"));
    let least = simplex(&back).expect("microlp solves it");
    assert!(relative(solved(&program).objective, least) < 1e-7);
}

#[test]
fn the_leximin_of_a_network_is_certified_with_few_programs() {
    let Network { program, shares } = network(YEAR, PLAIN, 2);
    let members: Vec<Member> = shares.iter().map(|var| Member { var: *var, weight: 1.0 }).collect();
    let found = leximin(&program, &members, &Clarabel::default()).expect("solvable");
    for rise in certify(&program, &members, &found.levels, &Clarabel::default()) {
        assert!(rise.abs() < 1e-6, "someone could rise by {rise}: {:?}", found.levels);
    }
    let mut distinct: Vec<f64> = found.levels.clone();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup_by(|one, two| (*one - *two).abs() < 1e-6);
    assert!(distinct.len() >= 4, "a network too rich to part anyone: {distinct:?}");
    assert_eq!(found.rounds, distinct.len());
    assert!(found.programs <= 2 * distinct.len() + 1, "{} for {}", found.programs, distinct.len());
}
