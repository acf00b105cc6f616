//! Diagnosis: which limits cannot all be kept, found by letting each give at the same price.

use crate::solver::Solver;
use crate::solver::program::{Label, Program, Row};

/// Violations below this (hm3, GWh) are not reported.
const REPORTED: f64 = 1e-3;

/// The rows that have to give, in words, the largest first; at most ten.
pub fn conflicts(program: &Program, solver: &dyn Solver) -> Vec<String> {
    let (elastic, slacks) = elastic(program);
    let solution = solver.solve(&elastic);
    if !solution.is_usable() {
        return Vec::new();
    }
    let mut broken: Vec<(f64, Label)> = slacks
        .iter()
        .map(|&(label, up, down)| (solution.values[up].max(solution.values[down]), label))
        .filter(|(size, _)| *size > REPORTED)
        .collect();
    broken.sort_by(|a, b| b.0.total_cmp(&a.0));
    broken.iter().take(10).map(|(size, label)| in_words(program, *label, *size)).collect()
}

type Slack = (Label, usize, usize);

/// The program with two slacks a row and their sum as its objective.
fn elastic(program: &Program) -> (Program, Vec<Slack>) {
    let mut elastic = program.clone();
    elastic.clear_objective();
    let rows: Vec<(Row, Label)> = program.row_ids().map(|row| (row, program.row(row).label)).collect();
    let slacks = rows
        .into_iter()
        .map(|(row, label)| {
            let up = elastic.add_variable(label, 0.0, f64::INFINITY);
            let down = elastic.add_variable(label, 0.0, f64::INFINITY);
            elastic.add_term(row, up, 1.0);
            elastic.add_term(row, down, -1.0);
            elastic.add_cost(up, 1.0);
            elastic.add_cost(down, 1.0);
            (label, up.position(), down.position())
        })
        .collect();
    (elastic, slacks)
}

fn in_words(program: &Program, label: Label, size: f64) -> String {
    let place = program.text(label.element);
    let when = label
        .period
        .map_or_else(String::new, |period| format!(" in the period from {}", program.text(period)));
    let what = label.family.replace('_', " ");
    format!("{what} of {place}{when} misses by {size:.3}")
}
