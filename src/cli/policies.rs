//! `mirab policies`: the catalogue, one policy in full, or one kind of record.

use std::fmt::Write;

use clap::Args;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::json;

use crate::allocation::policy::{Policy, catalogue};
use crate::output::terminal::{WIDTH, wrapped};

use super::failure::Failure;
use super::kinds::{KINDS, Kind, kind};
use super::options::unknown_policy;
use super::print;

/// The arguments of `policies`.
#[derive(Debug, Args)]
pub(super) struct Policies {
    /// One policy in full, or a kind of record (welfare, award, ...)
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Print for machines, and nothing else
    #[arg(long)]
    json: bool,
}

/// Prints the catalogue, a line a policy, or one policy with its rule, text, parameters and what its kinds
/// of record mean; or one such kind.
///
/// # Errors
/// No policy and no kind of that name.
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
    if let (Some(kind), false) = (kind(name), catalogue.contains_key(name)) {
        return match verb.json {
            true => print::json(&json!({ "kinds": { name: in_json(kind) } })),
            false => print::text(&paragraph(kind)),
        };
    }
    let policy = catalogue.get(name).ok_or_else(|| unknown_policy(name, catalogue.keys()))?;
    if verb.json {
        return print::json(&json!({ "policies": { name: policy } }));
    }
    print::text(&in_full(name, policy)?)
}

/// The policy's words, what its kinds of record mean, then its parameters as they would be written in a
/// scenario.
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
    for kind in kinds_of(policy) {
        let _ = write!(out, "\n{}", paragraph(kind));
    }
    let section = Section { policy: [(name, parameters(policy))].into_iter().collect() };
    let _ = write!(out, "\n{}", toml::to_string(&section).map_err(Failure::doing)?);
    Ok(out)
}

/// The kinds of record that a policy holds.
fn kinds_of(policy: &Policy) -> Vec<&'static Kind> {
    let keys = json!(policy);
    KINDS.iter().filter(|kind| keys.get(kind.key).is_some()).collect()
}

/// What a kind of record means, in lines.
fn paragraph(kind: &Kind) -> String {
    let lines = [
        format!("{}: {}", kind.key, kind.formula),
        kind.about.to_owned(),
        format!("source: {}", kind.source),
    ];
    let wrapped = lines.iter().map(|line| wrapped(line, WIDTH - 2).join("\n  "));
    wrapped.collect::<Vec<String>>().join("\n  ") + "\n"
}

fn in_json(kind: &Kind) -> serde_json::Value {
    json!({ "formula": kind.formula, "about": kind.about, "source": kind.source })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a policy says of itself, and so needs no paragraph.
    const WORDS: [&str; 5] = ["title", "stands_for", "rule", "about", "source"];

    #[test]
    fn every_record_of_a_built_in_policy_has_its_paragraph() {
        for (name, policy) in catalogue() {
            let all = json!(policy);
            for key in all.as_object().unwrap().keys().filter(|key| !WORDS.contains(&key.as_str())) {
                assert!(kind(key).is_some(), "`{key}` of {name} has no paragraph in kinds.rs");
            }
            let text = in_full(&name, &policy).unwrap();
            for kind in kinds_of(&policy) {
                assert!(text.contains(&paragraph(kind)), "{text}");
            }
            assert!(!kinds_of(&policy).is_empty(), "{name} has no kind");
        }
    }

    #[test]
    fn a_paragraph_has_formula_text_and_source_within_the_width() {
        for kind in &KINDS {
            let text = paragraph(kind);
            assert!(text.starts_with(&format!("{}: ", kind.key)) && text.contains("\n  source: "), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        }
    }
}
