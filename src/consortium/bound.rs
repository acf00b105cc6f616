//! What binds a coalition: the guarantees of a policy that belong to its members, as far as it can keep them alone.
//!
//! A member of a guarantee belongs to whose water or power it is, whose reservoir lets it out, or on whose territory
//! the river is. Its degree `u_m` is asked to be what the policy's own plan reached. A coalition may not reach it:
//! among its plans that move the others and break promises least, the greatest sum of its members' degrees is found
//! tier by tier, and every plan of the coalition keeps these sums. How far power is served follows the heads, so in
//! plans at other heads what they take from a sum is missed, which is not taken off what the coalition has. Plans
//! themselves are left to [`super::coalition`].

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

/// How many times the dearest use of power it costs to miss a guarantee of power, beside what it costs anyway.
const MISSED: f64 = 2.0;

/// A guarantee of one riparian in one season, and how far it is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The guarantee.
    pub member: Member,
    /// The degree, 0 to 1, to which the policy's own plan keeps it.
    pub degree: f64,
}

impl Bound {
    /// Whether who keeps this keeps another.
    pub(super) fn asks_for(&self, other: &Bound) -> bool {
        self.member == other.member && self.degree >= other.degree
    }
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
    members(window, policy).into_iter().map(bound).filter(|bound| bound.degree > 0.0).collect()
}

/// How a coalition's programs are solved.
pub(super) type Solve<'s, 'a> = dyn Fn(&Together<'a>) -> Result<Solution, Unsolved> + 's;

/// What is held in every plan of a coalition.
#[derive(Clone, Debug, Default)]
pub(super) struct Binding<'b> {
    tiers: Vec<Tier<'b>>,
}

/// The guarantees of one tier.
#[derive(Clone, Debug)]
struct Tier<'b> {
    /// Each, and whether it is kept as far as it is asked for.
    bounds: Vec<(&'b Bound, bool)>,
    /// The greatest sum of degrees of those that are not.
    sum: f64,
}

