//! Where the nodes of a basin stand on a page: each river from left to right, its main stem straight.
//!
//! Pure geometry in columns and rows, from the topology and the flows alone. The main stem of a river
//! is the way up from its last node through the largest flow; whatever joins or leaves it stands in
//! rows above and below, in chains that do not run through each other.

use std::collections::HashMap;

/// A stretch: from a node, to a node, how much flows.
pub(super) type Link = (usize, usize, f64);

/// A place in a river's own grid: the column (0 at the sources), the row (0 is the main stem, above
/// it negative).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) column: f64,
    pub(super) row: i32,
}

/// What a river takes of its grid in a row.
#[derive(Clone, Copy, Debug)]
struct Span {
    row: i32,
    from: f64,
    to: f64,
}

/// How far nodes keep from each other in a row, columns.
const APART: f64 = 0.45;

/// The cells of the nodes of one river; `links` are the stretches between any nodes, `order` are the
/// river's nodes so that water runs forward.
pub(super) fn layout(order: &[usize], links: &[Link]) -> HashMap<usize, Cell> {
    let own = |node: usize| order.contains(&node);
    let links: Vec<Link> = links.iter().copied().filter(|&(from, to, _)| own(from) && own(to)).collect();
    let mut river = River { links, cells: HashMap::new(), spans: Vec::new() };
    let stem = river.main_stem(order);
    for (column, &node) in stem.iter().enumerate() {
        river.cells.insert(node, Cell { column: column as f64, row: 0 });
    }
    for chain in river.chains(order) {
        river.place(&chain);
    }
    river.shifted()
}

struct River {
    links: Vec<Link>,
    cells: HashMap<usize, Cell>,
    spans: Vec<Span>,
}

impl River {
    fn largest(&self, choose: impl Fn(&Link) -> bool) -> Option<Link> {
        let mut best: Option<Link> = None;
        for &link in self.links.iter().filter(|link| choose(link)) {
            if best.is_none_or(|known| link.2 > known.2) {
                best = Some(link);
            }
        }
        best
    }

    /// From its first source to its last node. The last node is the end with the longest way to it.
    fn main_stem(&self, order: &[usize]) -> Vec<usize> {
        let ends = order.iter().filter(|&&node| !self.links.iter().any(|link| link.0 == node));
        let mut best: Vec<usize> = Vec::new();
        for &end in ends {
            let mut stem = vec![end];
            while let Some(link) = self.largest(|link| Some(&link.1) == stem.last()) {
                stem.push(link.0);
            }
            if stem.len() > best.len() {
                best = stem;
            }
        }
        best.reverse();
        best
    }

    /// The nodes off the stem in chains that each run into a node they do not hold, the longest first;
    /// each with the node it runs into.
    fn chains(&self, order: &[usize]) -> Vec<Chain> {
        let mut chains: Vec<Chain> = Vec::new();
        for &node in order.iter().filter(|node| !self.cells.contains_key(node)) {
            let onward = self.largest(|link| link.0 == node).map(|link| link.1);
            let upstream = chains.iter_mut().find(|chain| chain.into == Some(node));
            match upstream {
                Some(chain) => {
                    chain.nodes.push(node);
                    chain.into = onward;
                }
                None => chains.push(Chain { nodes: vec![node], into: onward }),
            }
        }
        self.nearest_first(chains)
    }

    /// Ordered so that a chain comes after the one it runs into; among equals the longest first.
    fn nearest_first(&self, mut waiting: Vec<Chain>) -> Vec<Chain> {
        waiting.sort_by_key(|chain| std::cmp::Reverse(chain.nodes.len()));
        let mut placed: Vec<Chain> = Vec::new();
        while !waiting.is_empty() {
            let known = |node: usize| {
                self.cells.contains_key(&node) || placed.iter().any(|chain| chain.nodes.contains(&node))
            };
            let ready = waiting.iter().position(|chain| chain.into.is_none_or(known)).unwrap_or(0);
            placed.push(waiting.remove(ready));
        }
        placed
    }

    /// Gives the nodes of a chain their columns and the first free row.
    fn place(&mut self, chain: &Chain) {
        let count = chain.nodes.len() as f64;
        let from = self.upstream_column(chain);
        let to = chain.into.and_then(|node| self.cells.get(&node)).map(|cell| cell.column);
        let (first, step) = match (from, to) {
            (Some(from), Some(to)) if to > from => {
                (from + (to - from) / (count + 1.0), (to - from) / (count + 1.0))
            }
            (_, Some(to)) => (to - count, 1.0),
            (Some(from), None) => (from + 1.0, 1.0),
            (None, None) => (0.0, 1.0),
        };
        let last = first + step * (count - 1.0);
        let (left, right) = (from.unwrap_or(first - APART), to.unwrap_or(last + APART));
        let row = self.free_row(chain, left.min(first - APART), right.max(last + APART));
        for (k, &node) in chain.nodes.iter().enumerate() {
            self.cells.insert(node, Cell { column: first + step * k as f64, row });
        }
    }

