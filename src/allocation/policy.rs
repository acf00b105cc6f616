//! A policy as a record, and the built-in catalogue.
//!
//! A policy says what it shares (a measure of each riparian's need), how averse to inequality it is
//! (`alpha`) and with which weights; or which claims rule sets a target that the network then comes
//! as near to as it can. It is data: the catalogue is a TOML file, and a scenario can add its own.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::barter::{self, Contract};
use super::guarantee::{Guarantee, JointPlant};
use super::priority::{Constraint, PriorityClass, Use};
use super::terms::Terms;
use crate::fairness::claims::Rule;

/// A policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What it is, in a few words.
    pub title: String,
    /// The text or idea it represents.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stands_for: String,
    /// Its rule in one line of formula.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// What it does, in a paragraph.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Where the rule comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// How far a level that was reached may be missed for the sake of those after it and of the total benefit,
    /// relative to it: a tenth of a per cent unless given.
    #[serde(default = "a_tenth_of_a_per_cent", skip_serializing_if = "is_a_tenth_of_a_per_cent")]
    pub slack: f64,
    /// The policy whose plan is the status quo, by name; `autarky` where the policy needs one and names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// Maximise a welfare over the riparians.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welfare: Option<Welfare>,
    /// Come as near as the network allows to the award of a claims rule or treaty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<Award>,
    /// National best responses to a fixed point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equilibrium: Option<Equilibrium>,
    /// Water in summer for energy in winter, between riparians who are each for themselves otherwise: one contract an owner.
    #[serde(
        default,
        rename = "contract",
        deserialize_with = "barter::read",
        serialize_with = "barter::write",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub contracts: Vec<Contract>,
    /// Serve classes strictly one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Vec<PriorityClass>>,
    /// Limits of this policy alone, held as far as they can be, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub constraint: IndexMap<String, Constraint>,
    /// Fuel that riparians are given for nothing in October-March, by name, as the electricity it makes, GWh: their
    /// stations then burn that and no other.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fuel: IndexMap<String, f64>,
    /// Who gives that fuel and so bears what it costs, by name, and which share; together 1. Its taker unless given.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fuel_from: IndexMap<String, f64>,
    /// Minima that come before the policy's own goal, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub guarantee: IndexMap<String, Guarantee>,
    /// What riparians delivered last season over what they had promised, by name, 0 or more; 1 unless given. What is
    /// guaranteed to one below 1 shrinks with it.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub last_season_delivered: IndexMap<String, f64>,
    /// A plant whose output several riparians own together; what one takes beyond its share is settled in money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint_plant: Option<JointPlant>,
    /// Who pays whom once the plan is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Terms>,
}

/// The policy that is the status quo where none is named.
const GO_IT_ALONE: &str = "autarky";

impl Policy {
    /// The policy that is this one's status quo, if it has one.
    pub fn status_quo(&self) -> Option<&str> {
        let settled = self.settlement.as_ref().and_then(|terms| terms.against.as_deref());
        let must = self.needs_status_quo() || self.settlement.is_some();
        self.against.as_deref().or(settled).or(must.then_some(GO_IT_ALONE))
    }

    /// The share of what is guaranteed to a riparian that is left after what it failed to deliver last season: `1 - f`,
    /// with `f = max(0, promised - delivered) / promised`.
    ///
    /// ```
    /// use mirab::allocation::policy::catalogue;
    ///
    /// let mut policy = catalogue()["consortium"].clone();
    /// policy.last_season_delivered.extend([("KG".to_owned(), 0.8), ("UZ".to_owned(), 1.1)]);
    /// assert_eq!(["KG", "UZ", "TJ"].map(|name| policy.guaranteed_after_last_season(name)), [0.8, 1.0, 1.0]);
    /// ```
    pub fn guaranteed_after_last_season(&self, riparian: &str) -> f64 {
        self.last_season_delivered.get(riparian).map_or(1.0, |delivered| delivered.min(1.0))
    }

    /// Whether the policy has no plan without a status quo.
    pub fn needs_status_quo(&self) -> bool {
        !self.contracts.is_empty()
            || self.welfare.as_ref().is_some_and(|welfare| welfare.floor == Floor::StatusQuo)
    }
}

