//! Where scenario files are found: on the disk, or among those that are shipped inside the program.
//!
//! It finds and reads bytes; what they say is for others.

use std::path::{Component, Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::problem::{Problem, did_you_mean};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The folder in which scenarios are looked up by name.
const FOLDER: &str = "scenarios";

/// How deep below the folder a scenario may lie.
const DEPTH: usize = 6;

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the disk.
    Disk(PathBuf),
    /// Inside the program: its path below `scenarios`.
    Shipped(String),
}

impl Place {
    /// The bytes, or why they cannot be read.
    pub(crate) fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Place::Disk(path) => std::fs::read(path).map_err(|error| error.to_string()),
            Place::Shipped(path) => match SHIPPED.get_file(path) {
                Some(file) => Ok(file.contents().to_vec()),
                None => Err("no such file".to_owned()),
            },
        }
    }

    /// Whether there is such a file.
    pub(crate) fn exists(&self) -> bool {
        match self {
            Place::Disk(path) => path.is_file(),
            Place::Shipped(path) => SHIPPED.get_file(path).is_some(),
        }
    }

    /// The file that `relative` means when this file says it: in this file's own folder.
    pub(crate) fn beside(&self, relative: &str) -> Place {
        match self {
            Place::Disk(path) => {
                let folder = path.parent().unwrap_or_else(|| Path::new(""));
                Place::Disk(tidy(&folder.join(relative)))
            }
            Place::Shipped(path) => {
                let folder = Path::new(path).parent().unwrap_or_else(|| Path::new(""));
                Place::Shipped(slashes(&tidy(&folder.join(relative))))
            }
        }
    }

    /// The files that `relative` may mean as a parent, the likeliest first: beside this file, below
    /// the scenario folder it lies in, below `./scenarios`, among the shipped ones.
    pub(crate) fn parents(&self, relative: &str) -> Vec<Place> {
        let mut places = vec![self.beside(relative)];
        if let Place::Disk(path) = self {
            if let Some(root) = scenario_root(path) {
                places.push(Place::Disk(tidy(&root.join(relative))));
            }
            places.push(Place::Disk(tidy(&Path::new(FOLDER).join(relative))));
        }
        places.push(Place::Shipped(relative.to_owned()));
        places
    }

    /// The path as the user would open it.
    pub(crate) fn heading(&self) -> String {
        match self {
            Place::Disk(path) => slashes(&tidy(path)),
            Place::Shipped(path) => format!("{FOLDER}/{path}"),
        }
    }

    /// The path below the scenario folder, or the whole path of a file that lies elsewhere.
    pub(crate) fn name(&self) -> String {
        match self {
            Place::Disk(path) => {
                let below = scenario_root(path).and_then(|root| path.strip_prefix(root).ok());
                slashes(&tidy(below.unwrap_or(path)))
            }
            Place::Shipped(path) => path.clone(),
        }
    }

    /// The file name without its folder and ending.
    pub(crate) fn stem(&self) -> String {
        let path = match self {
            Place::Disk(path) => path.as_path(),
            Place::Shipped(path) => Path::new(path),
        };
        path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
    }

    /// The same place however it was reached, to recognise a circle.
    pub(crate) fn identity(&self) -> Place {
        match self {
            Place::Disk(path) => Place::Disk(path.canonicalize().unwrap_or_else(|_| path.clone())),
            Place::Shipped(_) => self.clone(),
        }
    }
}

/// Finds a scenario by path, or by name in `./scenarios` and then among the shipped ones.
///
/// # Errors
/// No such scenario, or a bare name that several files bear.
pub(crate) fn find(reference: &str) -> Result<Place, Problem> {
    let spelled = [reference.to_owned(), format!("{reference}.toml")];
    let direct = spelled.iter().map(PathBuf::from).filter(|path| path.is_file());
    let in_folder = spelled.iter().map(|name| Path::new(FOLDER).join(name)).filter(|path| path.is_file());
    if let Some(path) = direct.chain(in_folder).next() {
        return Ok(Place::Disk(path));
    }
    let on_disk: Vec<Place> = below(Path::new(FOLDER)).into_iter().map(Place::Disk).collect();
    let shipped: Vec<Place> = shipped_paths().into_iter().map(Place::Shipped).collect();
    let exact = shipped.iter().find(|place| spelled.contains(&place.name()));
    if let Some(place) = by_stem(reference, &on_disk)?.or(exact).or(by_stem(reference, &shipped)?) {
        return Ok(place.clone());
    }
    Err(unknown(reference, on_disk.iter().chain(&shipped)))
}

