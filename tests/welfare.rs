//! Welfare over a polyhedron: published points, certificates by linear programs that know nothing of the
//! methods, axioms on random sets, and what is said of input that makes no sense.

use mirab::fairness::inequality::{Sample, gini, gini_weights};
use mirab::fairness::welfare::curve::{self, Curve};
use mirab::fairness::welfare::{
    Point, Polyhedron, UtilitySet, WelfareError, alpha_fair, egalitarian, kalai_smorodinsky, leximin, nash,
    ordered_weighted, priority,
};
use mirab::solver::program::{Label, Program, Var};
use mirab::solver::simplex::Simplex;
use mirab::solver::{Solver, Status};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const INF: f64 = f64::INFINITY;

/// How many random sets each property is tried on.
const CASES: u32 = 64;

fn set(rows: &[&[f64]], limits: &[f64], utilities: &[&[f64]]) -> UtilitySet {
    let rows = rows.iter().map(|row| row.to_vec()).collect();
    let utilities = utilities.iter().map(|row| row.to_vec()).collect();
    let parts = Polyhedron { rows, limits: limits.to_vec(), utilities, ..Polyhedron::default() };
    UtilitySet::new(parts).expect("a set with a point")
}

fn assert_near(found: &[f64], wanted: &[f64], within: f64) {
    let near = found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() <= within);
    assert!(near, "{found:?} is not {wanted:?} within {within:e}");
}

fn assert_utilities(found: Result<Point, WelfareError>, wanted: &[f64], within: f64) {
    assert_near(&found.expect("a point").utilities, wanted, within);
}

/// `L` unit links in a line, a flow over each and one over all (Mo and Walrand, 2000).
fn line(links: usize) -> UtilitySet {
    let uses = |link: usize, flow: usize| f64::from(u8::from(flow == 0 || flow == link + 1));
    let rows = (0..links).map(|link| (0..=links).map(|flow| uses(link, flow)).collect()).collect();
    UtilitySet::new(Polyhedron { rows, limits: vec![1.0; links], ..Polyhedron::default() }).expect("a point")
}

/// One resource, utility the share of a claim.
fn shares_of_claims(estate: f64, claims: &[f64]) -> UtilitySet {
    let share =
        |own: usize| (0..claims.len()).map(|at| if at == own { 1.0 / claims[own] } else { 0.0 }).collect();
    let parts = Polyhedron {
        rows: vec![vec![1.0; claims.len()]],
        limits: vec![estate],
        upper: claims.to_vec(),
        utilities: (0..claims.len()).map(share).collect(),
        ..Polyhedron::default()
    };
    UtilitySet::new(parts).expect("a point")
}

/// The three-member network of the cases NET3-*.
fn three_member_network() -> UtilitySet {
    set(
        &[
            &[1.0, 1.0, 0.0, 0.0, 0.0],
            &[-1.0, 0.0, 0.0, 0.0, 0.0],
            &[1.0, 0.0, 0.0, 0.0, 0.0],
            &[0.0, 1.0, 0.0, 0.0, 0.0],
            &[-1.0, 0.0, 1.0, 0.0, 0.0],
            &[-1.0, 0.0, 0.8, 1.0, 0.0],
            &[0.0, 0.0, 1.0, 0.0, 0.0],
            &[0.0, 0.0, 0.0, 1.0, 0.0],
        ],
        &[12.0, -2.0, 10.0, 8.0, 1.0, 0.0, 8.0, 6.0],
        &[&[0.0, 0.125, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.125, 0.0, 0.0], &[0.0, 0.0, 0.0, 1.0 / 6.0, 0.0]],
    )
}

/// The reservoir of the cases TB-*: `rs + rw = 12` exactly, winter energy and summer water, both capped at one.
fn toy_basin() -> UtilitySet {
    let rows: [&[f64]; 5] = [&[1.0, 1.0], &[-1.0, -1.0], &[-1.0, 0.0], &[0.0, 1.0], &[1.0, 0.0]];
    set(&rows, &[12.0, -12.0, -2.0, 8.0, 10.0], &[&[0.0, 0.125], &[0.1, 0.0]])
}

#[test]
fn the_long_flow_of_a_line_gets_its_closed_form_at_every_alpha() {
    for alpha in [0.05, 0.3, 0.5, 1.0, 2.0, 3.0, 10.0, 30.0, 300.0, 1e5] {
        for links in [2, 4, 6] {
            let long = 1.0 / (1.0 + (links as f64).powf(1.0 / alpha));
            let mut wanted = vec![1.0 - long; links + 1];
            wanted[0] = long;
            assert_utilities(alpha_fair(&line(links), alpha, &[], &[]), &wanted, 1e-11);
        }
    }
}

