//! The claims rules: what holds for all of them, the table of what each keeps, and other ways to the same awards.

#[path = "support/claims.rs"]
mod support;

use mirab::fairness::claims::{Claims, Rule, cea, cel, dominguez_thomson, minimal_overlap, proportional};
use mirab::fairness::claims::{random_arrival, talmud, weighted_cea, weighted_cel, weighted_proportional};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{AXIOMS, agree, awards, breaks, close, numbers, plain_rules, problem, written_table};

/// Claims with zeros and ties among them, and the part of their sum that is there (above 1: more than claimed).
fn shares(most: f64) -> impl Strategy<Value = (Vec<f64>, f64)> {
    let claim = prop_oneof![1 => Just(0.0), 3 => (1_u8..6).prop_map(f64::from), 3 => 0.01..100.0_f64];
    let part = prop_oneof![1 => Just(0.0), 1 => Just(0.5), 1 => Just(1.0), 9 => 0.0..most];
    (prop::collection::vec(claim, 1..=9), part)
}

/// The same with a weight for each claim.
fn weighted_shares(most: f64) -> impl Strategy<Value = (Vec<f64>, f64, Vec<f64>)> {
    let weight = prop_oneof![(1_u8..4).prop_map(f64::from), 0.05..20.0_f64];
    (shares(most), prop::collection::vec(weight, 9)).prop_map(|((claims, part), mut weights)| {
        weights.truncate(claims.len());
        (claims, part, weights)
    })
}

/// Claims and an estate of any size between 1e-12 and 1e12, each for itself.
fn sizes() -> impl Strategy<Value = (Vec<f64>, f64, Vec<f64>)> {
    let size = || (-12.0..12.0_f64).prop_map(|power| 10.0_f64.powf(power));
    (prop::collection::vec(size(), 1..=9), size(), prop::collection::vec(size(), 9)).prop_map(
        |(claims, estate, mut weights)| {
            weights.truncate(claims.len());
            (claims, estate, weights)
        },
    )
}

fn config() -> ProptestConfig {
    let seed = RngSeed::Fixed(1);
    ProptestConfig { cases: 200, failure_persistence: None, rng_seed: seed, ..ProptestConfig::default() }
}

