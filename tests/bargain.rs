//! Bargains: what policies measured against a status quo give.

use mirab::allocation::policy::Policy;
use mirab::allocation::unsolved::Unsolved;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_all, run_among};
use mirab::solver::clarabel::Clarabel;

fn load(name: &str) -> Scenario {
    scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn against(scenario: &Scenario, policy: &str, status_quo: &str) -> Policy {
    Policy { against: Some(status_quo.to_owned()), ..scenario.policies[policy].clone() }
}

/// Net benefits of the record, in the basin's order, MUSD.
fn benefits(scenario: &Scenario, outcome: &Outcome) -> Vec<f64> {
    let own = |name: &str| {
        let rows = outcome.record.money.iter().filter(|row| row.riparian == name);
        rows.map(|row| row.benefit()).sum()
    };
    scenario.basin.riparians.iter().map(|riparian| own(&riparian.name)).collect()
}

#[test]
fn a_status_quo_is_run_first_and_its_record_is_what_counts() {
    let scenario = load("tiny/two-riparians");
    let asked = [
        ("ours".to_owned(), against(&scenario, "one_basin", "max_min")),
        ("max_min".to_owned(), scenario.policies["max_min"].clone()),
    ];
    let outcomes = run_all(scenario.window(), &asked, &Clarabel::default(), &|_| {});
    let [ours, max_min] = [&outcomes[0], &outcomes[1]].map(|outcome| outcome.as_ref().unwrap());
    let status_quo = ours.status_quo.as_ref().unwrap();
    assert_eq!(status_quo.policy, "max_min");
    assert_eq!(status_quo.benefits, benefits(&scenario, max_min));
    let alone = run_all(scenario.window(), &asked[..1], &Clarabel::default(), &|_| {});
    assert_eq!(alone.len(), 1, "a status quo that was not asked for is no answer");
    assert_eq!(alone[0].as_ref().unwrap().status_quo.as_ref(), Some(status_quo));
}

#[test]
fn policies_that_wait_for_each_other_are_not_run_and_say_so() {
    let scenario = load("tiny/two-riparians");
    let asked = [
        ("one".to_owned(), against(&scenario, "one_basin", "other")),
        ("other".to_owned(), against(&scenario, "one_basin", "one")),
        ("third".to_owned(), against(&scenario, "one_basin", "nobody")),
        ("fourth".to_owned(), scenario.policies["one_basin"].clone()),
    ];
    let known = &scenario.policies;
    let outcomes = run_among(scenario.window(), &asked, known, &Clarabel::default(), &|_| {});
    let missing = |at: usize| match &outcomes[at] {
        Err(Unsolved::NoStatusQuo { policy, .. }) => policy.as_str(),
        other => panic!("{other:?}"),
    };
    assert_eq!([missing(0), missing(1), missing(2)], ["other", "one", "nobody"]);
    assert!(outcomes[3].is_ok());
}

#[test]
fn a_status_quo_that_is_not_there_or_goes_in_a_circle_is_bad_input() {
    let text = r#"
        inherits = "tiny/two-riparians"
        [policy.one]
        title = "one"
        against = "other"
        welfare = { alpha = 0, measure = "benefit" }
        [policy.other]
        title = "other"
        against = "one"
        welfare = { alpha = 0, measure = "benefit" }
        [policy.third]
        title = "third"
        against = "autarkie"
        welfare = { alpha = 0, measure = "benefit" }
        [run]
        policies = ["one"]
    "#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    std::fs::write(&path, text).unwrap();
    let problems = scenario::load(&path.display().to_string(), &[]).unwrap_err().to_string();
    assert!(problems.contains("policy.one.against: goes in a circle: one, then other"), "{problems}");
    assert!(problems.contains("policy.other.against: goes in a circle: other, then one"), "{problems}");
    assert!(problems.contains("policy.third.against: no policy is called `autarkie`"), "{problems}");
    assert!(problems.contains("did you mean `autarky`?"), "{problems}");
}
