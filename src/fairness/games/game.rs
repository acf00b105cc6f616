//! The worth of every coalition, checked when it is built, and the games that follow from it.

use super::sums::every_sum;
use super::{Coalition, GameError};

/// The most players whose coalitions are all held: about a million coalitions.
pub const MOST_PLAYERS: usize = 20;

/// The largest worth, either sign, so that no sum of worths or shares can run out of numbers.
pub const LARGEST_WORTH: f64 = 1e100;

/// The part of its terms by which a difference can miss zero through rounding alone.
const ROUNDING: f64 = 1e-15;

/// The worth of every coalition, in one unit; the empty one is worth nothing. 1 to 20 players.
///
/// It may be a gain (what the coalition earns alone) or a cost (what it pays alone); solutions are of gains, and a
/// cost game comes to them as its [savings](Game::savings).
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    players: usize,
    worth: Vec<f64>,
}

impl Game {
    /// `worth[s]` is the worth of the coalition with bits `s`; `worth[0]` must be 0.
    ///
    /// # Errors
    /// No player or more than 20; a coalition without a worth, or a worth without a coalition; a worth that is not
    /// finite or beyond [`LARGEST_WORTH`]; an empty coalition that is worth something.
    pub fn new(players: usize, worth: Vec<f64>) -> Result<Game, GameError> {
        let coalitions = coalitions(players)?;
        if worth.len() < coalitions {
            return Err(GameError::Missing(Coalition(worth.len().max(1) as u32)));
        }
        if worth.len() > coalitions {
            return Err(GameError::TooManyWorths { worths: worth.len(), coalitions, players });
        }
        for (bits, &worth) in worth.iter().enumerate() {
            check(Coalition(bits as u32), worth)?;
        }
        Ok(Game { players, worth })
    }

    /// A game from pairs of coalition and worth: every coalition once, none missing (the empty one may be).
    ///
    /// # Errors
    /// As [`Game::new`], and a coalition that comes twice or names a player there is not.
    ///
    /// ```
    /// use mirab::fairness::games::{Coalition, Game};
    ///
    /// let alone = [(Coalition(0b01), 1.0), (Coalition(0b10), 2.0)];
    /// let error = Game::from_pairs(2, alone).unwrap_err();
    /// assert_eq!(error.to_string(), "the worth of coalition 12 is missing");
    /// ```
    pub fn from_pairs(
        players: usize,
        pairs: impl IntoIterator<Item = (Coalition, f64)>,
    ) -> Result<Game, GameError> {
        let mut given = vec![None; coalitions(players)?];
        for (coalition, worth) in pairs {
            check(coalition, worth)?;
            let place = given.get_mut(coalition.0 as usize);
            let place = place.ok_or(GameError::Stranger { coalition, players })?;
            if place.replace(worth).is_some() {
                return Err(GameError::Doubled(coalition));
            }
        }
        given[0] = Some(0.0);
        let missing = |bits: usize| GameError::Missing(Coalition(bits as u32));
        let worth = given.into_iter().enumerate().map(|(bits, worth)| worth.ok_or_else(|| missing(bits)));
        Ok(Game { players, worth: worth.collect::<Result<_, _>>()? })
    }

    /// The savings game of a cost game: `v(S) = sum_{i in S} k(i) - k(S)`, what the members of `S` save together
    /// against each alone. A difference that rounding alone can make is zero.
    pub fn savings(&self) -> Game {
        let mut savings = self.above_alone();
        savings.worth.iter_mut().for_each(|worth| *worth = 0.0 - *worth);
        savings
    }

    /// What every coalition is worth above its members alone, `v(S) - sum_{i in S} v(i)`: the same game, but that
    /// nobody alone is worth anything. A difference that rounding alone can make is zero.
    pub(super) fn above_alone(&self) -> Game {
        let alone = self.each_alone();
        let sizes: Vec<f64> = alone.iter().map(|worth| worth.abs()).collect();
        let rounding = ROUNDING * self.players as f64;
        let above = |((worth, alone), size): ((&f64, f64), f64)| {
            let above = worth - alone;
            if above.abs() <= rounding * (worth.abs() + size) { 0.0 } else { above }
        };
        let sums = self.worth.iter().zip(every_sum(&alone)).zip(every_sum(&sizes));
        Game { players: self.players, worth: sums.map(above).collect() }
    }

    /// The same game in another unit.
    pub(super) fn in_units_of(mut self, unit: f64) -> Game {
        self.worth.iter_mut().for_each(|worth| *worth /= unit);
        self
    }

    /// How many play.
    pub fn players(&self) -> usize {
        self.players
    }

    /// All players.
    pub fn grand(&self) -> Coalition {
        Coalition::grand(self.players)
    }

    /// The worth of a coalition; players whom the game does not have add nothing to it.
    pub fn worth(&self, coalition: Coalition) -> f64 {
        self.worth[(coalition.0 & self.grand().0) as usize]
    }

    /// The worths of all coalitions, by their bits.
    pub fn worths(&self) -> &[f64] {
        &self.worth
    }

    /// The worth of one player alone.
    pub fn alone(&self, player: usize) -> f64 {
        self.worth(Coalition::single(player))
    }

    /// The worth of each player alone.
    pub(super) fn each_alone(&self) -> Vec<f64> {
        (0..self.players).map(|player| self.alone(player)).collect()
    }

    /// The worth of all.
    pub fn together(&self) -> f64 {
        self.worth(self.grand())
    }

    /// What each player adds to all the others, `v(N) - v(N - i)`.
    pub(super) fn marginals(&self) -> Vec<f64> {
        let others = |player| self.worth(self.grand().without(player));
        (0..self.players).map(|player| self.together() - others(player)).collect()
    }

    /// The largest worth, either sign: the size against which rounding is judged.
    pub(super) fn largest(&self) -> f64 {
        self.worth.iter().fold(0.0, |largest, worth| worth.abs().max(largest))
    }
}

fn coalitions(players: usize) -> Result<usize, GameError> {
    if (1..=MOST_PLAYERS).contains(&players) { Ok(1 << players) } else { Err(GameError::Players(players)) }
}

fn check(coalition: Coalition, worth: f64) -> Result<(), GameError> {
    if !is_usable(worth) {
        return Err(GameError::Worth { coalition, worth });
    }
    if coalition.is_empty() && worth != 0.0 { Err(GameError::EmptyWorth(worth)) } else { Ok(()) }
}

/// Whether a number is one, and small enough to be calculated with.
pub(super) fn is_usable(number: f64) -> bool {
    number.abs() <= LARGEST_WORTH
}

/// One weight for each player, positive and finite.
pub(super) fn check_weights(weights: &[f64], players: usize) -> Result<(), GameError> {
    if weights.len() != players {
        return Err(GameError::Count { what: "weights", given: weights.len(), players });
    }
    let wrong = weights.iter().position(|weight| !(weight.is_finite() && *weight > 0.0));
    wrong.map_or(Ok(()), |at| Err(GameError::Weight { player: at + 1, weight: weights[at] }))
}

/// One share for each player, finite.
pub(super) fn check_shares(shares: &[f64], players: usize) -> Result<(), GameError> {
    if shares.len() != players {
        return Err(GameError::Count { what: "shares", given: shares.len(), players });
    }
    let wrong = shares.iter().position(|share| !is_usable(*share));
    wrong.map_or(Ok(()), |at| Err(GameError::Share { player: at + 1, share: shares[at] }))
}
