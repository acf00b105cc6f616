//! The basis of a sparse program, as triangles: it solves with the basis and with its transpose, takes one column
//! after another in exchange, and is laid anew when that has been done often. Which column to exchange is left
//! to the walk.
//!
//! Columns and rows that stand alone are taken first, as they cost nothing; what is left is eliminated column
//! by column (J. R. Gilbert and T. Peierls, 1988), the pivot being large enough and its row as empty as can
//! be (H. M. Markowitz, 1957). Exchanges are kept as a product (G. B. Dantzig and W. Orchard-Hays, 1954).

/// A pivot must be this share of the largest entry of its column.
const THRESHOLD: f64 = 0.1;

/// A pivot below this, in a program of order one, is held to be rounding.
const SINGULAR: f64 = 1e-9;

/// Entries below this are rounding.
const NOTHING: f64 = 1e-15;

/// A sparse vector: places and values.
type Sparse = Vec<(u32, f64)>;

/// A column that took the place of another: the place, its pivot, and the other entries.
#[derive(Clone, Debug)]
struct Exchange {
    place: usize,
    pivot: f64,
    others: Sparse,
}

/// The factors of a basis of as many places as there are rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Factor {
    /// Row of each pivot.
    row: Vec<u32>,
    /// Place in the basis of each pivot.
    place: Vec<u32>,
    /// Pivots.
    diagonal: Vec<f64>,
    /// For each pivot what its row takes from rows that come later.
    lower: Vec<Sparse>,
    /// For each pivot what its column holds in rows of earlier pivots (by pivot).
    upper: Vec<Sparse>,
    /// Pivots whose lower column is not empty, rising.
    eliminating: Vec<u32>,
    exchanges: Vec<Exchange>,
    /// By row or by pivot, zero between calls.
    work: Vec<f64>,
}

/// A place whose column depends on the others, and the row that is left for it.
pub(super) type Lack = (usize, usize);

impl Factor {
    /// Exchanges since the factors were laid.
    pub fn exchanges(&self) -> usize {
        self.exchanges.len()
    }

    /// Lays the factors of the given columns anew. Columns that depend on others are left out: their places and
    /// the rows left for them are returned, and a unit column is put there.
    pub fn lay(&mut self, columns: &[Sparse], unit: f64) -> Vec<Lack> {
        let height = columns.len();
        self.clear(height);
        let mut order = Order::of(columns);
        let mut pivot_of = vec![u32::MAX; height];
        let mut lacking = Vec::new();
        while let Some((place, row)) = order.next() {
            if !self.eliminate(&columns[place], place, row, &mut pivot_of, &order.row_count) {
                lacking.push(place);
            }
        }
        let rows: Vec<usize> = (0..height).filter(|row| pivot_of[*row] == u32::MAX).collect();
        let lacks: Vec<Lack> = lacking.into_iter().zip(rows).collect();
        for &(place, row) in &lacks {
            self.eliminate(&vec![(row as u32, unit)], place, Some(row), &mut pivot_of, &order.row_count);
        }
        for lower in &mut self.lower {
            lower.retain(|(_, value)| value.abs() > NOTHING);
        }
        lacks
    }

    fn clear(&mut self, height: usize) {
        self.row.clear();
        self.place.clear();
        self.diagonal.clear();
        self.lower.clear();
        self.upper.clear();
        self.eliminating.clear();
        self.exchanges.clear();
        self.work.clear();
        self.work.resize(height, 0.0);
    }

