//! Sharing a river: that awards flow downhill, that the best use is the best, and that its divisions are
//! in the core, on random rivers.

use mirab::fairness::claims::Rule;
use mirab::fairness::games::Coalition;
use mirab::fairness::river::{
    Benefit, Piece, QuadraticBenefit, River, RiverError, greatest_total, sequential, territorial_integrity,
    territorial_sovereignty,
};
use mirab::solver::Solver;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::program::{ConvexTerm, Label, Program, Var};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const NEAR: f64 = 1e-9;

fn quick() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::with_cases(150)
    }
}

/// Some zeros among the numbers, and some that occur twice.
fn amounts(most: f64) -> impl Strategy<Value = f64> {
    prop_oneof![5 => 0.0..most, 1 => Just(0.0), 1 => Just(0.5 * most)]
}

fn quadratic() -> impl Strategy<Value = QuadraticBenefit> {
    let curvature = prop_oneof![4 => 0.2..4.0_f64, 1 => Just(0.0)];
    (amounts(20.0), curvature).prop_map(|(slope, curvature)| QuadraticBenefit { slope, curvature })
}

/// Straight pieces with slopes on a coarse grid, so that members often agree on one.
fn straight() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec((amounts(5.0), 0..6_u8), 0..4).prop_map(|mut pieces| {
        pieces.sort_by_key(|(_, slope)| std::cmp::Reverse(*slope));
        pieces.into_iter().map(|(width, slope)| Piece { width, slope: f64::from(slope) }).collect()
    })
}

fn benefit() -> impl Strategy<Value = Benefit> {
    prop_oneof![quadratic().prop_map(Benefit::Quadratic), straight().prop_map(Benefit::PiecewiseLinear)]
}

fn rivers() -> impl Strategy<Value = (Vec<f64>, Vec<Benefit>)> {
    prop::collection::vec((amounts(12.0), benefit()), 1..6).prop_map(|river| river.into_iter().unzip())
}

fn claimed() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    prop::collection::vec((amounts(50.0), amounts(80.0)), 1..7).prop_map(|river| river.into_iter().unzip())
}

fn river(inflows: &[f64], benefits: &[Benefit]) -> River {
    River::new(inflows.to_vec(), benefits.to_vec()).expect("it is a river")
}

/// How much of the water that arises down to each member is left there.
fn left(inflows: &[f64], uses: &[f64]) -> Vec<f64> {
    let mut left = 0.0;
    let mut flow = |(inflow, used): (&f64, &f64)| {
        left += inflow - used;
        left
    };
    inflows.iter().zip(uses).map(&mut flow).collect()
}

fn flows_downhill(inflows: &[f64], uses: &[f64]) -> bool {
    uses.len() == inflows.len() && left(inflows, uses).iter().all(|left| *left >= -NEAR)
}

/// A program that minimises the negative total benefit along the river, and its optimum by Clarabel.
fn best_by_program(inflows: &[f64], benefits: &[Benefit]) -> f64 {
    let mut program = Program::new();
    let name = program.name("member");
    let label = Label { family: "use", element: name, period: None };
    let mut parts: Vec<Vec<Var>> = Vec::new();
    let mut constant = 0.0;
    for benefit in benefits {
        let pieces = match benefit {
            Benefit::PiecewiseLinear(pieces) => pieces.clone(),
            Benefit::Quadratic(QuadraticBenefit { slope, curvature }) if *curvature == 0.0 => {
                vec![Piece { width: 1e3, slope: *slope }]
            }
            Benefit::Quadratic(QuadraticBenefit { slope, curvature }) => {
                let target = slope / curvature;
                let var = program.add_variable(label, 0.0, target);
                program.add_convex(ConvexTerm::Quadratic { var, weight: *curvature, target });
                constant += 0.5 * curvature * target * target;
                parts.push(vec![var]);
                continue;
            }
        };
        let variable = |piece: &Piece| {
            let var = program.add_variable(label, 0.0, piece.width);
            program.add_cost(var, -piece.slope);
            var
        };
        parts.push(pieces.iter().map(variable).collect());
    }
    let mut water = 0.0;
    for (member, inflow) in inflows.iter().enumerate() {
        water += inflow;
        let row = program.add_row(label, f64::NEG_INFINITY, water);
        parts[..=member].iter().flatten().for_each(|var| program.add_term(row, *var, 1.0));
    }
    let solution = Clarabel::default().solve(&program);
    assert!(solution.is_usable(), "{:?}", solution.status);
    constant - solution.objective
}

