//! Sharing a river: water that arises along it and flows one way, so that no member can use what arises
//! below it.
//!
//! Members stand in order from the source down; member `i` has the inflow `e_i` and every use `x` keeps to
//! `x_1 + ... + x_k <= e_1 + ... + e_k` for each `k`. Rules of two kinds are here: awards from claims
//! ([`sequential`], [`territorial_sovereignty`], [`territorial_integrity`]), and who pays whom where
//! members have benefits in money ([`River`]). What a network adds, storage, losses and time, is for
//! others.

mod awards;
mod benefit;
mod pot;
mod welfare;

pub use awards::{sequential, territorial_integrity, territorial_sovereignty};
pub use benefit::{Benefit, Piece, QuadraticBenefit};
pub use pot::greatest_total;
pub use welfare::River;

use super::claims::ClaimsError;
use thiserror::Error;

/// What is wrong with a river, its claims or its benefits.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum RiverError {
    /// Nobody lives along the river.
    #[error("no member is given")]
    NoMember,
    /// A list has more or fewer entries than there are members.
    #[error("{found} {what} are given for {members} members")]
    Count {
        /// Claims, benefits or welfares.
        what: &'static str,
        /// How many of them.
        found: usize,
        /// How many members.
        members: usize,
    },
    /// A figure of a member is negative, infinite or not a number.
    #[error("the {what} of member {member} is {value}; it must be a number, 0 or more")]
    Negative {
        /// Inflow, claim, slope, curvature or the width or slope of a piece.
        what: &'static str,
        /// The member, from 1 at the source.
        member: usize,
        /// What it is.
        value: f64,
    },
    /// The pieces of a benefit become steeper.
    #[error(
        "piece {piece} of the benefit of member {member} is steeper than the one before: no concave benefit"
    )]
    NotConcave {
        /// The member, from 1 at the source.
        member: usize,
        /// The piece, from 1.
        piece: usize,
    },
    /// The quantity to divide is negative, infinite or not a number.
    #[error("the quantity is {0}; it must be a number, 0 or more")]
    Quantity(f64),
    /// A welfare is infinite or not a number.
    #[error("the welfare of member {member} is {value}; it must be a number")]
    Welfare {
        /// The member, from 1 at the source.
        member: usize,
        /// What it is.
        value: f64,
    },
    /// The rule for two claimants wants weights.
    #[error("`{0}` takes weights; a river is shared by a rule without")]
    Weighted(&'static str),
    /// The rule could not divide what reaches a member.
    #[error("what reaches member {member} cannot be divided: {source}")]
    Division {
        /// The member, from 1 at the source.
        member: usize,
        /// Why.
        source: ClaimsError,
    },
}

/// Refuses no member at all, another count than that of the members, and the first entry that is not a
/// number of 0 or more.
fn check(names: [&'static str; 2], entries: &[f64], members: usize) -> Result<(), RiverError> {
    let [what, each] = names;
    if members == 0 {
        return Err(RiverError::NoMember);
    }
    if entries.len() != members {
        return Err(RiverError::Count { what, found: entries.len(), members });
    }
    entries.iter().enumerate().try_for_each(|(at, &value)| not_negative(each, at, value))
}

fn not_negative(what: &'static str, at: usize, value: f64) -> Result<(), RiverError> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(RiverError::Negative { what, member: at + 1, value })
    }
}
