//! Guarantees in a program: as limits where they are kept whole, with a degree where they give.

use crate::allocation::formulation::Formulation;
use crate::solver::program::{Label, Name, Row, Var};

use super::members::{Amount, Member, ServedBy};

/// A degree within this of one is one.
pub(crate) const WHOLE: f64 = 1e-6;
/// How far below its degree a guarantee is held, relative to it.
pub(crate) const SLACK: f64 = 1e-5;

/// Holds each member to the degree it can be kept.
pub(crate) fn hold(formulation: &mut Formulation<'_>, members: &[Member], degrees: &[f64]) {
    for (member, &degree) in members.iter().zip(degrees) {
        if degree >= 1.0 - WHOLE {
            member.amounts.iter().for_each(|amount| hold_whole(formulation, member, amount));
        } else {
            let var = add_degree(formulation, member);
            formulation.program.set_bounds(var, degree * (1.0 - SLACK), 1.0);
        }
    }
}

/// `served >= least`: a bound where one variable serves it.
fn hold_whole(formulation: &mut Formulation<'_>, member: &Member, amount: &Amount) {
    let least = amount.least * (1.0 - SLACK);
    if let Some(var) = only_variable(formulation, &amount.served_by) {
        let bounds = *formulation.program.variable(var);
        let lower = bounds.lower.max(least).min(bounds.upper);
        return formulation.program.set_bounds(var, lower, bounds.upper);
    }
    let label = label(formulation, "guarantee", member);
    let row = formulation.program.add_row(label, least, f64::INFINITY);
    let decided = add_service(formulation, row, &amount.served_by);
    formulation.program.set_row_bounds(row, least - decided, f64::INFINITY);
}

fn only_variable(formulation: &Formulation<'_>, served_by: &ServedBy) -> Option<Var> {
    match served_by {
        ServedBy::Water(deliveries) => match deliveries[..] {
            [(k, t)] => Some(formulation.vars.delivery[k][t]),
            _ => None,
        },
        ServedBy::Energy(a, t) => Some(formulation.vars.served[*a][*t]),
        ServedBy::Flow(..) => None,
    }
}

/// Adds `u = sum_a x_a / sum_a g_a`, `x_a <= g_a`, `x_a <= what serves it`: the degree to which a member is kept.
pub(crate) fn add_degree(formulation: &mut Formulation<'_>, member: &Member) -> Var {
    let mut parts = Vec::with_capacity(member.amounts.len());
    for amount in &member.amounts {
        let label = label(formulation, "guarantee", member);
        let var = formulation.program.add_variable(label, 0.0, amount.least);
        let row = formulation.program.add_row(label, 0.0, f64::INFINITY);
        formulation.program.add_term(row, var, -1.0);
        let decided = add_service(formulation, row, &amount.served_by);
        formulation.program.set_row_bounds(row, -decided, f64::INFINITY);
        parts.push((var, amount.least, 1.0));
    }
    let label = label(formulation, "guarantee_kept", member);
    formulation.add_ratio(label, &parts)
}

/// Adds what serves an amount to a row; returns what is already decided, hm3.
fn add_service(formulation: &mut Formulation<'_>, row: Row, served_by: &ServedBy) -> f64 {
    match served_by {
        ServedBy::Water(deliveries) => {
            for &(k, t) in deliveries {
                let var = formulation.vars.delivery[k][t];
                formulation.program.add_term(row, var, 1.0);
            }
            0.0
        }
        ServedBy::Energy(a, t) => {
            let var = formulation.vars.served[*a][*t];
            formulation.program.add_term(row, var, 1.0);
            0.0
        }
        ServedBy::Flow(gauge, periods) => {
            periods.iter().map(|&t| formulation.add_passage(row, *gauge, t)).sum()
        }
    }
}

fn label(formulation: &mut Formulation<'_>, family: &'static str, member: &Member) -> Label {
    let text = format!("{},{},{}", member.guarantee, member.of, member.season.name());
    let element: Name = formulation.program.name(text);
    Label { family, element, period: None }
}
