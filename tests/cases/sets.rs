//! Cases of welfare and bargaining over `{ u = U x + u0 : A x <= b, 0 <= x <= ub }`.

use mirab::fairness::welfare::{
    Point, Polyhedron, UtilitySet, alpha_fair, egalitarian, kalai_smorodinsky, leximin, nash,
    ordered_weighted, priority,
};
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved, unknown_rule, wanted, words};
use crate::file::{Numbers, fields};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    #[serde(rename = "A", default)]
    rows: Vec<Vec<f64>>,
    #[serde(alias = "cap")]
    b: Option<Numbers>,
    ub: Option<Numbers>,
    #[serde(rename = "U", default)]
    utilities: Vec<Vec<f64>>,
    u0: Option<Numbers>,
    alpha: Option<Alpha>,
    weights: Option<Numbers>,
    d: Option<Numbers>,
    /// Members by number, from 1.
    order_of_priority: Option<Vec<usize>>,
}

/// The aversion to inequality: a number, or a word.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Alpha {
    Number(f64),
    Word(String),
}

impl Alpha {
    /// Whether leximin is asked for by name: then weights are those of leximin, while in the limit of a growing
    /// alpha they no longer count.
    fn is_leximin(&self) -> bool {
        matches!(self, Alpha::Word(word) if matches!(word.as_str(), "leximin" | "max_min"))
    }

    fn number(&self) -> Result<f64, String> {
        match self {
            Alpha::Number(alpha) => Ok(*alpha),
            Alpha::Word(word) => word.parse().map_err(|_| format!("alpha = \"{word}\" is no number")),
        }
    }
}

/// What is wanted of a set; empty lists mean what they mean to the library.
pub struct Wish {
    pub alpha: Option<Alpha>,
    pub weights: Vec<f64>,
    pub d: Vec<f64>,
    /// Members from 0.
    pub order: Option<Vec<usize>>,
}

/// Any kind over a set: the rule says which point of it.
pub fn set(rule: &str, input: Table) -> Solved {
    let case: Set = fields(input)?;
    let decisions = case.rows.iter().chain(&case.utilities).map(Vec::len).max();
    let decisions = decisions.or(case.ub.as_ref().map(|ub| ub.list().len()));
    let decisions = wanted(decisions, "A")?;
    let members = if case.utilities.is_empty() { decisions } else { case.utilities.len() };
    let list =
        |numbers: Option<Numbers>, count| numbers.map_or_else(Vec::new, |numbers| numbers.spread(count));
    let wish = Wish {
        alpha: case.alpha,
        weights: list(case.weights, members),
        d: list(case.d, members),
        order: case.order_of_priority.map(|order| order.iter().map(|place| place.wrapping_sub(1)).collect()),
    };
    let polyhedron = Polyhedron {
        limits: list(case.b, case.rows.len()),
        rows: case.rows,
        upper: list(case.ub, decisions),
        utilities: case.utilities,
        constants: list(case.u0, members),
    };
    let (point, worth) = point(rule, polyhedron, &wish)?;
    Ok(Answer::of("u", point.utilities).with("x", point.decisions).with("value", worth))
}

/// The point of the set that a rule chooses; and the welfare it maximises, where it maximises one.
pub fn point(rule: &str, polyhedron: Polyhedron, wish: &Wish) -> Result<(Point, Vec<f64>), String> {
    let set = UtilitySet::new(polyhedron).map_err(words)?;
    let Wish { weights, d, .. } = wish;
    let rule = match &wish.alpha {
        Some(alpha) if rule == "alpha_fair" && alpha.is_leximin() => "leximin",
        _ => rule,
    };
    let found = match rule {
        "alpha_fair" => alpha_fair(&set, wanted(wish.alpha.as_ref(), "alpha")?.number()?, weights, d),
        "max_total" => alpha_fair(&set, 0.0, weights, d),
        "leximin" => leximin(&set, weights, d),
        "nash" => nash(&set, d, weights),
        "kalai_smorodinsky" => kalai_smorodinsky(&set, d, weights),
        "egalitarian" => egalitarian(&set, d, weights),
        "owa" => ordered_weighted(&set, weights),
        "priority" => priority(&set, wanted(wish.order.as_deref(), "order_of_priority")?),
        _ => return unknown_rule(rule),
    };
    let found = found.map_err(words)?;
    let worth = worth(rule, &found.utilities, wish)?;
    Ok((found, worth))
}

/// The welfare of utilities under the rules that maximise one; empty for the others.
fn worth(rule: &str, utilities: &[f64], wish: &Wish) -> Result<Vec<f64>, String> {
    let or = |list: &[f64], k: usize, otherwise| list.get(k).copied().unwrap_or(otherwise);
    let gains =
        || utilities.iter().enumerate().map(|(k, u)| (or(&wish.weights, k, 1.0), u - or(&wish.d, k, 0.0)));
    let total = |alpha: f64| gains().map(|(weight, gain)| weight * phi(alpha, gain)).sum::<f64>();
    Ok(match (rule, &wish.alpha) {
        ("max_total", _) => vec![total(0.0)],
        ("alpha_fair", Some(alpha)) if alpha.number()?.is_finite() => vec![total(alpha.number()?)],
        ("nash", _) => vec![gains().map(|(weight, gain)| gain.powf(weight)).product()],
        ("owa", _) => {
            let mut ascending = utilities.to_vec();
            ascending.sort_by(f64::total_cmp);
            vec![ascending.iter().zip(&wish.weights).map(|(u, weight)| u * weight).sum()]
        }
        _ => Vec::new(),
    })
}

/// The alpha-fair utility.
fn phi(alpha: f64, gain: f64) -> f64 {
    if alpha == 1.0 { gain.ln() } else { gain.powf(1.0 - alpha) / (1.0 - alpha) }
}
