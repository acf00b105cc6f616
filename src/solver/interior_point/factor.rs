//! The factor `L D L'` of the normal equations `A T A'` (T diagonal, positive) block by block, and solving with it.
//! The pattern is found elsewhere; nothing is allocated here but once.

use super::blocks::{Block, Blocks, Change};
use super::lanes::{Lanes, wide};

/// A pivot that has lost this share of its diagonal to rounding speaks of a row that depends on earlier ones: its
/// multiplier is left as it is.
const DEPENDENT: f64 = 1e-14;

/// A factor's numbers.
#[derive(Clone, Debug)]
pub(super) struct Factor<const L: usize> {
    /// `L D`, panel by panel, each by columns.
    panels: Vec<Lanes<L>>,
    /// The inverse of each pivot; zero for a row that depends on others.
    inverse: Vec<Lanes<L>>,
    /// The diagonal before elimination.
    diagonal: Vec<Lanes<L>>,
    /// Room for one column's change, and for right-hand sides of one block.
    room: Vec<Lanes<L>>,
}

impl<const L: usize> Factor<L> {
    /// Room for the numbers of a pattern.
    pub fn new(blocks: &Blocks) -> Factor<L> {
        let pivots = blocks.pivot.len();
        Factor {
            panels: vec![Lanes::default(); blocks.size],
            inverse: vec![Lanes::default(); pivots],
            diagonal: vec![Lanes::default(); pivots],
            room: vec![Lanes::default(); blocks.tallest],
        }
    }

    /// Factors `A T A'`: `products` are the products of the entries of each column of A, pair by pair as in
    /// [`Blocks::products`]; `pairs` says where each column's begin.
    pub fn factor(
        &mut self,
        blocks: &Blocks,
        pairs: &[u32],
        products: &[f64],
        weight: &[Lanes<L>],
        hold: f64,
    ) {
        self.gather(blocks, pairs, products, weight, hold);
        self.eliminate_all(blocks);
    }

    /// Eliminates block by block, each passing on what it gives to later ones.
    #[inline(never)]
    fn eliminate_all(&mut self, blocks: &Blocks) {
        wide(
            #[inline(always)]
            || {
                for block in &blocks.blocks {
                    self.eliminate(block);
                    self.pass_on(blocks, block);
                }
            },
        );
    }

    /// Writes `A T A'` into the panels.
    #[inline(never)]
    fn gather(&mut self, blocks: &Blocks, pairs: &[u32], products: &[f64], weight: &[Lanes<L>], hold: f64) {
        self.panels.fill(Lanes::default());
        wide(
            #[inline(always)]
            || {
                for (column, &weight) in weight.iter().enumerate() {
                    let range = pairs[column] as usize..pairs[column + 1] as usize;
                    for (&place, &product) in blocks.products[range.clone()].iter().zip(&products[range]) {
                        self.panels[place as usize] += weight * product;
                    }
                }
                for block in &blocks.blocks {
                    for column in 0..block.width {
                        let place = block.panel + column * (block.height() + 1);
                        self.panels[place] += Lanes::all(hold);
                        self.diagonal[block.first + column] = self.panels[place];
                    }
                }
            },
        );
    }

    /// Takes from later panels what a block gives to them.
    #[inline(always)]
    fn pass_on(&mut self, blocks: &Blocks, block: &Block) {
        let (done, later) = self.panels.split_at_mut(block.panel + block.width * block.height());
        let inverse = &self.inverse[block.first..block.first + block.width];
        for change in &blocks.changes[block.changes.clone()] {
            let target = &blocks.blocks[change.block];
            let rows = block.below.len() - change.columns.start;
            let relative = &blocks.relative[change.relative..change.relative + rows];
            let panel = &mut later[target.panel - done.len()..];
            pass_on(
                &done[block.panel..],
                block,
                inverse,
                change,
                panel,
                target.height(),
                relative,
                &mut self.room,
            );
        }
    }

