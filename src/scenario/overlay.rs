//! Overlays: a file, the parents it inherits from and the settings of the command, merged into one
//! table that remembers which file each value came from and which text is its source.
//!
//! Tables merge; numbers, texts, lists and series are replaced whole. What the values mean is for others.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::SourceFile;
use super::embedded::{self, Place};
use super::problem::{Gathered, Problem, Problems};

/// The file name under which settings of the command appear.
const SETTINGS: &str = "--set";

/// The place of the settings and of the named file among the files; the parents follow.
const SET: usize = 0;
const NAMED: usize = 1;

/// The sections that are one table, not tables by name.
pub(crate) const SINGLE: [&str; 4] = ["scenario", "horizon", "price", "run"];

/// One `--set key=value`: the last overlay of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key with dots: `reservoir.toktogul.storage_start_hm3`.
    pub key: String,
    /// The value as TOML; what is no TOML is taken as a text.
    pub value: String,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Setting, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(Setting { key: key.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err(format!("`{text}` is no setting; write key=value")),
        }
    }
}

/// A merged scenario and where it came from.
#[derive(Debug)]
pub(crate) struct Overlaid {
    /// The merged tables, without `inherits`.
    pub(crate) table: Table,
    /// Where each value came from.
    pub(crate) origins: Origins,
}

/// Which file each value came from, and which text is its source.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    files: Vec<Origin>,
    file_of: BTreeMap<String, usize>,
    source_of: BTreeMap<String, String>,
    series: RefCell<Vec<SourceFile>>,
}

#[derive(Debug)]
struct Origin {
    place: Option<Place>,
    sha256: String,
}

impl Origins {
    /// The file of a value, or of what is written below it (then the parent-most), or around it.
    fn index_of(&self, path: &str) -> usize {
        let mut at = Some(path);
        while let Some(here) = at {
            if let Some(&file) = self.file_of.get(here) {
                return file;
            }
            let inside = format!("{here}.");
            let below =
                self.file_of.range(inside.clone()..).take_while(|(path, _)| path.starts_with(&inside));
            if let Some(file) = below.map(|(_, &file)| file).max() {
                return file;
            }
            at = here.rsplit_once('.').map(|(above, _)| above);
        }
        0
    }

    /// The place of the file a value came from; `None` for a setting of the command.
    pub(crate) fn place_of(&self, path: &str) -> Option<&Place> {
        self.files.get(self.index_of(path))?.place.as_ref()
    }

    /// The file a value came from, as the user would open it.
    pub(crate) fn heading_of(&self, path: &str) -> String {
        self.place_of(path).map_or_else(|| SETTINGS.to_owned(), Place::heading)
    }

    /// The file a value came from, by its name below the scenario folder.
    pub(crate) fn name_of(&self, path: &str) -> String {
        self.place_of(path).map_or_else(|| SETTINGS.to_owned(), Place::name)
    }

    /// Whether the named file or a setting wrote this value itself.
    pub(crate) fn is_own(&self, path: &str) -> bool {
        self.file_of.get(path).is_some_and(|&file| file <= NAMED)
    }

    /// The text that is given as the source of a value.
    pub(crate) fn source_of(&self, path: &str) -> Option<&str> {
        let mut at = Some(path);
        while let Some(here) = at {
            if let Some(text) = self.source_of.get(here) {
                return Some(text);
            }
            at = here.rsplit_once('.').map(|(above, _)| above);
        }
        None
    }

    /// Every source text with the path of the value it stands for.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.source_of.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// A problem at this path, in the file that wrote it.
    pub(crate) fn problem(&self, path: &str, what: impl Into<String>, help: Option<String>) -> Problem {
        Problem { path: path.to_owned(), file: self.heading_of(path), what: what.into(), help }
    }

    /// The headings of the files, the settings and the named file first.
    pub(crate) fn headings(&self) -> Vec<String> {
        let heading = |file: &Origin| file.place.as_ref().map_or_else(|| SETTINGS.to_owned(), Place::heading);
        self.files.iter().map(heading).collect()
    }

