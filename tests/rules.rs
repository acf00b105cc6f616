//! Rules that serve one thing before another: the fields first, people's water first, limits of one policy alone.

#[path = "support/basin.rs"]
mod basin;
mod support;

use basin::Recipe;
use mirab::allocation::allocate::{Allocation, allocate, first_yields};
use mirab::allocation::award::{Share, Targets, treaty};
use mirab::allocation::formulation::{Detail, Formulation, LeastShortfall};
use mirab::allocation::goal::Goal;
use mirab::allocation::policy::{Policy, Weights};
use mirab::allocation::priority::{Use, classes_of_uses, fuel_given};
use mirab::fairness::claims::{Claims, Rule};
use mirab::network::basin::Basin;
use mirab::quantity::calendar::Season;
use mirab::quantity::index::PeriodIdx;
use mirab::quantity::units::Flow;
use mirab::scenario::{self, Scenario};
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use rayon::prelude::*;
use support::simplex;

fn load(name: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<scenario::Setting> = settings.iter().map(|text| text.parse().unwrap()).collect();
    scenario::load(name, &settings).unwrap_or_else(|problems| panic!("{problems}"))
}

fn policy(text: &str) -> Policy {
    toml::from_str(&format!("title = 'x'\n{text}")).unwrap_or_else(|error| panic!("{error}"))
}

fn allocated(scenario: &Scenario, policy: &Policy) -> Allocation {
    let solver = Clarabel::default();
    let yields = first_yields(scenario.window()).unwrap();
    allocate(scenario.window(), policy, None, &solver, &yields).unwrap()
}

/// What Toktogul lets out in each period, hm3.
fn toktogul(scenario: &Scenario, allocation: &Allocation) -> Vec<(PeriodIdx, f64)> {
    let basin = &scenario.basin;
    let reservoir = Basin::find(&basin.reservoirs, "toktogul", |own| &own.name).unwrap();
    let outlets: Vec<_> = basin.outlets(basin.reservoirs[reservoir].node).collect();
    let of = |t: PeriodIdx| outlets.iter().map(|&reach| allocation.plan.flow[reach][t]).sum();
    basin.horizon.indices().map(|t| (t, of(t))).collect()
}

fn in_season(scenario: &Scenario, season: Season, releases: &[(PeriodIdx, f64)]) -> f64 {
    let wanted = |t: PeriodIdx| scenario.basin.horizon.periods[t].season == season;
    releases.iter().filter(|(t, _)| wanted(*t)).map(|(_, release)| release).sum()
}

fn unserved(scenario: &Scenario, allocation: &Allocation, riparian: &str, season: Season) -> f64 {
    let basin = &scenario.basin;
    let area = basin.area_of(basin.riparian_named(riparian).unwrap()).unwrap();
    let missing = |t| basin.areas[area].load[t].value() - allocation.plan.served[area][t];
    basin.horizon.periods_in(season).map(missing).sum()
}

/// The rule of 1984: three quarters in summer and 180 m3/s in winter. Both can be kept in the normal year: 180 m3/s
/// for 182 days are 2.83 km3, while the reservoir ends as it began and so lets out the year's inflow, 12.9 km3 less
/// evaporation, of which 2.83 are 22 per cent; and it holds what winter brings, 3.0 km3, on top of 16.0 of 19.6.
#[test]
fn under_irrigation_first_toktogul_lets_out_three_quarters_in_summer_and_no_more_than_180_in_winter() {
    let scenario = load("normal-year", &[]);
    let first = allocated(&scenario, &scenario.policies["irrigation_first"]);
    let releases = toktogul(&scenario, &first);
    let summer = in_season(&scenario, Season::Vegetation, &releases);
    let winter = in_season(&scenario, Season::NonVegetation, &releases);
    assert!(summer / (summer + winter) >= 0.75, "{summer} of {}", summer + winter);
    assert!(winter <= 2831.0, "{winter} hm3");
    for (t, release) in releases {
        let period = &scenario.basin.horizon.periods[t];
        let most = (Flow::new(180.0) * period.days).value();
        assert!(
            period.season == Season::Vegetation || release <= most * (1.0 + 1e-6),
            "{}: {release} of {most}",
            period.first_day
        );
    }
    assert_eq!(first.effort.warnings, Vec::<String>::new());
}

