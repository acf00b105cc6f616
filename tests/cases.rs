//! Published answers: every case of a file, one trial each, and how many of them pass.
//!
//! The file is the one that `MIRAB_CASES` names, or `tests/cases/cases.toml`. A case says its kind and rule, what
//! goes in, what must come out and how exactly; what this harness does not know (a kind, a rule, a field) fails the
//! case. The last line printed counts the cases that passed. That the harness itself can fail, and what the file does
//! not use, is tried beside them.

#[path = "cases/check.rs"]
mod check;
#[path = "cases/claims.rs"]
mod claims;
#[path = "cases/curves.rs"]
mod curves;
#[path = "cases/file.rs"]
mod file;
#[path = "cases/games.rs"]
mod games;
#[path = "cases/measures.rs"]
mod measures;
#[path = "cases/mutations.rs"]
mod mutations;
#[path = "cases/rivers.rs"]
mod rivers;
#[path = "cases/sets.rs"]
mod sets;
#[path = "cases/tally.rs"]
mod tally;
#[path = "cases/toy_basin.rs"]
mod toy_basin;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use file::Entry;
use tally::Tally;

/// The file of cases: the one the environment names, or the project's own copy.
fn place() -> PathBuf {
    match std::env::var_os("MIRAB_CASES") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cases.toml"),
    }
}

/// The trial of one case, which is counted when it passes.
fn trial(entry: Entry, tally: &Arc<Tally>) -> Trial {
    let tally = Arc::clone(tally);
    let (id, kind) = (entry.id.clone(), entry.kind.clone());
    let runner = move || {
        tally.begun(&entry.kind);
        check::case(entry.case).map_err(Failed::from)?;
        tally.passed(&entry.kind);
        Ok(())
    };
    Trial::test(id, runner).with_kind(kind)
}

/// The trials of the cases computed by hand, which use what the published ones leave out; they are not counted.
fn by_hand() -> Vec<Trial> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/by-hand.toml");
    let entries = file::entries(&place).unwrap_or_else(|wrong| panic!("{}: {wrong}", place.display()));
    let trial = |entry: Entry| Trial::test(entry.id, || check::case(entry.case).map_err(Failed::from));
    entries.into_iter().map(|entry| trial(entry).with_kind("by hand")).collect()
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let place = place();
    let entries = match file::entries(&place) {
        Ok(entries) => entries,
        Err(wrong) => {
            println!("{}: {wrong}\n0 of 0 cases passed", place.display());
            return ExitCode::FAILURE;
        }
    };
    let tally = Arc::new(Tally::of(entries.iter().map(|entry| entry.kind.as_str())));
    let mut trials: Vec<Trial> = entries.into_iter().map(|entry| trial(entry, &tally)).collect();
    trials.extend(mutations::trials());
    trials.extend(by_hand());
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        println!("{tally}");
    }
    conclusion.exit_code()
}
