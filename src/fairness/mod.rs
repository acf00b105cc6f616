//! Floor 1: fair division as mathematics, pure functions of bare numbers that know no river.

pub mod inequality;