/// What a further drop is worth to a member.
fn marginal(benefit: &QuadraticBenefit, used: f64) -> f64 {
    (benefit.slope - benefit.curvature * used).max(0.0)
}

fn coalitions(members: usize) -> impl Iterator<Item = Coalition> {
    (0..1_u32 << members).map(Coalition)
}

fn sum_of(welfare: &[f64], coalition: Coalition) -> f64 {
    welfare.iter().enumerate().filter(|(member, _)| coalition.0 >> member & 1 == 1).map(|(_, z)| z).sum()
}

/// How far a number may be off, in money, by rounding.
fn cent(river: &River) -> f64 {
    NEAR * river.benefits(&river.efficient()).iter().sum::<f64>().max(1.0)
}

fn rules() -> impl Iterator<Item = Rule> {
    Rule::ALL.iter().copied().filter(|rule| !rule.takes_weights())
}

proptest! {
    #![proptest_config(quick())]

    #[test]
    fn the_best_use_flows_downhill_and_is_that_of_a_convex_program((inflows, benefits) in rivers()) {
        let river = river(&inflows, &benefits);
        let uses = river.efficient();
        prop_assert!(flows_downhill(&inflows, &uses), "{uses:?}");
        prop_assert!(uses.iter().all(|used| *used >= 0.0));
        let found: f64 = river.benefits(&uses).iter().sum();
        let wanted = best_by_program(&inflows, &benefits);
        // The use is feasible, so it can only fall short; the program is solved to some digits only.
        prop_assert!(found >= wanted - 1e-6 * wanted.max(1.0), "{found} is below {wanted}");
        prop_assert!(found <= wanted + 1e-4 * wanted.max(1.0), "{found} is above {wanted}");
    }

    /// The conditions of Karush, Kuhn and Tucker as exchanges: no drop moved downstream, upstream where
    /// it may, or taken from the mouth gains anything. They are sufficient, since benefits are concave.
    #[test]
    fn no_drop_of_the_best_use_is_worth_more_elsewhere(
        members in prop::collection::vec((amounts(12.0), quadratic()), 1..9),
    ) {
        let (inflows, benefits): (Vec<f64>, Vec<QuadraticBenefit>) = members.into_iter().unzip();
        let uses = River::new(inflows.clone(), benefits.clone()).expect("it is a river").efficient();
        let left = left(&inflows, &uses);
        let worth: Vec<f64> = benefits.iter().zip(&uses).map(|(benefit, used)| marginal(benefit, *used)).collect();
        for above in 0..uses.len() {
            let spare = left[above..].iter().copied().fold(f64::INFINITY, f64::min);
            prop_assert!(spare <= NEAR || worth[above] <= NEAR);
            for below in above + 1..uses.len() {
                prop_assert!(uses[above] <= NEAR || worth[below] <= worth[above] + NEAR);
                let free = left[above..below].iter().all(|left| *left > NEAR);
                prop_assert!(!free || uses[below] <= NEAR || worth[above] <= worth[below] + NEAR);
            }
        }
    }

    #[test]
    fn one_pot_is_a_river_whose_water_all_arises_at_the_source(
        quantity in amounts(40.0), benefits in prop::collection::vec(benefit(), 1..6),
    ) {
        let mut inflows = vec![0.0; benefits.len()];
        inflows[0] = quantity;
        let river = river(&inflows, &benefits);
        let pot = greatest_total(quantity, &benefits).expect("it is a pot");
        prop_assert!(pot.iter().sum::<f64>() <= quantity + NEAR);
        let (one, other): (f64, f64) =
            (river.benefits(&pot).iter().sum(), river.benefits(&river.efficient()).iter().sum());
        prop_assert!((one - other).abs() <= cent(&river));
    }

    #[test]
    fn the_three_divisions_are_efficient_and_in_the_core_and_their_transfers_sum_to_nothing(
        (inflows, benefits) in rivers(),
    ) {
        let river = river(&inflows, &benefits);
        let cent = cent(&river);
        let total: f64 = river.benefits(&river.efficient()).iter().sum();
        for welfare in [river.downstream_incremental(), river.upstream_incremental(), river.equal_loss()] {
            prop_assert!((welfare.iter().sum::<f64>() - total).abs() <= cent);
            for coalition in coalitions(river.members()) {
                prop_assert!(sum_of(&welfare, coalition) >= river.worth(coalition) - cent);
            }
            let transfers = river.transfers(&welfare).expect("there is one for each member");
            prop_assert!(transfers.iter().sum::<f64>().abs() <= cent);
        }
    }

    #[test]
    fn the_downstream_incremental_distribution_is_within_every_aspiration((inflows, benefits) in rivers()) {
        let river = river(&inflows, &benefits);
        let welfare = river.downstream_incremental();
        for coalition in coalitions(river.members()) {
            prop_assert!(sum_of(&welfare, coalition) <= river.aspiration(coalition) + cent(&river));
        }
    }

    #[test]
    fn worth_grows_with_what_others_let_pass_and_the_game_is_convex((inflows, benefits) in rivers()) {
        let river = river(&inflows, &benefits);
        let cent = cent(&river);
        for one in coalitions(river.members()) {
            prop_assert!(river.worth(one) <= river.worth_if_passed(one) + cent);
            prop_assert!(river.worth_if_passed(one) <= river.aspiration(one) + cent);
            for two in coalitions(river.members()) {
                let [either, both] = [Coalition(one.0 | two.0), Coalition(one.0 & two.0)];
                let (joint, apart) = (river.worth(either) + river.worth(both), river.worth(one) + river.worth(two));
                prop_assert!(joint >= apart - cent);
            }
        }
    }

    #[test]
    fn awards_from_claims_flow_downhill_and_lie_between_nothing_and_the_claim((inflows, claims) in claimed()) {
        let shared = rules().map(|rule| sequential(&inflows, &claims, rule));
        let doctrines = [territorial_sovereignty(&inflows, &claims), territorial_integrity(&inflows, &claims)];
        for awards in shared.chain(doctrines) {
            let awards = awards.expect("it is a river");
            prop_assert!(flows_downhill(&inflows, &awards));
            prop_assert!(awards.iter().zip(&claims).all(|(award, claim)| (0.0..=*claim).contains(award)));
        }
    }

    #[test]
    fn the_two_doctrines_use_the_same_water_and_serve_opposite_ends_first((inflows, claims) in claimed()) {
        let from_source = territorial_sovereignty(&inflows, &claims).expect("it is a river");
        let from_mouth = territorial_integrity(&inflows, &claims).expect("it is a river");
        let (one, other): (f64, f64) = (from_source.iter().sum(), from_mouth.iter().sum());
        prop_assert!((one - other).abs() <= NEAR);
        let last = claims.len() - 1;
        prop_assert_eq!(from_source[0], claims[0].min(inflows[0]));
        prop_assert!((from_mouth[last] - claims[last].min(inflows.iter().sum())).abs() <= NEAR);
        for rule in [Rule::Proportional, Rule::Cea, Rule::Cel, Rule::Talmud] {
            let shared = sequential(&inflows, &claims, rule).expect("it is a river");
            prop_assert!(shared[0] <= from_source[0] + NEAR);
            prop_assert!(shared[last] <= from_mouth[last] + NEAR);
        }
    }

    #[test]
    fn more_water_at_the_source_gives_nobody_less((inflows, claims) in claimed(), more in 0.0..60.0_f64) {
        let mut wetter = inflows.clone();
        wetter[0] += more;
        for rule in [Rule::Proportional, Rule::Cea, Rule::Cel, Rule::Talmud] {
            let before = sequential(&inflows, &claims, rule).expect("it is a river");
            let after = sequential(&wetter, &claims, rule).expect("it is a river");
            prop_assert!(before.iter().zip(&after).all(|(before, after)| *after >= before - NEAR));
        }
    }

    #[test]
    fn a_greater_claim_lets_no_less_water_pass_to_its_owner_who_gets_no_less(
        (inflows, claims) in claimed(), at in any::<prop::sample::Index>(), more in 0.0..30.0_f64,
    ) {
        let at = at.index(claims.len());
        let mut greater = claims.clone();
        greater[at] += more;
        for rule in [Rule::Proportional, Rule::Cea, Rule::Cel, Rule::Talmud] {
            let before = sequential(&inflows, &claims, rule).expect("it is a river");
            let after = sequential(&inflows, &greater, rule).expect("it is a river");
            let passed = [&before, &after].map(|awards| left(&inflows[..at], &awards[..at]));
            prop_assert!(passed[0].iter().zip(&passed[1]).all(|(before, after)| *after >= before - NEAR));
            prop_assert!(after[0] <= before[0] + NEAR || at == 0);
            prop_assert!(after[at] >= before[at] - NEAR);
        }
    }
}