fn assert_awards(rule: Rule, problem: &Claims, weights: &[f64]) {
    let awards = awards(rule, problem, weights);
    for (award, claim) in awards.iter().zip(problem.claims()) {
        assert!((0.0..=*claim).contains(award), "{}: {award} of {claim} in {problem:?}", rule.name());
    }
    let wanted = problem.estate().min(problem.total());
    let given = numbers::total(&awards);
    let apart = (given - wanted).abs();
    assert!(apart <= 1e-12 * wanted, "{}: {given} instead of {wanted} in {problem:?}", rule.name());
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn awards_lie_between_nothing_and_the_claim_and_add_up_to_the_estate(
        (claims, part, weights) in weighted_shares(1.2),
    ) {
        for rule in Rule::ALL {
            assert_awards(*rule, &problem(&claims, part), &weights);
        }
    }

    #[test]
    fn they_do_so_for_tiny_and_huge_numbers_side_by_side((claims, estate, weights) in sizes()) {
        let problem = Claims::new(estate, claims).unwrap();
        for rule in Rule::ALL {
            assert_awards(*rule, &problem, &weights);
        }
    }

    #[test]
    fn an_estate_above_the_claims_meets_them_all_and_leaves_the_rest(
        (claims, _, weights) in weighted_shares(1.0), more in 0.0..50.0_f64,
    ) {
        let estate = numbers::total(&claims) + more;
        let problem = Claims::new(estate, claims.clone()).unwrap();
        prop_assert!((problem.left_over() - more).abs() <= 1e-12 * (estate + 1.0));
        for rule in Rule::ALL {
            // where the sum of the claims is rounded, the estate may lack the last digit of it
            prop_assert!(close(&awards(*rule, &problem, &weights), &claims));
        }
    }

    #[test]
    fn equal_claims_of_equal_weight_are_awarded_the_same((claims, part, mut weights) in weighted_shares(1.0)) {
        let mut claims = claims;
        claims.push(claims[0]);
        weights.push(weights[0]);
        for rule in Rule::ALL {
            let awards = awards(*rule, &problem(&claims, part), &weights);
            let (first, last) = (awards[0], awards[claims.len() - 1]);
            prop_assert!((first - last).abs() <= 1e-12 * first, "{}: {awards:?}", rule.name());
        }
    }

    #[test]
    fn with_more_to_share_no_award_falls_and_none_jumps(
        (claims, part, weights) in weighted_shares(1.0), step in prop_oneof![Just(1e-6), 0.0..1.0_f64],
    ) {
        let before = problem(&claims, part);
        let after = problem(&claims, part + step * (1.0 - part));
        let grown = after.estate() - before.estate();
        let slack = 1e-12 * before.total();
        for rule in Rule::ALL {
            let (before, after) = (awards(*rule, &before, &weights), awards(*rule, &after, &weights));
            for (old, new) in before.iter().zip(&after) {
                prop_assert!(new - old >= -slack, "{}: {old} falls to {new}", rule.name());
                prop_assert!(new - old <= grown + slack, "{}: {old} jumps to {new}", rule.name());
            }
        }
    }

    #[test]
    fn neither_the_order_of_the_claimants_nor_the_unit_matters(
        (claims, part, weights) in weighted_shares(1.0), turn in 0_usize..9, unit in -9..9_i32,
    ) {
        let unit = 10.0_f64.powi(unit);
        let moved = |values: &[f64], factor: f64| -> Vec<f64> {
            let n = values.len();
            (0..n).map(|place| factor * values[n - 1 - (place + turn) % n]).collect()
        };
        let first = problem(&claims, part);
        let other = Claims::new(unit * first.estate(), moved(&claims, unit)).unwrap();
        for rule in Rule::ALL {
            let expected = moved(&awards(*rule, &first, &weights), unit);
            let found = awards(*rule, &other, &moved(&weights, 1.0));
            prop_assert!(close(&found, &expected), "{}: {found:?} {expected:?}", rule.name());
        }
    }

    #[test]
    fn what_the_table_says_of_a_rule_holds((claims, part) in shares(1.0)) {
        let problem = problem(&claims, part);
        for (rule, kept) in written_table() {
            for (axiom, _) in AXIOMS.iter().zip(&kept).filter(|(_, kept)| **kept) {
                prop_assert!(!breaks(rule, axiom, &problem), "{} breaks {}", rule.name(), axiom.name);
            }
        }
    }

    #[test]
    fn equal_losses_are_the_dual_of_equal_awards((claims, part, weights) in weighted_shares(1.0)) {
        let problem = problem(&claims, part);
        let dual = Claims::new(problem.shortfall(), claims.clone()).unwrap();
        let losses = |awards: Vec<f64>| numbers::less(&claims, &awards);
        prop_assert!(agree(&problem, &losses(cel(&problem)), &cea(&dual)));
        let weighted = weighted_cel(&problem, &weights).unwrap();
        prop_assert!(agree(&problem, &losses(weighted), &weighted_cea(&dual, &weights).unwrap()));
    }

    #[test]
    fn only_the_ratios_of_weights_matter_and_equal_ones_not_at_all(
        (claims, part, weights) in weighted_shares(1.0), size in 0.001..1000.0_f64,
    ) {
        let problem = problem(&claims, part);
        for (plain, weighted) in plain_rules().filter_map(|rule| Some((rule, rule.weighted()?))) {
            let equal = awards(weighted, &problem, &vec![size; claims.len()]);
            prop_assert!(close(&equal, &awards(plain, &problem, &weights)));
            let scaled: Vec<f64> = weights.iter().map(|weight| weight * size).collect();
            prop_assert!(close(&awards(weighted, &problem, &scaled), &awards(weighted, &problem, &weights)));
        }
    }

    #[test]
    fn weighted_awards_are_on_one_level_or_at_the_claim((claims, part, weights) in weighted_shares(0.99)) {
        let problem = problem(&claims, part);
        let by_claim: Vec<f64> = weights.iter().zip(&claims).map(|(weight, claim)| weight * claim).collect();
        let on_one_level = |awards: &[f64], weights: &[f64]| {
            let levels = || awards.iter().zip(weights).zip(&claims).filter(|((_, w), _)| **w > 0.0);
            let below = levels().filter(|((x, _), c)| **x < **c - 1e-9).map(|((x, w), _)| x / w);
            let highest = levels().map(|((x, w), _)| x / w).fold(0.0, f64::max);
            below.fold(0.0, |worst: f64, level| worst.max(highest - level)) <= 1e-9 * highest.max(1.0)
        };
        prop_assert!(on_one_level(&weighted_cea(&problem, &weights).unwrap(), &weights));
        prop_assert!(on_one_level(&weighted_proportional(&problem, &weights).unwrap(), &by_claim));
    }

    #[test]
    fn equal_awards_are_the_most_even_of_all((claims, part) in shares(1.0)) {
        let problem = problem(&claims, part);
        let even = numbers::running(cea(&problem));
        for rule in plain_rules() {
            let other = numbers::running(awards(rule, &problem, &[]));
            prop_assert!(even.iter().zip(&other).all(|(even, other)| even >= &(other - 1e-9)));
        }
    }

    #[test]
    fn joining_claims_changes_nothing_in_proportion((claims, part) in shares(1.0)) {
        let apart = proportional(&problem(&claims, part));
        let (joined, parted) = claims.split_at(claims.len() / 2);
        let mut joint = vec![numbers::total(joined)];
        joint.extend_from_slice(parted);
        let together = proportional(&problem(&joint, part));
        prop_assert!((together[0] - numbers::total(&apart[..joined.len()])).abs() <= 1e-9);
        prop_assert!(close(&together[1..], &apart[joined.len()..]));
    }

    #[test]
    fn the_recursion_in_closed_form_is_the_recursion_step_by_step((claims, part) in shares(1.0)) {
        let problem = problem(&claims, part);
        let found = dominguez_thomson(&problem);
        prop_assert!(close(&found, &numbers::step_by_step(&problem)));
        let share = |claim: &f64| claim.min(problem.estate()) / claims.len() as f64;
        prop_assert!(found.iter().zip(&claims).all(|(award, claim)| *award >= share(claim) - 1e-9));
    }

    #[test]
    fn random_arrival_is_the_mean_over_all_orders((claims, part) in shares(1.0)) {
        let claims = &claims[..claims.len().min(6)];
        let problem = problem(claims, part);
        prop_assert!(close(&random_arrival(&problem).unwrap(), &numbers::mean_over_orders(&problem)));
    }

    #[test]
    fn units_are_shared_by_those_who_claim_them(claims in prop::collection::vec(0_u16..40, 2..8), pick in 0_u16..40) {
        let mut sorted = claims.clone();
        sorted.sort_unstable();
        let shared = pick.min(sorted[sorted.len() - 2]);
        let alone = |claim: u16| f64::from(claim.saturating_sub(shared));
        let reaching = |unit: u16| claims.iter().filter(|claim| **claim >= unit).count() as f64;
        let nested = |claim: u16| (1..=claim.min(shared)).map(|unit| 1.0 / reaching(unit)).sum::<f64>();
        let expected: Vec<f64> = claims.iter().map(|claim| nested(*claim) + alone(*claim)).collect();
        let estate = f64::from(shared) + claims.iter().map(|claim| alone(*claim)).sum::<f64>();
        let numbers: Vec<f64> = claims.iter().copied().map(f64::from).collect();
        prop_assert!(close(&minimal_overlap(&Claims::new(estate, numbers).unwrap()), &expected));
    }
}

