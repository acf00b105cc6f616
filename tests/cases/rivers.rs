//! Cases of sharing along a river, and of one pot with quadratic benefits.

use mirab::fairness::claims::Rule;
use mirab::fairness::river::{QuadraticBenefit, River, greatest_total, sequential};
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved, unknown_rule, wanted, words};
use crate::file::{Numbers, fields};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Along {
    /// The water that arises at each, from the source down.
    e: Vec<f64>,
    /// The claims.
    c: Option<Vec<f64>>,
    /// Benefits `a x - b x^2 / 2`.
    a: Option<Numbers>,
    b: Option<Numbers>,
}

/// `river`: awards of sequential sharing; or the welfare `z` of a distribution, the efficient allocation `x` and
/// the transfers `t` that bring it about.
pub fn river(rule: &str, input: Table) -> Solved {
    let case: Along = fields(input)?;
    if let Some(claims_rule) = rule.strip_prefix("sequential_") {
        if case.a.is_some() || case.b.is_some() {
            return Err("benefits mean nothing to sequential sharing".to_owned());
        }
        let Some(claims_rule) = Rule::named(claims_rule).filter(|rule| !rule.takes_weights()) else {
            return unknown_rule(rule);
        };
        let awards = sequential(&case.e, &wanted(case.c, "c")?, claims_rule).map_err(words)?;
        return Ok(Answer::of("x", awards));
    }
    let river = with_benefits(case)?;
    let z = match rule {
        "downstream_incremental" | "di_transfers" => river.downstream_incremental(),
        "upstream_incremental" => river.upstream_incremental(),
        "equal_loss" => river.equal_loss(),
        _ => return unknown_rule(rule),
    };
    let transfers = river.transfers(&z).map_err(words)?;
    Ok(Answer::of("x", river.efficient()).with("t", transfers).with("z", z))
}

fn with_benefits(case: Along) -> Result<River, String> {
    if case.c.is_some() {
        return Err("claims mean nothing to this rule".to_owned());
    }
    let count = case.e.len();
    let slopes = wanted(case.a, "a")?.spread(count);
    let curvatures = wanted(case.b, "b")?.spread(count);
    River::new(case.e, benefits(&slopes, &curvatures)?).map_err(words)
}

fn benefits(slopes: &[f64], curvatures: &[f64]) -> Result<Vec<QuadraticBenefit>, String> {
    if slopes.len() != curvatures.len() {
        return Err(format!("{} slopes, but {} curvatures", slopes.len(), curvatures.len()));
    }
    let both = slopes.iter().zip(curvatures);
    Ok(both.map(|(&slope, &curvature)| QuadraticBenefit { slope, curvature }).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnePot {
    /// Benefits `lin x - quad x^2`.
    lin: Vec<f64>,
    quad: Vec<f64>,
    #[serde(rename = "Q")]
    quantity: f64,
}

/// `quad_benefit`: the division of one pot with the greatest total benefit, the benefits `u` and their `value`.
pub fn quadratic(rule: &str, input: Table) -> Solved {
    if rule != "max_total" {
        return unknown_rule(rule);
    }
    let OnePot { lin, quad, quantity } = fields(input)?;
    let curvatures: Vec<f64> = quad.iter().map(|quad| 2.0 * quad).collect();
    let x = greatest_total(quantity, &benefits(&lin, &curvatures)?).map_err(words)?;
    let u: Vec<f64> = (0..x.len()).map(|k| lin[k] * x[k] - quad[k] * x[k] * x[k]).collect();
    let total = u.iter().sum();
    Ok(Answer::of("x", x).with("u", u).with("value", vec![total]))
}
