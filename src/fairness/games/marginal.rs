//! Solutions from what each player adds to all the others: the tau value, Gately's point, separable costs with the
//! remaining benefits, and the equal split of what is not separable.

use super::sums::every_sum;
use super::{Coalition, Game, GameError};

/// The part of the largest worth below which a sum of worths is rounding.
const ROUNDING: f64 = 1e-12;

/// The tau value: the efficient point on the way from minimal rights to marginal worths (S. H. Tijs, 1981).
///
/// `M_i = v(N) - v(N - i)` is the most that a player can hope for, and `m_i`, the largest remainder
/// `v(S) - sum_{j in S, j != i} M_j`, what is left of some coalition's worth when the others in it have got
/// theirs. Shares are in units of worth, between the two, and sum to the worth of all.
///
/// # Errors
/// A game that is not quasi-balanced: a minimal right above the marginal worth, or minimal rights that sum to
/// more than the worth of all.
///
/// ```
/// use mirab::fairness::games::{Game, tau};
///
/// // I. Stach (2011)
/// let game = Game::new(3, vec![0.0, 0.0, 0.0, 1.0, 0.0, 2.0, 1.0, 3.0])?;
/// let shares = tau(&game)?;
/// for (share, published) in shares.iter().zip([1.2, 0.6, 1.2]) {
///     assert!((share - published).abs() < 1e-12);
/// }
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn tau(game: &Game) -> Result<Vec<f64>, GameError> {
    let marginals = game.marginals();
    let rights = minimal_rights(game, &marginals);
    let rounding = ROUNDING * game.players() as f64 * game.largest();
    let above = (0..game.players()).find(|&player| rights[player] > marginals[player] + rounding);
    if let Some(player) = above {
        let (right, marginal) = (rights[player], marginals[player]);
        return Err(GameError::RightAboveMarginal { player: player + 1, right, marginal });
    }
    // no right above its marginal worth: then the worth of all is no more than the marginal worths either
    let (low, high) = (rights.iter().sum::<f64>(), marginals.iter().sum::<f64>());
    let together = game.together();
    if together < low - rounding {
        return Err(GameError::RightsAboveWorth { together, rights: low });
    }
    let part = if high - low > rounding { (together - low) / (high - low) } else { 0.0 };
    Ok(rights.iter().zip(&marginals).map(|(right, marginal)| right + part * (marginal - right)).collect())
}

/// For each player the largest remainder of a coalition's worth when its other members have their marginal worths.
fn minimal_rights(game: &Game, marginals: &[f64]) -> Vec<f64> {
    let mut largest = vec![f64::NEG_INFINITY; game.players()];
    for (bits, (worth, given)) in game.worths().iter().zip(every_sum(marginals)).enumerate() {
        for player in Coalition(bits as u32).players() {
            largest[player] = largest[player].max(worth - given);
        }
    }
    largest.iter().zip(marginals).map(|(left, marginal)| left + marginal).collect()
}

/// Gately's point: the shares at which every player's
/// [propensity to disrupt](super::propensity_to_disrupt()) is the same (D. Gately, 1974).
///
/// `x_i = v(i) + m_i / sum m (v(N) - sum v(j))` with `m_i = v(N) - v(N - i) - v(i)`, what the player adds to the
/// others beyond their worth alone. In units of worth; the shares sum to the worth of all, and can leave the core
/// from four players on.
///
/// # Errors
/// The players add nothing in sum.
///
/// ```
/// use mirab::fairness::games::{Game, gately};
///
/// // electric power in southern India: Kerala with Mysore, Tamil Nadu, Andhra Pradesh (D. Gately, 1974)
/// let power = Game::new(3, vec![0.0, 0.0, 0.0, 1170.0, 0.0, 770.0, 210.0, 1530.0])?;
/// let shares = gately(&power)?;
/// for (share, published) in shares.iter().zip([827.7049, 476.5574, 225.7377]) {
///     assert!((share - published).abs() < 6e-5);
/// }
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn gately(game: &Game) -> Result<Vec<f64>, GameError> {
    in_proportion_to_additions(game, "Gately's point")
}

