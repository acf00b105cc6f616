//! The recursive rule of Dominguez and Thomson, summed in closed form.
//!
//! A step gives each of `n` claimants `min(c_i, E) / n` and lowers claims and estate by it. A claim below the
//! estate shrinks by the factor `q = 1 - 1/n`; one that reaches the estate goes on reaching it, and all of
//! these are given the same. So the steps until the next claim reaches the estate are counted by a logarithm
//! instead of being taken one by one: at most `n` rounds, and no remainder.

use super::Claims;
use super::sum::{Sum, sum};

/// The limit of giving each claimant `min(c_i, E) / n` and lowering claims and estate by what was given.
///
/// Range `0 <= x <= c`, in the unit of the estate. It keeps claims truncation, and nobody is awarded less
/// than `min(c_i, E) / n`; it is the one rule that may always give this bound first. As `n` counts everybody,
/// a claimant of nothing changes the awards of the others.
///
/// Reference: Dominguez and Thomson, 2006 (recursive rule).
///
/// ```
/// use mirab::fairness::claims::{Claims, dominguez_thomson};
///
/// // by hand: half of each at first, then a quarter of each, and nothing is left
/// let awards = dominguez_thomson(&Claims::new(1.0, [1.0, 0.5])?);
/// for (award, eighths) in awards.iter().zip([5.0, 3.0]) {
///     assert!((award - eighths / 8.0).abs() < 1e-15);
/// }
/// # Ok::<(), mirab::fairness::claims::ClaimsError>(())
/// ```
pub fn dominguez_thomson(problem: &Claims) -> Vec<f64> {
    problem.awards(|| problem.settled(recursive(problem)))
}

/// How far the recursion has come: the estate left, what has been done to the small claims (those below the
/// estate), and what each large claim would have been given had it been large from the start.
struct Progress {
    /// `ln q` of one step.
    log_factor: f64,
    steps: f64,
    /// What is left of a small claim, and what has been given of it: `q^steps` and `1 - q^steps`.
    left: f64,
    given: f64,
    estate: f64,
    to_large: f64,
}

impl Progress {
    fn advance(&mut self, steps: f64) {
        self.steps += steps;
        self.left = (self.steps * self.log_factor).exp();
        self.given = -(self.steps * self.log_factor).exp_m1();
    }
}

fn recursive(problem: &Claims) -> Vec<f64> {
    let claims = &problem.claims;
    let n = claims.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|a, b| claims[*a].total_cmp(&claims[*b]));
    let sorted: Vec<f64> = order.iter().map(|claimant| claims[*claimant]).collect();

    let mut progress = until_one_is_large(problem, &sorted);
    let mut awards = vec![0.0; n];
    let mut small = n;
    let mut sums_of_small = running_sums(&sorted);
    // what a claimant had been given, less what the large had, when its claim became large
    let mut head_start = vec![0.0; n];
    loop {
        while small > 0 && (small == n || sorted[small - 1] * progress.left >= progress.estate) {
            small -= 1;
            head_start[small] = sorted[small] * progress.given - progress.to_large;
            sums_of_small.pop();
        }
        let sum_of_small = sums_of_small.last().map_or(0.0, |sum| sum * progress.left);
        if sum_of_small <= 0.0 {
            progress.to_large += progress.estate / (n - small) as f64;
            break;
        }
        until_next_is_large(&mut progress, n, small, sorted[small - 1], sum_of_small);
    }
    for (place, claimant) in order.into_iter().enumerate().skip(small) {
        awards[claimant] = head_start[place] + progress.to_large;
    }
    awards
}

/// Sums of the first one, two, three ... terms.
fn running_sums(terms: &[f64]) -> Vec<f64> {
    let mut running = Sum::default();
    let mut add = |term: &f64| {
        running = running.plus(*term);
        running.value()
    };
    terms.iter().map(&mut add).collect()
}

/// While all claims are below the estate, `E_k = C q^k - (C - E)`: the first `k` at which the largest,
/// `c q^k`, is no longer below it.
fn until_one_is_large(problem: &Claims, sorted: &[f64]) -> Progress {
    let (largest, others) = (sorted[sorted.len() - 1], sum(sorted[..sorted.len() - 1].iter().copied()));
    let log_factor = (-1.0 / sorted.len() as f64).ln_1p();
    let mut progress =
        Progress { log_factor, steps: 0.0, left: 1.0, given: 0.0, estate: problem.estate, to_large: 0.0 };
    if problem.estate > largest {
        progress.advance(((problem.shortfall / others).ln() / log_factor).ceil());
        progress.estate = (problem.estate - problem.total * progress.given).max(0.0);
    }
    progress
}

/// With `L` large claims, and small ones of sum `S` and largest `c`, the estate over `q^k` after `k` more
/// steps is `E - k S / (n - 1)` for `L = 1`, and otherwise `(E + p) r^k - p` with `p = S / (L - 1)` and
/// `r = (n - L) / (n - 1)`: the first `k` at which it is not above `c`.
fn until_next_is_large(progress: &mut Progress, n: usize, small: usize, next: f64, sum_of_small: f64) {
    let (next, estate) = (next * progress.left, progress.estate);
    let (others, large) = ((n - 1) as f64, (n - small) as f64);
    let (steps, fallen) = if small + 1 == n {
        let steps = ((estate - next) * others / sum_of_small).ceil().max(1.0);
        (steps, steps * sum_of_small / others)
    } else {
        let shift = sum_of_small / (large - 1.0);
        let log_ratio = (small as f64 / others).ln();
        let steps = ((-(estate - next) / (estate + shift)).ln_1p() / log_ratio).ceil().max(1.0);
        (steps, -(estate + shift) * (steps * log_ratio).exp_m1())
    };
    let small_give = -sum_of_small * (steps * progress.log_factor).exp_m1();
    progress.advance(steps);
    progress.estate = ((estate - fallen) * (steps * progress.log_factor).exp()).max(0.0);
    progress.to_large += (estate - progress.estate - small_give) / large;
}
