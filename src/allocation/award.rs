//! Awards: targets set by a claims rule or a treaty, before the network has its say.
//!
//! A target is a volume of water for a riparian's demands on one river in one season (or an energy
//! for its load); the policy then comes as near to the targets as the network allows, the worst
//! shortfall first. No more than `limit` times a target is delivered.

use crate::fairness::claims::{Claims, ClaimsError, Rule};
use crate::network::basin::{Basin, DemandIdx, RiparianIdx, RiverIdx};
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;
use crate::solver::program::Var;

use super::formulation::Formulation;
use super::needs::weight_of;
use super::policy::{Award, Awarded};
use super::window::Window;

/// Who shares: the demands of a riparian on a river in a season, inside or outside the treaty; or its load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// Water.
    Water {
        /// Whose demands.
        riparian: RiparianIdx,
        /// On which river.
        river: RiverIdx,
        /// When.
        season: Season,
        /// Only demands that a treaty counts (`true`), only others (`false`), or both.
        under_treaty: Option<bool>,
    },
    /// Energy.
    Energy {
        /// Whose load.
        riparian: RiparianIdx,
        /// When.
        season: Season,
    },
}

/// A target, and the most that may be delivered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// For whom.
    pub share: Share,
    /// How much, hm3 or GWh.
    pub amount: f64,
    /// The most, hm3 or GWh.
    pub most: f64,
}

/// The targets of an award.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Targets(Vec<Target>);

/// A group that shares one estate: all demands of a river in a season, or all load of a season.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estate {
    /// Water of a river in a season.
    Water(RiverIdx, Season),
    /// Energy of a season.
    Energy(Season),
}

impl Share {
    /// The demands that share, and when.
    pub(super) fn demands(&self, basin: &Basin) -> (Vec<DemandIdx>, Vec<PeriodIdx>) {
        match *self {
            Share::Water { riparian, river, season, under_treaty } => {
                let own = basin.demands.enumerate().filter(|(_, demand)| {
                    demand.riparian == riparian
                        && basin.nodes[demand.node].river == river
                        && under_treaty.is_none_or(|wanted| demand.under_treaty == wanted)
                });
                (own.map(|(k, _)| k).collect(), basin.horizon.periods_in(season).collect())
            }
            Share::Energy { season, .. } => (Vec::new(), basin.horizon.periods_in(season).collect()),
        }
    }

    /// How much is claimed, hm3 or GWh.
    pub fn claim(&self, basin: &Basin) -> f64 {
        let (demands, periods) = self.demands(basin);
        match *self {
            Share::Water { .. } => demands
                .iter()
                .map(|&k| periods.iter().map(|&t| basin.demands[k].claim[t].value()).sum::<f64>())
                .sum(),
            Share::Energy { riparian, .. } => basin
                .area_of(riparian)
                .map_or(0.0, |a| periods.iter().map(|&t| basin.areas[a].load[t].value()).sum()),
        }
    }

    /// The variables that serve it.
    fn vars(&self, formulation: &Formulation<'_>) -> Vec<Var> {
        let basin = formulation.window.basin;
        let (demands, periods) = self.demands(basin);
        match *self {
            Share::Water { .. } => demands
                .iter()
                .flat_map(|&k| periods.iter().map(move |&t| (k, t)))
                .map(|(k, t)| formulation.vars.delivery[k][t])
                .collect(),
            Share::Energy { riparian, .. } => basin
                .area_of(riparian)
                .map_or_else(Vec::new, |a| periods.iter().map(|&t| formulation.vars.served[a][t]).collect()),
        }
    }

    /// Whose share it is.
    fn riparian(&self) -> RiparianIdx {
        match *self {
            Share::Water { riparian, .. } | Share::Energy { riparian, .. } => riparian,
        }
    }

    fn name(&self, basin: &Basin) -> String {
        match *self {
            Share::Water { riparian, river, season, under_treaty } => {
                let outside = if under_treaty == Some(false) { ",outside_treaty" } else { "" };
                let (who, river) = (&basin.riparians[riparian].name, &basin.rivers[river].name);
                format!("{who},{river},{season}{outside}")
            }
            Share::Energy { riparian, season } => format!("{},{season}", basin.riparians[riparian].name),
        }
    }
}

impl Targets {
    /// The targets in the given order.
    pub fn new(targets: impl IntoIterator<Item = Target>) -> Targets {
        Targets(targets.into_iter().collect())
    }

    /// How many there are above nothing.
    pub fn len(&self) -> usize {
        self.wanted().count()
    }

