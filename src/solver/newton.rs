//! Newton's method for alpha-fair terms: each step minimises the quadratic model of the objective over the
//! same rows and bounds. It sharpens what a conic method found (a gap e leaves an error of about the root of e
//! in the quantities), and stands in for it where its cones fail. It leaves minimising a quadratic program
//! to whoever calls it.

use super::form::{Curved, Form, Outcome, Shape};

/// The most steps: two are enough from a good point, some twenty from a poor one.
const STEPS: usize = 40;

/// A step keeps at least this share of every quantity under an alpha-fair term.
const KEEP: f64 = 0.05;

/// The least a quantity under an alpha-fair term may start from, in the scaled form.
const LEAST_START: f64 = 1e-3;

/// Refines an outcome of a form with alpha-fair terms; `tolerance` is the relative step at which it stops.
pub(super) fn refine(
    form: &Form,
    start: Outcome,
    tolerance: f64,
    minimise: impl Fn(&Form) -> Outcome,
) -> Outcome {
    let mut iterations = start.iterations;
    let Some(mut values) = interior(form, &start, &mut iterations, &minimise) else {
        return Outcome { iterations, ..start };
    };
    for _ in 0..STEPS {
        let model = minimise(&quadratic_model(form, &values));
        iterations += model.iterations;
        if !model.is_usable() {
            break;
        }
        let step = largest_step(form, &values, &model.point.values);
        if step <= tolerance.sqrt() {
            return Outcome { iterations, ..model };
        }
        values = advance(form, &values, &model.point.values);
    }
    Outcome { iterations, ..start }
}

/// A point with every alpha-fair quantity above zero: where the start stands, or where the least is largest.
fn interior(
    form: &Form,
    start: &Outcome,
    iterations: &mut u32,
    minimise: impl Fn(&Form) -> Outcome,
) -> Option<Vec<f64>> {
    let above = |values: &[f64]| fair(form).all(|(term, _)| values[term.column] > 0.0);
    if start.is_usable() && above(&start.point.values) {
        return Some(start.point.values.clone());
    }
    let found = minimise(&draw_up(form));
    *iterations += found.iterations;
    let mut values = found.is_usable().then_some(found.point.values)?;
    fair(form).for_each(|(term, _)| values[term.column] = values[term.column].max(LEAST_START));
    Some(values)
}

/// The alpha-fair terms and their alphas.
fn fair(form: &Form) -> impl Iterator<Item = (&Curved, f64)> {
    form.curved.iter().filter_map(|term| match term.shape {
        Shape::AlphaFair { alpha } => Some((term, alpha)),
        Shape::Quadratic { .. } => None,
    })
}

/// The form whose objective draws every alpha-fair quantity up, each evenly: a start for the search.
fn draw_up(form: &Form) -> Form {
    let mut drawn = form.clone();
    drawn.cost.iter_mut().for_each(|cost| *cost = 0.0);
    drawn.curved = fair(form)
        .map(|(term, _)| Curved { weight: 1.0, shape: Shape::Quadratic { target: 1.0 }, ..*term })
        .collect();
    drawn
}

/// The form with each alpha-fair term replaced by its second-order model at a point.
fn quadratic_model(form: &Form, values: &[f64]) -> Form {
    let mut model = form.clone();
    for term in &mut model.curved {
        if let Shape::AlphaFair { alpha } = term.shape {
            let x = values[term.column];
            term.weight *= alpha * x.powf(-alpha - 1.0);
            term.shape = Shape::Quadratic { target: x * (1.0 + 1.0 / alpha) };
        }
    }
    model
}

/// The largest relative move of an alpha-fair quantity.
fn largest_step(form: &Form, from: &[f64], to: &[f64]) -> f64 {
    let step = |term: &Curved| (to[term.column] - from[term.column]).abs() / from[term.column];
    fair(form).map(|(term, _)| step(term)).fold(0.0, f64::max)
}

/// The point on the way that stays inside and lowers the objective.
fn advance(form: &Form, from: &[f64], to: &[f64]) -> Vec<f64> {
    let at = |share: f64| -> Vec<f64> { from.iter().zip(to).map(|(a, b)| a + share * (b - a)).collect() };
    let floor = |term: &Curved| {
        let (a, b) = (from[term.column], to[term.column]);
        if b < KEEP * a { (1.0 - KEEP) * a / (a - b) } else { 1.0 }
    };
    let mut share = fair(form).map(|(term, _)| floor(term)).fold(1.0, f64::min);
    let here = slope(form, from, from, to);
    for _ in 0..30 {
        let there = at(share);
        if slope(form, &there, from, to) <= 0.1 * here.abs() {
            return there;
        }
        share *= 0.5;
    }
    at(share)
}

/// How fast the objective rises at a point on the way: below zero before its least value there.
fn slope(form: &Form, at: &[f64], from: &[f64], to: &[f64]) -> f64 {
    let way = |column: usize| to[column] - from[column];
    let linear: f64 = form.cost.iter().enumerate().map(|(column, cost)| cost * way(column)).sum();
    let bent = |term: &Curved| match term.shape {
        Shape::Quadratic { target } => term.weight * (at[term.column] - target) * way(term.column),
        Shape::AlphaFair { alpha } => -term.weight * at[term.column].powf(-alpha) * way(term.column),
    };
    linear + form.curved.iter().map(bent).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::Status;

    /// One quantity under `-log x + x`, least at one, without rows: Newton's step is known by hand.
    #[test]
    fn the_model_of_a_logarithm_is_least_where_newton_steps() {
        let form = Form {
            cost: vec![1.0],
            curved: vec![Curved { column: 0, weight: 1.0, shape: Shape::AlphaFair { alpha: 1.0 } }],
            ..Form::default()
        };
        let model = quadratic_model(&form, &[0.5]);
        let Shape::Quadratic { target } = model.curved[0].shape else { unreachable!() };
        let least = target - form.cost[0] / model.curved[0].weight;
        assert!((least - 0.75).abs() < 1e-15, "x + x (1 - x) at a half: {least}");
    }

    /// Stands for a solver of quadratic programs of one free column.
    fn minimise_one(form: &Form) -> Outcome {
        let term = &form.curved[0];
        let Shape::Quadratic { target } = term.shape else { return Outcome::default() };
        let point = super::super::form::Point {
            values: vec![target - form.cost[0] / term.weight],
            ..Default::default()
        };
        Outcome { status: Status::Optimal, point, iterations: 1, error: 0.0 }
    }

    #[test]
    fn newton_finds_the_least_without_any_conic_start() {
        for alpha in [0.3, 1.0, 2.0, 7.0] {
            for cost in [1e-2f64, 1.0, 50.0] {
                let form = Form {
                    cost: vec![cost],
                    curved: vec![Curved { column: 0, weight: 1.0, shape: Shape::AlphaFair { alpha } }],
                    ..Form::default()
                };
                let found = refine(&form, Outcome::default(), 1e-10, minimise_one);
                let wanted = cost.powf(-1.0 / alpha);
                assert_eq!(found.status, Status::Optimal, "alpha {alpha}, cost {cost}");
                assert!((found.point.values[0] / wanted - 1.0).abs() < 1e-8, "{found:?} {wanted}");
            }
        }
    }
}
