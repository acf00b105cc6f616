//! Floor 5: runs: one window, looked at once (seasonal), and what is kept of it (the record).

pub mod ensemble;
pub mod record;
pub mod replay;
mod roster;
pub mod seasonal;
