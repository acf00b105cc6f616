//! Sums that are zero, not minus zero, when there is nothing to add.

/// Adds up an iterator of numbers.
pub trait Total: Iterator<Item = f64> + Sized {
    /// The sum; `0.0` of nothing (the standard sum of nothing is `-0.0`, which files would show).
    fn total(self) -> f64 {
        self.fold(0.0, |sum, value| sum + value)
    }
}

impl<I: Iterator<Item = f64>> Total for I {}
