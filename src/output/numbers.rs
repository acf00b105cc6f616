//! Numbers as people read them: grouped, rounded to what matters, shares in per cent.

/// A number with three or more figures that matter: `12 345`, `123`, `12.3`, `1.23`.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ if size < 0.005 => 0,
        _ => 2,
    };
    grouped(value, decimals)
}

/// A share in per cent, without the sign: `79.3`.
pub(super) fn percent(share: f64) -> String {
    grouped(100.0 * share, 1)
}

/// An index between 0 and 1: `0.083`.
pub(super) fn index(value: f64) -> String {
    grouped(value, 3)
}

/// The decimals for numbers that stand in one table: none where all are whole, else as many as give the largest
/// six figures, at least two.
pub(super) fn decimals(numbers: impl IntoIterator<Item = f64>) -> usize {
    let (mut largest, mut whole) = (0.0_f64, true);
    for number in numbers {
        largest = largest.max(number.abs());
        whole &= (number - number.round()).abs() <= 1e-9 * number.abs().max(1.0);
    }
    if whole || !largest.is_finite() {
        return 0;
    }
    (5.0 - largest.log10().floor()).clamp(2.0, 12.0) as usize
}

/// Rounded to so many decimals, with blanks between thousands and never a negative zero.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    if value < 0.0 && text.contains(|c: char| ('1'..='9').contains(&c)) {
        out.push('-');
    }
    for (k, digit) in whole.chars().enumerate() {
        if k > 0 && (whole.len() - k).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_and_small_ones_keep_their_figures() {
        assert_eq!(number(1_234_567.8), "1 234 568");
        assert_eq!(number(-12_345.0), "-12 345");
        assert_eq!(number(123.4), "123");
        assert_eq!(number(99.96), "100");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(-0.123), "-0.12");
        assert_eq!(number(-1e-12), "0");
        assert_eq!(percent(0.7934), "79.3");
        assert_eq!(percent(-0.00001), "0.0");
        assert_eq!(index(0.0834), "0.083");
    }

    #[test]
    fn numbers_of_one_table_have_the_decimals_that_the_largest_wants() {
        assert_eq!(decimals([100.0, 200.0, -300.0]), 0);
        assert_eq!(decimals([100.0 / 3.0, 300.0]), 3);
        assert_eq!(decimals([100_756.5, 412_584.0]), 2);
        assert_eq!(decimals([1.0 / 6.0, 2.0 / 3.0]), 6);
        assert_eq!(decimals([4e-7, 0.0]), 12);
        assert_eq!(decimals([]), 0);
    }
}
