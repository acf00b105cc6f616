//! How the triangular factor is stored: pivots that meet the same rows form a block, a dense panel of columns. It
//! says where each entry stands and which entries of later panels each panel changes; found once for a pattern, and
//! used for every set of numbers. The arithmetic is left to [`super::factor`].

use super::order::{Columns, Elimination};
use std::ops::Range;

/// A block may hold zeros up to this share of its entries for the sake of fewer blocks.
const ZEROS: f64 = 0.15;

/// Blocks narrower than this are joined with their parent even at more zeros.
const NARROW: usize = 4;

/// Pivots that are eliminated together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// The first pivot.
    pub first: usize,
    /// How many pivots.
    pub width: usize,
    /// The later pivots that they meet, as a range of [`Blocks::below`].
    pub below: Range<usize>,
    /// Where its panel begins.
    pub panel: usize,
    /// The later panels that it changes, as a range of [`Blocks::changes`].
    pub changes: Range<usize>,
}

/// What a block changes in one later block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// The later block.
    pub block: usize,
    /// Which of the changing block's rows below are pivots of the later block.
    pub columns: Range<usize>,
    /// Where in [`Blocks::relative`] the places of those and all further rows in the later panel stand.
    pub relative: usize,
}

/// The pattern of a factor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Blocks {
    /// For each row its pivot.
    pub pivot: Vec<usize>,
    /// The blocks in the order of elimination.
    pub blocks: Vec<Block>,
    /// The rows below of all blocks, as pivots, rising within a block.
    pub below: Vec<u32>,
    /// The changes of all blocks.
    pub changes: Vec<Change>,
    /// Places of rows in later panels.
    pub relative: Vec<u32>,
    /// Numbers in all panels.
    pub size: usize,
    /// The most rows below any block.
    pub tallest: usize,
    /// The columns of the matrix in the order of their first pivots: what meets is near in memory.
    pub columns: Vec<usize>,
    /// For each of these columns the places in the panels of the products of its entries, pair by pair.
    pub products: Vec<u32>,
}

impl Block {
    /// Rows of the panel.
    pub fn height(&self) -> usize {
        self.width + self.below.len()
    }
}

/// A block while blocks are joined: first pivot, width, rows below.
struct Draft {
    first: usize,
    width: usize,
    below: Vec<usize>,
}

impl Blocks {
    /// The blocks of an elimination, and where the products of the columns' entries stand in them.
    pub fn of(elimination: &Elimination, columns: Columns<'_>) -> Blocks {
        let (pivot, met) = postordered(elimination);
        let mut blocks = Blocks { pivot, ..Blocks::default() };
        for draft in joined(met) {
            blocks.push(draft);
        }
        blocks.find_changes();
        blocks.place_products(columns);
        blocks
    }

    fn push(&mut self, draft: Draft) {
        let start = self.below.len();
        self.below.extend(draft.below.iter().map(|&row| row as u32));
        let below = start..self.below.len();
        let block = Block { first: draft.first, width: draft.width, below, panel: self.size, changes: 0..0 };
        self.size += block.height() * block.width;
        self.tallest = self.tallest.max(block.below.len());
        self.blocks.push(block);
    }

    /// For each pivot its block.
    fn owners(&self) -> Vec<usize> {
        let width = |(at, block): (usize, &Block)| std::iter::repeat_n(at, block.width);
        self.blocks.iter().enumerate().flat_map(width).collect()
    }

    fn find_changes(&mut self) {
        let owner = self.owners();
        for at in 0..self.blocks.len() {
            let rows = &self.below[self.blocks[at].below.clone()];
            let rows: Vec<usize> = rows.iter().map(|&row| row as usize).collect();
            let start = self.changes.len();
            let mut next = 0;
            while next < rows.len() {
                let block = owner[rows[next]];
                let end = next + rows[next..].iter().take_while(|row| owner[**row] == block).count();
                let relative = self.relative.len();
                let places: Vec<u32> =
                    rows[next..].iter().map(|&row| self.place(block, row) as u32).collect();
                self.relative.extend(places);
                self.changes.push(Change { block, columns: next..end, relative });
                next = end;
            }
            self.blocks[at].changes = start..self.changes.len();
        }
    }

