//! What a riparian does by itself: the policy `autarky`.

use mirab::allocation::allocate::{Allocation, allocate, first_yields};
use mirab::allocation::equilibrium::gain_alone;
use mirab::allocation::policy::Policy;
use mirab::consortium::settle::settle_all;
use mirab::network::basin::{Basin, RiparianIdx};
use mirab::quantity::calendar::Season;
use mirab::quantity::index::{Idx, Table};
use mirab::quantity::units::{Energy, EnergyPrice};
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_among};
use mirab::solver::clarabel::Clarabel;

fn load(name: &str) -> Scenario {
    scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn allocated(scenario: &Scenario, policy: &str) -> Allocation {
    let solver = Clarabel::default();
    let yields = first_yields(scenario.window()).unwrap();
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
        let gain = gain_alone(scenario.window(), &allocation.plan, i, &Clarabel::default()).unwrap();
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
    assert!(
        alone.effort.head_gap < 1e-6,
        "the heads assumed are not the plan's own: {}",
        alone.effort.head_gap
    );
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

/// Best responses of Tajikistan and Uzbekistan about the Kayrakkum reservoir go in a circle of four rounds here. Where they leave it
/// one of them stays, and nobody else gains by leaving; what that one gains is said.
#[test]
fn in_a_wet_year_the_rounds_leave_a_circle_for_a_plan_that_one_gains_a_little_by_leaving() {
    let scenario = load("wet-year");
    let alone = allocated(&scenario, "autarky");
    let [warning] = alone.effort.warnings.as_slice() else { panic!("{:?}", alone.effort.warnings) };
    assert!(warning.starts_with("best responses go in a circle of 4 rounds"), "{warning}");
    let (_, said) = warning.split_once("moving on would still bring ").expect("says what");
    let (said, who) = said.split_once(" MUSD to ").expect("says to whom");
    let (said, who): (f64, _) = (said.parse().unwrap(), who.split(',').next().unwrap());
    assert!(said < 2e-4 * alone.benefit, "{said} MUSD");
    for (i, riparian) in scenario.basin.riparians.enumerate() {
        let gain = gain_alone(scenario.window(), &alone.plan, i, &Clarabel::default()).unwrap();
        let most = if riparian.name == who { said + 0.1 } else { GAIN_MUSD };
        assert!(gain < most, "{} gains {gain} MUSD", riparian.name);
        assert!(riparian.name != who || gain > said - 0.1, "{gain} MUSD, and {said} are said");
    }
}

#[test]
fn somebody_gains_by_leaving_the_plan_of_one_basin() {
    let scenario = load("dry-year");
    let together = allocated(&scenario, "one_basin");
    let gain = |i| gain_alone(scenario.window(), &together.plan, i, &Clarabel::default()).unwrap();
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

/// What a summer's release may differ by where nobody gains by moving: the rounds end within 1 hm3 a period.
const SETTLED_HM3: f64 = 6.0;

/// Lost load has one price in both seasons. Here Kyrgyzstan has half its load in summer, all of which is served at either
/// price, so that what is raised is the worth of winter power alone.
#[test]
fn the_dearer_a_dark_winter_the_less_kyrgyzstan_lets_out_in_summer() {
    let mut scenario = load("gas-crisis");
    let area = Basin::find(&scenario.basin.areas, "KG", |own| &own.name).unwrap();
    for t in scenario.basin.horizon.periods_in(Season::Vegetation).collect::<Vec<_>>() {
        let load = &mut scenario.basin.areas[area].load[t];
        *load = Energy::new(0.5 * load.value());
    }
    let at = |price: f64| {
        let mut scenario = scenario.clone();
        scenario.basin.areas[area].lost_load_cost = EnergyPrice::new(price);
        let alone = allocated(&scenario, "autarky");
        let summer = release(&scenario, &alone, "toktogul_uchkurgan", Season::Vegetation);
        (unserved(&scenario, &alone, "KG"), summer)
    };
    let ((cheap, before), (dear, after)) = rayon::join(|| at(50.0), || at(1000.0));
    println!("unserved {cheap:?} and {dear:?} GWh, summer release {before} and {after} hm3");
    assert!(cheap[1] < 1e-3 && dear[1] < 1e-3, "summer is not served: {cheap:?} and {dear:?} GWh");
    assert!(dear[0] < cheap[0] - 100.0, "the price does not bite: {cheap:?} and {dear:?} GWh");
    assert!(after <= before + SETTLED_HM3, "the summer release rose from {before} to {after} hm3");
}

/// What an area is not served in winter and in summer, GWh.
fn unserved(scenario: &Scenario, allocation: &Allocation, area: &str) -> [f64; 2] {
    let basin = &scenario.basin;
    let area = Basin::find(&basin.areas, area, |own| &own.name).unwrap();
    let missing = |t| basin.areas[area].load[t].value() - allocation.plan.served[area][t];
    Season::ALL.map(|season| basin.horizon.periods_in(season).map(missing).sum())
}

/// The same basin in one hand. Its power systems stay apart, so that benefits are those of the programs, which count them
/// all; records and settlements know one system a riparian, and only the first of these.
fn of_one_riparian(name: &str) -> Scenario {
    let mut scenario = load(name);
    let (basin, only) = (&mut scenario.basin, RiparianIdx::new(0));
    basin.riparians = Table::new(basin.riparians.iter().take(1).cloned().collect());
    basin.nodes.iter_mut().for_each(|own| own.riparian = only);
    basin.reaches.iter_mut().for_each(|own| own.riparian = only);
    basin.reservoirs.iter_mut().for_each(|own| own.riparian = only);
    basin.plants.iter_mut().for_each(|own| own.riparian = only);
    basin.demands.iter_mut().for_each(|own| own.riparian = only);
    basin.treaties.iter_mut().for_each(|own| own.riparian = only);
    basin.promises.iter_mut().for_each(|own| own.riparian = only);
    basin.areas.iter_mut().for_each(|own| own.riparian = only);
    scenario
}

fn outcomes(scenario: &Scenario, policies: &[(String, Policy)]) -> Vec<Outcome> {
    let all = run_among(scenario.window(), policies, &scenario.policies, &Clarabel::default(), &|_| {});
    all.into_iter().map(|outcome| outcome.unwrap_or_else(|unsolved| panic!("{unsolved}"))).collect()
}

fn total(outcome: &Outcome) -> f64 {
    outcome.record.money.iter().map(|row| row.benefit()).sum()
}

fn named(scenario: &Scenario, policies: &[&str]) -> Vec<(String, Policy)> {
    policies.iter().map(|name| ((*name).to_owned(), scenario.policies[*name].clone())).collect()
}

#[test]
fn alone_in_its_basin_a_riparian_does_what_one_basin_does() {
    for name in ["tiny/two-riparians", "dry-year", "normal-year"] {
        let scenario = of_one_riparian(name);
        let [alone, together] = ["autarky", "one_basin"].map(|policy| allocated(&scenario, policy));
        println!("{name}: {} and {} MUSD", alone.benefit, together.benefit);
        assert_eq!(alone.effort.warnings, Vec::<String>::new());
        let off = (alone.benefit - together.benefit).abs() / together.benefit.abs();
        assert!(off <= 1e-3, "{name}: {} and {} MUSD", alone.benefit, together.benefit);
    }
}

#[test]
fn a_consortium_of_one_without_guarantees_does_what_its_member_does_alone_and_pays_nobody() {
    let scenario = of_one_riparian("tiny/two-riparians");
    let mut policies = named(&scenario, &["autarky", "consortium"]);
    policies[1].1.guarantee.clear();
    let both = outcomes(&scenario, &policies);
    let [alone, consortium] = [total(&both[0]), total(&both[1])];
    assert!((alone - consortium).abs() <= 1e-5 * alone, "{alone} and {consortium} MUSD");
    let reach = Basin::find(&scenario.basin.reaches, "lake_valley", |reach| &reach.name).unwrap();
    for (alone, consortium) in both[0].plan.flow[reach].iter().zip(both[1].plan.flow[reach].iter()) {
        assert!((alone - consortium).abs() < 1e-2, "it lets out {alone} and {consortium} hm3");
    }
    let settled = settle_all(scenario.window(), &policies, &both.into_iter().map(Ok).collect::<Vec<_>>());
    let [(_, Ok(settlement))] = &settled[..] else { panic!("{settled:?}") };
    assert_eq!((settlement.against.as_deref(), &settlement.payments[..]), (Some("autarky"), &[][..]));
    assert_eq!(settlement.transfers, [("UP".to_owned(), 0.0)]);
    assert!((settlement.status_quo[0].1 - alone).abs() < 1e-9, "{:?}", settlement.status_quo);
}

#[test]
fn best_responses_are_the_same_to_the_last_bit_whatever_the_threads() {
    let scenario = load("dry-year");
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let alone = allocated(&scenario, "autarky");
            format!("{:?} {:?} {}", alone.plan, alone.effort, alone.benefit)
        })
    };
    assert_eq!(with(1), with(4));
}
