//! From the merged tables to the shape of a scenario file, entity by entity.
//!
//! An entity with a wrong key is read again without that key, so that every problem comes at once.
//! What the values mean together is for [`super::build`].

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::overlay::{Origins, SINGLE, describe, join};
use super::problem::{Gathered, closest, did_you_mean};
use super::schema::{Percent, ScenarioFile};

/// The sections that are tables by name, in the order of the file's shape.
const NAMED: [&str; 18] = [
    "riparian",
    "river",
    "node",
    "reservoir",
    "reach",
    "plant",
    "inflow",
    "correction",
    "demand",
    "drainage",
    "treaty",
    "environment",
    "area",
    "thermal",
    "fuel",
    "market",
    "line",
    "policy",
];

/// The key beside the inflows that holds their percentages.
const PERCENT: &str = "percent_of_normal";

/// Reads the merged tables; problems are left in `gathered`.
pub(crate) fn read(table: &Table, origins: &Origins, gathered: &Gathered) -> ScenarioFile {
    let reader = Reader { table, origins, gathered };
    reader.check_sections();
    ScenarioFile {
        scenario: reader.single("scenario"),
        horizon: reader.single("horizon"),
        riparian: reader.named("riparian"),
        river: reader.named("river"),
        node: reader.named("node"),
        reservoir: reader.named("reservoir"),
        reach: reader.named("reach"),
        plant: reader.named("plant"),
        inflow: reader.named("inflow"),
        percent_of_normal: reader.percent_of_normal(),
        correction: reader.named("correction"),
        demand: reader.named("demand"),
        drainage: reader.named("drainage"),
        treaty: reader.named("treaty"),
        environment: reader.named("environment"),
        area: reader.named("area"),
        thermal: reader.named("thermal"),
        fuel: reader.named("fuel"),
        market: reader.named("market"),
        line: reader.named("line"),
        price: reader.single("price"),
        policy: reader.named("policy"),
        run: reader.single("run"),
    }
}

struct Reader<'a> {
    table: &'a Table,
    origins: &'a Origins,
    gathered: &'a Gathered,
}

impl Reader<'_> {
    fn add(&self, path: &str, what: impl Into<String>, help: Option<String>) {
        self.gathered.add(self.origins.problem(path, what, help));
    }

    fn check_sections(&self) {
        for (section, value) in self.table {
            let known = SINGLE.iter().chain(&NAMED);
            if !known.clone().any(|name| name == section) {
                let help = did_you_mean(section, known.copied());
                self.add(section, format!("unknown section `{section}`"), help);
            } else if !value.is_table() {
                self.add(section, format!("wants a table, not {}", describe(value)), None);
            }
        }
    }

    /// What stands under a section, nothing if it is no table.
    fn section(&self, section: &str) -> impl Iterator<Item = (&str, &Value)> {
        let table = self.table.get(section).and_then(Value::as_table);
        table.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    fn single<T: DeserializeOwned + Default>(&self, section: &str) -> T {
        match self.table.get(section) {
            Some(value @ Value::Table(_)) => self.entity(section, value.clone()).unwrap_or_default(),
            _ => T::default(),
        }
    }

    fn named<T: DeserializeOwned>(&self, section: &str) -> IndexMap<String, T> {
        let mut entities = IndexMap::new();
        for (name, value) in self.section(section) {
            if section == "inflow" && name == PERCENT {
                continue;
            }
            let path = join(section, name);
            self.check_name(&path, name);
            let entity = match value {
                Value::Table(_) => self.entity(&path, value.clone()),
                other => {
                    self.add(&path, format!("wants a table, not {}", describe(other)), None);
                    self.entity(&path, Value::Table(Table::new()))
                }
            };
            if let Some(entity) = entity {
                entities.insert(name.to_owned(), entity);
            }
        }
        entities
    }

    /// Names stand in tables, in file names and in exported programs.
    fn check_name(&self, path: &str, name: &str) {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(plain) {
            let what = format!("the name \"{name}\" may hold letters, digits, `_` and `-` only");
            self.add(path, what, None);
        }
    }

    fn percent_of_normal(&self) -> IndexMap<String, Percent> {
        let mut percents = IndexMap::new();
        let path = join("inflow", PERCENT);
        match self.section("inflow").find(|(name, _)| *name == PERCENT) {
            Some((_, Value::Table(table))) => {
                for (name, value) in table.iter().filter(|(name, _)| *name != "source") {
                    let percent = self.entity(&join(&path, name), value.clone());
                    percents.extend(percent.map(|percent| (name.clone(), percent)));
                }
            }
            Some((_, other)) => {
                let what = format!("wants a table of percentages by inflow, not {}", describe(other));
                self.add(&path, what, None);
            }
            None => {}
        }
        percents
    }

    /// Reads one entity; each key that cannot be read is reported and left out.
    fn entity<T: DeserializeOwned>(&self, path: &str, mut value: Value) -> Option<T> {
        self.leave_out_what_is_no_number(path, &mut value);
        loop {
            let error = match serde_path_to_error::deserialize(value.clone()) {
                Ok(entity) => return Some(entity),
                Err(error) => error,
            };
            let keys = keys_of(error.path());
            let fault = Fault::new(error.inner().message(), &keys, &value);
            let at = fault.keys.iter().fold(path.to_owned(), |path, key| join(&path, key));
            self.add(&at, fault.what, fault.help);
            if let Some(meant) = fault.meant {
                let above = at.rsplit_once('.').map_or("", |(above, _)| above);
                self.gathered.spoil(&join(above, &meant));
            }
            if !remove(&mut value, &fault.removed) {
                self.gathered.spoil(path);
                return None;
            }
        }
    }

    /// Reports and removes every `nan` and `inf`.
    fn leave_out_what_is_no_number(&self, path: &str, value: &mut Value) {
        let Value::Table(table) = value else { return };
        let mut wrong = Vec::new();
        for (key, value) in table.iter_mut() {
            let path = join(path, key);
            let bad = match value {
                Value::Float(number) => !number.is_finite(),
                Value::Array(items) => {
                    items.iter().any(|item| item.as_float().is_some_and(|number| !number.is_finite()))
                }
                Value::Table(_) => {
                    self.leave_out_what_is_no_number(&path, value);
                    false
                }
                _ => false,
            };
            if bad {
                let shown =
                    if value.is_array() { "holds what is".to_owned() } else { format!("= {value} is") };
                self.add(&path, format!("{shown} not a finite number"), None);
                wrong.push(key.clone());
            }
        }
        table.retain(|key, _| !wrong.iter().any(|name| name == key));
    }
}

