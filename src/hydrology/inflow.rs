//! Natural inflow by node and period, and the corrections that close the observed balance.

use crate::network::basin::NodeIdx;
use crate::quantity::index::{Series, Table};
use crate::quantity::units::Volume;

/// What comes into the basin over the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct Inflows {
    /// Water that enters each node in each period: rivers, side rivers and positive corrections, hm3.
    /// Never negative.
    pub volume: Table<NodeIdx, Series<Volume>>,
    /// Natural inflow of a normal year (100 percent of normal everywhere, without corrections), hm3:
    /// what a treaty measures a dry season by.
    pub normal: Table<NodeIdx, Series<Volume>>,
    /// Natural inflow of this year, without corrections, hm3.
    pub natural: Table<NodeIdx, Series<Volume>>,
    /// Water that each node loses without a known taker in each period (negative corrections of the
    /// balance), hm3, as a positive number. It is taken first; what is not there is a broken promise.
    pub unaccounted: Table<NodeIdx, Series<Volume>>,
}
