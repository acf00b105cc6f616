//! Guarantees as records: what is promised to whom, in which tier.
//!
//! Words of a policy's file only; what they mean on a basin is in `members`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::quantity::calendar::Season;

/// The lowest tier: treaty and summer volumes. 0 is safety and ecology, 1 are vital needs.
pub const LAST_TIER: u8 = 2;

/// A minimum that comes before a policy's own goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarantee {
    /// 0 safety and ecology, 1 vital needs, 2 treaty; the last gives way first.
    pub tier: u8,
    /// What is guaranteed.
    pub what: Promised,
    /// To whom, by name; to everybody unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub riparian: Vec<String>,
    /// When; in each season by itself unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Season>,
    /// Where: a promise of the environment or a node, or a reservoir.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// How much, as a share of the claim, the load, the treaty's limit or the promised flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// How much, hm3 in a whole season; a part of a season counts by its days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_hm3: Option<f64>,
}

/// What a guarantee is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promised {
    /// Flows promised to the environment, in each period or season they are promised for.
    Environment,
    /// The water that people drink, at each canal head and in each period.
    Domestic,
    /// Energy, in each period.
    Energy,
    /// Water for all of a riparian's demands together, over a season.
    Water,
    /// The water of the treaties' limits, river by river over a season: the limit cut by dryness, no more than the
    /// claim.
    Treaty,
    /// Water let out of a reservoir through its main outlet, over a season.
    Release,
}

impl Promised {
    /// Whether a riparian has the good of it; flows are guaranteed to the river, releases to whoever is below.
    pub fn is_to_a_riparian(self) -> bool {
        !matches!(self, Promised::Environment | Promised::Release)
    }

    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Promised::Environment => "environment",
            Promised::Domestic => "domestic",
            Promised::Energy => "energy",
            Promised::Water => "water",
            Promised::Treaty => "treaty",
            Promised::Release => "release",
        }
    }
}

/// A plant that several riparians own together: who has which share of what it makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointPlant {
    /// The plant, by name.
    pub plant: String,
    /// The share of each owner by name, 0 to 1; together 1.
    pub shares: IndexMap<String, f64>,
}
