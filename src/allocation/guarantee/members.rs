//! What guarantees mean on a basin: members, each with the amounts that it takes to keep it.
//!
//! A member is one guarantee for one riparian, place or river in one season. It is kept to the degree
//! `u = sum_a min(x_a, g_a) / sum_a g_a` over its amounts `a`: what is more than guaranteed in one period makes up for
//! nothing in another. Holding members in a program is left to `rows`.

use crate::allocation::award::{Share, treaty};
use crate::allocation::plan::Plan;
use crate::allocation::policy::Policy;
use crate::allocation::window::Window;
use crate::network::basin::{AreaIdx, Basin, DemandIdx, RiparianIdx};
use crate::network::promise::{Gauge, Promise, Requirement};
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;

use super::record::{Guarantee, Promised};

/// One guarantee for one riparian, place or river in one season.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The guarantee's name.
    pub guarantee: String,
    /// Its tier.
    pub tier: u8,
    /// Who keeps it: whose water, power or reservoir it is, or on whose territory the river.
    pub riparian: RiparianIdx,
    /// Of what and for whom, in words: `domestic water of UZ`.
    pub of: String,
    /// When.
    pub season: Season,
    /// The unit of its amounts.
    pub unit: &'static str,
    /// What it takes to keep it.
    pub amounts: Vec<Amount>,
}

/// An amount that is guaranteed.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// What serves it.
    pub served_by: ServedBy,
    /// How much is guaranteed, hm3 or GWh; above nothing.
    pub least: f64,
}

/// What serves an amount.
#[derive(Clone, Debug, PartialEq)]
pub enum ServedBy {
    /// Deliveries, together.
    Water(Vec<(DemandIdx, PeriodIdx)>),
    /// Load served.
    Energy(AreaIdx, PeriodIdx),
    /// What passes a gauge, together.
    Flow(Gauge, Vec<PeriodIdx>),
}

impl Member {
    /// All its amounts together, hm3 or GWh.
    pub fn total(&self) -> f64 {
        self.amounts.iter().map(|amount| amount.least).sum()
    }

    /// In words: `domestic water of UZ in April-September`.
    pub fn describe(&self) -> String {
        format!("{} in {}", self.of, self.season.months())
    }

    /// The periods in which a plan is short of an amount of a single period, and by how much in all of them; amounts over a
    /// season and flows that arrive over several reaches have no period of their own.
    pub fn short_in(&self, plan: &Plan) -> Vec<PeriodIdx> {
        let mut short: Vec<PeriodIdx> =
            self.amounts.iter().filter_map(|amount| amount.short_in(plan)).collect();
        short.sort_unstable();
        short.dedup();
        short
    }
}

impl Amount {
    fn short_in(&self, plan: &Plan) -> Option<PeriodIdx> {
        const NOTICED: f64 = 1e-3;
        let (t, has) = match &self.served_by {
            ServedBy::Water(deliveries) => match deliveries[..] {
                [(k, t)] => (t, plan.delivery[k][t]),
                _ => return None,
            },
            ServedBy::Energy(a, t) => (*t, plan.served[*a][*t]),
            ServedBy::Flow(Gauge::ReachHead(reach), periods) => match periods[..] {
                [t] => (t, plan.flow[*reach][t]),
                _ => return None,
            },
            ServedBy::Flow(..) => return None,
        };
        (has < self.least - NOTICED * self.least.max(1.0)).then_some(t)
    }
}

/// The members of a policy's guarantees on a basin; who is not in the basin has none.
pub fn members(window: Window<'_>, policy: &Policy) -> Vec<Member> {
    let mut members = Vec::new();
    for (name, guarantee) in &policy.guarantee {
        for season in window.basin.horizon.seasons() {
            if guarantee.season.is_none_or(|wanted| wanted == season) {
                members.extend(Case { window, policy, name, guarantee, season }.members());
            }
        }
    }
    members.retain(|member| !member.amounts.is_empty());
    members
}

/// A guarantee in a season.
struct Case<'a, 'g> {
    window: Window<'a>,
    policy: &'g Policy,
    name: &'g str,
    guarantee: &'g Guarantee,
    season: Season,
}

impl Case<'_, '_> {
    fn members(&self) -> Vec<Member> {
        match self.guarantee.what {
            Promised::Environment => self.environment(),
            Promised::Domestic => self.each("domestic water", |i| self.domestic(i)),
            Promised::Energy => self.each("energy", |i| self.energy(i)),
            Promised::Water => self.each("water", |i| self.water(i)),
            Promised::Treaty => self.treaty(),
            Promised::Release => self.release(),
        }
    }

    fn basin(&self) -> &Basin {
        self.window.basin
    }

    fn periods(&self) -> Vec<PeriodIdx> {
        self.basin().horizon.periods_in(self.season).collect()
    }

    fn share(&self) -> f64 {
        self.guarantee.share.unwrap_or(1.0)
    }

    /// The volume guaranteed in the part of the season that lies in the horizon, hm3.
    fn volume(&self) -> Option<f64> {
        let whole = self.guarantee.volume_hm3?;
        Some(whole * self.basin().horizon.times(self.season))
    }

    fn names(&self, riparian: RiparianIdx) -> bool {
        let named = &self.guarantee.riparian;
        named.is_empty() || named.contains(&self.basin().riparians[riparian].name)
    }

    /// A member of some amounts, less what its riparian did not deliver last season where they are guaranteed to it;
    /// amounts of nothing are left out.
    fn member(&self, riparian: RiparianIdx, of: String, mut amounts: Vec<Amount>) -> Member {
        if self.guarantee.what.is_to_a_riparian() {
            let left = self.policy.guaranteed_after_last_season(&self.basin().riparians[riparian].name);
            amounts.iter_mut().for_each(|amount| amount.least *= left);
        }
        amounts.retain(|amount| amount.least > 0.0);
        let unit = if self.guarantee.what == Promised::Energy { "GWh" } else { "hm3" };
        let Case { name, guarantee, season, .. } = *self;
        Member { guarantee: name.to_owned(), tier: guarantee.tier, riparian, of, season, unit, amounts }
    }

