//! Floor 7: from files to the typed model: overlays, the shape of the files, and every problem at once.

pub mod schema;

use indexmap::IndexMap;

use crate::allocation::policy::Policy;
use crate::allocation::window::Window;
use crate::hydrology::inflow::Inflows;
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
    /// SHA-256 over the merged scenario and its series: what was run, whatever the files were called.
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

/// STUB for the loader's own list of problems.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<String>);

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}
