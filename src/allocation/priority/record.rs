//! Priorities and constraints as records: which class comes before which, and the limits of one policy alone.
//!
//! Words of a policy's file only; what they mean on a basin is in `members` and `limits`.

use serde::{Deserialize, Serialize};

use crate::allocation::policy::Welfare;

/// A class of a policy that serves classes strictly one after the other. It either minimises a shortage or maximises a
/// welfare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorityClass {
    /// What is minimised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimise: Option<Shortage>,
    /// What is maximised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welfare: Option<Welfare>,
    /// Whose needs count, by name; everybody's unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub riparian: Vec<String>,
}

/// A shortage that a class minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// `sum v (D - w)^2 / D` over demands and periods: claim `D`, delivery `w`, crop-stage weight `v`.
    QuadraticDeficit,
}

/// What a need is for: the classes into which `welfare.classes` sorts the needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// The water that people drink: towns, and the domestic share of any other demand.
    Domestic,
    /// Water of factories and power stations.
    Industry,
    /// Water of fields.
    Irrigation,
    /// Electricity.
    Energy,
}

impl Use {
    /// All of them, water first.
    pub const ALL: [Use; 4] = [Use::Domestic, Use::Industry, Use::Irrigation, Use::Energy];

    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Use::Domestic => "domestic",
            Use::Industry => "industry",
            Use::Irrigation => "irrigation",
            Use::Energy => "energy",
        }
    }
}

/// A limit on what is let out of a reservoir, through all its outlets, under one policy alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// The reservoir, by name.
    pub reservoir: String,
    /// The least share of the release of all periods that is let out in April-September, 0 to 1. It says nothing
    /// where only one of the seasons lies in the horizon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_share_apr_sep: Option<f64>,
    /// The most that is let out in each period of October-March, m3/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_release_oct_mar_m3s: Option<f64>,
}