    /// Factors a block's own panel.
    #[inline(always)]
    fn eliminate(&mut self, block: &Block) {
        let height = block.height();
        let panel = &mut self.panels[block.panel..block.panel + block.width * height];
        for column in 0..block.width {
            let (left, rest) = panel.split_at_mut(column * height);
            let target = &mut rest[column..height];
            let inverse = &self.inverse[block.first..block.first + column];
            take_away(target, left, height, column, inverse);
            let least = self.diagonal[block.first + column] * DEPENDENT;
            self.inverse[block.first + column] =
                target[0].with(least, |pivot, least| if pivot > least { 1.0 / pivot } else { 0.0 });
        }
    }

    /// Solves `A T A' x = right`, in place and in the order of pivots.
    #[inline(never)]
    pub fn solve(&mut self, blocks: &Blocks, right: &mut [Lanes<L>]) {
        wide(
            #[inline(always)]
            || {
                for block in &blocks.blocks {
                    self.forward(blocks, block, right);
                }
            },
        );
        wide(
            #[inline(always)]
            || {
                for block in blocks.blocks.iter().rev() {
                    self.backward(blocks, block, right);
                }
            },
        );
    }

    #[inline(always)]
    fn forward(&mut self, blocks: &Blocks, block: &Block, right: &mut [Lanes<L>]) {
        let height = block.height();
        let room = &mut self.room[..block.below.len()];
        room.fill(Lanes::default());
        for column in 0..block.width {
            let panel = &self.panels[block.panel + column * height..block.panel + (column + 1) * height];
            let share = right[block.first + column] * self.inverse[block.first + column];
            let own = &mut right[block.first + column + 1..block.first + block.width];
            own.iter_mut().zip(&panel[column + 1..]).for_each(|(right, entry)| *right -= *entry * share);
            room.iter_mut().zip(&panel[block.width..]).for_each(|(sum, entry)| *sum += *entry * share);
        }
        for (&row, &sum) in blocks.below[block.below.clone()].iter().zip(&*room) {
            right[row as usize] -= sum;
        }
    }

    #[inline(always)]
    fn backward(&mut self, blocks: &Blocks, block: &Block, right: &mut [Lanes<L>]) {
        let height = block.height();
        let room = &mut self.room[..block.below.len()];
        for (known, &row) in room.iter_mut().zip(&blocks.below[block.below.clone()]) {
            *known = right[row as usize];
        }
        for column in (0..block.width).rev() {
            let panel = &self.panels[block.panel + column * height..block.panel + (column + 1) * height];
            let own = &right[block.first + column + 1..block.first + block.width];
            let sum = dot(&panel[column + 1..block.width], own) + dot(&panel[block.width..], room);
            let place = block.first + column;
            right[place] = (right[place] - sum) * self.inverse[place];
        }
    }
}

