//! Published answers, and games whose answer is known by hand.

use super::{close, game, game_of, lemaire, southern_india, tennessee};
use mirab::fairness::games::{
    Coalition, Game, GameError, LeastCore, Solution, core_is_empty, gately, in_core, is_nucleolus,
    least_core, loehman_power, nucleolus, shapley, shapley_shubik, stability_index,
};

#[test]
fn three_investors_share_as_published() {
    close(&shapley(&lemaire()), &[51750.0, 25875.0, 12375.0], 1e-9);
    close(&nucleolus(&lemaire()).unwrap(), &[52687.5, 24468.75, 12843.75], 1e-7);
}

#[test]
fn the_tennessee_valley_pays_as_published() {
    let shapley = Solution::Shapley.cost_shares(&tennessee(), None).unwrap();
    close(&shapley, &[117_829.0, 100_756.5, 193_998.5], 0.5);
    let nucleolus = Solution::Nucleolus.cost_shares(&tennessee(), None).unwrap();
    close(&nucleolus, &[116_234.0, 93_540.0, 202_810.0], 1.0);
}

#[test]
fn southern_india_shares_as_published() {
    close(&gately(&southern_india()).unwrap(), &[827.7049, 476.5574, 225.7377], 6e-5);
}

#[test]
fn a_runway_is_paid_by_those_who_need_its_parts() {
    let lengths = [8.0, 11.0, 13.0, 18.0];
    let longest =
        |coalition: Coalition| coalition.players().map(|player| lengths[player]).fold(0.0, f64::max);
    let shares = Solution::Shapley.cost_shares(&game_of(4, longest), None).unwrap();
    close(&shares, &[2.0, 3.0, 4.0, 9.0], 1e-12);
}

#[test]
fn the_single_right_glove_takes_all_in_the_nucleolus_and_two_thirds_in_shapley() {
    let gloves = game(3, &[("13", 1.0), ("23", 1.0), ("123", 1.0)]);
    close(&nucleolus(&gloves).unwrap(), &[0.0, 0.0, 1.0], 1e-12);
    close(&shapley(&gloves), &[1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0], 1e-15);
    assert!(!core_is_empty(&gloves).unwrap(), "one point is a core");
}

#[test]
fn maschlers_game_has_no_core_and_misses_twelve() {
    let maschler = game(3, &[("12", 60.0), ("13", 60.0), ("23", 60.0), ("123", 72.0)]);
    assert!(core_is_empty(&maschler).unwrap());
    assert!((least_core(&maschler).unwrap().epsilon - 12.0).abs() < 1e-10);
    close(&nucleolus(&maschler).unwrap(), &[24.0; 3], 1e-10);
}

/// The dual of a round weighs coalitions of which one is tight at a vertex only by chance (TU-TRAP-DEGEN).
#[test]
fn symmetric_games_are_shared_equally_whatever_ties() {
    for players in 2..=9 {
        let squares =
            game_of(players, |coalition| (coalition.size() * coalition.size().saturating_sub(1)) as f64);
        let each = vec![(players - 1) as f64; players];
        for solution in Solution::ALL.iter().filter(|solution| !solution.takes_weights()) {
            close(&solution.shares(&squares, None).unwrap(), &each, 1e-10);
        }
    }
}

#[test]
fn worthless_games_give_everybody_nothing() {
    for players in 1..=5 {
        let nothing = game_of(players, |_| 0.0);
        for solution in Solution::ALL {
            let weights = vec![2.0; players];
            let shares = solution.shares(&nothing, solution.takes_weights().then_some(&weights));
            match solution {
                Solution::Gately => assert!(matches!(shares, Err(GameError::NothingAdded { .. }))),
                _ => assert_eq!(shares.unwrap(), vec![0.0; players], "{}", solution.name()),
            }
        }
        assert_eq!(least_core(&nothing).unwrap(), LeastCore { epsilon: 0.0, shares: vec![0.0; players] });
    }
}

