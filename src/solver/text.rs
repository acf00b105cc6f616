//! A program as text that a person can read and a test can compare: what is minimised, the rows, the bounds, in
//! the order in which they were added. It writes; it does not read back.

use super::program::{ConvexTerm, Program, Variable};
use std::fmt::Write;

/// The program as text. Terms of one variable in a row are added up; numbers carry up to twelve
/// significant digits; every line but the headings is indented by two blanks.
pub fn text(program: &Program) -> String {
    let mut text = String::from("minimise\n");
    write_objective(&mut text, program);
    text.push_str("rows\n");
    for (row, terms) in program.rows().iter().zip(row_terms(program)) {
        let sum = sum_text(terms.iter().map(|(at, value)| (*value, program.variables()[*at])), program);
        let held = held_text(row.lower, &sum, row.upper).unwrap_or_else(|| format!("{sum} free"));
        line(&mut text, &format!("{}: {held}", program.label_text(row.label)));
    }
    text.push_str("bounds\n");
    for variable in program.variables() {
        let name = program.label_text(variable.label);
        let held = held_text(variable.lower, &name, variable.upper);
        line(&mut text, &held.unwrap_or_else(|| format!("{name} free")));
    }
    text
}

fn line(text: &mut String, words: &str) {
    text.push_str("  ");
    text.push_str(words);
    text.push('\n');
}

fn write_objective(text: &mut String, program: &Program) {
    let costs = program.variables().iter().filter(|variable| variable.cost != 0.0);
    line(text, &sum_text(costs.map(|variable| (variable.cost, *variable)), program));
    for term in program.convex_terms() {
        let name = program.label_text(program.variable(term.var()).label);
        line(text, &convex_text(term, &name));
    }
}

fn convex_text(term: &ConvexTerm, name: &str) -> String {
    match *term {
        ConvexTerm::Quadratic { weight, target, .. } => {
            format!("+ {} ({name} - {})^2 / 2", number(weight), number(target))
        }
        ConvexTerm::AlphaFair { weight, alpha: 1.0, .. } => format!("- {} log({name})", number(weight)),
        ConvexTerm::AlphaFair { weight, alpha, .. } => {
            format!("- {} {name}^{} / {}", number(weight), number(1.0 - alpha), number(1.0 - alpha))
        }
    }
}

/// For each row its variables' positions and coefficients, in the order they were added.
pub(super) fn row_terms(program: &Program) -> Vec<Vec<(usize, f64)>> {
    let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); program.rows().len()];
    let mut seen = vec![std::collections::HashMap::new(); program.rows().len()];
    for term in program.terms() {
        let (row, at) = (term.row.position(), term.var.position());
        let terms = &mut rows[row];
        let slot = *seen[row].entry(at).or_insert(terms.len());
        match terms.get_mut(slot) {
            Some((_, value)) => *value += term.coefficient,
            None => terms.push((at, term.coefficient)),
        }
    }
    rows
}

/// `1 a - 0.5 b`; `0` without terms.
fn sum_text(terms: impl Iterator<Item = (f64, Variable)>, program: &Program) -> String {
    let mut text = String::new();
    for (value, variable) in terms {
        let sign = match (text.is_empty(), value < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let name = program.label_text(variable.label);
        // writing to a string cannot fail
        let _ = write!(text, "{sign}{} {name}", number(value.abs()));
    }
    if text.is_empty() { "0".to_string() } else { text }
}

/// What bounds say of a sum; none if nothing.
fn held_text(lower: f64, sum: &str, upper: f64) -> Option<String> {
    if lower == upper {
        return Some(format!("{sum} = {}", number(lower)));
    }
    match (lower > f64::NEG_INFINITY, upper < f64::INFINITY) {
        (true, true) => Some(format!("{} <= {sum} <= {}", number(lower), number(upper))),
        (true, false) => Some(format!("{sum} >= {}", number(lower))),
        (false, true) => Some(format!("{sum} <= {}", number(upper))),
        (false, false) => None,
    }
}

/// A number with up to twelve significant digits.
fn number(value: f64) -> String {
    let rounded = format!("{value:.11e}").parse().unwrap_or(value);
    let unsigned = if rounded == 0.0 { 0.0 } else { rounded };
    unsigned.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::program::Label;

    #[test]
    fn a_program_reads_as_it_would_be_written_by_hand() {
        let mut program = Program::new();
        let (a, b, march) = (program.name("toktogul"), program.name("naryn"), program.name("2008-03"));
        let storage = Label { family: "storage", element: a, period: Some(march) };
        let flow = Label { family: "flow", element: b, period: Some(march) };
        let x = program.add_variable(storage, 5500.0, 19500.0);
        let y = program.add_variable(flow, 0.0, f64::INFINITY);
        let z = program.add_variable(
            Label { family: "free", element: a, period: None },
            -f64::INFINITY,
            f64::INFINITY,
        );
        let w = program.add_variable(Label { family: "set", element: a, period: None }, 2.0, 2.0);
        let row = program.add_row(Label { family: "balance", element: a, period: Some(march) }, 3.0, 3.0);
        program.add_term(row, x, 1.0);
        program.add_term(row, y, -0.5);
        program.add_term(row, y, -0.47);
        let range = program.add_row(Label { family: "range", element: a, period: None }, -1.0, 1.0 / 3.0);
        program.add_term(range, z, -2.0);
        program.add_term(range, w, 0.1 + 0.2);
        program.add_row(
            Label { family: "empty", element: a, period: None },
            f64::NEG_INFINITY,
            f64::INFINITY,
        );
        program.add_cost(y, -3.0);
        program.add_cost(w, 1e-9);
        program.add_convex(ConvexTerm::Quadratic { var: y, weight: 2.0, target: 4.0 });
        program.add_convex(ConvexTerm::AlphaFair { var: x, weight: 1.5, alpha: 1.0 });
        program.add_convex(ConvexTerm::AlphaFair { var: x, weight: 1.0, alpha: 3.0 });
        let wanted = "\
minimise
  -3 flow[naryn,2008-03] + 0.000000001 set[toktogul]
  + 2 (flow[naryn,2008-03] - 4)^2 / 2
  - 1.5 log(storage[toktogul,2008-03])
  - 1 storage[toktogul,2008-03]^-2 / -2
rows
  balance[toktogul,2008-03]: 1 storage[toktogul,2008-03] - 0.97 flow[naryn,2008-03] = 3
  range[toktogul]: -1 <= -2 free[toktogul] + 0.3 set[toktogul] <= 0.333333333333
  empty[toktogul]: 0 free
bounds
  5500 <= storage[toktogul,2008-03] <= 19500
  flow[naryn,2008-03] >= 0
  free[toktogul] free
  set[toktogul] = 2
";
        assert_eq!(text(&program), wanted);
    }

    #[test]
    fn numbers_keep_twelve_digits_and_no_sign_on_zero() {
        assert_eq!(number(123456.7890123456), "123456.789012");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(-19500.0), "-19500");
    }
}
