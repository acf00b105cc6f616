//! Cooperative games: published answers, what is refused, what sampling misses, and the axioms of every solution on
//! random games.

#[path = "games/axioms.rs"]
mod axioms;
#[path = "games/certificates.rs"]
mod certificates;
#[path = "games/published.rs"]
mod published;
#[path = "games/random.rs"]
mod random;
#[path = "games/refused.rs"]
mod refused;
#[path = "games/sampling.rs"]
mod sampling;

use mirab::fairness::games::{Coalition, Game};

/// A game from the coalitions that are worth something, by their players' digits.
fn game(players: usize, worths: &[(&str, f64)]) -> Game {
    let mut all = vec![0.0; 1 << players];
    for (digits, worth) in worths {
        let coalition: Coalition = digits.bytes().map(|digit| usize::from(digit - b'1')).collect();
        all[coalition.0 as usize] = *worth;
    }
    Game::new(players, all).unwrap()
}

/// A game whose worths follow from the coalition.
fn game_of(players: usize, worth: impl Fn(Coalition) -> f64) -> Game {
    Game::new(players, Coalition::grand(players).subsets().map(worth).collect()).unwrap()
}

#[track_caller]
fn close(found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len());
    let near = found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() <= tolerance);
    assert!(near, "{found:?} is not {wanted:?}");
}

/// The largest worth, either sign, or 1.
fn size(game: &Game) -> f64 {
    game.worths().iter().fold(1.0, |size, worth| worth.abs().max(size))
}

/// J. Lemaire (1991): three investors.
fn lemaire() -> Game {
    game(
        3,
        &[
            ("1", 46125.0),
            ("2", 17437.5),
            ("3", 5812.5),
            ("12", 69187.5),
            ("13", 53812.5),
            ("23", 30750.0),
            ("123", 90000.0),
        ],
    )
}

/// The Tennessee Valley's costs in thousand dollars (J. S. Ransmeier, 1942).
fn tennessee() -> Game {
    game(
        3,
        &[
            ("1", 163_520.0),
            ("2", 140_826.0),
            ("3", 250_096.0),
            ("12", 301_607.0),
            ("13", 378_821.0),
            ("23", 367_370.0),
            ("123", 412_584.0),
        ],
    )
}

/// Electric power in southern India (D. Gately, 1974).
fn southern_india() -> Game {
    game(3, &[("12", 1170.0), ("13", 770.0), ("23", 210.0), ("123", 1530.0)])
}
