//! How the triangular factor is stored: pivots that meet the same rows form a block, a dense panel of columns. It
//! says where each entry stands and which entries of later panels each panel changes; found once for a pattern, and
//! used for every set of numbers. The arithmetic is left to [`super::factor`].

use super::order::{Columns, Elimination};
use std::ops::Range;

/// A block may hold zeros up to this share of its entries for the sake of fewer blocks.
const ZEROS: f64 = 0.15;

/// Blocks narrower than this are joined with their parent even at more zeros.
const NARROW: usize = 4;

/// How many numbers the panels of one stretch hold together, at the least: 240 kB for one lane. With all that belongs to them a
/// stretch then fits into a cache of a megabyte.
const STRETCH: usize = 30000;

/// Pivots that are eliminated together. In few bytes, since every step passes all of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// The first pivot.
    first: u32,
    /// How many pivots.
    width: u32,
    /// The later pivots that they meet, as a range of [`Blocks::below`].
    below: Range<u32>,
    /// Where its panel begins.
    panel: u32,
    /// Where in [`Blocks::places`] its own begin.
    places: u32,
}

/// Blocks that follow on each other, few enough that what a step does with one of them finds its numbers in the nearer
/// caches, where what it did before has left them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    /// The blocks.
    pub blocks: Range<usize>,
    /// Their pivots.
    pub rows: Range<usize>,
    /// The columns whose first pivot is one of them, and those without any entry.
    pub columns: Range<usize>,
    /// The numbers of all panels that nothing before this stretch is added to.
    pub fresh: Vec<Range<usize>>,
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
    /// For each block the places in later panels that each pair of its rows below changes: those of the first row with itself and
    /// all later ones, then those of the second.
    pub places: Vec<u32>,
    /// Numbers in all panels.
    pub size: usize,
    /// The most rows below any block, and the most pivots in one.
    pub largest: (usize, usize),
    /// The columns of the matrix in the order of their first pivots: what meets is near in memory.
    pub columns: Vec<usize>,
    /// For each of these columns the places in the panels of the products of its entries, pair by pair.
    pub products: Vec<u32>,
    /// All blocks, in stretches.
    pub stretches: Vec<Stretch>,
}

impl Block {
    /// Its pivots.
    pub fn pivots(&self) -> Range<usize> {
        self.first as usize..(self.first + self.width) as usize
    }

    /// How many pivots.
    pub fn width(&self) -> usize {
        self.width as usize
    }

    /// How many later pivots they meet.
    pub fn deep(&self) -> usize {
        self.below.len()
    }

    /// Rows of the panel.
    pub fn height(&self) -> usize {
        self.width() + self.deep()
    }

    /// Where its panel stands.
    pub fn panel(&self) -> Range<usize> {
        self.panel as usize..self.panel as usize + self.width() * self.height()
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
        blocks.find_places();
        blocks.cut();
        blocks.place_products(columns);
        blocks
    }

    fn push(&mut self, draft: Draft) {
        let start = self.below.len() as u32;
        self.below.extend(draft.below.iter().map(|&row| row as u32));
        let below = start..self.below.len() as u32;
        let (first, width) = (draft.first as u32, draft.width as u32);
        let block = Block { first, width, below, panel: self.size as u32, places: 0 };
        self.size += block.height() * block.width();
        self.largest = (self.largest.0.max(block.deep()), self.largest.1.max(block.width()));
        self.blocks.push(block);
    }

    /// The later pivots that a block meets.
    pub fn below(&self, block: &Block) -> &[u32] {
        &self.below[block.below.start as usize..block.below.end as usize]
    }

    /// The places that each pair of a block's rows below changes.
    pub fn places(&self, block: &Block) -> &[u32] {
        let (start, deep) = (block.places as usize, block.deep());
        &self.places[start..start + deep * (deep + 1) / 2]
    }

    /// For each pivot its block.
    fn owners(&self) -> Vec<usize> {
        let width = |(at, block): (usize, &Block)| std::iter::repeat_n(at, block.width());
        self.blocks.iter().enumerate().flat_map(width).collect()
    }

