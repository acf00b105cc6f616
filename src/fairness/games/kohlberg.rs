//! Certificates of the nucleolus: whether given shares are it, by balanced collections, without finding it.

use super::game::check_shares;
use super::sums::every_sum;
use super::{Coalition, Game, GameError, in_core};
use crate::solver::program::{Label, Program, Var};
use crate::solver::simplex::Simplex;
use crate::solver::{Solver, Status};

/// The part of a player's whole leeway below which a change is rounding.
const ROUNDING: f64 = 1e-7;

/// Whether shares are the prenucleolus: whether, for every level, the coalitions whose excess is no less are
/// balanced (E. Kohlberg, 1971; A. I. Sobolev, 1975). Excesses and sums are compared to `tolerance`, in units of
/// worth.
///
/// A collection is balanced if a change of the shares that takes from none of its coalitions, and nothing from all
/// together, gives to none of them either: a linear program for each level that enlarges the collection's span.
///
/// # Errors
/// Shares that are not one finite number a player; a tolerance that is negative or no number; a program that could
/// not be solved.
///
/// ```
/// use mirab::fairness::games::{Game, is_prenucleolus};
///
/// let gloves = Game::new(3, vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
/// assert!(is_prenucleolus(&gloves, &[0.0, 0.0, 1.0], 1e-9)?);
/// assert!(!is_prenucleolus(&gloves, &[0.1, 0.1, 0.8], 1e-9)?);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn is_prenucleolus(game: &Game, shares: &[f64], tolerance: f64) -> Result<bool, GameError> {
    let levels = Levels::of(game, shares, tolerance, |_| 1.0)?;
    Ok(levels.efficient && levels.are_balanced(Coalition::EMPTY)?)
}

/// Whether shares are the nucleolus: an imputation at which the coalitions of every level of excess are balanced
/// together with the players who have no more than alone (E. Kohlberg, 1971). As [`is_prenucleolus`].
///
/// # Errors
/// As [`is_prenucleolus`].
///
/// ```
/// use mirab::fairness::games::{Game, is_nucleolus, is_prenucleolus};
///
/// // the only imputation; 3 would have to pay for all to be content alike
/// let game = Game::new(3, vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])?;
/// assert!(is_nucleolus(&game, &[0.0; 3], 1e-9)?);
/// assert!(!is_prenucleolus(&game, &[0.0; 3], 1e-9)?);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn is_nucleolus(game: &Game, shares: &[f64], tolerance: f64) -> Result<bool, GameError> {
    holds_at_floors(game, shares, tolerance, |_| 1.0)
}

/// Whether shares are the per-capita nucleolus: as [`is_nucleolus`], with levels of the excess over the size of the
/// coalition.
///
/// # Errors
/// As [`is_prenucleolus`].
///
/// ```
/// use mirab::fairness::games::{Game, is_nucleolus, is_percapita_nucleolus};
///
/// let game = Game::new(3, vec![0.0, 0.0, 0.0, 60.0, 0.0, 0.0, 0.0, 72.0])?;
/// assert!(is_nucleolus(&game, &[33.0, 33.0, 6.0], 1e-9)?);
/// assert!(is_percapita_nucleolus(&game, &[34.0, 34.0, 4.0], 1e-9)?);
/// assert!(!is_percapita_nucleolus(&game, &[33.0, 33.0, 6.0], 1e-9)?);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn is_percapita_nucleolus(game: &Game, shares: &[f64], tolerance: f64) -> Result<bool, GameError> {
    holds_at_floors(game, shares, tolerance, |coalition| coalition.size() as f64)
}

/// The certificate among the imputations.
fn holds_at_floors(
    game: &Game,
    shares: &[f64],
    tolerance: f64,
    weight: impl Fn(Coalition) -> f64,
) -> Result<bool, GameError> {
    let levels = Levels::of(game, shares, tolerance, weight)?;
    let gain = |player: &usize| shares[*player] - game.alone(*player);
    if (0..game.players()).any(|player| gain(&player) < -tolerance) {
        return Ok(false);
    }
    let floors = (0..game.players()).filter(|player| gain(player) <= tolerance).collect();
    Ok(levels.efficient && levels.are_balanced(floors)?)
}