    /// The name of the named file, without folder and ending.
    pub(crate) fn stem(&self) -> String {
        self.files.iter().find_map(|file| file.place.as_ref()).map_or_else(String::new, Place::stem)
    }

    /// Notes a series file that was read.
    pub(crate) fn note_series(&self, place: &Place, bytes: &[u8]) {
        let file = SourceFile { name: place.name(), sha256: sha256(bytes) };
        self.series.borrow_mut().push(file);
    }

    /// All files that were read, the named one first.
    pub(crate) fn source_files(&self) -> Vec<SourceFile> {
        let scenario = self.files.iter().filter_map(|file| {
            let place = file.place.as_ref()?;
            Some(SourceFile { name: place.name(), sha256: file.sha256.clone() })
        });
        scenario.chain(self.series.borrow().iter().cloned()).collect()
    }
}

/// SHA-256, hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a scenario, its parents and the settings, and merges them.
///
/// # Errors
/// No such scenario, a parent that is missing or runs in a circle, files that are no TOML.
pub(crate) fn read(reference: &str, settings: &[Setting]) -> Result<Overlaid, Problems> {
    let named = embedded::find(reference)?;
    let set = settings_table(settings)?;
    let chain = read_chain(named)?;
    let mut merged = Overlaid { table: Table::new(), origins: Origins::default() };
    merged.origins.files.push(Origin { place: None, sha256: String::new() });
    for link in &chain {
        let place = Some(link.place.clone());
        merged.origins.files.push(Origin { place, sha256: link.sha256.clone() });
    }
    let overlays =
        chain.into_iter().map(|link| link.table).enumerate().rev().map(|(k, table)| (k + NAMED, table));
    for (file, table) in overlays.chain([(SET, set)]) {
        note_sources(&table, &mut merged.origins);
        merge(&mut merged.table, table, "", file, &mut merged.origins);
    }
    Ok(merged)
}

struct Link {
    place: Place,
    sha256: String,
    table: Table,
}

/// The file and its parents, from the named one upwards.
fn read_chain(named: Place) -> Result<Vec<Link>, Problems> {
    let mut chain: Vec<Link> = Vec::new();
    let mut next = Some(named);
    while let Some(place) = next {
        let (sha256, mut table) = parse_file(&place)?;
        let parent = table.remove("inherits");
        chain.push(Link { place: place.clone(), sha256, table });
        next = match parent {
            Some(parent) => Some(parent_place(&place, &parent, &chain)?),
            None => None,
        };
    }
    Ok(chain)
}

/// The digest and the tables of a file.
///
/// # Errors
/// It cannot be read, or is no TOML.
pub(super) fn parse_file(place: &Place) -> Result<(String, Table), Problems> {
    let file = place.heading();
    let problem = |path: String, what: String| Problem { path, file: file.clone(), what, help: None };
    let bytes = place.read().map_err(|error| problem(String::new(), format!("cannot be read: {error}")))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        problem(format!("line {line}"), "is not UTF-8 text".to_owned())
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let table = toml::from_str(text).map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1;
        problem(format!("line {line}"), format!("is no TOML: {}", error.message().trim()))
    })?;
    Ok((sha256(&bytes), table))
}

fn parent_place(child: &Place, parent: &Value, chain: &[Link]) -> Result<Place, Problem> {
    let problem =
        |what: String| Problem { path: "inherits".to_owned(), file: child.heading(), what, help: None };
    let Value::String(name) = parent else {
        return Err(problem(format!("wants the name of one file, not {}", describe(parent))));
    };
    let spelled = [name.clone(), format!("{name}.toml")];
    let places = spelled.iter().flat_map(|name| child.parents(name));
    let Some(place) = places.into_iter().find(Place::exists) else {
        return Err(problem(format!("there is no file `{name}`")));
    };
    let first = chain.iter().position(|link| link.place.identity() == place.identity());
    match first {
        Some(first) => {
            let names = chain[first..].iter().map(|link| link.place.name()).chain([place.name()]);
            let circle = names.collect::<Vec<_>>().join(" -> ");
            Err(problem(format!("runs in a circle: {circle}")))
        }
        None => Ok(place),
    }
}