/// Each riparian for itself: best responses in river order until nobody moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equilibrium {
    /// Who answers first, by name; who is not named comes after, down the river.
    #[serde(default)]
    pub order: Vec<String>,
    /// The most rounds.
    #[serde(default = "thirty")]
    pub rounds: u32,
}

fn thirty() -> u32 {
    30
}

/// The welfare family: maximise `sum_i w_i phi_alpha(gain_i)`, `gain_i = (u_i - floor_i) / scale_i`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Welfare {
    /// Aversion to inequality: 0 adds up, 1 is proportional fairness, "leximin" lifts the worst off first.
    pub alpha: Alpha,
    /// What counts as a riparian's well-being.
    pub measure: Measure,
    /// How much each counts.
    #[serde(default, skip_serializing_if = "is_equal")]
    pub weights: Weights,
    /// Uses in classes, one served after the other, where needs are lifted (`alpha = "leximin"`, `measure = "needs"`);
    /// uses that are not named come last, together. One class unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Vec<Use>>,
    /// From where a gain is counted.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub floor: Floor,
    /// In what a gain is counted.
    #[serde(default, skip_serializing_if = "is_own")]
    pub scale: Scale,
}

/// From where a gain is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// From nothing.
    #[default]
    Nothing,
    /// From what each riparian has under the status quo: nobody may fall below it.
    StatusQuo,
}

/// In what a gain is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// In the measure's own unit.
    #[default]
    Own,
    /// In each one's greatest gain with nobody below the floor.
    Ideal,
}

/// Aversion to inequality.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alpha {
    /// A finite aversion, 0 or more.
    Finite(f64),
    /// The limit at infinity: lift the worst off, then the next, and so on.
    Leximin,
}

/// What a policy shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Each need of a riparian (water or energy, a season) is a member of its own.
    Needs,
    /// Water delivered over water claimed, over the horizon.
    Water,
    /// Energy served over energy wanted, over the horizon.
    Energy,
    /// The smallest of the riparian's needs.
    WorstNeed,
    /// The mean of the riparian's needs.
    MeanNeed,
    /// Net benefit, MUSD.
    Benefit,
}

/// How much each riparian counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Weights {
    /// All the same.
    #[default]
    Equal,
    /// By a rule: `equal`, `population` or `need`.
    Rule(WeightRule),
    /// By name; who is not named has weight 1.
    Table(IndexMap<String, f64>),
}

/// A rule for weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightRule {
    /// All the same.
    Equal,
    /// By the people who live inside the basin.
    Population,
    /// By the water and energy asked for.
    Need,
}

/// A target set by a claims rule or a treaty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Award {
    /// How the target is set.
    pub rule: AwardRule,
    /// How much each counts, under a rule that takes weights.
    #[serde(default, skip_serializing_if = "is_equal")]
    pub weights: Weights,
    /// What is awarded; the rest goes where it brings most.
    #[serde(default, skip_serializing_if = "is_everything")]
    pub of: Awarded,
    /// The most that may be delivered, as a multiple of the target (1 unless given).
    #[serde(default = "one")]
    pub limit: f64,
    /// `gamma`: each weight counts `(G0 / G)^gamma` times, `G` the income per head and `G0` its mean over the people of
    /// the basin; 0 unless given, so that income does not count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub income_exponent: f64,
    /// The share of the treaties' limits that is enforced, 0 to 1 (1 unless given): whoever claims more than its limit
    /// also has the rest of 1 of what it claims beyond it, as target and as most.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub enforce: f64,
}

/// How an award's target is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwardRule {
    /// By a claims rule, river by river and season by season: `proportional`, `cea`, `talmud`, ...
    Claims(Rule),
    /// `treaty`: the limits of the treaties, cut in a dry season, unused parts shared again.
    Treaty,
}

/// What an award awards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awarded {
    /// Water and energy.
    #[default]
    Everything,
    /// Water alone.
    Water,
}

/// The slack of what is meant as exactly as plans can be told apart.
pub const EXACT: f64 = 1e-5;

