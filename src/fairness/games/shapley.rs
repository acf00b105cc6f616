//! Shapley's value, exactly, from the worths of all coalitions; with weights as well. What is too dear to be known
//! for all coalitions is left to sampling.

use super::game::check_weights;
use super::sums::every_sum;
use super::{Coalition, Game, GameError};

/// Shapley's value: what each player adds to those before them, on average over all orders in which they may come,
/// `sum_{S without i} |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))` (L. S. Shapley, 1953).
///
/// The shares sum to the worth of all; they are in units of worth, and each lies between the least and the most
/// that the player adds to any coalition. In the core where the game is convex.
///
/// ```
/// use mirab::fairness::games::{Game, shapley};
///
/// // three investors and a deposit (J. Lemaire, 1991)
/// let worths = vec![0.0, 46125.0, 17437.5, 69187.5, 5812.5, 53812.5, 30750.0, 90000.0];
/// assert_eq!(shapley(&Game::new(3, worths)?), [51750.0, 25875.0, 12375.0]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn shapley(game: &Game) -> Vec<f64> {
    let players = game.players();
    let likely = likelihoods(players);
    (0..players)
        .map(|player| additions(game, player).iter().zip(&likely).map(|(sum, likely)| sum * likely).sum())
        .collect()
}

/// For each size, the likelihood that one particular coalition of that size (of the others) comes before a
/// player: `1 / (n C(n - 1, size))`.
fn likelihoods(players: usize) -> Vec<f64> {
    let others = players - 1;
    let mut ways = 1.0; // C(others, size)
    let mut likely = Vec::with_capacity(players);
    for size in 0..players {
        likely.push(1.0 / (players as f64 * ways));
        ways *= (others - size) as f64 / (size + 1) as f64;
    }
    likely
}

/// What a player adds to the coalitions without them, summed by the size of the coalition.
fn additions(game: &Game, player: usize) -> Vec<f64> {
    let mut sums = vec![0.0; game.players()];
    let half = 1 << player;
    for (at, block) in game.worths().chunks_exact(2 * half).enumerate() {
        let (without, with) = block.split_at(half);
        let above = at.count_ones() as usize;
        for (below, (without, with)) in without.iter().zip(with).enumerate() {
            sums[above + below.count_ones() as usize] += with - without;
        }
    }
    sums
}

/// The weighted Shapley value: the dividend of every coalition (its worth less the dividends of all its subsets) is
/// shared by its members in proportion to their weights (L. S. Shapley, 1953b; E. Kalai and D. Samet, 1987).
///
/// The shares sum to the worth of all; equal weights give [`shapley`]. They are found as the mean over orders that
/// fill from the last place, each time with a player drawn in proportion to the weights: no dividend, of
/// alternating signs and any size, is ever formed.
///
/// # Errors
/// Weights that are not one positive number a player.
///
/// ```
/// use mirab::fairness::games::{Game, weighted_shapley};
///
/// // a gain that needs both is shared 3 to 1
/// let both = Game::new(2, vec![0.0, 0.0, 2.0, 6.0])?;
/// assert_eq!(weighted_shapley(&both, &[3.0, 1.0])?, [3.0, 3.0]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn weighted_shapley(game: &Game, weights: &[f64]) -> Result<Vec<f64>, GameError> {
    check_weights(weights, game.players())?;
    let heaviest = weights.iter().fold(0.0, |heaviest: f64, weight| weight.max(heaviest));
    // the lightest stay above zero, whatever the heaviest
    let weights: Vec<f64> = weights.iter().map(|weight| (weight / heaviest).max(f64::MIN_POSITIVE)).collect();
    let sums = every_sum(&weights);
    // how likely it is that these are the first to come, in whatever order
    let mut first = vec![0.0; sums.len()];
    first[game.grand().0 as usize] = 1.0;
    let mut shares = vec![0.0; game.players()];
    for bits in (1..first.len()).rev() {
        let coalition = Coalition(bits as u32);
        for player in coalition.players() {
            let others = coalition.without(player);
            let likely = first[bits] * weights[player] / sums[bits];
            first[others.0 as usize] += likely;
            shares[player] += likely * (game.worth(coalition) - game.worth(others));
        }
    }
    Ok(shares)
}