    /// The place of a pivot among the rows of a block's panel.
    fn place(&self, block: usize, pivot: usize) -> usize {
        let block = &self.blocks[block];
        if pivot < block.first + block.width {
            return pivot - block.first;
        }
        block.width + self.below[block.below.clone()].partition_point(|&row| (row as usize) < pivot)
    }

    fn place_products(&mut self, columns: Columns<'_>) {
        let owner = self.owners();
        let first = |column: &usize| columns.rows(*column).iter().map(|&row| self.pivot[row]).min();
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_cached_key(first);
        let mut products = Vec::new();
        for &column in &order {
            each_pair(columns.rows(column), |one, two| {
                let (one, two) = (self.pivot[one], self.pivot[two]);
                let (low, high) = (one.min(two), one.max(two));
                let block = &self.blocks[owner[low]];
                let place = self.place(owner[low], high);
                products.push((block.panel + (low - block.first) * block.height() + place) as u32);
            });
        }
        (self.columns, self.products) = (order, products);
    }
}

/// Calls with every pair of a column's entries, each with itself too, in a fixed order.
pub(super) fn each_pair<T: Copy>(entries: &[T], mut call: impl FnMut(T, T)) {
    for (at, &one) in entries.iter().enumerate() {
        entries[at..].iter().for_each(|&two| call(one, two));
    }
}

/// The elimination in an order in which every pivot follows at once on the last of those that lead to it:
/// for each row its pivot, and for each pivot the pivots it meets, rising.
fn postordered(elimination: &Elimination) -> (Vec<usize>, Vec<Vec<usize>>) {
    let count = elimination.order.len();
    let mut step = vec![0; count];
    elimination.order.iter().enumerate().for_each(|(at, &row)| step[row] = at);
    let parent: Vec<usize> =
        elimination.met.iter().map(|met| met.iter().map(|&row| step[row]).min().unwrap_or(count)).collect();
    let order = follow(&parent, |at| elimination.met[at].len());
    let mut at_step = vec![0; count];
    order.iter().enumerate().for_each(|(new, &old)| at_step[old] = new);
    let pivot: Vec<usize> = step.iter().map(|&old| at_step[old]).collect();
    let mut met: Vec<Vec<usize>> = Vec::with_capacity(count);
    for &old in &order {
        let mut rows: Vec<usize> = elimination.met[old].iter().map(|&row| pivot[row]).collect();
        rows.sort_unstable();
        met.push(rows);
    }
    (pivot, met)
}

/// A postorder of the forest given by each node's parent (the count stands for none), the child with the most
/// neighbours last.
fn follow(parent: &[usize], degree: impl Fn(usize) -> usize) -> Vec<usize> {
    let count = parent.len();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
    parent.iter().enumerate().for_each(|(child, &parent)| children[parent].push(child));
    children.iter_mut().for_each(|list| list.sort_by_key(|&child| (degree(child), child)));
    let mut order = Vec::with_capacity(count);
    let mut path = vec![(count, 0)];
    while let Some((node, next)) = path.last_mut() {
        if let Some(&child) = children[*node].get(*next) {
            *next += 1;
            path.push((child, 0));
        } else {
            order.extend((*node < count).then_some(*node));
            path.pop();
        }
    }
    order
}

/// Joins pivots into blocks: a block with the one that follows it, if the zeros that this brings are few.
fn joined(met: Vec<Vec<usize>>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    // entries that are truly there, of each draft
    let mut full: Vec<usize> = Vec::new();
    for (first, below) in met.into_iter().enumerate() {
        let mut entries = below.len() + 1;
        let mut draft = Draft { first, width: 1, below };
        while let (Some(child), Some(&there)) = (drafts.last(), full.last()) {
            if child.below.first() != Some(&draft.first) || !fits(child, &draft, there + entries) {
                break;
            }
            draft = Draft { first: child.first, width: child.width + draft.width, below: draft.below };
            entries += there;
            drafts.pop();
            full.pop();
        }
        drafts.push(draft);
        full.push(entries);
    }
    drafts
}

/// Whether a block and the next one may be one.
fn fits(child: &Draft, parent: &Draft, there: usize) -> bool {
    let width = child.width + parent.width;
    let size = width * (width + 1) / 2 + width * parent.below.len();
    let zeros = (size - there) as f64;
    let allowed = if child.width < NARROW && parent.width < NARROW { 2.0 * ZEROS } else { ZEROS };
    zeros <= allowed * size as f64 || size - there <= 8
}
