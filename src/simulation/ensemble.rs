//! Ensembles: the same basin with as many draws of what comes, each looked at by itself.
//!
//! Member `k` multiplies the water of each river by a log-normal factor of mean one, whose spread is that river's own
//! from year to year; a river without one takes the factor of the river it follows, to the same degree as it takes its anomaly. Rivers are
//! drawn independently. A member draws from a stream of its own, so that it is the same however many members there are and whoever
//! computes it. How members are put together to be solved side by side changes nothing either.

use indexmap::IndexMap;
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, LogNormal};
use rayon::prelude::*;

use crate::allocation::allocate::Allocation;
use crate::allocation::allocate::traces::Traces;
use crate::allocation::policy::Policy;
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::hydrology::inflow::{Inflows, NaturalInflow};
use crate::solver::Solver;
use crate::solver::interior_point::Batch;

use super::seasonal::{Outcome, outcome, run_among};

/// The most members that are looked at together: of their programs all are held at once.
const GROUP: usize = 8 * Batch::WIDTH;

/// The factor of each river for one member, counted from one.
pub fn factors(rivers: &[NaturalInflow], seed: u64, member: u32) -> Vec<f64> {
    let mut lots = ChaCha12Rng::seed_from_u64(seed);
    lots.set_stream(u64::from(member));
    let own: Vec<Option<f64>> = rivers
        .iter()
        .map(|river| {
            let spread = LogNormal::from_mean_cv(1.0, river.annual_cv?).ok()?;
            Some(spread.sample(&mut lots))
        })
        .collect();
    (0..rivers.len()).map(|river| factor(rivers, &own, river, rivers.len())).collect()
}

/// A river's own factor, or that of the one it follows; 1 where there is none within so many rivers.
fn factor(rivers: &[NaturalInflow], own: &[Option<f64>], river: usize, within: usize) -> f64 {
    match (own[river], rivers[river].follows) {
        (Some(factor), _) => factor,
        (None, Some((leader, share))) if within > 0 => {
            (1.0 + share * (factor(rivers, own, leader, within - 1) - 1.0)).max(0.0)
        }
        _ => 1.0,
    }
}

/// The draws of an ensemble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    /// What they begin from: the same seed, the same draws.
    pub seed: u64,
    /// How many members there are; they are counted from one.
    pub members: u32,
}

/// Policies to be run on every member of an ensemble.
pub struct Ensemble<'a> {
    window: Window<'a>,
    rivers: &'a [NaturalInflow],
    policies: &'a [(String, Policy)],
    known: &'a IndexMap<String, Policy>,
    solver: &'a dyn Solver,
    /// What is found once for each policy whose members are planned side by side.
    traces: Vec<Option<Traces<'a, 'a>>>,
}

