//! A reservoir: its curves, its bounds and what evaporates from it.

use crate::quantity::curve::Curve;
use crate::quantity::index::{PeriodIdx, Series};
use crate::quantity::units::{Depth, Level, Volume, WaterPrice};

use super::index::{NodeIdx, RiparianIdx};

/// A reservoir.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservoir {
    /// The short name used in files and tables; also the name of its node.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Where it stands.
    pub node: NodeIdx,
    /// Whose it is.
    pub riparian: RiparianIdx,
    /// Dead storage: water below it is promised not to be used.
    pub dead_storage: Series<Volume>,
    /// The most it holds at the end of each period.
    pub storage_max: Series<Volume>,
    /// Level over volume (m a.s.l. over hm3).
    pub level: Curve,
    /// The straight line that stands for the surface between dead storage and full.
    pub surface: SurfaceLine,
    /// Net evaporation of each period.
    pub evaporation: Series<Depth>,
    /// Share of the mean storage that seeps away in each period, 0 to 1.
    pub seepage_share: Series<f64>,
    /// The most that may be let out in each period through its main outlet, if limited.
    pub release_max: Option<Series<Volume>>,
    /// The least that must be let out in each period (hard), if any.
    pub release_min: Option<Series<Volume>>,
    /// What a unit let out through its main outlet is worth (benchmarks), if anything.
    pub release_value: Option<Series<WaterPrice>>,
}

/// The water surface as a straight line over storage: `at_empty + slope * volume`, km2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceLine {
    /// Where the line meets the axis, km2; never negative.
    pub at_empty_km2: f64,
    /// km2 per hm3.
    pub slope_km2_per_hm3: f64,
}

impl SurfaceLine {
    /// The secant of a surface curve (km2 over hm3) from dead storage to full; where the secant would
    /// be negative at an empty reservoir, the line from the origin to full.
    pub fn secant(area: &Curve, dead: Volume, full: Volume) -> SurfaceLine {
        let slope = area.secant(dead.value(), full.value());
        let at_empty = area.value(dead.value()) - slope * dead.value();
        if at_empty >= 0.0 {
            SurfaceLine { at_empty_km2: at_empty, slope_km2_per_hm3: slope }
        } else {
            SurfaceLine { at_empty_km2: 0.0, slope_km2_per_hm3: area.value(full.value()) / full.value() }
        }
    }
}

/// What leaves a reservoir without being let out in a period: `fixed + share * (start + end) / 2`, hm3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandingLoss {
    /// hm3 whatever the storage.
    pub fixed: f64,
    /// hm3 per hm3 of mean storage.
    pub share: f64,
}

impl StandingLoss {
    /// The loss at this mean storage, hm3.
    pub fn at(&self, mean_storage: f64) -> f64 {
        self.fixed + self.share * mean_storage
    }
}

impl Reservoir {
    /// Evaporation in a period, as a line over the mean storage.
    pub fn evaporation_line(&self, t: PeriodIdx) -> StandingLoss {
        let per_km2 = self.evaporation[t].value() * 1e-3;
        StandingLoss {
            fixed: per_km2 * self.surface.at_empty_km2,
            share: per_km2 * self.surface.slope_km2_per_hm3,
        }
    }

    /// Seepage in a period, as a line over the mean storage.
    pub fn seepage_line(&self, t: PeriodIdx) -> StandingLoss {
        StandingLoss { fixed: 0.0, share: self.seepage_share[t] }
    }

    /// Level at a storage.
    pub fn level_at(&self, storage: Volume) -> Level {
        Level::new(self.level.value(storage.value()))
    }

    /// How much the level rises with the storage, m/hm3.
    pub fn level_slope_at(&self, storage: Volume) -> f64 {
        self.level.slope(storage.value())
    }
}