/// The paths below `scenarios` of the shipped scenario files, sorted.
pub(crate) fn shipped_paths() -> Vec<String> {
    let mut folders = vec![&SHIPPED];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        let files = folder.files().map(|file| file.path());
        paths.extend(files.filter(|path| is_toml(path)).map(slashes));
    }
    paths.sort();
    paths
}

fn by_stem<'a>(stem: &str, places: &'a [Place]) -> Result<Option<&'a Place>, Problem> {
    let mut same = places.iter().filter(|place| place.stem() == stem);
    match (same.next(), same.next()) {
        (Some(first), Some(second)) => Err(Problem {
            path: String::new(),
            file: stem.to_owned(),
            what: format!(
                "several scenarios are called so: {}, {}",
                without_ending(first),
                without_ending(second)
            ),
            help: Some("write the folder too".to_owned()),
        }),
        (found, _) => Ok(found),
    }
}

fn unknown<'a>(reference: &str, places: impl Iterator<Item = &'a Place>) -> Problem {
    let names: Vec<String> = places.map(without_ending).collect();
    let stems = names.iter().filter_map(|name| name.rsplit('/').next());
    let is_folder = Path::new(reference).is_dir();
    Problem {
        path: String::new(),
        file: reference.to_owned(),
        what: if is_folder {
            "is a folder; a scenario is a file".to_owned()
        } else {
            "there is no scenario of that path or name".to_owned()
        },
        help: did_you_mean(reference, names.iter().map(String::as_str).chain(stems)),
    }
}

fn without_ending(place: &Place) -> String {
    let name = place.name();
    name.strip_suffix(".toml").unwrap_or(&name).to_owned()
}

/// The scenario files below a folder, sorted.
fn below(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![(root.to_owned(), 0)];
    let mut paths = Vec::new();
    while let Some((folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            if is_toml(&path) && path.is_file() {
                paths.push(path);
            } else if depth < DEPTH && path.is_dir() {
                folders.push((path, depth + 1));
            }
        }
    }
    paths.sort();
    paths
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

/// The nearest folder above a file that is called `scenarios`.
fn scenario_root(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == FOLDER))
}

/// The path without `.` and without `a/..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in path.components() {
        let under_a_name = matches!(tidied.components().next_back(), Some(Component::Normal(_)));
        match component {
            Component::CurDir => {}
            Component::ParentDir if under_a_name => {
                tidied.pop();
            }
            other => tidied.push(other),
        }
    }
    tidied
}

fn slashes(path: impl AsRef<Path>) -> String {
    path.as_ref().to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_from_the_folder_of_the_file_that_says_it() {
        let file = Place::Disk(PathBuf::from("./scenarios/mine/dry.toml"));
        assert_eq!(file.beside("../aral/basin.toml").heading(), "scenarios/aral/basin.toml");
        assert_eq!(file.name(), "mine/dry.toml");
        let shipped = Place::Shipped("aral/basin.toml".to_owned());
        assert_eq!(shipped.beside("claims.csv"), Place::Shipped("aral/claims.csv".to_owned()));
        assert_eq!(shipped.heading(), "scenarios/aral/basin.toml");
    }

    #[test]
    fn a_parent_is_sought_beside_the_file_then_below_the_scenario_folder() {
        let file = Place::Disk(PathBuf::from("work/scenarios/mine/dry.toml"));
        let headings: Vec<String> = file.parents("aral/basin.toml").iter().map(Place::heading).collect();
        let expected = [
            "work/scenarios/mine/aral/basin.toml",
            "work/scenarios/aral/basin.toml",
            "scenarios/aral/basin.toml",
            "scenarios/aral/basin.toml",
        ];
        assert_eq!(headings, expected);
    }

    #[test]
    fn a_scenario_that_does_not_exist_is_a_problem() {
        let problem = find("no-such-basin").unwrap_err();
        assert_eq!(problem.file, "no-such-basin");
        assert!(problem.what.contains("no scenario"));
    }
}