#[test]
fn without_fuel_for_the_winter_more_of_the_load_upstream_goes_unserved() {
    let scenario = load("normal-year", &[]);
    let given = scenario.policies["irrigation_first"].clone();
    let mut none = given.clone();
    none.fuel.insert("KG".to_owned(), 0.0);
    let (with, without) = (allocated(&scenario, &given), allocated(&scenario, &none));
    let cold = |allocation| unserved(&scenario, allocation, "KG", Season::NonVegetation);
    assert!(cold(&without) > cold(&with) + 500.0, "{} GWh and {} GWh", cold(&without), cold(&with));
    let burnt = fuel_given(scenario.window(), &given, &with.plan.thermal);
    assert!(burnt[0].energy_GWh > 500.0 && burnt[0].energy_GWh <= 2000.0 + 1e-6, "{burnt:?}");
    // the stations of Kyrgyzstan make power at 14 USD/MWh
    assert!((burnt[0].cost_MUSD - 0.014 * burnt[0].energy_GWh).abs() < 1e-9, "{burnt:?}");
    let burnt = fuel_given(scenario.window(), &none, &without.plan.thermal);
    assert!(burnt[0].energy_GWh.abs() < 1e-6 && burnt[0].cost_MUSD.abs() < 1e-6, "{burnt:?}");
}

/// `sum v (D - w)^2 / D` over all demands and periods, hm3.
fn deficit(scenario: &Scenario, allocation: &Allocation) -> f64 {
    let basin = &scenario.basin;
    let of = |(k, demand): (mirab::network::basin::DemandIdx, &mirab::network::demand::Demand)| -> f64 {
        let periods = basin.horizon.indices().filter(|&t| demand.claim[t].value() > 0.0);
        periods
            .map(|t| {
                let claim = demand.claim[t].value();
                let missing = claim - allocation.plan.delivery[k][t];
                demand.stage_weight[t] * missing * missing / claim
            })
            .sum()
    };
    basin.demands.enumerate().map(of).sum()
}

#[test]
fn no_other_policy_of_one_program_leaves_a_smaller_squared_deficit_of_the_fields() {
    let scenario = load("dry-year", &[]);
    let mut free = scenario.policies["irrigation_first"].clone();
    free.constraint.clear();
    let least = deficit(&scenario, &allocated(&scenario, &free));
    for name in ["quota", "proportional", "per_capita", "max_min", "proportional_fair", "one_basin"] {
        let other = deficit(&scenario, &allocated(&scenario, &scenario.policies[name]));
        // deliveries are held to a ten-thousandth
        assert!(least <= other * (1.0 + 1e-3), "{name}: {other} below {least}");
        println!("{name}: {other:.1} hm3, the least {least:.1}");
    }
}

/// One canal head gets 100 hm3 for claims of 100 and 300: `min (100 - a)^2 / 100 + (300 - b)^2 / 300` with
/// `a + b = 100` wants equal shares `(100 - a) / 100 = (300 - b) / 300`, so a quarter for each.
#[test]
fn the_least_squared_deficit_at_one_source_is_the_same_share_for_all() {
    let scenario = one_source(&[100.0, 300.0], 100.0, &[1000.0; 2]);
    let shared =
        allocated(&scenario, &policy("slack = 1e-5\npriority = [{ minimise = 'quadratic_deficit' }]"));
    let got = totals(&shared);
    assert!((got[0] - 25.0).abs() < 1e-2 && (got[1] - 75.0).abs() < 1e-2, "{got:?}");
}

/// One month, one junction with this much water, and fields of `a`, `b`, ... with these claims; their owners have as many
/// people and these incomes.
fn one_source(claims: &[f64], water: f64, incomes: &[f64]) -> Scenario {
    limited_source(claims, water, incomes, &[])
}

