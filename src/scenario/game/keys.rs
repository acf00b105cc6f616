//! The keys of coalitions: names joined with `+` in any order, or digits that count the players from 1.

use std::collections::HashMap;

use crate::fairness::games::Coalition;
use crate::scenario::problem::closest;

/// The players that a digit can stand for.
const DIGITS: usize = 9;

/// The players by name.
pub(super) struct Names<'a> {
    players: &'a [String],
    places: HashMap<&'a str, usize>,
}

/// A key that is no coalition, and the one that was probably meant.
pub(super) struct Unread {
    pub(super) what: String,
    pub(super) help: Option<String>,
    pub(super) meant: Option<Coalition>,
}

impl<'a> Names<'a> {
    /// The names of these players.
    pub(super) fn new(players: &'a [String]) -> Names<'a> {
        let places = players.iter().enumerate().map(|(place, name)| (name.as_str(), place));
        Names { players, places: places.collect() }
    }

    /// The key of a coalition as it would be written.
    pub(super) fn key(&self, bits: usize) -> String {
        let inside = self.players.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
        inside.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("+")
    }

    /// The coalition of a key; digits are names where players are called so.
    pub(super) fn coalition(&self, key: &str) -> Result<Coalition, Unread> {
        let parts: Vec<&str> = key.split('+').map(str::trim).collect();
        let named = parts.iter().all(|part| self.places.contains_key(part));
        let digits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
        if digits && !named { self.of_digits(key) } else { self.of_names(&parts) }
    }

    fn of_names(&self, parts: &[&str]) -> Result<Coalition, Unread> {
        let mut coalition = Coalition(0);
        for part in parts {
            let Some(&place) = self.places.get(part) else {
                return Err(self.stranger(parts, part));
            };
            if coalition.0 & (1 << place) != 0 {
                return Err(Unread::plain(format!("names `{part}` twice")));
            }
            coalition.0 |= 1 << place;
        }
        Ok(coalition)
    }

    /// That a part of a key is no player, and what was probably meant.
    fn stranger(&self, parts: &[&str], part: &str) -> Unread {
        let what = match part {
            "" => "a name is missing".to_owned(),
            part => format!("no player is called `{part}`"),
        };
        let help = match self.nearest(part) {
            Some((name, _)) => format!("did you mean `{name}`?"),
            None => format!("the players are {}", self.players.join(", ")),
        };
        let meant: Option<Vec<u32>> =
            parts.iter().map(|part| self.nearest(part).map(|(_, place)| 1 << place)).collect();
        let meant = meant.map(|bits| Coalition(bits.into_iter().fold(0, |all, bit| all | bit)));
        Unread { what, help: Some(help), meant }
    }

    fn nearest(&self, part: &str) -> Option<(&'a str, usize)> {
        let name = match self.places.get_key_value(part) {
            Some((name, _)) => name,
            None => closest(part, self.players.iter().map(String::as_str))?,
        };
        Some((name, self.places[name]))
    }

    fn of_digits(&self, key: &str) -> Result<Coalition, Unread> {
        let last = self.players.len().min(DIGITS);
        let mut coalition = Coalition(0);
        for digit in key.bytes().map(|byte| usize::from(byte - b'0')) {
            if digit == 0 || digit > last {
                let wrong = format!("there is no player {digit}; the digits 1 to {last} count the players");
                return Err(Unread::plain(wrong));
            }
            if coalition.0 & (1 << (digit - 1)) != 0 {
                return Err(Unread::plain(format!("names player {digit} twice")));
            }
            coalition.0 |= 1 << (digit - 1);
        }
        Ok(coalition)
    }
}

impl Unread {
    fn plain(what: String) -> Unread {
        Unread { what, help: None, meant: None }
    }
}