    /// Adds one column as the next pivot; false if it depends on those before. The row is chosen unless given.
    fn eliminate(
        &mut self,
        column: &Sparse,
        place: usize,
        row: Option<usize>,
        pivot_of: &mut [u32],
        row_count: &[u32],
    ) -> bool {
        let mut work = std::mem::take(&mut self.work);
        column.iter().for_each(|&(at, value)| work[at as usize] += value);
        let mut touched: Vec<u32> = column.iter().map(|entry| entry.0).collect();
        self.subtract(&mut work, &mut touched);
        touched.sort_unstable();
        touched.dedup();
        let open = |at: u32| pivot_of[at as usize] == u32::MAX;
        let chosen = choose(&work, &touched, row, open, row_count);
        let found = chosen.is_some();
        if let Some(chosen) = chosen {
            let pivot = work[chosen as usize];
            let entry = |at: &u32| (work[*at as usize].abs() > NOTHING).then_some((*at, work[*at as usize]));
            let entries: Sparse = touched.iter().filter_map(entry).collect();
            let upper =
                entries.iter().filter(|(at, _)| !open(*at)).map(|&(at, v)| (pivot_of[at as usize], v));
            let upper: Sparse = upper.collect();
            let lower = entries.iter().filter(|(at, _)| open(*at) && *at != chosen);
            let lower: Sparse = lower.map(|&(at, value)| (at, value / pivot)).collect();
            let number = self.row.len() as u32;
            if !lower.is_empty() {
                self.eliminating.push(number);
            }
            pivot_of[chosen as usize] = number;
            self.row.push(chosen);
            self.place.push(place as u32);
            self.diagonal.push(pivot);
            self.upper.push(upper);
            self.lower.push(lower);
        }
        touched.iter().for_each(|&at| work[at as usize] = 0.0);
        self.work = work;
        found
    }

    /// Takes the earlier pivots' rows out of a column that is laid out by row.
    fn subtract(&self, work: &mut [f64], touched: &mut Vec<u32>) {
        for &number in &self.eliminating {
            let value = work[self.row[number as usize] as usize];
            if value != 0.0 {
                for &(at, factor) in &self.lower[number as usize] {
                    work[at as usize] -= factor * value;
                    touched.push(at);
                }
            }
        }
    }

    /// Solves `B x = a`: `a` by row in, `x` by place out.
    pub fn solve(&mut self, vector: &mut [f64]) {
        for &number in &self.eliminating {
            let value = vector[self.row[number as usize] as usize];
            if value != 0.0 {
                for &(at, factor) in &self.lower[number as usize] {
                    vector[at as usize] -= factor * value;
                }
            }
        }
        for (work, &row) in self.work.iter_mut().zip(&self.row) {
            *work = vector[row as usize];
        }
        for number in (0..self.row.len()).rev() {
            let value = self.work[number];
            if value != 0.0 {
                let value = value / self.diagonal[number];
                self.work[number] = value;
                for &(earlier, entry) in &self.upper[number] {
                    self.work[earlier as usize] -= entry * value;
                }
            }
        }
        for (work, &place) in self.work.iter_mut().zip(&self.place) {
            vector[place as usize] = *work;
            *work = 0.0;
        }
        for exchange in &self.exchanges {
            let value = vector[exchange.place];
            if value != 0.0 {
                let value = value / exchange.pivot;
                vector[exchange.place] = value;
                for &(at, entry) in &exchange.others {
                    vector[at as usize] -= entry * value;
                }
            }
        }
    }

    /// Solves `y B = c`: `c` by place in, `y` by row out.
    pub fn solve_transposed(&mut self, vector: &mut [f64]) {
        for exchange in self.exchanges.iter().rev() {
            let taken: f64 = exchange.others.iter().map(|&(at, entry)| entry * vector[at as usize]).sum();
            vector[exchange.place] = (vector[exchange.place] - taken) / exchange.pivot;
        }
        for number in 0..self.row.len() {
            let taken: f64 =
                self.upper[number].iter().map(|&(earlier, entry)| entry * self.work[earlier as usize]).sum();
            let value = vector[self.place[number] as usize] - taken;
            self.work[number] = if value == 0.0 { 0.0 } else { value / self.diagonal[number] };
        }
        for (work, &row) in self.work.iter_mut().zip(&self.row) {
            vector[row as usize] = *work;
            *work = 0.0;
        }
        for &number in self.eliminating.iter().rev() {
            let taken: f64 =
                self.lower[number as usize].iter().map(|&(at, factor)| factor * vector[at as usize]).sum();
            vector[self.row[number as usize] as usize] -= taken;
        }
    }

