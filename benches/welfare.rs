//! How long the fair points of a random set take: six members, thirty decisions, forty rows. At alpha 1 beside Clarabel on
//! the same program (its answer once, without a proof), whose time is the unit.

use criterion::{Criterion, criterion_group, criterion_main};
use mirab::fairness::welfare::{Polyhedron, UtilitySet, alpha_fair, leximin};
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::program::{ConvexTerm, Label, Program, Var};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use std::time::{Duration, Instant};

const MEMBERS: usize = 6;
const DECISIONS: usize = 30;
const ROWS: usize = 40;
const INF: f64 = f64::INFINITY;

fn random() -> UtilitySet {
    let mut draw = ChaCha8Rng::seed_from_u64(1);
    let mut sparse = |share: f64| -> Vec<f64> {
        (0..DECISIONS)
            .map(|_| if draw.random_bool(share) { draw.random_range(0.1..2.0) } else { 0.0 })
            .collect()
    };
    let mut rows: Vec<Vec<f64>> = (0..ROWS - 1).map(|_| sparse(0.3)).collect();
    rows.push(vec![1.0; DECISIONS]);
    let utilities = (0..MEMBERS).map(|_| sparse(0.3)).collect();
    let limits = (0..ROWS).map(|_| draw.random_range(1.0..10.0)).collect();
    UtilitySet::new(Polyhedron { rows, limits, utilities, ..Polyhedron::default() }).expect("zero is a point")
}

/// The proportionally fair program as a conic solver takes it.
fn program(set: &UtilitySet) -> Program {
    let parts = set.parts();
    let mut program = Program::new();
    let label = Label { family: "x", element: program.name("set"), period: None };
    let decisions: Vec<Var> = (0..DECISIONS).map(|_| program.add_variable(label, 0.0, INF)).collect();
    for (row, limit) in parts.rows.iter().zip(&parts.limits) {
        let added = program.add_row(label, -INF, *limit);
        decisions.iter().zip(row).for_each(|(var, value)| program.add_term(added, *var, *value));
    }
    for row in &parts.utilities {
        let utility = program.add_variable(label, 0.0, INF);
        let added = program.add_row(label, 0.0, 0.0);
        decisions.iter().zip(row).for_each(|(var, value)| program.add_term(added, *var, *value));
        program.add_term(added, utility, -1.0);
        program.add_convex(ConvexTerm::AlphaFair { var: utility, weight: 1.0, alpha: 1.0 });
    }
    program
}

/// The median time of a call.
fn median(call: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        call();
        start.elapsed()
    };
    let mut times: Vec<Duration> = (0..51).map(time).collect();
    times.sort();
    times[times.len() / 2]
}

fn points(criterion: &mut Criterion) {
    let set = random();
    let conic = program(&set);
    let ours = median(|| drop(black_box(alpha_fair(&set, 1.0, &[], &[]))));
    let other = median(|| drop(black_box(Clarabel::default().solve(&conic))));
    println!(
        "alpha 1: ours {ours:?}, Clarabel {other:?}, ratio {:.2}",
        ours.as_secs_f64() / other.as_secs_f64()
    );
    let mut group = criterion.benchmark_group("six members, thirty decisions, forty rows");
    group.sample_size(20);
    for alpha in [0.5, 1.0, 2.0, 10.0, 30.0] {
        group.bench_function(format!("alpha {alpha}"), |b| {
            b.iter(|| alpha_fair(black_box(&set), alpha, &[], &[]))
        });
    }
    group.bench_function("alpha 1 by Clarabel", |b| b.iter(|| Clarabel::default().solve(black_box(&conic))));
    group.bench_function("leximin", |b| b.iter(|| leximin(black_box(&set), &[], &[])));
    group.finish();
}

criterion_group!(benches, points);
criterion_main!(benches);
