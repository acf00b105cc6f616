//! `mirab policies`: the catalogue, or one policy in full.

use std::fmt::Write;

use clap::Args;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::json;

use crate::allocation::policy::{Policy, catalogue};
use crate::output::terminal::{WIDTH, wrapped};

use super::failure::Failure;
use super::options::unknown_policy;
use super::print;

/// The arguments of `policies`.
#[derive(Debug, Args)]
pub(super) struct Policies {
    /// One policy, in full
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Print for machines, and nothing else
    #[arg(long)]
    json: bool,
}

/// Prints the catalogue, a line a policy, or one policy with its rule, text and parameters.
///
/// # Errors
/// No policy of that name.
pub(super) fn policies(verb: &Policies) -> Result<(), Failure> {
    let catalogue = catalogue();
    let Some(name) = &verb.name else {
        if verb.json {
            return print::json(&json!({ "policies": catalogue }));
        }
        let width = catalogue.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        let lines: Vec<String> =
            catalogue.iter().map(|(name, policy)| format!("{name:width$}  {}", policy.title)).collect();
        return print::text(&lines.join("\n"));
    };
    let policy = catalogue.get(name).ok_or_else(|| unknown_policy(name, catalogue.keys()))?;
    if verb.json {
        return print::json(&json!({ "policies": { name: policy } }));
    }
    print::text(&in_full(name, policy)?)
}

/// The policy's words, then its parameters as they would be written in a scenario.
fn in_full(name: &str, policy: &Policy) -> Result<String, Failure> {
    let mut out = format!("{name}: {}\n", policy.title);
    let words = [
        ("stands for", &policy.stands_for),
        ("rule", &policy.rule),
        ("about", &policy.about),
        ("source", &policy.source),
    ];
    for (label, text) in words.iter().filter(|(_, text)| !text.trim().is_empty()) {
        out.push_str(&wrapped(&format!("{label}: {}", text.trim()), WIDTH - 2).join("\n  "));
        out.push('\n');
    }
    let section = Section { policy: [(name, parameters(policy))].into_iter().collect() };
    let _ = write!(out, "\n{}", toml::to_string(&section).map_err(Failure::doing)?);
    Ok(out)
}

/// The policy without its words: what computes.
fn parameters(policy: &Policy) -> Policy {
    let silent = String::new;
    Policy { stands_for: silent(), rule: silent(), about: silent(), source: silent(), ..policy.clone() }
}

/// A policy as a scenario would have it.
#[derive(Serialize)]
struct Section<'a> {
    policy: IndexMap<&'a str, Policy>,
}