    /// The column of a node above a chain's first, where that stands already (a canal that leaves the
    /// stem); what a placed tributary sends over does not bind.
    fn upstream_column(&self, chain: &Chain) -> Option<f64> {
        let first = chain.nodes.first()?;
        let cells =
            self.links.iter().filter(|link| link.1 == *first).filter_map(|link| self.cells.get(&link.0));
        cells.filter(|cell| cell.row == 0).map(|cell| cell.column).reduce(f64::max)
    }

    fn free_row(&mut self, chain: &Chain, from: f64, to: f64) -> i32 {
        let joined = chain.into.and_then(|node| self.cells.get(&node)).map_or(0, |cell| cell.row);
        let beside = self.side(chain);
        let mut rows: Vec<i32> = (1..40).flat_map(|away| [-away, away]).collect();
        rows.sort_by_key(|row| {
            let other_side = beside != 0 && row.signum() != beside;
            (joined != 0 && row.signum() != joined.signum(), other_side, (row - joined).abs())
        });
        let free = |row: &i32| {
            *row != joined
                && self
                    .spans
                    .iter()
                    .all(|span| span.row != *row || to <= span.from + 1e-9 || span.to <= from + 1e-9)
        };
        let row = rows.into_iter().find(free).unwrap_or(1);
        self.spans.push(Span { row, from, to });
        row
    }

    /// On which side of the stem a chain has neighbours other than the one it runs into.
    fn side(&self, chain: &Chain) -> i32 {
        let holds = |node: usize| chain.nodes.contains(&node);
        let beside = |link: &Link| match (holds(link.0), holds(link.1)) {
            (true, false) if Some(link.1) != chain.into => self.cells.get(&link.1),
            (false, true) => self.cells.get(&link.0),
            _ => None,
        };
        self.links
            .iter()
            .filter_map(beside)
            .map(|cell| cell.row.signum())
            .find(|side| *side != 0)
            .unwrap_or(0)
    }

    /// All columns moved so that the first is 0.
    fn shifted(self) -> HashMap<usize, Cell> {
        let first = self.cells.values().map(|cell| cell.column).fold(f64::INFINITY, f64::min);
        let moved = |(node, cell): (usize, Cell)| (node, Cell { column: cell.column - first, row: cell.row });
        self.cells.into_iter().map(moved).collect()
    }
}

/// Nodes one below the other, and the node they run into.
struct Chain {
    nodes: Vec<usize>,
    into: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sources join; the larger is the stem. 0 -> 2 <- 1, 2 -> 3.
    #[test]
    fn the_largest_flow_is_the_main_stem_and_the_others_stand_beside() {
        let cells = layout(&[0, 1, 2, 3], &[(0, 2, 1.0), (1, 2, 5.0), (2, 3, 6.0)]);
        assert_eq!([cells[&1].row, cells[&2].row, cells[&3].row], [0, 0, 0]);
        assert_ne!(cells[&0].row, 0);
        assert_eq!(cells[&0].column, 0.0);
        assert!(cells[&2].column > cells[&0].column);
    }

    #[test]
    fn water_runs_to_the_right_and_no_two_nodes_share_a_place() {
        let links: Vec<Link> =
            [(0, 1), (1, 2), (2, 3), (4, 2), (5, 2), (6, 7), (7, 3), (2, 8), (8, 3), (3, 9), (2, 10)]
                .into_iter()
                .enumerate()
                .map(|(k, (a, b))| (a, b, 10.0 - k as f64))
                .collect();
        let cells = layout(&[0, 4, 5, 6, 1, 7, 2, 8, 10, 3, 9], &links);
        assert_eq!(cells.len(), 11);
        assert!(links.iter().all(|&(from, to, _)| cells[&from].column < cells[&to].column));
        let all: Vec<Cell> = cells.values().copied().collect();
        for (k, a) in all.iter().enumerate() {
            let apart = |b: &Cell| a.row != b.row || (a.column - b.column).abs() > 0.4;
            assert!(all[..k].iter().all(apart));
        }
    }

    #[test]
    fn a_lone_node_has_a_place() {
        assert_eq!(layout(&[4], &[])[&4], Cell { column: 0.0, row: 0 });
        assert!(layout(&[], &[]).is_empty());
    }
}
