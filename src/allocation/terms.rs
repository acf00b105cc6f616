//! The terms of a settlement as a record: by which rule money changes hands once a policy's plan is made.
//!
//! Words of a policy's file only. Reckoning who pays whom is left to the consortium.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::policy::Weights;

/// The terms on which a policy's gains are shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Terms {
    /// By which rule.
    pub rule: SettlementRule,
    /// The policy that is the status quo, by name; that of the policy, or `autarky`, unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// How the surplus is split under `nash`: equal unless given, or a table by name.
    #[serde(default, skip_serializing_if = "is_equal")]
    pub weights: Weights,
    /// Who comes first under `downstream_incremental`, by name; down the river unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// What the storage service costs under `service_fee`, USD/m3; 0.025 unless given, the middle of 0.015 to 0.035.
    #[serde(default = "middle_fee", skip_serializing_if = "is_middle_fee")]
    pub fee_USD_per_m3: f64,
    /// In what payments are made.
    #[serde(default, skip_serializing_if = "is_money")]
    pub in_kind: InKind,
    /// The agreed price of electricity, for payments in kind and a joint plant, USD/MWh; 30 unless given (2 to 3.5 US cents
    /// a kWh in the deals of the basin).
    #[serde(default = "agreed_price", skip_serializing_if = "is_agreed_price")]
    pub price_USD_per_MWh: f64,
    /// What is paid into the reserve fund for what is promised and not delivered; nothing unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discipline: Option<Discipline>,
}

/// A rule of settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementRule {
    /// Nobody pays; coalitions are looked at all the same.
    None,
    /// Downstream pays upstream for water kept for summer; then nobody is left below the status quo.
    ServiceFee,
    /// Everybody has the status quo and a share of the surplus (Nash, 1953).
    Nash,
    /// The mean of what each adds to those before it (Shapley, 1953).
    Shapley,
    /// The least content coalition is as content as can be (Schmeidler, 1969).
    Nucleolus,
    /// Each has what it adds to those above it (Ambec and Sprumont, 2002).
    DownstreamIncremental,
    /// What is exchanged under the policy's contracts is paid for at the agreed price.
    Barter,
}

/// In what a payment is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InKind {
    /// In money.
    #[default]
    Money,
    /// In electricity at the agreed price.
    Electricity,
    /// In fuel, counted as the electricity that is made of it, at the agreed price.
    Fuel,
}

/// What is paid for what is promised and not delivered: stored water by its owners, payments for it by those it serves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discipline {
    /// The part of the value of what is not delivered that is paid, 0 or more. Assumed: no text sets a penalty.
    pub penalty: f64,
    /// The share of a promise of water or energy that is delivered, 0 to 1; 0.93 unless given, as in the deals of the
    /// basin. Money is paid whole.
    #[serde(default = "usual_reliability")]
    pub reliability: f64,
    /// The share that a riparian delivers of what it promises, 0 to 1, by name and whatever it promises.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub delivered: IndexMap<String, f64>,
}

impl Discipline {
    /// The share that a riparian delivers of what it promises in some kind, 0 to 1; none of the kinds for stored water.
    ///
    /// ```
    /// use mirab::allocation::terms::{Discipline, InKind};
    ///
    /// let text = "penalty = 0.5\ndelivered = { UZ = 0.8 }";
    /// let discipline: Discipline = toml::from_str(text)?;
    /// assert_eq!(discipline.delivers("KG", None), 0.93);
    /// assert_eq!(discipline.delivers("KZ", Some(InKind::Electricity)), 0.93);
    /// assert_eq!(discipline.delivers("KZ", Some(InKind::Money)), 1.0);
    /// assert_eq!(discipline.delivers("UZ", Some(InKind::Money)), 0.8);
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    pub fn delivers(&self, riparian: &str, kind: Option<InKind>) -> f64 {
        let usual = if kind == Some(InKind::Money) { 1.0 } else { self.reliability };
        self.delivered.get(riparian).copied().unwrap_or(usual)
    }
}

impl SettlementRule {
    /// The name used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            SettlementRule::None => "none",
            SettlementRule::ServiceFee => "service_fee",
            SettlementRule::Nash => "nash",
            SettlementRule::Shapley => "shapley",
            SettlementRule::Nucleolus => "nucleolus",
            SettlementRule::DownstreamIncremental => "downstream_incremental",
            SettlementRule::Barter => "barter",
        }
    }
}

impl InKind {
    /// The name used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            InKind::Money => "money",
            InKind::Electricity => "electricity",
            InKind::Fuel => "fuel",
        }
    }
}

impl Terms {
    /// A rule with everything else as it is unless given.
    pub fn of(rule: SettlementRule) -> Terms {
        Terms {
            rule,
            against: None,
            weights: Weights::Equal,
            order: Vec::new(),
            fee_USD_per_m3: middle_fee(),
            in_kind: InKind::Money,
            price_USD_per_MWh: agreed_price(),
            discipline: None,
        }
    }
}

fn middle_fee() -> f64 {
    0.025
}

fn is_middle_fee(fee: &f64) -> bool {
    *fee == middle_fee()
}

fn agreed_price() -> f64 {
    30.0
}

fn is_agreed_price(price: &f64) -> bool {
    *price == agreed_price()
}

fn usual_reliability() -> f64 {
    0.93
}

fn is_equal(weights: &Weights) -> bool {
    *weights == Weights::Equal
}

fn is_money(in_kind: &InKind) -> bool {
    *in_kind == InKind::Money
}
