//! Guarantees: kept whole where they can be, tier by tier where they clash, and said where they gave way.

use mirab::allocation::allocate::{Allocation, allocate, first_yields};
use mirab::allocation::guarantee::members;
use mirab::allocation::policy::Policy;
use mirab::network::basin::Basin;
use mirab::quantity::calendar::Season;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_all};
use mirab::solver::clarabel::Clarabel;

fn load(name: &str) -> Scenario {
    scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The greatest total benefit of the small basin with these guarantees.
fn with(guarantees: &str) -> (Scenario, Allocation) {
    let scenario = load("tiny/two-riparians");
    let text = format!(
        "title = 'Guaranteed'\nwelfare = {{ alpha = 0, measure = 'benefit' }}\n[guarantee]\n{guarantees}"
    );
    let policy: Policy = toml::from_str(&text).unwrap();
    let allocation = allocated(&scenario, &policy);
    (scenario, allocation)
}

fn allocated(scenario: &Scenario, policy: &Policy) -> Allocation {
    let solver = Clarabel::default();
    let yields = first_yields(scenario.window()).unwrap();
    allocate(scenario.window(), policy, None, &solver, &yields).unwrap()
}

/// Release in March and in April, hm3: two-riparians.toml calls them x and y; x + y + u = 60.
fn releases(scenario: &Scenario, allocation: &Allocation) -> [f64; 2] {
    let below = Basin::find(&scenario.basin.reaches, "lake_valley", |reach| &reach.name).unwrap();
    let flow = allocation.plan.flow[below].as_slice();
    [flow[0], flow[1]]
}

#[track_caller]
fn assert_near(found: [f64; 2], wanted: [f64; 2]) {
    let near = found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 2e-3);
    assert!(near, "{found:?}, not {wanted:?}");
}

const HALF_OF_LOWLAND: &str = "fields = { tier = 2, what = 'water', riparian = ['DN'], share = 0.5 }";
const ALL_OF_LOWLAND: &str = "fields = { tier = 2, what = 'water', riparian = ['DN'], share = 1.0 }";
const WINTER: &str = "winter = { tier = 1, what = 'energy', season = 'non_vegetation', share = 1.0 }";

#[test]
fn a_guarantee_is_kept_at_the_least_cost() {
    // y = 30 for half of Lowland's claim, and the other 30 hm3 in winter, where a unit is worth 0.15 USD/m3:
    // -4.5 + 0.15 x 30 + 0.09 x 30 = 2.7 MUSD
    let (scenario, allocation) = with(HALF_OF_LOWLAND);
    assert_near(releases(&scenario, &allocation), [30.0, 30.0]);
    assert!((allocation.benefit - 2.7).abs() < 1e-3, "{}", allocation.benefit);
    assert!(allocation.effort.gave_way.is_empty() && allocation.effort.warnings.is_empty());
}

#[test]
fn a_volume_counts_like_a_share() {
    let by_share = with(HALF_OF_LOWLAND);
    // two months of two seasons lie in the horizon, one of each: 30 hm3 in April are 30 x 183 / 30 in a whole season
    let volume = 30.0 * 183.0 / 30.0;
    let by_volume = with(&format!(
        "fields = {{ tier = 2, what = 'water', riparian = ['DN'], season = 'vegetation', volume_hm3 = {volume} }}"
    ));
    assert_near(releases(&by_volume.0, &by_volume.1), releases(&by_share.0, &by_share.1));
    let released = with(&format!(
        "spring = {{ tier = 2, what = 'release', place = 'lake', season = 'vegetation', volume_hm3 = {volume} }}"
    ));
    assert_near(releases(&released.0, &released.1), [30.0, 30.0]);
    let to_the_sea = with(&format!(
        "sea = {{ tier = 0, what = 'environment', place = 'sea', season = 'vegetation', volume_hm3 = {volume} }}"
    ));
    let [x, y] = releases(&to_the_sea.0, &to_the_sea.1);
    assert!(y > 29.9 && x < 30.1, "what goes to the sea was let out first: {x} and {y} hm3");
}

#[test]
fn where_guarantees_clash_the_higher_tier_is_kept_and_the_lower_gives_way() {
    // the winter load takes 40 of the 60 hm3; 20 are left of Lowland's 60
    let (scenario, allocation) = with(&format!("{ALL_OF_LOWLAND}\n{WINTER}"));
    assert_near(releases(&scenario, &allocation), [40.0, 20.0]);
    let [gave] = &allocation.effort.gave_way[..] else { panic!("{:?}", allocation.effort) };
    assert_eq!((gave.guarantee.as_str(), gave.tier, gave.unit), ("fields", 2, "hm3"));
    assert_eq!(gave.season, Season::Vegetation);
    assert!((gave.required - 60.0).abs() < 1e-9 && (gave.achieved - 20.0).abs() < 2e-3, "{gave:?}");
    let said = "guarantee `fields` (tier 2) gave way: water of DN in April-September: 20.0 of 60.0 hm3, 40.0 too little; short from 2001-04-01";
    assert_eq!(allocation.effort.warnings, [said]);
}

