//! How long a million claims take, each exact level beside a bisection for it, and random arrival by groups
//! beside random arrival by orders.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mirab::fairness::claims::{Claims, Rule, random_arrival};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

/// Claims between 0 and 100 and an estate of two fifths of them.
fn random(claimants: usize) -> Claims {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let claims: Vec<f64> = (0..claimants).map(|_| rng.random_range(0.0..100.0)).collect();
    Claims::new(0.4 * claims.iter().sum::<f64>(), claims).expect("claims")
}

/// The level at which a rising sum of awards is the estate, halved down to 1e-12 of the largest claim.
fn bisected(problem: &Claims, award: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let claims = problem.claims();
    let (mut low, mut high) = (0.0, claims.iter().copied().fold(0.0, f64::max));
    let accuracy = 1e-12 * high;
    while high - low > accuracy {
        let middle = (low + high) / 2.0;
        let given: f64 = claims.iter().map(|claim| award(*claim, middle)).sum();
        if given < problem.estate() { low = middle } else { high = middle }
    }
    claims.iter().map(|claim| award(*claim, high)).collect()
}

/// The rival: the awards of a rule at a level, below half the claims.
fn by_level(rule: Rule, problem: &Claims) -> Vec<f64> {
    let largest = problem.claims().iter().copied().fold(0.0, f64::max);
    match rule {
        Rule::Cea => bisected(problem, f64::min),
        Rule::Cel => bisected(problem, |claim, level| (claim - (largest - level)).max(0.0)),
        _ => bisected(problem, |claim, level| (claim / 2.0).min(level)),
    }
}

fn a_million(criterion: &mut Criterion) {
    let problem = random(1_000_000);
    let mut group = criterion.benchmark_group("a million claims");
    group.sample_size(10);
    for rule in [Rule::Talmud, Rule::Cea, Rule::Cel] {
        group.bench_function(BenchmarkId::new("exact", rule.name()), |b| {
            b.iter(|| rule.divide(black_box(&problem), None));
        });
        group.bench_function(BenchmarkId::new("bisection", rule.name()), |b| {
            b.iter(|| by_level(rule, black_box(&problem)));
        });
    }
    group.finish();
}

/// The rival: first come, first served in each order, by swaps (Heap, 1963).
fn by_orders(problem: &Claims) -> Vec<f64> {
    let claimants = problem.claims().len();
    let mut order: Vec<usize> = (0..claimants).collect();
    let (mut awards, mut orders) = (vec![0.0; claimants], 1.0);
    let mut counters = vec![0; claimants];
    serve(problem, &order, &mut awards);
    let mut place = 1;
    while place < claimants {
        if counters[place] < place {
            order.swap(if place % 2 == 0 { 0 } else { counters[place] }, place);
            serve(problem, &order, &mut awards);
            orders += 1.0;
            counters[place] += 1;
            place = 1;
        } else {
            counters[place] = 0;
            place += 1;
        }
    }
    awards.iter().map(|award| award / orders).collect()
}

fn serve(problem: &Claims, order: &[usize], awards: &mut [f64]) {
    let mut rest = problem.estate();
    for claimant in order {
        let award = problem.claims()[*claimant].min(rest);
        awards[*claimant] += award;
        rest -= award;
    }
}

fn arrival(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("random arrival");
    group.sample_size(10);
    for claimants in [9, 20] {
        let problem = random(claimants);
        group.bench_function(BenchmarkId::new("groups", claimants), |b| {
            b.iter(|| random_arrival(black_box(&problem)));
        });
    }
    let problem = random(9);
    group.bench_function(BenchmarkId::new("orders", 9), |b| b.iter(|| by_orders(black_box(&problem))));
    group.finish();
}

/// The rivals come to the same awards, or there would be nothing to compare.
fn rivals_agree(_: &mut Criterion) {
    let apart = |left: Vec<f64>, right: Vec<f64>| {
        left.iter().zip(&right).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    };
    let problem = random(1000);
    for rule in [Rule::Talmud, Rule::Cea, Rule::Cel] {
        assert!(apart(rule.divide(&problem, None).expect("awards"), by_level(rule, &problem)) < 1e-9);
    }
    let problem = random(9);
    assert!(apart(random_arrival(&problem).expect("awards"), by_orders(&problem)) < 1e-9);
}

// without criterion's own pictures: they would ask for a system font
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = rivals_agree, a_million, arrival
}
criterion_main!(benches);
