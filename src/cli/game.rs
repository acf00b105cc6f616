//! `mirab game`: the solutions of cooperative games as a calculator.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::fairness::games::{
    Coalition, Game as Worths, GameError, Solution, core_is_empty, in_core, least_core,
    propensity_to_disrupt, stability_index,
};
use crate::output::calculator::{Solved, game as table, glossary};
use crate::output::terminal::{WIDTH, wrapped};
use crate::scenario::game::{GameFile, GameKind};

use super::failure::Failure;
use super::options::meant;
use super::print;

/// The solutions shown unless others are asked for.
const SENSIBLE: [&str; 5] = ["shapley", "nucleolus", "tau", "gately", "ensc"];

/// A point of the least core, which is no solution of its own since it need not be the only one.
const LEAST_CORE: (&str, &str) =
    ("least_core", "a point at which the coalition that is worst off is as well off as can be");

/// How far below its worth a coalition may be paid, as a share of the greatest worth, and still be content.
const ROUNDING: f64 = 1e-7;

/// The players up to which programs with a row for every coalition are solved without being asked for.
const UNASKED: usize = 14;

/// The arguments of `game`.
#[derive(Debug, Args)]
#[command(after_help = solutions_and_meanings())]
pub(super) struct Game {
    /// A TOML file: players = ["KG", "UZ"]; kind = "gain" or "cost"; a table v with a worth for every
    /// coalition, its key the names joined with `+` (or digits, players from 1, up to nine); weights, one for
    /// each player, if there are any
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The solutions, in this order, or `all`; a sensible few unless given
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    solution: Option<Vec<String>>,
    /// Print the solutions for machines, and nothing else
    #[arg(long)]
    json: bool,
}

/// The solutions, a line each, for the help.
fn solutions_and_meanings() -> String {
    let solutions = Solution::ALL.iter().map(|solution| (solution.name(), solution.meaning()));
    let list = glossary(solutions.chain([LEAST_CORE]), WIDTH);
    format!(
        "Solutions:\n{list}\n\
         Unless asked otherwise: {}; and weighted_shapley where the file has weights. Beyond {UNASKED} players the \
         nucleolus and whether the core is empty are left out.\n\
         A cost game is solved by way of its savings, and shows shares of the cost. A solution that is not defined \
         for the game is a dash; if no other was asked for, the exit code is 1.\n\
         The propensity to disrupt (Gately, 1974) is that of the player who has most of it: what the others would \
         lose by its leaving for every unit it would lose. The stability index is the deviation of the players' \
         power (Loehman et al., 1979) over its mean. The lower, the better a sharing holds.",
        SENSIBLE.join(", ")
    )
}

/// Reads the game, solves it and prints the shares.
///
/// # Errors
/// A file or a solution's name that is wrong; no solution that is defined for the game.
pub(super) fn game(verb: &Game) -> Result<(), Failure> {
    let file = GameFile::load(&verb.file).map_err(Failure::Scenario)?;
    let asked = asked(verb.solution.as_deref(), &file)?;
    let look = Look::new(&file);
    let mut solved = Vec::new();
    let mut undefined = Vec::new();
    for name in &asked {
        let (solution, why) = look.solve(name);
        undefined.extend(why.map(|error| (name.clone(), error.to_string())));
        solved.push(solution);
    }
    if undefined.len() == asked.len() {
        let lines: Vec<String> = undefined.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        return Err(Failure::doing(anyhow::Error::msg(lines.join("\n"))));
    }
    if verb.json {
        return print::json(&look.json(&solved, &undefined));
    }
    print::text(&look.text(&solved, &undefined))
}

/// The names of the solutions to show, each once.
fn asked(given: Option<&[String]>, file: &GameFile) -> Result<Vec<String>, Failure> {
    let weighted = file.weights.is_some();
    let fits = |solution: &&Solution| weighted || !solution.takes_weights();
    let every = || Solution::ALL.iter().filter(fits).map(|solution| solution.name());
    let names: Vec<&str> = match given {
        None => every()
            .filter(|name| {
                SENSIBLE.contains(name) || Solution::named(name).is_some_and(Solution::takes_weights)
            })
            .collect(),
        Some(given) => given.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect(),
    };
    let mut asked: Vec<String> = Vec::new();
    for name in names {
        let more: Vec<&str> =
            if name == "all" { every().chain([LEAST_CORE.0]).collect() } else { vec![name] };
        for name in more {
            check(name, weighted)?;
            if !asked.iter().any(|known| known == name) {
                asked.push(name.to_owned());
            }
        }
    }
    if asked.is_empty() {
        return Err(Failure::command("no solution to show: name at least one"));
    }
    Ok(asked)
}

