//! What binds a coalition: the guarantees of a policy that belong to its members, as far as it can keep them alone.
//!
//! A member of a guarantee belongs to whose water or power it is, whose reservoir lets it out, or on whose territory
//! the river is. Its degree `u_m` is asked to be what the policy's own plan reached. A coalition may not reach it:
//! first the least that the others' decisions are moved and promises are broken is held; then, tier by tier, the greatest sum of
//! its members' degrees is found and held, and every plan of the coalition is made among those that are left. How far
//! power is served follows the heads, so in plans at other heads what they take from a sum is missed, and costs the
//! coalition nothing. Plans themselves are left to [`super::coalition`].

use crate::allocation::guarantee::{
    Amount, GaveWay, LAST_TIER, Member, SLACK, ServedBy, WHOLE, add_degree, hold, members,
};
use crate::allocation::policy::Policy;
use crate::allocation::unsolved::Unsolved;
use crate::allocation::window::Window;
use crate::solver::Solution;
use crate::solver::program::{Label, Row, Var};

use super::outsiders::Together;

/// Room above the least that others are moved and promises broken, MUSD: plans keep an inside.
const ROOM_MUSD: f64 = 1e-3;
/// The same, relative to the least.
const ROOM: f64 = 1e-9;

/// A guarantee of one riparian in one season, and how far it is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The guarantee.
    pub member: Member,
    /// The degree, 0 to 1, to which the policy's own plan keeps it.
    pub degree: f64,
}

/// What the guarantees of a policy ask of coalitions, where some gave way in its own plan.
pub fn bounds(window: Window<'_>, policy: &Policy, gave_way: &[GaveWay]) -> Vec<Bound> {
    let degree = |member: &Member| {
        let same = |gave: &&GaveWay| {
            gave.guarantee == member.guarantee && gave.of == member.of && gave.season == member.season
        };
        gave_way.iter().find(same).map_or(1.0, |gave| (gave.achieved / gave.required).clamp(0.0, 1.0))
    };
    let bound = |member: Member| Bound { degree: degree(&member), member };
    members(window, &policy.guarantee).into_iter().map(bound).filter(|bound| bound.degree > 0.0).collect()
}

/// How a coalition's programs are solved.
pub(super) type Solve<'s, 'a> = dyn Fn(&Together<'a>) -> Result<Solution, Unsolved> + 's;

/// What is held in every plan of a coalition.
#[derive(Clone, Debug, Default)]
pub(super) struct Binding<'b> {
    tiers: Vec<Tier<'b>>,
    /// The least that others are moved and promises broken, MUSD.
    disturbed: f64,
}

/// The guarantees of one tier.
#[derive(Clone, Debug)]
struct Tier<'b> {
    bounds: Vec<&'b Bound>,
    /// The greatest sum of degrees.
    sum: f64,
    /// Whether each is kept as far as it is asked for.
    whole: bool,
}

impl<'b> Tier<'b> {
    fn of(tier: u8, bounds: &[&'b Bound]) -> Option<Tier<'b>> {
        let bounds: Vec<&Bound> = bounds.iter().copied().filter(|bound| bound.member.tier == tier).collect();
        let sum = bounds.iter().map(|bound| bound.degree).sum();
        (!bounds.is_empty()).then_some(Tier { bounds, sum, whole: true })
    }

    fn set(&mut self, sum: f64) {
        let asked: f64 = self.bounds.iter().map(|bound| bound.degree).sum();
        self.whole = sum >= asked - WHOLE;
        self.sum = if self.whole { asked } else { sum.max(0.0) };
    }

    /// Holds the tier in a program. What the heads take from power is missed.
    fn hold(&self, together: &mut Together<'_>) {
        let mut degrees = Vec::new();
        let mut sum = self.sum;
        for bound in &self.bounds {
            if self.whole && bound.degree >= 1.0 - WHOLE && !is_power(&bound.member) {
                hold(&mut together.formulation, std::slice::from_ref(&bound.member), &[1.0]);
                sum -= bound.degree;
            } else {
                degrees.push(add(together, bound));
            }
        }
        if degrees.is_empty() {
            return;
        }
        let unit = self.bounds.iter().map(|bound| bound.member.total()).fold(0.0, f64::max);
        let misses = self.bounds.iter().any(|bound| is_power(&bound.member));
        let row = hold_sum(together, &degrees, sum);
        if misses {
            let program = &mut together.formulation.program;
            let missed = program.add_variable(program.row(row).label, 0.0, f64::INFINITY);
            program.add_term(row, missed, 1.0 / unit);
            together.missed.push((missed, together.price));
        }
    }
}

impl<'b> Binding<'b> {
    /// What the members' guarantees ask of a coalition with this program.
    pub(super) fn find<'a>(
        mut together: Together<'a>,
        bounds: &'b [Bound],
        solve: &Solve<'_, 'a>,
    ) -> Result<Binding<'b>, Unsolved> {
        let own: Vec<&Bound> = bounds.iter().filter(|bound| together.has(bound.member.riparian)).collect();
        let mut tiers: Vec<Tier<'b>> = (0..=LAST_TIER).filter_map(|tier| Tier::of(tier, &own)).collect();
        if tiers.is_empty() {
            return Ok(Binding::default());
        }
        let disturbed = least_disturbance(&mut together, solve)?;
        hold_disturbance(&mut together, disturbed);
        lift(&mut together, &mut tiers, solve)?;
        Ok(Binding { tiers, disturbed })
    }

