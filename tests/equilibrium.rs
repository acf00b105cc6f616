//! What a riparian does by itself: the policy `autarky`.

use mirab::allocation::allocate::{Allocation, allocate, first_yields};
use mirab::allocation::equilibrium::gain_alone;
use mirab::network::basin::Basin;
use mirab::quantity::calendar::Season;
use mirab::scenario::{self, Scenario};
use mirab::solver::clarabel::Clarabel;

fn load(name: &str) -> Scenario {
    scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn allocated(scenario: &Scenario, policy: &str) -> Allocation {
    let solver = Clarabel::default();
    let yields = first_yields(scenario.window(), &solver).unwrap();
    allocate(scenario.window(), &scenario.policies[policy], None, &solver, &yields).unwrap()
}

fn release(scenario: &Scenario, allocation: &Allocation, reach: &str, season: Season) -> f64 {
    let basin = &scenario.basin;
    let reach = Basin::find(&basin.reaches, reach, |reach| &reach.name).unwrap();
    basin.horizon.periods_in(season).map(|t| allocation.plan.flow[reach][t]).sum()
}

/// What nobody can do better by more than this, MUSD of some thousands: the least gain of the rounds and what the
/// joint dispatch moves.
const GAIN_MUSD: f64 = 0.5;

fn nobody_gains_alone(scenario: &Scenario, allocation: &Allocation) {
    let basin = &scenario.basin;
    for (i, riparian) in basin.riparians.enumerate() {
        let (plan, yields) = (&allocation.plan, &allocation.yields);
        let gain = gain_alone(scenario.window(), plan, i, &Clarabel::default(), yields).unwrap();
        assert!(gain < GAIN_MUSD, "{} could gain {gain} MUSD", riparian.name);
    }
}

#[test]
fn alone_kyrgyzstan_lets_out_more_in_winter_than_in_summer() {
    let scenario = load("normal-year");
    let alone = allocated(&scenario, "autarky");
    let of = |season| release(&scenario, &alone, "toktogul_uchkurgan", season);
    let (winter, summer) = (of(Season::NonVegetation), of(Season::Vegetation));
    assert!(winter > summer, "winter {winter} hm3, summer {summer} hm3");
    nobody_gains_alone(&scenario, &alone);
    assert_eq!(alone.effort.warnings, Vec::<String>::new());
}

#[test]
fn in_a_dry_year_nobody_gains_by_changing_its_own_plan_and_all_lose_against_one_basin() {
    let scenario = load("dry-year");
    let alone = allocated(&scenario, "autarky");
    nobody_gains_alone(&scenario, &alone);
    let together = allocated(&scenario, "one_basin");
    assert!(together.benefit > 1.01 * alone.benefit, "{} and {}", together.benefit, alone.benefit);
}

#[test]
fn somebody_gains_by_leaving_the_plan_of_one_basin() {
    let scenario = load("dry-year");
    let together = allocated(&scenario, "one_basin");
    let gain = |i| {
        let (plan, yields) = (&together.plan, &together.yields);
        gain_alone(scenario.window(), plan, i, &Clarabel::default(), yields).unwrap()
    };
    let most = scenario.basin.riparians.indices().map(gain).fold(0.0, f64::max);
    assert!(most > 1.0, "the most that anybody gains by leaving is {most} MUSD");
}

#[test]
fn alone_the_highland_lights_its_houses_and_lets_its_fields_be() {
    let scenario = load("tiny/two-riparians");
    let alone = allocated(&scenario, "autarky");
    let reach = Basin::find(&scenario.basin.reaches, "lake_valley", |reach| &reach.name).unwrap();
    let releases = &alone.plan.flow[reach];
    for (release, by_hand) in releases.iter().zip([40.0, 20.0]) {
        assert!((release - by_hand).abs() < 1e-2, "{releases:?}");
    }
    assert!((alone.benefit - 3.3).abs() < 1e-4, "{}", alone.benefit);
}
