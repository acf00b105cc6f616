//! Floor 4: who gets what, when: the physics as one program, and policies as records over it.

pub mod allocate;
pub mod award;
mod band;
pub mod bargain;
pub mod barter;
pub mod diagnosis;
pub mod equilibrium;
pub mod formulation;
pub mod goal;
pub mod guarantee;
mod levels;
pub mod needs;
pub mod plan;
pub mod policy;
pub mod priority;
#[cfg(test)]
pub mod sample;
pub mod status_quo;
pub mod terms;
pub mod unsolved;
pub mod window;
