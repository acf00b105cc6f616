//! The power of votes: how often each voter's comes just in time for the quota.

use super::game::is_usable;
use super::sums::every_sum;
use super::{Game, GameError, MOST_PLAYERS, shapley};

/// The part of all votes by which rounding may keep a coalition from the quota.
const ROUNDING: f64 = 1e-12;

/// The most steps that counting may take, some seconds, and the most numbers it may hold.
const MOST_STEPS: f64 = 2e9;
const MOST_HELD: f64 = 2e7;

/// The Shapley-Shubik index of a weighted vote: how likely each voter is to be the one, in a random order, whose
/// votes reach the quota (L. S. Shapley and M. Shubik, 1954).
///
/// Without unit; the indices sum to 1. Exact: whole numbers of votes are counted, for hundreds of voters; others go
/// through all coalitions of up to 20 voters.
///
/// # Errors
/// No voter; votes that are negative or no number; a quota that is not above 0, or above all votes; too many voters.
///
/// ```
/// use mirab::fairness::games::shapley_shubik;
///
/// // the Security Council: five with a veto, ten without; 39 of 45 votes (published: 0.1963 and 0.001865)
/// let votes = [vec![7.0; 5], vec![1.0; 10]].concat();
/// let power = shapley_shubik(&votes, 39.0)?;
/// assert!((power[0] - 0.1963).abs() < 5e-5 && (power[14] - 0.001865).abs() < 5e-7);
/// # Ok::<(), mirab::fairness::games::GameError>(())
/// ```
pub fn shapley_shubik(weights: &[f64], quota: f64) -> Result<Vec<f64>, GameError> {
    let voters = weights.len();
    if voters == 0 {
        return Err(GameError::Players(0));
    }
    if let Some(at) = weights.iter().position(|votes| !(is_usable(*votes) && *votes >= 0.0)) {
        return Err(GameError::Votes { voter: at + 1, votes: weights[at] });
    }
    let all: f64 = weights.iter().sum();
    if !(quota > 0.0 && quota <= all * (1.0 + ROUNDING)) {
        return Err(GameError::Quota { quota, all });
    }
    let whole = weights.iter().all(|votes| votes.fract() == 0.0);
    let counted =
        whole && steps_of_counting(weights, quota) <= MOST_STEPS && voters as f64 * quota <= MOST_HELD;
    if voters <= MOST_PLAYERS && !(counted && steps_of_counting(weights, quota) <= (voters << voters) as f64)
    {
        return by_coalitions(weights, quota, all);
    }
    if counted {
        Ok(by_counting(weights, quota.ceil() as usize))
    } else {
        Err(GameError::TooManyVoters { voters })
    }
}

/// For each different number of votes, every other voter meets every size and sum below the quota.
fn steps_of_counting(weights: &[f64], quota: f64) -> f64 {
    let voters = weights.len() as f64;
    different(weights).len() as f64 * voters * voters * quota.ceil()
}

fn different(weights: &[f64]) -> Vec<f64> {
    let mut different = weights.to_vec();
    different.sort_by(f64::total_cmp);
    different.dedup();
    different
}

/// Voters with the same votes have the same power: it is counted once for each number of votes.
fn by_counting(weights: &[f64], quota: usize) -> Vec<f64> {
    let power_of = |votes: f64| {
        let mut others: Vec<usize> = weights.iter().map(|votes| *votes as usize).collect();
        if let Some(one) = others.iter().position(|other| *other == votes as usize) {
            others.swap_remove(one);
        }
        power_among(&others, votes as usize, quota)
    };
    let different = different(weights);
    let power: Vec<f64> = different.iter().map(|votes| power_of(*votes)).collect();
    let place = |votes: &f64| different.partition_point(|other| other < votes);
    weights.iter().map(|votes| power[place(votes)]).collect()
}

/// How likely some votes are to reach the quota just in time among these others: the mean, over how many come
/// before, of the likelihood that those have less than the quota but not less by more than the votes.
fn power_among(others: &[usize], votes: usize, quota: usize) -> f64 {
    // likely[size][sum]: that a random set of so many of the others seen so far has so many votes together
    let mut likely = vec![vec![0.0; quota]; others.len() + 1];
    likely[0][0] = 1.0;
    for (seen, &own) in others.iter().enumerate() {
        let now = (seen + 1) as f64;
        for size in (1..=seen + 1).rev() {
            let (smaller, rest) = likely.split_at_mut(size);
            let (from, to) = (&smaller[size - 1], &mut rest[0]);
            to.iter_mut().for_each(|part| *part *= (now - size as f64) / now);
            for (to, from) in to.iter_mut().skip(own).zip(from) {
                *to += from * size as f64 / now;
            }
        }
    }
    let decisive = |sums: &Vec<f64>| sums[quota.saturating_sub(votes)..].iter().sum::<f64>();
    likely.iter().map(decisive).sum::<f64>() / likely.len() as f64
}

/// Shapley's value of the game in which a coalition is worth 1 if it reaches the quota.
fn by_coalitions(weights: &[f64], quota: f64, all: f64) -> Result<Vec<f64>, GameError> {
    let reached = |votes: f64| f64::from(votes >= quota - ROUNDING * all);
    let worths = every_sum(weights).into_iter().map(reached).collect();
    Ok(shapley(&Game::new(weights.len(), worths)?))
}
