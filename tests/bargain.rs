//! Bargains: what policies measured against a status quo give.

use mirab::allocation::policy::Policy;
use mirab::allocation::unsolved::Unsolved;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_all, run_among};
use mirab::solver::clarabel::Clarabel;

#[path = "support/basin.rs"]
mod basin;
#[path = "support/mod.rs"]
mod support;

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

/// A scenario of a few lines over the small one.
fn over(lines: &str) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("over.toml");
    std::fs::write(&path, format!("inherits = \"tiny/two-riparians\"\n{lines}")).unwrap();
    scenario::load(&path.display().to_string(), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Bargains on the small basin, whose status quo is the plan of `max_min`.
const BARGAINS: &str = r#"
[policy.product]
title = "Nash without payments"
against = "max_min"
slack = 1e-6
welfare = { alpha = 1, measure = "benefit", floor = "status_quo" }
[policy.twice_up]
title = "Nash, Highland counts twice"
against = "max_min"
slack = 1e-6
welfare = { alpha = 1, measure = "benefit", floor = "status_quo", weights = { UP = 2.0 } }
[policy.equal_steps]
title = "Kalai and Smorodinsky"
against = "max_min"
slack = 1e-6
welfare = { alpha = "leximin", measure = "benefit", floor = "status_quo", scale = "ideal" }
[policy.all_to_up]
title = "The most for Highland with Lowland at the status quo"
against = "max_min"
slack = 1e-6
welfare = { alpha = 0, measure = "benefit", floor = "status_quo", weights = { DN = 0.0 } }
"#;

fn outcomes(scenario: &Scenario, names: &[&str]) -> Vec<Outcome> {
    let asked: Vec<(String, Policy)> =
        names.iter().map(|name| ((*name).to_owned(), scenario.policies[*name].clone())).collect();
    let known = &scenario.policies;
    let outcomes = run_among(scenario.window(), &asked, known, &Clarabel::default(), &|_| {});
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|why| panic!("{why}"))).collect()
}

/// Release in March (for Highland's winter load) and in April (for its spring load and Lowland's fields), hm3.
fn releases(outcome: &Outcome) -> [f64; 2] {
    let released: Vec<f64> =
        outcome.record.reservoirs.iter().map(|row| row.turbined_hm3 + row.spilled_hm3).collect();
    [released[0], released[1]]
}

// By hand, in the words of two-riparians.toml. The status quo is that of max_min: x = 240/13, u = 180/13, y = 360/13, so
// d_UP = -4.5 + 0.15 x + 0.09 u = 52.2/13 - 4.5 and d_DN = 0.09 y = 32.4/13. Where both gain, u = 0 (a unit of water is
// worth 0.15 in winter, 0.09 on the fields), x + y = 60, and B_UP = -4.5 + 0.15 x, B_DN = 0.09 y: Highland is at its floor
// at x = 348/13, Lowland at x = 420/13.
const UP_AT_ITS_FLOOR: f64 = 348.0 / 13.0;
const DN_AT_ITS_FLOOR: f64 = 420.0 / 13.0;

#[test]
fn two_who_trade_water_one_for_one_meet_in_the_middle_and_a_weight_of_two_takes_two_thirds() {
    let scenario = over(BARGAINS);
    let outcomes = outcomes(&scenario, &["product", "twice_up", "equal_steps", "all_to_up"]);
    let between = |share: f64| UP_AT_ITS_FLOOR + share * (DN_AT_ITS_FLOOR - UP_AT_ITS_FLOOR);
    for (outcome, share) in outcomes.iter().zip([0.5, 2.0 / 3.0, 0.5, 1.0]) {
        let [x, y] = releases(outcome);
        assert!((x - between(share)).abs() < 2e-3, "{x} hm3 in March, not {}", between(share));
        assert!((x + y - 60.0).abs() < 1e-3, "{x} and {y} hm3");
    }
    let status_quo = outcomes[0].status_quo.as_ref().unwrap();
    let floors = [52.2 / 13.0 - 4.5, 32.4 / 13.0];
    for (found, floor) in status_quo.benefits.iter().zip(floors) {
        assert!((found - floor).abs() < 1e-4, "{found} MUSD, not {floor}");
    }
}

