//! The factor `L D L'` of the normal equations `A T A'` (T diagonal, positive) block by block, and solving with it.
//! The pattern is found elsewhere; nothing is allocated here but once.

use super::blocks::{Block, Blocks, Stretch};
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
    /// Room for right-hand sides of one block.
    room: Vec<Lanes<L>>,
    /// Room for what one pivot after the other gives to a few columns.
    shares: Vec<[Lanes<L>; ACROSS]>,
}

/// Columns of a tile: so many are changed at once.
const ACROSS: usize = 4;

/// Rows of a tile: two registers of four numbers where there is one lane, two of one number each in four.
const DOWN: usize = 8;
const DOWN_LANES: usize = 2;

impl<const L: usize> Factor<L> {
    /// Room for the numbers of a pattern.
    pub fn new(blocks: &Blocks) -> Factor<L> {
        let pivots = blocks.pivot.len();
        let (deep, width) = blocks.largest;
        Factor {
            // a tile may read beyond the last panel
            panels: vec![Lanes::default(); blocks.size + DOWN],
            inverse: vec![Lanes::default(); pivots],
            diagonal: vec![Lanes::default(); pivots],
            room: vec![Lanes::default(); deep],
            shares: vec![[Lanes::default(); ACROSS]; width],
        }
    }

    /// Factors one stretch of `A T A'`, those before it being done: `products` are the products of the entries of each column
    /// of A, pair by pair as in [`Blocks::products`]; `pairs` says where each column's begin.
    pub fn factor(
        &mut self,
        blocks: &Blocks,
        stretch: &Stretch,
        pairs: &[u32],
        products: &[f64],
        weight: &[Lanes<L>],
        hold: f64,
    ) {
        self.gather(blocks, stretch, pairs, products, weight, hold);
        self.eliminate_all(blocks, stretch);
    }

    /// Eliminates block by block, each passing on what it gives to later ones.
    #[inline(never)]
    fn eliminate_all(&mut self, blocks: &Blocks, stretch: &Stretch) {
        wide(
            #[inline(always)]
            || {
                for block in &blocks.blocks[stretch.blocks.clone()] {
                    if L == 1 {
                        self.eliminate::<DOWN>(block);
                        self.pass_on::<DOWN>(blocks, block);
                    } else {
                        self.eliminate::<DOWN_LANES>(block);
                        self.pass_on::<DOWN_LANES>(blocks, block);
                    }
                }
            },
        );
    }

    /// Adds what the columns of a stretch give to `A T A'` to the panels.
    #[inline(never)]
    fn gather(
        &mut self,
        blocks: &Blocks,
        stretch: &Stretch,
        pairs: &[u32],
        products: &[f64],
        weight: &[Lanes<L>],
        hold: f64,
    ) {
        stretch.fresh.iter().for_each(|fresh| self.panels[fresh.clone()].fill(Lanes::default()));
        wide(
            #[inline(always)]
            || {
                for column in stretch.columns.clone() {
                    let weight = weight[column];
                    let range = pairs[column] as usize..pairs[column + 1] as usize;
                    for (&place, &product) in blocks.products[range.clone()].iter().zip(&products[range]) {
                        self.panels[place as usize] += weight * product;
                    }
                }
                for block in &blocks.blocks[stretch.blocks.clone()] {
                    for (column, pivot) in block.pivots().enumerate() {
                        let place = block.panel().start + column * (block.height() + 1);
                        self.panels[place] += Lanes::all(hold);
                        self.diagonal[pivot] = self.panels[place];
                    }
                }
            },
        );
    }

