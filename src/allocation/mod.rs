//! Floor 4: who gets what, when: the physics as one program, and policies as records over it.

pub mod formulation;
pub mod plan;
pub mod policy;
pub mod window;
