//! What can be wrong with an estate, its claims and their weights.

use thiserror::Error;

/// Why a claims problem, or a rule for it, is refused; claimants count from 1.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ClaimsError {
    /// The list of claims is empty.
    #[error("there is no claimant: at least one claim is needed")]
    NoClaimant,
    /// The estate is negative, not a number, or too large to calculate with.
    #[error("the estate is {value:?}: it is a number from 0 to 1e100")]
    Estate {
        /// The estate given.
        value: f64,
    },
    /// A claim is negative, not a number, or too large to calculate with.
    #[error("claim {position} is {value:?}: a claim is a number from 0 to 1e100")]
    Claim {
        /// Whose claim.
        position: usize,
        /// The claim given.
        value: f64,
    },
    /// A weight is zero, negative, not a number, or too far from 1 to calculate with.
    #[error("weight {position} is {value:?}: a weight is a number above 0, from 1e-100 to 1e100")]
    Weight {
        /// Whose weight.
        position: usize,
        /// The weight given.
        value: f64,
    },
    /// There are not as many weights as claims.
    #[error("there are {weights} weights for {claims} claims: each claim takes one")]
    WeightCount {
        /// How many weights are given.
        weights: usize,
        /// How many claims there are.
        claims: usize,
    },
    /// A weighted rule without weights.
    #[error("the rule `{rule}` takes a weight for each claim, and none is given")]
    WeightsMissing {
        /// The rule's name.
        rule: &'static str,
    },
    /// Weights for a rule that has no use for them.
    #[error("the rule `{rule}` takes no weights; those that do are {}", .takers.join(", "))]
    WeightsUnused {
        /// The rule's name.
        rule: &'static str,
        /// The names of the rules that take weights.
        takers: Vec<&'static str>,
    },
    /// More claimants than random arrival can enumerate.
    #[error(
        "random arrival of {claimants} claimants is out of reach: it goes through all groups, up to {most}"
    )]
    TooManyArrivals {
        /// How many claimants there are.
        claimants: usize,
        /// How many there may be.
        most: usize,
    },
}