#[test]
fn which_tier_a_guarantee_is_in_decides_who_gives() {
    let first = ALL_OF_LOWLAND.replace("tier = 2", "tier = 0");
    let (scenario, allocation) = with(&format!("{first}\n{WINTER}"));
    assert_near(releases(&scenario, &allocation), [0.0, 60.0]);
    let gave = &allocation.effort.gave_way[0];
    assert_eq!((gave.guarantee.as_str(), gave.unit, gave.periods.len()), ("winter", "GWh", 1));
    assert!((gave.required - gave.achieved - 20.0).abs() < 2e-3, "{gave:?}");
    assert!(gave.describe(&scenario.basin).ends_with("short from 2001-03-01"));
}

#[test]
fn within_a_tier_the_least_kept_is_lifted_first() {
    // x / 40 = y / 60 with x + y = 60: both 0.6
    let same = ALL_OF_LOWLAND.replace("tier = 2", "tier = 1");
    let (scenario, allocation) = with(&format!("{same}\n{WINTER}"));
    assert_near(releases(&scenario, &allocation), [24.0, 36.0]);
    let degrees: Vec<f64> =
        allocation.effort.gave_way.iter().map(|gave| gave.achieved / gave.required).collect();
    assert!(degrees.len() == 2 && degrees.iter().all(|d| (d - 0.6).abs() < 1e-4), "{degrees:?}");
}

#[test]
fn guarantees_bind_a_policy_that_shares_needs_too() {
    // max_min gives 6/13 to each need; with three quarters of the winter load held (x = 30) the fields share the rest
    let scenario = load("tiny/two-riparians");
    let mut policy = scenario.policies["max_min"].clone();
    let held: Policy = toml::from_str(&format!(
        "title = 'x'\n[guarantee]\n{}",
        WINTER.replace("share = 1.0", "share = 0.75")
    ))
    .unwrap();
    policy.guarantee = held.guarantee;
    let allocation = allocated(&scenario, &policy);
    assert_near(releases(&scenario, &allocation), [30.0, 20.0]);
}

#[test]
fn in_a_season_that_cannot_keep_them_all_the_treaty_gives_way_and_the_vital_needs_do_not() {
    let scenario = load("vegetation-season");
    let allocation = allocated(&scenario, &scenario.policies["consortium"]);
    let gave_way = &allocation.effort.gave_way;
    assert!(!gave_way.is_empty() && gave_way.iter().all(|gave| gave.tier == 2), "{gave_way:?}");
    let below = Basin::find(&scenario.basin.reaches, "toktogul_uchkurgan", |reach| &reach.name).unwrap();
    let released: f64 = allocation.plan.flow[below].iter().sum();
    let gave = gave_way.iter().find(|gave| gave.guarantee == "toktogul_in_summer").unwrap();
    assert!((gave.achieved - released).abs() < 1e-4 * released, "{} and {released} hm3", gave.achieved);
    for demand in scenario.basin.demands.indices() {
        let own = &scenario.basin.demands[demand];
        for t in scenario.basin.horizon.indices() {
            let drunk = own.domestic_share * own.claim[t].value();
            let delivered = allocation.plan.delivery[demand][t];
            assert!(delivered >= drunk * (1.0 - 2e-5) - 1e-6, "{}: {delivered} of {drunk}", own.name);
        }
    }
}

#[test]
fn what_gave_way_stands_among_the_promises_that_were_not_kept() {
    let scenario = load("tiny/two-riparians");
    let text = format!(
        "title = 'Clash'\nwelfare = {{ alpha = 0, measure = 'benefit' }}\n[guarantee]\n{ALL_OF_LOWLAND}\n{WINTER}"
    );
    let policies = vec![("clash".to_owned(), toml::from_str(&text).unwrap())];
    let outcome = run_all(scenario.window(), &policies, &Clarabel::default(), &|_| {}).remove(0).unwrap();
    let rows = &outcome.record.broken_promises;
    let of = |promise: &str| rows.iter().filter(|row| row.promise == promise).collect::<Vec<_>>();
    // the winter is of tier 1 and takes 40 hm3; Lowland has 20 of its 60
    let [fields] = of("fields (tier 2)")[..] else { panic!("{rows:?}") };
    assert_eq!((fields.policy.as_str(), fields.unit.as_str()), ("clash", "hm3"));
    assert_eq!(fields.period_start.to_string(), "2001-04-01");
    assert!((fields.required - 60.0).abs() < 1e-3 && (fields.achieved - 20.0).abs() < 2e-3, "{fields:?}");
    assert!(of("winter (tier 1)").is_empty(), "{rows:?}");
}