    /// Whether there is none above nothing.
    pub fn is_empty(&self) -> bool {
        self.wanted().next().is_none()
    }

    /// The targets above nothing: a target of nothing is a limit, but nobody can miss it.
    fn wanted(&self) -> impl Iterator<Item = &Target> {
        self.0.iter().filter(|target| target.amount > 0.0)
    }

    /// The targets.
    pub fn iter(&self) -> std::slice::Iter<'_, Target> {
        self.0.iter()
    }

    /// Adds `delivered <= most` for each, and for each above nothing `ratio <= delivered / target`, `ratio <= 1`.
    pub fn add_to(&self, formulation: &mut Formulation<'_>) -> Vec<Var> {
        let basin = formulation.window.basin;
        for target in &self.0 {
            let vars = target.share.vars(formulation);
            formulation.add_most("award_limit", &target.share.name(basin), &vars, target.most);
        }
        self.wanted()
            .map(|target| {
                let vars = target.share.vars(formulation);
                formulation.add_award("award", &target.share.name(basin), &vars, target.amount)
            })
            .collect()
    }

    /// The targets where only a share of the treaties' limits is enforced: whoever claims more than its limit also has
    /// the rest of what it claims beyond it, as target and as most; whoever claims less keeps its claim as target.
    pub fn enforced(mut self, basin: &Basin, share: f64) -> Targets {
        let limited = |share: &Share| matches!(share, Share::Water { under_treaty: Some(true), .. });
        for target in self.0.iter_mut().filter(|target| limited(&target.share)) {
            let claim = target.share.claim(basin);
            let beyond = |limit: f64| (1.0 - share) * (claim - limit).max(0.0);
            target.amount += beyond(target.amount);
            target.most += beyond(target.most);
        }
        self
    }

    /// What a target is called in messages.
    pub fn member_name(&self, basin: &Basin, position: usize) -> String {
        self.wanted().nth(position).map_or_else(String::new, |target| target.share.name(basin))
    }
}

/// The estates of a window: those with any claim.
pub fn estates(basin: &Basin) -> Vec<Estate> {
    let mut estates = Vec::new();
    for season in basin.horizon.seasons() {
        estates.extend(basin.rivers.indices().map(|river| Estate::Water(river, season)));
        estates.push(Estate::Energy(season));
    }
    estates.retain(|estate| estate.shares(basin).iter().any(|share| share.claim(basin) > 0.0));
    estates
}

impl Estate {
    /// Whether an award of this is about it.
    fn is_awarded(&self, of: Awarded) -> bool {
        match of {
            Awarded::Everything => true,
            Awarded::Water => matches!(self, Estate::Water(..)),
        }
    }

    /// Who shares it.
    pub fn shares(&self, basin: &Basin) -> Vec<Share> {
        let riparians = basin.riparians.indices();
        match *self {
            Estate::Water(river, season) => riparians
                .map(|riparian| Share::Water { riparian, river, season, under_treaty: None })
                .collect(),
            Estate::Energy(season) => riparians.map(|riparian| Share::Energy { riparian, season }).collect(),
        }
    }

    /// Adds the share of all claims together that is served: `ratio <= sum served / sum claims`.
    pub fn add_to(&self, formulation: &mut Formulation<'_>) -> Var {
        let basin = formulation.window.basin;
        let shares = self.shares(basin);
        let claims: f64 = shares.iter().map(|share| share.claim(basin)).sum();
        let vars: Vec<Var> = shares.iter().flat_map(|share| share.vars(formulation)).collect();
        let name = match *self {
            Estate::Water(river, season) => format!("{},{season}", basin.rivers[river].name),
            Estate::Energy(season) => format!("energy,{season}"),
        };
        formulation.add_award("estate", &name, &vars, claims)
    }
}

/// The targets that a claims rule sets in each estate, given the share of its claims that the estate can serve. A
/// riparian's weight counts where the rule takes weights; estates that are not awarded have no target.
///
/// # Errors
/// What the rule cannot take: a weight that is not above zero.
pub fn by_claims(
    basin: &Basin,
    award: &Award,
    rule: Rule,
    estates: &[Estate],
    served: &[f64],
) -> Result<Targets, ClaimsError> {
    let mut targets = Vec::new();
    for (estate, part) in estates.iter().zip(served).filter(|(estate, _)| estate.is_awarded(award.of)) {
        let mut shares = estate.shares(basin);
        shares.retain(|share| share.claim(basin) > 0.0);
        let claims: Vec<f64> = shares.iter().map(|share| share.claim(basin)).collect();
        let total: f64 = claims.iter().sum();
        let weights: Vec<f64> = shares.iter().map(|share| award.weight_of(basin, share.riparian())).collect();
        let claims = Claims::new(total * part.clamp(0.0, 1.0), claims)?;
        let awards = rule.divide(&claims, rule.takes_weights().then_some(&weights))?;
        targets.extend(shares.into_iter().zip(awards).map(|(share, amount)| Target {
            share,
            amount,
            most: amount * award.limit,
        }));
    }
    Ok(Targets::new(targets))
}