/// The same with treaty limits of the month, hm3, on the fields of those who have one: a limit is of April-September, and a horizon
/// that holds a part of it has that part, by days.
fn limited_source(claims: &[f64], water: f64, incomes: &[f64], limits: &[f64]) -> Scenario {
    let mut text = format!(
        "[scenario]\nname = 'one'\n[horizon]\nstart = 2025-06-01\nperiods = 1\nstep = 'month'\n\
         [river.r]\n[price]\nenvironment_USD_per_m3 = 1.5\ndead_storage_USD_per_m3 = 3.0\nend_storage_USD_per_m3 = 3.0\n\
         safe_flow_USD_per_m3 = 1.0\ncorrection_USD_per_m3 = 3.0\nwater_USD_per_m3 = 0.06\nenergy_USD_per_MWh = 50.0\n\
         lost_load_USD_per_MWh = 250.0\n[node.head]\nkind = 'junction'\nriparian = 'a'\nriver = 'r'\n\
         [node.sea]\nkind = 'sink'\nriparian = 'a'\nriver = 'r'\n[reach.down]\nfrom = 'head'\nto = 'sea'\n\
         [correction.water]\nnode = 'head'\nseries = {water:?}\n[run]\npolicies = ['max_min']\n"
    );
    for ((claim, income), name) in claims.iter().zip(incomes).zip(["a", "b", "c", "d"]) {
        text += &format!(
            "[riparian.{name}]\npopulation_million = 1.0\ngdp_per_head_USD = {income:?}\n[demand.{name}]\n\
             riparian = '{name}'\nnode = 'head'\nuse = 'irrigation'\nclaim = {claim:?}\ndomestic_share = 0.0\n"
        );
    }
    for (limit, name) in limits.iter().map(|limit| limit * 183.0 / 30.0).zip(["a", "b", "c", "d"]) {
        text = text.replace(
            &format!("[demand.{name}]\n"),
            &format!("[treaty.{name}]\nriparian = '{name}'\nriver = 'r'\nvegetation_hm3 = {limit:?}\nnon_vegetation_hm3 = 0.0\n[demand.{name}]\nunder_treaty = true\n"),
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.toml");
    std::fs::write(&path, &text).unwrap();
    load(path.to_str().unwrap(), &[])
}

fn totals(allocation: &Allocation) -> Vec<f64> {
    allocation.plan.delivery.iter().map(|series| series.iter().sum()).collect()
}

/// A class of one riparian is served whole before the next: 80 hm3 for claims of 50 and 60.
#[test]
fn an_earlier_class_is_served_whole_before_a_later_one_gets_anything() {
    let scenario = one_source(&[50.0, 60.0], 80.0, &[1000.0; 2]);
    for (first, then, wanted) in [("a", "b", [50.0, 30.0]), ("b", "a", [20.0, 60.0])] {
        let class = |who: &str| {
            format!("{{ welfare = {{ alpha = 'leximin', measure = 'water' }}, riparian = ['{who}'] }}")
        };
        let text = format!("slack = 1e-5\npriority = [{}, {}]", class(first), class(then));
        let shared = allocated(&scenario, &policy(&text));
        let got = totals(&shared);
        assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-2), "{got:?}");
        assert_eq!(shared.levels.len(), 2);
    }
}

/// The least flow below Toktogul is a promise, 100 m3/s; a limit of 20 in winter is missed by 80 and no more.
#[test]
fn a_limit_that_clashes_with_a_promise_gives_way_as_little_as_it_must_and_says_so() {
    let scenario = load("dry-year", &[]);
    let limited = policy(
        "welfare = { alpha = 0, measure = 'benefit' }\n\
         constraint = { low = { reservoir = 'toktogul', max_release_oct_mar_m3s = 20.0 } }",
    );
    let allocation = allocated(&scenario, &limited);
    for (t, release) in toktogul(&scenario, &allocation) {
        let period = &scenario.basin.horizon.periods[t];
        let promised = (Flow::new(100.0) * period.days).value();
        if period.season == Season::NonVegetation {
            assert!((release - promised).abs() < 0.1, "{}: {release} of {promised}", period.first_day);
        }
    }
    let said = &allocation.effort.warnings;
    assert_eq!(said.len(), 6, "{said:?}");
    let first = "constraint `low` gave way: from 2007-10-01 toktogul lets out 100.0 m3/s instead of 20.0";
    assert_eq!(said[0], first);
}