    /// Holds it in a program of the same coalition.
    pub(super) fn hold(&self, together: &mut Together<'_>) {
        if self.tiers.is_empty() {
            return;
        }
        hold_disturbance(together, self.disturbed);
        self.tiers.iter().for_each(|tier| tier.hold(together));
        together.maximise();
    }
}

/// The least that others are moved and promises of the members are broken, MUSD.
fn least_disturbance<'a>(together: &mut Together<'a>, solve: &Solve<'_, 'a>) -> Result<f64, Unsolved> {
    together.formulation.program.clear_objective();
    for (var, price) in together.disturbance() {
        together.formulation.program.add_cost(var, price);
    }
    Ok(solve(together)?.objective.max(0.0))
}

fn hold_disturbance(together: &mut Together<'_>, least: f64) {
    let disturbance = together.disturbance();
    let program = &mut together.formulation.program;
    let element = program.name("disturbance");
    let label = Label { family: "disturbance", element, period: None };
    let row = program.add_row(label, f64::NEG_INFINITY, least * (1.0 + ROOM) + ROOM_MUSD);
    disturbance.into_iter().for_each(|(var, price)| program.add_term(row, var, price));
}

/// Finds the greatest sum of each tier: all at once if all can be kept, or else one after the other.
fn lift<'a>(
    together: &mut Together<'a>,
    tiers: &mut [Tier<'_>],
    solve: &Solve<'_, 'a>,
) -> Result<(), Unsolved> {
    let mut degrees: Vec<Vec<Var>> = Vec::with_capacity(tiers.len());
    for tier in tiers.iter() {
        degrees.push(tier.bounds.iter().map(|bound| add(together, bound)).collect());
    }
    let sums = greatest(together, &degrees, &degrees.concat(), solve)?;
    tiers.iter_mut().zip(sums).for_each(|(tier, sum)| tier.set(sum));
    if tiers.iter().all(|tier| tier.whole) {
        return Ok(());
    }
    for at in 0..tiers.len() {
        let sums = greatest(together, &degrees, &degrees[at], solve)?;
        tiers[at].set(sums[at]);
        hold_sum(together, &degrees[at], tiers[at].sum);
    }
    Ok(())
}

/// The sums of each tier's degrees where the sum of the wanted ones is greatest.
fn greatest<'a>(
    together: &mut Together<'a>,
    degrees: &[Vec<Var>],
    wanted: &[Var],
    solve: &Solve<'_, 'a>,
) -> Result<Vec<f64>, Unsolved> {
    together.formulation.program.clear_objective();
    wanted.iter().for_each(|&var| together.formulation.program.add_cost(var, -1.0));
    let values = solve(together)?.values;
    Ok(degrees.iter().map(|own| own.iter().map(|var| values[var.position()]).sum()).collect())
}

/// Adds the degree of a guarantee, at most as much as is asked for.
fn add(together: &mut Together<'_>, bound: &Bound) -> Var {
    let degree = add_degree(&mut together.formulation, &bound.member);
    together.formulation.program.set_bounds(degree, 0.0, bound.degree);
    degree
}

fn hold_sum(together: &mut Together<'_>, degrees: &[Var], sum: f64) -> Row {
    let program = &mut together.formulation.program;
    let element = program.name("guarantees");
    let label = Label { family: "guarantees_kept", element, period: None };
    let row = program.add_row(label, sum * (1.0 - SLACK), f64::INFINITY);
    degrees.iter().for_each(|&degree| program.add_term(row, degree, 1.0));
    row
}

fn is_power(member: &Member) -> bool {
    let power = |amount: &Amount| matches!(amount.served_by, ServedBy::Energy(..));
    member.amounts.iter().any(power)
}
