//! A set of players as a mask of bits, and the small questions one asks of it.

use std::fmt;

/// A set of players: bit `i` is set where player `i` (from 0) is in it.
///
/// It is shown by its players, numbered from 1: `13`, or `2+11` where a number has two digits.
///
/// ```
/// use mirab::fairness::games::Coalition;
///
/// let coalition = Coalition(0b101);
/// assert_eq!(coalition.to_string(), "13");
/// assert_eq!(coalition.players().collect::<Vec<_>>(), [0, 2]);
/// assert_eq!(coalition.complement(4), Coalition(0b1010));
/// assert_eq!(coalition.subsets().count(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coalition(pub u32);

impl Coalition {
    /// Nobody.
    pub const EMPTY: Coalition = Coalition(0);

    /// All of so many players (of 32 at most).
    pub fn grand(players: usize) -> Coalition {
        Coalition(u32::MAX.checked_shr(32 - players.min(32) as u32).unwrap_or(0))
    }

    /// One player alone (nobody, if the player is beyond the 32nd).
    pub fn single(player: usize) -> Coalition {
        Coalition(u32::try_from(player).ok().and_then(|player| 1u32.checked_shl(player)).unwrap_or(0))
    }

    /// Its players, from 0, in rising order.
    pub fn players(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let player = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(player)
        })
    }

    /// How many players it has.
    pub fn size(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether nobody is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a player is in it.
    pub fn contains(self, player: usize) -> bool {
        self.0 & Coalition::single(player).0 != 0
    }

    /// The same with a player.
    pub fn with(self, player: usize) -> Coalition {
        Coalition(self.0 | Coalition::single(player).0)
    }

    /// The same without a player.
    pub fn without(self, player: usize) -> Coalition {
        Coalition(self.0 & !Coalition::single(player).0)
    }

    /// Those of so many players who are not in it.
    pub fn complement(self, players: usize) -> Coalition {
        Coalition(Coalition::grand(players).0 & !self.0)
    }

    /// All its subsets, the empty one first and itself last, in rising order of their bits.
    pub fn subsets(self) -> impl Iterator<Item = Coalition> {
        let next = move |subset: &Coalition| {
            let follows = Coalition(subset.0.wrapping_sub(self.0) & self.0);
            (!follows.is_empty()).then_some(follows)
        };
        std::iter::successors(Some(Coalition::EMPTY), next)
    }

    /// The sum of its players' numbers.
    pub fn sum(self, numbers: &[f64]) -> f64 {
        self.players().filter_map(|player| numbers.get(player)).sum()
    }
}

impl FromIterator<usize> for Coalition {
    fn from_iter<I: IntoIterator<Item = usize>>(players: I) -> Coalition {
        players.into_iter().fold(Coalition::EMPTY, Coalition::with)
    }
}

impl fmt::Display for Coalition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0 >> 9 == 0;
        for (place, player) in self.players().enumerate() {
            let joint = if digits || place == 0 { "" } else { "+" };
            write!(f, "{joint}{}", player + 1)?;
        }
        if self.is_empty() { f.write_str("of nobody") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_come_once_each_between_the_empty_one_and_all() {
        let all: Vec<u32> = Coalition(0b1101).subsets().map(|subset| subset.0).collect();
        assert_eq!(all, [0, 1, 4, 5, 8, 9, 12, 13]);
        assert_eq!(Coalition::EMPTY.subsets().count(), 1);
    }

    #[test]
    fn players_join_leave_and_are_counted() {
        let coalition: Coalition = [3, 0].into_iter().collect();
        assert_eq!(coalition.with(1).without(3), Coalition(0b11));
        assert!(coalition.contains(3) && !coalition.contains(1) && !coalition.contains(99));
        assert_eq!((coalition.size(), Coalition::grand(20).size(), Coalition::grand(32).size()), (2, 20, 32));
        assert_eq!(Coalition::grand(0), Coalition::EMPTY);
    }

    #[test]
    fn a_coalition_is_shown_by_its_players_from_one() {
        assert_eq!(Coalition(0b1_0000_0101).to_string(), "139");
        assert_eq!(Coalition(0b10_0000_0010).to_string(), "2+10");
    }
}
