//! Worths that were found before: a folder with one small text a table of coalitions.
//!
//! What coalitions gain follows from the basin, its inflows, the status quo and what binds them, and from the program that
//! solves for it. A table is known by the SHA-256 of all of these, the program's own file included, so another scenario,
//! another status quo or another build never finds it; numbers are written so that they read back to the last
//! bit. A text that is damaged, or that no sum at its end vouches for, is no text. Where the folder cannot be
//! written nothing is kept, and nothing is said: it is a convenience. Finding worths is left to the consortium.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::consortium::coalition::Memory;
use crate::scenario::sha256;

/// How a text begins.
const HEAD: &str = "mirab: what coalitions gain, MUSD";

/// The worths kept in a folder.
#[derive(Debug)]
pub struct Worths {
    /// The folder; nothing is kept or found without one.
    folder: Option<PathBuf>,
    program: OnceLock<Option<String>>,
    read: AtomicU64,
    solved: AtomicU64,
}

impl Worths {
    /// Those of a folder, which is made when there is something to keep; without one all are found anew and none is kept.
    pub fn in_folder(folder: Option<PathBuf>) -> Worths {
        Worths { folder, program: OnceLock::new(), read: AtomicU64::new(0), solved: AtomicU64::new(0) }
    }

    /// How many worths were read.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// How many worths were solved for.
    pub fn solved(&self) -> u64 {
        self.solved.load(Ordering::Relaxed)
    }

    /// The name under which what follows from something is kept, and where.
    fn key(&self, of: &str) -> Option<(String, PathBuf)> {
        let folder = self.folder.as_ref()?;
        let program = self.program.get_or_init(own_digest).as_ref()?;
        let key = sha256(format!("{program}\n{of}").as_bytes());
        let path = folder.join(format!("{key}.txt"));
        Some((key, path))
    }

    fn try_keep(&self, of: &str, gains: &[f64]) -> Option<()> {
        let (key, path) = self.key(of)?;
        fs::create_dir_all(self.folder.as_ref()?).ok()?;
        let mut file = tempfile::NamedTempFile::new_in(self.folder.as_ref()?).ok()?;
        std::io::Write::write_all(&mut file, text(&key, gains).as_bytes()).ok()?;
        file.persist(path).ok().map(drop)
    }
}

impl Memory for Worths {
    fn recall(&self, of: &str, count: usize) -> Option<Vec<f64>> {
        let (key, path) = self.key(of)?;
        let gains = read(&key, &fs::read_to_string(path).ok()?)?;
        (gains.len() == count).then(|| {
            self.read.fetch_add(count as u64, Ordering::Relaxed);
            gains
        })
    }

    fn keep(&self, of: &str, gains: &[f64]) {
        self.solved.fetch_add(gains.len() as u64, Ordering::Relaxed);
        let _ = self.try_keep(of, gains);
    }
}

/// The SHA-256 of the program that runs.
fn own_digest() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    fs::read(path).ok().map(|bytes| sha256(&bytes))
}

/// A head, what it follows from, a number a coalition, and a sum over all of it.
fn text(key: &str, gains: &[f64]) -> String {
    let mut text = format!("{HEAD}\n{key}\n");
    for gain in gains {
        let _ = writeln!(text, "{gain:?}");
    }
    let sum = sha256(text.as_bytes());
    text + &sum + "\n"
}

/// The numbers of a text of this key; none if it is not whole.
fn read(key: &str, text: &str) -> Option<Vec<f64>> {
    let (body, sum) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let numbers = body.strip_prefix(HEAD)?.strip_prefix('\n')?.strip_prefix(key)?;
    if sha256(format!("{body}\n").as_bytes()) != sum {
        return None;
    }
    numbers
        .split_whitespace()
        .map(|number| number.parse().ok().filter(|gain: &f64| gain.is_finite()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAINS: [f64; 4] = [0.0, 0.1 + 0.2, 1e-300, 12345.678901234567];

    fn kept() -> (tempfile::TempDir, Worths, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let worths = Worths::in_folder(Some(home.path().join("worths")));
        worths.keep("a basin", &GAINS);
        let path = worths.key("a basin").unwrap().1;
        (home, worths, path)
    }

    #[test]
    fn worths_are_read_back_to_the_last_bit_and_counted() {
        let (_home, worths, _) = kept();
        let bits = |gains: &[f64]| gains.iter().map(|gain| gain.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&worths.recall("a basin", 4).unwrap()), bits(&GAINS));
        assert_eq!((worths.solved(), worths.read()), (4, 4));
        assert_eq!(worths.recall("another basin", 4), None);
        assert_eq!(worths.recall("a basin", 8), None);
    }

    #[test]
    fn a_damaged_text_is_ignored_wherever_it_is_damaged() {
        let (_home, worths, path) = kept();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = if damaged[at] == b'1' { b'2' } else { b'1' };
            fs::write(&path, damaged).unwrap();
            assert_eq!(worths.recall("a basin", 4), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(worths.recall("a basin", 4), None, "cut at {at}");
        }
        fs::write(&path, whole).unwrap();
        assert!(worths.recall("a basin", 4).is_some());
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let worths = Worths::in_folder(None);
        worths.keep("a basin", &GAINS);
        assert_eq!((worths.recall("a basin", 4), worths.solved(), worths.read()), (None, 4, 0));
    }
}
