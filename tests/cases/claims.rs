//! Cases of one estate and many claims.

use mirab::fairness::claims::{Claims, Rule};
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved, unknown_rule, words};
use crate::file::fields;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bankruptcy {
    estate: f64,
    claims: Vec<f64>,
    weights: Option<Vec<f64>>,
}

/// `bankruptcy`: the awards of a claims rule; one that has a weighted form takes it where weights are given.
pub fn bankruptcy(rule: &str, input: Table) -> Solved {
    let Some(rule) = Rule::named(rule) else {
        return unknown_rule(rule);
    };
    let Bankruptcy { estate, claims, weights } = fields(input)?;
    let rule = if weights.is_some() { rule.weighted().unwrap_or(rule) } else { rule };
    let claims = Claims::new(estate, claims).map_err(words)?;
    let awards = rule.divide(&claims, weights.as_deref()).map_err(words)?;
    Ok(Answer::of("awards", awards))
}
