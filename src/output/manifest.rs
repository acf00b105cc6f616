//! The manifest of a run: what was run, with which files, settings and solver, and how it went.
//!
//! It lies beside the tables as `manifest.json` and is how mirab knows its own folders again.

use serde::{Deserialize, Serialize};

use crate::scenario::{Scenario, SourceFile};

/// The file's name.
pub const FILE: &str = "manifest.json";

/// The name by which mirab knows a folder it wrote.
const PROGRAM: &str = "mirab";

/// What was run, and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `mirab`.
    pub program: String,
    /// The version that ran.
    pub version: String,
    /// The commit it was built from, where the build was told.
    pub git_hash: Option<String>,
    /// The scenario's short name.
    pub scenario: String,
    /// A line people read.
    pub title: String,
    /// SHA-256 over the merged scenario and its series.
    pub digest: String,
    /// The files it was read from.
    pub files: Vec<ScenarioFile>,
    /// The settings given beside the files, as `key=value`.
    pub settings: Vec<String>,
    /// The policies, in the order they were run, and how each went.
    pub policies: Vec<PolicyRun>,
    /// The seed of the ensemble; empty in a single run.
    pub seed: Option<u64>,
    /// The members of the ensemble; 1 in a single run.
    pub members: u32,
    /// The solver and the tolerances it was asked for.
    pub solver: SolverSettings,
    /// How many worths of coalitions were read from earlier runs.
    #[serde(default)]
    pub worths_read: u64,
    /// How many worths of coalitions were solved for.
    #[serde(default)]
    pub worths_solved: u64,
    /// Members of the ensemble a second, set-up and files left out; empty in a single run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traces_per_second: Option<f64>,
    /// How many programs of the ensemble our own solver did not solve, so that Clarabel was asked; those of a single run stand
    /// with its policies.
    #[serde(default)]
    pub second_opinions: u64,
    /// From start to the last file, seconds.
    pub wall_seconds: f64,
    /// What a reader should know before believing the numbers.
    pub warnings: Vec<String>,
}

/// A file a scenario was read from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioFile {
    /// Its name, as the user would write it.
    pub name: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

/// How one policy went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyRun {
    /// The policy.
    pub name: String,
    /// The value of its own objective.
    pub objective: f64,
    /// Iterations of the solver, over all its programs.
    pub iterations: u32,
    /// Programs solved.
    pub programs: u32,
    /// How many of them our own solver did not solve, so that Clarabel was asked.
    #[serde(default)]
    pub second_opinions: u32,
    /// By how much generation still moved in the last head pass, relative.
    pub head_gap: f64,
    /// The policy that is its status quo, if it has one: what it is measured against and settled against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_quo: Option<String>,
    /// What a reader should know of this policy's plan.
    pub warnings: Vec<String>,
}

/// The solver and its tolerances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SolverSettings {
    /// Its name.
    pub name: String,
    /// The tolerance of feasibility and gap, relative.
    pub tolerance: f64,
}

impl Manifest {
    /// The manifest of a run that has just begun: what is known of the scenario, and nothing else.
    pub fn begin(scenario: &Scenario, settings: Vec<String>, solver: SolverSettings) -> Manifest {
        Manifest {
            program: PROGRAM.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_hash: option_env!("MIRAB_GIT_HASH").map(str::to_owned),
            scenario: scenario.name.clone(),
            title: scenario.title.clone(),
            digest: scenario.digest.clone(),
            files: scenario.files.iter().map(ScenarioFile::from).collect(),
            settings,
            policies: Vec::new(),
            seed: None,
            members: 1,
            solver,
            worths_read: 0,
            worths_solved: 0,
            traces_per_second: None,
            second_opinions: 0,
            wall_seconds: 0.0,
            warnings: Vec::new(),
        }
    }

    /// The text of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // A struct of texts, numbers and lists has no key that JSON could refuse.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The manifest in these bytes, if it is one of ours.
    pub fn read(bytes: &[u8]) -> Option<Manifest> {
        serde_json::from_slice(bytes).ok().filter(|manifest: &Manifest| manifest.program == PROGRAM)
    }

    /// The first eight characters of the digest.
    pub fn short_digest(&self) -> &str {
        self.digest.get(..8).unwrap_or(&self.digest)
    }
}

/// The scenario that a folder's manifest says mirab wrote it for, whichever version wrote it.
pub fn scenario_of(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        program: String,
        scenario: String,
    }
    let head: Head = serde_json::from_slice(bytes).ok()?;
    (head.program == PROGRAM).then_some(head.scenario)
}

impl From<&SourceFile> for ScenarioFile {
    fn from(file: &SourceFile) -> Self {
        ScenarioFile { name: file.name.clone(), sha256: file.sha256.clone() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn example(scenario: &str) -> Manifest {
        Manifest {
            program: PROGRAM.to_owned(),
            version: "0.1.0".to_owned(),
            git_hash: None,
            scenario: scenario.to_owned(),
            title: "As 2008: a dry year".to_owned(),
            digest: "0123456789abcdef".to_owned(),
            files: vec![ScenarioFile { name: "dry-year.toml".to_owned(), sha256: "ff".to_owned() }],
            settings: vec!["run.policies=[\"quota\"]".to_owned()],
            policies: Vec::new(),
            seed: None,
            members: 1,
            solver: SolverSettings { name: "clarabel".to_owned(), tolerance: 1e-9 },
            worths_read: 64,
            worths_solved: 0,
            traces_per_second: None,
            second_opinions: 0,
            wall_seconds: 1.5,
            warnings: vec!["heads still move".to_owned()],
        }
    }

    #[test]
    fn a_manifest_is_read_back() {
        let manifest = example("dry-year");
        assert_eq!(Manifest::read(&manifest.to_bytes()), Some(manifest.clone()));
        assert_eq!(scenario_of(&manifest.to_bytes()).as_deref(), Some("dry-year"));
        assert_eq!(manifest.short_digest(), "01234567");
    }

    #[test]
    fn another_programs_manifest_is_not_ours() {
        let other = br#"{"program": "other", "scenario": "dry-year"}"#;
        assert_eq!(scenario_of(other), None);
        assert_eq!(scenario_of(b"not json"), None);
    }
}
