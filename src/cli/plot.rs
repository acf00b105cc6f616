//! `mirab plot`: the figures of a finished run, drawn again from its tables.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::output::folder::RunFolder;
use crate::output::manifest::{self, Manifest};
use crate::output::plots::draw;
use crate::output::tables::{TableError, Tables};
use crate::scenario;

use super::failure::Failure;
use super::print;
use super::progress::Progress;

/// The arguments of `plot`.
#[derive(Debug, Args)]
pub(super) struct Plot {
    /// The folder of a run: with manifest.json, scenario.toml and tables/
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print the files for machines, and nothing else
    #[arg(long)]
    json: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Reads tables and scenario back and draws every figure.
///
/// # Errors
/// A folder that holds no run of ours, or one that cannot be read or written.
pub(super) fn plot(verb: &Plot) -> Result<(), Failure> {
    let folder = RunFolder::reopen_figures(&verb.folder).map_err(Failure::place)?;
    check_is_single(&verb.folder)?;
    let scenario = scenario::load(&verb.folder.join("scenario.toml").display().to_string(), &[])
        .map_err(Failure::Scenario)?;
    let tables = read_tables(&verb.folder).map_err(Failure::Command)?;
    let progress = Progress::new(1, "drawing", verb.quiet);
    let mut files = Vec::new();
    for figure in draw(&tables, &scenario) {
        let name = format!("figures/{}.png", figure.name);
        folder.write(&name, &figure.png).map_err(Failure::doing)?;
        files.push(verb.folder.join(name).display().to_string());
    }
    folder.finish().map_err(Failure::doing)?;
    drop(progress);
    if verb.json {
        return print::json(&json!({ "files": files }));
    }
    print::text(&format!("{} figures are in {}", files.len(), verb.folder.join("figures").display()))
}

/// An ensemble keeps what holds over its members, of which there are no figures.
fn check_is_single(folder: &Path) -> Result<(), Failure> {
    let bytes = fs::read(folder.join(manifest::FILE)).unwrap_or_default();
    match Manifest::read(&bytes) {
        Some(manifest) if manifest.members > 1 || manifest.seed.is_some() => {
            let (place, members) = (folder.display(), manifest.members);
            Err(Failure::command(format!(
                "{place} holds an ensemble of {members} members, which has no figures"
            )))
        }
        _ => Ok(()),
    }
}

fn read_tables(folder: &Path) -> anyhow::Result<Tables> {
    Tables::read(|name| {
        let path = folder.join("tables").join(name);
        if Tables::LATER.contains(&name) && !path.exists() {
            return Ok(Vec::new());
        }
        fs::read(&path).with_context(|| format!("cannot read {}", path.display())).map_err(Unread)
    })
    .map_err(|Unread(error)| error)
}

/// A table that could not be read, from the disk or as a table.
struct Unread(anyhow::Error);

impl From<TableError> for Unread {
    fn from(error: TableError) -> Self {
        Unread(error.into())
    }
}