fn a_tenth_of_a_per_cent() -> f64 {
    1e-3
}

fn is_a_tenth_of_a_per_cent(slack: &f64) -> bool {
    *slack == a_tenth_of_a_per_cent()
}

fn is_everything(of: &Awarded) -> bool {
    *of == Awarded::Everything
}

impl AwardRule {
    /// The name of the treaties' rule, beside those of the claims rules.
    const TREATY: &str = "treaty";

    /// The rules by name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once(AwardRule::TREATY).chain(Rule::ALL.iter().map(|rule| rule.name()))
    }
}

impl Serialize for AwardRule {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(match self {
            AwardRule::Claims(rule) => rule.name(),
            AwardRule::Treaty => AwardRule::TREATY,
        })
    }
}

impl<'de> Deserialize<'de> for AwardRule {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let name = String::deserialize(input)?;
        if name == AwardRule::TREATY {
            return Ok(AwardRule::Treaty);
        }
        let unknown = || {
            let known: Vec<&str> = AwardRule::names().collect();
            serde::de::Error::custom(format!("no rule is called `{name}`; there are {}", known.join(", ")))
        };
        Rule::named(&name).map(AwardRule::Claims).ok_or_else(unknown)
    }
}

fn one() -> f64 {
    1.0
}

fn is_nothing(floor: &Floor) -> bool {
    *floor == Floor::Nothing
}

fn is_own(scale: &Scale) -> bool {
    *scale == Scale::Own
}

fn is_one(value: &f64) -> bool {
    *value == 1.0
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_equal(weights: &Weights) -> bool {
    *weights == Weights::Equal
}

impl Serialize for Alpha {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Alpha::Finite(alpha) => out.serialize_f64(*alpha),
            Alpha::Leximin => out.serialize_str("leximin"),
        }
    }
}

impl<'de> Deserialize<'de> for Alpha {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Alpha;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number that is not negative, or \"leximin\"")
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Alpha, E> {
                if value >= 0.0 && value.is_finite() {
                    Ok(Alpha::Finite(value))
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Float(value), &self))
                }
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Alpha, E> {
                self.visit_f64(value as f64)
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Alpha, E> {
                self.visit_f64(value as f64)
            }
            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Alpha, E> {
                match value {
                    "leximin" => Ok(Alpha::Leximin),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(value), &self)),
                }
            }
        }
        input.deserialize_any(Visitor)
    }
}

/// The built-in policies, in the order of the catalogue.
///
/// The catalogue is part of the program and every release tests that it can be read, so what is
/// returned is never empty.
pub fn catalogue() -> IndexMap<String, Policy> {
    read_catalogue().unwrap_or_default()
}

fn read_catalogue() -> Result<IndexMap<String, Policy>, toml::de::Error> {
    toml::from_str(include_str!("catalogue.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_reads_and_each_policy_has_one_kind() {
        let policies = read_catalogue().unwrap();
        let names: Vec<&str> = policies.keys().map(String::as_str).collect();
        let known = [
            "quota",
            "proportional",
            "per_capita",
            "max_min",
            "proportional_fair",
            "one_basin",
            "autarky",
            "irrigation_first",
            "barter",
            "nash",
            "kalai_smorodinsky",
            "consortium",
        ];
        assert_eq!(names, known);
        for (name, policy) in &policies {
            let kinds = [
                policy.welfare.is_some(),
                policy.award.is_some(),
                policy.priority.is_some(),
                policy.equilibrium.is_some(),
            ];
            assert_eq!(kinds.into_iter().filter(|kind| *kind).count(), 1, "{name}: one kind");
            assert!(
                !policy.about.is_empty() && !policy.source.is_empty() && !policy.rule.is_empty(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_policy_that_is_written_reads_the_same() {
        for (name, policy) in catalogue() {
            let text = toml::to_string(&policy).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(toml::from_str::<Policy>(&text).unwrap(), policy, "{text}");
        }
    }

    #[test]
    fn an_aversion_below_zero_is_refused() {
        assert!(
            toml::from_str::<Policy>("title = 'x'\nwelfare = { alpha = -1, measure = 'water' }").is_err()
        );
    }
}
