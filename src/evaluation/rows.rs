//! The rows of the tables that judge: `riparians.csv`, `comparison.csv`, and those of the settlement.

use serde::{Deserialize, Serialize};

/// A riparian in a season (`riparians.csv`); satisfactions are empty where nothing is claimed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct RiparianRow {
    /// The policy that was run.
    pub policy: String,
    /// The ensemble member; 0 in a single run.
    pub member: u32,
    /// `vegetation` or `non_vegetation`.
    pub season: String,
    /// Who; `fund` for the reserve fund, which has only a transfer.
    pub riparian: String,
    /// Water claimed, hm3.
    pub water_claim_hm3: f64,
    /// Water delivered, hm3.
    pub water_delivered_hm3: f64,
    /// Weighted delivered over weighted claimed, 0 to 1.
    pub water_satisfaction: Option<f64>,
    /// Energy wanted, GWh.
    pub load_GWh: f64,
    /// Energy served, GWh.
    pub served_GWh: f64,
    /// Served over wanted, 0 to 1.
    pub energy_satisfaction: Option<f64>,
    /// Net benefit before transfers, MUSD.
    pub benefit_MUSD: f64,
    /// Received from others (negative: paid), MUSD: the season's part by its days.
    pub transfer_MUSD: f64,
    /// Benefit and transfer, MUSD.
    pub net_benefit_MUSD: f64,
    /// Net benefit less that under autarky, MUSD; empty until autarky is run.
    pub gain_over_autarky_MUSD: Option<f64>,
}

/// A criterion of a policy (`comparison.csv`); riparian and season are empty for the basin and the year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRow {
    /// The policy.
    pub policy: String,
    /// What is measured.
    pub criterion: String,
    /// Whose, or empty.
    pub riparian: Option<String>,
    /// `vegetation`, `non_vegetation`, or empty.
    pub season: Option<String>,
    /// How much.
    pub value: f64,
    /// In which unit.
    pub unit: String,
}

/// A payment under a policy (`settlement.csv`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct PaymentRow {
    /// The policy that was settled.
    pub policy: String,
    /// The ensemble member; 0 in a single run.
    pub member: u32,
    /// Who pays.
    pub from: String,
    /// Who is paid.
    pub to: String,
    /// What it is worth, MUSD.
    pub amount_MUSD: f64,
    /// `money`, `electricity` or `fuel`.
    pub in_kind: String,
    /// The energy handed over, GWh.
    pub amount_GWh: f64,
    /// What it is paid for.
    #[serde(rename = "for")]
    pub purpose: String,
}

/// A coalition of riparians under a policy (`coalitions.csv`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct CoalitionRow {
    /// The policy that was settled.
    pub policy: String,
    /// The ensemble member; 0 in a single run.
    pub member: u32,
    /// The rule of the settlement.
    pub rule: String,
    /// The policy that is the status quo.
    pub against: String,
    /// Its members, joined by `+`.
    pub members: String,
    /// The best sum of its members' benefits without the others, MUSD.
    pub worth_MUSD: f64,
    /// The sum of its members' payoffs, MUSD.
    pub payoff_MUSD: f64,
    /// The sum of its members' benefits under the status quo, MUSD; empty where it is not known.
    pub status_quo_MUSD: Option<f64>,
}