    /// Puts a column, solved with the basis, in a place.
    pub fn exchange(&mut self, place: usize, solved: &[f64]) {
        let others = solved.iter().enumerate().filter(|(at, value)| *at != place && value.abs() > NOTHING);
        let others = others.map(|(at, &value)| (at as u32, value)).collect();
        self.exchanges.push(Exchange { place, pivot: solved[place], others });
    }
}

/// The pivot's row: the one that is given, or of those whose entry is large enough the emptiest.
fn choose(
    work: &[f64],
    touched: &[u32],
    row: Option<usize>,
    open: impl Fn(u32) -> bool,
    row_count: &[u32],
) -> Option<u32> {
    let size = |at: u32| work[at as usize].abs();
    if let Some(row) = row.filter(|row| open(*row as u32) && size(*row as u32) >= SINGULAR) {
        return Some(row as u32);
    }
    let largest = touched.iter().filter(|at| open(**at)).map(|at| size(*at)).fold(0.0, f64::max);
    if largest < SINGULAR {
        return None;
    }
    let candidates = touched.iter().copied().filter(|at| open(*at) && size(*at) >= THRESHOLD * largest);
    candidates.min_by(|one, two| {
        let key = |at: u32| row_count[at as usize];
        key(*one).cmp(&key(*two)).then(size(*two).total_cmp(&size(*one)))
    })
}

/// The order in which columns are taken: those alone in a row or with a row of their own first.
struct Order {
    /// Places in the order found, with the row where one stands alone.
    singles: Vec<(usize, Option<usize>)>,
    next: usize,
    /// How many columns still need each row.
    row_count: Vec<u32>,
}

impl Order {
    fn of(columns: &[Sparse]) -> Order {
        let mut order = Order { singles: Vec::with_capacity(columns.len()), next: 0, row_count: Vec::new() };
        let mut open = Open::of(columns);
        order.take_columns(&mut open, columns);
        order.row_count = open.count_rows(columns);
        order.take_rows(&mut open, columns);
        let mut rest: Vec<usize> = (0..columns.len()).filter(|place| !open.column_done[*place]).collect();
        rest.sort_by_key(|place| (open.count[*place], *place));
        order.singles.extend(rest.into_iter().map(|place| (place, None)));
        order
    }

    /// Takes the columns that have one open row, again and again.
    fn take_columns(&mut self, open: &mut Open, columns: &[Sparse]) {
        let mut alone: Vec<usize> = (0..columns.len()).filter(|place| open.count[*place] == 1).collect();
        while let Some(place) = alone.pop() {
            let Some(row) = open.only_row(&columns[place]).filter(|_| !open.column_done[place]) else {
                continue;
            };
            self.take(open, place, row);
            for other in open.rows[row].iter().map(|other| *other as usize) {
                open.count[other] -= 1;
                if open.count[other] == 1 && !open.column_done[other] {
                    alone.push(other);
                }
            }
        }
    }

    /// Takes the rows that have one open column, again and again.
    fn take_rows(&mut self, open: &mut Open, columns: &[Sparse]) {
        let lonely = |row: &usize| !open.row_done[*row] && self.row_count[*row] == 1;
        let mut alone: Vec<usize> = (0..columns.len()).filter(lonely).collect();
        while let Some(row) = alone.pop() {
            let Some(place) = open.only_column(row).filter(|_| !open.row_done[row]) else { continue };
            self.take(open, place, row);
            for other in columns[place].iter().map(|entry| entry.0 as usize) {
                self.row_count[other] -= 1;
                if self.row_count[other] == 1 && !open.row_done[other] {
                    alone.push(other);
                }
            }
        }
    }

    fn take(&mut self, open: &mut Open, place: usize, row: usize) {
        open.column_done[place] = true;
        open.row_done[row] = true;
        self.singles.push((place, Some(row)));
    }

    fn next(&mut self) -> Option<(usize, Option<usize>)> {
        let next = self.singles.get(self.next).copied();
        self.next += 1;
        next
    }
}

/// What has not been taken yet.
struct Open {
    /// The columns of each row.
    rows: Vec<Vec<u32>>,
    row_done: Vec<bool>,
    column_done: Vec<bool>,
    /// How many open rows each column has, while columns are taken.
    count: Vec<u32>,
}

