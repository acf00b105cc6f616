//! The axioms that the solutions keep, on random games.

use super::random::{any_game, balanced_game, quick, superadditive_game};
use super::{close, game_of, size};
use mirab::fairness::claims::{Claims, Rule};
use mirab::fairness::games::{
    Coalition, Game, Solution, ensc, gately, nucleolus, prenucleolus, propensity_to_disrupt, scrb, shapley,
    tau, weighted_shapley,
};
use proptest::prelude::*;

const WEIGHTS: [f64; 6] = [1.0, 0.5, 3.0, 2.0, 0.01, 7.0];

/// Every solution's shares of a game, where it has them.
fn all_shares(game: &Game) -> Vec<(Solution, Vec<f64>)> {
    let weights = &WEIGHTS[..game.players()];
    let shares = |solution: &Solution| {
        let shares = solution.shares(game, solution.takes_weights().then_some(weights));
        shares.ok().map(|shares| (*solution, shares))
    };
    Solution::ALL.iter().filter_map(shares).collect()
}

proptest! {
    #![proptest_config(quick(256))]

    #[test]
    fn all_solutions_share_the_worth_of_all(game in superadditive_game(1..=6)) {
        let all = all_shares(&game);
        prop_assert!(all.len() >= 6);
        for (solution, shares) in all {
            let sum: f64 = shares.iter().sum();
            prop_assert!((sum - game.together()).abs() <= 1e-9 * size(&game), "{}: {shares:?}", solution.name());
        }
    }

    /// What is added to each player's worth is added to their share, and the unit is only a unit.
    #[test]
    fn all_solutions_are_covariant(game in superadditive_game(2..=6), unit in 1e-6..1e6, more in prop::collection::vec(-9.0..9.0, 6)) {
        let other = game_of(game.players(), |s| unit * (game.worth(s) + s.sum(&more[..game.players()])));
        let (all, others) = (all_shares(&game), all_shares(&other));
        prop_assert_eq!(all.len(), others.len());
        for ((solution, shares), (_, found)) in all.iter().zip(others) {
            for (player, (share, found)) in shares.iter().zip(&found).enumerate() {
                let wanted = unit * (share + more[player]);
                let off: f64 = found - wanted;
                prop_assert!(off.abs() <= 1e-8 * unit * size(&game), "{}: {found} {wanted}", solution.name());
            }
        }
    }

    #[test]
    fn equals_get_equal_shares(game in superadditive_game(2..=6)) {
        let swap = |s: Coalition| {
            let (one, two) = (s.contains(0), s.contains(1));
            let rest = s.without(0).without(1);
            let rest = if two { rest.with(0) } else { rest };
            if one { rest.with(1) } else { rest }
        };
        let even = game_of(game.players(), |s| (game.worth(s) + game.worth(swap(s))) / 2.0);
        for (solution, shares) in all_shares(&even).iter().filter(|(solution, _)| !solution.takes_weights()) {
            prop_assert!((shares[0] - shares[1]).abs() <= 1e-9 * size(&game), "{}: {shares:?}", solution.name());
        }
    }

    /// (Separable costs with an equal split of the rest give something to the useless: that is their nature.)
    #[test]
    fn those_who_add_nothing_get_nothing(game in superadditive_game(2..=6)) {
        let idle = game_of(game.players(), |s| game.worth(s.without(0)));
        for (solution, shares) in all_shares(&idle) {
            let dear = solution == Solution::Ensc;
            prop_assert!(dear || shares[0].abs() <= 1e-9 * size(&game), "{}: {shares:?}", solution.name());
        }
        prop_assert_eq!(shapley(&idle)[0], 0.0);
    }

    #[test]
    fn shapley_adds_up_over_games(one in any_game(5..=5), two in any_game(5..=5)) {
        let both = game_of(5, |s| one.worth(s) + two.worth(s));
        let added: Vec<f64> = shapley(&one).iter().zip(shapley(&two)).map(|(a, b)| a + b).collect();
        close(&shapley(&both), &added, 1e-10 * size(&both));
        let weighted = |game: &Game| weighted_shapley(game, &WEIGHTS[..5]).unwrap();
        let added: Vec<f64> = weighted(&one).iter().zip(weighted(&two)).map(|(a, b)| a + b).collect();
        close(&weighted(&both), &added, 1e-10 * size(&both));
    }

    #[test]
    fn shapley_is_the_mean_over_all_orders(game in any_game(4..=4)) {
        let mut shares = [0.0; 4];
        let mut orders = 0.0;
        for code in 0..256_usize {
            let order = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
            if order.iter().copied().collect::<Coalition>() != game.grand() {
                continue;
            }
            orders += 1.0;
            let mut before = Coalition::EMPTY;
            for player in order {
                shares[player] += game.worth(before.with(player)) - game.worth(before);
                before = before.with(player);
            }
        }
        close(&shapley(&game), &shares.map(|sum| sum / orders), 1e-10 * size(&game));
    }

    /// Dividends by inclusion and exclusion, shared by weight: the definition itself.
    #[test]
    fn weighted_shapley_shares_dividends_by_weight(game in any_game(1..=6)) {
        let weights = &WEIGHTS[..game.players()];
        let mut shares = vec![0.0; game.players()];
        for coalition in game.grand().subsets() {
            let sign = |part: Coalition| if (coalition.size() - part.size()).is_multiple_of(2) { 1.0 } else { -1.0 };
            let dividend: f64 = coalition.subsets().map(|part| sign(part) * game.worth(part)).sum();
            for player in coalition.players() {
                shares[player] += dividend * weights[player] / coalition.sum(weights);
            }
        }
        close(&weighted_shapley(&game, weights).unwrap(), &shares, 1e-9 * size(&game));
        let equal = weighted_shapley(&game, &vec![0.3; game.players()]).unwrap();
        close(&equal, &shapley(&game), 1e-10 * size(&game));
    }

    #[test]
    fn two_players_halve_the_gain(alone in (-9.0..9.0, -9.0..9.0), gain in 0.1..9.0) {
        let game = Game::new(2, vec![0.0, alone.0, alone.1, alone.0 + alone.1 + gain]).unwrap();
        for (solution, shares) in all_shares(&game) {
            if solution.takes_weights() {
                continue;
            }
            let halves = [alone.0 + gain / 2.0, alone.1 + gain / 2.0];
            let off = f64::max(f64::abs(shares[0] - halves[0]), f64::abs(shares[1] - halves[1]));
            prop_assert!(off <= 1e-11, "{}: {shares:?}", solution.name());
        }
    }

    #[test]
    fn gatelys_point_makes_propensities_equal(game in superadditive_game(2..=6)) {
        if let Ok(shares) = gately(&game) {
            let rounding = 1e-6 * size(&game);
            let gained = (0..game.players()).all(|player| (shares[player] - game.alone(player)).abs() > rounding);
            let propensity = propensity_to_disrupt(&game, &shares).ok().filter(|_| gained).unwrap_or_default();
            for other in &propensity {
                prop_assert!((other - propensity[0]).abs() <= 1e-6 * (1.0 + propensity[0].abs()), "{propensity:?}");
            }
        }
    }

    /// The classical definitions, on costs: the separable cost and a part of the rest.
    #[test]
    fn shares_of_costs_are_the_classical_ones(costs in superadditive_game(2..=6)) {
        let costs = game_of(costs.players(), |s| 200.0 * s.size() as f64 - costs.worth(s));
        let all = costs.together();
        let separable: Vec<f64> =
            (0..costs.players()).map(|player| all - costs.worth(costs.grand().without(player))).collect();
        let rest = all - separable.iter().sum::<f64>();
        let remaining: Vec<f64> = separable.iter().enumerate().map(|(player, own)| costs.alone(player) - own).collect();
        let equal: Vec<f64> = separable.iter().map(|own| own + rest / costs.players() as f64).collect();
        let rounding = 1e-9 * size(&costs);
        close(&Solution::Ensc.cost_shares(&costs, None).unwrap(), &equal, rounding);
        close(&ensc(&costs), &equal, rounding);
        let sum: f64 = remaining.iter().sum();
        if sum > 1e-3 {
            let parts: Vec<f64> = separable.iter().zip(&remaining).map(|(own, left)| own + left / sum * rest).collect();
            for shares in [Solution::Scrb, Solution::Gately].map(|solution| solution.cost_shares(&costs, None)) {
                close(&shares.unwrap(), &parts, 1e-9 * size(&costs));
            }
            close(&scrb(&costs).unwrap(), &parts, rounding);
        }
        let direct = shapley(&costs);
        close(&Solution::Shapley.cost_shares(&costs, None).unwrap(), &direct, rounding);
        let weights = &WEIGHTS[..costs.players()];
        let direct = weighted_shapley(&costs, weights).unwrap();
        close(&Solution::WeightedShapley.cost_shares(&costs, Some(weights)).unwrap(), &direct, rounding);
    }

    #[test]
    fn tau_lies_between_minimal_rights_and_marginal_worths(game in balanced_game(2..=6)) {
        let shares = tau(&game).unwrap(); // a game with a core is quasi-balanced
        for (player, share) in shares.iter().enumerate() {
            let marginal = game.together() - game.worth(game.grand().without(player));
            prop_assert!(*share <= marginal + 1e-9 * size(&game));
            prop_assert!(*share >= game.alone(player) - 1e-9 * size(&game));
        }
    }

    /// R. Aumann and M. Maschler (1985); B. O'Neill (1982); I. Curiel, M. Maschler and S. Tijs (1987).
    #[test]
    fn claims_rules_are_solutions_of_the_game_of_what_others_leave(
        claims in prop::collection::vec(prop_oneof![0.0..100.0, (0..5i32).prop_map(f64::from)], 1..=7),
        part in 0.0..=1.0,
    ) {
        let all: f64 = claims.iter().sum();
        let estate = part * all;
        let left = |s: Coalition| f64::max(0.0, estate - s.complement(claims.len()).sum(&claims));
        let game = game_of(claims.len(), |s| if s.is_empty() { 0.0 } else { left(s) });
        let claims = Claims::new(estate, claims).unwrap();
        let awards = |rule: Rule| rule.divide(&claims, None).unwrap();
        let rounding = 1e-9 * size(&game);
        close(&awards(Rule::Talmud), &nucleolus(&game).unwrap(), rounding);
        close(&awards(Rule::Talmud), &prenucleolus(&game).unwrap(), rounding);
        close(&awards(Rule::RandomArrival), &shapley(&game), rounding);
        close(&awards(Rule::AdjustedProportional), &tau(&game).unwrap(), rounding);
    }

    #[test]
    fn names_of_players_do_not_matter(game in superadditive_game(5..=5), turn in 1..5_usize) {
        let turned = |s: Coalition| s.players().map(|player| (player + turn) % 5).collect();
        let other = game_of(5, |s| game.worth(turned(s)));
        for (solution, wanted) in all_shares(&game).into_iter().filter(|(solution, _)| !solution.takes_weights()) {
            let found = solution.shares(&other, None).unwrap();
            for player in 0..5 {
                let off = (found[player] - wanted[(player + turn) % 5]).abs();
                prop_assert!(off <= 1e-9 * size(&game), "{}", solution.name());
            }
        }
    }
}
