//! Sums over every coalition at once.

/// The sum of a number for each player over every coalition, by its bits.
pub(super) fn every_sum(numbers: &[f64]) -> Vec<f64> {
    let mut sums = Vec::new();
    add_up(numbers, 0.0, &mut sums);
    sums
}

/// Fills `sums` with `start` and the numbers of its members for every coalition: one addition each, as every
/// player doubles the coalitions there are.
pub(super) fn add_up(numbers: &[f64], start: f64, sums: &mut Vec<f64>) {
    sums.clear();
    sums.push(start);
    for number in numbers {
        let known = sums.len();
        sums.extend_from_within(..);
        sums[known..].iter_mut().for_each(|sum| *sum += number);
    }
}