#[test]
fn one_resource_is_divided_as_the_root_of_the_weights() {
    let (weights, resource) = ([1.0, 2.0, 3.0, 0.01], 12.0);
    let one = set(&[&[1.0; 4]], &[resource], &[]);
    for alpha in [0.3, 0.7, 1.0, 2.0, 5.0, 30.0, 1000.0] {
        let roots = weights.map(|weight: f64| weight.powf(1.0 / alpha));
        let sum: f64 = roots.iter().sum();
        let found = alpha_fair(&one, alpha, &weights, &[]).expect("a point").utilities;
        for (found, root) in found.iter().zip(roots) {
            let wanted = resource * root / sum;
            assert!((found - wanted).abs() < 1e-7 * wanted + 1e-12, "alpha {alpha}: {found} is not {wanted}");
        }
    }
}

#[test]
fn shares_weighted_by_claims_give_the_proportional_rule_at_every_alpha() {
    let claims = [100.0, 200.0, 300.0];
    for alpha in [0.3, 0.5, 1.0, 2.0, 10.0, 30.0] {
        let found = alpha_fair(&shares_of_claims(200.0, &claims), alpha, &claims, &[]);
        assert_utilities(found, &[1.0 / 3.0; 3], 1e-10);
    }
}

#[test]
fn the_line_of_published_cases_is_met() {
    let found = alpha_fair(&line(4), 2.0, &[], &[]);
    assert_utilities(found, &[1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0], 1e-12);
    let network = three_member_network();
    assert_utilities(leximin(&network, &[], &[]), &[10.0 / 17.0; 3], 1e-10);
    assert_utilities(alpha_fair(&network, 1.0, &[], &[]), &[0.5, 0.625, 2.0 / 3.0], 1e-9);
    let basin = toy_basin();
    assert_utilities(leximin(&basin, &[], &[]), &[2.0 / 3.0; 2], 1e-10);
    assert_utilities(alpha_fair(&basin, 0.0, &[], &[]), &[1.0, 0.4], 1e-10);
    assert_utilities(alpha_fair(&basin, 1.0, &[], &[]), &[0.75, 0.6], 1e-9);
    // 10 / rs^2 = 8 / rw^2
    assert_utilities(alpha_fair(&basin, 2.0, &[], &[]), &[0.7082039324993691, 0.6334368540005048], 1e-9);
    assert_utilities(nash(&basin, &[0.5, 0.2], &[]), &[0.875, 0.5], 1e-9);
    assert_utilities(priority(&basin, &[0, 1]), &[1.0, 0.4], 1e-10);
    assert_utilities(priority(&basin, &[1, 0]), &[0.25, 1.0], 1e-10);
}

/// S and T of Kalai and Smorodinsky (1975): T offers the second more at every level of the first.
fn kalai_smorodinsky_pair() -> [UtilitySet; 2] {
    let third = 1.0 / 3.0;
    let smaller = set(&[&[third, 1.0], &[1.0, third]], &[1.0, 1.0], &[]);
    [smaller, set(&[&[0.3, 1.0], &[1.0, 0.0]], &[1.0, 1.0], &[])]
}

#[test]
fn kalai_and_smorodinsky_give_the_second_more_where_nash_gives_less() {
    let [smaller, larger] = kalai_smorodinsky_pair();
    assert_utilities(nash(&smaller, &[], &[]), &[0.75, 0.75], 1e-9);
    assert_utilities(nash(&larger, &[], &[]), &[1.0, 0.7], 1e-9);
    let before = kalai_smorodinsky(&smaller, &[], &[]).expect("a point").utilities;
    let after = kalai_smorodinsky(&larger, &[], &[]).expect("a point").utilities;
    assert_near(&before, &[0.75, 0.75], 1e-11);
    assert_near(&after, &[10.0 / 13.0, 10.0 / 13.0], 1e-11);
    assert!(after[1] > before[1], "individually monotone");
}

#[test]
fn a_smaller_set_that_holds_the_nash_point_has_the_same() {
    let whole = set(&[&[1.0, 2.0, 4.0]], &[120.0], &[]);
    assert_utilities(nash(&whole, &[], &[]), &[40.0, 20.0, 10.0], 1e-10);
    let part = set(&[&[1.0, 2.0, 4.0], &[1.0, 0.0, 0.0], &[0.0, 1.0, 1.0]], &[120.0, 40.0, 31.0], &[]);
    assert_utilities(nash(&part, &[], &[]), &[40.0, 20.0, 10.0], 1e-10);
}

#[test]
fn a_linear_frontier_splits_the_surplus_by_the_weights() {
    let pot = set(&[&[1.0, 1.0]], &[100.0], &[]);
    let d = [10.0, 30.0];
    assert_utilities(nash(&pot, &d, &[]), &[40.0, 60.0], 1e-9);
    assert_utilities(nash(&pot, &d, &[3.0, 1.0]), &[55.0, 45.0], 1e-9);
    assert_utilities(egalitarian(&pot, &d, &[3.0, 1.0]), &[55.0, 45.0], 1e-9);
    assert_utilities(kalai_smorodinsky(&pot, &d, &[1.0, 3.0]), &[25.0, 75.0], 1e-9);
    assert_utilities(leximin(&pot, &[1.0, 3.0], &d), &[25.0, 75.0], 1e-9);
}

