//! Sums that keep what rounding drops, so that awards add up to the estate however many there are.

/// A sum with the part that did not fit into its last place (Knuth's two-sum).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    /// The sum with one more term.
    pub(super) fn plus(self, term: f64) -> Sum {
        let high = self.high + term;
        let taken = high - self.high;
        let dropped = (self.high - (high - taken)) + (term - taken);
        Sum { high, low: self.low + dropped }
    }

    /// The nearest number.
    pub(super) fn value(self) -> f64 {
        self.high + self.low
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Sum {
        terms.into_iter().fold(Sum::default(), Sum::plus)
    }
}

/// The sum of the terms, rounded once.
pub(super) fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    terms.into_iter().collect::<Sum>().value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_term_outlives_a_large_one_that_comes_and_goes() {
        assert_eq!(sum([1e-12, 1e12, 1e-12, -1e12]), 2e-12);
        assert_eq!(sum(std::iter::repeat_n(0.1, 1_000_000)), 100_000.0);
    }
}
