//! The coalitions whose excess is still open, and which of them is short of most: all are looked at in turn, but
//! only some of the worst are held in hand between two such looks.

use super::super::sums::add_up;
use super::super::{Coalition, Game};

/// How far a row may be missed, as a part of the largest worth: above the rounding of a sum of 20 shares, and far
/// below what is promised of the shares.
pub(super) const TOLERANCE: f64 = 1e-12;

/// The coalitions held in hand: the worst of each of so many equal ranges of bits.
const IN_HAND: usize = 64;

/// The coalitions whose excess is not settled, and the worths of all.
pub(super) struct Open {
    players: usize,
    /// By the coalition's bits; minus infinity where its excess is settled.
    worth: Vec<f64>,
    /// Whether the level concedes to a coalition by its size rather than as one.
    per_head: bool,
    in_hand: Vec<Coalition>,
    sums: Vec<f64>,
}

impl Open {
    /// All coalitions of a game but the empty one and the grand one.
    pub fn of(game: &Game, per_head: bool) -> Open {
        let mut worth = game.worths().to_vec();
        worth[0] = f64::NEG_INFINITY;
        worth[game.grand().0 as usize] = f64::NEG_INFINITY;
        Open { players: game.players(), worth, per_head, in_hand: Vec::new(), sums: Vec::new() }
    }

    /// How much the level concedes to a coalition.
    pub fn weight(&self, coalition: Coalition) -> f64 {
        if self.per_head { coalition.size() as f64 } else { 1.0 }
    }

    /// The worth of an open coalition.
    pub fn worth(&self, coalition: Coalition) -> f64 {
        self.worth[coalition.0 as usize]
    }

    pub fn is_open(&self, coalition: Coalition) -> bool {
        self.worth(coalition) > f64::NEG_INFINITY
    }

    /// Gives away the open coalition that misses most of its worth at a point (shares, then the level) among those
    /// in hand, or among all where none in hand misses anything; and says how much it misses.
    pub fn take_worst(&mut self, point: &[f64]) -> Option<(f64, Coalition)> {
        let (level, shares) = point.split_last()?;
        let each = if self.per_head { *level } else { 0.0 };
        let shares: Vec<f64> = shares.iter().map(|share| share + each).collect();
        let start = if self.per_head { 0.0 } else { *level };
        let worst = self.worst_in_hand(&shares, start).or_else(|| {
            self.look_at_all(&shares, start);
            self.worst_in_hand(&shares, start)
        });
        worst.inspect(|(_, worst)| self.in_hand.retain(|coalition| coalition != worst))
    }

    fn worst_in_hand(&self, shares: &[f64], start: f64) -> Option<(f64, Coalition)> {
        let missing =
            |&coalition: &Coalition| (self.worth(coalition) - start - coalition.sum(shares), coalition);
        let worse = |a: &(f64, Coalition), b: &(f64, Coalition)| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1));
        self.in_hand.iter().map(missing).filter(|(missing, _)| *missing > TOLERANCE).max_by(worse)
    }

    /// Takes the worst of each range of coalitions in hand.
    fn look_at_all(&mut self, shares: &[f64], start: f64) {
        add_up(shares, start, &mut self.sums);
        self.in_hand.clear();
        let range = (self.worth.len() / IN_HAND).max(1);
        for (place, (worths, sums)) in self.worth.chunks(range).zip(self.sums.chunks(range)).enumerate() {
            let missing = || worths.iter().zip(sums).map(|(worth, sum)| worth - sum);
            let most = missing().fold(TOLERANCE, |most, missing| if missing > most { missing } else { most });
            if most > TOLERANCE {
                let at = missing().position(|missing| missing == most).unwrap_or(0);
                self.in_hand.push(Coalition((place * range + at) as u32));
            }
        }
    }

    /// Closes the coalitions whose members' sum is settled: those that none of the slacks still free depends on.
    pub fn close_all_but(&mut self, slacks: impl Iterator<Item = Vec<f64>>) {
        const ZERO: f64 = 1e-7;
        let mut depends = vec![false; self.worth.len()];
        for slack in slacks {
            add_up(&slack, 0.0, &mut self.sums);
            depends.iter_mut().zip(&self.sums).for_each(|(depends, sum)| *depends |= sum.abs() > ZERO);
        }
        let settled = self.worth.iter_mut().zip(&depends).filter(|(_, depends)| !**depends);
        settled.for_each(|(worth, _)| *worth = f64::NEG_INFINITY);
        self.in_hand.clear();
    }

    pub fn players(&self) -> usize {
        self.players
    }
}
