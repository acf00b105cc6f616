//! Cases of cooperative games: shares of a gain or a cost, votes, and how stable a sharing is.

use std::collections::BTreeMap;

use mirab::fairness::games::{
    Coalition, Game, Solution, in_core, least_core, loehman_power, propensity_to_disrupt, shapley_shubik,
    stability_index,
};
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved, unknown_rule, wanted, words};
use crate::file::fields;

/// How far below its worth a coalition may be paid, as a share of the greatest worth, and still be content.
const ROUNDING: f64 = 1e-9;

type Worths = BTreeMap<String, f64>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transferable {
    v: Worths,
    weights: Option<Vec<f64>>,
}

/// `tu_gain`: shares of what all gain together.
pub fn gain(rule: &str, input: Table) -> Solved {
    let Transferable { v, weights } = fields(input)?;
    let gains = game(&v)?;
    if rule == "least_core" {
        let least = least_core(&gains).map_err(words)?;
        return Ok(Answer::of("epsilon", vec![least.epsilon]).with("x", least.shares));
    }
    let shares = solution(rule)?.shares(&gains, weights.as_deref()).map_err(words)?;
    Ok(Answer::of("x", shares))
}

/// `tu_cost`: shares of what all cost together, by way of the savings.
pub fn cost(rule: &str, input: Table) -> Solved {
    let Transferable { v, weights } = fields(input)?;
    let costs = game(&v)?;
    if rule == "least_core" {
        let least = least_core(&costs.savings()).map_err(words)?;
        let paid = least.shares.iter().enumerate().map(|(player, saved)| costs.alone(player) - saved);
        return Ok(Answer::of("epsilon", vec![least.epsilon]).with("x", paid.collect()));
    }
    let shares = solution(rule)?.cost_shares(&costs, weights.as_deref()).map_err(words)?;
    Ok(Answer::of("x", shares))
}

fn solution(rule: &str) -> Result<Solution, String> {
    Solution::named(rule).map_or_else(|| unknown_rule(rule), Ok)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Voting {
    weights: Vec<f64>,
    quota: f64,
}

/// `voting`: the power of each vote.
pub fn voting(rule: &str, input: Table) -> Solved {
    if rule != "shapley_shubik" {
        return unknown_rule(rule);
    }
    let Voting { weights, quota } = fields(input)?;
    Ok(Answer::of("index", shapley_shubik(&weights, quota).map_err(words)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stability {
    x: Vec<f64>,
    v: Worths,
    ddof: Option<u32>,
}

/// `stability`: what holds given shares together; the deviation of the stability index is that of a sample
/// (`ddof = 1`) unless the case says otherwise.
pub fn stability(rule: &str, input: Table) -> Solved {
    let Stability { x, v, ddof } = fields(input)?;
    let game = game(&v)?;
    if ddof.is_some() && rule != "stability_index" {
        return Err(format!("`ddof` means nothing to `{rule}`"));
    }
    match rule {
        "in_core" => {
            let scale = v.values().fold(1.0, |most: f64, worth| most.max(worth.abs()));
            let held = in_core(&game, &x, ROUNDING * scale).map_err(words)?;
            Ok(Answer::of("value", vec![f64::from(u8::from(held))]))
        }
        "loehman_power" => Ok(both("alpha", loehman_power(&game, &x).map_err(words)?)),
        "propensity_to_disrupt" => Ok(Answer::of("value", propensity_to_disrupt(&game, &x).map_err(words)?)),
        "stability_index" => {
            let index = stability_index(&game, &x, ddof.unwrap_or(1)).map_err(words)?;
            Ok(Answer::of("value", vec![index]))
        }
        _ => unknown_rule(rule),
    }
}

/// Numbers that cases ask for under a name of their own or as `value`.
fn both(name: &'static str, numbers: Vec<f64>) -> Answer {
    Answer::of(name, numbers.clone()).with("value", numbers)
}

/// The game of worths by coalition; the players are as many as the highest number named.
fn game(worths: &Worths) -> Result<Game, String> {
    let joined = worths.keys().any(|key| key.contains(JOINS));
    let pairs = worths.iter().map(|(key, worth)| Ok((coalition(key, joined)?, *worth)));
    let pairs = pairs.collect::<Result<Vec<_>, String>>()?;
    let all = pairs.iter().fold(0, |all, (coalition, _)| all | coalition.0);
    let players = wanted((all > 0).then(|| 32 - all.leading_zeros()), "v")?;
    Game::from_pairs(players as usize, pairs).map_err(words)
}

/// What joins the numbers of players in the key of a coalition.
const JOINS: [char; 2] = ['+', ','];

/// A coalition as cases write it, players from 1: their digits; or their numbers, in a game whose keys are `joined`.
fn coalition(key: &str, joined: bool) -> Result<Coalition, String> {
    let parts: Vec<String> = match joined {
        true => key.split(JOINS).map(|part| part.trim().to_owned()).collect(),
        false => key.trim().chars().map(String::from).collect(),
    };
    let mut bits = 0;
    for part in &parts {
        let player: u32 = part.parse().map_err(|_| format!("v.{key}: `{part}` is no player"))?;
        let bit = player.checked_sub(1).and_then(|from_zero| 1u32.checked_shl(from_zero));
        let bit = bit.ok_or_else(|| format!("v.{key}: there is no player {player}"))?;
        if bits & bit != 0 {
            return Err(format!("v.{key} names player {player} twice"));
        }
        bits |= bit;
    }
    Ok(Coalition(bits))
}
