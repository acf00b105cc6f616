//! `mirab divide`: the claims rules as a calculator.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::fairness::claims::{Claims, Rule};
use crate::output::calculator::{Award, Column, awards, awards_side_by_side, glossary, left_over};
use crate::output::terminal::{WIDTH, wrapped};

use super::failure::Failure;
use super::options::meant;
use super::print;

/// The word that stands for every rule.
const ALL: &str = "all";

/// The arguments of `divide`.
#[derive(Debug, Args)]
#[command(after_help = rules_and_meanings())]
pub(super) struct Divide {
    /// The rule, or `all` for every rule side by side
    #[arg(value_name = "RULE")]
    rule: String,
    /// What there is to divide
    #[arg(long, value_name = "E", allow_hyphen_values = true)]
    estate: String,
    /// What each claims, in order: 100,200,300
    #[arg(long, value_name = "A,B,C", allow_hyphen_values = true)]
    claims: String,
    /// A weight above zero for each claimant; proportional, cea and cel become their weighted forms
    #[arg(long, value_name = "X,Y,Z", allow_hyphen_values = true)]
    weights: Option<String>,
    /// What the claimants are called, in order: KG,UZ,TM
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    names: Option<Vec<String>>,
    /// Print the awards for machines, and nothing else
    #[arg(long)]
    json: bool,
}

/// The rules, a line each, for the help.
fn rules_and_meanings() -> String {
    let rules = Rule::ALL.iter().map(|rule| (rule.name(), rule.meaning()));
    format!("Rules:\n{}", glossary(rules.chain([(ALL, "every rule side by side")]), WIDTH))
}

/// Divides the estate by the rule and prints the awards.
///
/// # Errors
/// A rule that is not known, numbers that are none, an estate, claims or weights that mean nothing.
pub(super) fn divide(verb: &Divide) -> Result<(), Failure> {
    let rules = rules(&verb.rule, verb.weights.is_some())?;
    let estate = number("--estate", &verb.estate)?;
    let claims = Claims::new(estate, numbers("--claims: claim", &verb.claims)?).map_err(wrong)?;
    let weights = verb.weights.as_deref().map(|text| numbers("--weights: weight", text)).transpose()?;
    let names = names(verb.names.as_deref(), claims.claims().len())?;
    match rules {
        Rules::One(rule) => one(rule, &claims, weights.as_deref(), &names, verb.json),
        Rules::All => all(&claims, weights.as_deref(), &names, verb.json),
    }
}

/// What is asked for.
enum Rules {
    One(Rule),
    All,
}

/// The rule of this name, in its weighted form if weights are given.
fn rules(name: &str, weighted: bool) -> Result<Rules, Failure> {
    if name == ALL {
        return Ok(Rules::All);
    }
    let Some(rule) = Rule::named(name) else {
        let known: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).chain([ALL]).collect();
        return Err(Failure::command(format!("no rule is called `{name}`; {}", meant(name, &known))));
    };
    Ok(Rules::One(if weighted { rule.weighted().unwrap_or(rule) } else { rule }))
}

fn wrong(error: impl Into<anyhow::Error>) -> Failure {
    Failure::Command(error.into())
}

fn number(what: &str, text: &str) -> Result<f64, Failure> {
    let wrong = |_| Failure::command(format!("{what}: `{text}` is no number"));
    text.trim().parse().map_err(wrong)
}

/// The numbers of a list, each named by its position from 1 where it is none.
fn numbers(what: &str, text: &str) -> Result<Vec<f64>, Failure> {
    text.split(',').enumerate().map(|(k, part)| number(&format!("{what} {}", k + 1), part.trim())).collect()
}

/// The claimants' names; their numbers where none are given.
fn names(given: Option<&[String]>, count: usize) -> Result<Vec<String>, Failure> {
    let Some(names) = given else {
        return Ok((1..=count).map(|k| k.to_string()).collect());
    };
    if names.len() != count {
        return Err(Failure::command(format!("--names: {} names for {count} claims", names.len())));
    }
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

fn one(
    rule: Rule,
    claims: &Claims,
    weights: Option<&[f64]>,
    names: &[String],
    json: bool,
) -> Result<(), Failure> {
    let divided = rule.divide(claims, weights).map_err(wrong)?;
    if json {
        return print::json(&json!({ "rule": rule.name(), "awards": divided }));
    }
    let rows: Vec<Award> = names
        .iter()
        .zip(claims.claims())
        .zip(divided)
        .map(|((claimant, &claim), award)| Award { claimant: claimant.clone(), claim, award })
        .collect();
    let meaning = wrapped(&format!("{}: {}", rule.name(), rule.meaning()), WIDTH).join("\n");
    print::text(&format!("{meaning}\n{}{}", awards(claims.estate(), &rows, WIDTH), rest(claims, &[])))
}

/// Every rule side by side: with weights those that take them, without weights the others.
fn all(claims: &Claims, weights: Option<&[f64]>, names: &[String], json: bool) -> Result<(), Failure> {
    let rules = Rule::ALL.iter().filter(|rule| rule.takes_weights() == weights.is_some());
    let (mut columns, mut unanswered) = (Vec::new(), Vec::new());
    for rule in rules {
        let answer = rule.divide(claims, weights);
        columns.push(Column { name: rule.name().to_owned(), numbers: answer.as_ref().ok().cloned() });
        unanswered.extend(answer.err().map(|error| (rule.name(), error)));
    }
    if unanswered.len() == columns.len() {
        // What no rule can answer is wrong with the question, and the first says what.
        return unanswered.into_iter().next().map_or(Ok(()), |(_, error)| Err(wrong(error)));
    }
    if json {
        let awards: Map<String, Value> =
            columns.into_iter().map(|column| (column.name, json!(column.numbers))).collect();
        return print::json(&json!({ "rules": awards }));
    }
    let unanswered: Vec<String> = unanswered.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    let table = awards_side_by_side(claims.estate(), names, claims.claims(), &columns, WIDTH);
    print::text(&format!("{}{}", table.trim_start_matches('\n'), rest(claims, &unanswered)))
}

/// What stands below the table: what is left over, and which rules have no answer.
fn rest(claims: &Claims, unanswered: &[String]) -> String {
    let left = left_over(claims.estate(), claims.left_over());
    let lines: Vec<String> = left.into_iter().chain(unanswered.iter().cloned()).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join("\n")) }
}
