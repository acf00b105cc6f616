//! What water is worth to a member: concave benefits in money, quadratic or of straight pieces.

use super::{RiverError, not_negative};

/// The benefit `slope x - curvature x^2 / 2` of a use `x`, which rises up to `slope / curvature` and is
/// level beyond: nobody has to take water. Without curvature it is a straight line, never satiated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuadraticBenefit {
    /// What the first unit is worth, money a unit of water, 0 or more.
    pub slope: f64,
    /// By how much a further unit makes the next worth less, 0 or more.
    pub curvature: f64,
}

/// A straight piece of a benefit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// How much water it reaches over, 0 or more.
    pub width: f64,
    /// What a unit of that water is worth, 0 or more.
    pub slope: f64,
}

/// A concave benefit `b(x)` of the use `x` of water, in money, with `b(0) = 0` and never falling.
#[derive(Clone, Debug, PartialEq)]
pub enum Benefit {
    /// A quadratic one.
    Quadratic(QuadraticBenefit),
    /// One of straight pieces, each at most as steep as the one before, and level after the last.
    PiecewiseLinear(Vec<Piece>),
}

impl From<QuadraticBenefit> for Benefit {
    fn from(quadratic: QuadraticBenefit) -> Benefit {
        Benefit::Quadratic(quadratic)
    }
}

impl Benefit {
    /// Its stretches of water, checked; `member` from 0 is whose it is.
    pub(super) fn stretches(&self, member: usize) -> Result<Vec<Stretch>, RiverError> {
        let mut stretches = match self {
            Benefit::Quadratic(quadratic) => vec![quadratic.stretch(member)?],
            Benefit::PiecewiseLinear(pieces) => straight(pieces, member)?,
        };
        stretches.retain(|stretch| stretch.width > 0.0 && stretch.first > 0.0);
        Ok(stretches)
    }
}

impl QuadraticBenefit {
    fn stretch(self, member: usize) -> Result<Stretch, RiverError> {
        let QuadraticBenefit { slope, curvature } = self;
        not_negative("slope", member, slope)?;
        not_negative("curvature", member, curvature)?;
        let width = slope / curvature;
        let last = if width.is_finite() { 0.0 } else { slope };
        Ok(Stretch { width, first: slope, last })
    }
}

fn straight(pieces: &[Piece], member: usize) -> Result<Vec<Stretch>, RiverError> {
    for (at, piece) in pieces.iter().enumerate() {
        not_negative("width of a piece", member, piece.width)?;
        not_negative("slope of a piece", member, piece.slope)?;
        if at > 0 && piece.slope > pieces[at - 1].slope {
            return Err(RiverError::NotConcave { member: member + 1, piece: at + 1 });
        }
    }
    let stretch = |piece: &Piece| Stretch { width: piece.width, first: piece.slope, last: piece.slope };
    Ok(pieces.iter().map(stretch).collect())
}

/// A stretch of a member's water over which the marginal benefit falls in a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    /// How much water, above 0, without end where the benefit is never satiated.
    pub(super) width: f64,
    /// The marginal benefit of its first drop, above 0.
    pub(super) first: f64,
    /// The marginal benefit of its last drop: below `first`, or equal where it is level.
    pub(super) last: f64,
}

impl Stretch {
    pub(super) fn is_level(&self) -> bool {
        self.first == self.last
    }

    /// Water a unit of price: how much more is taken where the price falls.
    pub(super) fn response(&self) -> f64 {
        self.width / (self.first - self.last)
    }

    /// The water that is worth more than a price.
    pub(super) fn worth_more_than(&self, price: f64) -> f64 {
        if price >= self.first {
            0.0
        } else if self.is_level() || price <= self.last {
            self.width
        } else {
            (self.first - price) * self.response()
        }
    }

    /// The water that is worth at least a price.
    pub(super) fn worth_at_least(&self, price: f64) -> f64 {
        if self.is_level() && price == self.first { self.width } else { self.worth_more_than(price) }
    }

    /// The benefit of the water taken of it, at most its width.
    fn benefit(&self, taken: f64) -> f64 {
        if self.is_level() {
            self.first * taken
        } else {
            taken * (self.first - 0.5 * taken / self.response())
        }
    }
}

/// The benefit of a use of water that fills stretches one after the other.
pub(super) fn benefit_of(stretches: &[Stretch], mut water: f64) -> f64 {
    let mut benefit = 0.0;
    for stretch in stretches {
        let taken = water.min(stretch.width);
        benefit += stretch.benefit(taken);
        water -= taken;
    }
    benefit
}
