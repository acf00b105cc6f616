//! mirab shares a river's water and energy fairly.

pub mod allocation;
pub mod cli;
pub mod evaluation;
pub mod fairness;
pub mod hydrology;
pub mod network;
pub mod output;
pub mod quantity;
pub mod scenario;
pub mod simulation;
pub mod solver;
