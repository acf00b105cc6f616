//! Whether shares lie in the core: whether no coalition can better them alone.

use super::game::check_shares;
use super::sums::every_sum;
use super::{Game, GameError};

/// Whether the shares lie in the core, to a tolerance in units of worth: they sum to the worth of all, and every
/// coalition gets at least its worth (D. B. Gillies, 1959).
///
/// # Errors
/// Shares that are not one finite number a player; a tolerance that is negative or no number.
///
/// ```
/// use mirab::fairness::games::{Game, in_core};
///
/// // two left gloves and one right: whoever has the right one takes all (L. Shapley and M. Shubik, 1969)
/// let gloves = Game::new(3, vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
/// assert!(in_core(&gloves, &[0.0, 0.0, 1.0], 1e-9)?);
/// assert!(!in_core(&gloves, &[1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0], 1e-9)?);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn in_core(game: &Game, shares: &[f64], tolerance: f64) -> Result<bool, GameError> {
    check_shares(shares, game.players())?;
    if !(tolerance.is_finite() && tolerance >= 0.0) {
        return Err(GameError::Tolerance(tolerance));
    }
    let paid = every_sum(shares);
    let efficient = (paid[paid.len() - 1] - game.together()).abs() <= tolerance;
    Ok(efficient && game.worths().iter().zip(&paid).all(|(worth, paid)| paid >= &(worth - tolerance)))
}
