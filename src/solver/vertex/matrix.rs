//! A sparse matrix laid out line by line.

use crate::solver::form::Form;

/// A matrix by its columns, or by its rows.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    start: Vec<usize>,
    index: Vec<u32>,
    value: Vec<f64>,
}

impl Matrix {
    /// The entries of a column, or of a row: where they stand, and their values.
    pub fn line(&self, at: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[at]..self.start[at + 1];
        self.index[range.clone()].iter().map(|&index| index as usize).zip(self.value[range].iter().copied())
    }

    /// The coefficients of a form, by column.
    pub fn by_column(form: &Form) -> Matrix {
        let index = form.row.iter().map(|&row| row as u32).collect();
        Matrix { start: form.start.clone(), index, value: form.value.clone() }
    }

    /// The same the other way round; `lines` says how many there are then.
    pub fn transposed(&self, lines: usize) -> Matrix {
        let mut start = vec![0; lines + 1];
        self.index.iter().for_each(|&index| start[index as usize + 1] += 1);
        for at in 0..lines {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let (mut index, mut value) = (vec![0; self.index.len()], vec![0.0; self.index.len()]);
        for line in 0..self.start.len() - 1 {
            for (other, entry) in self.line(line) {
                index[next[other]] = line as u32;
                value[next[other]] = entry;
                next[other] += 1;
            }
        }
        Matrix { start, index, value }
    }
}