impl<'a> Ensemble<'a> {
    /// What is found once: for each policy that adds up, the heads and the pattern of the year that the members vary. Such a policy
    /// plans its members side by side at those heads, to first order in their storages; the others go the whole way of a single
    /// run, and so does a member whose programs do not come to an answer. Status quos are looked up among the `known` policies.
    pub fn new(
        window: Window<'a>,
        rivers: &'a [NaturalInflow],
        policies: &'a [(String, Policy)],
        known: &'a IndexMap<String, Policy>,
        solver: &'a dyn Solver,
    ) -> Ensemble<'a> {
        // a policy that cannot be run on the year itself is tried on each member
        let once = |(_, policy): &'a (String, Policy)| Traces::of(window, policy, solver).ok().flatten();
        let traces = policies.par_iter().map(once).collect();
        Ensemble { window, rivers, policies, known, solver, traces }
    }

    /// Runs every member and looks at what came of it, in parallel; what is found comes in the order of the members.
    pub fn run<T: Send>(
        &self,
        draws: Draws,
        look: impl Fn(u32, Window<'_>, Vec<Result<Outcome, Unsolved>>) -> T + Sync,
    ) -> Vec<T> {
        let members: Vec<u32> = (1..=draws.members).collect();
        let shared = members.len().div_ceil(rayon::current_num_threads().max(1));
        let group = shared.next_multiple_of(Batch::WIDTH).clamp(Batch::WIDTH, GROUP);
        let look_at = |group: &[u32]| {
            let drawn = |&member: &u32| {
                self.window.inflows.times(self.rivers, &factors(self.rivers, draws.seed, member))
            };
            let inflows: Vec<Inflows> = group.iter().map(drawn).collect();
            let window = |inflows| Window { inflows, ..self.window };
            let windows: Vec<Window<'_>> = inflows.iter().map(window).collect();
            let one = |((&member, &window), plans): ((&u32, &Window<'_>), Plans)| {
                look(member, window, self.outcomes(window, plans))
            };
            group.par_iter().zip(&windows).zip(self.plans(&windows)).map(one).collect::<Vec<T>>()
        };
        members.par_chunks(group).flat_map_iter(look_at).collect()
    }

    /// For each window the plans that were made side by side.
    fn plans(&self, windows: &[Window<'_>]) -> Vec<Plans> {
        let mut all: Vec<Plans> = windows.iter().map(|_| Vec::with_capacity(self.policies.len())).collect();
        for traces in &self.traces {
            let plans = traces.as_ref().map(|traces| traces.allocate(windows)).unwrap_or_default();
            let plans = plans.into_iter().chain(std::iter::repeat_with(|| None));
            all.iter_mut().zip(plans).for_each(|(own, plan)| own.push(plan));
        }
        all
    }

    /// The outcomes of a member in the order of the policies; those without a plan go the whole way.
    fn outcomes(&self, window: Window<'_>, plans: Plans) -> Vec<Result<Outcome, Unsolved>> {
        let missing = self.policies.iter().zip(&plans).filter(|(_, plan)| plan.is_none());
        let rest: Vec<(String, Policy)> = missing.map(|(policy, _)| policy.clone()).collect();
        let mut whole_way = match rest.as_slice() {
            [] => Vec::new(),
            rest => run_among(window, rest, self.known, self.solver, &|_| {}),
        }
        .into_iter();
        let mut one = |((name, _), plan): (&(String, Policy), Option<Allocation>)| match plan {
            Some(plan) => Ok(outcome(window, name, plan, None)),
            None => whole_way.next().unwrap_or(Err(Unsolved::NothingToShare)),
        };
        self.policies.iter().zip(plans).map(&mut one).collect()
    }
}

/// The plans of a member by policy, where they were made side by side.
type Plans = Vec<Option<Allocation>>;

#[cfg(test)]
mod tests {
    use super::*;

    fn river(annual_cv: Option<f64>, follows: Option<(usize, f64)>) -> NaturalInflow {
        NaturalInflow { name: String::new(), annual_cv, follows, natural: Vec::new() }
    }

    #[test]
    fn factors_have_the_mean_and_the_spread_asked_for_and_followers_take_their_part() {
        let rivers = [river(Some(0.3), None), river(None, Some((0, 0.5))), river(None, None)];
        let count = 20_000;
        let drawn: Vec<Vec<f64>> = (1..=count).map(|member| factors(&rivers, 7, member)).collect();
        let mean = drawn.iter().map(|factors| factors[0]).sum::<f64>() / f64::from(count);
        let square = drawn.iter().map(|factors| (factors[0] - mean).powi(2)).sum::<f64>() / f64::from(count);
        // the standard errors are 0.002 of the mean and some 0.003 of the spread
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!((square.sqrt() - 0.3).abs() < 0.012, "{}", square.sqrt());
        assert!(drawn.iter().all(|factors| (factors[1] - (1.0 + 0.5 * (factors[0] - 1.0))).abs() < 1e-12));
        assert!(drawn.iter().all(|factors| factors[2] == 1.0));
    }

    #[test]
    fn a_member_draws_the_same_whoever_else_there_is() {
        let rivers = [river(Some(0.2), None), river(Some(0.1), None)];
        assert_eq!(factors(&rivers, 1, 3), factors(&rivers, 1, 3));
        assert_ne!(factors(&rivers, 1, 3), factors(&rivers, 1, 4));
        assert_ne!(factors(&rivers, 1, 3), factors(&rivers, 2, 3));
        assert_ne!(factors(&rivers, 1, 3)[0], factors(&rivers, 1, 3)[1]);
    }

    #[test]
    fn rivers_that_follow_each_other_in_a_circle_stay_as_they_are() {
        let rivers = [river(None, Some((1, 1.0))), river(None, Some((0, 1.0)))];
        assert_eq!(factors(&rivers, 1, 1), [1.0, 1.0]);
    }
}