#[test]
fn leximin_meets_the_published_traps() {
    let vertex = set(&[&[1.0, 1.0, 0.0], &[0.0, 0.0, 1.0]], &[2.0, 5.0], &[]);
    assert_utilities(leximin(&vertex, &[], &[]), &[1.0, 1.0, 5.0], 1e-11);
    let links: [&[f64]; 3] =
        [&[1.0, 1.0, 0.0, 0.0, 0.0], &[0.0, 1.0, 1.0, 0.0, 1.0], &[0.0, 0.0, 0.0, 1.0, 0.0]];
    let third = 1.0 / 3.0;
    let wanted = [2.0 * third, third, third, 1.0, third];
    assert_utilities(leximin(&set(&links, &[1.0; 3], &[]), &[], &[]), &wanted, 1e-11);
    let composite = set(&[&[1.0, 1.0]], &[1.0], &[&[1.0, 0.0], &[0.0, 1.0], &[0.5, 0.5]]);
    assert_utilities(leximin(&composite, &[], &[]), &[0.5; 3], 1e-11);
}

#[test]
fn kalai_smorodinsky_goes_on_where_the_first_level_leaves_something() {
    let three = set(&[&[1.0, 1.0, 0.0], &[0.0, 0.0, 1.0]], &[2.0, 7.0], &[]);
    assert_utilities(kalai_smorodinsky(&three, &[], &[]), &[1.0, 1.0, 7.0], 1e-10);
}

#[test]
fn at_alpha_zero_the_evenest_of_the_greatest_totals_is_taken() {
    let pot = set(&[&[1.0, 1.0, 0.0], &[0.0, 0.0, 1.0]], &[2.0, 5.0], &[]);
    assert_utilities(alpha_fair(&pot, 0.0, &[], &[]), &[1.0, 1.0, 5.0], 1e-9);
    assert_utilities(alpha_fair(&pot, 0.0, &[2.0, 1.0, 1.0], &[]), &[2.0, 0.0, 5.0], 1e-9);
    assert_utilities(alpha_fair(&pot, 0.0, &[2.0, 1.0, 1.0], &[0.0, 0.5, 0.0]), &[1.5, 0.5, 5.0], 1e-9);
}

#[test]
fn as_alpha_grows_the_weights_cease_to_count() {
    let pot = set(&[&[1.0, 1.0]], &[2.0], &[]);
    assert_utilities(alpha_fair(&pot, INF, &[9.0, 1.0], &[]), &[1.0, 1.0], 1e-11);
    let far: Vec<f64> = [10.0, 100.0, 1e6]
        .map(|alpha| alpha_fair(&pot, alpha, &[9.0, 1.0], &[]).expect("a point").utilities[0] - 1.0)
        .to_vec();
    assert!(far[0] > far[1] && far[1] > far[2] && far[2] < 2e-6, "{far:?}");
}

#[test]
fn who_cannot_gain_stays_at_the_disagreement_point_and_the_others_bargain() {
    // The third lives of what nobody has; the second's d takes all of its own pot.
    let pots =
        set(&[&[1.0, 1.0, 0.0, 0.0], &[0.0, 0.0, 1.0, 0.0], &[0.0, 0.0, 0.0, 1.0]], &[6.0, 0.0, 3.0], &[]);
    let d = [1.0, 2.0, 0.0, 3.0];
    for alpha in [0.5, 1.0, 2.0, 30.0] {
        assert_utilities(alpha_fair(&pots, alpha, &[], &d), &[2.5, 3.5, 0.0, 3.0], 1e-9);
    }
    assert_utilities(nash(&pots, &d, &[]), &[2.5, 3.5, 0.0, 3.0], 1e-9);
    assert_utilities(kalai_smorodinsky(&pots, &d, &[]), &[2.5, 3.5, 0.0, 3.0], 1e-9);
    // The second can only gain what the first would lose below its d.
    let tied = set(&[&[1.0, 1.0, 0.0], &[0.0, 0.0, 1.0]], &[4.0, 5.0], &[]);
    let found = nash(&tied, &[1.0, 3.0, 1.0], &[]);
    assert_utilities(found, &[1.0, 3.0, 5.0], 1e-9);
}

#[test]
fn sets_without_an_inside_are_no_harder() {
    let rows: [&[f64]; 4] = [&[1.0, 1.0, 1.0], &[-1.0, -1.0, -1.0], &[1.0, 1.0, 1.0], &[2.0, 2.0, 2.0]];
    let flat = set(&rows, &[2.0, -2.0, 2.0, 5.0], &[&[1.0, 0.0, 0.0], &[0.0, 2.0, 0.0]]);
    for alpha in [0.5, 1.0, 2.0, 10.0] {
        let second = 2.0_f64.powf(1.0 / alpha); // 1 / x^a = 2 / (2 y)^a
        let x = 2.0 * 2.0 / (2.0 + second);
        assert_utilities(alpha_fair(&flat, alpha, &[], &[]), &[x, second * x], 1e-9);
    }
    let point = set(&[&[1.0, 1.0], &[-1.0, 0.0], &[0.0, -1.0]], &[3.0, -1.0, -2.0], &[]);
    for found in [alpha_fair(&point, 2.0, &[], &[]), leximin(&point, &[], &[]), nash(&point, &[], &[])] {
        assert_utilities(found, &[1.0, 2.0], 1e-9);
    }
}