fn equal_benefits(members: usize) -> Vec<QuadraticBenefit> {
    vec![QuadraticBenefit { slope: 10.0, curvature: 1.0 }; members]
}

/// Inflows and claims of Ansink and Weikard (2012).
const SHARED: [[f64; 4]; 2] = [[80.0, 10.0, 10.0, 10.0], [50.0, 10.0, 20.0, 90.0]];

/// The awards of the table under `tests/cases/`, and by hand those of Talmud. At each of the first three the
/// water is above half of the two claims, and the smaller claim, 50, 10 and 20 against rest claims of 90, 90
/// and 80, cannot bear half of the loss above its own half: it is awarded that half.
#[test]
fn sequential_sharing_has_the_known_awards() {
    let known = [
        (Rule::Proportional, [200.0 / 7.0, 43.0 / 7.0, 457.0 / 35.0, 2178.0 / 35.0]),
        (Rule::Cea, [40.0, 10.0, 20.0, 40.0]),
        (Rule::Cel, [20.0, 0.0, 10.0, 80.0]),
        (Rule::Talmud, [25.0, 5.0, 10.0, 70.0]),
    ];
    for (rule, known) in known {
        let awards = sequential(&SHARED[0], &SHARED[1], rule).expect("it is a river");
        let near = |(one, two): (&f64, &f64)| (one - two).abs() <= NEAR;
        assert!(awards.iter().zip(&known).all(near), "{}: {awards:?}", rule.name());
    }
}

