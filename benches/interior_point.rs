//! Our own interior-point method beside Clarabel in the same run, on the shipped Aral basin: the proportionally fair
//! program of a dry year alone, ensembles of traces in months and in dekads, and how the time grows with the
//! horizon. After criterion's own lines each task prints its ratio.

use criterion::{Criterion, criterion_group, criterion_main};
use mirab::allocation::allocate::{first_yields, goal_program, straight_yields};
use mirab::allocation::formulation::{Detail, Formulation};
use mirab::allocation::goal::Goal;
use mirab::allocation::policy::Measure;
use mirab::scenario::{Scenario, load};
use mirab::solver::clarabel::Clarabel;
use mirab::solver::interior_point::{Batch, InteriorPoint};
use mirab::solver::program::{ConvexTerm, Program};
use mirab::solver::{Alike, Solution, Solver};
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

#[path = "../tests/support/mod.rs"]
mod support;
use support::Draw;

fn scenario(settings: &[String]) -> Scenario {
    let settings: Vec<_> = settings.iter().map(|text| text.parse().unwrap()).collect();
    load("dry-year", &settings).unwrap_or_else(|problems| panic!("{problems}"))
}

fn horizon(step: &str, periods: usize) -> Scenario {
    scenario(&[format!("horizon.step={step}"), format!("horizon.periods={periods}")])
}

/// Keeps the programs that it is asked to solve.
struct Keeper(Mutex<Vec<Program>>);

impl Solver for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn solve(&self, program: &Program) -> Solution {
        self.0.lock().unwrap().push(program.clone());
        InteriorPoint::default().solve(program)
    }
}

/// The program that the proportionally fair policy maximises.
fn fair_program(scenario: &Scenario) -> Program {
    let keeper = Keeper(Mutex::new(Vec::new()));
    let yields = first_yields(scenario.window()).unwrap();
    goal_program(scenario.window(), &scenario.policies["proportional_fair"], None, &keeper, &yields).unwrap();
    let is_fair = |program: &Program| {
        program.convex_terms().iter().any(|term| matches!(term, ConvexTerm::AlphaFair { .. }))
    };
    keeper.0.into_inner().unwrap().into_iter().find(is_fair).unwrap()
}

/// Needs of the worst-off shared by logarithms, broken promises at a price: a fair program of any horizon.
fn long_program(scenario: &Scenario) -> Program {
    let yields = straight_yields(scenario.window());
    let mut formulation = Formulation::new(scenario.window(), &yields, Detail::Physics);
    for var in Goal::of_measure(scenario.window(), Measure::WorstNeed).add_to(&mut formulation) {
        formulation.program.add_convex(ConvexTerm::AlphaFair { var, weight: 1.0, alpha: 1.0 });
    }
    for broken in formulation.vars.broken.clone() {
        formulation.program.add_cost(broken.var, 1e-3 * broken.price);
    }
    formulation.program
}

/// Traces: all inflows of one multiplied by a factor whose logarithm has about a standard deviation of 0.15.
fn traces(program: &Program, count: usize) -> Vec<Program> {
    let mut draw = Draw(3);
    let mut trace = |_| {
        let spread: f64 = (0..4).map(|_| draw.unit() - 0.5).sum::<f64>() * 3f64.sqrt();
        let factor = (0.15 * spread).exp();
        let mut trace = program.clone();
        for row in program.row_ids() {
            let bounds = *program.row(row);
            if bounds.label.family.contains("balance") && bounds.lower == bounds.upper && bounds.lower > 0.0 {
                trace.set_row_bounds(row, bounds.lower * factor, bounds.upper * factor);
            }
        }
        trace
    };
    (0..count).map(&mut trace).collect()
}

/// Seconds that some work takes, the least of a few times.
fn seconds(times: usize, mut work: impl FnMut()) -> f64 {
    let mut once = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..times).map(&mut once).fold(f64::INFINITY, f64::min)
}

