//! What is refused, and in which words.

use super::{close, game, game_of, lemaire, southern_india};
use mirab::fairness::games::{
    Coalition, Game, GameError, Solution, gately, in_core, is_prenucleolus, loehman_power, nucleolus,
    percapita_nucleolus, prenucleolus, propensity_to_disrupt, shapley_sampled, shapley_shubik,
    stability_index, tau, weighted_shapley,
};

#[test]
fn a_wrong_game_is_refused_by_the_coalition() {
    let told = |result: Result<Game, GameError>| result.unwrap_err().to_string();
    let pairs =
        |pairs: &[(u32, f64)]| Game::from_pairs(3, pairs.iter().map(|(bits, v)| (Coalition(*bits), *v)));
    let all: Vec<(u32, f64)> = (1..8).map(|bits| (bits, 1.0)).collect();
    let without: Vec<(u32, f64)> = all.iter().copied().filter(|(bits, _)| *bits != 0b101).collect();
    assert!(pairs(&all).is_ok() && pairs(&[&all[..], &[(0, 0.0)]].concat()).is_ok());
    assert_eq!(told(pairs(&without)), "the worth of coalition 13 is missing");
    assert_eq!(told(pairs(&[&all[..], &[(0b101, 1.0)]].concat())), "coalition 13 is given a worth twice");
    assert_eq!(
        told(pairs(&[&all[..], &[(0, 0.0), (0, 0.0)]].concat())),
        "coalition of nobody is given a worth twice"
    );
    assert_eq!(told(pairs(&[(0b1001, 1.0)])), "coalition 14 names a player beyond the last, 3");
    assert!(told(pairs(&[(0b110, f64::NAN)])).starts_with("the worth of coalition 23 is NaN"));
    assert!(told(pairs(&[(0b110, f64::INFINITY)])).starts_with("the worth of coalition 23 is inf"));
    assert!(told(pairs(&[(0, 2.0)])).starts_with("the empty coalition is worth 2"));
    assert_eq!(told(Game::new(0, vec![0.0])), "a game has 1 to 20 players, not 0");
    assert_eq!(told(Game::new(21, vec![])), "a game has 1 to 20 players, not 21");
    assert_eq!(told(Game::new(2, vec![0.0, 1.0, 1.0])), "the worth of coalition 12 is missing");
    assert_eq!(told(Game::new(2, vec![])), "the worth of coalition 1 is missing");
    assert!(told(Game::new(1, vec![0.0; 3])).starts_with("3 worths are given for the 2 coalitions"));
    assert!(told(Game::new(1, vec![0.0, 1e300])).starts_with("the worth of coalition 1 is 1e300"));
}

#[test]
fn solutions_that_do_not_exist_say_why() {
    let sad = game(2, &[("1", 2.0), ("2", 3.0), ("12", 4.0)]);
    assert_eq!(nucleolus(&sad), Err(GameError::NoImputation { together: 4.0, alone: 5.0 }));
    assert_eq!(percapita_nucleolus(&sad), Err(GameError::NoImputation { together: 4.0, alone: 5.0 }));
    close(&prenucleolus(&sad).unwrap(), &[1.5, 2.5], 1e-12);
    let pairs = game(3, &[("12", 9.0), ("13", 9.0), ("23", 9.0), ("123", 9.0)]);
    assert!(matches!(
        tau(&pairs),
        Err(GameError::RightAboveMarginal { player: 1, right: 9.0, marginal: 0.0 })
    ));
    let poor = game(3, &[("12", 1.0), ("13", 1.0), ("23", 1.0), ("123", 0.5)]);
    assert!(tau(&poor).is_err());
    assert!(matches!(tau(&sad), Err(GameError::RightAboveMarginal { .. })));
    let scarce = game_of(4, |coalition| [0.0, 0.3, 0.5, 0.6, 1.0][coalition.size()]);
    assert!(matches!(tau(&scarce), Err(GameError::RightsAboveWorth { .. })), "{:?}", tau(&scarce));
    let cancelling = game(2, &[("1", 1.0), ("2", 1.0), ("12", 2.0)]);
    assert!(matches!(gately(&cancelling), Err(GameError::NothingAdded { .. })));
    assert_eq!(
        propensity_to_disrupt(&southern_india(), &[0.0, 765.0, 765.0]),
        Err(GameError::NoGain { player: 1 })
    );
    assert_eq!(loehman_power(&southern_india(), &[0.0; 3]), Err(GameError::NoGainOfAll));
    assert!(stability_index(&southern_india(), &[510.0; 3], 2).is_err());
    assert!(stability_index(&Game::new(1, vec![0.0, 1.0]).unwrap(), &[2.0], 1).is_err());
}

#[test]
fn wrong_numbers_beside_the_game_are_refused_by_the_player() {
    let game = lemaire();
    for weights in
        [vec![1.0, 0.0, 1.0], vec![1.0, -1.0, 1.0], vec![1.0, f64::NAN, 1.0], vec![1.0, f64::INFINITY, 1.0]]
    {
        let error = weighted_shapley(&game, &weights).unwrap_err().to_string();
        assert!(error.starts_with("the weight of player 2 is"), "{error}");
    }
    assert!(weighted_shapley(&game, &[1.0]).is_err());
    assert_eq!(Solution::Tau.shares(&game, Some(&[1.0; 3])), Err(GameError::WeightsUnwanted("tau")));
    let missing = Err(GameError::WeightsMissing("weighted_shapley"));
    assert_eq!(Solution::WeightedShapley.shares(&game, None), missing);
    for shares in [vec![1.0; 2], vec![1.0, f64::NAN, 1.0]] {
        assert!(in_core(&game, &shares, 0.0).is_err() && loehman_power(&game, &shares).is_err());
        assert!(
            propensity_to_disrupt(&game, &shares).is_err() && is_prenucleolus(&game, &shares, 0.0).is_err()
        );
    }
    assert!(in_core(&game, &[1.0; 3], -1.0).is_err() && in_core(&game, &[1.0; 3], f64::NAN).is_err());
    assert!(shapley_shubik(&[], 1.0).is_err() && shapley_shubik(&[1.0, -1.0], 1.0).is_err());
    assert!(shapley_shubik(&[1.0, f64::NAN], 1.0).is_err() && shapley_shubik(&[0.0, 0.0], 0.0).is_err());
    assert!(shapley_shubik(&[1.0, 1.0], 3.0).is_err() && shapley_shubik(&[1.0, 1.0], f64::NAN).is_err());
    assert!(shapley_shubik(&[0.5; 21], 3.0).is_err());
    assert!(shapley_sampled(0, |_| 0.0, 10, 1).is_err() && shapley_sampled(2, |_| 0.0, 3, 1).is_err());
    let error = shapley_sampled(2, |_| f64::NAN, 10, 1).unwrap_err().to_string();
    assert!(error.starts_with("the worth of the coalition of players 1+2 is NaN"), "{error}");
}
