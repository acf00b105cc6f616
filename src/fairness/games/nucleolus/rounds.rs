//! The rounds of the nucleolus: in each the least level of excess that all open coalitions can be held to, then
//! the coalitions that cannot do better are settled, and with them all in their span.

use super::super::{Coalition, Game};
use super::basis::{Basis, Row};
use super::open::{Open, TOLERANCE};

/// Which shares are allowed, and how an excess is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Whether nobody may have less than alone.
    pub individually_rational: bool,
    /// Whether an excess is divided by the members.
    pub per_head: bool,
}

/// Far more steps than a round takes: no basis comes back, unless the arithmetic has lost its way.
const MOST_STEPS: usize = 100_000;

/// A game in which nobody alone is worth anything, between two rounds.
pub(super) struct Rounds {
    open: Open,
    /// The players who may not go below what they have alone, zero, unless their share is settled.
    floors: Coalition,
    basis: Basis,
}

impl Rounds {
    /// The start: each player alone, and all together settled.
    pub fn new(game: &Game, kind: Kind) -> Option<Rounds> {
        let open = Open::of(game, kind.per_head);
        let mut rows: Vec<Row> =
            (0..game.players()).map(|player| row(&open, Coalition::single(player))).collect();
        rows.push(Row { members: game.grand(), weight: 0.0, worth: game.together(), settled: true });
        let floors = if kind.individually_rational { game.grand() } else { Coalition::EMPTY };
        Some(Rounds { open, floors, basis: Basis::new(rows)? })
    }

    /// The shares when every excess is settled.
    pub fn shares(mut self) -> Option<Vec<f64>> {
        loop {
            let mut point = self.least_level()?;
            let level = point.pop()?;
            if !self.settle(level)? {
                return Some(point);
            }
        }
    }

    /// Raises the level until no row is violated, which is the least it can be: the shares there, and last the level.
    pub fn least_level(&mut self) -> Option<Vec<f64>> {
        for _ in 0..MOST_STEPS {
            let point = self.basis.point();
            match self.most_violated(&point) {
                Some(row) if !self.basis.rows().contains(&row) => self.basis.exchange(row)?,
                _ => return Some(point),
            }
        }
        None
    }

    /// The row that is violated most at a point: of an open coalition, or of a floor that is worse.
    fn most_violated(&mut self, point: &[f64]) -> Option<Row> {
        let lowest = self.floors.players().min_by(|a, b| point[*a].total_cmp(&point[*b]));
        let below = lowest.map_or(0.0, |player| -point[player]);
        let worst = self.open.take_worst(point);
        let floor =
            |player| Row { members: Coalition::single(player), weight: 0.0, worth: 0.0, settled: false };
        match worst {
            Some((missing, coalition)) if missing >= below => Some(row(&self.open, coalition)),
            _ => lowest.filter(|_| below > TOLERANCE).map(floor),
        }
    }

    /// Settles the rows on which the level rests, all at once: with a positive price a row is tight wherever the
    /// level is least. Says whether anything is left open.
    ///
    /// Those rows, but for one, are independent of each other and of all settled before; with the tight rows
    /// without a price they determine the shares. One of these and its complement, which sum to the settled grand
    /// coalition, are the level's new support.
    fn settle(&mut self, level: f64) -> Option<bool> {
        let mut rows = self.basis.rows().to_vec();
        let support: Vec<usize> = (0..rows.len()).filter(|at| self.basis.rests_on(*at)).collect();
        for &at in &support {
            let Row { members, weight, worth, .. } = rows[at];
            rows[at] = Row { members, weight: 0.0, worth: worth - weight * level, settled: true };
        }
        let Some(loose) = rows.iter().position(|row| !row.settled) else { return Some(false) };
        let coalition = rows[loose].members;
        rows[loose] = row(&self.open, coalition);
        rows[*support.last()?] = row(&self.open, coalition.complement(self.open.players()));
        self.basis = Basis::new(rows)?;
        let free = (0..self.basis.rows().len()).filter(|at| !self.basis.rows()[*at].settled);
        self.open.close_all_but(free.map(|at| self.basis.slack_of(at)));
        self.floors =
            self.floors.players().filter(|player| self.open.is_open(Coalition::single(*player))).collect();
        Some(true)
    }
}

fn row(open: &Open, coalition: Coalition) -> Row {
    Row { members: coalition, weight: open.weight(coalition), worth: open.worth(coalition), settled: false }
}
