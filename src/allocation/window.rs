//! What one solve sees: a basin over its horizon, its inflows, where the water stands, where it must end.

use crate::hydrology::inflow::Inflows;
use crate::hydrology::state::State;
use crate::network::basin::{Basin, ReservoirIdx};
use crate::quantity::index::Table;
use crate::quantity::units::Volume;

/// The input of one solve.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The basin, over the horizon of the solve.
    pub basin: &'a Basin,
    /// What comes.
    pub inflows: &'a Inflows,
    /// Where the water stands before the first period.
    pub start: &'a State,
    /// The least storage at the end of the last period.
    pub end_storage: &'a Table<ReservoirIdx, Volume>,
}
