//! The folder of a run: where it may be written, and how it gets there whole.
//!
//! Files are first written into a hidden folder beside their place (inside it, if the place exists)
//! and moved when all are there, so that no half-written file ever bears a final name. What a folder
//! holds beside mirab's own files is never touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::manifest;

/// What mirab writes into a folder; the manifest comes last, so that a folder with one is whole.
const OWN: &[&str] = &["tables", "figures", "scenario.toml", "report.md", manifest::FILE];

/// What `plot` writes anew.
const FIGURES: &[&str] = &["figures"];

/// The beginning of the names of folders that are being written.
const UNFINISHED: &str = ".mirab-";

/// Why a run's folder cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something is there that mirab did not write for this scenario.
    #[error(
        "{} is not empty, and mirab did not write it for this scenario{}; give another --out, or --overwrite to replace what mirab would write there",
        .folder.display(),
        .scenario.as_ref().map(|name| format!(" but for `{name}`")).unwrap_or_default()
    )]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// The scenario it was written for, if mirab wrote it.
        scenario: Option<String>,
    },
    /// There is no run of mirab's where one is to be read.
    #[error("{} holds no run: it has no {} that mirab wrote", .0.display(), manifest::FILE)]
    NoRun(PathBuf),
    /// A file stands where the folder should be.
    #[error("{} is a file, not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The disk refused.
    #[error("cannot {what} {}: {cause}", .path.display())]
    Disk {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

/// The name of a scenario's folder: its own name, with anything that is no plain character replaced.
pub fn folder_name(scenario: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = scenario.chars().map(plain).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "run".to_owned() } else { name.to_owned() }
}

/// The folder of a run that is being written; what is not finished disappears with it.
#[derive(Debug)]
pub struct RunFolder {
    place: PathBuf,
    exists: bool,
    /// What is replaced as a whole.
    own: &'static [&'static str],
    /// Holds the folder that is filled and, later, what it replaces.
    aside: TempDir,
}

impl RunFolder {
    /// Opens a place for the run of a scenario, before anything is computed.
    ///
    /// A folder whose manifest says that mirab wrote it for the same scenario may be replaced, and so
    /// may an empty one; any other only if `overwrite`.
    ///
    /// # Errors
    /// A folder that is not ours to replace, or one that cannot be written.
    pub fn open(place: &Path, scenario: &str, overwrite: bool) -> Result<RunFolder, FolderError> {
        let exists = place.exists();
        if exists && !place.is_dir() {
            return Err(FolderError::NotAFolder(place.to_path_buf()));
        }
        if exists && !overwrite {
            check_ours(place, scenario)?;
        }
        RunFolder::aside(place, exists, OWN)
    }

    /// Opens the folder of a finished run to write its figures anew.
    ///
    /// # Errors
    /// A folder that holds no run of ours, or one that cannot be written.
    pub fn reopen_figures(place: &Path) -> Result<RunFolder, FolderError> {
        written_for(place)?.ok_or_else(|| FolderError::NoRun(place.to_path_buf()))?;
        RunFolder::aside(place, true, FIGURES)
    }

