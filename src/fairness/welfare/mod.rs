//! Welfare and bargaining over a convex set of utilities: which point of it is the fair one.
//!
//! | rule | greatest |
//! |---|---|
//! | [`alpha_fair`] | `sum w_i phi_alpha(u_i - d_i)`, alpha from 0 (the total) to infinity (leximin) |
//! | [`nash`] | `prod (u_i - d_i)^w_i` |
//! | [`kalai_smorodinsky`] | equal shares of the ideal gains, then leximin |
//! | [`egalitarian`] | equal gains for each unit of weight, then leximin |
//! | [`leximin`] | the lowest, then the next lowest |
//! | [`priority`] | the first of an order, then the second |
//! | [`ordered_weighted`] | `sum omega_k u_(k)`, the lowest counting most |
//!
//! The set is [`UtilitySet`], the image of a polyhedron of decisions; [`curve`] holds bargaining problems of two
//! whose frontier is a curve. What utilities measure is for the caller to say: no rule but Nash and
//! Kalai-Smorodinsky is free of their units.

mod alpha;
mod barrier;
mod build;
mod corner;
pub mod curve;
mod dense;
mod error;
mod frame;
mod levels;
mod ordered;
mod set;
mod stages;

pub use alpha::{alpha_fair, nash};
pub use error::WelfareError;
pub use levels::{egalitarian, kalai_smorodinsky, leximin, priority};
pub use ordered::ordered_weighted;
pub use set::{Point, Polyhedron, UtilitySet};
