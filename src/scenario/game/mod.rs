//! The file of a cooperative game: players, what every coalition is worth or costs, weights.
//!
//! Every problem of the file comes at once. What the shares are is for [`crate::fairness::games`].

mod keys;

use std::path::Path;

use toml::{Table, Value};

use crate::fairness::games::{Game, MOST_PLAYERS};

use super::embedded::Place;
use super::overlay::{describe, parse_file};
use super::problem::{Gathered, Problem, Problems, did_you_mean};

use keys::Names;

/// The keys a file of a game can have.
const KEYS: [&str; 6] = ["title", "source", "players", "kind", "v", "weights"];

/// The most missing coalitions that are named one by one.
const NAMED_ONE_BY_ONE: usize = 1023;

/// A game as a file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct GameFile {
    /// A line people read; empty where the file has none.
    pub title: String,
    /// The players, in the file's order.
    pub players: Vec<String>,
    /// Whether the worths are gains or costs.
    pub kind: GameKind,
    /// The worth or the cost of every coalition.
    pub game: Game,
    /// A weight above zero for each player, where the file gives them.
    pub weights: Option<Vec<f64>>,
}

/// What the worth of a coalition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GameKind {
    /// What the coalition gains alone.
    Gain,
    /// What it pays alone.
    Cost,
}

/// The kinds by name.
const KINDS: [(&str, GameKind); 2] = [("gain", GameKind::Gain), ("cost", GameKind::Cost)];

impl GameFile {
    /// Reads the file of a game.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn load(path: &Path) -> Result<GameFile, Problems> {
        let place = Place::Disk(path.to_owned());
        let (_, table) = parse_file(&place)?;
        let reader = Reader { table: &table, file: place.heading(), gathered: Gathered::default() };
        match reader.game() {
            Some(game) if !reader.gathered.any() => Ok(game),
            _ => Err(reader.gathered.into_problems(&[])),
        }
    }
}

struct Reader<'a> {
    table: &'a Table,
    file: String,
    gathered: Gathered,
}