impl<'b> Tier<'b> {
    fn of(tier: u8, bounds: &[&'b Bound]) -> Option<Tier<'b>> {
        let own = bounds.iter().filter(|bound| bound.member.tier == tier);
        let bounds: Vec<(&Bound, bool)> = own.map(|&bound| (bound, true)).collect();
        (!bounds.is_empty()).then_some(Tier { bounds, sum: 0.0 })
    }

    fn is_whole(&self) -> bool {
        self.bounds.iter().all(|(_, whole)| *whole)
    }

    /// Takes over the degrees at a point.
    fn read(&mut self, degrees: &[Var], values: &[f64]) {
        self.sum = 0.0;
        for ((bound, whole), var) in self.bounds.iter_mut().zip(degrees) {
            let degree = values[var.position()];
            *whole = degree >= bound.degree - WHOLE;
            self.sum += if *whole { 0.0 } else { degree.max(0.0) };
        }
    }

    /// Holds the tier in a program: water that is kept whole as a limit, the others as a sum.
    fn hold(&self, together: &mut Together<'_>) {
        let (mut degrees, mut sum, mut unit) = (Vec::new(), self.sum, 0.0_f64);
        for &(bound, whole) in &self.bounds {
            if whole && bound.degree >= 1.0 - WHOLE && !is_power(&bound.member) {
                hold(&mut together.formulation, std::slice::from_ref(&bound.member), &[1.0]);
                continue;
            }
            degrees.push(add(together, bound));
            sum += if whole { bound.degree } else { 0.0 };
            unit = unit.max(bound.member.total());
        }
        if degrees.is_empty() {
            return;
        }
        let row = hold_sum(together, &degrees, sum);
        if self.bounds.iter().any(|(bound, _)| is_power(&bound.member)) {
            miss(together, row, unit);
        }
    }

    /// Holds what the tier asks of power, where water is decided.
    fn hold_power(&self, together: &mut Together<'_>) {
        for (bound, _) in self.bounds.iter().filter(|(bound, _)| is_power(&bound.member)) {
            let degree = add(together, bound);
            let row = hold_sum(together, &[degree], bound.degree);
            miss(together, row, bound.member.total());
        }
    }
}

/// Lets a row of degrees be missed by what the heads take from power, in GWh where a degree of 1 has so many.
fn miss(together: &mut Together<'_>, row: Row, unit: f64) {
    let price = MISSED * together.dearest_power();
    let program = &mut together.formulation.program;
    let missed = program.add_variable(program.row(row).label, 0.0, f64::INFINITY);
    program.add_term(row, missed, 1.0 / unit);
    together.missed.push((missed, price));
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
        let disturbance = together.disturbance();
        let values = least(&mut together, disturbance.iter().copied(), solve)?;
        let disturbed = disturbance.iter().map(|&(var, price)| price * values[var.position()]).sum();
        hold_disturbance(&mut together, disturbed);
        lift(&mut together, &mut tiers, solve)?;
        Ok(Binding { tiers })
    }

    /// Holds it in a program of the same coalition.
    pub(super) fn hold(&self, together: &mut Together<'_>) {
        self.tiers.iter().for_each(|tier| tier.hold(together));
        together.maximise();
    }

    /// Holds what it asks of power in a program of the same coalition whose water is decided.
    pub(super) fn hold_power(&self, together: &mut Together<'_>) {
        self.tiers.iter().for_each(|tier| tier.hold_power(together));
        together.maximise();
    }
}

fn hold_disturbance(together: &mut Together<'_>, least: f64) {
    let disturbance = together.disturbance();
    let program = &mut together.formulation.program;
    let element = program.name("disturbance");
    let label = Label { family: "disturbance", element, period: None };
    let row = program.add_row(label, f64::NEG_INFINITY, least * (1.0 + ROOM) + ROOM_MUSD);
    disturbance.into_iter().for_each(|(var, price)| program.add_term(row, var, price));
}

/// Finds the greatest sum of degrees in each tier. One program finds the greatest sum of all: it is the answer unless a
/// tier gives way above another, and those are then lifted one after the other.
fn lift<'a>(
    together: &mut Together<'a>,
    tiers: &mut [Tier<'_>],
    solve: &Solve<'_, 'a>,
) -> Result<(), Unsolved> {
    let mut degrees: Vec<Vec<Var>> = Vec::with_capacity(tiers.len());
    for tier in tiers.iter() {
        degrees.push(tier.bounds.iter().map(|(bound, _)| add(together, bound)).collect());
    }
    let values = least(together, degrees.concat().into_iter().map(|var| (var, -1.0)), solve)?;
    tiers.iter_mut().zip(&degrees).for_each(|(tier, own)| tier.read(own, &values));
    let first = tiers.iter().position(|tier| !tier.is_whole()).unwrap_or(tiers.len());
    if first + 1 >= tiers.len() {
        return Ok(());
    }
    for (at, own) in degrees.iter().enumerate() {
        if at >= first {
            let values = least(together, own.iter().map(|&var| (var, -1.0)), solve)?;
            tiers[at].read(own, &values);
        }
        let whole = tiers[at].bounds.iter().map(|(bound, whole)| if *whole { bound.degree } else { 0.0 });
        let sum = whole.sum::<f64>() + tiers[at].sum;
        hold_sum(together, own, sum);
    }
    Ok(())
}

/// The point of a coalition's program where some costs are least.
fn least<'a>(
    together: &mut Together<'a>,
    costs: impl Iterator<Item = (Var, f64)>,
    solve: &Solve<'_, 'a>,
) -> Result<Vec<f64>, Unsolved> {
    together.formulation.program.clear_objective();
    costs.for_each(|(var, cost)| together.formulation.program.add_cost(var, cost));
    Ok(solve(together)?.values)
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
