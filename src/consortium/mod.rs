//! Floor 6: coalitions and money: what each could gain without the others, and who pays whom.

mod barter;
pub mod bound;
mod carriage;
pub mod coalition;
pub mod discipline;
pub mod division;
mod fee;
mod findings;
mod fuel;
mod ledger;
mod outsiders;
pub mod participation;
pub mod payments;
pub mod service;
pub mod settle;
pub mod settlement;
