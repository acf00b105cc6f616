//! Floor 1: fair division as mathematics, pure functions of bare numbers that know no river.
//!
//! | module | question |
//! |---|---|
//! | [`claims`] | one estate, many claims: who is awarded how much |
//! | [`games`] | what a coalition is worth alone: who gets what of the joint gain |
//! | [`welfare`] | a convex set of utilities: which point of it |
//! | [`river`] | water that only flows down: who takes how much, who pays whom |
//! | [`inequality`] | how unequal a sharing is |
//! | [`performance`] | how well a supply kept up with a demand over time |

pub mod claims;
pub mod games;
pub mod inequality;
pub mod performance;
pub mod river;
pub mod welfare;
