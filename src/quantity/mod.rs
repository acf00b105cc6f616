//! Floor 1: quantities that cannot be mixed up, the calendar, typed indices and curves.
//!
//! Nothing here knows a river, a file or a solver.

pub mod calendar;
pub mod curve;
pub mod index;
pub mod total;
pub mod units;
