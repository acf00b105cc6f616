//! Promises of the physics: flows, storages and limits that bind every policy.
//!
//! Each can be broken, at a price several times the largest benefit of its kind, so that a dry year
//! always has an answer and the answer says what had to give.

use crate::quantity::calendar::Season;
use crate::quantity::index::Series;
use crate::quantity::units::{Volume, WaterPrice};

use super::index::{NodeIdx, ReachIdx, RiparianIdx};

/// Where a promised flow is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// At the head of a reach: what enters it.
    ReachHead(ReachIdx),
    /// At a node: what arrives there through its reaches.
    Node(NodeIdx),
}

/// How much must pass, and over what time.
#[derive(Clone, Debug, PartialEq)]
pub enum Requirement {
    /// In each period.
    EachPeriod(Series<Volume>),
    /// Over each season (or the part of it inside the horizon).
    EachSeason(Vec<(Season, Volume)>),
}

/// An environmental or sanitary flow, or a minimum release.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// The short name used in files and tables.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Who is charged for a shortfall: the riparian on whose territory the place lies.
    pub riparian: RiparianIdx,
    /// Where it is measured.
    pub gauge: Gauge,
    /// How much must pass.
    pub required: Requirement,
    /// What a unit of shortfall costs.
    pub price: WaterPrice,
}

/// What a unit of shortfall costs where the promise has no price of its own, USD/m3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PromisePrices {
    /// Storage below dead storage at the end of a period.
    pub dead_storage: WaterPrice,
    /// Storage below the required end storage.
    pub end_storage: WaterPrice,
    /// Flow above what is safe.
    pub safe_flow: WaterPrice,
    /// A negative correction that finds no water to take.
    pub correction: WaterPrice,
}