#[test]
fn equal_steps_are_equal_shares_of_the_way_to_each_ones_best() {
    let scenario = over(BARGAINS);
    let outcomes = outcomes(&scenario, &["equal_steps"]);
    let levels: Vec<f64> = outcomes[0].levels.iter().map(|(_, level)| *level).collect();
    assert_eq!(levels.len(), 2);
    assert!((levels[0] - levels[1]).abs() < 1e-6, "{levels:?}");
    // an ideal is found with the other up to 1e-5 MUSD below its floor, of a gain of 0.5
    assert!((levels[0] - 0.5).abs() < 5e-5, "{levels:?}");
    let gains = gains(&scenario, &outcomes[0]);
    let ideals = [0.15, 0.09].map(|worth| worth * (DN_AT_ITS_FLOOR - UP_AT_ITS_FLOOR));
    for (gain, ideal) in gains.iter().zip(ideals) {
        assert!((gain / ideal - 0.5).abs() < 1e-3, "{gain} of {ideal} MUSD");
    }
}

/// What each riparian has more than under the status quo, MUSD.
fn gains(scenario: &Scenario, outcome: &Outcome) -> Vec<f64> {
    let floors = &outcome.status_quo.as_ref().unwrap().benefits;
    benefits(scenario, outcome).iter().zip(floors).map(|(benefit, floor)| benefit - floor).collect()
}

#[test]
fn in_what_money_a_riparian_counts_changes_no_bargain_without_payments() {
    let plain = outcomes(&over(BARGAINS), &["product", "equal_steps"]);
    let double = format!("{BARGAINS}\n[demand.lowland_fields]\nvalue_USD_per_m3 = 0.12\n");
    let double = outcomes(&over(&double), &["product", "equal_steps"]);
    for (plain, double) in plain.iter().zip(&double) {
        let (plain, double) = (releases(plain), releases(double));
        assert!((plain[0] - double[0]).abs() < 2e-3, "{plain:?} and {double:?}");
    }
}

#[test]
fn where_nobody_can_gain_the_status_quo_stands_and_it_is_said() {
    let scenario = load("tiny/two-riparians");
    let outcomes = outcomes(&scenario, &["kalai_smorodinsky", "autarky", "nash"]);
    let said = &outcomes[0].warnings;
    assert_eq!(said, &["nobody can gain over `autarky`: its plan stands"]);
    assert_eq!(outcomes[0].record.deliveries.len(), outcomes[1].record.deliveries.len());
    for outcome in [&outcomes[0], &outcomes[2]] {
        assert!(gains(&scenario, outcome).iter().all(|gain| gain.abs() < 1e-6));
    }
}

#[test]
fn who_cannot_gain_is_named_kept_at_the_status_quo_and_does_not_stop_the_others() {
    let island = "[riparian.IS]\ntitle = \"Island\"\npopulation_million = 1.0\n\
                  [area.IS]\nload = 5\nother = 5\n";
    let scenario = over(&format!("{BARGAINS}\n{island}"));
    for outcome in outcomes(&scenario, &["product", "equal_steps"]) {
        assert_eq!(outcome.warnings, ["IS cannot gain over `max_min`"]);
        let gains = gains(&scenario, &outcome);
        assert!(gains[0] > 0.4 && gains[1] > 0.2 && gains[2].abs() < 1e-6, "{gains:?}");
    }
}

