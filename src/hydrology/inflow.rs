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

/// A river that comes into the basin: where its water enters, and how it varies from year to year.
#[derive(Clone, Debug, PartialEq)]
pub struct NaturalInflow {
    /// The short name used in files: `naryn`.
    pub name: String,
    /// Standard deviation of its annual volume over the mean, if it is known.
    pub annual_cv: Option<f64>,
    /// Whose anomaly it takes where it has none of its own: the place of that river in the list, and to which degree.
    pub follows: Option<(usize, f64)>,
    /// What it brings to each node in each period of this year, hm3.
    pub natural: Vec<(NodeIdx, Series<Volume>)>,
}

impl Inflows {
    /// The inflows with the water of each river times a factor of its own; corrections stay as they are.
    pub fn times(&self, rivers: &[NaturalInflow], factors: &[f64]) -> Inflows {
        let mut inflows = self.clone();
        for (river, factor) in rivers.iter().zip(factors) {
            for (node, natural) in &river.natural {
                let more = |volumes: &mut Series<Volume>| {
                    for (volume, natural) in volumes.iter_mut().zip(natural) {
                        *volume = (*volume + *natural * (factor - 1.0)).max(Volume::ZERO);
                    }
                };
                more(&mut inflows.volume[*node]);
                more(&mut inflows.natural[*node]);
            }
        }
        inflows
    }
}
