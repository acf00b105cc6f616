//! The builder's desk: the file, the horizon, the names, and the questions asked of every key
//! (is it there, is it in range, does the name it gives exist).

use indexmap::IndexMap;

use crate::network::basin::{
    AreaIdx, DrainageIdx, FuelIdx, MarketIdx, NodeIdx, ReachIdx, ReservoirIdx, RiparianIdx, RiverIdx,
};
use crate::quantity::calendar::Horizon;
use crate::quantity::index::{Idx, Series};
use crate::scenario::overlay::{Origins, join};
use crate::scenario::problem::{Gathered, did_you_mean};
use crate::scenario::schema::{Entity, ScenarioFile, Values};
use crate::scenario::series::Shelf;

use super::series::Wanted;

/// The names of one kind of element, and the index of each.
#[derive(Debug, Default)]
pub(crate) struct Names<I> {
    noun: &'static str,
    section: &'static str,
    known: IndexMap<String, I>,
    inactive: Vec<String>,
}

impl<I: Idx> Names<I> {
    fn of<T: Entity>(noun: &'static str, section: &'static str, entities: &IndexMap<String, T>) -> Self {
        let mut names = Names { noun, section, known: IndexMap::new(), inactive: Vec::new() };
        names.extend(entities);
        names
    }

    fn extend<T: Entity>(&mut self, entities: &IndexMap<String, T>) {
        for (name, entity) in entities {
            if entity.is_active() {
                let index = I::new(self.known.len());
                self.known.entry(name.clone()).or_insert(index);
            } else {
                self.inactive.push(name.clone());
            }
        }
    }

    /// The index of a name.
    pub(crate) fn get(&self, name: &str) -> Option<I> {
        self.known.get(name).copied()
    }

    /// Whether it is in the files but switched off.
    pub(crate) fn is_inactive(&self, name: &str) -> bool {
        self.inactive.iter().any(|other| other == name)
    }

    /// All names, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }
}

/// No quantity of a basin is larger, whatever its unit.
const LARGEST: f64 = 1e12;

/// What numbers a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// Any finite number.
    Any,
    /// Zero or more.
    NotNegative,
    /// More than zero.
    Positive,
    /// 0 to 1.
    Share,
}

impl Range {
    /// What is wrong with a number, if anything is.
    pub(crate) fn fault(self, value: f64) -> Option<&'static str> {
        match self {
            _ if !value.is_finite() => Some("is not a finite number"),
            _ if value.abs() > LARGEST => Some("is larger than anything in a river basin"),
            Range::NotNegative if value < 0.0 => Some("is negative"),
            Range::Positive if value <= 0.0 => Some("must be above 0"),
            Range::Share if !(0.0..=1.0).contains(&value) => Some("is a share and must lie between 0 and 1"),
            _ => None,
        }
    }
}

/// Everything a builder looks at.
pub(crate) struct Desk<'a> {
    pub(crate) file: &'a ScenarioFile,
    pub(crate) origins: &'a Origins,
    pub(crate) gathered: &'a Gathered,
    pub(crate) shelf: Shelf,
    pub(crate) horizon: Horizon,
    pub(crate) riparians: Names<RiparianIdx>,
    pub(crate) rivers: Names<RiverIdx>,
    /// Reservoirs first, then junctions and sinks.
    pub(crate) nodes: Names<NodeIdx>,
    pub(crate) reservoirs: Names<ReservoirIdx>,
    pub(crate) reaches: Names<ReachIdx>,
    pub(crate) drainages: Names<DrainageIdx>,
    pub(crate) areas: Names<AreaIdx>,
    pub(crate) fuels: Names<FuelIdx>,
    pub(crate) markets: Names<MarketIdx>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        file: &'a ScenarioFile,
        origins: &'a Origins,
        gathered: &'a Gathered,
        horizon: Horizon,
    ) -> Self {
        let mut nodes = Names::of("node", "node", &file.reservoir);
        nodes.extend(&file.node);
        Desk {
            file,
            origins,
            gathered,
            shelf: Shelf::default(),
            horizon,
            riparians: Names::of("riparian", "riparian", &file.riparian),
            rivers: Names::of("river", "river", &file.river),
            nodes,
            reservoirs: Names::of("reservoir", "reservoir", &file.reservoir),
            reaches: Names::of("reach", "reach", &file.reach),
            drainages: Names::of("drainage", "drainage", &file.drainage),
            areas: Names::of("power area", "area", &file.area),
            fuels: Names::of("fuel", "fuel", &file.fuel),
            markets: Names::of("market", "market", &file.market),
        }
    }

    /// The entity of a section.
    pub(crate) fn at(&self, section: &str, name: &str) -> Entry<'_> {
        Entry { desk: self, path: join(section, name) }
    }

    /// A section that is one table.
    pub(crate) fn section(&self, section: &str) -> Entry<'_> {
        Entry { desk: self, path: section.to_owned() }
    }

    /// A problem at a path, in the file that wrote it.
    pub(crate) fn problem(&self, path: &str, what: impl Into<String>, help: Option<String>) {
        self.gathered.add(self.origins.problem(path, what, help));
    }
}

/// One entity on the desk, and the questions asked of its keys.
pub(crate) struct Entry<'d> {
    desk: &'d Desk<'d>,
    path: String,
}

