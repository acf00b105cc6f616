//! One answer: whatever the threads, the order of tables in the file, or the solver.
//!
//! What is not unique by itself is made so by a last, strictly convex program (docs/decisions/0002); how far that goes is
//! measured here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use mirab::allocation::allocate::{first_yields, goal_program};
use mirab::allocation::policy::Policy;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_all};
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::interior_point::InteriorPoint;

const TINY: &str = "tiny/two-riparians";

/// Policies of every kind but those that wait for an equilibrium, and the equilibrium, which has tests of its own below.
const POLICIES: [&str; 7] =
    ["quota", "proportional", "per_capita", "max_min", "proportional_fair", "one_basin", "irrigation_first"];

fn ends_well(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The tables of a run with so many threads, by name.
fn tables(place: &Path, scenario: &str, policies: &str, threads: &str) -> BTreeMap<String, Vec<u8>> {
    let out = place.join(format!("with-{threads}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirab"));
    command.args(["compare", scenario, "--policies", policies, "--out"]).arg(&out);
    command.current_dir(place).env("RAYON_NUM_THREADS", threads);
    ends_well(&mut command);
    let files = fs::read_dir(out.join("tables")).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&file).unwrap()))
        .collect()
}

#[track_caller]
fn assert_same_bytes(scenario: &str, policies: &str) {
    let place = tempfile::tempdir().unwrap();
    let alone = tables(place.path(), scenario, policies, "1");
    assert!(alone.len() >= 10 && alone["deliveries.csv"].len() > 1000, "{:?}", alone.keys());
    for threads in ["2", "4"] {
        for (name, bytes) in tables(place.path(), scenario, policies, threads) {
            assert!(alone[&name] == bytes, "{name} of {scenario} differs with {threads} threads");
        }
    }
}

#[test]
fn one_thread_and_four_write_the_same_bytes_in_the_dry_year() {
    assert_same_bytes("dry-year", &POLICIES.join(","));
}

#[test]
fn one_thread_and_four_write_the_same_bytes_under_every_policy_of_a_small_basin() {
    let all: Vec<String> = mirab::allocation::policy::catalogue().into_keys().collect();
    assert_same_bytes(TINY, &all.join(","));
}