/// The coalitions by their excess, the largest first.
struct Levels {
    players: usize,
    excesses: Vec<(f64, Coalition)>,
    tolerance: f64,
    efficient: bool,
}

impl Levels {
    fn of(
        game: &Game,
        shares: &[f64],
        tolerance: f64,
        weight: impl Fn(Coalition) -> f64,
    ) -> Result<Levels, GameError> {
        check_shares(shares, game.players())?;
        let paid = every_sum(shares);
        let proper = 1..paid.len() - 1;
        let excess = |bits: usize| {
            let coalition = Coalition(bits as u32);
            ((game.worths()[bits] - paid[bits]) / weight(coalition), coalition)
        };
        let mut excesses: Vec<(f64, Coalition)> = proper.map(excess).collect();
        excesses.sort_by(|a, b| b.0.total_cmp(&a.0));
        let only_all = Game::new(1, vec![0.0, game.together()])?;
        let efficient = in_core(&only_all, &[paid[paid.len() - 1]], tolerance)?;
        Ok(Levels { players: game.players(), excesses, tolerance, efficient })
    }

    /// Whether the coalitions of every level, with these floors, are balanced. A level that adds nothing to the
    /// span of a balanced one is balanced too.
    fn are_balanced(&self, floors: Coalition) -> Result<bool, GameError> {
        let mut span = Span::default();
        span.add(Coalition::grand(self.players), self.players);
        let mut rest = &self.excesses[..];
        while let Some((level, _)) = rest.first() {
            let tied = rest.partition_point(|(excess, _)| *excess >= level - self.tolerance);
            let (level, below) = rest.split_at(tied);
            rest = below;
            let added = level.iter().filter(|(_, coalition)| span.add(*coalition, self.players)).count();
            let so_far = &self.excesses[..self.excesses.len() - rest.len()];
            if added > 0 && !is_balanced(so_far, floors, self.players)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether no change of shares within -1 and 1 that takes from nobody gives to a coalition.
fn is_balanced(
    coalitions: &[(f64, Coalition)],
    floors: Coalition,
    players: usize,
) -> Result<bool, GameError> {
    let mut program = Program::new();
    let element = program.name("players");
    let label = |family| Label { family, element, period: None };
    let lower = |player| if floors.contains(player) { 0.0 } else { -1.0 };
    let changes: Vec<Var> =
        (0..players).map(|player| program.add_variable(label("change"), lower(player), 1.0)).collect();
    let all = program.add_row(label("all"), 0.0, 0.0);
    changes.iter().for_each(|change| program.add_term(all, *change, 1.0));
    for (_, coalition) in coalitions {
        let row = program.add_row(label("coalition"), 0.0, f64::INFINITY);
        for player in coalition.players() {
            program.add_term(row, changes[player], 1.0);
            program.add_cost(changes[player], -1.0);
        }
    }
    let found = Simplex.solve(&program);
    match found.status {
        Status::Optimal => Ok(found.objective >= -ROUNDING),
        _ => Err(GameError::Unsolved("balance of a level")),
    }
}

/// The span of some coalitions, as directions at right angles of length 1.
#[derive(Default)]
struct Span {
    directions: Vec<Vec<f64>>,
}

impl Span {
    /// Adds a coalition; says whether it was not in the span before.
    fn add(&mut self, coalition: Coalition, players: usize) -> bool {
        let member = |player| f64::from(u8::from(coalition.contains(player)));
        let mut left: Vec<f64> = (0..players).map(member).collect();
        // twice is enough to be at right angles to the last digit
        for direction in self.directions.iter().chain(&self.directions) {
            let along: f64 = left.iter().zip(direction).map(|(a, b)| a * b).sum();
            left.iter_mut().zip(direction).for_each(|(left, direction)| *left -= along * direction);
        }
        let length = left.iter().map(|part| part * part).sum::<f64>().sqrt();
        let new = length > ROUNDING;
        if new {
            self.directions.push(left.iter().map(|part| part / length).collect());
        }
        new
    }
}
