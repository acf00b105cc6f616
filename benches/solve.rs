//! How long one solve of a network program takes: Clarabel behind our scaling beside microlp's simplex, and
//! leximin and proportional fairness on the same network.

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::lexicographic::{Member, leximin};
use mirab::solver::program::ConvexTerm;
use std::hint::black_box;
use support::{Network, PLAIN, Size, network, simplex};

const YEAR: Size = Size { nodes: 24, periods: 12 };

fn linear(criterion: &mut Criterion) {
    let Network { program, .. } = network(YEAR, PLAIN, 1);
    let mut group = criterion.benchmark_group("a year of 24 nodes");
    group.sample_size(20);
    group.bench_function("clarabel", |b| b.iter(|| Clarabel::default().solve(black_box(&program))));
    group.bench_function("microlp", |b| b.iter(|| simplex(black_box(&program)).is_ok()));
    group.finish();
}

fn fair(criterion: &mut Criterion) {
    let Network { mut program, shares } = network(YEAR, PLAIN, 1);
    let members: Vec<Member> = shares.iter().map(|var| Member { var: *var, weight: 1.0 }).collect();
    let mut group = criterion.benchmark_group("a fair year of 24 nodes");
    group.sample_size(10);
    group.bench_function("leximin", |b| {
        b.iter(|| leximin(black_box(&program), &members, &Clarabel::default()).is_ok());
    });
    program.clear_objective();
    for var in &shares {
        program.add_convex(ConvexTerm::AlphaFair { var: *var, weight: 1.0, alpha: 1.0 });
    }
    group.bench_function("proportional", |b| b.iter(|| Clarabel::default().solve(black_box(&program))));
    group.finish();
}

// without criterion's own pictures: they would ask for a system font
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = linear, fair
}
criterion_main!(benches);