#[test]
fn decisions_without_end_do_no_harm_where_utilities_have_one() {
    // x may grow with y without end, and z does nothing at all.
    let endless = set(&[&[1.0, -1.0, 0.0]], &[2.0], &[&[1.0, -1.0, 0.0], &[-1.0, 1.0, 0.0]]);
    let d = [0.0, -4.0];
    assert_utilities(nash(&endless, &d, &[]), &[2.0, -2.0], 1e-8);
    assert_utilities(egalitarian(&endless, &d, &[]), &[2.0, -2.0], 1e-8);
}

#[test]
fn the_gini_welfare_is_the_mean_less_its_gini_share() {
    let network = three_member_network();
    let omega = gini_weights(3);
    let welfare = |u: &[f64]| {
        let sample = Sample::equal(u).expect("numbers that are not negative");
        sample.mean() * (1.0 - gini(&sample))
    };
    let best = ordered_weighted(&network, &omega).expect("a point").utilities;
    for alpha in [0.0, 0.5, 1.0, 2.0, INF] {
        let other = alpha_fair(&network, alpha, &[], &[]).expect("a point").utilities;
        assert!(welfare(&best) >= welfare(&other) - 1e-10, "alpha {alpha}");
    }
    assert_utilities(ordered_weighted(&network, &[1.0, 0.0, 0.0]), &[10.0 / 17.0; 3], 1e-9);
    let total: f64 = ordered_weighted(&network, &[1.0; 3]).expect("a point").utilities.iter().sum();
    let greatest: f64 = alpha_fair(&network, 0.0, &[], &[]).expect("a point").utilities.iter().sum();
    assert!((total - greatest).abs() < 1e-9);
}

#[test]
fn curves_are_solved_to_the_last_digits() {
    let linear = Curve { first: &|x| x, second: &|x| 1.0 - x, from: 0.0, to: 1.0 };
    let root = Curve { first: &|x| x, second: &|x: f64| (1.0 - x).sqrt(), from: 0.0, to: 1.0 };
    let circle = Curve { first: &f64::cos, second: &f64::sin, from: 0.0, to: std::f64::consts::FRAC_PI_2 };
    let corner =
        Curve { first: &|x| x, second: &|x: f64| (2.0 - 0.5 * x).min(5.0 - 3.5 * x), from: 0.0, to: 1.4 };
    let unit = [1.0, 1.0];
    let near = |found: Result<f64, WelfareError>, wanted: f64, within: f64| {
        let found = found.expect("a point");
        assert!((found - wanted).abs() <= within, "{found} is not {wanted}");
    };
    near(curve::nash(&root, [0.0; 2], unit), 2.0 / 3.0, 1e-10);
    near(curve::nash(&linear, [0.1, 0.3], unit), 0.4, 1e-10);
    near(curve::nash(&linear, [0.0; 2], [3.0, 1.0]), 0.75, 1e-10);
    near(curve::nash(&circle, [0.0; 2], unit), std::f64::consts::FRAC_PI_4, 1e-10);
    near(curve::nash(&corner, [0.0; 2], unit), 1.0, 1e-10);
    near(curve::kalai_smorodinsky(&circle, [0.0; 2], unit), std::f64::consts::FRAC_PI_4, 1e-12);
    near(curve::kalai_smorodinsky(&linear, [0.1, 0.3], unit), 0.4, 1e-12);
    // x = sqrt(1 - x)
    near(curve::egalitarian(&root, [0.0; 2], unit), (5.0_f64.sqrt() - 1.0) / 2.0, 1e-12);
    near(curve::egalitarian(&linear, [0.0; 2], [1.0, 3.0]), 0.25, 1e-12);
}

#[test]
fn a_curve_that_makes_no_sense_is_refused() {
    let line = Curve { first: &|x| x, second: &|x| 1.0 - x, from: 0.0, to: 1.0 };
    let message = |found: Result<f64, WelfareError>| found.expect_err("refused").to_string();
    assert_eq!(
        message(curve::nash(&line, [0.0, 1.0], [1.0; 2])),
        "no feasible gain: member 2 cannot have more than its disagreement point 1"
    );
    assert_eq!(
        message(curve::egalitarian(&line, [0.0, 2.0], [1.0; 2])),
        "no feasible gain: member 2 cannot have more than its disagreement point 2"
    );
    assert_eq!(
        message(curve::nash(&line, [0.0; 2], [1.0, 0.0])),
        "weight 2 is 0: weights are above 0 and finite"
    );
    let hole = Curve { first: &|x| x, second: &|x: f64| (0.5 - x).sqrt(), from: 0.0, to: 1.0 };
    assert!(
        message(curve::nash(&hole, [0.0; 2], [1.0; 2]))
            .starts_with("the curve has no finite value at x = 0.50")
    );
    let point = Curve { first: &|x| x, second: &|x| x, from: 1.0, to: 1.0 };
    assert_eq!(message(curve::nash(&point, [0.0; 2], [1.0; 2])), "the curve has no length at x = 1");
}

