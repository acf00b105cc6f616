//! Shapley's value estimated from random orders, for more players than coalitions can be counted of, or worths too
//! dear to know all of; with the error that chance has left.

use super::GameError;
use super::game::is_usable;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Shapley's value as estimated: a share for each player, and how far off it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The shares, in units of worth; they sum to the worth of all, whatever was drawn.
    pub shares: Vec<f64>,
    /// The standard error of each share, in the same unit: two times in three the share is closer than that.
    pub standard_errors: Vec<f64>,
}

/// Shapley's value estimated from `orders` random orders of the players, in pairs of one and its reverse (J. Castro,
/// D. Gomez and J. Tejada, 2009; antithetic as in R. Mitchell et al., 2022).
///
/// A player early in an order is late in its reverse, so that the two errors partly cancel; an odd number of
/// orders is rounded up. `worth` is asked for the worth of a coalition (whether each player is in it), never for
/// that of the empty one, which is 0, and only once for that of all: `orders * (players - 1) + 1` times. The
/// same seed gives the same estimate.
///
/// # Errors
/// No player; fewer than 4 orders, which leave no error to be measured; a worth that is no number or beyond
/// [`LARGEST_WORTH`](super::LARGEST_WORTH).
///
/// ```
/// use mirab::fairness::games::shapley_sampled;
///
/// // a hundred voters, one vote each but ten for the first, who decides from 10 of the 100 places (55 of 109)
/// let votes = |members: &[bool]| {
///     members.iter().enumerate().map(|(at, &is)| f64::from(is) * if at == 0 { 10.0 } else { 1.0 }).sum::<f64>()
/// };
/// let estimate = shapley_sampled(100, |members| f64::from(votes(members) >= 55.0), 1000, 7)?;
/// assert!((estimate.shares[0] - 0.1).abs() < 4.0 * estimate.standard_errors[0]);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn shapley_sampled(
    players: usize,
    mut worth: impl FnMut(&[bool]) -> f64,
    orders: usize,
    seed: u64,
) -> Result<Estimate, GameError> {
    if players == 0 {
        return Err(GameError::NoPlayers);
    }
    if orders < 4 {
        return Err(GameError::TooFewOrders(orders));
    }
    let together = ask(&mut worth, &vec![true; players])?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..players).collect();
    let mut moments = Moments::new(players);
    for _ in 0..orders.div_ceil(2) {
        order.shuffle(&mut random);
        let mut pair = vec![0.0; players];
        add_in_order(&mut worth, order.iter(), together, &mut pair)?;
        add_in_order(&mut worth, order.iter().rev(), together, &mut pair)?;
        pair.iter_mut().for_each(|both| *both /= 2.0);
        moments.take(&pair);
    }
    Ok(moments.estimate())
}

/// Adds to each player's sum what they add to those before them in an order.
fn add_in_order<'a>(
    worth: &mut impl FnMut(&[bool]) -> f64,
    order: impl ExactSizeIterator<Item = &'a usize>,
    together: f64,
    sums: &mut [f64],
) -> Result<(), GameError> {
    let mut members = vec![false; sums.len()];
    let last = order.len() - 1;
    let mut before = 0.0;
    for (place, &player) in order.enumerate() {
        members[player] = true;
        let now = if place == last { together } else { ask(worth, &members)? };
        sums[player] += now - before;
        before = now;
    }
    Ok(())
}

fn ask(worth: &mut impl FnMut(&[bool]) -> f64, members: &[bool]) -> Result<f64, GameError> {
    let answer = worth(members);
    if is_usable(answer) {
        return Ok(answer);
    }
    let numbers = members.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| (at + 1).to_string());
    Err(GameError::SampledWorth { coalition: numbers.collect::<Vec<_>>().join("+"), worth: answer })
}

/// Running means and squares of deviations (B. P. Welford, 1962).
struct Moments {
    count: f64,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    fn new(players: usize) -> Moments {
        Moments { count: 0.0, means: vec![0.0; players], squares: vec![0.0; players] }
    }

    fn take(&mut self, values: &[f64]) {
        self.count += 1.0;
        for ((mean, square), value) in self.means.iter_mut().zip(&mut self.squares).zip(values) {
            let off = value - *mean;
            *mean += off / self.count;
            *square += off * (value - *mean);
        }
    }

    fn estimate(self) -> Estimate {
        let error = |square: &f64| (square / (self.count - 1.0) / self.count).sqrt();
        Estimate { standard_errors: self.squares.iter().map(error).collect(), shares: self.means }
    }
}
