//! A linear program in free MPS, the format every solver of linear programs reads. It writes the rows, costs and
//! bounds as they are, to be minimised; it neither scales nor solves, and refuses what MPS cannot say.

use super::program::{Label, Program, RowBounds, Variable};
use super::text::row_terms;
use std::collections::HashSet;
use std::fmt::Write;
use thiserror::Error;

/// The name of the objective's row.
const OBJECTIVE: &str = "objective";

/// Why a program cannot be written as MPS.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MpsProblem {
    /// A term of the objective is not linear.
    #[error("{0} stands under a term that is not linear; MPS says linear programs only")]
    NotLinear(String),
    /// The bounds allow nothing, or a number is missing.
    #[error("the bounds of {0} allow nothing")]
    NoValue(String),
}

/// The program as free MPS. Names are the labels, blanks replaced, made unique by a number; rows that say
/// nothing are left out.
///
/// # Errors
/// [`MpsProblem`] if a term of the objective is convex or bounds contradict themselves.
pub fn mps(program: &Program) -> Result<String, MpsProblem> {
    refuse(program)?;
    let mut names = Names::default();
    names.unique(OBJECTIVE.to_string());
    let rows: Vec<String> = program.rows().iter().map(|row| names.of(program, row.label)).collect();
    let mut names = Names::default();
    let columns: Vec<String> = program.variables().iter().map(|v| names.of(program, v.label)).collect();
    let mut text = format!("NAME mirab\nROWS\n N {OBJECTIVE}\n");
    for (name, row) in rows.iter().zip(program.rows()) {
        kind(row).into_iter().for_each(|kind| line(&mut text, &[kind, name]));
    }
    write_columns(&mut text, program, &rows, &columns);
    write_rows(&mut text, program, &rows);
    text.push_str("BOUNDS\n");
    for (name, variable) in columns.iter().zip(program.variables()) {
        write_bounds(&mut text, name, variable);
    }
    text.push_str("ENDATA\n");
    Ok(text)
}

/// Refuses what MPS cannot say.
fn refuse(program: &Program) -> Result<(), MpsProblem> {
    if let Some(term) = program.convex_terms().first() {
        return Err(MpsProblem::NotLinear(program.label_text(program.variable(term.var()).label)));
    }
    let rows = program.rows().iter().map(|row| (row.label, row.lower, row.upper));
    let variables = program.variables().iter().map(|v| (v.label, v.lower, v.upper));
    let some = |lower: f64, upper: f64| lower <= upper && lower < f64::INFINITY && upper > f64::NEG_INFINITY;
    match rows.chain(variables).find(|(_, lower, upper)| !some(*lower, *upper)) {
        Some((label, ..)) => Err(MpsProblem::NoValue(program.label_text(label))),
        None => Ok(()),
    }
}

