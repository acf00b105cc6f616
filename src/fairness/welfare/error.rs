//! What can be wrong with a question about welfare, in a user's words; positions count from one.

use thiserror::Error;

/// Why there is no answer.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum WelfareError {
    /// There is nobody to divide among.
    #[error("there are no members: give rows, upper bounds or utilities")]
    Empty,
    /// A list has the wrong length.
    #[error("{what}: {found} given, {expected} expected")]
    Length {
        /// Which list: `row 3`, `upper bounds`.
        what: String,
        /// How many entries it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// An entry is not a number that can be used.
    #[error("{entry} is {value}: a finite number is needed")]
    NotFinite {
        /// Which entry: `coefficient 2 of row 3`.
        entry: String,
        /// What it is.
        value: f64,
    },
    /// A decision may be no more than a negative number.
    #[error("upper bound {decision} is {value}: decisions are never below 0")]
    NegativeUpper {
        /// Which decision.
        decision: usize,
        /// Its upper bound.
        value: f64,
    },
    /// No decisions satisfy all rows.
    #[error("no decisions satisfy all rows: row {row} is missed by {short} at best")]
    Infeasible {
        /// A row that cannot be met with the others.
        row: usize,
        /// By how much it is missed where the rows together are missed least.
        short: f64,
    },
    /// A member's utility can grow without end.
    #[error("the utility of member {member} can grow without end")]
    Unbounded {
        /// Which member.
        member: usize,
    },
    /// A weight is not positive.
    #[error("weight {member} is {value}: weights are above 0 and finite")]
    Weight {
        /// Whose weight.
        member: usize,
        /// What it is.
        value: f64,
    },
    /// Alpha is negative or no number.
    #[error("alpha is {value}: it goes from 0 to infinity")]
    Alpha {
        /// What it is.
        value: f64,
    },
    /// Not everybody can have the disagreement point.
    #[error("no decisions give everybody the disagreement point: member {member} lacks {short} of {d}")]
    OutOfReach {
        /// A member that must lack something.
        member: usize,
        /// Its disagreement point.
        d: f64,
        /// What it lacks where all together lack least.
        short: f64,
    },
    /// There is nothing to bargain about.
    #[error("no feasible gain: member {member} cannot have more than its disagreement point {d}")]
    NoGain {
        /// The first member that cannot gain.
        member: usize,
        /// Its disagreement point.
        d: f64,
    },
    /// A rank's weight is negative, or above the weight of a lower rank.
    #[error(
        "rank weight {rank} is {value}: rank weights are not negative and do not rise, the first above 0"
    )]
    RankWeight {
        /// Which rank, 1 the worst off.
        rank: usize,
        /// Its weight.
        value: f64,
    },
    /// An order names a member that does not exist, or twice.
    #[error("place {place} of the order names member {member}: each of {members} members stands in it once")]
    Order {
        /// Which place of the order.
        place: usize,
        /// Whom it names, from 1.
        member: usize,
        /// How many members there are.
        members: usize,
    },
    /// A curve has no value, or no length.
    #[error("the curve {what} at x = {at}")]
    Curve {
        /// What is wrong.
        what: &'static str,
        /// Where.
        at: f64,
    },
    /// A linear program of the method could not be solved.
    #[error("{what} could not be solved: the figures may be too far apart in size")]
    Unsolved {
        /// Which program.
        what: String,
    },
    /// The answer found did not pass its test of optimality.
    #[error(
        "the alpha-fair point found misses the best by {gap} of its welfare's slope: too much to be shown"
    )]
    Unproved {
        /// The linear gap, relative to the sum of `w (u - d)^(1 - alpha)`.
        gap: f64,
    },
}
