//! How many cases were begun and how many passed, kind by kind in the order of the file.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The count of each kind.
pub struct Tally(Mutex<Vec<Count>>);

struct Count {
    kind: String,
    begun: usize,
    passed: usize,
}

impl Tally {
    /// Nothing counted yet of these kinds.
    pub fn of<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Tally {
        let mut counts: Vec<Count> = Vec::new();
        for kind in kinds {
            if !counts.iter().any(|count| count.kind == kind) {
                counts.push(Count { kind: kind.to_owned(), begun: 0, passed: 0 });
            }
        }
        Tally(Mutex::new(counts))
    }

    /// A case of this kind is run.
    pub fn begun(&self, kind: &str) {
        self.change(kind, |count| count.begun += 1);
    }

    /// A case of this kind passed.
    pub fn passed(&self, kind: &str) {
        self.change(kind, |count| count.passed += 1);
    }

    fn change(&self, kind: &str, change: impl FnMut(&mut Count)) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter_mut().find(|count| count.kind == kind).into_iter().for_each(change);
    }
}

/// `143 of 143 cases passed: bankruptcy 45, tu_gain 16`; a kind of which some failed reads `tu_gain 15 of 16`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total = |of: fn(&Count) -> usize| counts.iter().map(of).sum::<usize>();
        let kinds: Vec<String> = counts.iter().filter(|count| count.begun > 0).map(Count::words).collect();
        write!(f, "{} of {} cases passed", total(|count| count.passed), total(|count| count.begun))?;
        if kinds.is_empty() { Ok(()) } else { write!(f, ": {}", kinds.join(", ")) }
    }
}

impl Count {
    fn words(&self) -> String {
        let Count { kind, begun, passed } = self;
        if passed == begun { format!("{kind} {passed}") } else { format!("{kind} {passed} of {begun}") }
    }
}