fn dry_year() -> Scenario {
    scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn outcomes(scenario: &Scenario, solver: &dyn Solver) -> Vec<Outcome> {
    let wanted: Vec<(String, Policy)> =
        POLICIES.map(|name| (name.to_owned(), scenario.policies[name].clone())).to_vec();
    let all = run_all(scenario.window(), &wanted, solver, &|_| {});
    all.into_iter().map(|outcome| outcome.unwrap_or_else(|unsolved| panic!("{unsolved}"))).collect()
}

/// The greatest differences between two outcomes of one policy.
#[derive(Debug)]
struct Gap {
    /// Relative.
    objective: f64,
    level: f64,
    /// hm3.
    delivery: f64,
    /// hm3.
    storage: f64,
}

impl Gap {
    /// Levels of `irrigation_first` are deliveries in hm3.
    #[track_caller]
    fn assert_small(&self, name: &str) {
        println!("{name}: {self:?}");
        assert!(self.objective <= 1e-6 && self.level <= 1e-4, "{name}: {self:?}");
        assert!(self.delivery <= 0.1 && self.storage <= 0.5, "{name}: {self:?}");
    }

    fn between(one: &Outcome, other: &Outcome) -> Gap {
        let most = |pairs: Vec<(f64, f64)>| pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let levels =
            |outcome: &Outcome| -> BTreeMap<String, f64> { outcome.levels.iter().cloned().collect() };
        let deliveries = |outcome: &Outcome| -> BTreeMap<(String, String), f64> {
            let rows = outcome.record.deliveries.iter();
            rows.map(|row| ((row.demand.clone(), row.period_start.to_string()), row.delivered_hm3)).collect()
        };
        let storages = |outcome: &Outcome| -> BTreeMap<(String, String), f64> {
            let rows = outcome.record.reservoirs.iter();
            rows.map(|row| ((row.reservoir.clone(), row.period_start.to_string()), row.storage_end_hm3))
                .collect()
        };
        Gap {
            objective: (one.objective - other.objective).abs() / one.objective.abs(),
            level: most(paired(levels(one), &levels(other))),
            delivery: most(paired(deliveries(one), &deliveries(other))),
            storage: most(paired(storages(one), &storages(other))),
        }
    }
}

fn paired<K: Ord + std::fmt::Debug>(one: BTreeMap<K, f64>, other: &BTreeMap<K, f64>) -> Vec<(f64, f64)> {
    assert_eq!(one.len(), other.len());
    one.into_iter().map(|(key, value)| (value, other[&key])).collect()
}

#[test]
fn another_solver_finds_the_same_objective_the_same_utilities_and_the_same_water() {
    let scenario = dry_year();
    let clarabel = outcomes(&scenario, &Clarabel::default());
    let own = outcomes(&scenario, &InteriorPoint::default());
    for ((name, one), other) in POLICIES.iter().zip(&clarabel).zip(&own) {
        Gap::between(one, other).assert_small(name);
    }
}

fn alone(scenario: &Scenario, solver: &dyn Solver) -> Outcome {
    let autarky = [("autarky".to_owned(), scenario.policies["autarky"].clone())];
    let outcome = run_all(scenario.window(), &autarky, solver, &|_| {}).swap_remove(0);
    outcome.unwrap_or_else(|unsolved| panic!("{unsolved}"))
}

/// Which equilibrium best responses end at hangs on every answer before it, so that a difference of a hair anywhere may end
/// 1e-4 of the total away; the rounds are therefore walked by one method, and what is compared is the start and the end.
#[test]
fn each_for_itself_does_the_same_whatever_solver_is_asked_for() {
    for name in ["dry-year", "gas-crisis", "vegetation-season"] {
        let scenario = scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let (one, other) = rayon::join(
            || alone(&scenario, &Clarabel::default()),
            || alone(&scenario, &InteriorPoint::default()),
        );
        assert!(one.head_gap < 1e-6 && other.head_gap < 1e-6, "{} and {}", one.head_gap, other.head_gap);
        Gap::between(&one, &other).assert_small(name);
    }
}

#[test]
fn at_the_same_heads_another_solver_finds_the_same_objective_to_a_millionth() {
    let scenario = dry_year();
    let window = scenario.window();
    let yields = first_yields(window).unwrap();
    let solved = |policy: &Policy, solver: &dyn Solver| {
        let formulation = goal_program(window, policy, None, solver, &yields).unwrap();
        let found = solver.solve(&formulation.program);
        assert!(found.is_usable());
        found
    };
    for name in POLICIES {
        let policy = &scenario.policies[name];
        let (one, other) = (solved(policy, &Clarabel::default()), solved(policy, &InteriorPoint::default()));
        let apart = (one.objective - other.objective).abs() / one.objective.abs();
        println!("{name}: {apart:e}");
        // under max_min levels have prices up to 1e9: there the general methods leave gaps of their own, and say so
        let allowed = 1e-6 + 3.0 * (one.accuracy.gap + other.accuracy.gap);
        assert!(apart <= allowed, "{name}: {} and {}", one.objective, other.objective);
    }
}

/// A scenario with the sections in the opposite order, and in it the tables of those sections in which the order has no
/// meaning: the first reach of a node is its main outlet, and plants stand on a reach in the order of the file.
fn reversed(text: &str, sections: &[&str]) -> String {
    let file: toml::Table = toml::from_str(text).unwrap();
    let turned = |table: toml::Table| -> toml::Table { table.into_iter().rev().collect() };
    let section = |(name, value): (String, toml::Value)| match value {
        toml::Value::Table(table) if sections.contains(&name.as_str()) => {
            (name, toml::Value::Table(turned(table)))
        }
        other => (name, other),
    };
    toml::to_string(&file.into_iter().map(section).rev().collect::<toml::Table>()).unwrap()
}

/// Sections in which the order of tables has no meaning.
const UNORDERED: [&str; 14] = [
    "riparian",
    "river",
    "node",
    "reservoir",
    "correction",
    "demand",
    "drainage",
    "treaty",
    "environment",
    "area",
    "thermal",
    "fuel",
    "market",
    "line",
];

#[test]
fn the_order_of_tables_in_the_file_does_not_change_the_answer() {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirab"));
    command
        .args(["compare", "dry-year", "--policies", "one_basin", "--out", "run"])
        .current_dir(place.path());
    ends_well(&mut command);
    let merged = fs::read_to_string(place.path().join("run/scenario.toml")).unwrap();
    let load = |name: &str, text: &str| -> Scenario {
        let file = place.path().join(name);
        fs::write(&file, text).unwrap();
        scenario::load(file.to_str().unwrap(), &[]).unwrap_or_else(|problems| panic!("{problems}"))
    };
    let plain = load("plain.toml", &merged);
    let by_section = load("sections.toml", &reversed(&merged, &[]));
    assert_eq!(
        (&plain.basin, &plain.inflows),
        (&by_section.basin, &by_section.inflows),
        "the same to the last bit"
    );
    let turned = load("turned.toml", &reversed(&merged, &UNORDERED));
    let first = |scenario: &Scenario| scenario.basin.demands.as_slice()[0].name.clone();
    assert_ne!(first(&plain), first(&turned));
    let (one, other) = (outcomes(&plain, &Clarabel::default()), outcomes(&turned, &Clarabel::default()));
    for ((name, one), other) in POLICIES.iter().zip(&one).zip(&other) {
        Gap::between(one, other).assert_small(name);
    }
    // the rounds of autarky end where nobody gains, and a hair on the way decides at which such plan: measured, 1.7e-5 of the
    // total, and 1900 hm3 kept elsewhere
    let gap = Gap::between(&alone(&plain, &Clarabel::default()), &alone(&turned, &Clarabel::default()));
    assert!(gap.objective <= 1e-4, "autarky: {gap:?}");
}
