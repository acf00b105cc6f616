//! Random games: any, superadditive, with a core, large.

use super::game_of;
use mirab::fairness::games::{Coalition, Game};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Any worths at all, small whole numbers (so that much ties) or not.
pub fn any_game(players: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Game> {
    let of = |players: usize, worths: Vec<f64>| {
        let worth =
            |coalition: Coalition| if coalition.is_empty() { 0.0 } else { worths[coalition.0 as usize] };
        game_of(players, worth)
    };
    players.prop_flat_map(move |players| {
        let coalitions = 1 << players;
        prop_oneof![
            prop::collection::vec(-50.0..100.0, coalitions).prop_map(move |worths| of(players, worths)),
            prop::collection::vec((0..4i32).prop_map(f64::from), coalitions)
                .prop_map(move |worths| of(players, worths)),
        ]
    })
}

/// Games with imputations: what a coalition adds to the best split of it is not negative.
pub fn superadditive_game(players: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Game> {
    any_game(players).prop_map(|game| {
        let mut worths = vec![0.0; game.worths().len()];
        for coalition in game.grand().subsets() {
            let split = |part: Coalition| worths[part.0 as usize] + worths[(coalition.0 & !part.0) as usize];
            let best = coalition.subsets().filter(|part| *part != coalition).map(split);
            worths[coalition.0 as usize] = best.fold(game.worth(coalition), f64::max);
        }
        Game::new(game.players(), worths).unwrap()
    })
}

/// Games with a core: all together get what shares need that content every coalition.
pub fn balanced_game(players: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Game> {
    (any_game(players), prop::collection::vec(0.0..80.0, 6), any::<bool>()).prop_map(
        |(game, shares, tight)| {
            let worth = |coalition: Coalition| {
                let most = coalition.sum(&shares[..game.players()]);
                let all = coalition == game.grand();
                if all || tight && coalition.size() == 2 { most } else { game.worth(coalition).min(most) }
            };
            game_of(game.players(), worth)
        },
    )
}

/// Nobody is worth anything alone, all together as many as they are, and any others up to their size.
pub fn random_game(players: usize, seed: u64) -> Game {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut worths = vec![0.0; 1 << players];
    for coalition in Coalition::grand(players).subsets().filter(|coalition| coalition.size() > 1) {
        worths[coalition.0 as usize] = coalition.size() as f64 * random.random_range(0.0..1.0);
    }
    worths[(1 << players) - 1] = players as f64;
    Game::new(players, worths).unwrap()
}

pub fn quick(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1953),
        ..ProptestConfig::default()
    }
}