/// Highland and Lowland of `tiny/two-riparians`, half of Highland's claim of 30 and a fifth of Lowland's claim of 60
/// being drunk: 15 and 12 hm3 come first. Then the share r of Highland's fields (15), Lowland's fields (48) and the winter load
/// (40 hm3) is the same and the April load is served by Lowland's water: 15 + 12 + 103 r = 60, r = 33/103.
#[test]
fn with_peoples_water_first_the_rest_is_shared_like_the_worst_off() {
    let settings = ["demand.highland_fields.domestic_share=0.5", "demand.lowland_fields.domestic_share=0.2"];
    let scenario = load("tiny/two-riparians", &settings);
    let people_first =
        policy("slack = 1e-6\nwelfare = { alpha = 'leximin', measure = 'needs', classes = [['domestic']] }");
    let shared = allocated(&scenario, &people_first);
    let r = 33.0 / 103.0;
    let got = totals(&shared);
    assert!((got[0] - (15.0 + 15.0 * r)).abs() < 1e-3, "Highland's fields {got:?}");
    assert!((got[1] - (12.0 + 48.0 * r)).abs() < 1e-3, "Lowland's fields {got:?}");
    let level = |name: &str| shared.levels.iter().find(|(own, _)| own == name).unwrap().1;
    assert!((level("domestic water of UP in April-September") - 1.0).abs() < 1e-6);
    assert!((level("irrigation water of DN in April-September") - r).abs() < 1e-5, "{:?}", shared.levels);
    assert!((level("energy of UP in October-March") - r).abs() < 1e-5, "{:?}", shared.levels);
    assert!((level("energy of UP in April-September") - 1.0).abs() < 1e-5, "{:?}", shared.levels);
}

/// Nobody of a class can rise while the classes before keep what they have and so do those of its own class that
/// stand no higher: by microlp.
#[test]
fn class_by_class_no_need_can_be_raised_without_lowering_one_no_larger() {
    let recipe = Recipe {
        reservoirs: vec![900.0, 400.0],
        inflow: vec![60.0, 50.0, 80.0, 150.0, 160.0, 90.0],
        side: 0.1,
        claims: vec![vec![10.0, 0.0, 20.0, 120.0, 160.0, 90.0], vec![5.0, 5.0, 10.0, 150.0, 170.0, 120.0]],
        loads: vec![150.0, 90.0],
        thermal: vec![20.0, 60.0],
        loss: 0.05,
        volumes: 1.0,
        reversed: false,
    };
    let scenario = recipe.build();
    let named = vec![vec![Use::Domestic], vec![Use::Energy]];
    let record = policy(
        "slack = 1e-5\nwelfare = { alpha = 'leximin', measure = 'needs', classes = [['domestic'], ['energy']] }",
    );
    let allocation = allocated(&scenario, &record);
    let classes = classes_of_uses(scenario.window(), &named, &Weights::Equal);
    assert_eq!(classes.len(), 3);
    let mut formulation = promised(&scenario, &allocation);
    let members = Goal::Classes(classes).add_to(&mut formulation);
    let levels: Vec<f64> = allocation.levels.iter().map(|(_, level)| *level).collect();
    let class: Vec<usize> = allocation.levels.iter().map(|(name, _)| class_of(name)).collect();
    assert_eq!((members.len(), class.iter().max()), (levels.len(), Some(&2)));
    let rises: Vec<f64> = (0..members.len())
        .into_par_iter()
        .map(|k| {
            let stays = |other: usize| {
                class[other] < class[k] || (class[other] == class[k] && levels[other] <= levels[k] + TIE)
            };
            let mut program = formulation.program.clone();
            for other in (0..members.len()).filter(|other| stays(*other)) {
                let bounds = *program.variable(members[other]);
                let floor = levels[other] * (1.0 - 1e-5);
                program.set_bounds(members[other], floor.min(bounds.upper), bounds.upper);
            }
            program.add_cost(members[k], -1.0);
            -simplex(&program).unwrap_or_else(|error| panic!("{error}")) - levels[k]
        })
        .collect();
    for ((name, level), rise) in allocation.levels.iter().zip(&rises) {
        println!("{name}: {level:.5}, could rise by {rise:.1e}");
        assert!(*rise <= 1e-3, "{name} got {level} and could rise by {rise}");
    }
    assert!(levels.iter().any(|level| *level < 0.9), "somebody is short: {levels:?}");
}