impl Entry<'_> {
    /// The path of a key.
    pub(crate) fn path(&self, key: &str) -> String {
        if key.is_empty() { self.path.clone() } else { format!("{}.{key}", self.path) }
    }

    /// Whether something was wrong with a key already.
    pub(crate) fn is_spoiled(&self, key: &str) -> bool {
        self.desk.gathered.is_spoiled(&self.path(key))
    }

    /// Leaves a problem at a key; an empty key is the entity itself.
    pub(crate) fn problem(&self, key: &str, what: impl Into<String>) {
        self.desk.problem(&self.path(key), what, None);
    }

    /// Leaves a problem at a key that contradicts another key, and says where that one is set if it
    /// is set in another file.
    pub(crate) fn contradiction(&self, key: &str, other: &str, what: impl Into<String>) {
        let origins = self.desk.origins;
        let (here, there) = (self.path(key), self.path(other));
        let elsewhere = origins.heading_of(&here) != origins.heading_of(&there);
        let help = elsewhere.then(|| format!("set in {}", origins.name_of(&there)));
        self.desk.problem(&here, what, help);
    }

    /// Says that a key is missing, unless something else was wrong with it.
    pub(crate) fn missing(&self, key: &str) {
        let path = self.path(key);
        if !self.desk.gathered.is_spoiled(&path) {
            self.desk.problem(&path, "is missing", None);
        }
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T: Clone>(&self, key: &str, value: &Option<T>) -> Option<T> {
        if value.is_none() {
            self.missing(key);
        }
        value.clone()
    }

    /// A number that may be missing, checked if it is not.
    pub(crate) fn optional(&self, key: &str, value: Option<f64>, range: Range) -> Option<f64> {
        let fault = range.fault(value?);
        if let (Some(fault), Some(value)) = (fault, value) {
            self.problem(key, format!("= {value} {fault}"));
        }
        value.filter(|_| fault.is_none())
    }

    /// A number that must be there, checked; nothing if it is missing or wrong.
    pub(crate) fn known(&self, key: &str, value: Option<f64>, range: Range) -> Option<f64> {
        self.optional(key, self.required(key, &value), range)
    }

    /// A number that must be there, checked; 0 in its place where it is missing or wrong.
    pub(crate) fn number(&self, key: &str, value: Option<f64>, range: Range) -> f64 {
        self.known(key, value, range).unwrap_or(0.0)
    }

    /// A number with a default, checked.
    pub(crate) fn or(&self, key: &str, value: Option<f64>, default: f64, range: Range) -> f64 {
        self.optional(key, value, range).unwrap_or(default)
    }

    /// The index of the element that a key names; `None` if it names none that is there.
    pub(crate) fn named<I: Idx>(&self, key: &str, name: &Option<String>, names: &Names<I>) -> Option<I> {
        let name = self.required(key, name)?;
        self.find(key, &name, names)
    }

    /// The index of an element called `name`, or a problem at this key.
    pub(crate) fn find<I: Idx>(&self, key: &str, name: &str, names: &Names<I>) -> Option<I> {
        let found = names.get(name);
        if found.is_none() {
            self.unknown(key, name, names);
        }
        found
    }

    fn unknown<I: Idx>(&self, key: &str, name: &str, names: &Names<I>) {
        let Names { noun, section, .. } = *names;
        if names.is_inactive(name) {
            let sections = if section == "node" { vec!["reservoir", "node"] } else { vec![section] };
            let switches = sections.iter().map(|section| format!("{section}.{name}.active"));
            let file = switches.map(|path| self.desk.origins.name_of(&path)).next();
            let help = file.map(|file| format!("`active = false` in {file}"));
            self.desk.problem(&self.path(key), format!("the {noun} `{name}` is not active"), help);
        } else if !self.desk.gathered.is_spoiled(&join(section, name)) {
            let help = did_you_mean(name, names.iter());
            self.desk.problem(&self.path(key), format!("no {noun} is called `{name}`"), help);
        }
    }

    /// A series over the horizon from a key that may be missing.
    pub(crate) fn series(
        &self,
        key: &str,
        values: &Option<Values>,
        wanted: Wanted,
        range: Range,
    ) -> Option<Series<f64>> {
        super::series::over_horizon(self.desk, &self.path(key), values.as_ref()?, wanted, range)
    }

    /// A series over the horizon from a key that must be there; zeros where it is missing or wrong.
    pub(crate) fn needed_series(
        &self,
        key: &str,
        values: &Option<Values>,
        wanted: Wanted,
        range: Range,
    ) -> Series<f64> {
        self.required(key, values);
        self.series_or(key, values, wanted, range, 0.0)
    }

    /// A series over the horizon from a key with a default.
    pub(crate) fn series_or(
        &self,
        key: &str,
        values: &Option<Values>,
        wanted: Wanted,
        range: Range,
        default: f64,
    ) -> Series<f64> {
        let given = self.series(key, values, wanted, range);
        given.unwrap_or_else(|| Series::filled(self.desk.horizon.len(), default))
    }

    /// The name people read, or the short one.
    pub(crate) fn title(&self, title: &Option<String>, name: &str) -> String {
        title.clone().unwrap_or_else(|| name.to_owned())
    }
}

/// The active entities of a section, in the order of the river.
pub(crate) fn active<T: Entity>(entities: &IndexMap<String, T>) -> impl Iterator<Item = (&String, &T)> {
    entities.iter().filter(|(_, entity)| entity.is_active())
}
