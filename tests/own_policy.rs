//! The example of a policy of one's own: it loads without a problem, is the one the documentation shows, and
//! does what its records say.

use mirab::evaluation::riparians;
use mirab::evaluation::rows::RiparianRow;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::run_all;
use mirab::solver::clarabel::Clarabel;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/own_policy.toml");

/// The rows of each policy of the example.
fn outcomes(scenario: &Scenario) -> Vec<(String, Vec<RiparianRow>)> {
    let asked: Vec<_> =
        scenario.run_policies.iter().map(|name| (name.clone(), scenario.policies[name].clone())).collect();
    let outcomes = run_all(scenario.window(), &asked, &Clarabel::default(), &|_| {});
    let judged = |((name, _), outcome): (&(String, _), Result<mirab::simulation::seasonal::Outcome, _>)| {
        let outcome = outcome.unwrap_or_else(|unsolved| panic!("{name}: {unsolved}"));
        (name.clone(), riparians(&outcome.record, &scenario.basin, name))
    };
    asked.iter().zip(outcomes).map(judged).collect()
}

/// The policy that makes a number the greatest.
fn best(outcomes: &[(String, Vec<RiparianRow>)], value: impl Fn(&[RiparianRow]) -> f64) -> &str {
    let best = outcomes.iter().max_by(|a, b| value(&a.1).total_cmp(&value(&b.1)));
    &best.unwrap().0
}

#[test]
fn each_policy_of_the_example_is_the_best_by_its_own_measure() {
    let scenario = scenario::load(EXAMPLE, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let outcomes = outcomes(&scenario);
    let by_people = |rows: &[RiparianRow]| -> f64 {
        let of = |name: &str, population: f64| {
            let own = || rows.iter().filter(move |row| row.riparian == name);
            let claim: f64 = own().map(|row| row.water_claim_hm3).sum();
            let delivered: f64 = own().map(|row| row.water_delivered_hm3).sum();
            if claim > 0.0 { -population * claim / delivered } else { 0.0 }
        };
        scenario.basin.riparians.iter().map(|own| of(&own.name, own.population_million)).sum()
    };
    assert_eq!(best(&outcomes, by_people), "by_people");
    let least_share = |rows: &[RiparianRow]| -> f64 {
        let share = |row: &RiparianRow| {
            let weight = if ["KZ", "UZ"].contains(&row.riparian.as_str()) { 2.0 } else { 1.0 };
            let needs = [row.water_satisfaction, row.energy_satisfaction];
            needs.into_iter().flatten().fold(f64::INFINITY, f64::min) / weight
        };
        rows.iter().map(share).fold(f64::INFINITY, f64::min)
    };
    assert_eq!(best(&outcomes, least_share), "downstream_twice");
}

#[test]
fn the_documentation_shows_the_example_as_it_is() {
    let shown = include_str!("../docs/policies.md");
    assert!(shown.contains(include_str!("../examples/own_policy.toml")), "docs/policies.md differs");
}