    fn aside(place: &Path, exists: bool, own: &'static [&'static str]) -> Result<RunFolder, FolderError> {
        let beside = if exists { place.to_path_buf() } else { parent(place) };
        fs::create_dir_all(&beside).map_err(|cause| disk("create", place, cause))?;
        let aside = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&beside)
            .map_err(|cause| disk("write in", &beside, cause))?;
        let folder = RunFolder { place: place.to_path_buf(), exists, own, aside };
        fs::create_dir(folder.filled()).map_err(|cause| disk("write in", &beside, cause))?;
        Ok(folder)
    }

    /// Where the run will lie.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Writes a file of the run; `name` may begin with a folder (`tables/power.csv`).
    ///
    /// # Errors
    /// The disk is full or refuses; nothing bears a final name then.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.filled().join(name);
        let fault = |cause| disk("write", &self.place.join(name), cause);
        fs::create_dir_all(parent(&path)).map_err(fault)?;
        fs::write(&path, bytes).map_err(fault)
    }

    /// Moves what was written to its place.
    ///
    /// # Errors
    /// The disk refuses; what stood there before is put back.
    pub fn finish(self) -> Result<PathBuf, FolderError> {
        let moves = if self.exists { self.exchanges()? } else { vec![(self.filled(), self.place.clone())] };
        move_all(&moves)?;
        Ok(self.place)
    }

    fn filled(&self) -> PathBuf {
        self.aside.path().join("run")
    }

    /// What is there goes away, the manifest first; what was written takes its place, the manifest last.
    fn exchanges(&self) -> Result<Vec<Move>, FolderError> {
        let old = self.aside.path().join("replaced");
        fs::create_dir_all(&old).map_err(|cause| disk("write in", &self.place, cause))?;
        let away = self.own.iter().rev().map(|name| (self.place.join(name), old.join(name)));
        let back = self.own.iter().map(|name| (self.filled().join(name), self.place.join(name)));
        Ok(away.chain(back).filter(|(from, _)| from.exists()).collect())
    }
}

type Move = (PathBuf, PathBuf);

/// Renames in order; where one fails, those before it are undone.
fn move_all(moves: &[Move]) -> Result<(), FolderError> {
    for (done, (from, to)) in moves.iter().enumerate() {
        if let Err(cause) = fs::rename(from, to) {
            for (from, to) in moves[..done].iter().rev() {
                // Nothing better can be done than to try.
                let _ = fs::rename(to, from);
            }
            return Err(disk("move a finished file to", to, cause));
        }
    }
    Ok(())
}

/// Whether the folder is empty (but for what an interrupted run left) or of the same scenario.
fn check_ours(place: &Path, scenario: &str) -> Result<(), FolderError> {
    let written_for = written_for(place)?;
    if written_for.as_deref() == Some(scenario) || is_empty(place)? {
        return Ok(());
    }
    Err(FolderError::NotOurs { folder: place.to_path_buf(), scenario: written_for })
}