impl Open {
    fn of(columns: &[Sparse]) -> Open {
        let height = columns.len();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); height];
        for (place, column) in columns.iter().enumerate() {
            column.iter().for_each(|&(row, _)| rows[row as usize].push(place as u32));
        }
        let count = columns.iter().map(|column| column.len() as u32).collect();
        Open { rows, row_done: vec![false; height], column_done: vec![false; height], count }
    }

    fn only_row(&self, column: &Sparse) -> Option<usize> {
        column.iter().map(|entry| entry.0 as usize).find(|row| !self.row_done[*row])
    }

    fn only_column(&self, row: usize) -> Option<usize> {
        self.rows[row].iter().map(|place| *place as usize).find(|place| !self.column_done[*place])
    }

    /// How many open columns each row has.
    fn count_rows(&self, columns: &[Sparse]) -> Vec<u32> {
        let mut count = vec![0; columns.len()];
        for (_, column) in columns.iter().enumerate().filter(|(place, _)| !self.column_done[*place]) {
            column.iter().for_each(|&(row, _)| count[row as usize] += 1);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// A sparse square matrix that can be inverted: its diagonal is there, in some order of rows.
    fn drawn(height: usize, random: &mut impl Rng) -> Vec<Sparse> {
        let shift = random.random_range(0..height);
        (0..height)
            .map(|place| {
                let mut column: Sparse = vec![(((place + shift) % height) as u32, 4.0)];
                for _ in 0..random.random_range(0..3) {
                    let row = random.random_range(0..height) as u32;
                    if column.iter().all(|entry| entry.0 != row) {
                        column.push((row, random.random_range(-1.0..1.0)));
                    }
                }
                column
            })
            .collect()
    }

    /// `B x` for `x` by place.
    fn product(columns: &[Sparse], x: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; columns.len()];
        for (column, x) in columns.iter().zip(x) {
            column.iter().for_each(|&(row, value)| sums[row as usize] += value * x);
        }
        sums
    }

    fn assert_near(one: &[f64], two: &[f64]) {
        assert!(one.iter().zip(two).all(|(one, two)| (one - two).abs() < 1e-9), "{one:?} is not {two:?}");
    }

    #[test]
    fn both_systems_are_solved_before_and_after_columns_are_exchanged() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for height in [1, 2, 5, 30, 90] {
            let mut columns = drawn(height, &mut random);
            let mut factor = Factor::default();
            assert_eq!(factor.lay(&columns, -1.0), []);
            for _ in 0..10 {
                let x: Vec<f64> = (0..height).map(|_| random.random_range(-3.0..3.0)).collect();
                let mut solved = product(&columns, &x);
                factor.solve(&mut solved);
                assert_near(&solved, &x);
                let mut y: Vec<f64> =
                    columns.iter().map(|c| c.iter().map(|&(row, v)| v * x[row as usize]).sum()).collect();
                factor.solve_transposed(&mut y);
                assert_near(&y, &x);
                let place = random.random_range(0..height);
                let mut column = columns[place].clone();
                column[0].1 = -5.0;
                let mut entering = vec![0.0; height];
                column.iter().for_each(|&(row, value)| entering[row as usize] = value);
                factor.solve(&mut entering);
                factor.exchange(place, &entering);
                columns[place] = column;
            }
        }
    }

    #[test]
    fn a_column_that_depends_on_others_gives_its_place_to_a_unit_column() {
        let twice = vec![(0, 2.0), (1, 2.0)];
        let columns = vec![vec![(0, 1.0), (1, 1.0)], twice, vec![(2, 1.0)]];
        let mut factor = Factor::default();
        let lacks = factor.lay(&columns, -1.0);
        assert_eq!(lacks.len(), 1);
        let (place, row) = lacks[0];
        let mut repaired = columns.clone();
        repaired[place] = vec![(row as u32, -1.0)];
        let mut solved = product(&repaired, &[1.0, 2.0, 3.0]);
        factor.solve(&mut solved);
        assert_near(&solved, &[1.0, 2.0, 3.0]);
    }
}
