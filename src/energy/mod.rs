//! Floor 3: what falling water is worth in energy.

pub mod hydropower;