/// Names given so far.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    fn of(&mut self, program: &Program, label: Label) -> String {
        self.unique(program.label_text(label).split_whitespace().collect::<Vec<_>>().join("_"))
    }

    /// The name, with a number after it if it has been given before.
    fn unique(&mut self, name: String) -> String {
        let numbered = (2..).map(|count| format!("{name}#{count}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

fn line(text: &mut String, words: &[&str]) {
    for word in words {
        text.push(' ');
        text.push_str(word);
    }
    text.push('\n');
}

fn entry(text: &mut String, words: [&str; 2], value: f64) {
    // writing to a string cannot fail
    let _ = writeln!(text, " {} {} {value}", words[0], words[1]);
}

/// The letter of a row; none if it says nothing.
fn kind(row: &RowBounds) -> Option<&'static str> {
    match (row.lower.is_finite(), row.upper.is_finite()) {
        (true, true) if row.lower == row.upper => Some("E"),
        (true, _) => Some("G"),
        (false, true) => Some("L"),
        (false, false) => None,
    }
}

fn write_columns(text: &mut String, program: &Program, rows: &[String], columns: &[String]) {
    let mut entries: Vec<Vec<(usize, f64)>> = vec![Vec::new(); columns.len()];
    for (row, terms) in row_terms(program).into_iter().enumerate() {
        if kind(&program.rows()[row]).is_some() {
            terms.into_iter().for_each(|(at, value)| entries[at].push((row, value)));
        }
    }
    text.push_str("COLUMNS\n");
    for ((name, variable), entries) in columns.iter().zip(program.variables()).zip(entries) {
        if variable.cost != 0.0 || entries.is_empty() {
            entry(text, [name, OBJECTIVE], variable.cost);
        }
        entries.iter().for_each(|(row, value)| entry(text, [name, &rows[*row]], *value));
    }
}

/// The right-hand sides, and for rows with two of them the distance.
fn write_rows(text: &mut String, program: &Program, names: &[String]) {
    text.push_str("RHS\n");
    let mut ranges = String::new();
    for (name, row) in names.iter().zip(program.rows()).filter(|(_, row)| kind(row).is_some()) {
        let right = if row.lower.is_finite() { row.lower } else { row.upper };
        if right != 0.0 {
            entry(text, ["rhs", name], right);
        }
        if kind(row) == Some("G") && row.upper.is_finite() {
            entry(&mut ranges, ["range", name], row.upper - row.lower);
        }
    }
    if !ranges.is_empty() {
        text.push_str("RANGES\n");
        text.push_str(&ranges);
    }
}

/// The bounds of a variable. The lower one is always said before an upper one, for some readers take the lower
/// to be without limit where only a negative upper one is given.
fn write_bounds(text: &mut String, name: &str, variable: &Variable) {
    let mut bound = |kind: &str, value: Option<f64>| match value {
        Some(value) => line(text, &[kind, "bound", name, &value.to_string()]),
        None => line(text, &[kind, "bound", name]),
    };
    let (lower, upper) = (variable.lower, variable.upper);
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) if lower == upper => bound("FX", Some(lower)),
        (false, false) => bound("FR", None),
        (false, true) => {
            bound("MI", None);
            bound("UP", Some(upper));
        }
        (true, _) => {
            if lower != 0.0 {
                bound("LO", Some(lower));
            }
            if upper.is_finite() {
                bound("UP", Some(upper));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::program::{ConvexTerm, Var};

    const INF: f64 = f64::INFINITY;

    fn variables(bounds: &[(f64, f64)]) -> (Program, Vec<Var>, Label) {
        let mut program = Program::new();
        let element = program.name("big almaty");
        let label = Label { family: "x", element, period: None };
        let vars = bounds.iter().map(|(lower, upper)| program.add_variable(label, *lower, *upper)).collect();
        (program, vars, label)
    }

    #[test]
    fn every_kind_of_row_and_bound_is_written_as_readers_expect() {
        let bounds = [(0.0, INF), (-INF, INF), (2.0, 2.0), (-INF, -1.0), (-3.0, 4.0), (0.0, 5.0)];
        let (mut program, vars, label) = variables(&bounds);
        for (lower, upper) in [(1.0, 1.0), (2.0, INF), (-INF, 3.5), (-1.0, 4.0), (-INF, INF)] {
            let row = program.add_row(Label { family: "r", ..label }, lower, upper);
            program.add_term(row, vars[0], 1.0);
            program.add_term(row, vars[0], 0.5);
        }
        program.add_cost(vars[1], -2.5);
        let wanted = "\
NAME mirab
ROWS
 N objective
 E r[big_almaty]
 G r[big_almaty]#2
 L r[big_almaty]#3
 G r[big_almaty]#4
COLUMNS
 x[big_almaty] r[big_almaty] 1.5
 x[big_almaty] r[big_almaty]#2 1.5
 x[big_almaty] r[big_almaty]#3 1.5
 x[big_almaty] r[big_almaty]#4 1.5
 x[big_almaty]#2 objective -2.5
 x[big_almaty]#3 objective 0
 x[big_almaty]#4 objective 0
 x[big_almaty]#5 objective 0
 x[big_almaty]#6 objective 0
RHS
 rhs r[big_almaty] 1
 rhs r[big_almaty]#2 2
 rhs r[big_almaty]#3 3.5
 rhs r[big_almaty]#4 -1
RANGES
 range r[big_almaty]#4 5
BOUNDS
 FR bound x[big_almaty]#2
 FX bound x[big_almaty]#3 2
 MI bound x[big_almaty]#4
 UP bound x[big_almaty]#4 -1
 LO bound x[big_almaty]#5 -3
 UP bound x[big_almaty]#5 4
 UP bound x[big_almaty]#6 5
ENDATA
";
        assert_eq!(mps(&program).as_deref(), Ok(wanted));
    }

    #[test]
    fn what_is_not_linear_or_allows_nothing_is_refused() {
        let (mut program, vars, _) = variables(&[(0.0, INF)]);
        program.add_convex(ConvexTerm::AlphaFair { var: vars[0], weight: 1.0, alpha: 1.0 });
        assert_eq!(mps(&program), Err(MpsProblem::NotLinear("x[big almaty]".to_string())));
        let (crossed, ..) = variables(&[(1.0, 0.0)]);
        assert_eq!(mps(&crossed), Err(MpsProblem::NoValue("x[big almaty]".to_string())));
    }
}
