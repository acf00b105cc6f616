//! Cases of bargaining on a curve `x -> (u1(x), u2(x))`, written as expressions.

use exmex::Express;
use mirab::fairness::welfare::curve::{self, Curve};
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved, unknown_rule, words};
use crate::file::{Numbers, fields};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnACurve {
    u1: String,
    u2: String,
    d: Option<Numbers>,
    weights: Option<Numbers>,
    /// Added to both utilities.
    u0: Option<Numbers>,
    /// Where the curve begins; 0 unless given.
    from: Option<f64>,
    /// Where it ends; 1 unless given.
    to: Option<f64>,
    /// A limit of `x`.
    ub: Option<Numbers>,
}

/// `bargaining_curve`: the parameter `x` of the point, and its utilities.
pub fn curve(rule: &str, input: Table) -> Solved {
    let case: OnACurve = fields(input)?;
    let u0 = pair("u0", case.u0, 0.0)?;
    let (first, second) = (function(&case.u1)?, function(&case.u2)?);
    let (first, second) = (|x: f64| first(x) + u0[0], |x: f64| second(x) + u0[1]);
    let limit = case.ub.map_or(f64::INFINITY, |ub| ub.list().into_iter().fold(f64::INFINITY, f64::min));
    let curve = Curve {
        first: &first,
        second: &second,
        from: case.from.unwrap_or(0.0),
        to: case.to.unwrap_or(1.0).min(limit),
    };
    let (d, weights) = (pair("d", case.d, 0.0)?, pair("weights", case.weights, 1.0)?);
    let x = match rule {
        "nash" => curve::nash(&curve, d, weights),
        "kalai_smorodinsky" => curve::kalai_smorodinsky(&curve, d, weights),
        "egalitarian" => curve::egalitarian(&curve, d, weights),
        _ => return unknown_rule(rule),
    };
    let x = x.map_err(words)?;
    Ok(Answer::of("x", vec![x]).with("u", vec![first(x), second(x)]))
}

/// Two numbers, one for each of the two; `otherwise` where none are given.
fn pair(name: &str, numbers: Option<Numbers>, otherwise: f64) -> Result<[f64; 2], String> {
    let list = numbers.map_or_else(|| vec![otherwise; 2], |numbers| numbers.spread(2));
    list.try_into().map_err(|list: Vec<f64>| format!("`{name}` has {} numbers, not 2", list.len()))
}

/// The function of `x` that an expression stands for.
fn function(text: &str) -> Result<impl Fn(f64) -> f64 + use<>, String> {
    let wrong = |error: exmex::ExError| format!("`{text}` is no expression: {error}");
    let expression = exmex::parse::<f64>(&as_exmex_reads(text)).map_err(wrong)?;
    let variables = expression.var_names().to_vec();
    if let Some(other) = variables.iter().find(|name| *name != "x") {
        return Err(format!("`{text}` depends on `{other}`, not on x alone"));
    }
    // It was parsed and its variables are known, so nothing is left that could fail.
    Ok(move |x: f64| expression.eval(&vec![x; variables.len()]).unwrap_or(f64::NAN))
}

/// Powers as `^`; and a sign that begins an expression as a difference, for exmex would take it before the power.
fn as_exmex_reads(text: &str) -> String {
    let mut out = String::new();
    for letter in text.replace("**", "^").chars().filter(|letter| !letter.is_whitespace()) {
        if letter == '-' && matches!(out.chars().last(), None | Some('(' | ',')) {
            out.push('0');
        }
        out.push(letter);
    }
    out
}

/// Expressions are read as they are written on paper.
pub fn expressions_read_as_on_paper() -> Result<(), String> {
    let expected =
        [("-x**2 + 1", 0.75), ("1-x^2", 0.75), ("sqrt(1-(-x)^2)", 0.75_f64.sqrt()), ("2*x", 1.0), ("4", 4.0)];
    for (text, value) in expected {
        let found = function(text)?(0.5);
        if (found - value).abs() > 1e-15 {
            return Err(format!("{text} at 0.5 is {found}, expected {value}"));
        }
    }
    match function("x + y") {
        Ok(_) => Err("an expression of two variables was taken".to_owned()),
        Err(_) => Ok(()),
    }
}