fn total(outcome: &Outcome) -> f64 {
    outcome.record.money.iter().map(|row| row.benefit()).sum()
}

/// The totals of some policies in one run, MUSD; none gives a guarantee up.
fn totals(scenario: &Scenario, policies: Vec<(String, Policy)>) -> Vec<(String, f64)> {
    let outcomes = run_all(scenario.window(), &policies, &Clarabel::default(), &|_| {});
    let of = |((name, _), outcome): (&(String, Policy), Result<Outcome, _>)| {
        let outcome = outcome.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(
            !outcome.warnings.iter().any(|said| said.contains("gave way")),
            "{name}: {:?}",
            outcome.warnings
        );
        (name.clone(), total(&outcome))
    };
    policies.iter().zip(outcomes).map(of).collect()
}

/// The consortium of the catalogue, its status quo left out, which its plan does not need.
fn consortium(scenario: &Scenario) -> Policy {
    Policy { against: None, ..scenario.policies["consortium"].clone() }
}

/// Totals compare to this share of them, because of the heads.
const HEADS: f64 = 1e-3;

#[test]
fn no_policy_with_the_same_guarantees_has_a_greater_total_than_the_consortium() {
    let scenario = load("dry-year");
    let consortium = consortium(&scenario);
    let mut policies = vec![("consortium".to_owned(), consortium.clone())];
    for name in ["quota", "proportional", "max_min", "proportional_fair"] {
        let policy = Policy { guarantee: consortium.guarantee.clone(), ..scenario.policies[name].clone() };
        policies.push((name.to_owned(), policy));
    }
    policies.push(("one_basin".to_owned(), scenario.policies["one_basin"].clone()));
    let totals = totals(&scenario, policies);
    let (own, others) = totals.split_first().unwrap();
    let (one_basin, others) = others.split_last().unwrap();
    for (name, other) in others {
        assert!(own.1 >= other * (1.0 - HEADS), "{name} has {other} MUSD, the consortium {}", own.1);
    }
    assert!(own.1 <= one_basin.1 * (1.0 + HEADS), "{} with guarantees, {} without", own.1, one_basin.1);
}

#[test]
fn taking_a_guarantee_away_never_lowers_the_total_when_they_do_not_clash() {
    let scenario = load("dry-year");
    let all = consortium(&scenario);
    let mut policies = vec![("all".to_owned(), all.clone())];
    for name in all.guarantee.keys() {
        let mut without = all.clone();
        without.guarantee.shift_remove(name);
        policies.push((format!("without {name}"), without));
    }
    let totals = totals(&scenario, policies);
    for (name, other) in &totals[1..] {
        assert!(*other >= totals[0].1 * (1.0 - HEADS), "{name}: {other} MUSD, with all {}", totals[0].1);
    }
}

/// The small basin with all of it Highland's.
const ONE_OWNER: &str = r#"
inherits = "tiny/two-riparians"
[riparian.DN]
active = false
[node.valley]
riparian = "UP"
[node.sea]
riparian = "UP"
[demand.lowland_fields]
riparian = "UP"
"#;

#[test]
fn a_single_riparian_without_guarantees_does_what_it_does_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.toml");
    std::fs::write(&path, ONE_OWNER).unwrap();
    let scenario = load(&path.display().to_string());
    let mut alone = consortium(&scenario);
    alone.guarantee.clear();
    let policies =
        vec![("alone".to_owned(), alone), ("autarky".to_owned(), scenario.policies["autarky"].clone())];
    let totals = totals(&scenario, policies);
    assert!((totals[0].1 / totals[1].1 - 1.0).abs() < 1e-6, "{totals:?}");
    assert!((totals[0].1 - 3.3).abs() < 1e-4, "as one basin, by hand: {totals:?}");
}

/// The problems of a policy over the small basin, as they are printed.
fn problems(policy: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    std::fs::write(&path, format!("inherits = \"tiny/two-riparians\"\n{policy}")).unwrap();
    scenario::load(&path.display().to_string(), &[]).err().map(|found| found.to_string()).unwrap_or_default()
}

