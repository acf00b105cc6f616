//! How long the nucleolus and Shapley's value of random games take: rows as they are wanted beside all rows at
//! once, and additions summed in blocks beside the sum of the textbook.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mirab::fairness::games::{Coalition, Game, nucleolus, shapley, weighted_shapley};
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::program::{Label, Program, Row, Term, Var};
use mirab::solver::simplex::Simplex;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

/// Nobody is worth anything alone, all together 1, and any others anything up to a part of that: 1 is a game in
/// which pairs are worth as much as all but one, and many have no more than alone.
fn random(players: usize, part: f64) -> Game {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut worth = |coalition: Coalition| match coalition.size() {
        0 | 1 => 0.0,
        size if size == players => 1.0,
        _ => random.random_range(0.0..part),
    };
    let worths = Coalition::grand(players).subsets().map(&mut worth).collect();
    Game::new(players, worths).expect("worths")
}

/// The rival: the program of each round with a row for every coalition, settled by positive duals.
struct AllRows {
    program: Program,
    shares: Vec<Var>,
    level: Var,
    rows: Vec<(Row, Coalition)>,
}

impl AllRows {
    fn of(game: &Game) -> AllRows {
        let mut program = Program::new();
        let element = program.name("game");
        let label = |family| Label { family, element, period: None };
        let shares: Vec<Var> = (0..game.players())
            .map(|player| program.add_variable(label("share"), game.alone(player), f64::INFINITY))
            .collect();
        let level = program.add_variable(label("level"), f64::NEG_INFINITY, f64::INFINITY);
        program.add_cost(level, 1.0);
        let mut rows = Vec::new();
        for coalition in game.grand().subsets().skip(1) {
            let worth = game.worth(coalition);
            let all = coalition == game.grand();
            let row = program.add_row(label("coalition"), worth, if all { worth } else { f64::INFINITY });
            coalition.players().for_each(|player| program.add_term(row, shares[player], 1.0));
            if !all {
                program.add_term(row, level, 1.0);
                rows.push((row, coalition));
            }
        }
        AllRows { program, shares, level, rows }
    }

    /// Solves round after round until the rows that are settled determine the shares.
    fn nucleolus(mut self, game: &Game, solver: &dyn Solver) -> Vec<f64> {
        let mut settled = Span { players: game.players(), directions: Vec::new() };
        settled.add(game.grand());
        loop {
            let found = solver.solve(&self.program);
            let level = found.values[self.level.position()];
            let shares: Vec<f64> = self.shares.iter().map(|share| found.values[share.position()]).collect();
            for (row, coalition) in self.rows.clone() {
                if found.row_duals[row.position()].abs() > 1e-6 {
                    settled.add(coalition);
                    self.settle(row, self.program.row(row).lower - level);
                }
            }
            for (player, share) in self.shares.iter().enumerate() {
                if found.reduced_costs[share.position()].abs() > 1e-6 {
                    settled.add(Coalition::single(player));
                }
            }
            if settled.directions.len() == game.players() {
                return shares;
            }
            for (row, coalition) in self.rows.clone() {
                if settled.beyond(coalition).is_none() {
                    self.settle(row, coalition.sum(&shares));
                }
            }
        }
    }

    fn settle(&mut self, row: Row, sum: f64) {
        self.rows.retain(|(other, _)| *other != row);
        self.program.set_row_bounds(row, sum, sum);
        let level = self.level;
        let of_level = |term: &&mut Term| term.row == row && term.var == level;
        self.program.terms_mut().iter_mut().filter(of_level).for_each(|term| term.coefficient = 0.0);
    }
}

/// The span of some coalitions, as directions at right angles of length 1.
struct Span {
    players: usize,
    directions: Vec<Vec<f64>>,
}

impl Span {
    /// The direction in which a coalition leaves the span, if it does.
    fn beyond(&self, coalition: Coalition) -> Option<Vec<f64>> {
        let member = |player| f64::from(u8::from(coalition.contains(player)));
        let mut left: Vec<f64> = (0..self.players).map(member).collect();
        for direction in &self.directions {
            let along: f64 = left.iter().zip(direction).map(|(a, b)| a * b).sum();
            left.iter_mut().zip(direction).for_each(|(left, direction)| *left -= along * direction);
        }
        let length = left.iter().map(|part| part * part).sum::<f64>().sqrt();
        (length > 1e-7).then(|| left.iter().map(|part| part / length).collect())
    }

    fn add(&mut self, coalition: Coalition) {
        let beyond = self.beyond(coalition);
        self.directions.extend(beyond);
    }
}

fn nucleoli(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("nucleolus");
    group.sample_size(10);
    let game = random(8, 1.0);
    let solvers: [&dyn Solver; 2] = [&Clarabel::default(), &Simplex];
    let wanted = nucleolus(&game).expect("a nucleolus");
    for solver in solvers {
        let found = AllRows::of(&game).nucleolus(&game, solver);
        assert!(found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?} is not {wanted:?}");
        group.bench_function(BenchmarkId::new(format!("all rows to {}", solver.name()), 8), |b| {
            b.iter(|| AllRows::of(black_box(&game)).nucleolus(&game, solver));
        });
    }
    for players in [8, 10, 14, 20] {
        for part in [0.5, 1.0] {
            let game = random(players, part);
            let id = BenchmarkId::new("rows as wanted", format!("{players}, worths to {part}"));
            group.bench_function(id, |b| b.iter(|| nucleolus(black_box(&game))));
        }
    }
    group.finish();
}

/// The rival: for each player and each coalition of the others, factorials and all.
fn textbook(game: &Game) -> Vec<f64> {
    let players = game.players();
    let factorial = |number: usize| (1..=number).map(|factor| factor as f64).product::<f64>();
    let share = |player: usize| {
        let others = game.grand().without(player).subsets();
        others
            .map(|s| {
                let weight = factorial(s.size()) * factorial(players - s.size() - 1) / factorial(players);
                weight * (game.worth(s.with(player)) - game.worth(s))
            })
            .sum()
    };
    (0..players).map(share).collect()
}

fn shapley_values(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shapley");
    group.sample_size(10);
    let game = random(14, 1.0);
    group.bench_function(BenchmarkId::new("textbook", 14), |b| b.iter(|| textbook(black_box(&game))));
    for players in [14, 20] {
        let game = random(players, 1.0);
        group.bench_function(BenchmarkId::new("blocks", players), |b| b.iter(|| shapley(black_box(&game))));
        let weights: Vec<f64> = (1..=players).map(|weight| weight as f64).collect();
        group.bench_function(BenchmarkId::new("weighted", players), |b| {
            b.iter(|| weighted_shapley(black_box(&game), &weights));
        });
    }
    group.finish();
}

// without criterion's own pictures: they would ask for a system font
criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = nucleoli, shapley_values
}
criterion_main!(benches);