    /// Takes from later panels what a block gives to them.
    #[inline(always)]
    fn pass_on<const R: usize>(&mut self, blocks: &Blocks, block: &Block) {
        let (width, deep) = (block.width(), block.deep());
        let mut places = blocks.places(block);
        if width == 1 {
            return self.pass_one_on(block, places);
        }
        for first in (0..deep).step_by(ACROSS) {
            self.share(block, width, width + first);
            let mut columns = [[].as_slice(); ACROSS];
            for (across, column) in columns.iter_mut().enumerate().take(deep - first) {
                (*column, places) = places.split_at(deep - first - across);
            }
            for row in (first..deep).step_by(R) {
                let sums = self.tile::<R>(block, width, width + row);
                let panels = &mut *self.panels;
                for (across, (column, sums)) in columns.iter().zip(&sums).enumerate() {
                    // a column begins with its own row
                    let above = (first + across).saturating_sub(row);
                    let from = (row + above - first).saturating_sub(across);
                    for (&place, sum) in column.iter().skip(from).zip(sums.iter().skip(above)) {
                        panels[place as usize] -= *sum;
                    }
                }
            }
        }
    }

    /// The same for a block of one pivot.
    #[inline(always)]
    fn pass_one_on(&mut self, block: &Block, mut places: &[u32]) {
        let inverse = self.inverse[block.pivots().start];
        let (done, later) = self.panels.split_at_mut(block.panel().end);
        let part = &done[block.panel().start + 1..];
        for (first, entry) in part.iter().enumerate() {
            let share = *entry * inverse;
            let column;
            (column, places) = places.split_at(part.len() - first);
            for (&place, entry) in column.iter().zip(&part[first..]) {
                later[place as usize - done.len()] -= *entry * share;
            }
        }
    }

    /// Factors a block's own panel.
    #[inline(always)]
    fn eliminate<const R: usize>(&mut self, block: &Block) {
        let (width, height, pivots) = (block.width(), block.height(), block.pivots());
        for first in (0..width).step_by(ACROSS) {
            let columns = ACROSS.min(width - first);
            if first > 0 {
                self.share(block, first, first);
                for row in (first..height).step_by(R) {
                    let sums = self.tile::<R>(block, first, row);
                    for (across, sums) in sums.iter().enumerate().take(columns) {
                        let at = block.panel().start + (first + across) * height;
                        let to = &mut self.panels[at + row..at + height.min(row + R)];
                        to.iter_mut().zip(sums).for_each(|(to, sum)| *to -= *sum);
                    }
                }
            }
            for column in first..first + columns {
                let (left, rest) = self.panels[block.panel()].split_at_mut(column * height);
                let target = &mut rest[column..height];
                for before in first..column {
                    let part = &left[before * height + column..(before + 1) * height];
                    let share = part[0] * self.inverse[pivots.start + before];
                    target.iter_mut().zip(part).for_each(|(target, part)| *target -= *part * share);
                }
                let pivot = pivots.start + column;
                let least = self.diagonal[pivot] * DEPENDENT;
                self.inverse[pivot] =
                    target[0].with(least, |pivot, least| if pivot > least { 1.0 / pivot } else { 0.0 });
            }
        }
    }

    /// What each of a block's first pivots gives to the columns of a tile, which begin with a row of the panel.
    #[inline(always)]
    fn share(&mut self, block: &Block, pivots: usize, row: usize) {
        let inverse = &self.inverse[block.pivots()][..pivots];
        for (column, (shares, inverse)) in self.shares.iter_mut().zip(inverse).enumerate() {
            let at = block.panel().start + column * block.height() + row;
            let part = &self.panels[at..at + ACROSS];
            shares.iter_mut().zip(part).for_each(|(share, part)| *share = *part * *inverse);
        }
    }