    fn find_places(&mut self) {
        let owner = self.owners();
        let mut places = Vec::new();
        let mut starts = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            starts.push(places.len() as u32);
            let rows = self.below(block);
            for (at, &row) in rows.iter().enumerate() {
                let later = owner[row as usize];
                let column = self.column(later, row as usize);
                let place = |&row: &u32| (column + self.place(later, row as usize)) as u32;
                places.extend(rows[at..].iter().map(place));
            }
        }
        self.blocks.iter_mut().zip(starts).for_each(|(block, start)| block.places = start);
        self.places = places;
    }

    /// Where the column of a pivot begins in the panel of its block.
    fn column(&self, block: usize, pivot: usize) -> usize {
        let block = &self.blocks[block];
        block.panel as usize + (pivot - block.first as usize) * block.height()
    }

    /// Cuts the blocks into stretches.
    fn cut(&mut self) {
        let (mut start, mut size) = (0, 0);
        for at in 0..self.blocks.len() {
            size += self.blocks[at].panel().len();
            if size < STRETCH && at + 1 < self.blocks.len() {
                continue;
            }
            let rows = self.blocks[start].pivots().start..self.blocks[at].pivots().end;
            self.stretches.push(Stretch { blocks: start..at + 1, rows, columns: 0..0, fresh: Vec::new() });
            (start, size) = (at + 1, 0);
        }
        if self.stretches.is_empty() {
            self.stretches.push(Stretch { blocks: 0..0, rows: 0..0, columns: 0..0, fresh: Vec::new() });
        }
    }

    /// The place of a pivot among the rows of a block's panel.
    fn place(&self, block: usize, pivot: usize) -> usize {
        let block = &self.blocks[block];
        if pivot < block.pivots().end {
            return pivot - block.pivots().start;
        }
        block.width() + self.below(block).partition_point(|&row| (row as usize) < pivot)
    }

    fn place_products(&mut self, columns: Columns<'_>) {
        let owner = self.owners();
        let first = |column: &usize| columns.rows(*column).iter().map(|&row| self.pivot[row]).min();
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_cached_key(first);
        let mut products = Vec::new();
        let mut stretch = 0;
        let mut began = self.beginnings(&owner);
        let mut ends = vec![order.len(); self.stretches.len()];
        for (at, &column) in order.iter().enumerate() {
            while first(&column).is_some_and(|pivot| pivot >= self.stretches[stretch].rows.end) {
                ends[stretch] = at;
                stretch += 1;
            }
            each_pair(columns.rows(column), |one, two| {
                let (one, two) = (self.pivot[one], self.pivot[two]);
                let (low, high) = (one.min(two), one.max(two));
                products.push((self.column(owner[low], low) + self.place(owner[low], high)) as u32);
                began[owner[low]] = began[owner[low]].min(stretch);
            });
        }
        (self.columns, self.products) = (order, products);
        self.name_columns(&ends);
        self.name_fresh(&began);
    }

    /// For each block the first stretch whose blocks change it, or its own.
    fn beginnings(&self, owner: &[usize]) -> Vec<usize> {
        let mut began = vec![usize::MAX; self.blocks.len()];
        for (at, stretch) in self.stretches.iter().enumerate() {
            for block in stretch.blocks.clone() {
                let changed = self.below(&self.blocks[block]).iter().map(|&row| owner[row as usize]);
                changed.chain([block]).for_each(|block| began[block] = began[block].min(at));
            }
        }
        began
    }

    /// Tells each stretch its columns, given where they end.
    fn name_columns(&mut self, ends: &[usize]) {
        let mut start = 0;
        for (stretch, &end) in self.stretches.iter_mut().zip(ends) {
            stretch.columns = start..end;
            start = end;
        }
    }

    /// Tells each stretch which panels begin with it.
    fn name_fresh(&mut self, began: &[usize]) {
        for (block, &stretch) in self.blocks.iter().zip(began) {
            let panel = block.panel();
            let fresh = &mut self.stretches[stretch].fresh;
            match fresh.last_mut() {
                Some(last) if last.end == panel.start => last.end = panel.end,
                _ => fresh.push(panel),
            }
        }
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