fn refused(parts: Polyhedron) -> String {
    UtilitySet::new(parts).expect_err("refused").to_string()
}

#[test]
fn a_set_that_makes_no_sense_is_refused_by_its_entry() {
    let parts = || Polyhedron {
        rows: vec![vec![1.0, 1.0], vec![1.0, 0.0]],
        limits: vec![3.0, 2.0],
        ..Polyhedron::default()
    };
    assert_eq!(refused(Polyhedron::default()), "there are no members: give rows, upper bounds or utilities");
    let short = Polyhedron { rows: vec![vec![1.0, 1.0], vec![1.0]], ..parts() };
    assert_eq!(refused(short), "row 2: 1 given, 2 expected");
    assert_eq!(refused(Polyhedron { limits: vec![1.0], ..parts() }), "limits: 1 given, 2 expected");
    let wide = Polyhedron { utilities: vec![vec![1.0, 1.0], vec![1.0; 3]], ..parts() };
    assert_eq!(refused(wide), "utility 2: 3 given, 2 expected");
    let hole = Polyhedron { rows: vec![vec![1.0, f64::NAN], vec![1.0, 0.0]], ..parts() };
    assert_eq!(refused(hole), "coefficient 2 of row 1 is NaN: a finite number is needed");
    let below = Polyhedron { upper: vec![1.0, -1.0], ..parts() };
    assert_eq!(refused(below), "upper bound 2 is -1: decisions are never below 0");
    let nowhere = Polyhedron { limits: vec![3.0, -2.0], ..parts() };
    assert_eq!(refused(nowhere), "no decisions satisfy all rows: row 2 is missed by 2 at best");
}

#[test]
fn a_question_that_makes_no_sense_is_refused_by_its_entry() {
    let pot = set(&[&[1.0, 1.0]], &[2.0], &[]);
    let message = |found: Result<Point, WelfareError>| found.expect_err("refused").to_string();
    assert_eq!(message(nash(&pot, &[], &[1.0, 0.0])), "weight 2 is 0: weights are above 0 and finite");
    assert_eq!(message(leximin(&pot, &[1.0], &[])), "weights: 1 given, 2 expected");
    assert_eq!(
        message(leximin(&pot, &[], &[0.0, INF])),
        "entry 2 of the disagreement point is inf: a finite number is needed"
    );
    assert_eq!(message(alpha_fair(&pot, -1.0, &[], &[])), "alpha is -1: it goes from 0 to infinity");
    assert_eq!(message(alpha_fair(&pot, f64::NAN, &[], &[])), "alpha is NaN: it goes from 0 to infinity");
    assert_eq!(
        message(nash(&pot, &[3.0, 0.0], &[])),
        "no decisions give everybody the disagreement point: member 1 lacks 1 of 3"
    );
    assert_eq!(
        message(nash(&pot, &[1.0, 1.0], &[])),
        "no feasible gain: member 1 cannot have more than its disagreement point 1"
    );
    assert_eq!(
        message(priority(&pot, &[1, 1])),
        "place 2 of the order names member 2: each of 2 members stands in it once"
    );
    assert_eq!(
        message(ordered_weighted(&pot, &[0.4, 0.6])),
        "rank weight 2 is 0.6: rank weights are not negative and do not rise, the first above 0"
    );
}

#[test]
fn a_member_that_can_rise_without_end_is_named_by_every_rule() {
    let endless = set(&[&[1.0, 0.0]], &[2.0], &[]);
    let wanted = Err(WelfareError::Unbounded { member: 2 });
    assert_eq!(leximin(&endless, &[], &[]), wanted);
    assert_eq!(nash(&endless, &[], &[]), wanted);
    assert_eq!(alpha_fair(&endless, 0.0, &[], &[]), wanted);
    assert_eq!(alpha_fair(&endless, 3.0, &[], &[]), wanted);
    assert_eq!(kalai_smorodinsky(&endless, &[], &[]), wanted);
    assert_eq!(priority(&endless, &[0, 1]), wanted);
    assert_eq!(ordered_weighted(&endless, &[0.5, 0.5]), wanted);
    // Bounded together, but the first alone may be paid by the second without end.
    let paying = set(&[&[1.0, -1.0]], &[2.0], &[&[1.0, 0.0], &[0.0, -1.0]]);
    assert_eq!(priority(&paying, &[0, 1]), Err(WelfareError::Unbounded { member: 1 }));
    assert_utilities(priority(&paying, &[1, 0]), &[2.0, 0.0], 1e-9);
}

