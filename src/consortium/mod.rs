//! Floor 6: coalitions and money: what each could gain without the others, and who pays whom.

mod barter;
pub mod bound;
pub mod coalition;
pub mod division;
mod findings;
mod ledger;
mod outsiders;
pub mod participation;
pub mod payments;
pub mod service;
pub mod settle;
pub mod settlement;
