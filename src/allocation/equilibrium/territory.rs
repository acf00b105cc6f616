//! Territory: which nodes a riparian acts on, which it cares about, and so which its program must hold.
//!
//! A node is *affected* if the riparian decides something at it or upstream of it, and *watched* if the
//! riparian has something at it or downstream of it. Only what is both can change by its decisions and matter
//! to it; everything else stands still in its program. What lies below its last place it does not look at.

use crate::network::basin::{Basin, DrainageIdx, NodeIdx, ReachIdx, RiparianIdx};
use crate::network::promise::Gauge;
use crate::network::topology::NodeKind;
use crate::quantity::index::{Idx, Table};

/// The nodes that the program of one or several riparians must hold.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// Nodes whose water can change by their decisions and matters to them.
    pub(crate) active: Table<NodeIdx, bool>,
    /// Nodes from which water still runs on to something of theirs.
    pub(crate) runs_on: Table<NodeIdx, bool>,
}

/// What one riparian's program holds.
#[derive(Clone, Debug)]
pub(super) struct Territory {
    /// Whose.
    pub(super) riparian: RiparianIdx,
    /// Nodes whose water can change by its decisions and matters to it.
    pub(super) active: Table<NodeIdx, bool>,
    /// Nodes from which water still runs on to something of its own.
    pub(super) runs_on: Table<NodeIdx, bool>,
}

/// Who decides what leaves a node.
pub(crate) fn owner(basin: &Basin, node: NodeIdx) -> RiparianIdx {
    match basin.nodes[node].kind {
        NodeKind::Reservoir(reservoir) => basin.reservoirs[reservoir].riparian,
        _ => basin.nodes[node].riparian,
    }
}

/// Whether a reach is the first that leaves its node: the one that passes on what is left.
pub(crate) fn is_main_outlet(basin: &Basin, reach: ReachIdx) -> bool {
    basin.outlets(basin.reaches[reach].from).next() == Some(reach)
}

impl Territory {
    /// The territory of a riparian.
    pub(super) fn of(basin: &Basin, riparian: RiparianIdx) -> Territory {
        let Ground { active, runs_on } = Ground::of(basin, &[riparian]);
        Territory { riparian, active, runs_on }
    }

    /// Whether a drainage brings water back to an active node.
    pub(super) fn drains(&self, basin: &Basin, drainage: DrainageIdx) -> bool {
        self.active[basin.drainages[drainage].node]
    }
}

impl Ground {
    /// The ground of riparians who act together.
    pub(crate) fn of(basin: &Basin, members: &[RiparianIdx]) -> Ground {
        let any = |has: &dyn Fn(RiparianIdx) -> bool| members.iter().any(|&i| has(i));
        let arcs = arcs(basin);
        let acts = |n: NodeIdx| any(&|i| owner(basin, n) == i || draws(basin, n, i));
        let affected = closed(basin, &arcs, acts);
        let backwards: Vec<(NodeIdx, NodeIdx)> = arcs.iter().map(|&(from, to)| (to, from)).collect();
        let watched = closed(basin, &backwards, |n| any(&|i| cares(basin, n, i)));
        let active = Table::from_fn(basin.nodes.len(), |n| affected[n] && watched[n]);
        let runs_on =
            Table::from_fn(basin.nodes.len(), |n| arcs.iter().any(|&(from, to)| from == n && watched[to]));
        Ground { active, runs_on }
    }
}

fn draws(basin: &Basin, node: NodeIdx, riparian: RiparianIdx) -> bool {
    basin.demands_at(node).any(|k| basin.demands[k].riparian == riparian)
}

/// Whether a riparian has anything at a node: the node, a demand, a plant, a damage or a promise.
fn cares(basin: &Basin, node: NodeIdx, riparian: RiparianIdx) -> bool {
    let outlet = |r: ReachIdx| {
        basin.reaches[r].riparian == riparian
            || basin.plants_on(r).any(|h| basin.plants[h].riparian == riparian)
    };
    let promised = basin.promises.iter().filter(|promise| promise.riparian == riparian).any(|promise| {
        match promise.gauge {
            Gauge::Node(at) => at == node,
            Gauge::ReachHead(reach) => basin.reaches[reach].from == node,
        }
    });
    owner(basin, node) == riparian
        || draws(basin, node, riparian)
        || basin.outlets(node).any(outlet)
        || promised
}

/// From where to where water runs: reaches, prompt returns and drainages.
fn arcs(basin: &Basin) -> Vec<(NodeIdx, NodeIdx)> {
    let reaches = basin.reaches.iter().map(|reach| (reach.from, reach.to));
    let returns = basin.demands.iter().flat_map(|demand| {
        let prompt = demand.returns.prompt.map(|(_, to)| to);
        let delayed = demand.returns.delayed.map(|(_, into)| basin.drainages[into].node);
        prompt.into_iter().chain(delayed).map(|to| (demand.node, to))
    });
    reaches.chain(returns).collect()
}

/// The nodes from which one starts and all that can be reached from them.
fn closed(
    basin: &Basin,
    arcs: &[(NodeIdx, NodeIdx)],
    starts: impl Fn(NodeIdx) -> bool,
) -> Table<NodeIdx, bool> {
    let mut inside: Vec<bool> = basin.nodes.indices().map(starts).collect();
    loop {
        let before = inside.clone();
        for (from, to) in arcs {
            inside[to.position()] |= inside[from.position()];
        }
        if inside == before {
            return Table::new(inside);
        }
    }
}
