//! What a reader should know of a settlement, in sentences: who gains, whether a coalition would rather leave, and where
//! the worths are not what theory asks of them.

use crate::allocation::terms::{SettlementRule, Terms};
use crate::fairness::games::{Coalition, Game, GameError, core_is_empty, propensity_to_disrupt};
use crate::network::basin::Basin;
use crate::quantity::index::Idx;

use super::discipline::Broken;
use super::division::core_slack;
use super::service::Fee;

/// Differences up to this are not spoken of, MUSD.
const SPOKEN_OF_MUSD: f64 = 0.1;

/// What happened while a policy was settled.
pub(super) struct Story<'a> {
    basin: &'a Basin,
    rule: SettlementRule,
    against: &'a str,
    said: Vec<String>,
}

impl<'a> Story<'a> {
    pub(super) fn of(basin: &'a Basin, terms: &Terms, against: &'a str) -> Story<'a> {
        Story { basin, rule: terms.rule, against, said: Vec::new() }
    }

    /// Says sentences.
    pub(super) fn say(&mut self, sentences: Vec<String>) {
        self.said.extend(sentences);
    }

    /// There is no surplus: nobody can be paid without somebody falling below the status quo.
    pub(super) fn nothing_to_share(&mut self, missing: f64) {
        self.said.push(format!(
            "Guarantees cost more than cooperation brings: all together have {missing:.1} MUSD less than under `{}`, so \
             payments cannot keep everybody at it.",
            self.against
        ));
    }

    pub(super) fn too_many(&mut self) {
        self.said.push("There are too many riparians to look at every coalition; nobody pays.".to_owned());
    }

    pub(super) fn no_solution(&mut self, why: &GameError) {
        self.said.push(format!("The rule has no answer here ({why}); nobody pays."));
    }

    /// How much water was kept for whom.
    pub(super) fn served(&mut self, fees: &[Fee]) {
        if fees.is_empty() {
            let what = "No reservoir lets out more in April-September to anybody's good than under";
            self.said.push(format!("{what} `{}`: there is no storage service to pay for.", self.against));
        }
        for owner in self.basin.riparians.indices() {
            let volume: f64 = fees.iter().filter(|fee| fee.owner == owner).map(|fee| fee.volume).sum();
            if volume > 0.0 {
                let name = &self.basin.riparians[owner].name;
                self.said.push(format!("{name} keeps {volume:.0} hm3 for the summer of others."));
            }
        }
    }

    /// What members who do not deliver all they promise are guaranteed next season.
    pub(super) fn next_season(&mut self, broken: &[Broken]) {
        for member in self.basin.riparians.indices() {
            let own = broken.iter().filter(|own| own.member == member).map(|own| own.shortfall);
            let worst = own.fold(0.0, f64::max);
            if worst > 0.0 {
                let (name, left) = (&self.basin.riparians[member].name, 1.0 - worst);
                self.said.push(format!(
                    "{name} delivers {left:.2} of what it promises, and so much of what is guaranteed to it is left next \
                     season: `last_season_delivered = {{ {name} = {left:.2} }}`."
                ));
            }
        }
    }

    fn names(&self, set: Coalition) -> String {
        let name =
            |player| self.basin.riparians[crate::network::basin::RiparianIdx::new(player)].name.as_str();
        set.players().map(name).collect::<Vec<_>>().join("+")
    }
}

/// All findings: what was said on the way, then who gains, the core, and the shape of the worths.
pub(super) fn findings(
    story: &Story<'_>,
    before: &[f64],
    payoffs: &[f64],
    game: Option<&Game>,
) -> Vec<String> {
    let mut all = story.said.clone();
    all.push(who_gains(story, before, payoffs));
    if let Some(game) = game {
        all.extend(core(story, game, payoffs));
        all.extend(disruption(story, game, payoffs));
        all.extend(shape(story, game));
    }
    all
}

