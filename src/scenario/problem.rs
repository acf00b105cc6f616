//! Problems: what is wrong with a scenario, where, in which file, and what would help.
//!
//! A reader of files never stops at the first problem: it leaves all of them here, and nothing runs.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in the scenario: `reservoir.toktogul.storage_start_hm3`, or a line of a file.
    pub path: String,
    /// The file that says so, as the user would open it.
    pub file: String,
    /// What is wrong; where it begins with `=`, it goes on from the path as an equation.
    pub what: String,
    /// What would help, or where the other half of a contradiction is set.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if !self.path.is_empty() {
            f.write_str(if self.what.starts_with('=') { " " } else { ": " })?;
        }
        f.write_str(&self.what)?;
        match &self.help {
            Some(help) if help.starts_with("did you mean") => write!(f, "; {help}"),
            Some(help) => write!(f, "   ({help})"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a scenario; never empty when it is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems, in the order of the files and of what stands in them.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(vec![problem])
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut files: Vec<&str> = Vec::new();
        for problem in &self.0 {
            if !files.contains(&problem.file.as_str()) {
                files.push(&problem.file);
            }
        }
        for file in files {
            writeln!(f, "{file}")?;
            for problem in self.0.iter().filter(|problem| problem.file == file) {
                writeln!(f, "  {problem}")?;
            }
        }
        let noun = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "{} {noun}; nothing was run.", self.0.len())
    }
}

/// Where problems are gathered while a scenario is read.
///
/// A place that has a problem is spoiled: that a required key is missing there is no second problem.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    problems: RefCell<Vec<Problem>>,
    spoiled: RefCell<BTreeSet<String>>,
}

impl Gathered {
    /// Keeps a problem, once, and spoils its path.
    pub(crate) fn add(&self, problem: Problem) {
        self.spoil(&problem.path);
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Says that nothing can be concluded from what is missing at or below this path.
    pub(crate) fn spoil(&self, path: &str) {
        self.spoiled.borrow_mut().insert(path.to_owned());
    }

    /// Whether this path, or one it lies below, is spoiled.
    pub(crate) fn is_spoiled(&self, path: &str) -> bool {
        let spoiled = self.spoiled.borrow();
        let ends = path.match_indices('.').map(|(k, _)| k).chain([path.len()]);
        ends.into_iter().any(|end| spoiled.contains(&path[..end]))
    }

    /// Whether there is any problem.
    pub(crate) fn any(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    /// All problems, those of one file together, the files in the order given and any other after them.
    pub(crate) fn into_problems(self, files: &[String]) -> Problems {
        let mut problems = self.problems.into_inner();
        let rank = |problem: &Problem| files.iter().position(|file| *file == problem.file);
        problems.sort_by_key(|problem| rank(problem).unwrap_or(files.len()));
        Problems(problems)
    }
}

/// The name among `known` that was probably meant by `given`, as a help text.
pub(crate) fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(given, known).map(|name| format!("did you mean `{name}`?"))
}

/// The name among `known` that is nearest to `given`, if it is near enough to be meant.
pub(crate) fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = given.to_lowercase();
    let score = |name: &str| strsim::jaro_winkler(&folded, &name.to_lowercase());
    let near = |name: &&str| {
        let edits = strsim::damerau_levenshtein(&folded, &name.to_lowercase());
        edits <= 2.max(name.chars().count() / 3) && score(name) > 0.75
    };
    known.into_iter().filter(near).max_by(|a, b| score(a).total_cmp(&score(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &str, file: &str, what: &str, help: Option<&str>) -> Problem {
        let [path, file, what] = [path, file, what].map(str::to_owned);
        Problem { path, file, what, help: help.map(str::to_owned) }
    }

    #[test]
    fn problems_read_as_the_modeller_wrote_them() {
        let problems = Problems(vec![
            problem(
                "reservoir.toktogul.storage_start_hm3",
                "scenarios/dry-year.toml",
                "= 22000 is above storage_max_hm3 = 19500",
                Some("set in aral/basin.toml"),
            ),
            problem(
                "inflow.percent_of_normal.narin",
                "scenarios/dry-year.toml",
                "no inflow is called `narin`",
                Some("did you mean `naryn`?"),
            ),
        ]);
        let expected = "scenarios/dry-year.toml
  reservoir.toktogul.storage_start_hm3 = 22000 is above storage_max_hm3 = 19500   (set in aral/basin.toml)
  inflow.percent_of_normal.narin: no inflow is called `narin`; did you mean `naryn`?
2 problems; nothing was run.";
        assert_eq!(problems.to_string(), expected);
    }

    #[test]
    fn a_name_that_is_far_from_all_is_not_guessed_at() {
        assert_eq!(closest("narin", ["naryn", "vakhsh"]), Some("naryn"));
        assert_eq!(
            closest("storage_max_km3", ["storage_min_hm3", "storage_max_hm3"]),
            Some("storage_max_hm3")
        );
        assert_eq!(closest("zeravshan", ["naryn", "vakhsh"]), None);
    }

    #[test]
    fn what_lies_below_a_spoiled_place_is_spoiled() {
        let gathered = Gathered::default();
        gathered.spoil("reservoir.toktogul");
        assert!(gathered.is_spoiled("reservoir.toktogul.storage_max_hm3"));
        assert!(!gathered.is_spoiled("reservoir.toktogul_2"));
        assert!(!gathered.is_spoiled("reservoir"));
    }
}
