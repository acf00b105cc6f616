//! Levels: how what a goal reached is put into the next program, and how exactly it is meant.

use crate::solver::program::{ConvexTerm, Program, Var};

use super::formulation::Formulation;

/// A level may be missed by this much, relative to it, where keeping it would cost too much: a satisfaction is
/// meant to a tenth of a per cent, and what lies below it is not worth hundreds of GWh (docs/decisions/0008).
pub(super) const LEVEL_SLACK: f64 = 1e-3;
/// A level is held this much below what was reached, for what the solver does not know: never with an equation.
pub(super) const LEVEL_HAIR: f64 = 1e-7;
/// What missing a level within that slack costs, per unit, relative to the worth of everything that is claimed.
pub(super) const LEVEL_PRICE: f64 = 1.0;
/// The same while levels are sought, and a wider one in case a program cannot be solved.
pub(super) const LEVEL_HAIRS: [f64; 2] = [LEVEL_SLACK, 3.0 * LEVEL_SLACK];
/// Makes minus `sum w phi_alpha(u)` the objective, weights relative to their mean.
pub(super) fn sum_up(program: &mut Program, members: &[Var], weights: &[f64], alpha: f64) {
    program.clear_objective();
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    for (&var, weight) in members.iter().zip(weights) {
        let weight = weight / mean;
        if alpha == 0.0 {
            program.add_cost(var, -weight);
        } else {
            program.add_convex(ConvexTerm::AlphaFair { var, weight, alpha });
        }
    }
}

/// Holds each member at its level: `u + short >= level`, `0 <= short <= slack`. Returns what measures the miss.
pub(super) fn hold_levels(formulation: &mut Formulation<'_>, members: &[Var], levels: &[f64]) -> Vec<Var> {
    let program = &mut formulation.program;
    members
        .iter()
        .zip(levels)
        .map(|(&member, level)| {
            let label = program.variable(member).label;
            let short = program.add_variable(label, 0.0, LEVEL_SLACK * level.abs());
            let row = program.add_row(label, level - LEVEL_HAIR * level.abs().max(1.0), f64::INFINITY);
            program.add_term(row, member, 1.0);
            program.add_term(row, short, 1.0);
            short
        })
        .collect()
}
