//! The figures of a run.

use crate::output::tables::Tables;
use crate::scenario::Scenario;

/// STUB for `output::plots::Figure`.
#[derive(Debug)]
pub(super) struct Figure {
    /// The file's name without its ending.
    pub(super) name: String,
    /// The picture.
    pub(super) png: Vec<u8>,
    /// The finding it shows.
    pub(super) title: String,
}

/// STUB for `output::plots::draw`: no figure yet.
pub(super) fn draw(_: &Tables, _: &Scenario) -> Vec<Figure> {
    Vec::new()
}