/// The settings as one table, later ones over earlier ones.
fn settings_table(settings: &[Setting]) -> Result<Table, Problems> {
    let gathered = Gathered::default();
    let mut table = Table::new();
    for Setting { key, value } in settings {
        let as_toml = toml::from_str::<Table>(&format!("{key} = {value}"));
        let text = || toml::from_str::<Table>(&format!("{key} = {}", Value::String(value.clone())));
        match as_toml.or_else(|_| text()) {
            Ok(one) => merge(&mut table, one, "", SET, &mut Origins::default()),
            Err(_) => gathered.add(Problem {
                path: key.clone(),
                file: SETTINGS.to_owned(),
                what: "is no key; write names joined by dots".to_owned(),
                help: None,
            }),
        }
    }
    if gathered.any() { Err(gathered.into_problems(&[])) } else { Ok(table) }
}

/// Lays `over` on `base`: tables merge, everything else is replaced whole.
fn merge(base: &mut Table, over: Table, above: &str, file: usize, origins: &mut Origins) {
    for (key, value) in over {
        let path = join(above, &key);
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(table)) if !is_series(&path, below, &table) => {
                merge(below, table, &path, file, origins);
            }
            (_, value) => {
                forget(&path, origins);
                note_file(&path, &value, file, origins);
                base.insert(key, value);
            }
        }
    }
}

/// Whether a value of an entity is a series: replaced whole even where it is a table.
fn is_series(path: &str, below: &Table, over: &Table) -> bool {
    let series_key = |key: &str| {
        matches!(key, "file" | "column") || key.starts_with("months") || key.starts_with("periods")
    };
    let is = |table: &Table| table.keys().any(|key| series_key(key));
    path.matches('.').count() == 2 && (is(below) || is(over))
}

fn forget(path: &str, origins: &mut Origins) {
    let inside = format!("{path}.");
    origins.file_of.retain(|key, _| key != path && !key.starts_with(&inside));
}

fn note_file(path: &str, value: &Value, file: usize, origins: &mut Origins) {
    match value {
        Value::Table(table) if !table.is_empty() => {
            for (key, value) in table {
                note_file(&join(path, key), value, file, origins);
            }
        }
        _ => {
            origins.file_of.insert(path.to_owned(), file);
        }
    }
}

/// Notes, for every value a file gives, the source that this file gives for it.
fn note_sources(table: &Table, origins: &mut Origins) {
    for (section, value) in table {
        let Value::Table(content) = value else { continue };
        if SINGLE.contains(&section.as_str()) {
            note_entity_sources(section, content, origins);
            continue;
        }
        for (name, value) in content {
            if let Value::Table(entity) = value {
                note_entity_sources(&join(section, name), entity, origins);
            }
        }
    }
}

fn note_entity_sources(path: &str, entity: &Table, origins: &mut Origins) {
    let source = entity.get("source");
    for key in entity.keys().filter(|key| !matches!(key.as_str(), "source" | "active" | "title")) {
        let text = match source {
            Some(Value::String(text)) => Some(text.as_str()),
            Some(Value::Table(texts)) => texts.get(key).or_else(|| texts.get("all")).and_then(Value::as_str),
            _ => None,
        };
        let path = join(path, key);
        match text {
            Some(text) => origins.source_of.insert(path, text.to_owned()),
            None => origins.source_of.remove(&path),
        };
    }
}

/// The path of a key in a table; a name with a dot in it is put in quotes.
pub(crate) fn join(above: &str, key: &str) -> String {
    let key = if key.contains('.') { format!("\"{key}\"") } else { key.to_owned() };
    if above.is_empty() { key } else { format!("{above}.{key}") }
}

/// A value in the modeller's words: `the text "abc"`, `true`, `a list`.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Integer(_) | Value::Float(_) => format!("the number {value}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(date) => format!("the date {date}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    }
}