#[test]
fn a_river_with_water_for_all_gives_every_claim() {
    for rule in rules() {
        assert_eq!(sequential(&[100.0, 0.0, 5.0], &[30.0, 40.0, 35.0], rule), Ok(vec![30.0, 40.0, 35.0]));
    }
}

#[test]
fn one_member_takes_what_arises_up_to_its_claim() {
    for (inflow, claim) in [(10.0, 4.0), (4.0, 10.0), (0.0, 10.0), (10.0, 0.0)] {
        let award = Ok(vec![f64::min(inflow, claim)]);
        assert_eq!(sequential(&[inflow], &[claim], Rule::Proportional), award);
        assert_eq!(territorial_sovereignty(&[inflow], &[claim]), award);
        assert_eq!(territorial_integrity(&[inflow], &[claim]), award);
    }
    let alone = River::new(vec![4.0], equal_benefits(1)).expect("it is a river");
    assert_eq!((alone.efficient(), alone.downstream_incremental()), (vec![4.0], vec![32.0]));
    assert_eq!((alone.upstream_incremental(), alone.equal_loss()), (vec![32.0], vec![32.0]));
}

#[test]
fn nobody_takes_water_that_is_worth_nothing_to_it() {
    let river = River::new(vec![100.0, 50.0], equal_benefits(2)).expect("it is a river");
    assert_eq!(river.efficient(), [10.0, 10.0]);
    assert_eq!(river.downstream_incremental(), [50.0, 50.0]);
    assert_eq!(river.benefits(&[100.0, 0.0]), [50.0, 0.0]);
    assert_eq!(greatest_total(100.0, &equal_benefits(2)), Ok(vec![10.0, 10.0]));
}

#[test]
fn a_dry_river_is_worth_nothing_and_a_dry_member_draws_on_those_above() {
    let dry = River::new(vec![0.0, 0.0], equal_benefits(2)).expect("it is a river");
    assert_eq!((dry.efficient(), dry.equal_loss()), (vec![0.0, 0.0], vec![0.0, 0.0]));
    let half_dry = River::new(vec![8.0, 0.0], equal_benefits(2)).expect("it is a river");
    assert_eq!(half_dry.efficient(), [4.0, 4.0]);
    assert_eq!(half_dry.downstream_incremental(), [48.0, 16.0]);
}

