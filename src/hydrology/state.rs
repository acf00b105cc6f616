//! The state of the water at an instant: storages, water on the way, water in the drainage.

use crate::network::basin::{DrainageIdx, ReachIdx, ReservoirIdx};
use crate::quantity::index::Table;
use crate::quantity::units::Volume;

/// Storages, water on the way and water in the drains at the start of a window.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Water in each reservoir.
    pub storage: Table<ReservoirIdx, Volume>,
    /// Water on its way in each reach, before losses, by the period (from the first of the window)
    /// in which it will arrive.
    pub transit: Table<ReachIdx, Vec<Volume>>,
    /// Water stored in each drainage.
    pub drained: Table<DrainageIdx, Volume>,
}