/// Levels this near to each other count as equal.
const TIE: f64 = 2e-3;

fn class_of(name: &str) -> usize {
    ["domestic", "energy"].iter().position(|used| name.starts_with(used)).unwrap_or(2)
}

/// The physics at an allocation's yields, with the promises held.
fn promised<'a>(scenario: &'a Scenario, allocation: &Allocation) -> Formulation<'a> {
    let mut formulation = Formulation::new(scenario.window(), &allocation.yields, Detail::Physics);
    formulation.minimise_shortfall();
    let solution = Clarabel::default().solve(&formulation.program);
    let least = LeastShortfall::read(&formulation, &solution);
    formulation.program.clear_objective();
    formulation.hold_shortfall(&least);
    formulation
}

/// The claims and targets of who has a treaty's limit.
fn limited(scenario: &Scenario, targets: &Targets) -> Vec<(f64, f64, f64)> {
    let own = |share: &Share| matches!(share, Share::Water { under_treaty: Some(true), .. });
    let limited = targets.iter().filter(|target| own(&target.share));
    limited.map(|target| (target.share.claim(&scenario.basin), target.amount, target.most)).collect()
}

#[test]
fn a_limit_enforced_by_nine_tenths_lets_a_tenth_of_what_is_claimed_beyond_it_pass() {
    let scenario = load("dry-year", &[]);
    let whole = treaty(scenario.window(), 1.1);
    assert_eq!(whole.clone().enforced(&scenario.basin, 1.0), whole);
    let loose = whole.clone().enforced(&scenario.basin, 0.9);
    let (whole, loose) = (limited(&scenario, &whole), limited(&scenario, &loose));
    let mut over = 0;
    for ((claim, amount, most), (_, target, ceiling)) in whole.into_iter().zip(loose) {
        assert!((target - (amount + 0.1 * (claim - amount).max(0.0))).abs() < 1e-9);
        assert!((ceiling - (most + 0.1 * (claim - most).max(0.0))).abs() < 1e-9);
        over += usize::from(claim > most);
    }
    assert!(over > 0, "somebody claims more than the limit and its band");
}

#[test]
fn under_a_quota_that_is_enforced_in_part_somebody_takes_more_than_the_limit_and_its_band() {
    let scenario = load("dry-year", &[]);
    let over = |policy: &Policy| -> f64 {
        let allocation = allocated(&scenario, policy);
        let targets = treaty(scenario.window(), 1.1);
        let beyond =
            targets.iter().map(|target| delivered(&scenario, &allocation, &target.share) - target.most);
        beyond.fold(0.0, f64::max)
    };
    let strict = scenario.policies["quota"].clone();
    let loose = policy("award = { rule = 'treaty', limit = 1.1, enforce = 0.8 }");
    assert!(over(&strict) < 0.01, "{}", over(&strict));
    assert!(over(&loose) > 1.0, "{}", over(&loose));
}

/// Limits of 60, 120 and 30 hm3, of which all want more, and half as much water: each gets half of its limit.
#[test]
fn in_a_shortage_without_unused_limits_all_get_the_same_share_of_their_limit() {
    let limits = [60.0, 120.0, 30.0];
    let scenario = limited_source(&[100.0, 150.0, 90.0], 105.0, &[1000.0; 3], &limits);
    let strict = policy("slack = 1e-5\naward = { rule = 'treaty', limit = 1.1 }");
    let got = totals(&allocated(&scenario, &strict));
    for (got, limit) in got.iter().zip(limits) {
        assert!((got / limit - 0.5).abs() < 1e-3, "{got} hm3 of {limit}");
    }
    // with water for all limits and more nobody takes beyond a tenth above its own
    let scenario = limited_source(&[100.0, 150.0, 90.0], 340.0, &[1000.0; 3], &limits);
    let got = totals(&allocated(&scenario, &strict));
    assert!(got.iter().zip(limits).all(|(got, limit)| *got <= 1.1 * limit + 1e-6), "{got:?}");
    assert!(got.iter().zip(limits).all(|(got, limit)| *got >= limit - 1e-2), "{got:?}");
}