impl Reader<'_> {
    fn add(&self, path: &str, what: impl Into<String>, help: Option<String>) {
        let (path, file) = (path.to_owned(), self.file.clone());
        self.gathered.add(Problem { path, file, what: what.into(), help });
    }

    /// The game, unless something is missing that it cannot do without.
    fn game(&self) -> Option<GameFile> {
        self.check_keys();
        let title = self.text("title");
        // That a source is cited is welcome, and that it is a text is all there is to check.
        self.text("source");
        let kind = self.kind();
        let players = self.players();
        let worths = self.worths();
        let players = players?;
        let weights = self.weights(players.len());
        let game = self.coalitions(&players, worths?)?;
        Some(GameFile { title: title.unwrap_or_default(), kind: kind?, players, game, weights })
    }

    fn check_keys(&self) {
        for key in self.table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let help = did_you_mean(key, KEYS).or_else(|| Some(format!("a game has {}", KEYS.join(", "))));
            self.add(key, "no such key", help);
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        let value = self.table.get(key)?;
        if value.as_str().is_none() {
            self.add(key, format!("is {}, not a text", describe(value)), None);
        }
        value.as_str().map(str::to_owned)
    }

    fn kind(&self) -> Option<GameKind> {
        let Some(value) = self.table.get("kind") else {
            self.add("kind", "is missing", Some("write \"gain\" or \"cost\"".to_owned()));
            return None;
        };
        let given = value.as_str().unwrap_or_default();
        let known = KINDS.iter().find(|(name, _)| *name == given);
        if known.is_none() {
            let help = did_you_mean(given, KINDS.map(|(name, _)| name));
            self.add("kind", format!("= {value} is neither \"gain\" nor \"cost\""), help);
        }
        known.map(|(_, kind)| *kind)
    }

    /// The players' names: some, not too many, each a name that can stand in a key, and none twice.
    fn players(&self) -> Option<Vec<String>> {
        let Some(value) = self.table.get("players") else {
            self.add("players", "is missing", Some("name them: players = [\"KG\", \"UZ\"]".to_owned()));
            return None;
        };
        let Some(items) = value.as_array() else {
            self.add("players", format!("is {}, not a list of names", describe(value)), None);
            return None;
        };
        if items.is_empty() || items.len() > MOST_PLAYERS {
            self.add("players", format!("has {} entries; a game has 1 to {MOST_PLAYERS}", items.len()), None);
            return None;
        }
        let wrong = |k: usize| match items[k].as_str() {
            None => Some("is no name"),
            Some(name) if name.is_empty() || name.trim() != name => Some("is empty or has blanks around it"),
            Some(name) if name.contains('+') => Some("has a `+`, which joins names"),
            Some(_) if items[..k].contains(&items[k]) => Some("is there twice"),
            Some(_) => None,
        };
        for (k, what) in (0..items.len()).filter_map(|k| Some((k, wrong(k)?))) {
            self.add("players", format!("{}, {}, {what}", k + 1, items[k]), None);
        }
        let good = (0..items.len()).all(|k| wrong(k).is_none());
        good.then(|| items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    fn weights(&self, players: usize) -> Option<Vec<f64>> {
        let value = self.table.get("weights")?;
        let Some(items) = value.as_array() else {
            self.add("weights", format!("is {}, not a list of numbers", describe(value)), None);
            return None;
        };
        if items.len() != players {
            self.add("weights", format!("has {} entries for {players} players", items.len()), None);
        }
        for (k, item) in items.iter().enumerate() {
            if !number(item).is_some_and(|weight| weight > 0.0) {
                self.add("weights", format!("{}, {item}, is not a number above zero", k + 1), None);
            }
        }
        items.iter().map(number).collect()
    }

    /// The table of worths, each a number.
    fn worths(&self) -> Option<&Table> {
        let Some(value) = self.table.get("v") else {
            self.add("v", "is missing", Some("write [v] and a worth for every coalition".to_owned()));
            return None;
        };
        let Some(table) = value.as_table() else {
            self.add("v", format!("is {}, not a table of worths", describe(value)), None);
            return None;
        };
        for (key, value) in table.iter().filter(|(_, value)| number(value).is_none()) {
            self.add(&format!("v.{key}"), format!("= {value} is not a finite number"), None);
        }
        Some(table)
    }

    /// The game, if every coalition has one worth.
    fn coalitions(&self, players: &[String], table: &Table) -> Option<Game> {
        let names = Names::new(players);
        let mut rows = vec![Row::default(); 1 << players.len()];
        for (key, value) in table {
            let path = format!("v.{key}");
            match names.coalition(key) {
                Ok(coalition) => {
                    let row = &mut rows[coalition.0 as usize];
                    if let Some(first) = row.key.replace(key) {
                        self.add(&path, format!("is the same coalition as `{first}`"), None);
                    }
                    row.worth = number(value).unwrap_or_default();
                }
                Err(unread) => {
                    self.add(&path, unread.what, unread.help);
                    // A slip of the pen is one problem: the coalition that was meant is not missing as well.
                    if let Some(meant) = unread.meant {
                        rows[meant.0 as usize].meant = true;
                    }
                }
            }
        }
        let missing = (1..rows.len()).filter(|&bits| rows[bits].key.is_none() && !rows[bits].meant);
        self.all_are_there(missing.map(|bits| names.key(bits)).collect());
        if self.gathered.any() {
            return None;
        }
        let game = Game::new(players.len(), rows.iter().map(|row| row.worth).collect());
        game.map_err(|error| self.add("v", error.to_string(), None)).ok()
    }

    /// Names the coalitions that are missing.
    fn all_are_there(&self, missing: Vec<String>) {
        let noun = match missing.len() {
            0 => return,
            1 => "coalition is",
            _ => "coalitions are",
        };
        let shown: Vec<String> =
            missing.iter().take(NAMED_ONE_BY_ONE).map(|key| format!("`{key}`")).collect();
        let more = match missing.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        self.add("v", format!("{} {noun} missing: {}{more}", missing.len(), shown.join(", ")), None);
    }
}

/// What the file says of one coalition.
#[derive(Clone, Copy, Default)]
struct Row<'a> {
    /// The key that gives its worth.
    key: Option<&'a str>,
    worth: f64,
    /// Whether a misspelt key probably means it.
    meant: bool,
}

/// A finite number, whole or not.
fn number(value: &Value) -> Option<f64> {
    let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
    number.filter(|number| number.is_finite())
}