/// The largest `prices * u` with `u >= floors`, by the simplex method.
fn greatest(set: &UtilitySet, prices: &[f64], floors: &[f64]) -> Option<f64> {
    let parts = set.parts();
    let mut program = Program::new();
    let label = Label { family: "x", element: program.name("test"), period: None };
    let decisions: Vec<Var> =
        parts.upper.iter().map(|upper| program.add_variable(label, 0.0, *upper)).collect();
    for (row, limit) in parts.rows.iter().zip(&parts.limits) {
        let added = program.add_row(label, -INF, *limit);
        decisions.iter().zip(row).for_each(|(var, value)| program.add_term(added, *var, *value));
    }
    for (member, row) in parts.utilities.iter().enumerate() {
        let added = program.add_row(label, floors[member] - parts.constants[member], INF);
        for (var, value) in decisions.iter().zip(row) {
            program.add_term(added, *var, *value);
            program.add_cost(*var, -prices[member] * value);
        }
    }
    let found = Simplex.solve(&program);
    let constant: f64 = prices.iter().zip(&parts.constants).map(|(price, u0)| price * u0).sum();
    (found.status == Status::Optimal).then_some(constant - found.objective)
}

/// The linear gap of an alpha-fair point, relative to what it may be; members without a gain are left out.
fn linear_gap(set: &UtilitySet, point: &Point, alpha: f64, weights: &[f64]) -> f64 {
    let gaining = |u: f64| u > 1e-12;
    let price = |(u, w): (&f64, &f64)| if gaining(*u) { w * u.powf(-alpha) } else { 0.0 };
    let prices: Vec<f64> = point.utilities.iter().zip(weights).map(price).collect();
    let worth: f64 = prices.iter().zip(&point.utilities).map(|(price, u)| price * u).sum();
    let largest = prices.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let scaled: Vec<f64> = prices.iter().map(|price| price / largest).collect();
    let best = greatest(set, &scaled, &vec![0.0; prices.len()]).expect("solvable") * largest;
    (best - worth) / worth.max(1.0)
}

/// The largest `prices * u` with `u >= floors`. A program with the floors themselves may be empty by rounding, so two
/// with floors a little lower are carried on to none.
fn greatest_over(set: &UtilitySet, prices: &[f64], floors: &[f64], size: f64) -> f64 {
    let lower = |hair: f64| floors.iter().map(|floor| floor - hair * size).collect::<Vec<f64>>();
    let at = |hair: f64| greatest(set, prices, &lower(hair)).expect("solvable");
    2.0 * at(1e-10) - at(2e-10)
}

/// The size of the largest utility.
fn size_of(point: &Point) -> f64 {
    point.utilities.iter().fold(1e-9, |most: f64, u| most.max(u.abs()))
}

/// How far anybody could rise with nobody falling, relative to the largest utility.
fn waste(set: &UtilitySet, point: &Point) -> f64 {
    let total: f64 = point.utilities.iter().sum();
    let prices = vec![1.0; point.utilities.len()];
    (greatest_over(set, &prices, &point.utilities, size_of(point)) - total) / size_of(point)
}

/// How far a decision is outside the set, relative to the numbers of its row.
fn outside(set: &UtilitySet, point: &Point) -> f64 {
    let parts = set.parts();
    let sum = |row: &[f64]| row.iter().zip(&point.decisions).map(|(a, x)| a * x).sum::<f64>();
    let size = |row: &[f64]| row.iter().zip(&point.decisions).map(|(a, x)| (a * x).abs()).sum::<f64>();
    let over = parts
        .rows
        .iter()
        .zip(&parts.limits)
        .map(|(row, limit)| (sum(row) - limit) / size(row).max(limit.abs()).max(1e-9));
    let bounds = point.decisions.iter().zip(&parts.upper).map(|(x, upper)| (-x).max(x - upper));
    over.chain(bounds).fold(0.0, f64::max)
}

/// Random sets: one resource that all decisions use, other rows of either sign, utilities that may hurt each other, and
/// for some an equation.
fn sets() -> impl Strategy<Value = UtilitySet> {
    (2..=6_usize, 2..=8_usize, 0..=5_usize).prop_flat_map(|(members, decisions, rows)| {
        let uses = prop::collection::vec(0.5..2.0_f64, decisions);
        let entry = prop_oneof![2 => Just(0.0), 1 => (-4..=12_i32).prop_map(|value| f64::from(value) / 4.0)];
        let row = prop::collection::vec(entry, decisions);
        let others = prop::collection::vec((row.clone(), 1.0..10.0_f64), rows);
        let utilities = prop::collection::vec(row, members);
        (uses, 5.0..20.0_f64, others, utilities, prop::bool::weighted(0.3)).prop_map(random_set)
    })
}