fn year(criterion: &mut Criterion) {
    let program = fair_program(&scenario(&[]));
    let own = InteriorPoint::default();
    let mut group = criterion.benchmark_group("proportional fairness in the dry year, twelve months");
    group.sample_size(10);
    group.bench_function("interior point", |b| b.iter(|| own.solve(black_box(&program))));
    group.bench_function("clarabel", |b| b.iter(|| Clarabel::default().solve(black_box(&program))));
    group.finish();
    let one = seconds(5, || drop(own.solve(black_box(&program))));
    let other = seconds(3, || drop(Clarabel::default().solve(black_box(&program))));
    println!("ratio, one solve: {:.1} ({:.1} ms and {:.1} ms)", other / one, 1e3 * other, 1e3 * one);
}

/// An ensemble beside as many traces with Clarabel as have time, and the ratio for a trace.
fn ensemble(name: &str, program: &Program, count: usize, clarabel: usize) {
    let traces = traces(program, count);
    let own = InteriorPoint::default();
    let batch = own.batch(program);
    let mut asked = 0;
    let near = own.solve(program);
    let other = seconds(1, || {
        traces.iter().take(clarabel).for_each(|trace| drop(Clarabel::default().solve(black_box(trace))));
    }) / clarabel as f64;
    let mut solve = |from: Option<&Solution>| {
        for group in traces.chunks(8 * Batch::WIDTH) {
            let programs: Vec<&Program> = group.iter().collect();
            let found = from.map_or_else(|| batch.solve(group), |near| batch.solve_from(&programs, near));
            assert!(found.iter().all(Solution::is_usable));
            asked += found.iter().filter(|answer| answer.second_opinion).count();
        }
    };
    let cold = seconds(1, || solve(None)) / count as f64;
    let warm = seconds(1, || solve(Some(&near))) / count as f64;
    println!(
        "{name}: clarabel {:.1} ms a trace; in lanes {:.2} ms, begun near {:.2} ms",
        1e3 * other,
        1e3 * cold,
        1e3 * warm
    );
    println!(
        "ratio, a trace: {:.1}, begun near {:.1}; asked Clarabel {} times",
        other / cold,
        other / warm,
        asked
    );
}

fn ensembles(_: &mut Criterion) {
    ensemble("a thousand traces of twelve months", &fair_program(&scenario(&[])), 1000, 20);
    ensemble("a hundred traces of 36 dekads", &fair_program(&horizon("dekad", 36)), 100, 3);
}

/// Seconds that a solve takes, the least of a few, printed with its iterations.
fn timed(name: &str, program: &Program) -> f64 {
    let own = InteriorPoint::default();
    let mut iterations = 0;
    // the first of these finds the order of elimination, the others know it
    let time = seconds(if program.variables().len() > 20_000 { 2 } else { 9 }, || {
        let found = own.solve(program);
        assert!(found.is_usable() && !found.second_opinion);
        iterations = found.iterations;
    });
    println!("{name}: {time:.4} s, {iterations} iterations, {} variables", program.variables().len());
    time
}

/// How the time grows from a year in twelve months, and from twelve dekads of winter, to fifty years of dekads.
fn growth(_: &mut Criterion) {
    for (name, fair) in [("proportional fairness", true), ("needs of the worst-off", false)] {
        let of = |step: &str, periods: usize| {
            let scenario = horizon(step, periods);
            let program = if fair { fair_program(&scenario) } else { long_program(&scenario) };
            timed(&format!("{name}, {periods} {step}s"), &program)
        };
        let (months, dekads) = (of("month", 12), of("dekad", 12));
        of("dekad", 36);
        of("dekad", 360);
        let long = of("dekad", 1800);
        let exponent = |first: f64| (long / first).ln() / (1800f64 / 12.0).ln();
        println!(
            "growth exponent, {name}: {:.2} from twelve months, {:.2} from twelve dekads",
            exponent(months),
            exponent(dekads)
        );
    }
}

// without criterion's own pictures: they would ask for a system font
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = year, ensembles, growth
}
criterion_main!(benches);
