//! A contract as a record: water in summer against energy in winter, as in the agreements on the Syr Darya since 1998.
//!
//! Words of a policy's file only. What the contract asks on a basin is in [`super::promise`], the plan under it in
//! `equilibrium`, and what its energy is worth is left to the consortium.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A contract between the owner of a reservoir and partners who use its water in summer: the owner lets out more in
/// April-September than under the status quo, sends the power that this makes to the partners, and has energy back in
/// October-March.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Contract {
    /// Who gives water, by name.
    pub owner: String,
    /// The reservoir that it comes from, by name; the owner's.
    pub reservoir: String,
    /// `V`: what is let out in April-September beyond the status quo's plan, hm3 of a whole season, 0 or more.
    pub volume_hm3: f64,
    /// `k`: the electricity that a cubic metre of it is counted as, kWh/m3, above 0. Unless given, the summer power is what
    /// the owner's plants make beyond what they make under the status quo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kWh_per_m3: Option<f64>,
    /// Who has the summer power and gives energy back, by name, and which share; together 1.
    pub partners: IndexMap<String, f64>,
    /// `rho`: the energy promised back for each unit delivered, 0 or more; 1 unless given, one for one.
    #[serde(default = "one")]
    pub ratio: f64,
    /// The share of what is promised back that arrives, 0 to 1; 0.935 unless given, as contracts were kept in 2025.
    #[serde(default = "usual_reliability")]
    pub reliability: f64,
    /// In what it is given back; electricity unless given.
    #[serde(default)]
    pub in_kind: Kinds,
    /// `eta`: the share of the heat in a fuel that the owner's stations turn into electricity, above 0 and up to 1; 0.35
    /// unless given, old coal stations.
    #[serde(default = "coal_station")]
    pub fuel_efficiency: f64,
    /// What was delivered last year over what was promised, by all alike or by each: below 1 the volume shrinks with it; 1
    /// unless given.
    #[serde(default, skip_serializing_if = "LastYear::is_whole")]
    pub last_year_delivered: LastYear,
    /// What the way of its electricity costs; nothing unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit: Option<Transit>,
}

/// The fee for electricity that goes through the grid of a third, there and back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Transit {
    /// Whose grid carries it and who is paid, by name. What a partner exchanges with its own grid costs nothing.
    pub through: String,
    /// The fee for each MWh that arrives, USD/MWh, 0 or more.
    pub price_USD_per_MWh: f64,
    /// Who pays it; the partner unless given.
    #[serde(default)]
    pub payer: Payer,
}

/// Who pays for the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The partner, both ways.
    #[default]
    Partner,
    /// The owner of the reservoir, both ways.
    Owner,
}

/// What was delivered last year over what was promised, 0 or more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LastYear {
    /// The same by all partners.
    Alike(f64),
    /// By partner, by name; who is not named delivered all.
    Each(IndexMap<String, f64>),
}

impl Default for LastYear {
    fn default() -> LastYear {
        LastYear::Alike(1.0)
    }
}

impl LastYear {
    /// What a partner delivered over what it promised.
    pub fn of(&self, partner: &str) -> f64 {
        match self {
            LastYear::Alike(share) => *share,
            LastYear::Each(shares) => shares.get(partner).copied().unwrap_or(1.0),
        }
    }

    fn is_whole(&self) -> bool {
        *self == LastYear::default()
    }
}

/// The shares of electricity, fuel and money in what is given back; together 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// Electricity, as far as lines can carry it.
    #[serde(default)]
    pub electricity: f64,
    /// Fuel, counted as the electricity that is made of it.
    #[serde(default)]
    pub fuel: f64,
    /// Money, at the agreed price of electricity.
    #[serde(default)]
    pub money: f64,
}

impl Default for Kinds {
    fn default() -> Kinds {
        Kinds { electricity: 1.0, fuel: 0.0, money: 0.0 }
    }
}

impl Contract {
    /// The volume of this year, hm3 of a whole season: that of the contract, less what a default of last year takes off:
    /// `sum of V_j min(1, delivered / promised)` over the partners, `V_j` being the share of each.
    ///
    /// ```
    /// use mirab::allocation::barter::LastYear;
    /// use mirab::allocation::policy::catalogue;
    ///
    /// let mut contract = catalogue()["barter"].contracts[0].clone();
    /// contract.partners = [("KZ".to_owned(), 0.25), ("UZ".to_owned(), 0.75)].into_iter().collect();
    /// contract.last_year_delivered = LastYear::Each([("KZ".to_owned(), 0.8)].into_iter().collect());
    /// assert!((contract.volume_of_this_year() / contract.volume_hm3 - 0.95).abs() < 1e-12);
    /// assert!((contract.share_of_this_year("KZ") - 0.2 / 0.95).abs() < 1e-12);
    /// ```
    pub fn volume_of_this_year(&self) -> f64 {
        match &self.last_year_delivered {
            LastYear::Alike(share) => after_default(self.volume_hm3, 1.0, *share),
            LastYear::Each(_) => self.partners.keys().map(|name| self.volume_for(name)).sum(),
        }
    }

    /// A partner's share of this year's volume and of the power made of it: smaller where it alone defaulted last year. 0 where
    /// nothing is let out for anybody.
    pub fn share_of_this_year(&self, partner: &str) -> f64 {
        let whole = self.volume_of_this_year();
        match &self.last_year_delivered {
            LastYear::Alike(_) => self.partners.get(partner).copied().unwrap_or(0.0),
            LastYear::Each(_) if whole > 0.0 => self.volume_for(partner) / whole,
            LastYear::Each(_) => 0.0,
        }
    }

    /// What is let out for a partner this year, hm3 of a whole season.
    fn volume_for(&self, partner: &str) -> f64 {
        let share = self.partners.get(partner).copied().unwrap_or(0.0);
        after_default(share * self.volume_hm3, 1.0, self.last_year_delivered.of(partner))
    }
}

/// `V min(1, delivered / promised)`: the volume (hm3) of the year after one in which so much energy was promised and
/// delivered (GWh both). Where nothing was promised nothing was broken.
///
/// ```
/// use mirab::allocation::barter::after_default;
///
/// assert_eq!(after_default(2000.0, 1100.0, 825.0), 1500.0);
/// assert_eq!(after_default(2000.0, 1100.0, 1200.0), 2000.0);
/// assert_eq!(after_default(2000.0, 0.0, 0.0), 2000.0);
/// ```
pub fn after_default(volume: f64, promised: f64, delivered: f64) -> f64 {
    if promised > 0.0 { volume * (delivered / promised).min(1.0) } else { volume }
}

fn one() -> f64 {
    1.0
}

fn usual_reliability() -> f64 {
    0.935
}

fn coal_station() -> f64 {
    0.35
}
