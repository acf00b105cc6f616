//! What can be wrong with a game, or undefined in it, in a user's words; players are numbered from 1.

use super::{Coalition, LARGEST_WORTH, MOST_PLAYERS};
use thiserror::Error;

/// Why a game was refused, or why a solution does not exist for it.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum GameError {
    /// A game has 1 to 20 players.
    #[error("a game has 1 to {MOST_PLAYERS} players, not {0}")]
    Players(usize),
    /// A coalition without a worth.
    #[error("the worth of coalition {0} is missing")]
    Missing(Coalition),
    /// A coalition with more than one worth.
    #[error("coalition {0} is given a worth twice")]
    Doubled(Coalition),
    /// A coalition with somebody who does not play.
    #[error("coalition {coalition} names a player beyond the last, {players}")]
    Stranger {
        /// The coalition.
        coalition: Coalition,
        /// How many play.
        players: usize,
    },
    /// More worths than coalitions.
    #[error("{worths} worths are given for the {coalitions} coalitions of {players} players")]
    TooManyWorths {
        /// The worths given.
        worths: usize,
        /// The coalitions there are, the empty one included.
        coalitions: usize,
        /// How many play.
        players: usize,
    },
    /// A worth that cannot be calculated with.
    #[error(
        "the worth of coalition {coalition} is {worth:?}; it must be a number no larger than {LARGEST_WORTH:e}"
    )]
    Worth {
        /// Whose worth.
        coalition: Coalition,
        /// What was given.
        worth: f64,
    },
    /// The empty coalition is worth nothing.
    #[error("the empty coalition is worth {0}; nobody can be worth nothing but 0")]
    EmptyWorth(f64),
    /// There must be a number for each player.
    #[error("{given} {what} are given for {players} players")]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// How many there should be.
        players: usize,
    },
    /// A weight that is not a positive number.
    #[error("the weight of player {player} is {weight:?}; it must be a positive number")]
    Weight {
        /// Whose weight, from 1.
        player: usize,
        /// What was given.
        weight: f64,
    },
    /// The solution takes weights, and none came.
    #[error("{0} wants a weight for each player")]
    WeightsMissing(&'static str),
    /// The solution takes no weights, and some came.
    #[error("{0} takes no weights")]
    WeightsUnwanted(&'static str),
    /// A share that cannot be calculated with.
    #[error(
        "the share of player {player} is {share:?}; it must be a number no larger than {LARGEST_WORTH:e}"
    )]
    Share {
        /// Whose share, from 1.
        player: usize,
        /// What was given.
        share: f64,
    },
    /// A tolerance below zero, or none.
    #[error("the tolerance is {0}; it must be a number and not negative")]
    Tolerance(f64),
    /// All together are worth less than each alone: nobody can be given what they have alone.
    #[error("there is no imputation: all together are worth {together}, each alone {alone} in sum")]
    NoImputation {
        /// The worth of all.
        together: f64,
        /// The sum of the worths of each alone.
        alone: f64,
    },
    /// The tau value needs minimal rights that are no more than the marginal worths.
    #[error(
        "the tau value is undefined: the minimal right of player {player}, {right}, is above their marginal worth, {marginal}"
    )]
    RightAboveMarginal {
        /// Whose, from 1.
        player: usize,
        /// What is left for them at least.
        right: f64,
        /// What they add to all the others.
        marginal: f64,
    },
    /// The tau value needs a worth of all that covers the minimal rights.
    #[error(
        "the tau value is undefined: the minimal rights sum to {rights}, above the worth of all, {together}"
    )]
    RightsAboveWorth {
        /// The worth of all.
        together: f64,
        /// The sum of the minimal rights.
        rights: f64,
    },
    /// Gately's point, or separable costs: nobody adds anything, or additions cancel.
    #[error("{solution} is undefined: what the players add beyond their worth alone sums to zero")]
    NothingAdded {
        /// The solution.
        solution: &'static str,
    },
    /// A propensity to disrupt: who gains nothing loses nothing by leaving.
    #[error(
        "the propensity to disrupt of player {player} is undefined: they gain nothing above their worth alone"
    )]
    NoGain {
        /// Who, from 1.
        player: usize,
    },
    /// Power is a share of the gain of all, which is zero.
    #[error("Loehman's power is undefined: the shares hold no more in sum than each has alone")]
    NoGainOfAll,
    /// A deviation of so few numbers.
    #[error(
        "the stability index is undefined for {players} players with {ddof} taken off the count (0 or 1, and fewer than players)"
    )]
    Deviation {
        /// How many play.
        players: usize,
        /// What was to be taken off.
        ddof: u32,
    },
    /// Sampling needs two pairs of orders at least.
    #[error("{0} orders are too few to sample: a standard error needs 4")]
    TooFewOrders(usize),
    /// Nobody to sample.
    #[error("there are no players to sample")]
    NoPlayers,
    /// A worth, found while sampling, that cannot be calculated with.
    #[error(
        "the worth of the coalition of players {coalition} is {worth:?}; it must be a number no larger than {LARGEST_WORTH:e}"
    )]
    SampledWorth {
        /// Whose worth: positions from 1.
        coalition: String,
        /// What was given.
        worth: f64,
    },
    /// A vote with a weight below zero, or no number.
    #[error(
        "the votes of voter {voter} are {votes:?}; they must be a number, not negative and no larger than {LARGEST_WORTH:e}"
    )]
    Votes {
        /// Who, from 1.
        voter: usize,
        /// What was given.
        votes: f64,
    },
    /// A quota that nobody, or everybody, meets.
    #[error("the quota is {quota}; it must be above 0 and no more than all votes, {all}")]
    Quota {
        /// What was given.
        quota: f64,
        /// All votes.
        all: f64,
    },
    /// No exact method is fast enough.
    #[error(
        "{voters} voters are too many: beyond {MOST_PLAYERS}, votes must be whole numbers and the quota not in the millions"
    )]
    TooManyVoters {
        /// How many.
        voters: usize,
    },
    /// The arithmetic lost its way; not expected of any game.
    #[error("the program of the {0} could not be solved")]
    Unsolved(&'static str),
}