impl Award {
    /// How much a riparian counts: its weight times `(G0 / G)^gamma`, `G` its income per head.
    fn weight_of(&self, basin: &Basin, riparian: RiparianIdx) -> f64 {
        weight_of(basin, &self.weights, riparian) * poorer(basin, riparian).powf(self.income_exponent)
    }
}

/// How many times the income per head of a riparian goes into that of all people of the basin, 1 where either is
/// not known.
fn poorer(basin: &Basin, riparian: RiparianIdx) -> f64 {
    let (mut income, mut people) = (0.0, 0.0);
    for own in basin.riparians.iter() {
        income += own.population_million * own.income_per_head.unwrap_or(0.0);
        people += own.population_million * f64::from(u8::from(own.income_per_head.is_some()));
    }
    let own = basin.riparians[riparian].income_per_head;
    own.filter(|_| income > 0.0).map_or(1.0, |own| income / people / own)
}

/// The targets of the treaties: each limit cut by the dryness of its river and season, unclaimed parts
/// shared again in proportion to what the others' claims exceed their limits by; demands outside the
/// limits are cut by the same factor.
pub fn treaty(window: Window<'_>, limit: f64) -> Targets {
    let basin = window.basin;
    let mut targets = Vec::new();
    for season in basin.horizon.seasons() {
        for river in basin.rivers.indices() {
            let cut = wetness(window, river, season).min(1.0);
            targets.extend(limited(basin, river, season, cut, limit));
            targets.extend(outside(basin, river, season, cut));
        }
    }
    Targets::new(targets)
}

/// Inflow of a river in a season over that of a normal year.
fn wetness(window: Window<'_>, river: RiverIdx, season: Season) -> f64 {
    let basin = window.basin;
    let (mut inflow, mut normal) = (0.0, 0.0);
    for (n, _) in basin.nodes.enumerate().filter(|(_, node)| node.river == river) {
        for t in basin.horizon.periods_in(season) {
            inflow += window.inflows.natural[n][t].value();
            normal += window.inflows.normal[n][t].value();
        }
    }
    if normal > 0.0 { inflow / normal } else { 1.0 }
}

/// Targets of the riparians that have a limit on the river.
fn limited(basin: &Basin, river: RiverIdx, season: Season, cut: f64, limit: f64) -> Vec<Target> {
    let own = basin.treaties.iter().filter(|treaty| treaty.river == river && treaty.season == season);
    let shares: Vec<(Share, f64, f64)> = own
        .map(|treaty| {
            let share = Share::Water { riparian: treaty.riparian, river, season, under_treaty: Some(true) };
            (share, share.claim(basin), treaty.volume.value() * cut)
        })
        .collect();
    let unused: f64 = shares.iter().map(|(_, claim, quota)| (quota - claim).max(0.0)).sum();
    let unmet: f64 = shares.iter().map(|(_, claim, quota)| (claim - quota).max(0.0)).sum();
    let again = if unmet > 0.0 { (unused / unmet).min(1.0) } else { 0.0 };
    shares
        .into_iter()
        .map(|(share, claim, quota)| {
            let most = quota + again * (claim - quota).max(0.0);
            Target { share, amount: claim.min(most), most: most * limit }
        })
        .collect()
}

/// Targets of the demands that no limit counts: their claims, cut alike; the network is their only limit.
fn outside(basin: &Basin, river: RiverIdx, season: Season, cut: f64) -> Vec<Target> {
    let has_limit = |riparian| {
        let own = |treaty: &&crate::network::demand::TreatyLimit| {
            treaty.riparian == riparian && treaty.river == river && treaty.season == season
        };
        basin.treaties.iter().any(|treaty| own(&treaty))
    };
    basin
        .riparians
        .indices()
        .map(|riparian| {
            let under_treaty = has_limit(riparian).then_some(false);
            let share = Share::Water { riparian, river, season, under_treaty };
            let claim = share.claim(basin);
            Target { share, amount: claim * cut, most: claim }
        })
        .collect()
}