/// The scenario that the folder's manifest says mirab wrote it for.
fn written_for(place: &Path) -> Result<Option<String>, FolderError> {
    let path = place.join(manifest::FILE);
    match fs::read(&path) {
        Ok(bytes) => Ok(manifest::scenario_of(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(disk("read", &path, cause)),
    }
}

fn is_empty(place: &Path) -> Result<bool, FolderError> {
    let fault = |cause| disk("read", place, cause);
    for entry in fs::read_dir(place).map_err(fault)? {
        if !entry.map_err(fault)?.file_name().to_string_lossy().starts_with(UNFINISHED) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The folder a path lies in; the current one for a bare name.
fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn disk(what: &'static str, path: &Path, cause: io::Error) -> FolderError {
    FolderError::Disk { what, path: path.to_path_buf(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::manifest::tests::example;

    fn write_run(
        place: &Path,
        scenario: &str,
        report: &str,
        overwrite: bool,
    ) -> Result<PathBuf, FolderError> {
        let folder = RunFolder::open(place, scenario, overwrite)?;
        folder.write("tables/power.csv", b"policy\n")?;
        folder.write("report.md", report.as_bytes())?;
        folder.write(manifest::FILE, &example(scenario).to_bytes())?;
        folder.finish()
    }

    fn names(place: &Path) -> Vec<String> {
        let entries = fs::read_dir(place).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_run_appears_whole_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("output/dry-year");
        let folder = RunFolder::open(&place, "dry-year", false).unwrap();
        folder.write("tables/power.csv", b"policy\n").unwrap();
        assert!(!place.exists());
        folder.finish().unwrap();
        assert_eq!(names(&place), ["tables"]);
        assert_eq!(names(&home.path().join("output")), ["dry-year"]);
    }

    #[test]
    fn the_same_scenario_replaces_its_run_and_only_that() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("dry-year");
        write_run(&place, "dry-year", "first", false).unwrap();
        fs::write(place.join("my-notes.txt"), "mine").unwrap();
        fs::create_dir(place.join("figures")).unwrap();
        write_run(&place, "dry-year", "second", false).unwrap();
        assert_eq!(fs::read_to_string(place.join("report.md")).unwrap(), "second");
        assert_eq!(names(&place), ["manifest.json", "my-notes.txt", "report.md", "tables"]);
    }

    #[test]
    fn another_scenarios_folder_wants_overwrite() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("run");
        write_run(&place, "wet-year", "wet", false).unwrap();
        let message = write_run(&place, "dry-year", "dry", false).unwrap_err().to_string();
        assert!(message.contains("for `wet-year`") && message.contains("--overwrite"), "{message}");
        assert_eq!(fs::read_to_string(place.join("report.md")).unwrap(), "wet");
        write_run(&place, "dry-year", "dry", true).unwrap();
        assert_eq!(fs::read_to_string(place.join("report.md")).unwrap(), "dry");
    }

    #[test]
    fn a_strangers_folder_is_refused_and_never_emptied() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.doc"), "years of work").unwrap();
        assert!(matches!(
            write_run(home.path(), "dry-year", "", false),
            Err(FolderError::NotOurs { scenario: None, .. })
        ));
        write_run(home.path(), "dry-year", "", true).unwrap();
        assert_eq!(fs::read_to_string(home.path().join("thesis.doc")).unwrap(), "years of work");
    }

    #[test]
    fn an_empty_folder_and_an_interrupted_one_are_free() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".mirab-x1")).unwrap();
        write_run(home.path(), "dry-year", "report", false).unwrap();
        assert!(home.path().join(manifest::FILE).exists());
    }

    #[test]
    fn a_run_that_stops_leaves_what_was_there() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("dry-year");
        write_run(&place, "dry-year", "first", false).unwrap();
        let folder = RunFolder::open(&place, "dry-year", false).unwrap();
        folder.write("report.md", b"half").unwrap();
        drop(folder);
        assert_eq!(fs::read_to_string(place.join("report.md")).unwrap(), "first");
        assert_eq!(names(&place), ["manifest.json", "report.md", "tables"]);
    }

    #[test]
    fn a_move_that_fails_undoes_those_before_it() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::write(at("old"), "old").unwrap();
        assert!(move_all(&[(at("old"), at("away")), (at("missing"), at("old"))]).is_err());
        assert_eq!(fs::read_to_string(at("old")).unwrap(), "old");
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(RunFolder::open(&file, "dry-year", true), Err(FolderError::NotAFolder(_))));
        let message = RunFolder::open(&file.join("below"), "dry-year", false).unwrap_err().to_string();
        assert!(message.starts_with("cannot create"), "{message}");
    }

    #[test]
    fn only_a_run_can_have_its_figures_drawn_anew() {
        let home = tempfile::tempdir().unwrap();
        assert!(matches!(RunFolder::reopen_figures(home.path()), Err(FolderError::NoRun(_))));
        write_run(home.path(), "dry-year", "report", false).unwrap();
        let folder = RunFolder::reopen_figures(home.path()).unwrap();
        folder.write("figures/trade.png", b"png").unwrap();
        folder.finish().unwrap();
        assert_eq!(names(home.path()), ["figures", "manifest.json", "report.md", "tables"]);
    }

    #[test]
    fn a_scenarios_name_cannot_lead_out_of_the_output_folder() {
        assert_eq!(folder_name("dry-year"), "dry-year");
        assert_eq!(folder_name("../../etc"), "-..-etc");
        assert_eq!(folder_name("benchmarks/larson"), "benchmarks-larson");
        assert_eq!(folder_name(".."), "run");
    }
}