/// What one reading error says, and which key to leave out.
struct Fault {
    /// The keys below the entity at which it is reported.
    keys: Vec<String>,
    /// The keys below the entity of what is left out; none if the entity cannot be read at all.
    removed: Vec<String>,
    what: String,
    help: Option<String>,
    /// The key that was probably meant.
    meant: Option<String>,
}

impl Fault {
    fn new(message: &str, keys: &[String], entity: &Value) -> Fault {
        let quoted: Vec<&str> = message.lines().next().unwrap_or("").split('`').skip(1).step_by(2).collect();
        let given = quoted.first().copied().unwrap_or("");
        let known = quoted.get(1..).unwrap_or(&[]).iter().copied();
        let at = |more: Option<&str>| {
            let mut keys = keys.to_vec();
            keys.extend(
                more.filter(|more| keys.last().map(String::as_str) != Some(*more)).map(str::to_owned),
            );
            keys
        };
        let value = keys.iter().try_fold(entity, |value, key| value.get(key.as_str()));
        let fault = |keys: Vec<String>, what: String| Fault {
            removed: keys.clone(),
            keys,
            what,
            help: None,
            meant: None,
        };
        if message.starts_with("unknown field") {
            let what = format!("unknown key `{given}`");
            let meant = closest(given, known).map(str::to_owned);
            let help = meant.as_ref().map(|name| format!("did you mean `{name}`?"));
            Fault { help, meant, ..fault(at(Some(given)), what) }
        } else if message.starts_with("missing field") {
            let removed = keys.to_vec();
            Fault { removed, ..fault(at(Some(given)), "is missing".to_owned()) }
        } else if message.starts_with("unknown variant") {
            let names: Vec<String> = known.clone().map(|name| format!("\"{name}\"")).collect();
            let what = format!("= \"{given}\" is none of {}", names.join(", "));
            Fault { help: did_you_mean(given, known), ..fault(keys.to_vec(), what) }
        } else {
            fault(keys.to_vec(), in_words(message, value))
        }
    }
}

/// A message about a value of the wrong type in the modeller's words.
fn in_words(message: &str, value: Option<&Value>) -> String {
    let line = message.lines().next().unwrap_or("");
    let wanted = match line.rsplit_once("expected ") {
        Some((_, wanted)) => wanted_in_words(wanted),
        None if line.contains("untagged enum Weights") => {
            "\"equal\", \"population\", \"need\", or a table of numbers by riparian"
        }
        None => return line.to_owned(),
    };
    match value {
        Some(Value::Array(items)) if wanted == "a number" || wanted == "a text" => {
            let fits = |item: &Value| match wanted {
                "a number" => item.is_float() || item.is_integer(),
                _ => item.is_str(),
            };
            match items.iter().position(|item| !fits(item)) {
                Some(k) => format!("wants {wanted} at place {}, not {}", k + 1, describe(&items[k])),
                None => format!("wants {wanted}, not a list"),
            }
        }
        Some(value) => format!("wants {wanted}, not {}", describe(value)),
        None => format!("wants {wanted}"),
    }
}

fn wanted_in_words(wanted: &str) -> &str {
    match wanted {
        "f64" | "f32" | "floating point number" => "a number",
        "i64" | "u64" | "usize" => "a whole number",
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "a table",
        _ if wanted.contains("datetime") => "a date such as 2007-10-01",
        _ if wanted.starts_with("struct ") => "a table",
        _ => wanted,
    }
}

/// The table keys of a path, up to the first list.
fn keys_of(path: &serde_path_to_error::Path) -> Vec<String> {
    use serde_path_to_error::Segment;
    let key = |segment: &Segment| match segment {
        Segment::Map { key } => Some(key.clone()),
        _ => None,
    };
    path.iter().map_while(key).collect()
}

/// Removes what stands at the keys; `false` if there is no such thing.
fn remove(value: &mut Value, keys: &[String]) -> bool {
    let Some((last, above)) = keys.split_last() else {
        return false;
    };
    let mut at = value;
    for key in above {
        match at.get_mut(key.as_str()) {
            Some(below) => at = below,
            None => return false,
        }
    }
    at.as_table_mut().is_some_and(|table| table.remove(last).is_some())
}
