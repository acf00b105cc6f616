//! Floor 2: the basin as it is built: what stands where, and whose it is.
//!
//! A [`basin::Basin`] never changes once built and knows no file, no policy and no solver. Everything
//! that varies in time is held a value a period of the horizon the basin was built for.

pub mod basin;
pub mod demand;
pub mod index;
pub mod plant;
pub mod power_system;
pub mod promise;
pub mod reservoir;
pub mod topology;
