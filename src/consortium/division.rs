//! Division: what each riparian has in the end under a rule that shares the worth of all, in MUSD.
//!
//! The worths come from [`super::coalition`] and the rules from `fairness::games`; the storage-service fee, which pays
//! for water and not for a place in coalitions, is in [`super::service`].

use crate::allocation::terms::SettlementRule;
use crate::fairness::games::{Coalition, Game, GameError, nucleolus, shapley};

/// What is known when the worth of all is shared.
#[derive(Clone, Copy, Debug)]
pub struct Stakes<'a> {
    /// The worth of every coalition, MUSD.
    pub game: &'a Game,
    /// What each has under the status quo, MUSD.
    pub status_quo: &'a [f64],
    /// How much each counts under `nash`; not all 0.
    pub weights: &'a [f64],
    /// Who comes first under `downstream_incremental`: every player once.
    pub order: &'a [usize],
}

/// The payoffs under a rule, MUSD; they sum to the worth of all. None for the rules that share no worth: `none`,
/// `service_fee` and `barter`.
///
/// # Errors
/// A game without the solution: all together worth less than each alone, under the nucleolus.
///
/// ```
/// use mirab::allocation::terms::SettlementRule;
/// use mirab::consortium::division::{Stakes, payoffs};
/// use mirab::fairness::games::Game;
///
/// // each alone 10, together 26: a surplus of 6, of which 1 counts twice
/// let game = Game::new(2, vec![0.0, 10.0, 10.0, 26.0])?;
/// let stakes = Stakes { game: &game, status_quo: &[10.0, 10.0], weights: &[2.0, 1.0], order: &[1, 0] };
/// let by = |rule| payoffs(rule, stakes).map(Option::unwrap_or_default);
/// assert_eq!(by(SettlementRule::Nash)?, [14.0, 12.0]);
/// assert_eq!(by(SettlementRule::Shapley)?, [13.0, 13.0]);
/// assert_eq!(by(SettlementRule::DownstreamIncremental)?, [16.0, 10.0]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn payoffs(rule: SettlementRule, stakes: Stakes<'_>) -> Result<Option<Vec<f64>>, GameError> {
    Ok(match rule {
        SettlementRule::None | SettlementRule::ServiceFee | SettlementRule::Barter => None,
        SettlementRule::Nash => Some(split(stakes)),
        SettlementRule::Shapley => Some(shapley(stakes.game)),
        SettlementRule::Nucleolus => Some(nucleolus(stakes.game)?),
        SettlementRule::DownstreamIncremental => Some(incremental(stakes)),
    })
}

/// `z_i = d_i + beta_i / sum_j beta_j (v(N) - sum_j d_j)`.
fn split(stakes: Stakes<'_>) -> Vec<f64> {
    let surplus = stakes.game.together() - stakes.status_quo.iter().sum::<f64>();
    let all: f64 = stakes.weights.iter().sum();
    let own = stakes.status_quo.iter().zip(stakes.weights);
    own.map(|(before, weight)| before + surplus * weight / all).collect()
}

/// `z_i = v(those before i, and i) - v(those before i)`.
fn incremental(stakes: Stakes<'_>) -> Vec<f64> {
    let mut payoffs = vec![0.0; stakes.game.players()];
    let mut before = Coalition::EMPTY;
    for &player in stakes.order {
        payoffs[player] = stakes.game.worth(before.with(player)) - stakes.game.worth(before);
        before = before.with(player);
    }
    payoffs
}

/// The coalition that gets least beyond its worth, and how much; none for a single riparian.
pub(super) fn core_slack(game: &Game, payoffs: &[f64]) -> Option<(Coalition, f64)> {
    let sets = game.grand().subsets().filter(|set| !set.is_empty() && *set != game.grand());
    sets.map(|set| (set, set.sum(payoffs) - game.worth(set))).min_by(|a, b| a.1.total_cmp(&b.1))
}
