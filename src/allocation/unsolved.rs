//! Why a window could not be allocated, in the modeller's words.

use crate::fairness::claims::ClaimsError;
use crate::solver::Status;

/// An allocation that could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unsolved {
    /// Limits contradict each other: no plan satisfies all of them.
    #[error("no plan satisfies all limits while {stage}{}", list(conflicts))]
    Infeasible {
        /// What was being done.
        stage: &'static str,
        /// Which limits would have to give, where, when and by how much.
        conflicts: Vec<String>,
    },
    /// The solver stopped before it had an answer.
    #[error("the solver stopped without an answer ({status:?}) while {stage}")]
    Stalled {
        /// What was being done.
        stage: &'static str,
        /// How it stopped.
        status: Status,
    },
    /// Nobody has anything to share.
    #[error("nobody claims anything that the policy shares")]
    NothingToShare,
    /// The policy is a game of several programs.
    #[error("a policy of best responses is many programs in turn; there is no one program to show")]
    ManyPrograms,
    /// The plan that the policy is measured against is not there.
    #[error("its status quo `{policy}` is not there: {why}")]
    NoStatusQuo {
        /// The policy that is the status quo.
        policy: String,
        /// Why there is no plan of it.
        why: String,
    },
    /// A claims rule cannot take what it is given.
    #[error("no award: {0}")]
    NoAward(#[from] ClaimsError),
}

fn list(conflicts: &[String]) -> String {
    conflicts.iter().map(|conflict| format!("\n  {conflict}")).collect()
}
