//! The merged scenario as one text that needs no other file, and its explanation value by value.
//!
//! Series from files are written out, inactive elements are left out, each value keeps the source
//! that its own file gave for it.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::{Table, Value};

use super::build::desk::Desk;
use super::build::series;
use super::overlay::{self, Overlaid, SINGLE, Setting, join};
use super::problem::{Problem, Problems, did_you_mean};
use super::schema::{Entity, ScenarioFile};
use super::values::{Values, written_key};

/// A value of a merged scenario, where it is written and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// Its path: `reservoir.toktogul.storage_max_hm3`.
    pub key: String,
    /// The value, as TOML writes it.
    pub value: String,
    /// The file that gives it, or `--set`.
    pub file: String,
    /// The source that this file gives for it.
    pub source: Option<String>,
}

/// The values of a merged scenario, all or those at or below a key, each with its file and source.
///
/// The scenario need not be free of problems: this is where one looks for them.
///
/// # Errors
/// Files that cannot be found, read or merged; a key that is not there.
pub fn explain(reference: &str, settings: &[Setting], key: Option<&str>) -> Result<Vec<Explained>, Problems> {
    let overlaid = overlay::read(reference, settings)?;
    let mut leaves = Vec::new();
    collect("", &overlaid.table, &mut leaves);
    let Some(key) = key else {
        return Ok(leaves.into_iter().map(|(path, value)| explained(&overlaid, path, value)).collect());
    };
    let key = key.trim_end_matches('.');
    let inside = format!("{key}.");
    let (found, others): (Vec<_>, Vec<_>) =
        leaves.into_iter().partition(|(path, _)| path == key || path.starts_with(&inside));
    if found.is_empty() {
        return Err(no_such_key(&overlaid, key, &others).into());
    }
    Ok(found.into_iter().map(|(path, value)| explained(&overlaid, path, value)).collect())
}

fn no_such_key(overlaid: &Overlaid, key: &str, leaves: &[(String, &Value)]) -> Problem {
    let depth = key.matches('.').count();
    let cut = |path: &str| match path.match_indices('.').nth(depth) {
        Some((end, _)) => path[..end].to_owned(),
        None => path.to_owned(),
    };
    let mut paths: Vec<String> = leaves.iter().map(|(path, _)| cut(path)).collect();
    paths.dedup();
    Problem {
        path: key.to_owned(),
        file: overlaid.origins.headings().get(1).cloned().unwrap_or_default(),
        what: "the scenario has no such key".to_owned(),
        help: did_you_mean(key, paths.iter().map(String::as_str)),
    }
}

/// The values that are not tables, with their paths; the texts about sources stand beside them.
fn collect<'a>(above: &str, table: &'a Table, leaves: &mut Vec<(String, &'a Value)>) {
    for (key, value) in table {
        let path = join(above, key);
        match value {
            _ if key == "source" && !above.is_empty() => {}
            Value::Table(below) if !below.is_empty() => collect(&path, below, leaves),
            _ => leaves.push((path, value)),
        }
    }
}

fn explained(overlaid: &Overlaid, key: String, value: &Value) -> Explained {
    Explained {
        value: value.to_string(),
        file: overlaid.origins.name_of(&key),
        source: overlaid.origins.source_of(&key).map(str::to_owned),
        key,
    }
}

/// The merged scenario, without any other file, as TOML: its tables in the order given.
pub(crate) fn merged(
    mut table: Table,
    overlaid: &Overlaid,
    file: &ScenarioFile,
    desk: &Desk<'_>,
    name: &str,
) -> String {
    for (section, value) in &mut table {
        let Value::Table(content) = value else { continue };
        if SINGLE.contains(&section.as_str()) {
            write_sources(overlaid, section, content);
            continue;
        }
        content.retain(|_, entity| entity.get("active").and_then(Value::as_bool) != Some(false));
        for (name, entity) in content.iter_mut() {
            if let Value::Table(entity) = entity {
                let path = join(section, name);
                write_series(desk, &path, entity);
                write_sources(overlaid, &path, entity);
            }
        }
    }
    drop_names_of_inactive(&mut table, file, desk);
    let mut whole = Table::new();
    let header = table.remove("scenario").and_then(|header| header.as_table().cloned());
    let mut header = header.unwrap_or_default();
    header.insert("name".to_owned(), Value::String(name.to_owned()));
    whole.insert("scenario".to_owned(), Value::Table(header));
    whole.extend(table);
    toml::to_string(&whole).unwrap_or_default()
}

/// What names an element that is switched off, and may: percentages of inflows, shares of nothing.
fn drop_names_of_inactive(table: &mut Table, file: &ScenarioFile, desk: &Desk<'_>) {
    let Some(Value::Table(inflows)) = table.get_mut("inflow") else { return };
    let is_off = |name: &str| file.inflow.get(name).is_some_and(|inflow| !inflow.is_active());
    for (name, value) in inflows.iter_mut() {
        match value {
            Value::Table(percents) if name == "percent_of_normal" => percents.retain(|name, _| !is_off(name)),
            _ => {
                if let Some(nodes) = value.get_mut("nodes").and_then(Value::as_table_mut) {
                    nodes.retain(|node, _| !desk.nodes.is_inactive(node) || desk.nodes.get(node).is_some());
                }
            }
        }
    }
}

/// Puts the numbers of a column in the place of the column.
fn write_series(desk: &Desk<'_>, path: &str, entity: &mut Table) {
    for (key, value) in entity.iter_mut() {
        let Ok(values @ Values::Column { .. }) = value.clone().try_into::<Values>() else { continue };
        if let Some((by, unit, numbers)) = series::written_out(desk, &join(path, key), &values) {
            let numbers = numbers.into_iter().map(Value::Float).collect();
            let series = Table::from_iter([(written_key(by, &unit), Value::Array(numbers))]);
            *value = Value::Table(series);
        }
    }
}

/// Each value with the source of its own file: one text if it is the same for all, else by key.
fn write_sources(overlaid: &Overlaid, path: &str, entity: &mut Table) {
    entity.remove("source");
    let mut sources: BTreeMap<String, Option<String>> = BTreeMap::new();
    for key in entity.keys().filter(|key| !matches!(key.as_str(), "active" | "title")) {
        let source = overlaid.origins.source_of(&join(path, key));
        sources.insert(key.clone(), source.map(str::to_owned));
    }
    let first = sources.values().next().cloned().flatten();
    let value = match first {
        Some(text) if sources.values().all(|other| other.as_ref() == Some(&text)) => Value::String(text),
        _ => {
            let texts = sources.into_iter().filter_map(|(key, text)| Some((key, Value::String(text?))));
            let texts = Table::from_iter(texts);
            if texts.is_empty() {
                return;
            }
            Value::Table(texts)
        }
    };
    entity.insert("source".to_owned(), value);
}