#[test]
fn with_payments_the_plan_of_a_bargain_is_that_of_the_greatest_total() {
    let scenario = load("vegetation-season");
    let together = Policy { against: Some("quota".to_owned()), ..scenario.policies["nash"].clone() };
    let asked =
        [("together".to_owned(), together), ("one_basin".to_owned(), scenario.policies["one_basin"].clone())];
    let outcomes = run_all(scenario.window(), &asked, &Clarabel::default(), &|_| {});
    let [together, one_basin] = [&outcomes[0], &outcomes[1]].map(|outcome| outcome.as_ref().unwrap());
    let total = |outcome| benefits(&scenario, outcome).iter().sum::<f64>();
    assert!((total(together) / total(one_basin) - 1.0).abs() < 1e-6);
    assert_eq!(together.status_quo.as_ref().unwrap().policy, "quota");
}

/// Nobody may end this far below the status quo, relative to it: the floors are put that far below.
const BELOW: f64 = 2e-5;

#[test]
fn nobody_ends_below_the_status_quo_though_the_plan_changes_the_heads() {
    let scenario = load("vegetation-season");
    let product = toml::from_str::<Policy>(
        "title = 'Nash'\nwelfare = { alpha = 1, measure = 'benefit', floor = 'status_quo' }",
    );
    let policies = [product.unwrap(), scenario.policies["kalai_smorodinsky"].clone()];
    let asked =
        policies.map(|policy| (policy.title.clone(), Policy { against: Some("quota".into()), ..policy }));
    for outcome in run_all(scenario.window(), &asked, &Clarabel::default(), &|_| {}) {
        let outcome = outcome.unwrap();
        assert!(outcome.head_gap < 1e-9, "the heads assumed are the plan's own: {}", outcome.head_gap);
        let floors = &outcome.status_quo.as_ref().unwrap().benefits;
        for (gain, floor) in gains(&scenario, &outcome).iter().zip(floors) {
            assert!(*gain > -BELOW * floor.abs(), "{gain} MUSD over {floor}");
            assert!(*gain > 1e-3 * floor.abs(), "all gain over the quotas here: {gain} MUSD over {floor}");
        }
    }
}

/// A small basin that looks drawn at random.
fn drawn(draw: &mut support::Draw) -> Scenario {
    let (months, lakes, riparians) = (3 + draw.below(4), 1 + draw.below(3), 2 + draw.below(2));
    let mut list = |low: f64, high: f64, count: usize| -> Vec<f64> {
        (0..count).map(|_| draw.between(low, high)).collect()
    };
    let recipe = basin::Recipe {
        reservoirs: list(100.0, 900.0, lakes),
        inflow: list(20.0, 300.0, months),
        side: 0.1,
        claims: (0..riparians).map(|_| list(0.0, 250.0, months)).collect(),
        loads: list(0.0, 150.0, riparians),
        thermal: list(0.0, 90.0, riparians),
        loss: 0.05,
        volumes: 1.0,
        reversed: false,
    };
    recipe.build()
}

#[test]
fn on_basins_drawn_at_random_nobody_ends_below_the_status_quo() {
    let mut draw = support::Draw(7);
    let mut bargained = 0;
    for _ in 0..12 {
        let scenario = drawn(&mut draw);
        let product = "title = 'Nash'\nwelfare = { alpha = 1, measure = 'benefit', floor = 'status_quo' }";
        let policies =
            [toml::from_str::<Policy>(product).unwrap(), scenario.policies["kalai_smorodinsky"].clone()];
        for against in ["autarky", "quota"] {
            let asked = policies
                .clone()
                .map(|policy| (policy.title.clone(), Policy { against: Some(against.to_owned()), ..policy }));
            for outcome in run_all(scenario.window(), &asked, &Clarabel::default(), &|_| {}) {
                let outcome = outcome.unwrap();
                let floors = &outcome.status_quo.as_ref().unwrap().benefits;
                for (gain, floor) in gains(&scenario, &outcome).iter().zip(floors) {
                    assert!(*gain > -1e-3 - BELOW * floor.abs(), "{gain} MUSD over {floor}");
                }
                bargained += usize::from(!outcome.levels.is_empty());
            }
        }
    }
    assert!(bargained > 30, "most of 48 bargains find something to share: {bargained}");
}