    /// One member a riparian.
    fn each(&self, what: &str, amounts: impl Fn(RiparianIdx) -> Vec<Amount>) -> Vec<Member> {
        let basin = self.basin();
        let named = basin.riparians.enumerate().filter(|(i, _)| self.names(*i));
        named.map(|(i, own)| self.member(i, format!("{what} of {}", own.name), amounts(i))).collect()
    }

    /// What a riparian's demands ask for, by demand and period.
    fn claims(&self, riparian: RiparianIdx) -> Vec<(DemandIdx, PeriodIdx)> {
        let own = self.basin().demands.enumerate().filter(|(_, demand)| demand.riparian == riparian);
        own.flat_map(|(k, _)| self.periods().into_iter().map(move |t| (k, t))).collect()
    }

    fn domestic(&self, riparian: RiparianIdx) -> Vec<Amount> {
        let amount = |(k, t): (DemandIdx, PeriodIdx)| {
            let demand = &self.basin().demands[k];
            let least = self.share() * demand.domestic_share * demand.claim[t].value();
            Amount { served_by: ServedBy::Water(vec![(k, t)]), least }
        };
        self.claims(riparian).into_iter().map(amount).collect()
    }

    fn energy(&self, riparian: RiparianIdx) -> Vec<Amount> {
        let own = self.basin().areas.enumerate().filter(|(_, area)| area.riparian == riparian);
        let amount = |a: AreaIdx, t: PeriodIdx| Amount {
            served_by: ServedBy::Energy(a, t),
            least: self.share() * self.basin().areas[a].load[t].value(),
        };
        own.flat_map(|(a, _)| self.periods().into_iter().map(move |t| amount(a, t))).collect()
    }

    fn water(&self, riparian: RiparianIdx) -> Vec<Amount> {
        let claims = self.claims(riparian);
        let claim: f64 = claims.iter().map(|&(k, t)| self.basin().demands[k].claim[t].value()).sum();
        let least = self.volume().unwrap_or(self.share() * claim).min(claim);
        vec![Amount { served_by: ServedBy::Water(claims), least }]
    }

    /// One member a riparian and river with a treaty's limit.
    fn treaty(&self) -> Vec<Member> {
        let targets = treaty(self.window, 1.0);
        let mut members = Vec::new();
        for target in targets.iter() {
            if let Share::Water { riparian, river, season, under_treaty: Some(true) } = target.share
                && season == self.season
                && self.names(riparian)
            {
                let basin = self.basin();
                let (who, river) = (&basin.riparians[riparian].name, &basin.rivers[river].title);
                let (demands, periods) = target.share.demands(basin);
                let claims = demands.iter().flat_map(|&k| periods.iter().map(move |&t| (k, t))).collect();
                let least = self.share() * target.amount;
                let amount = Amount { served_by: ServedBy::Water(claims), least };
                members.push(self.member(
                    riparian,
                    format!("treaty water of {who} from {river}"),
                    vec![amount],
                ));
            }
        }
        members
    }

    fn release(&self) -> Vec<Member> {
        let basin = self.basin();
        let named = basin.reservoirs.iter().filter(|own| Some(&own.name) == self.guarantee.place.as_ref());
        let member = |own: &crate::network::reservoir::Reservoir| {
            let outlet = basin.outlets(own.node).next()?;
            let served_by = ServedBy::Flow(Gauge::ReachHead(outlet), self.periods());
            let amount = Amount { served_by, least: self.volume()? };
            Some(self.member(own.riparian, format!("release of {}", own.name), vec![amount]))
        };
        named.filter_map(member).collect()
    }

    fn environment(&self) -> Vec<Member> {
        let basin = self.basin();
        let place = self.guarantee.place.as_deref();
        if let (Some(place), Some(volume)) = (place, self.volume()) {
            let promised = basin.promises.iter().find(|own| own.name == place);
            let by_promise = promised.map(|own| (own.gauge, own.riparian));
            let at_node = |n| (Gauge::Node(n), basin.nodes[n].riparian);
            let by_node = || Basin::find(&basin.nodes, place, |node| &node.name).map(at_node);
            let Some((gauge, whose)) = by_promise.or_else(by_node) else { return Vec::new() };
            let served_by = ServedBy::Flow(gauge, self.periods());
            let amounts = vec![Amount { served_by, least: volume }];
            return vec![self.member(whose, format!("flow at {place}"), amounts)];
        }
        let wanted = |own: &&Promise| place.is_none_or(|place| own.name == place) && self.names(own.riparian);
        let promises = basin.promises.iter().filter(wanted);
        let member =
            |own: &Promise| self.member(own.riparian, format!("flow of {}", own.name), self.promised(own));
        promises.map(member).collect()
    }

    /// What a promise of the physics asks for in the season.
    fn promised(&self, promise: &Promise) -> Vec<Amount> {
        let amount = |periods: Vec<PeriodIdx>, required: f64| Amount {
            served_by: ServedBy::Flow(promise.gauge, periods),
            least: self.share() * required,
        };
        match &promise.required {
            Requirement::EachPeriod(required) => {
                self.periods().into_iter().map(|t| amount(vec![t], required[t].value())).collect()
            }
            Requirement::EachSeason(seasons) => {
                let own = seasons.iter().filter(|(season, _)| *season == self.season);
                own.map(|(_, required)| amount(self.periods(), required.value())).collect()
            }
        }
    }
}
