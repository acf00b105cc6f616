//! Floor 1: fair division as mathematics, pure functions of bare numbers that know no river.
//!
//! | module | question |
//! |---|---|
//! | [`claims`] | one estate, many claims: who is awarded how much |
//! | [`games`] | what a coalition is worth alone: who gets what of the joint gain |
//! | [`welfare`] | a convex set of utilities: which point of it |
//! | [`inequality`] | how unequal a sharing is |

pub mod claims;
pub mod games;
pub mod inequality;
pub mod welfare;