/// What a plan delivers of a share of water, hm3.
fn delivered(scenario: &Scenario, allocation: &Allocation, share: &Share) -> f64 {
    let basin = &scenario.basin;
    let Share::Water { riparian, river, season, under_treaty } = *share else { return 0.0 };
    let own = basin.demands.enumerate().filter(|(_, demand)| {
        demand.riparian == riparian
            && basin.nodes[demand.node].river == river
            && under_treaty.is_none_or(|wanted| demand.under_treaty == wanted)
    });
    own.map(|(k, _)| basin.horizon.periods_in(season).map(|t| allocation.plan.delivery[k][t]).sum::<f64>())
        .sum()
}

/// Two riparians of as many people, one four times as poor: with `gamma = 0.5` it counts twice. 90 hm3 for claims
/// of 100 each: 30 and 60.
#[test]
fn per_head_the_poorer_counts_more_where_income_is_weighed() {
    let scenario = one_source(&[100.0, 100.0], 90.0, &[8000.0, 2000.0]);
    let shared = |gamma: f64| -> Vec<f64> {
        let text = format!(
            "slack = 1e-5\naward = {{ rule = 'weighted_cea', weights = 'population', of = 'water', income_exponent = {gamma:?} }}"
        );
        totals(&allocated(&scenario, &policy(&text)))
    };
    for (gamma, wanted) in [(0.0, [45.0, 45.0]), (0.5, [30.0, 60.0])] {
        let got = shared(gamma);
        assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-2), "{gamma}: {got:?}");
    }
}

/// Claims of 100, 200 and 300 on 300 hm3, each rule's own answer: the network adds nothing to a single source.
#[test]
fn every_claims_rule_reproduces_its_own_answer_at_one_source() {
    let (claims, water) = ([100.0, 200.0, 300.0], 300.0);
    let scenario = one_source(&claims, water, &[1000.0; 3]);
    let alike = Claims::new(water, claims.to_vec()).unwrap();
    let mut answers: Vec<Vec<f64>> = Vec::new();
    for rule in Rule::ALL {
        let weights = rule.takes_weights().then(|| vec![1.0; 3]);
        let wanted = rule.divide(&alike, weights.as_deref()).unwrap();
        let text = format!("slack = 1e-5\naward = {{ rule = '{}' }}", rule.name());
        let got = totals(&allocated(&scenario, &policy(&text)));
        let near = got.iter().zip(&wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-2);
        assert!(near, "{}: {got:?} instead of {wanted:?}", rule.name());
        if !answers.iter().any(|other| other.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1.0)) {
            answers.push(wanted);
        }
    }
    assert!(answers.len() >= 3, "the rules differ: {answers:?}");
}

/// Highland of `tiny/two-riparians` keeps all 60 hm3 where its own benefit comes first, and Lowland then has none: with
/// nothing to sell, and a load of its own that goes unserved, a benefit can be below nothing.
#[test]
fn a_class_whose_benefit_is_a_loss_is_held_all_the_same() {
    let settings = ["area.UP.load=[0,0,200,100,0,0,0,0,0,0,0,0]"];
    let scenario = load("tiny/two-riparians", &settings);
    let own = "{ welfare = { alpha = 'leximin', measure = 'benefit' }, riparian = ['UP'] }";
    let shared = allocated(&scenario, &policy(&format!("priority = [{own}]")));
    let level = shared.levels[0].1;
    // every drop through the mill: 60 hm3 are 30 of 300 GWh, 30 x 0.05 - 270 x 0.25 MUSD
    assert!((level - (1.5 - 67.5)).abs() < 1e-3, "{level}");
}