fn who_gains(story: &Story<'_>, before: &[f64], payoffs: &[f64]) -> String {
    let below: Vec<String> = (0..before.len())
        .filter(|&i| payoffs[i] < before[i] - SPOKEN_OF_MUSD)
        .map(|i| format!("{} by {:.1}", story.names(Coalition::single(i)), before[i] - payoffs[i]))
        .collect();
    let gain = payoffs.iter().sum::<f64>() - before.iter().sum::<f64>();
    let against = story.against;
    match below[..] {
        [] => format!("Nobody is below `{against}` after payments; all together gain {gain:.1} MUSD."),
        _ => format!("Below `{against}` after payments: {} MUSD.", below.join(", ")),
    }
}

fn core(story: &Story<'_>, game: &Game, payoffs: &[f64]) -> Option<String> {
    let (set, slack) = core_slack(game, payoffs)?;
    let names = story.names(set);
    if slack >= -SPOKEN_OF_MUSD {
        return Some(format!(
            "No coalition does better by leaving: the payoffs are in the core; the least content, {names}, is {:.1} MUSD \
             above its worth.",
            slack.max(0.0)
        ));
    }
    let empty = core_is_empty(game).unwrap_or(false);
    let rule = match story.rule {
        SettlementRule::None => "Without payments the payoffs are",
        SettlementRule::ServiceFee => "With the storage-service fee the payoffs are",
        SettlementRule::Barter => "With what is exchanged by contract the payoffs are",
        SettlementRule::Nash => "Nash's split is",
        SettlementRule::Shapley => "Shapley's shares are",
        SettlementRule::Nucleolus => "The nucleolus is",
        SettlementRule::DownstreamIncremental => "The downstream incremental distribution is",
    };
    let core = if empty { "the core is empty" } else { "others would be inside" };
    Some(format!("{rule} outside the core: {names} would gain {:.1} MUSD by leaving; {core}.", -slack))
}

/// Who hurts the others most, beside itself, by leaving.
fn disruption(story: &Story<'_>, game: &Game, payoffs: &[f64]) -> Option<String> {
    let all = game.grand();
    let gains = |i: usize| payoffs[i] - game.alone(i) > SPOKEN_OF_MUSD;
    let ratios = propensity_to_disrupt(game, payoffs).ok()?;
    let worst = (0..ratios.len()).filter(|&i| gains(i)).max_by(|&a, &b| ratios[a].total_cmp(&ratios[b]))?;
    let lost = all.without(worst).sum(payoffs) - game.worth(all.without(worst));
    (ratios[worst] > 1.0).then(|| {
        format!(
            "{} can threaten most: by leaving it would cost the others {lost:.1} MUSD, {:.1} times what it would lose itself.",
            story.names(Coalition::single(worst)),
            ratios[worst]
        )
    })
}

/// Where the worths are not superadditive (and so not monotone either, above what each has alone).
fn shape(story: &Story<'_>, game: &Game) -> Option<String> {
    let (mut count, mut worst) = (0, (Coalition::EMPTY, Coalition::EMPTY, SPOKEN_OF_MUSD));
    for set in game.grand().subsets() {
        let first = set.players().next();
        let parts = set.subsets().filter(|part| !part.is_empty() && *part != set);
        let halves = parts.filter(|part| first.is_some_and(|player| part.contains(player)));
        let lost = |part: Coalition| {
            let rest = Coalition(set.0 & !part.0);
            (part, rest, game.worth(part) + game.worth(rest) - game.worth(set))
        };
        let Some(own) = halves.map(lost).max_by(|a, b| a.2.total_cmp(&b.2)) else { continue };
        if own.2 > SPOKEN_OF_MUSD {
            count += 1;
            worst = if own.2 > worst.2 { own } else { worst };
        }
    }
    (count > 0).then(|| {
        format!(
            "The worths are not superadditive in {count} coalitions, as outsiders do not react: {} and {} have up to {:.1} \
             MUSD more apart than together.",
            story.names(worst.0),
            story.names(worst.1),
            worst.2
        )
    })
}
