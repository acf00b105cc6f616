//! Classic reservoir problems with known optima, and small ones with answers known by hand.

use mirab::scenario;
use mirab::simulation::seasonal::{self, Outcome};
use mirab::solver::clarabel::Clarabel;

fn run(name: &str, policy: &str) -> Outcome {
    let scenario = scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    seasonal::run(scenario.window(), policy, &scenario.policies[policy], &Clarabel::default()).unwrap()
}

fn assert_optimum(name: &str, optimum: f64) {
    let outcome = run(name, "one_basin");
    let recorded: f64 = outcome.record.money.iter().map(|row| row.benefit()).sum();
    assert!((outcome.objective - optimum).abs() <= 1e-4, "{name}: {} is not {optimum}", outcome.objective);
    assert!((recorded - optimum).abs() <= 1e-4, "{name}: the record says {recorded}, not {optimum}");
}

/// Larson 1968; Heidari, Chow, Kokotovic and Meredith 1971: 401.3.
#[test]
fn larsons_four_reservoirs_bring_401_3() {
    assert_optimum("benchmarks/four-reservoirs-larson", 401.3);
}

/// Chow and Cortes-Rivera 1974; Murray and Yakowitz 1979: 308.2915.
#[test]
fn chow_and_cortes_riveras_four_reservoirs_bring_308_2915() {
    assert_optimum("benchmarks/four-reservoirs-chow", 308.2915);
}

/// The hand computation stands in the head of the scenario.
#[test]
fn two_riparians_share_as_computed_by_hand() {
    let smallest = |policy: &str| {
        let levels = run("tiny/two-riparians", policy).levels;
        levels.into_iter().map(|(_, level)| level).fold(f64::INFINITY, f64::min)
    };
    assert!((smallest("max_min") - 6.0 / 13.0).abs() < 1e-5, "{}", smallest("max_min"));
    assert!((smallest("proportional_fair") - 3.0 / 7.0).abs() < 1e-5, "{}", smallest("proportional_fair"));
    assert!((run("tiny/two-riparians", "one_basin").objective - 3.3).abs() < 1e-5);
}
