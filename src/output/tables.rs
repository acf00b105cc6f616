//! The tables of a run: what is written to `tables/`, read back by `plot`, and drawn from.

use crate::evaluation::rows::{ComparisonRow, RiparianRow};
use crate::simulation::record::Record;

/// All tables of a run, over all its policies in the order they were run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// The records of all policies, one after the other in each table.
    pub record: Record,
    /// Riparian by season.
    pub riparians: Vec<RiparianRow>,
    /// Policy by criterion.
    pub comparison: Vec<ComparisonRow>,
}
