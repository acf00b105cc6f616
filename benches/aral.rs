//! How long the dry year of the Aral basin takes: one program of it with Clarabel beside microlp's simplex, and
//! whole policies, heads and all.

use std::hint::black_box;

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use mirab::allocation::allocate::{allocate, first_yields};
use mirab::allocation::formulation::{Detail, Formulation};
use mirab::scenario::Scenario;
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use support::simplex;

fn dry_year() -> Scenario {
    mirab::scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn one_program(criterion: &mut Criterion) {
    let scenario = dry_year();
    let window = scenario.window();
    let yields = first_yields(window).unwrap();
    let mut formulation = Formulation::new(window, &yields, Detail::Money);
    formulation.maximise_benefit();
    let program = &formulation.program;
    let mut group = criterion.benchmark_group("the money program of the dry year");
    group.sample_size(10);
    group.bench_function("formulate", |b| {
        b.iter(|| Formulation::new(window, black_box(&yields), Detail::Money))
    });
    group.bench_function("clarabel", |b| b.iter(|| Clarabel::default().solve(black_box(program))));
    group.bench_function("microlp", |b| b.iter(|| simplex(black_box(program)).is_ok()));
    group.finish();
}

fn policies(criterion: &mut Criterion) {
    let scenario = dry_year();
    let window = scenario.window();
    let solver = Clarabel::default();
    let yields = first_yields(window).unwrap();
    let mut group = criterion.benchmark_group("a policy in the dry year");
    group.sample_size(10);
    for name in &scenario.run_policies {
        let policy = &scenario.policies[name];
        group.bench_function(name.as_str(), |b| {
            b.iter(|| allocate(window, policy, None, &solver, black_box(&yields)))
        });
    }
    group.finish();
}

// without criterion's own pictures: they would ask for a system font
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = one_program, policies
}
criterion_main!(benches);
