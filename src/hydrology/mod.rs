//! Floor 3: how much water comes, and where it stands at the start.

pub mod inflow;
pub mod state;
