//! The nuclei by their certificates, the core and the least core, on random games.

use super::random::{any_game, balanced_game, quick, random_game, superadditive_game};
use super::{close, game_of, size};
use mirab::fairness::games::{
    Coalition, Game, core_is_empty, in_core, is_nucleolus, is_percapita_nucleolus, is_prenucleolus,
    least_core, nucleolus, percapita_nucleolus, prenucleolus,
};
use proptest::prelude::*;

#[test]
fn the_nucleolus_of_ten_and_twelve_players_has_a_certificate() {
    for (players, seed) in [(10, 1), (10, 2), (12, 3)] {
        let game = random_game(players, seed);
        assert!(is_nucleolus(&game, &nucleolus(&game).unwrap(), 1e-8).unwrap());
        assert!(is_prenucleolus(&game, &prenucleolus(&game).unwrap(), 1e-8).unwrap());
    }
}

#[test]
fn the_certificate_refuses_what_is_close_to_the_nucleolus() {
    let game = random_game(6, 5);
    let shares = nucleolus(&game).unwrap();
    for (gives, takes) in [(0, 1), (2, 5), (4, 3)] {
        let mut other = shares.clone();
        other[gives] -= 1e-4;
        other[takes] += 1e-4;
        assert!(!is_nucleolus(&game, &other, 1e-8).unwrap());
        assert!(!is_prenucleolus(&game, &other, 1e-8).unwrap());
    }
    assert!(!is_nucleolus(&game, &shares.iter().map(|share| share + 1.0).collect::<Vec<_>>(), 1e-8).unwrap());
}

/// The largest excess of a coalition that is not empty and not all.
fn largest_excess(game: &Game, shares: &[f64]) -> f64 {
    let proper =
        game.grand().subsets().filter(|coalition| !coalition.is_empty() && *coalition != game.grand());
    proper.map(|coalition| game.worth(coalition) - coalition.sum(shares)).fold(f64::NEG_INFINITY, f64::max)
}

proptest! {
    #![proptest_config(quick(256))]

    #[test]
    fn prenucleoli_have_kohlbergs_certificate(game in any_game(3..=6)) {
        let shares = prenucleolus(&game).unwrap();
        prop_assert!(is_prenucleolus(&game, &shares, 1e-9 * size(&game)).unwrap(), "{shares:?}");
    }

    #[test]
    fn nucleoli_have_kohlbergs_certificate(game in superadditive_game(3..=6)) {
        let shares = nucleolus(&game).unwrap();
        prop_assert!(is_nucleolus(&game, &shares, 1e-9 * size(&game)).unwrap(), "{shares:?}");
    }

    /// Where nobody lowers a coalition's worth, the prenucleolus gives nobody less than alone.
    #[test]
    fn nucleolus_and_prenucleolus_are_one_in_superadditive_games(game in superadditive_game(2..=7)) {
        close(&prenucleolus(&game).unwrap(), &nucleolus(&game).unwrap(), 1e-9 * size(&game));
    }

    #[test]
    fn percapita_nucleoli_have_kohlbergs_certificate(game in superadditive_game(3..=6)) {
        let shares = percapita_nucleolus(&game).unwrap();
        prop_assert!(is_percapita_nucleolus(&game, &shares, 1e-9 * size(&game)).unwrap(), "{shares:?}");
    }

    /// Every worth is 0 to 3, and those of all are what each alone needs: many floors bind.
    #[test]
    fn nucleoli_hold_where_floors_bind(worths in prop::collection::vec(0..4i32, 32), all in 0..4i32) {
        let worth = |s: Coalition| match s.size() {
            0 | 1 => 0.0,
            5 => f64::from(all),
            _ => f64::from(worths[s.0 as usize]),
        };
        let game = game_of(5, worth);
        let shares = nucleolus(&game).unwrap();
        prop_assert!(is_nucleolus(&game, &shares, 1e-9).unwrap(), "{shares:?}");
        prop_assert!(shares.iter().all(|share| *share >= -1e-11), "{shares:?}");
    }

    #[test]
    fn nuclei_of_games_with_a_core_are_in_it(game in balanced_game(2..=6)) {
        prop_assert!(!core_is_empty(&game).unwrap());
        let shares = nucleolus(&game).unwrap();
        prop_assert!(in_core(&game, &shares, 1e-9 * size(&game)).unwrap(), "{shares:?}");
        prop_assert!(in_core(&game, &percapita_nucleolus(&game).unwrap(), 1e-9 * size(&game)).unwrap());
        close(&prenucleolus(&game).unwrap(), &shares, 1e-9 * size(&game));
    }

    #[test]
    fn the_least_core_is_the_first_level_of_the_prenucleolus(game in any_game(2..=7)) {
        let least = least_core(&game).unwrap();
        let rounding = 1e-9 * size(&game);
        prop_assert!((least.epsilon - largest_excess(&game, &prenucleolus(&game).unwrap())).abs() <= rounding);
        prop_assert!((least.epsilon - largest_excess(&game, &least.shares)).abs() <= rounding);
        prop_assert_eq!(core_is_empty(&game).unwrap(), least.epsilon > rounding);
    }
}

proptest! {
    #![proptest_config(quick(48))]

    #[test]
    fn nuclei_of_seven_and_eight_players_have_certificates(game in any_game(7..=8)) {
        let shares = prenucleolus(&game).unwrap();
        prop_assert!(is_prenucleolus(&game, &shares, 1e-9 * size(&game)).unwrap(), "{shares:?}");
        if let Ok(shares) = nucleolus(&game) {
            prop_assert!(is_nucleolus(&game, &shares, 1e-9 * size(&game)).unwrap(), "{shares:?}");
        }
    }
}