/// The sum of products, in four parts so that they need not wait for each other.
#[inline(always)]
fn dot<const L: usize>(one: &[Lanes<L>], two: &[Lanes<L>]) -> Lanes<L> {
    let mut sums = [Lanes::default(); 4];
    let (ones, twos) = (one.chunks_exact(4), two.chunks_exact(4));
    let (one_left, two_left) = (ones.remainder(), twos.remainder());
    for (one, two) in ones.zip(twos) {
        for part in 0..4 {
            sums[part] += one[part] * two[part];
        }
    }
    for (part, (one, two)) in one_left.iter().zip(two_left).enumerate() {
        sums[part] += *one * *two;
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Takes from a column what the columns left of it in the panel (each from `row` on) give to it.
#[inline(always)]
fn take_away<const L: usize>(
    target: &mut [Lanes<L>],
    left: &[Lanes<L>],
    height: usize,
    row: usize,
    inverse: &[Lanes<L>],
) {
    let rows = target.len();
    let from = |column: usize| &left[column * height + row..column * height + row + rows];
    let mut column = 0;
    while column + 4 <= inverse.len() {
        let parts = [from(column), from(column + 1), from(column + 2), from(column + 3)];
        let shares = [0, 1, 2, 3].map(|part| parts[part][0] * inverse[column + part]);
        let first_two = parts[0].iter().zip(parts[1]);
        let last_two = parts[2].iter().zip(parts[3]);
        for ((target, (a, b)), (c, d)) in target.iter_mut().zip(first_two).zip(last_two) {
            *target -= (*a * shares[0] + *b * shares[1]) + (*c * shares[2] + *d * shares[3]);
        }
        column += 4;
    }
    for (column, inverse) in inverse.iter().enumerate().skip(column) {
        let part = from(column);
        let share = part[0] * *inverse;
        target.iter_mut().zip(part).for_each(|(target, part)| *target -= *part * share);
    }
}

/// Takes from a later panel what a block gives to it.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn pass_on<const L: usize>(
    panel: &[Lanes<L>],
    block: &Block,
    inverse: &[Lanes<L>],
    change: &Change,
    later: &mut [Lanes<L>],
    height: usize,
    relative: &[u32],
    room: &mut [Lanes<L>],
) {
    let first = change.columns.start;
    for column in change.columns.clone() {
        let relative = &relative[column - first..];
        let base = relative[0] as usize * height;
        let room = &mut room[..block.below.len() - column];
        room.fill(Lanes::default());
        take_away(room, panel, block.height(), block.width + column, inverse);
        for (&place, &given) in relative.iter().zip(&*room) {
            later[base + place as usize] += given;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::order::{Columns, eliminate};
    use super::*;

    /// A chain of stages, each with local rows, coupled to the next, and one row through all.
    fn chain(stages: usize) -> (Vec<usize>, Vec<usize>, Vec<usize>) {
        let (mut start, mut row) = (vec![0], Vec::new());
        let mut push = |rows: &[usize]| {
            let mut rows = rows.to_vec();
            rows.sort_unstable();
            row.extend(rows);
            start.push(row.len());
        };
        let per = 6;
        let last = stages * per;
        for at in 0..stages {
            let own = at * per;
            for k in 0..per {
                push(&[own + k]);
                push(&[own + k, own + (k + 1) % per]);
                push(&[own + k, last]);
            }
            if at + 1 < stages {
                push(&[own, own + per]);
                push(&[own + 1, own + per + 1, last]);
            }
        }
        let stage = (0..last).map(|row| row / per).chain([stages - 1]).collect();
        (start, row, stage)
    }

    #[test]
    fn a_factor_solves_what_was_factored() {
        let (start, row, stage) = chain(9);
        let columns = Columns { start: &start, row: &row };
        let blocks = Blocks::of(&eliminate(columns, &stage), columns);
        let rows = stage.len();
        let value = |at: usize| 1.0 + ((at * 7) % 5) as f64 - 2.5;
        let weight = |column: usize| Lanes([1.0 + (column % 3) as f64, 0.1 + (column % 7) as f64]);
        let (mut pairs, mut products) = (vec![0u32], Vec::new());
        for &column in &blocks.columns {
            let entries: Vec<usize> = (start[column]..start[column + 1]).collect();
            super::super::blocks::each_pair(&entries, |one, two| products.push(value(one) * value(two)));
            pairs.push(products.len() as u32);
        }
        let mut factor = Factor::<2>::new(&blocks);
        let weights: Vec<Lanes<2>> = blocks.columns.iter().map(|&column| weight(column)).collect();
        factor.factor(&blocks, &pairs, &products, &weights, 0.0);
        let wanted: Vec<Lanes<2>> =
            (0..rows).map(|r| Lanes([r as f64 - 3.0, 1.0 / (r + 1) as f64])).collect();
        let mut right = vec![Lanes::default(); rows];
        for column in 0..columns.len() {
            let range = start[column]..start[column + 1];
            let sum = range.clone().fold(Lanes::default(), |sum, at| sum + wanted[row[at]] * value(at));
            for at in range {
                right[blocks.pivot[row[at]]] += sum * weight(column) * value(at);
            }
        }
        factor.solve(&blocks, &mut right);
        for (row, wanted) in wanted.iter().enumerate() {
            let found = right[blocks.pivot[row]];
            assert!(
                (0..2).all(|lane| (found.0[lane] - wanted.0[lane]).abs() < 1e-10),
                "{found:?} {wanted:?}"
            );
        }
    }
}
