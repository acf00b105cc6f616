//! Guarantees: minima that come before a policy's own goal, in tiers.
//!
//! Let `u_m` be the degree, 0 to 1, to which member `m` of a guarantee is kept. If all can be kept at once they are,
//! and one program shows it. If they clash, tier 0 is served first and tier 2 gives way first: tier by tier the degrees
//! are lifted by leximin and held, among the plans with the least shortfall of the promises of the physics, and what
//! gave way is said. In every later program of the policy they are limits.

mod members;
mod record;
mod rows;

pub use members::{Amount, Member, ServedBy, members};
pub use record::{Guarantee, JointPlant, LAST_TIER, Promised};
pub(crate) use rows::{SLACK, WHOLE, add_degree, hold};

use crate::energy::hydropower::Yields;
use crate::network::basin::Basin;
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;
use crate::solver::lexicographic;
use crate::solver::program::Var;
use crate::solver::vertex::Lift;

use super::allocate::{Draft, Engine};
use super::formulation::{Detail, Formulation, LeastShortfall};
use super::plan::Plan;
use super::unsolved::Unsolved;

/// A guarantee that had to give.
#[derive(Clone, Debug, PartialEq)]
pub struct GaveWay {
    /// Its name in the policy.
    pub guarantee: String,
    /// Its tier.
    pub tier: u8,
    /// Of what and for whom, in words: `energy of TJ`.
    pub of: String,
    /// When.
    pub season: Season,
    /// The periods in which it is short, where it speaks of single periods.
    pub periods: Vec<PeriodIdx>,
    /// How much is guaranteed, in `unit`.
    pub required: f64,
    /// How much of it there is, in `unit`.
    pub achieved: f64,
    /// `hm3` or `GWh`.
    pub unit: &'static str,
}

impl GaveWay {
    /// In a sentence.
    pub fn describe(&self, basin: &Basin) -> String {
        let GaveWay { guarantee, tier, of, required, achieved, unit, .. } = self;
        let days = self.periods.iter().map(|&t| basin.horizon.periods[t].first_day.to_string());
        let days: Vec<String> = days.collect();
        let when = if days.is_empty() { String::new() } else { format!("; short from {}", days.join(", ")) };
        format!(
            "guarantee `{guarantee}` (tier {tier}) gave way: {of} in {}: {achieved:.1} of {required:.1} {unit}, {:.1} too little{when}",
            self.season.months(),
            required - achieved
        )
    }
}

/// The guarantees of a policy on a window, and how far they can be kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Guarantees {
    members: Vec<Member>,
    /// To which degree each is kept; empty until that is known.
    degrees: Vec<f64>,
}

impl Guarantees {
    pub(super) fn new(members: Vec<Member>) -> Guarantees {
        Guarantees { members, degrees: Vec::new() }
    }

    /// Whether nothing is guaranteed.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Makes what can be kept limits of a program.
    pub(super) fn hold(&self, formulation: &mut Formulation<'_>) {
        rows::hold(formulation, &self.members, &self.degrees);
    }

    /// What a plan could not keep.
    pub(super) fn gave_way(&self, plan: &Plan) -> Vec<GaveWay> {
        let short = self.members.iter().zip(&self.degrees).filter(|(_, degree)| **degree < 1.0 - rows::WHOLE);
        short
            .map(|(member, degree)| GaveWay {
                guarantee: member.guarantee.clone(),
                tier: member.tier,
                of: member.of.clone(),
                season: member.season,
                periods: member.short_in(plan),
                required: member.total(),
                achieved: degree * member.total(),
                unit: member.unit,
            })
            .collect()
    }
}

impl<'a> Engine<'a, '_> {
    /// Finds how far the guarantees can be kept at given yields: whole, if one program shows that they can, or else
    /// tier by tier.
    pub(super) fn find_guarantees(
        &mut self,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<(), Unsolved> {
        self.find_limits(yields, shortfall)?;
        if self.guarantees.is_empty() {
            return Ok(());
        }
        let mut formulation = Formulation::new(self.window, yields, Detail::Physics);
        formulation.hold_shortfall(shortfall);
        self.limits.hold(&mut formulation);
        let members = self.guarantees.members.clone();
        let vars: Vec<Var> =
            members.iter().map(|member| rows::add_degree(&mut formulation, member)).collect();
        formulation.program.clear_objective();
        vars.iter().for_each(|&var| formulation.program.add_cost(var, -1.0));
        let solution = self.solve(&formulation.program, "keeping the guarantees")?;
        let whole = vars.iter().all(|var| solution.values[var.position()] >= 1.0 - rows::WHOLE);
        self.guarantees.degrees = match whole {
            true => vec![1.0; vars.len()],
            false => self.lift_tiers(formulation, &members, &vars, solution.values)?,
        };
        Ok(())
    }

    /// Leximin of the degrees tier by tier, each tier among the plans that hold those before it.
    fn lift_tiers(
        &mut self,
        mut formulation: Formulation<'a>,
        members: &[Member],
        vars: &[Var],
        mut near: Vec<f64>,
    ) -> Result<Vec<f64>, Unsolved> {
        let mut tiers: Vec<(Vec<usize>, Lift)> = Vec::new();
        for tier in 0..=LAST_TIER {
            let own: Vec<usize> = (0..members.len()).filter(|at| members[*at].tier == tier).collect();
            let list: Vec<lexicographic::Member> =
                own.iter().map(|&at| lexicographic::Member { var: vars[at], weight: 1.0 }).collect();
            tiers.push((own, Lift::add_to(&mut formulation.program, &list)));
            near.push(0.0);
        }
        formulation.program.clear_objective();
        let mut vertex = self.vertex(&formulation.program)?;
        vertex.go_near(&near);
        let mut degrees = vec![1.0; members.len()];
        for (own, lift) in &tiers {
            let levels = lift
                .climb(&mut vertex, rows::SLACK)
                .map_err(|status| self.why(&formulation.program, "keeping the guarantees", status))?;
            own.iter().zip(levels).for_each(|(&at, level)| degrees[at] = level.clamp(0.0, 1.0));
        }
        self.count(&vertex);
        Ok(degrees)
    }

    /// Plans of great benefit that keep the guarantees, until generation hardly moves with the heads; then the one of
    /// the greatest benefit. As for a policy about money alone, but with the promises held first.
    pub(super) fn guaranteed_passes(&mut self, yields: &Yields) -> Result<Draft<'a>, Unsolved> {
        let shortfall = self.least_shortfall(yields)?;
        self.settle(yields, |engine, yields| {
            engine.find_guarantees(yields, &shortfall)?;
            Ok(engine.promised(Detail::Money, yields, &shortfall))
        })
    }
}
