//! Floor 1: fair division as mathematics, pure functions of bare numbers that know no river.
//!
//! | module | question |
//! |---|---|
//! | [`claims`] | one estate, many claims: who is awarded how much |
//! | [`inequality`] | how unequal a sharing is |

pub mod claims;
pub mod inequality;