/// Separable costs, remaining benefits (the United States' Inter-Agency River Basin Committee, 1950; P. D.
/// Straffin and J. P. Heaney, 1981): each has what they add to the others, `v(N) - v(N - i)`, and the rest, here
/// mostly negative, goes in proportion to what remains, `v(i)` less that.
///
/// On a game of costs `k` this is the classical rule: the separable cost `k(N) - k(N - i)`, and of the
/// nonseparable a part in proportion to `k(i)` less the separable cost. On the savings of those costs it gives
/// each exactly the cost alone less the classical share, so shares of savings and of costs agree; and it is
/// [`gately`] on every game where that is defined (P. D. Straffin and J. P. Heaney, 1981). Where all is separable
/// (an additive game) each has what is separable.
///
/// # Errors
/// The remaining benefits sum to zero, and there is something that is not separable.
///
/// ```
/// use mirab::fairness::games::{Game, scrb};
///
/// // separable 0, 1 and 5 of the cost 12; the other 6 in proportion to the remaining 5, 4 and 3
/// let costs = Game::new(3, vec![0.0, 5.0, 5.0, 7.0, 8.0, 11.0, 12.0, 12.0])?;
/// assert_eq!(scrb(&costs)?, [2.5, 3.0, 6.5]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn scrb(game: &Game) -> Result<Vec<f64>, GameError> {
    let marginals = game.marginals();
    let nonseparable = game.together() - marginals.iter().sum::<f64>();
    if nonseparable.abs() <= ROUNDING * game.players() as f64 * game.largest() {
        return Ok(marginals);
    }
    in_proportion_to_additions(game, "the split by remaining benefits")
}

/// Each alone, and what all gain above that in proportion to what each adds beyond their worth alone.
///
/// With `s` separable and `m = s - v` that is `s_i - m_i / M (S - v(N))`, as `v(N) - sum v = M - (S - v(N))`:
/// separable costs with remaining benefits are the same point.
fn in_proportion_to_additions(game: &Game, solution: &'static str) -> Result<Vec<f64>, GameError> {
    let alone = game.each_alone();
    let added: Vec<f64> = game.marginals().iter().zip(&alone).map(|(all, alone)| all - alone).collect();
    let sum: f64 = added.iter().sum();
    if sum.abs() <= ROUNDING * game.players() as f64 * game.largest() {
        return Err(GameError::NothingAdded { solution });
    }
    let gained = game.together() - alone.iter().sum::<f64>();
    Ok(alone.iter().zip(&added).map(|(alone, added)| alone + added / sum * gained).collect())
}

/// The equal split of the nonseparable: each has what they add to the others, `v(N) - v(N - i)`, and an equal part
/// of what that leaves of the worth of all (P. D. Straffin and J. P. Heaney, 1981; the dual's centre of gravity,
/// T. S. H. Driessen and Y. Funaki, 1991).
///
/// In units of worth. On a game of costs it is the classical rule, the separable cost and an equal part of the
/// nonseparable; on the savings of those costs it gives each exactly the cost alone less that share.
///
/// ```
/// use mirab::fairness::games::{Game, ensc};
///
/// // separable 0, 1 and 5 of the cost 12, and 2 each
/// let costs = Game::new(3, vec![0.0, 5.0, 5.0, 7.0, 8.0, 11.0, 12.0, 12.0])?;
/// assert_eq!(ensc(&costs), [2.0, 3.0, 7.0]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn ensc(game: &Game) -> Vec<f64> {
    let marginals = game.marginals();
    let each = (game.together() - marginals.iter().sum::<f64>()) / game.players() as f64;
    marginals.iter().map(|marginal| marginal + each).collect()
}