/// A text in quotes, cut if it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    format!("\"{short}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlaid(base: &str, over: &str, settings: &[&str]) -> Overlaid {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("base.toml"), base).unwrap();
        let file = folder.path().join("over.toml");
        std::fs::write(&file, format!("inherits = \"base\"\n{over}")).unwrap();
        let settings: Vec<Setting> = settings.iter().map(|text| text.parse().unwrap()).collect();
        read(&file.to_string_lossy(), &settings).unwrap()
    }

    fn file_of(overlaid: &Overlaid, path: &str) -> String {
        overlaid.origins.heading_of(path).rsplit('/').next().unwrap().to_owned()
    }

    #[test]
    fn tables_merge_and_each_value_remembers_its_file() {
        let base = "[reservoir.a]\nstorage_max_hm3 = 5.0\nstorage_start_hm3 = 1.0\n";
        let merged = overlaid(base, "[reservoir.a]\nstorage_start_hm3 = 2.0\n", &["reservoir.a.title=A b"]);
        let expected: Table = toml::from_str(
            "[reservoir.a]\nstorage_max_hm3 = 5.0\nstorage_start_hm3 = 2.0\ntitle = \"A b\"\n",
        )
        .unwrap();
        assert_eq!(merged.table, expected);
        assert_eq!(file_of(&merged, "reservoir.a.storage_max_hm3"), "base.toml");
        assert_eq!(file_of(&merged, "reservoir.a.storage_start_hm3"), "over.toml");
        assert_eq!(file_of(&merged, "reservoir.a.title"), "--set");
        assert_eq!(file_of(&merged, "reservoir.a.missing"), "base.toml", "the file that brought it in");
    }

    #[test]
    fn a_series_is_replaced_whole_by_another() {
        let base =
            "[inflow.n]\nseries = { file = \"a.csv\", column = \"n_m3s\" }\nnodes = { a = 0.5, b = 0.5 }\n";
        let over = "[inflow.n]\nseries = { months_hm3 = [1.0] }\nnodes = { a = 1.0 }\n";
        let merged = overlaid(base, over, &[]);
        let inflow = merged.table["inflow"]["n"].as_table().unwrap();
        assert_eq!(inflow["series"].as_table().unwrap().len(), 1);
        assert_eq!(inflow["nodes"].as_table().unwrap().len(), 2, "shares merge by node");
    }

    #[test]
    fn a_value_without_a_source_does_not_borrow_that_of_the_file_below() {
        let base = "[plant.a]\ncapacity_MW = 5.0\nhead_m = 3.0\nsource = \"published [1]\"\n";
        let merged = overlaid(base, "[plant.a]\ncapacity_MW = 6.0\n", &[]);
        assert_eq!(merged.origins.source_of("plant.a.capacity_MW"), None);
        assert_eq!(merged.origins.source_of("plant.a.head_m"), Some("published [1]"));
    }

    #[test]
    fn files_that_inherit_in_a_circle_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for (file, parent) in [("a", "b"), ("b", "c"), ("c", "b")] {
            let text = format!("inherits = \"{parent}.toml\"\n");
            std::fs::write(folder.path().join(format!("{file}.toml")), text).unwrap();
        }
        let problems = read(&folder.path().join("a.toml").to_string_lossy(), &[]).unwrap_err();
        assert_eq!(problems.len(), 1);
        let Problem { path, file, what, .. } = &problems.0[0];
        assert_eq!(path, "inherits");
        assert!(file.ends_with("c.toml"));
        let names: Vec<&str> = what.split(" -> ").map(|name| name.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["b.toml", "c.toml", "b.toml"]);
    }

    #[test]
    fn what_is_no_toml_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        std::fs::write(&file, "[run]\n\npolicies = [\"quota\"\n[price]\n").unwrap();
        let problems = read(&file.to_string_lossy(), &[]).unwrap_err();
        assert!(["line 3", "line 4"].contains(&problems.0[0].path.as_str()), "{problems}");
    }
}
