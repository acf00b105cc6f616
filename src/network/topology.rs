//! Nodes and reaches, the order downstream, and the proof that no water runs in a circle.

use crate::quantity::index::{Idx, Series, Table};
use crate::quantity::units::{Days, Flow};

use super::index::{NodeIdx, ReachIdx, ReservoirIdx, RiparianIdx, RiverIdx};

/// What a node does with the water that reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Stores it.
    Reservoir(ReservoirIdx),
    /// Passes it on within the period.
    Junction,
    /// Keeps it: what arrives leaves the basin.
    Sink,
}

/// A place in the river network.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The short name used in files and tables.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// What it does.
    pub kind: NodeKind,
    /// On whose territory it lies.
    pub riparian: RiparianIdx,
    /// Which river system it belongs to.
    pub river: RiverIdx,
}

/// A stretch of river or canal from one node to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// The short name used in files and tables.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Where it begins.
    pub from: NodeIdx,
    /// Where it ends.
    pub to: NodeIdx,
    /// Share of the water that is lost on the way, 0 to 1.
    pub loss: f64,
    /// How long the water is on the way.
    pub travel: Days,
    /// The most that fits, m3/s at its head; `None` where nothing limits it.
    pub capacity: Option<Series<Flow>>,
    /// The most that is safe (ice, floods), m3/s at its head: a promise, not a wall.
    pub safe_flow: Option<Series<Flow>>,
    /// Flow at its head before the horizon began: the water on the way at the start.
    pub flow_before_start: Flow,
    /// What a unit of water sent this way costs its riparian (damage by spill), USD/m3.
    pub flood_cost: crate::quantity::units::WaterPrice,
    /// Whose water and whose damage it is: the riparian of the node it ends in.
    pub riparian: RiparianIdx,
    /// Shares of a period's inflow that arrive in the same period, the next, the one after, ...,
    /// one row a period; each row sums to 1.
    pub arrival_shares: Series<Vec<f64>>,
}

impl Reach {
    /// The largest number of periods that water is still on the way after the one it entered in.
    pub fn longest_lag(&self) -> usize {
        self.arrival_shares.iter().map(|shares| shares.len() - 1).max().unwrap_or(0)
    }
}

/// The nodes ordered so that every reach runs forward.
///
/// # Errors
/// The nodes of one circle, in the order the water would run, if there is one.
pub fn downstream_order(
    nodes: usize,
    reaches: &Table<ReachIdx, (NodeIdx, NodeIdx)>,
) -> Result<Vec<NodeIdx>, Vec<NodeIdx>> {
    let mut waiting = vec![0_usize; nodes];
    for (_, to) in reaches {
        waiting[to.position()] += 1;
    }
    let mut order: Vec<NodeIdx> = (0..nodes).filter(|&n| waiting[n] == 0).map(NodeIdx::new).collect();
    let mut done = 0;
    while done < order.len() {
        let node = order[done];
        done += 1;
        for (_, to) in reaches.iter().filter(|(from, _)| *from == node) {
            waiting[to.position()] -= 1;
            if waiting[to.position()] == 0 {
                order.push(*to);
            }
        }
    }
    if order.len() == nodes { Ok(order) } else { Err(circle(&waiting, reaches)) }
}

/// Walks upstream among the nodes that still wait until one is met again.
fn circle(waiting: &[usize], reaches: &Table<ReachIdx, (NodeIdx, NodeIdx)>) -> Vec<NodeIdx> {
    let Some(start) = (0..waiting.len()).find(|&n| waiting[n] > 0) else {
        return Vec::new();
    };
    let mut path = vec![NodeIdx::new(start)];
    loop {
        let here = path[path.len() - 1];
        let upstream = reaches.iter().find(|(from, to)| *to == here && waiting[from.position()] > 0);
        let Some((from, _)) = upstream else {
            return path;
        };
        if let Some(first) = path.iter().position(|node| node == from) {
            let mut circle = path.split_off(first);
            circle.reverse();
            return circle;
        }
        path.push(*from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(pairs: &[(usize, usize)]) -> Table<ReachIdx, (NodeIdx, NodeIdx)> {
        Table::new(pairs.iter().map(|&(from, to)| (NodeIdx::new(from), NodeIdx::new(to))).collect())
    }

    #[test]
    fn every_reach_runs_forward() {
        let reaches = reaches(&[(2, 1), (1, 0), (3, 1)]);
        let order = downstream_order(4, &reaches).unwrap();
        let place = |node: NodeIdx| order.iter().position(|&other| other == node).unwrap();
        assert!(reaches.iter().all(|&(from, to)| place(from) < place(to)));
    }

    #[test]
    fn a_circle_is_named_and_nothing_else() {
        let circle = downstream_order(4, &reaches(&[(3, 0), (0, 1), (1, 2), (2, 0)])).unwrap_err();
        let mut names: Vec<usize> = circle.iter().map(|node| node.position()).collect();
        names.sort_unstable();
        assert_eq!(names, [0, 1, 2]);
    }
}
