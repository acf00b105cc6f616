//! One case: solved by the code of its kind, then compared with what must come out.

use toml::{Table, Value};

use crate::file::{Case, Numbers};
use crate::{claims, curves, games, measures, rivers, sets, toy_basin};

/// What a rule gives, by the names under which cases ask for it.
#[derive(Default)]
pub struct Answer(Vec<(&'static str, Vec<f64>)>);

/// An answer, or why there is none.
pub type Solved = Result<Answer, String>;

impl Answer {
    /// An answer of one field.
    pub fn of(name: &'static str, numbers: Vec<f64>) -> Answer {
        Answer::default().with(name, numbers)
    }

    /// The same with another field.
    pub fn with(mut self, name: &'static str, numbers: Vec<f64>) -> Answer {
        self.0.push((name, numbers));
        self
    }

    fn get(&self, name: &str) -> Option<&[f64]> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, numbers)| numbers.as_slice())
    }
}

/// What solves the cases of a kind: the rule and what goes in.
type Solve = fn(&str, Table) -> Solved;

/// The kinds, and what solves each.
const KINDS: [(&str, Solve); 16] = [
    ("bankruptcy", claims::bankruptcy),
    ("tu_gain", games::gain),
    ("tu_cost", games::cost),
    ("voting", games::voting),
    ("stability", games::stability),
    ("alpha_fair", sets::set),
    ("alpha_fair_lp", sets::set),
    ("leximin", sets::set),
    ("bargaining", sets::set),
    ("bargaining_curve", curves::curve),
    ("toy_basin", toy_basin::toy_basin),
    ("river", rivers::river),
    ("quad_benefit", rivers::quadratic),
    ("series", measures::series),
    ("metric", measures::metric),
    ("temporal", measures::temporal),
];

/// That there is no such rule.
pub fn unknown_rule<T>(rule: &str) -> Result<T, String> {
    Err(format!("no rule `{rule}` is known for this kind"))
}

/// The value of a field that the rule wants.
pub fn wanted<T>(field: Option<T>, name: &str) -> Result<T, String> {
    field.ok_or_else(|| format!("`{name}` is missing"))
}

/// An error of the library in its own words.
pub fn words(error: impl std::error::Error) -> String {
    error.to_string()
}

/// Solves a case and compares.
pub fn case(value: Value) -> Result<(), String> {
    let case = Case::read(value)?;
    let known = KINDS.iter().find(|(kind, _)| *kind == case.kind);
    let (_, solve) = known.ok_or_else(|| format!("no kind `{}` is known", case.kind))?;
    let answer = solve(&case.rule, case.input.clone())?;
    if case.out.is_empty() {
        return Err("nothing is expected: `out` is empty".to_owned());
    }
    for (name, expected) in &case.out {
        let found =
            answer.get(name).ok_or_else(|| format!("`{name}` in `out` cannot be checked for this rule"))?;
        close(name, found, &expected.list(), case.tol)?;
    }
    printed(&case, &answer)
}

/// Compares with what the source prints, where a field of the same length is expected.
///
/// The answer is within `tol` of `out` and `out` within `published_tol` of the print, so the two may add up. A
/// print from which `out` itself differs is not binding if a note says why; else the case contradicts itself.
fn printed(case: &Case, answer: &Answer) -> Result<(), String> {
    let Some(published) = case.published.as_ref().map(Numbers::list) else {
        return Ok(());
    };
    let tolerance = case.published_tol.unwrap_or(case.tol);
    let alike = case.out.iter().find(|(_, expected)| expected.list().len() == published.len());
    let Some((name, expected)) = alike else {
        return Ok(());
    };
    match close("out, against the print,", &expected.list(), &published, tolerance) {
        Err(_) if case.remarked => Ok(()),
        Err(contradiction) => Err(contradiction),
        Ok(()) => close(name, answer.get(name).unwrap_or_default(), &published, tolerance + case.tol),
    }
}

/// Whether every entry is within the tolerance of the expected one.
fn close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    let same = |(x, y): (&f64, &f64)| x == y || (x - y).abs() <= tolerance;
    if found.len() == expected.len() && found.iter().zip(expected).all(same) {
        return Ok(());
    }
    Err(format!("{name} is {found:?}, expected {expected:?} to within {tolerance:e}"))
}