/// That a solution is known and has the weights it wants.
fn check(name: &str, weighted: bool) -> Result<(), Failure> {
    if name == LEAST_CORE.0 {
        return Ok(());
    }
    match Solution::named(name) {
        Some(solution) if solution.takes_weights() && !weighted => {
            Err(Failure::command(format!("`{name}` wants weights = [...] in the file, one for each player")))
        }
        Some(_) => Ok(()),
        None => {
            let known: Vec<&str> =
                Solution::ALL.iter().map(|solution| solution.name()).chain([LEAST_CORE.0, "all"]).collect();
            Err(Failure::command(format!("no solution is called `{name}`; {}", meant(name, &known))))
        }
    }
}

/// A game, and what all coalitions gain in it: a cost game's savings.
struct Look<'a> {
    file: &'a GameFile,
    gains: Worths,
    /// What each player gains or pays alone.
    alone: Vec<f64>,
    /// What a coalition may miss and still be content.
    tolerance: f64,
}

impl<'a> Look<'a> {
    fn new(file: &'a GameFile) -> Look<'a> {
        let gains = match file.kind {
            GameKind::Gain => file.game.clone(),
            GameKind::Cost => file.game.savings(),
        };
        let alone: Vec<f64> = (0..file.players.len()).map(|player| file.game.alone(player)).collect();
        let all = file.game.worth(Coalition((1 << file.players.len()) - 1));
        let largest = alone.iter().fold(all.abs(), |most, worth| most.max(worth.abs()));
        Look { file, gains, alone, tolerance: ROUNDING * largest }
    }

    /// A solution with what holds it together; or that it has no shares, and why.
    fn solve(&self, name: &str) -> (Solved, Option<GameError>) {
        let mut solved =
            Solved { name: name.to_owned(), shares: None, in_core: None, propensity: None, stability: None };
        let shares = match self.gains_of(name) {
            Ok(shares) => shares,
            Err(error) => return (solved, Some(error)),
        };
        // An index that means nothing for these shares stays a dash.
        solved.in_core = in_core(&self.gains, &shares, self.tolerance).ok();
        let highest = |indices: Vec<f64>| indices.into_iter().reduce(f64::max);
        solved.propensity = propensity_to_disrupt(&self.gains, &shares).ok().and_then(highest);
        solved.stability = stability_index(&self.gains, &shares, 1).ok();
        solved.shares = Some(self.paid(shares));
        (solved, None)
    }

    /// The shares of the gains.
    fn gains_of(&self, name: &str) -> Result<Vec<f64>, GameError> {
        match Solution::named(name) {
            Some(solution) => solution
                .shares(&self.gains, self.file.weights.as_deref().filter(|_| solution.takes_weights())),
            None => least_core(&self.gains).map(|least| least.shares),
        }
    }

    /// Shares of the gains as shares of what the file tells: for costs, the cost alone less what is saved.
    fn paid(&self, gains: Vec<f64>) -> Vec<f64> {
        match self.file.kind {
            GameKind::Gain => gains,
            GameKind::Cost => self.alone.iter().zip(gains).map(|(alone, saved)| alone - saved).collect(),
        }
    }

    /// Whether no sharing contents every coalition; unknown where the game is too large to look.
    fn core_is_empty(&self) -> Option<bool> {
        if self.file.players.len() > UNASKED { None } else { core_is_empty(&self.gains).ok() }
    }

    fn json(&self, solved: &[Solved], undefined: &[(String, String)]) -> Value {
        let solutions: Map<String, Value> =
            solved.iter().map(|solved| (solved.name.clone(), json!(solved.shares))).collect();
        let in_core: Map<String, Value> =
            solved.iter().map(|solved| (solved.name.clone(), json!(solved.in_core))).collect();
        let undefined: Map<String, Value> =
            undefined.iter().map(|(name, why)| (name.clone(), json!(why))).collect();
        json!({
            "solutions": solutions,
            "players": self.file.players,
            "in_core": in_core,
            "core_is_empty": self.core_is_empty(),
            "undefined": undefined,
        })
    }

    fn text(&self, solved: &[Solved], undefined: &[(String, String)]) -> String {
        let what = match self.file.kind {
            GameKind::Gain => "What each gains",
            GameKind::Cost => "What each pays",
        };
        let mut out = String::new();
        if !self.file.title.is_empty() {
            out.push_str(&wrapped(&self.file.title, WIDTH).join("\n"));
            out.push('\n');
        }
        out.push_str(&table(what, &self.file.players, &self.alone, solved, WIDTH));
        out.push_str(match self.core_is_empty() {
            Some(true) => "\nThe core is empty: whatever the shares, some coalition does better alone.\n",
            Some(false) => "\nThe core is not empty: there are shares that no coalition can better alone.\n",
            None => "",
        });
        for (name, why) in undefined {
            out.push_str(&wrapped(&format!("{name}: {why}"), WIDTH).join("\n"));
            out.push('\n');
        }
        out
    }
}
