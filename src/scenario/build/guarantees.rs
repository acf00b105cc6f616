//! Checks of what a policy guarantees, of the plant it shares, and of what its gains are counted from.
//!
//! Only policies of the scenario's own files are checked: the built-in ones pass over what a basin does not have.

use crate::allocation::guarantee::{Guarantee, JointPlant, LAST_TIER, Promised};
use crate::allocation::policy::{Floor, Measure, Policy, Scale};
use crate::network::basin::DemandIdx;
use crate::network::demand::Demand;
use crate::quantity::calendar::Season;
use crate::quantity::index::Table;
use crate::scenario::overlay::join;
use crate::scenario::problem::did_you_mean;
use crate::scenario::schema::Entity;

use super::desk::{Desk, Entry, Range};

/// Shares may miss 1 by this much.
const ROUNDING: f64 = 1e-9;

/// Checks every policy of the files.
pub(crate) fn check(desk: &Desk<'_>, demands: &Table<DemandIdx, Demand>) {
    for (name, policy) in &desk.file.policy {
        let at = desk.at("policy", name);
        check_gains(&at, policy);
        for (guarantee, given) in &policy.guarantee {
            let at = desk.at(&join(&join("policy", name), "guarantee"), guarantee);
            let case = Case { desk, at, given, demands };
            case.check();
        }
        if policy.equilibrium.is_some() && !policy.guarantee.is_empty() {
            at.problem("guarantee", "is given to an equilibrium: who acts alone guarantees nothing");
        }
        if let Some(joint) = &policy.joint_plant {
            check_joint_plant(desk, &at, joint);
        }
    }
}

/// Gains over a status quo are money, and an ideal gain is one over a status quo.
fn check_gains(at: &Entry<'_>, policy: &Policy) {
    let Some(welfare) = &policy.welfare else { return };
    if welfare.floor == Floor::StatusQuo && welfare.measure != Measure::Benefit {
        at.problem("welfare.floor", "= \"status_quo\" is money, and the measure is not \"benefit\"");
    }
    if welfare.scale == Scale::Ideal && welfare.floor != Floor::StatusQuo {
        at.problem("welfare.scale", "= \"ideal\" is a gain over the status quo; give floor = \"status_quo\"");
    }
}

/// The plant is there, its owners are riparians, and their shares are all of it.
fn check_joint_plant(desk: &Desk<'_>, at: &Entry<'_>, joint: &JointPlant) {
    if !desk.file.plant.contains_key(&joint.plant) {
        let help = did_you_mean(&joint.plant, desk.file.plant.keys().map(String::as_str));
        let path = at.path("joint_plant.plant");
        desk.problem(&path, format!("no plant is called `{}`", joint.plant), help);
    }
    for (riparian, &share) in &joint.shares {
        let key = format!("joint_plant.shares.{riparian}");
        at.find(&key, riparian, &desk.riparians);
        at.optional(&key, Some(share), Range::Share);
    }
    let sum: f64 = joint.shares.values().sum();
    if (sum - 1.0).abs() > ROUNDING {
        at.problem("joint_plant.shares", format!("sum to {sum}, not to 1"));
    }
}

/// A guarantee and what it is checked against.
struct Case<'d> {
    desk: &'d Desk<'d>,
    at: Entry<'d>,
    given: &'d Guarantee,
    demands: &'d Table<DemandIdx, Demand>,
}