type Drawn = (Vec<f64>, f64, Vec<(Vec<f64>, f64)>, Vec<Vec<f64>>, bool);

fn random_set((uses, total, others, mut utilities, equation): Drawn) -> UtilitySet {
    let decisions = uses.len();
    for (member, row) in utilities.iter_mut().enumerate() {
        row[member % decisions] = row[member % decisions].abs() + 1.0;
    }
    let (mut rows, mut limits): (Vec<_>, Vec<_>) = others.into_iter().unzip();
    if equation {
        rows.push(uses.iter().map(|use_| -use_).collect());
        limits.push(-total);
    }
    rows.push(uses);
    limits.push(total);
    let parts = Polyhedron { rows, limits, utilities, ..Polyhedron::default() };
    let loose =
        Polyhedron { limits: parts.limits.iter().map(|limit| limit.abs()).collect(), ..parts.clone() };
    UtilitySet::new(parts).or_else(|_| UtilitySet::new(loose)).expect("without the equation zero is a point")
}

/// Every solution that has no parameters of its own, where nobody's least utility is below zero.
fn solutions(set: &UtilitySet) -> Vec<(&'static str, Result<Point, WelfareError>)> {
    let omega = gini_weights(set.members());
    let order: Vec<usize> = (0..set.members()).rev().collect();
    vec![
        ("total", alpha_fair(set, 0.0, &[], &[])),
        ("half", alpha_fair(set, 0.5, &[], &[])),
        ("nash", nash(set, &[], &[])),
        ("delay", alpha_fair(set, 2.0, &[], &[])),
        ("ten", alpha_fair(set, 10.0, &[], &[])),
        ("kalai-smorodinsky", kalai_smorodinsky(set, &[], &[])),
        ("egalitarian", egalitarian(set, &[], &[])),
        ("leximin", leximin(set, &[], &[])),
        ("gini", ordered_weighted(set, &omega)),
        ("priority", priority(set, &order)),
    ]
}

/// What of a rule's point is the same to the last digits however its program is written: a greatest welfare that is
/// linear may nearly be reached by other points far away.
fn settled_by(rule: &str, point: &Point) -> Vec<f64> {
    match rule {
        "total" => vec![point.utilities.iter().sum()],
        "gini" => vec![gini_welfare(point)],
        _ => point.utilities.clone(),
    }
}

fn gini_welfare(point: &Point) -> f64 {
    let mut u = point.utilities.clone();
    u.sort_by(f64::total_cmp);
    u.iter().zip(gini_weights(u.len())).map(|(u, omega)| u * omega).sum()
}

