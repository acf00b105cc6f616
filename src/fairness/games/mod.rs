//! Cooperative games with transferable worth: what every coalition can gain (or must pay) alone, and who gets what
//! of the gain (or pays what of the cost) of all together.
//!
//! A [`Game`] holds the worth of every [`Coalition`] of up to 20 players, checked once. A [`Solution`] gives every
//! player a share; the core, the least core and the measures of stability say how firmly given shares hold.
//! Worths come in one unit (money, say), and shares go out in it. What a coalition of riparians is worth, and
//! against whom, is for others to say.

mod coalition;
mod error;
mod game;
mod kohlberg;
mod marginal;
mod membership;
mod nucleolus;
mod sampling;
mod shapley;
mod solution;
mod stability;
mod sums;
mod voting;

pub use coalition::Coalition;
pub use error::GameError;
pub use game::{Game, LARGEST_WORTH, MOST_PLAYERS};
pub use kohlberg::{is_nucleolus, is_percapita_nucleolus, is_prenucleolus};
pub use marginal::{ensc, gately, scrb, tau};
pub use membership::in_core;
pub use nucleolus::{LeastCore, core_is_empty, least_core, nucleolus, percapita_nucleolus, prenucleolus};
pub use sampling::{Estimate, shapley_sampled};
pub use shapley::{shapley, weighted_shapley};
pub use solution::Solution;
pub use stability::{loehman_power, propensity_to_disrupt, stability_index};
pub use voting::shapley_shubik;