#[test]
fn of_equal_straight_benefits_the_last_member_is_served_first() {
    let line = QuadraticBenefit { slope: 3.0, curvature: 0.0 };
    assert_eq!(greatest_total(5.0, &[line, line]), Ok(vec![0.0, 5.0]));
    let pieces = |pieces: &[(f64, f64)]| {
        Benefit::PiecewiseLinear(pieces.iter().map(|&(width, slope)| Piece { width, slope }).collect())
    };
    let river = River::new(vec![6.0, 1.0], vec![pieces(&[(2.0, 9.0), (4.0, 1.0)]), pieces(&[(3.0, 5.0)])]);
    let river = river.expect("it is a river");
    assert_eq!(river.efficient(), [4.0, 3.0]);
    assert_eq!(river.benefits(&river.efficient()), [20.0, 15.0]);
}

/// On the river 8, 0, 0 members 1 and 3 would gain by leaving if 2 let their water pass.
#[test]
fn if_others_let_water_pass_the_downstream_incremental_distribution_may_be_outside_the_core() {
    let river = River::new(vec![8.0, 0.0, 0.0], equal_benefits(3)).expect("it is a river");
    let ends = Coalition(0b101);
    let held = sum_of(&river.downstream_incremental(), ends);
    assert!(river.worth(ends) <= held && held < river.worth_if_passed(ends), "{held}");
}

#[test]
fn the_game_of_a_river_holds_the_worth_of_every_coalition() {
    let river = River::new(vec![8.0, 2.0, 2.0], equal_benefits(3)).expect("it is a river");
    let game = river.game().expect("three can play");
    assert!(coalitions(3).all(|coalition| game.worth(coalition) == river.worth(coalition)));
    let long = River::new(vec![1.0; 40], equal_benefits(40)).expect("it is a river");
    assert!(long.game().is_err());
    assert_eq!(long.worth(Coalition(u32::MAX)), 32.0 * 9.5);
}

#[test]
fn what_makes_no_river_is_refused_by_name() {
    let shared = |inflows: &[f64], claims: &[f64]| sequential(inflows, claims, Rule::Cea);
    assert_eq!(shared(&[], &[]), Err(RiverError::NoMember));
    assert_eq!(shared(&[1.0], &[1.0, 2.0]), Err(RiverError::Count { what: "claims", found: 2, members: 1 }));
    let negative = RiverError::Negative { what: "claim", member: 2, value: -3.0 };
    assert_eq!(shared(&[1.0, 2.0], &[1.0, -3.0]), Err(negative.clone()));
    assert_eq!(negative.to_string(), "the claim of member 2 is -3; it must be a number, 0 or more");
    assert!(matches!(
        shared(&[f64::NAN], &[1.0]),
        Err(RiverError::Negative { what: "inflow", member: 1, .. })
    ));
    let weighted =
        Rule::ALL.iter().copied().find(|rule| rule.takes_weights()).expect("some rules take weights");
    assert_eq!(sequential(&[1.0], &[1.0], weighted), Err(RiverError::Weighted(weighted.name())));
}

#[test]
fn what_makes_no_benefit_or_welfare_is_refused_by_name() {
    let one = |benefit: Benefit| River::new(vec![1.0], vec![benefit]).expect_err("it is no benefit");
    let quadratic = |slope, curvature| Benefit::Quadratic(QuadraticBenefit { slope, curvature });
    assert_eq!(one(quadratic(-1.0, 1.0)), RiverError::Negative { what: "slope", member: 1, value: -1.0 });
    assert!(matches!(one(quadratic(1.0, f64::INFINITY)), RiverError::Negative { what: "curvature", .. }));
    let steeper = [1.0, 2.0].map(|slope| Piece { width: 1.0, slope });
    assert_eq!(
        one(Benefit::PiecewiseLinear(steeper.to_vec())),
        RiverError::NotConcave { member: 1, piece: 2 }
    );
    let nobody = River::new(vec![], Vec::<Benefit>::new());
    assert_eq!(nobody, Err(RiverError::NoMember));
    let count = RiverError::Count { what: "benefits", found: 2, members: 1 };
    assert_eq!(River::new(vec![1.0], equal_benefits(2)), Err(count));
    let river = River::new(vec![1.0], equal_benefits(1)).expect("it is a river");
    assert_eq!(river.transfers(&[]), Err(RiverError::Count { what: "welfares", found: 0, members: 1 }));
    assert!(matches!(river.transfers(&[f64::NAN]), Err(RiverError::Welfare { member: 1, .. })));
    assert_eq!(greatest_total::<QuadraticBenefit>(1.0, &[]), Err(RiverError::NoMember));
    assert_eq!(greatest_total(-1.0, &equal_benefits(1)), Err(RiverError::Quantity(-1.0)));
}
