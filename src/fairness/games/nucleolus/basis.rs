//! The tight conditions that hold shares and level in place, and what they weigh: one vertex of the program of a
//! round, and the step to the next.

use super::super::Coalition;
use nalgebra::DMatrix;

/// Below this a price or a direction is zero. They are ratios of determinants of zeros and ones: what is not zero
/// is far above it, and rounding far below.
const ZERO: f64 = 1e-9;

/// The condition `x(members) + weight * level >= worth`; an equation where it is settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub members: Coalition,
    /// How much the level concedes to it: 0 where nothing.
    pub weight: f64,
    pub worth: f64,
    /// Whether it holds with equality for good.
    pub settled: bool,
}

/// As many independent tight rows as there are shares and the level, so that they have one solution.
///
/// The level is the least that satisfies them when no row that is not settled has a negative price, the price being
/// what the level falls per unit of worth taken off the row. It then rises, step by step, to satisfy all others.
pub(super) struct Basis {
    rows: Vec<Row>,
    /// Of the matrix whose columns are the rows' coefficients, the level's last: a row of it for each tight row.
    inverse: DMatrix<f64>,
    /// The matrix of the first rows, which decides ties.
    start: DMatrix<f64>,
}

impl Basis {
    /// The basis of some rows; none where they do not hold one point.
    pub fn new(rows: Vec<Row>) -> Option<Basis> {
        let start = matrix(&rows);
        Some(Basis { inverse: start.clone().try_inverse()?, rows, start })
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The shares, and last the level.
    pub fn point(&self) -> Vec<f64> {
        let sum =
            |place| self.rows.iter().enumerate().map(|(at, row)| row.worth * self.inverse[(at, place)]).sum();
        (0..self.rows.len()).map(sum).collect()
    }

    /// What the least level owes to each row.
    pub fn price(&self, at: usize) -> f64 {
        self.inverse[(at, self.rows.len() - 1)]
    }

    /// Whether the least level rests on a row: its slack is then zero wherever the level is least.
    pub fn rests_on(&self, at: usize) -> bool {
        !self.rows[at].settled && self.price(at) > ZERO
    }

    /// The coefficients, for each player, of a tight row's slack.
    pub fn slack_of(&self, at: usize) -> Vec<f64> {
        (0..self.rows.len() - 1).map(|player| self.inverse[(at, player)]).collect()
    }

    /// Lets a violated row in, in place of the one whose price falls to zero first. `None` if none does, or if the
    /// arithmetic fails.
    pub fn exchange(&mut self, row: Row) -> Option<()> {
        let direction = self.direction(&row);
        let leaves = self.first_to_zero(&direction)?;
        self.rows[leaves] = row;
        self.inverse = matrix(&self.rows).try_inverse()?;
        Some(())
    }

    /// How much of each tight row makes up another row.
    fn direction(&self, row: &Row) -> Vec<f64> {
        let last = self.rows.len() - 1;
        let part = |at| -> f64 {
            let members: f64 = row.members.players().map(|player| self.inverse[(at, player)]).sum();
            members + row.weight * self.inverse[(at, last)]
        };
        (0..self.rows.len()).map(part).collect()
    }

    /// The row whose price falls to zero first along a direction. Most prices are zero to begin with; ties are
    /// broken by the coefficients in terms of the first rows, one after the other, so that no basis can come back
    /// (the lexicographic rule of G. B. Dantzig, A. Orden and P. Wolfe, 1955).
    fn first_to_zero(&self, direction: &[f64]) -> Option<usize> {
        let falls = |at: &usize| !self.rows[*at].settled && direction[*at] > ZERO;
        let mut first: Vec<usize> = (0..self.rows.len()).filter(falls).collect();
        keep_least(&mut first, |at| self.price(at).max(0.0) / direction[at]);
        for place in 0..self.rows.len() {
            if first.len() <= 1 {
                break;
            }
            keep_least(&mut first, |at| (self.inverse.row(at) * self.start.column(place))[0] / direction[at]);
        }
        first.first().copied()
    }
}

/// Keeps what ties for the least value.
fn keep_least(candidates: &mut Vec<usize>, value: impl Fn(usize) -> f64) {
    let values: Vec<f64> = candidates.iter().map(|at| value(*at)).collect();
    let least = values.iter().fold(f64::INFINITY, |least, value| value.min(least));
    let mut values = values.into_iter();
    candidates.retain(|_| values.next().is_some_and(|value| value <= least + ZERO));
}

/// A column of coefficients for each row: 1 for each member, then the weight.
fn matrix(rows: &[Row]) -> DMatrix<f64> {
    let last = rows.len() - 1;
    let coefficient = |place, at: usize| {
        if place == last { rows[at].weight } else { f64::from(u8::from(rows[at].members.contains(place))) }
    };
    DMatrix::from_fn(rows.len(), rows.len(), coefficient)
}
