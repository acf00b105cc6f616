//! Demand sites, the drainage that brings part of their water back, and treaty limits.

use serde::{Deserialize, Serialize};

use crate::quantity::calendar::Season;
use crate::quantity::index::Series;
use crate::quantity::units::{Days, Flow, Volume, WaterPrice};

use super::index::{DrainageIdx, NodeIdx, RiparianIdx, RiverIdx};

/// What the water is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaterUse {
    /// Fields, with the domestic share of their zone inside.
    Irrigation,
    /// Towns and villages.
    Domestic,
    /// Factories and power stations.
    Industry,
}

impl WaterUse {
    /// The name used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            WaterUse::Irrigation => "irrigation",
            WaterUse::Domestic => "domestic",
            WaterUse::Industry => "industry",
        }
    }
}

/// A canal head or pump that asks for water; its claim holds the conveyance loss of its canals.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The short name used in files and tables.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Who asks.
    pub riparian: RiparianIdx,
    /// Where it draws.
    pub node: NodeIdx,
    /// What for.
    pub water_use: WaterUse,
    /// How much is asked for in each period.
    pub claim: Series<Volume>,
    /// How much the canal can take, if that is less.
    pub capacity: Option<Series<Flow>>,
    /// The central value of its water.
    pub value: WaterPrice,
    /// Share of the claim that people drink, 0 to 1: it is worth most and comes first.
    pub domestic_share: f64,
    /// Weight of each period in the satisfaction of the need (crop stage); 1 unless given.
    pub stage_weight: Series<f64>,
    /// Where the water that is not consumed comes back.
    pub returns: Returns,
    /// Electricity to lift a unit of water, kWh/m3, taken from the riparian's own power area.
    pub lift_kwh_per_m3: f64,
    /// Whether the treaty limits of its riparian and river count it (the trunk river only).
    pub under_treaty: bool,
}

/// Where a demand's unconsumed water comes back.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Returns {
    /// Share of the delivery that is back at once, 0 to 1, and where.
    pub prompt: Option<(f64, NodeIdx)>,
    /// Share of the delivery that goes into a drainage, 0 to 1, and which.
    pub delayed: Option<(f64, DrainageIdx)>,
}

/// A drainage: a linear reservoir underground, `outflow = stored / memory`.
#[derive(Clone, Debug, PartialEq)]
pub struct Drainage {
    /// The short name used in files and tables.
    pub name: String,
    /// Where its water comes out.
    pub node: NodeIdx,
    /// Mean time the water stays.
    pub memory: Days,
}

impl Drainage {
    /// Share of the stored water that comes out within `days`: `1 - exp(-days / memory)`.
    pub fn outflow_share(&self, days: Days) -> f64 {
        1.0 - (-(days / self.memory)).exp()
    }
}

/// How much a riparian may take from a river in a season.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatyLimit {
    /// Who.
    pub riparian: RiparianIdx,
    /// From which river.
    pub river: RiverIdx,
    /// When.
    pub season: Season,
    /// How much, over the whole season.
    pub volume: Volume,
}

/// The four steps of the benefit of water: domestic first, then the best crops.
///
/// Shares of the claim (after the domestic share) and multiples of the site's central value, from
/// the best to the least: the concavity used for scenario runs in this basin (assumed).
pub const CROP_STEPS: [(f64, f64); 3] = [(0.60, 1.5), (0.25, 1.0), (0.15, 0.5)];

/// Multiple of the central value that the domestic share is worth.
pub const DOMESTIC_MULTIPLE: f64 = 5.0;

impl Demand {
    /// The steps of its benefit in one period: (width as a share of the claim, value in USD/m3),
    /// from the best to the least.
    pub fn benefit_steps(&self) -> [(f64, WaterPrice); 4] {
        let crops = 1.0 - self.domestic_share;
        let crop = |k: usize| (crops * CROP_STEPS[k].0, self.value * CROP_STEPS[k].1);
        [(self.domestic_share, self.value * DOMESTIC_MULTIPLE), crop(0), crop(1), crop(2)]
    }

    /// The most that can be delivered in a period: the claim, or what the canal takes.
    pub fn limit(&self, t: crate::quantity::index::PeriodIdx, days: Days) -> Volume {
        match &self.capacity {
            Some(capacity) => self.claim[t].min(capacity[t] * days),
            None => self.claim[t],
        }
    }
}