/// All claims of two to four claimants out of a few, with estates all the way up to their sum.
fn small_problems() -> Vec<Claims> {
    let mut all: Vec<Vec<f64>> = vec![Vec::new()];
    let mut problems = Vec::new();
    for claimants in 1..=4 {
        let longer = |claims: &Vec<f64>| {
            let least = claims.last().copied().unwrap_or(0.0);
            let more = [1.0, 2.0, 3.0, 5.0, 9.0].into_iter().filter(move |claim| *claim >= least);
            let claims = claims.clone();
            more.map(move |claim| [claims.as_slice(), &[claim]].concat()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
        if claimants > 1 {
            let parts = (1..16).map(|part| f64::from(part) / 16.0);
            problems.extend(parts.flat_map(|part| all.iter().map(move |claims| problem(claims, part))));
        }
    }
    problems
}

#[test]
fn the_table_says_of_each_rule_what_it_keeps_and_what_it_breaks() {
    let problems = small_problems();
    let table = written_table();
    assert_eq!(table.len(), plain_rules().count(), "a line for each rule without weights");
    let mut wrong = Vec::new();
    for (rule, kept) in table {
        for (axiom, kept) in AXIOMS.iter().zip(kept) {
            let against = problems.iter().find(|problem| breaks(rule, axiom, problem));
            if against.is_none() != kept {
                wrong.push(format!("{} and `{}`: {against:?}", rule.name(), axiom.name));
            }
        }
    }
    assert!(wrong.is_empty(), "the table is wrong:\n{}", wrong.join("\n"));
}

#[test]
fn very_many_claims_are_shared_to_the_last_digit() {
    let claims: Vec<f64> = (0..300_000_u64).map(|i| (i * i % 1_000_003) as f64 / 7.0).collect();
    for part in [1e-9, 0.3, 0.7, 1.0 - 1e-9] {
        let problem = problem(&claims, part);
        for rule in [cea, cel, talmud, proportional, minimal_overlap, dominguez_thomson] {
            let given = numbers::total(&rule(&problem));
            assert!((given - problem.estate()).abs() <= 1e-12 * problem.estate());
        }
    }
}

#[test]
fn the_largest_and_smallest_numbers_are_shared_too() {
    let claims = [1e100, 1e-100, 3.0, 1e100, 0.0];
    for estate in [1e-100, 1.0, 5e99, 1e100] {
        let problem = Claims::new(estate, claims).unwrap();
        for rule in Rule::ALL {
            assert_awards(*rule, &problem, &[1e-100, 1e100, 1.0, 1e100, 1e-100]);
        }
    }
    let vanishing = Claims::new(f64::MIN_POSITIVE / 4.0, [f64::MIN_POSITIVE / 2.0, 1e100]).unwrap();
    for rule in Rule::ALL {
        let awards = awards(*rule, &vanishing, &[1e-100, 1e-100]);
        assert!(awards.iter().all(|award| (0.0..=vanishing.estate()).contains(award)));
    }
}

#[test]
fn one_claimant_takes_the_estate_and_nobody_takes_from_nothing() {
    let (alone, empty) = (Claims::new(3.0, [7.0]).unwrap(), Claims::new(0.0, [7.0, 0.0]).unwrap());
    let unclaimed = Claims::new(3.0, [0.0, 0.0]).unwrap();
    assert_eq!(unclaimed.left_over(), 3.0);
    for rule in Rule::ALL {
        assert_eq!(awards(*rule, &alone, &[2.0]), [3.0]);
        assert_eq!(awards(*rule, &empty, &[2.0, 1.0]), [0.0, 0.0]);
        assert_eq!(awards(*rule, &unclaimed, &[2.0, 1.0]), [0.0, 0.0]);
    }
}
