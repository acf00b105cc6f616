//! The status quo: the plan that gains are measured against, and what each riparian has under it.
//!
//! A policy that bargains starts from what everybody has without it. The plan is that of another policy on the
//! same window, and the benefits are those of its record, at its true heads. Running that policy first is left to
//! `simulation::seasonal`.

use super::plan::Plan;

/// What everybody has if a policy does not come about.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusQuo {
    /// The policy that is the status quo.
    pub policy: String,
    /// Its plan.
    pub plan: Plan,
    /// Net benefit of each riparian in its record, at true heads and before transfers, MUSD, in the basin's order.
    pub benefits: Vec<f64>,
}
