//! The rule of the stairs: a file may use its own folder and any floor below, never above or sideways.
//!
//! A single crate lets any file use any other, so this test reads every path that begins at the crate's
//! root, `crate::` or enough `super::`, and names file and line of each step up or sideways.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground up; folders on one floor do not know each other.
const FLOORS: [&[&str]; 9] = [
    &["quantity", "solver", "fairness"],
    &["network"],
    &["hydrology", "energy"],
    &["allocation"],
    &["simulation"],
    &["consortium"],
    &["scenario", "evaluation"],
    &["output"],
    &["cli"],
];

/// The one step sideways that is allowed: who may use whom.
const SIDEWAYS: [(&str, &str); 1] = [("fairness", "solver")];

fn floor(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&folder))
}

fn may_use(user: &str, used: &str) -> bool {
    match (floor(user), floor(used)) {
        (Some(own), Some(other)) => own > other || user == used || SIDEWAYS.contains(&(user, used)),
        _ => false,
    }
}

/// What macros leave at the root, at home everywhere.
const AT_THE_ROOT: [&str; 1] = ["indices"];

/// A folder that is reached from the crate's root, and where in the text.
struct Reached {
    place: usize,
    folder: String,
}

/// The folders that code reaches from the crate's root, in a module `depth` levels below it; a module
/// inside the file (its tests) is one level deeper.
fn reached(code: &str, depth: usize) -> Vec<Reached> {
    let mut all = from_root(code, "crate::");
    for supers in [depth, depth + 1] {
        let others = from_root(code, &"super::".repeat(supers));
        all.extend(others.into_iter().filter(|reached| floor(&reached.folder).is_some()));
    }
    all
}

/// The first names after each occurrence of `root`, which is no part of a longer path.
fn from_root(code: &str, root: &str) -> Vec<Reached> {
    let mut all = Vec::new();
    for (place, _) in code.match_indices(root) {
        let before = code[..place].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let names = first_names(&code[place + root.len()..]);
        all.extend(names.into_iter().map(|folder| Reached { place, folder }));
    }
    all
}

/// The name a path goes on with, or each of a group in braces; macros are at home everywhere.
fn first_names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else {
        return name(rest).into_iter().collect();
    };
    let mut depth = 0;
    let mut names = Vec::new();
    for item in group.split_inclusive([',', '{', '}']) {
        if depth == 0 {
            names.extend(name(item.trim_start()));
        }
        depth += item.matches('{').count() as i32 - item.matches('}').count() as i32;
        if depth < 0 {
            break;
        }
    }
    names
}

fn name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0 && !text[end..].starts_with('!')).then(|| text[..end].to_owned())
}

/// Every step up or sideways in a file of a folder: the line's number and the folder it reaches.
fn missteps(folder: &str, depth: usize, text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n");
    let bad = |used: &str| !may_use(folder, used) && !AT_THE_ROOT.contains(&used);
    let found = reached(&code, depth).into_iter().filter(|reached| bad(&reached.folder));
    found.map(|reached| (code[..reached.place].matches('\n').count() + 1, reached.folder)).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("src can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// How many levels below the root the module of a file lies: `a/mod.rs` 1, `a/b.rs` 2.
fn depth(file: &Path) -> usize {
    let parts = file.components().count();
    if file.ends_with("mod.rs") { parts - 1 } else { parts }
}

#[test]
fn no_file_uses_a_floor_above_it_or_beside_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut read = 0;
    for path in rust_files(&src) {
        let file = path.strip_prefix(&src).expect("it lies below src");
        let Some(folder) = file.components().next().filter(|_| file.components().count() > 1) else {
            continue;
        };
        let folder = folder.as_os_str().to_string_lossy();
        assert!(floor(&folder).is_some(), "src/{folder} is on no floor: give it one here and in the plan");
        let text = fs::read_to_string(&path).expect("a source file is text");
        for (line, used) in missteps(&folder, depth(file), &text) {
            found.push(format!("src/{}:{line} uses `{used}`", file.display()));
        }
        read += 1;
    }
    assert!(read > 20, "only {read} files were read");
    assert!(found.is_empty(), "steps up or sideways:\n{}", found.join("\n"));
}

#[test]
fn only_the_root_is_outside_the_floors() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let loose = fs::read_dir(src).expect("src can be read").flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        loose.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["lib.rs", "main.rs"]);
}

#[test]
fn steps_up_and_sideways_are_seen_however_they_are_written() {
    let seen = |folder: &str, depth: usize, line: &str| !missteps(folder, depth, line).is_empty();
    assert!(seen("network", 2, "use crate::scenario::Scenario;"));
    assert!(seen("network", 2, "let x: crate::output::tables::Tables;"));
    assert!(seen("hydrology", 2, "use crate::energy::dispatch;"));
    assert!(seen("scenario", 3, "use super::super::super::evaluation::rows;"));
    assert!(seen("scenario", 2, "    use super::super::super::evaluation::rows;"));
    assert!(seen("network", 2, "use crate::{quantity::units, cli::main};"));
    assert!(seen("network", 2, "use crate::{quantity::{units, curve}, cli::main};"));
    assert!(seen("quantity", 2, "use crate::solver::program;"));
    assert!(seen("network", 2, "use crate::{\n    quantity::units,\n    cli::main,\n};"));
    assert!(seen("network", 2, "use crate::nowhere::at_all;"));
}

#[test]
fn steps_down_and_at_home_are_free() {
    let where_it_is = "//! A room.\n\nuse crate::cli::main;\n";
    assert_eq!(missteps("network", 2, where_it_is), [(3, "cli".to_owned())]);
    let free = |folder: &str, line: &str| missteps(folder, 2, line).is_empty();
    assert!(free("output", "use crate::evaluation::rows::RiparianRow;"));
    assert!(free("output", "use super::tables::Tables;"));
    assert!(free("fairness", "use crate::solver::program::Program;"));
    assert!(free("network", "use crate::{indices, quantity::units}; // crate::scenario would be wrong"));
    assert!(free("network", "crate::rows! { NodeRow }"));
    assert!(free("network", "/// See [`crate::scenario`] for where it comes from."));
    assert!(free("network", "use othercrate::scenario;"));
}
