//! The file of cases: its shape, and each case on its own, so that one that cannot be read spoils no other.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// What people read and nothing computes with.
const WORDS: [&str; 6] = ["text", "order", "variables", "note", "source", "provenance"];

/// A case as it stands in the file, and what it is called.
pub struct Entry {
    pub id: String,
    pub kind: String,
    pub case: Value,
}

/// A case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Names the trial, so every case must have one.
    #[serde(rename = "id")]
    _id: String,
    pub kind: String,
    pub rule: String,
    /// The greatest difference that passes, entry by entry.
    pub tol: f64,
    #[serde(rename = "in")]
    pub input: Table,
    pub out: BTreeMap<String, Numbers>,
    /// What the source prints, and to what accuracy.
    pub published: Option<Numbers>,
    pub published_tol: Option<f64>,
    /// Whether somebody has remarked on the case.
    #[serde(default)]
    pub remarked: bool,
}

/// A number, a list of numbers, or yes (1) and no (0).
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Numbers {
    One(f64),
    Many(Vec<f64>),
    Yes(bool),
}

impl Numbers {
    /// The numbers as a list.
    pub fn list(&self) -> Vec<f64> {
        match self {
            Numbers::One(number) => vec![*number],
            Numbers::Many(numbers) => numbers.clone(),
            Numbers::Yes(yes) => vec![f64::from(u8::from(*yes))],
        }
    }

    /// The list; a single number stands for `count` of them.
    pub fn spread(&self, count: usize) -> Vec<f64> {
        match self {
            Numbers::One(number) => vec![*number; count],
            _ => self.list(),
        }
    }
}

/// The cases of a file.
pub fn entries(place: &Path) -> Result<Vec<Entry>, String> {
    let text = std::fs::read_to_string(place).map_err(|error| format!("cannot be read: {error}"))?;
    let mut file: Table = toml::from_str(&text).map_err(|error| error.to_string())?;
    let Some(Value::Array(cases)) = file.remove("case") else {
        return Err("holds no [[case]]".to_owned());
    };
    if let Some(key) = file.keys().next() {
        return Err(format!("`{key}` is not known; a file of cases holds [[case]] only"));
    }
    if cases.is_empty() {
        return Err("holds no case".to_owned());
    }
    Ok(cases.into_iter().enumerate().map(|(k, case)| Entry::new(k, case)).collect())
}

impl Entry {
    /// The case that stands at this place in the file; one without a name or kind fails under its number.
    fn new(position: usize, case: Value) -> Entry {
        let word = |key: &str| case.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = word("id").unwrap_or_else(|| format!("case {}", position + 1));
        let kind = word("kind").unwrap_or_else(|| "unknown".to_owned());
        Entry { id, kind, case }
    }
}

impl Case {
    /// The case of a value; words are laid aside.
    pub fn read(value: Value) -> Result<Case, String> {
        let Value::Table(mut table) = value else {
            return Err("a case is a table".to_owned());
        };
        if table.contains_key("remarked") {
            return Err("unknown field `remarked`".to_owned());
        }
        let remarked = table.get("note").and_then(Value::as_str).is_some_and(|note| !note.trim().is_empty());
        lay_words_aside(&mut table);
        for part in ["in", "out"] {
            if let Some(Value::Table(part)) = table.get_mut(part) {
                lay_words_aside(part);
            }
        }
        Ok(Case { remarked, ..fields(table)? })
    }
}

fn lay_words_aside(table: &mut Table) {
    let is_words = |value: &Value| match value {
        Value::String(_) => true,
        Value::Array(items) => items.iter().all(Value::is_str),
        _ => false,
    };
    table.retain(|key, value| !(WORDS.contains(&key) && is_words(value)));
}

/// The fields of a table; an unknown one is an error where the type says so.
pub fn fields<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    let wrong = |error: toml::de::Error| error.to_string().trim().replace('\n', " ");
    Value::Table(table).try_into().map_err(wrong)
}