#[test]
fn wrong_guarantees_are_all_named_at_once() {
    let text = problems(
        r#"
        [policy.p]
        title = "p"
        welfare = { alpha = 1, measure = "water", floor = "status_quo" }
        joint_plant = { plant = "mil", shares = { UP = 0.5, DN = 0.4, XX = 0.2 } }
        [policy.p.guarantee]
        tier = { tier = 3, what = "domestic" }
        above = { tier = 1, what = "water", riparian = ["DN"], share = 1.2 }
        volume = { tier = 1, what = "water", riparian = ["DN"], season = "vegetation", volume_hm3 = 3660.0 }
        nobody = { tier = 1, what = "energy", riparian = ["DM"], share = 0.5 }
        both = { tier = 1, what = "water", share = 0.5, volume_hm3 = 1.0 }
        none = { tier = 1, what = "energy" }
        lake = { tier = 2, what = "release", place = "lak", volume_hm3 = 10.0 }
        place = { tier = 2, what = "energy", place = "lake", share = 0.5 }
        sea = { tier = 0, what = "environment", place = "see" }
        "#,
    );
    for wanted in [
        "policy.p.welfare.floor = \"status_quo\" is money",
        "policy.p.joint_plant.plant: no plant is called `mil`; did you mean `mill`?",
        "policy.p.joint_plant.shares.XX: no riparian is called `XX`",
        "policy.p.joint_plant.shares: sum to 1.1",
        "policy.p.guarantee.tier.tier = 3 is no tier",
        "policy.p.guarantee.above.share = 1.2 is above the claim",
        "policy.p.guarantee.volume.volume_hm3 = 600 is above the claim of DN in April-September: 60",
        "policy.p.guarantee.nobody.riparian: no riparian is called `DM`",
        "policy.p.guarantee.both: gives both share and volume_hm3",
        "policy.p.guarantee.none: says not how much energy is guaranteed",
        "policy.p.guarantee.lake.place: no reservoir is called `lak`; did you mean `lake`?",
        "policy.p.guarantee.place.place: does not fit energy",
        "policy.p.guarantee.sea.place: no promise of the environment is called `see`",
    ] {
        assert!(text.contains(wanted), "not found: {wanted}\n{text}");
    }
}

#[test]
fn who_did_not_deliver_last_season_is_guaranteed_less_and_the_river_is_not() {
    // half of Lowland's 60 hm3 less a fifth: y = 24, the rest in winter
    for (delivered, wanted) in [(0.8, [36.0, 24.0]), (1.3, [30.0, 30.0])] {
        let scenario = load("tiny/two-riparians");
        let text = format!(
            "title = 'g'\nwelfare = {{ alpha = 0, measure = 'benefit' }}\nlast_season_delivered = {{ DN = {delivered} }}\n\
             [guarantee]\n{HALF_OF_LOWLAND}"
        );
        let policy: Policy = toml::from_str(&text).unwrap();
        assert_near(releases(&scenario, &allocated(&scenario, &policy)), wanted);
    }
    let scenario = load("normal-year");
    let whole = scenario.policies["consortium"].clone();
    let mut less = whole.clone();
    less.last_season_delivered.insert("KG".to_owned(), 0.8);
    for (own, other) in members(scenario.window(), &less).iter().zip(members(scenario.window(), &whole)) {
        let to_the_riparian = !["river_and_sea", "toktogul_in_summer"].contains(&own.guarantee.as_str());
        let mine = scenario.basin.riparians[own.riparian].name == "KG" && to_the_riparian;
        let wanted = if mine { 0.8 } else { 1.0 };
        assert!((own.total() - wanted * other.total()).abs() < 1e-9, "{}", own.describe());
    }
}

#[test]
fn fuel_and_defaults_that_make_no_sense_are_all_named_at_once() {
    let text = problems(
        r#"
        [policy.p]
        title = "p"
        welfare = { alpha = 1, measure = "water" }
        fuel = { UP = 5.0 }
        fuel_from = { DM = 0.5, UP = 0.4 }
        last_season_delivered = { DN = -0.2, XX = 0.5 }
        [policy.q]
        title = "q"
        welfare = { alpha = 1, measure = "water" }
        fuel_from = { DN = 1.0 }
        [policy.q.guarantee]
        lake = { tier = 2, what = "release", place = "lake", volume_hm3 = 10.0 }
        "#,
    );
    for wanted in [
        "policy.p.fuel_from.DM: no riparian is called `DM`",
        "policy.p.fuel_from.UP: is given fuel, and cannot give it",
        "policy.p.fuel_from: sum to 0.9, not to 1",
        "policy.p.last_season_delivered.DN = -0.2 is negative",
        "policy.p.last_season_delivered.XX: no riparian is called `XX`",
        "policy.p.last_season_delivered: shrinks what is guaranteed to a riparian, and nothing is",
        "policy.q.fuel_from: says who gives fuel, and none is given",
    ] {
        assert!(text.contains(wanted), "not found: {wanted}\n{text}");
    }
}

#[test]
fn a_policy_with_guarantees_is_written_and_read_the_same() {
    let scenario = load("tiny/two-riparians");
    let consortium = &scenario.policies["consortium"];
    assert_eq!(consortium.guarantee.len(), 5);
    let text = toml::to_string(consortium).unwrap();
    assert_eq!(&toml::from_str::<Policy>(&text).unwrap(), consortium);
}
