//! Floor 7: from files to the typed model: overlays, the shape of the files, and every problem at once.

mod build;
mod embedded;
pub mod game;
mod order;
mod overlay;
mod problem;
pub mod schema;
mod series;
mod shape;
pub mod values;
mod written;

pub use overlay::Setting;
pub(crate) use overlay::sha256;
pub(crate) use problem::did_you_mean;
pub use problem::{Problem, Problems};
pub use written::{Explained, explain};

use indexmap::IndexMap;

use crate::allocation::policy::Policy;
use crate::allocation::window::Window;
use crate::hydrology::inflow::{Inflows, NaturalInflow};
use crate::hydrology::state::State;
use crate::network::basin::{Basin, ReservoirIdx};
use crate::quantity::index::Table;
use crate::quantity::units::Volume;

/// A scenario, read, merged, checked and built: everything a run needs, and where it came from.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The short name; also that of the output folder.
    pub name: String,
    /// A line people read.
    pub title: String,
    /// A paragraph on what it asks.
    pub about: String,
    /// The basin over the horizon.
    pub basin: Basin,
    /// What comes.
    pub inflows: Inflows,
    /// The same river by river.
    pub rivers: Vec<NaturalInflow>,
    /// Where the water stands at the start.
    pub start: State,
    /// The least storage at the end.
    pub end_storage: Table<ReservoirIdx, Volume>,
    /// The policies that can be run by name: the catalogue and the scenario's own.
    pub policies: IndexMap<String, Policy>,
    /// The policies to run unless others are asked for.
    pub run_policies: Vec<String>,
    /// The files it was read from, the named one first.
    pub files: Vec<SourceFile>,
    /// SHA-256 over the merged scenario and its series: what was run, whatever the files were called and in whatever order
    /// their tables stand.
    pub digest: String,
    /// The merged scenario as one TOML text with its series written out, so that it can be read again
    /// without any other file.
    pub merged: String,
}

/// A file a scenario was read from.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct SourceFile {
    /// Its name as the user would write it (relative to the scenario folder).
    pub name: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

impl Scenario {
    /// What a solve over the whole horizon sees.
    pub fn window(&self) -> Window<'_> {
        Window {
            basin: &self.basin,
            inflows: &self.inflows,
            start: &self.start,
            end_storage: &self.end_storage,
        }
    }
}

/// Reads, merges, checks and builds a scenario, given by path or by name, with the command's settings
/// laid over it last.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn load(reference: &str, settings: &[Setting]) -> Result<Scenario, Problems> {
    let overlaid = overlay::read(reference, settings)?;
    let gathered = problem::Gathered::default();
    let mut file = shape::read(&order::by_name(&overlaid.table), &overlaid.origins, &gathered);
    order::arrange(&mut file);
    build::build(&overlaid, &file, gathered)
}

/// The scenarios inside the program: name and title of each that has a title of its own, by name.
pub fn shipped() -> Vec<(String, String)> {
    let title = |path: String| {
        let bytes = embedded::Place::Shipped(path.clone()).read().ok()?;
        let table: toml::Table = toml::from_str(std::str::from_utf8(&bytes).ok()?).ok()?;
        let title = table.get("scenario")?.get("title")?.as_str()?.to_owned();
        Some((path.strip_suffix(".toml")?.to_owned(), title))
    };
    embedded::shipped_paths().into_iter().filter_map(title).collect()
}