/// Whether an error says that the set gives no answer, not that the method found none.
fn is_about_the_set(problem: &WelfareError) -> bool {
    matches!(problem, WelfareError::OutOfReach { .. } | WelfareError::NoGain { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, rng_seed: RngSeed::Fixed(1950), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_solution_is_feasible_and_wastes_nothing(set in sets()) {
        for (rule, found) in solutions(&set) {
            match found {
                Ok(point) => {
                    prop_assert!(outside(&set, &point) < 1e-9, "{rule} {point:?}");
                    prop_assert!(waste(&set, &point) < 1e-7, "{rule} {point:?} {:e}", waste(&set, &point));
                }
                Err(problem) => prop_assert!(is_about_the_set(&problem), "{rule} {problem}"),
            }
        }
    }

    #[test]
    fn alpha_fair_points_are_proved_by_the_linear_gap(set in sets(), spread in 0.0..2.0_f64) {
        let weights: Vec<f64> = (0..set.members()).map(|at| 10.0_f64.powf(spread * (at as f64 / 3.0 - 1.0))).collect();
        for alpha in [0.5, 1.0, 2.0, 3.0, 5.0, 10.0] {
            match alpha_fair(&set, alpha, &weights, &[]) {
                Ok(point) => {
                    let gap = linear_gap(&set, &point, alpha, &weights);
                    prop_assert!(gap < 1e-8, "alpha {alpha}: {gap:e} {point:?}");
                }
                Err(problem) => prop_assert!(is_about_the_set(&problem), "alpha {alpha}: {problem}"),
            }
        }
    }

    #[test]
    fn nobody_can_rise_in_leximin_without_lowering_someone_no_larger(set in sets(), d in -1.0..1.0_f64) {
        let weights: Vec<f64> = (0..set.members()).map(|at| 1.0 + at as f64 / 2.0).collect();
        let d = vec![d; set.members()];
        let point = leximin(&set, &weights, &d).expect("bounded");
        let share = |member: usize| (point.utilities[member] - d[member]) / weights[member];
        let size = size_of(&point);
        for member in 0..set.members() {
            let lower = |other: usize| share(other) <= share(member) + 1e-9 * size;
            let floor = |other: usize| if lower(other) { point.utilities[other] } else { -INF };
            let floors: Vec<f64> = (0..set.members()).map(floor).collect();
            let prices: Vec<f64> = (0..set.members()).map(|at| f64::from(u8::from(at == member))).collect();
            let rise = greatest_over(&set, &prices, &floors, size) - point.utilities[member];
            prop_assert!(rise < 1e-8 * size, "member {member} can rise by {rise:e}: {point:?}");
        }
    }

    #[test]
    fn a_large_alpha_comes_near_leximin(set in sets()) {
        let even = leximin(&set, &[], &[]).expect("bounded");
        if let Ok(point) = alpha_fair(&set, 1e6, &[], &[]) {
            let size = size_of(&even);
            assert_near(&point.utilities, &even.utilities, 1e-3 * size);
        }
    }

    #[test]
    fn units_decide_nothing(set in sets(), powers in prop::collection::vec(-6..=6_i32, 16)) {
        let parts = set.parts().clone();
        let unit = |at: usize| 10.0_f64.powi(powers[at % powers.len()]);
        let columns = |row: &Vec<f64>| row.iter().enumerate().map(|(at, value)| value * unit(at)).collect();
        let rows = parts.rows.iter().map(columns).collect();
        let utilities = parts.utilities.iter().map(columns).collect();
        let other = UtilitySet::new(Polyhedron { rows, utilities, upper: vec![], ..parts }).expect("a point");
        for ((rule, here), (_, there)) in solutions(&set).into_iter().zip(solutions(&other)) {
            match (here, there) {
                (Ok(here), Ok(there)) => {
                    let size = size_of(&here);
                    let (left, right) = (settled_by(rule, &here), settled_by(rule, &there));
                    let apart = left.iter().zip(&right).map(|(a, b)| (a - b).abs());
                    prop_assert!(apart.fold(0.0, f64::max) < 1e-7 * size, "{rule} {here:?} {there:?}");
                }
                (Err(here), Err(there)) => prop_assert!(is_about_the_set(&here) && is_about_the_set(&there)),
                (here, there) => prop_assert!(false, "{rule} {here:?} {there:?}"),
            }
        }
    }

    #[test]
    fn nash_and_kalai_smorodinsky_do_not_know_the_unit_of_a_utility(
        set in sets(),
        powers in prop::collection::vec(-5..=5_i32, 6),
    ) {
        let parts = set.parts().clone();
        let unit = |at: usize| 10.0_f64.powi(powers[at]);
        let utilities: Vec<Vec<f64>> = parts.utilities.iter().enumerate()
            .map(|(at, row)| row.iter().map(|value| value * unit(at)).collect()).collect();
        let other = UtilitySet::new(Polyhedron { utilities, ..parts }).expect("a point");
        for rule in [nash, kalai_smorodinsky] {
            let (Ok(here), Ok(there)) = (rule(&set, &[], &[]), rule(&other, &[], &[])) else { continue };
            let size = size_of(&here);
            let back: Vec<f64> = there.utilities.iter().enumerate().map(|(at, u)| u / unit(at)).collect();
            assert_near(&back, &here.utilities, 1e-7 * size);
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter(set in sets()) {
        let mut parts = set.parts().clone();
        parts.utilities.reverse();
        let other = UtilitySet::new(parts).expect("a point");
        let rules = solutions(&set).into_iter().zip(solutions(&other)).filter(|((rule, _), _)| *rule != "priority");
        for ((rule, here), (_, there)) in rules {
            let (Ok(here), Ok(mut there)) = (here, there) else { continue };
            there.utilities.reverse();
            let size = size_of(&here);
            let (left, right) = (settled_by(rule, &here), settled_by(rule, &there));
            let apart = left.iter().zip(&right).map(|(a, b)| (a - b).abs());
            prop_assert!(apart.fold(0.0, f64::max) <= 1e-7 * size, "{rule} {here:?} {there:?}");
        }
    }

    #[test]
    fn a_weight_of_two_counts_as_two_members(set in sets(), alpha in 0.3..5.0_f64) {
        let mut parts = set.parts().clone();
        parts.utilities.push(parts.utilities[0].clone());
        parts.constants.push(0.0);
        let twice = UtilitySet::new(parts).expect("a point");
        let mut weights = vec![1.0; set.members()];
        weights[0] = 2.0;
        if let Ok(weighted) = alpha_fair(&set, alpha, &weights, &[]) {
            let doubled = alpha_fair(&twice, alpha, &[], &[]).expect("as well");
            let size = size_of(&weighted);
            assert_near(&doubled.utilities[..set.members()], &weighted.utilities, 1e-7 * size);
        }
    }

    #[test]
    fn no_other_solution_has_a_greater_gini_welfare(set in sets()) {
        let best = gini_welfare(&ordered_weighted(&set, &gini_weights(set.members())).expect("bounded"));
        for (rule, found) in solutions(&set) {
            if let Ok(point) = found {
                prop_assert!(gini_welfare(&point) <= best + 1e-9 * best.abs().max(1.0), "{rule} {point:?}");
            }
        }
    }
}
