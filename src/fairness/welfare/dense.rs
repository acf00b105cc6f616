//! Small dense arithmetic of the search: the parts of a sum, and the directions that leave rows as they are.

use nalgebra::{DMatrix, DVector};

/// A direction shorter than this, relative to the longest, is spanned by the others.
const SPANNED: f64 = 1e-10;

/// The parts of a sum, given the logarithms of its terms.
pub(super) fn shares(logs: &[f64]) -> Vec<f64> {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let terms: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
    let sum: f64 = terms.iter().sum();
    terms.into_iter().map(|term| term / sum).collect()
}

/// An orthonormal basis of what is orthogonal to the rows, by Householder reflections with column pivoting.
pub(super) fn null_space(rows: &[DVector<f64>], width: usize) -> DMatrix<f64> {
    let kept: Vec<DVector<f64>> =
        rows.iter().filter(|row| row.amax() > 0.0).map(|row| row.normalize()).collect();
    if kept.is_empty() {
        return DMatrix::identity(width, width);
    }
    let mut square = DMatrix::zeros(width, kept.len().max(width));
    kept.iter().enumerate().for_each(|(at, row)| square.set_column(at, row));
    let factors = square.col_piv_qr();
    let triangle = factors.r();
    let spans = |at: &usize| triangle[(*at, *at)].abs() > SPANNED * triangle[(0, 0)].abs();
    let rank = (0..width).filter(spans).count();
    factors.q().columns(rank, width - rank).into_owned()
}