impl Case<'_> {
    fn check(&self) {
        let Guarantee { tier, riparian, share, volume_hm3, .. } = self.given;
        if *tier > LAST_TIER {
            let what =
                format!("= {tier} is no tier; 0 is safety and ecology, 1 are vital needs, 2 is the treaty");
            self.at.problem("tier", what);
        }
        for (k, name) in riparian.iter().enumerate() {
            if riparian[..k].contains(name) {
                self.at.problem("riparian", format!("names `{name}` twice"));
            } else {
                self.at.find("riparian", name, &self.desk.riparians);
            }
        }
        self.at.optional("share", *share, Range::Positive);
        if let Some(share) = share.filter(|share| *share > 1.0) {
            self.at.problem("share", format!("= {share} is above the claim, which is 1"));
        }
        self.at.optional("volume_hm3", *volume_hm3, Range::Positive);
        self.check_amount();
        self.check_place();
        self.check_claim();
    }

    /// The amount is given once, and in a unit that fits.
    fn check_amount(&self) {
        let Guarantee { what, share, volume_hm3, place, .. } = self.given;
        let by_volume = match what {
            Promised::Water | Promised::Release => true,
            Promised::Environment => place.is_some(),
            Promised::Domestic | Promised::Energy | Promised::Treaty => false,
        };
        let name = what.name();
        match (share, volume_hm3) {
            (Some(_), Some(_)) => {
                self.at.problem("", "gives both share and volume_hm3; it needs one of them")
            }
            (Some(_), None) if *what == Promised::Release => {
                self.at.problem("share", "of a release is a share of nothing; give volume_hm3");
            }
            (None, Some(_)) if !by_volume => {
                self.at.problem("volume_hm3", format!("does not fit {name} without a place; give share"));
            }
            (None, None) if matches!(what, Promised::Water | Promised::Energy | Promised::Release) => {
                self.at.problem("", format!("says not how much {name} is guaranteed"));
            }
            _ => {}
        }
    }

    /// The place is one that fits, and is there.
    fn check_place(&self) {
        match (self.given.what, &self.given.place) {
            (Promised::Release, None) => self.at.problem("place", "is missing; name a reservoir"),
            (Promised::Release, Some(place)) => {
                self.at.find("place", place, &self.desk.reservoirs);
            }
            (Promised::Environment, Some(place)) => self.check_promise(place),
            (what, Some(_)) => self.at.problem("place", format!("does not fit {}", what.name())),
            (_, None) => {}
        }
    }

    /// A place of the environment is a promise, or a node if a volume is given.
    fn check_promise(&self, place: &str) {
        let promises = &self.desk.file.environment;
        let is_promise = promises.get(place).is_some_and(Entity::is_active);
        let is_node = self.given.volume_hm3.is_some() && self.desk.nodes.get(place).is_some();
        if !is_promise && !is_node {
            let help = did_you_mean(place, promises.keys().map(String::as_str));
            let what = format!("no promise of the environment is called `{place}`");
            self.desk.problem(&self.at.path("place"), what, help);
        }
    }

    /// A volume of water is not above what is claimed in a season.
    fn check_claim(&self) {
        let (Promised::Water, Some(volume)) = (self.given.what, self.given.volume_hm3) else { return };
        let seasons = self.desk.horizon.seasons();
        for season in seasons.into_iter().filter(|s| self.given.season.is_none_or(|wanted| wanted == *s)) {
            let volume = volume * self.desk.horizon.times(season);
            let named = |name: &&str| {
                self.given.riparian.is_empty() || self.given.riparian.iter().any(|own| own == name)
            };
            for name in self.desk.riparians.iter().filter(named) {
                let claim = self.claim(name, season);
                if volume > claim * (1.0 + ROUNDING) {
                    let what =
                        format!("= {volume} is above the claim of {name} in {}: {claim:.0}", season.months());
                    self.at.problem("volume_hm3", what);
                }
            }
        }
    }

    /// What a riparian claims in a season, hm3.
    fn claim(&self, riparian: &str, season: Season) -> f64 {
        let riparian = self.desk.riparians.get(riparian);
        let own = self.demands.iter().filter(|demand| Some(demand.riparian) == riparian);
        own.map(|demand| {
            let periods = self.desk.horizon.periods_in(season);
            periods.map(|t| demand.claim[t].value()).sum::<f64>()
        })
        .sum()
    }
}