    /// What a block's first pivots take from a tile that begins with a row of the panel. Rows beyond the panel's last are of no
    /// meaning.
    #[inline(always)]
    fn tile<const R: usize>(&self, block: &Block, pivots: usize, row: usize) -> [[Lanes<L>; R]; ACROSS] {
        let mut sums = [[Lanes::default(); R]; ACROSS];
        let mut at = block.panel().start + row;
        for shares in &self.shares[..pivots] {
            if let Some(part) = self.panels[at..].first_chunk::<R>() {
                for (sums, share) in sums.iter_mut().zip(shares) {
                    sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += *part * *share);
                }
            }
            at += block.height();
        }
        sums
    }

    /// Solves `A T A' x = right`, in place and in the order of pivots.
    pub fn solve(&mut self, blocks: &Blocks, right: &mut [Lanes<L>]) {
        blocks.stretches.iter().for_each(|stretch| self.down(blocks, stretch, right));
        blocks.stretches.iter().rev().for_each(|stretch| self.up(blocks, stretch, right));
    }

    /// The first half of solving `A T A' x = right`, in place and in the order of pivots, stretch after stretch.
    #[inline(never)]
    pub fn down(&mut self, blocks: &Blocks, stretch: &Stretch, right: &mut [Lanes<L>]) {
        wide(
            #[inline(always)]
            || {
                for block in &blocks.blocks[stretch.blocks.clone()] {
                    self.forward(blocks, block, right);
                }
            },
        );
    }

    /// The second half, from the last stretch to the first.
    #[inline(never)]
    pub fn up(&mut self, blocks: &Blocks, stretch: &Stretch, right: &mut [Lanes<L>]) {
        wide(
            #[inline(always)]
            || {
                for block in blocks.blocks[stretch.blocks.clone()].iter().rev() {
                    self.backward(blocks, block, right);
                }
            },
        );
    }

    #[inline(always)]
    fn forward(&mut self, blocks: &Blocks, block: &Block, right: &mut [Lanes<L>]) {
        let (height, width) = (block.height(), block.width());
        let (panel, inverse) = (&self.panels[block.panel()], &self.inverse[block.pivots()]);
        let below = blocks.below(block);
        if let [inverse] = inverse {
            let share = right[block.pivots().start] * *inverse;
            below.iter().zip(&panel[1..]).for_each(|(&row, entry)| right[row as usize] -= *entry * share);
            return;
        }
        let room = &mut self.room[..below.len()];
        room.fill(Lanes::default());
        let own = &mut right[block.pivots()];
        for (column, inverse) in inverse.iter().enumerate() {
            let panel = &panel[column * height..(column + 1) * height];
            let share = own[column] * *inverse;
            let later = own[column + 1..].iter_mut().zip(&panel[column + 1..]);
            later.for_each(|(right, entry)| *right -= *entry * share);
            room.iter_mut().zip(&panel[width..]).for_each(|(sum, entry)| *sum += *entry * share);
        }
        for (&row, &sum) in below.iter().zip(&*room) {
            right[row as usize] -= sum;
        }
    }

    #[inline(always)]
    fn backward(&mut self, blocks: &Blocks, block: &Block, right: &mut [Lanes<L>]) {
        let (height, width) = (block.height(), block.width());
        let (panel, inverse) = (&self.panels[block.panel()], &self.inverse[block.pivots()]);
        let below = blocks.below(block);
        if let [inverse] = inverse {
            let parts = below.iter().zip(&panel[1..]);
            let sum = parts.fold(Lanes::default(), |sum, (&row, entry)| sum + *entry * right[row as usize]);
            let place = block.pivots().start;
            right[place] = (right[place] - sum) * *inverse;
            return;
        }
        let room = &mut self.room[..below.len()];
        for (known, &row) in room.iter_mut().zip(below) {
            *known = right[row as usize];
        }
        let own = &mut right[block.pivots()];
        for (column, inverse) in inverse.iter().enumerate().rev() {
            let panel = &panel[column * height..(column + 1) * height];
            let sum = dot(&panel[column + 1..width], &own[column + 1..]) + dot(&panel[width..], room);
            own[column] = (own[column] - sum) * *inverse;
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
        let stretches = [9, 3000].map(solved_in);
        assert!(stretches[0] == 1 && stretches[1] > 2, "{stretches:?}");
    }

    /// Factors and solves a chain of stages in two lanes; returns in how many stretches.
    fn solved_in(stages: usize) -> usize {
        let (start, row, stage) = chain(stages);
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
        for stretch in &blocks.stretches {
            factor.factor(&blocks, stretch, &pairs, &products, &weights, 0.0);
        }
        let wanted: Vec<Lanes<2>> =
            (0..rows).map(|r| Lanes([(r % 50) as f64 - 3.0, 1.0 / (r % 50 + 1) as f64])).collect();
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
        blocks.stretches.len()
    }
}
