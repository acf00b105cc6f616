//! Awards on the real basin: what claims rules set as targets, river by river and season by season.

use mirab::allocation::award::{Estate, Share, Targets, by_claims, estates};
use mirab::allocation::policy::{Award, AwardRule, Policy};
use mirab::fairness::claims::Rule;
use mirab::network::basin::Basin;
use mirab::scenario::{self, Scenario};

/// A shortage alike in every estate.
const SERVED: f64 = 0.8;

fn dry_year() -> Scenario {
    scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn award(text: &str) -> Award {
    let policy: Policy = toml::from_str(&format!("title = 'x'\naward = {{ {text} }}")).unwrap();
    policy.award.unwrap()
}

fn targets(basin: &Basin, award: &Award) -> Targets {
    let estates = estates(basin);
    let AwardRule::Claims(rule) = award.rule else { panic!("no claims rule") };
    by_claims(basin, award, rule, &estates, &vec![SERVED; estates.len()]).unwrap()
}

/// The targets of an estate: claim, target and population of each who shares it.
fn of_estate(basin: &Basin, estate: &Estate, targets: &Targets) -> Vec<(f64, f64, f64)> {
    let own = estate.shares(basin);
    let shares = targets.iter().filter(|target| own.contains(&target.share));
    let people = |share: &Share| match *share {
        Share::Water { riparian, .. } | Share::Energy { riparian, .. } => {
            basin.riparians[riparian].population_million
        }
    };
    shares.map(|target| (target.share.claim(basin), target.amount, people(&target.share))).collect()
}

#[test]
fn every_claims_rule_divides_each_estate_whole_and_gives_nobody_more_than_the_claim() {
    let scenario = dry_year();
    let basin = &scenario.basin;
    for rule in Rule::ALL {
        let weights = if rule.takes_weights() { ", weights = 'population'" } else { "" };
        let targets = targets(basin, &award(&format!("rule = '{}'{weights}", rule.name())));
        for estate in estates(basin) {
            let all = of_estate(basin, &estate, &targets);
            let claimed: f64 = all.iter().map(|(claim, ..)| claim).sum();
            let awarded: f64 = all.iter().map(|(_, amount, _)| amount).sum();
            let name = format!("{} of {estate:?}", rule.name());
            assert!(claimed > 0.0 && (awarded - SERVED * claimed).abs() <= 1e-9 * claimed, "{name}");
            assert!(
                all.iter().all(|(claim, amount, _)| (0.0..=claim * (1.0 + 1e-12)).contains(amount)),
                "{name}"
            );
        }
    }
}

#[test]
fn the_proportional_award_is_the_same_share_for_all() {
    let scenario = dry_year();
    for target in targets(&scenario.basin, &award("rule = 'proportional'")).iter() {
        assert!((target.amount / target.share.claim(&scenario.basin) - SERVED).abs() < 1e-12);
    }
}

#[test]
fn per_head_everybody_below_the_claim_is_awarded_the_same_water() {
    let scenario = dry_year();
    let basin = &scenario.basin;
    let per_capita = scenario.policies["per_capita"].award.clone().unwrap();
    let targets = targets(basin, &per_capita);
    let mut compared = 0;
    for estate in estates(basin) {
        let all = of_estate(basin, &estate, &targets);
        if matches!(estate, Estate::Energy(_)) {
            assert!(all.is_empty(), "only water is awarded");
            continue;
        }
        let below = |(claim, amount, _): &&(f64, f64, f64)| *amount < claim * (1.0 - 1e-9);
        let heads: Vec<f64> = all.iter().filter(below).map(|(_, amount, people)| amount / people).collect();
        assert!(heads.windows(2).all(|pair| (pair[0] / pair[1] - 1.0).abs() < 1e-9), "{estate:?}: {heads:?}");
        let most = all.iter().map(|(_, amount, people)| amount / people).fold(0.0, f64::max);
        assert!(heads.iter().all(|head| *head >= most * (1.0 - 1e-9)), "{estate:?}: {heads:?} below {most}");
        compared += heads.len();
    }
    assert!(compared >= 4, "somebody is short on each river and in each season: {compared}");
}

#[test]
fn a_target_of_nothing_is_a_limit_that_nobody_can_miss() {
    let scenario = dry_year();
    let all = targets(&scenario.basin, &award("rule = 'proportional'"));
    let emptied = Targets::new(all.iter().map(|target| {
        let mut target = *target;
        if matches!(target.share, Share::Water { .. }) {
            (target.amount, target.most) = (0.0, 0.0);
        }
        target
    }));
    assert!(emptied.len() < emptied.iter().count() && !emptied.is_empty());
    let name = emptied.member_name(&scenario.basin, 0);
    assert!(
        name.ends_with("vegetation") && name.matches(',').count() == 1,
        "the first wish is for energy: {name}"
    );
}