/// Tenths do not add up exactly: what rounding leaves must neither empty the imputations nor decide a share.
#[test]
fn additive_games_give_everybody_what_they_have_alone() {
    let alone = [0.1, 0.7, -0.3, 1e6, 0.2, 33.3];
    for order in [[0, 1, 2, 3, 4, 5], [5, 3, 1, 0, 2, 4]] {
        let sum = |coalition: Coalition| {
            order.iter().filter(|player| coalition.contains(**player)).map(|player| alone[*player]).sum()
        };
        let additive = game_of(6, sum);
        for solution in Solution::ALL.iter().filter(|solution| **solution != Solution::Gately) {
            let weights = solution.takes_weights().then_some(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..]);
            close(&solution.shares(&additive, weights).unwrap(), &alone, 1e-8);
            close(&solution.cost_shares(&additive, weights).unwrap(), &alone, 1e-8);
        }
        assert!(gately(&additive).is_err());
        assert!(!core_is_empty(&additive).unwrap());
    }
}

#[test]
fn a_single_player_has_the_worth_of_all() {
    let alone = Game::new(1, vec![0.0, 7.0]).unwrap();
    for solution in Solution::ALL.iter().filter(|solution| **solution != Solution::Gately) {
        let weights = solution.takes_weights().then_some(&[3.0][..]);
        assert_eq!(solution.shares(&alone, weights).unwrap(), [7.0], "{}", solution.name());
    }
    assert_eq!(least_core(&alone).unwrap(), LeastCore { epsilon: 0.0, shares: vec![7.0] });
    assert!(is_nucleolus(&alone, &[7.0], 0.0).unwrap());
}

#[test]
fn gatelys_point_can_leave_the_core_from_four_players_on() {
    let trio =
        game(4, &[("123", 10.0), ("124", 8.0), ("134", 8.0), ("234", 8.0), ("1234", 12.0), ("12", 7.0)]);
    let shares = gately(&trio).unwrap();
    assert!(!core_is_empty(&trio).unwrap() && !in_core(&trio, &shares, 1e-9).unwrap(), "{shares:?}");
}

#[test]
fn power_and_stability_follow_their_definitions() {
    let shares = shapley(&southern_india());
    // gains of 763 1/3, 483 1/3 and 283 1/3 of 1530: 2290, 1450 and 850 of 4590
    let power = [2290.0 / 4590.0, 1450.0 / 4590.0, 850.0 / 4590.0];
    close(&loehman_power(&southern_india(), &shares).unwrap(), &power, 1e-12);
    let squares: f64 = power.iter().map(|power| (power - 1.0 / 3.0_f64).powi(2)).sum();
    let index = |ddof| stability_index(&southern_india(), &shares, ddof).unwrap();
    assert!((index(1) - 3.0 * (squares / 2.0).sqrt()).abs() < 1e-12);
    assert!((index(0) - 3.0 * (squares / 3.0).sqrt()).abs() < 1e-12);
}

/// By hand: [6; 4, 3, 2, 1], orders counted.
#[test]
fn votes_are_counted_or_listed_to_the_same_power() {
    close(
        &shapley_shubik(&[4.0, 3.0, 2.0, 1.0], 6.0).unwrap(),
        &[5.0, 3.0, 3.0, 1.0].map(|n| n / 12.0),
        1e-12,
    );
    let votes = [12.0, 9.0, 9.0, 7.0, 3.0, 1.0, 1.0, 0.0];
    let counted = shapley_shubik(&votes, 22.0).unwrap();
    let halves: Vec<f64> = votes.iter().map(|votes| votes / 2.0).collect();
    close(&counted, &shapley_shubik(&halves, 11.0).unwrap(), 1e-12);
    assert_eq!(counted[7], 0.0);
}

/// The first decides when between 10 and 29 of the 40 others come before: 20 of 41 places.
#[test]
fn forty_one_voters_are_counted() {
    let votes = [vec![20.0], vec![1.0; 40]].concat();
    let power = shapley_shubik(&votes, 30.0).unwrap();
    assert!((power[0] - 20.0 / 41.0).abs() < 1e-12);
    assert!((power.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}
