//! How firmly given shares hold a coalition of all together: who would lose what by leaving, and how evenly the
//! gain is spread.

use super::game::check_shares;
use super::{Game, GameError};

/// The part of the largest worth below which a gain is rounding.
const ROUNDING: f64 = 1e-12;

/// Gately's propensity to disrupt of each player: what the others would lose if they left, over what they would
/// lose themselves, `(x(N - i) - v(N - i)) / (x_i - v(i))` (D. Gately, 1974).
///
/// A ratio without unit; above 1, leaving hurts the others more. The shares are of a gain game and need not be
/// efficient.
///
/// # Errors
/// Shares that are not one finite number a player; a player who gains nothing above their worth alone.
///
/// ```
/// use mirab::fairness::games::{Game, propensity_to_disrupt};
///
/// // at a third each, Kerala's leaving costs the others 810 and itself 510 (the game of D. Gately, 1974)
/// let power = Game::new(3, vec![0.0, 0.0, 0.0, 1170.0, 0.0, 770.0, 210.0, 1530.0])?;
/// assert_eq!(propensity_to_disrupt(&power, &[510.0; 3])?[0], 810.0 / 510.0);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn propensity_to_disrupt(game: &Game, shares: &[f64]) -> Result<Vec<f64>, GameError> {
    let gains = gains(game, shares)?;
    let all: f64 = shares.iter().sum();
    let propensity = |(player, &gain): (usize, &f64)| {
        if gain == 0.0 {
            return Err(GameError::NoGain { player: player + 1 });
        }
        Ok((all - shares[player] - game.worth(game.grand().without(player))) / gain)
    };
    gains.iter().enumerate().map(propensity).collect()
}

/// Loehman's power of each player: their part of the gain of all, `(x_i - v(i)) / sum_j (x_j - v(j))` (E. Loehman
/// et al., 1979). Without unit; the parts sum to 1.
///
/// # Errors
/// Shares that are not one finite number a player; no gain in sum.
///
/// ```
/// use mirab::fairness::games::{Game, loehman_power};
///
/// let game = Game::new(2, vec![0.0, 1.0, 2.0, 7.0])?;
/// assert_eq!(loehman_power(&game, &[2.0, 5.0])?, [0.25, 0.75]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn loehman_power(game: &Game, shares: &[f64]) -> Result<Vec<f64>, GameError> {
    let gains = gains(game, shares)?;
    let all: f64 = gains.iter().sum();
    if all.abs() <= rounding(game, shares) {
        return Err(GameError::NoGainOfAll);
    }
    Ok(gains.iter().map(|gain| gain / all).collect())
}

/// The stability index: the standard deviation over the mean of [`loehman_power`] (A. Dinar and R. E. Howitt,
/// 1997). Without unit, 0 where all gain alike; lower is more stable.
///
/// `ddof` is taken off the count in the deviation: 0 for all there are, 1 for a sample.
///
/// # Errors
/// As [`loehman_power`]; a `ddof` above 1, or 1 with a single player.
///
/// ```
/// use mirab::fairness::games::{Game, stability_index};
///
/// // powers 1/4 and 3/4: a deviation of 1/4 over a mean of 1/2
/// let game = Game::new(2, vec![0.0, 1.0, 2.0, 7.0])?;
/// assert_eq!(stability_index(&game, &[2.0, 5.0], 0)?, 0.5);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn stability_index(game: &Game, shares: &[f64], ddof: u32) -> Result<f64, GameError> {
    let players = game.players();
    if ddof > 1 || ddof as usize >= players {
        return Err(GameError::Deviation { players, ddof });
    }
    let power = loehman_power(game, shares)?;
    let mean = 1.0 / players as f64;
    let squares: f64 = power.iter().map(|power| (power - mean).powi(2)).sum();
    Ok((squares / f64::from(players as u32 - ddof)).sqrt() / mean)
}

/// What each has above their worth alone; 0 where rounding alone can make the difference.
fn gains(game: &Game, shares: &[f64]) -> Result<Vec<f64>, GameError> {
    check_shares(shares, game.players())?;
    let rounding = rounding(game, shares);
    let gain = |(share, alone): (&f64, f64)| {
        let gain = share - alone;
        if gain.abs() <= rounding { 0.0 } else { gain }
    };
    Ok(shares.iter().zip(game.each_alone()).map(gain).collect())
}

fn rounding(game: &Game, shares: &[f64]) -> f64 {
    ROUNDING * shares.iter().fold(game.largest(), |largest, share| share.abs().max(largest))
}
