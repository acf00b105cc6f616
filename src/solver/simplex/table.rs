//! The table of a basis: the basic variables as sums of the others. It pivots, is laid anew from the program's own
//! coefficients, and gives the values and prices of its basis; which pivot to take is left to the method.

use crate::solver::form::Form;

/// A pivot below this, in a table of order one, is held to be rounding: the columns depend on each other.
const SINGULAR: f64 = 1e-11;

/// The table of the equations `sum = A x`: of `n` columns and `m` sums, `m` are basic and stand as sums of the
/// other `n`. A variable is known by its number: columns first, then the sums of rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    width: usize,
    /// The coefficients of the program, row by row.
    given: Vec<f64>,
    /// The coefficients of the table, row by row.
    entries: Vec<f64>,
    /// The variable of each row.
    pub basic: Vec<usize>,
    /// The variable of each column.
    pub free: Vec<usize>,
}

impl Table {
    /// The table in which every sum is basic.
    pub fn of(form: &Form) -> Table {
        let (height, width) = (form.rows.len(), form.width());
        let mut given = vec![0.0; height * width];
        for column in 0..width {
            form.column(column).for_each(|(row, value)| given[row * width + column] = value);
        }
        let basic = (width..width + height).collect();
        Table { width, entries: given.clone(), given, basic, free: (0..width).collect() }
    }

    /// How the basic variable of a row depends on the others.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.entries[row * self.width..][..self.width]
    }

    /// How the basic variables depend on the one of a column.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.basic.len()).map(move |row| self.entries[row * self.width + column])
    }

    fn given(&self, row: usize) -> &[f64] {
        &self.given[row * self.width..][..self.width]
    }

    /// Lets the variable of a row and that of a column change places.
    pub fn pivot(&mut self, row: usize, column: usize) {
        let inverse = 1.0 / self.row(row)[column];
        let mut turned: Vec<f64> = self.row(row).iter().map(|entry| -entry * inverse).collect();
        turned[column] = inverse;
        for (at, entries) in self.entries.chunks_exact_mut(self.width).enumerate() {
            let factor = entries[column];
            if at == row {
                entries.copy_from_slice(&turned);
            } else if factor != 0.0 {
                entries[column] = 0.0;
                entries.iter_mut().zip(&turned).for_each(|(entry, turned)| *entry += factor * turned);
            }
        }
        std::mem::swap(&mut self.basic[row], &mut self.free[column]);
    }

    /// Lays the table of the same basis anew, by Gauss-Jordan elimination with complete pivoting. Columns that
    /// turn out to depend on others leave the basis for sums.
    pub fn renew(&mut self) {
        let (width, height) = (self.width, self.basic.len());
        let mut rows: Vec<usize> = self.free.iter().filter_map(|var| var.checked_sub(width)).collect();
        let mut columns: Vec<usize> = self.basic.iter().copied().filter(|var| *var < width).collect();
        rows.sort_unstable();
        columns.sort_unstable();
        self.entries.copy_from_slice(&self.given);
        self.basic = (width..width + height).collect();
        self.free = (0..width).collect();
        while let Some((row, column)) = self.largest(&rows, &columns) {
            self.pivot(rows.remove(row), columns.remove(column));
        }
    }

    /// The place of the largest entry among some rows and columns, if it can be a pivot.
    fn largest(&self, rows: &[usize], columns: &[usize]) -> Option<(usize, usize)> {
        let mut best = (SINGULAR, None);
        for (at, &row) in rows.iter().enumerate() {
            let entries = self.row(row);
            for (place, &column) in columns.iter().enumerate() {
                if entries[column].abs() > best.0 {
                    best = (entries[column].abs(), Some((at, place)));
                }
            }
        }
        best.1
    }

    /// Recomputes the basic variables from the others, with one step of iterative refinement.
    pub fn settle(&self, values: &mut [f64]) {
        let free: Vec<f64> = self.free.iter().map(|&var| values[var]).collect();
        for (row, &var) in self.basic.iter().enumerate().filter(|(_, var)| **var < self.width) {
            values[var] = dot(self.row(row), &free);
        }
        let left: Vec<f64> = self.free.iter().map(|&var| self.left_over(var, values)).collect();
        for (row, &var) in self.basic.iter().enumerate().filter(|(_, var)| **var < self.width) {
            values[var] += dot(self.row(row), &left);
        }
        for &var in self.basic.iter().filter(|var| **var >= self.width) {
            values[var] = dot(self.given(var - self.width), &values[..self.width]);
        }
    }

    /// By how much the sum of a row differs from what its columns add up to; nothing for a column.
    fn left_over(&self, var: usize, values: &[f64]) -> f64 {
        match var.checked_sub(self.width) {
            Some(row) => values[var] - dot(self.given(row), &values[..self.width]),
            None => 0.0,
        }
    }

    /// What a unit more of each row's sum costs, for given costs of the columns, refined once.
    pub fn prices(&self, cost: &[f64]) -> Vec<f64> {
        let mut prices = vec![0.0; self.basic.len()];
        for _ in 0..2 {
            let left = self.reduced(cost, &prices);
            for (row, &var) in self.basic.iter().enumerate().filter(|(_, var)| **var < self.width) {
                for (entry, free) in self.row(row).iter().zip(&self.free) {
                    if let Some(held) = free.checked_sub(self.width) {
                        prices[held] += left[var] * entry;
                    }
                }
            }
        }
        prices
    }

    /// What is left of the costs of the columns when the rows are paid their prices.
    pub fn reduced(&self, cost: &[f64], prices: &[f64]) -> Vec<f64> {
        let mut left = cost[..self.width].to_vec();
        for (row, price) in prices.iter().enumerate().filter(|(_, price)| **price != 0.0) {
            left.iter_mut().zip(self.given(row)).for_each(|(left, given)| *left -= price * given);
        }
        left
    }
}

fn dot(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(one, two)| one * two).sum()
}
