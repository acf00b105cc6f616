//! Floor 7: from a record to a judgement: satisfactions, inequality, money, and policies side by side.
//!
//! Reads records and the basin they were made in; knows neither the scenario's files nor how a policy
//! reached its plan.

mod balance;
mod comparison;
mod dominance;
mod economics;
mod ensemble;
#[cfg(test)]
pub(crate) mod example;
mod fairness;
mod gains;
mod identities;
mod pareto;
mod riparians;
pub mod rows;
mod settlement;

pub use balance::{BasinBalance, balance};
pub use comparison::compare;
pub use dominance::{Dominance, dominance};
pub use ensemble::over_members;
pub use fairness::{Need, NeedKind, needs};
pub use identities::{Breach, TOLERANCE, breaches};
pub use riparians::riparians;
pub use settlement::{AUTARKY, FUND, coalitions, payments, settle};
