//! Barter: water in summer for energy in winter, as a contract, as a promise on a basin, and as what was exchanged.
//!
//! The plan under a contract is made in `equilibrium::contract`; who owes whom what for it is left to the consortium.

mod exchange;
mod one_or_more;
mod promise;
mod record;

pub use exchange::Exchange;
pub(in crate::allocation) use exchange::Returned;
pub(in crate::allocation) use one_or_more::{read, write};
pub(in crate::allocation) use promise::{Promise, Receipt};
pub use record::{Contract, Kinds, LastYear, Payer, Transit, after_default};
