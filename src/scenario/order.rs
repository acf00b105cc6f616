//! One order of everything, whatever the order of tables in the files: a table has none, and an answer must not hang on
//! one.
//!
//! Nodes stand from the springs down, river by river, the longest branch first; what belongs to a node, a reach or a riparian
//! stands where that does, and what is left goes by name. Tables, figures and programs all follow. Lists keep the order in which they are
//! written.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use toml::{Table, Value};

use super::build::desk::active;
use super::schema::{Reach, ScenarioFile};

/// A table with its keys by name, and so all tables in it.
pub(crate) fn by_name(table: &Table) -> Table {
    let sorted: BTreeMap<&String, &Value> = table.iter().collect();
    sorted.into_iter().map(|(key, value)| (key.clone(), below_by_name(value))).collect()
}

fn below_by_name(value: &Value) -> Value {
    match value {
        Value::Table(table) => Value::Table(by_name(table)),
        Value::Array(list) => Value::Array(list.iter().map(below_by_name).collect()),
        other => other.clone(),
    }
}

/// Brings the entities of every section into the order of the river.
pub(crate) fn arrange(file: &mut ScenarioFile) {
    let nodes = Ranks::new(down_the_river(file));
    sort(&mut file.reservoir, |name, _| nodes.of(name));
    sort(&mut file.node, |name, _| nodes.of(name));
    let (riparians, rivers) = along(file, &nodes);
    sort(&mut file.riparian, |name, _| riparians.of(name));
    sort(&mut file.river, |name, _| rivers.of(name));
    arrange_water(file, &nodes, &riparians, &rivers);
    arrange_power(file);
}

/// Riparians and rivers, by their first nodes.
fn along(file: &ScenarioFile, nodes: &Ranks) -> (Ranks, Ranks) {
    let lakes = active(&file.reservoir).map(|(name, given)| (nodes.of(name), &given.riparian, &given.river));
    let others = active(&file.node).map(|(name, given)| (nodes.of(name), &given.riparian, &given.river));
    let mut all: Vec<_> = lakes.chain(others).collect();
    all.sort_by_key(|(rank, ..)| *rank);
    let riparians = all.iter().filter_map(|(_, riparian, _)| (*riparian).clone());
    let rivers = all.iter().filter_map(|(.., river)| (*river).clone());
    (Ranks::new(riparians), Ranks::new(rivers))
}

fn arrange_water(file: &mut ScenarioFile, nodes: &Ranks, riparians: &Ranks, rivers: &Ranks) {
    sort(&mut file.reach, |_, reach| (nodes.rank(&reach.from), is_branch(reach)));
    let reaches = Ranks::new(file.reach.keys().cloned());
    sort(&mut file.plant, |_, plant| {
        (reaches.rank(&plant.reach), plant.reservoir.is_none(), plant.place.unwrap_or(i64::MAX))
    });
    sort(&mut file.inflow, |_, inflow| {
        inflow.nodes.iter().flat_map(IndexMap::keys).map(|node| nodes.of(node)).min()
    });
    sort(&mut file.correction, |_, given| nodes.rank(&given.node));
    sort(&mut file.demand, |_, given| (nodes.rank(&given.node), riparians.rank(&given.riparian)));
    sort(&mut file.drainage, |_, given| nodes.rank(&given.node));
    sort(&mut file.treaty, |_, given| (rivers.rank(&given.river), riparians.rank(&given.riparian)));
    sort(&mut file.environment, |_, given| (nodes.rank(&given.node), reaches.rank(&given.reach)));
}

fn arrange_power(file: &mut ScenarioFile) {
    let riparians = Ranks::new(file.riparian.keys().cloned());
    sort(&mut file.area, |name, _| riparians.of(name));
    let terminals = Ranks::new(file.area.keys().chain(file.market.keys()).cloned());
    sort(&mut file.thermal, |_, unit| terminals.rank(&unit.area));
    let fuels = Ranks::new(active(&file.thermal).filter_map(|(_, unit)| unit.fuel.clone()));
    sort(&mut file.fuel, |name, _| fuels.of(name));
    sort(&mut file.line, |_, line| (terminals.rank(&line.from), terminals.rank(&line.to)));
}

/// Whether a reach is not the way the river itself goes: the main outlet of a node is the one marked so, or else the one that
/// takes any flood.
fn is_branch(reach: &Reach) -> (bool, bool) {
    (reach.main != Some(true), reach.capacity_m3s.is_some())
}

/// Sorts entities by a key, and those of the same key by name.
fn sort<T, K: Ord>(entities: &mut IndexMap<String, T>, key: impl Fn(&str, &T) -> K) {
    entities.sort_by_cached_key(|name, entity| (key(name, entity), name.clone()));
}

/// The place of each name in a list, that of its first occurrence.
struct Ranks(BTreeMap<String, usize>);

impl Ranks {
    fn new(names: impl IntoIterator<Item = String>) -> Ranks {
        let mut ranks = BTreeMap::new();
        for (place, name) in names.into_iter().enumerate() {
            ranks.entry(name).or_insert(place);
        }
        Ranks(ranks)
    }

    /// Behind all others if it is not there.
    fn of(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or(usize::MAX)
    }

    fn rank(&self, name: &Option<String>) -> usize {
        name.as_deref().map_or(usize::MAX, |name| self.of(name))
    }
}

/// The names of all nodes from the springs down: what runs into a node by its main outlet stands before it, the longest branch
/// first.
fn down_the_river(file: &ScenarioFile) -> Vec<String> {
    let tree = Tree::of(file);
    let mut order = Vec::with_capacity(tree.names.len());
    let mut met = vec![false; tree.names.len()];
    let mut ends: Vec<usize> = (0..tree.names.len()).filter(|&node| tree.below[node].is_none()).collect();
    tree.longest_first(&mut ends);
    // a circle, which is a problem told elsewhere, has no end
    ends.extend(0..tree.names.len());
    for end in ends {
        let mut way = vec![(end, false)];
        while let Some((node, is_done)) = way.pop() {
            if is_done {
                order.push(tree.names[node].clone());
            } else if !std::mem::replace(&mut met[node], true) {
                let mut above: Vec<usize> =
                    (0..tree.names.len()).filter(|&other| tree.below[other] == Some(node)).collect();
                tree.longest_first(&mut above);
                way.push((node, true));
                way.extend(above.into_iter().rev().map(|branch| (branch, false)));
            }
        }
    }
    order
}

/// The active nodes by name, and where the main outlet of each leads.
struct Tree {
    names: Vec<String>,
    below: Vec<Option<usize>>,
    /// How many nodes the longest way from a spring passes before.
    length: Vec<usize>,
}

impl Tree {
    fn of(file: &ScenarioFile) -> Tree {
        let lakes = active(&file.reservoir).map(|(name, _)| name);
        let mut names: Vec<String> = lakes.chain(active(&file.node).map(|(name, _)| name)).cloned().collect();
        names.sort();
        names.dedup();
        let place = |name: &Option<String>| names.binary_search(name.as_ref()?).ok();
        let mut reaches: Vec<(&String, &Reach)> = active(&file.reach).collect();
        reaches.sort_by_key(|(name, reach)| (is_branch(reach), *name));
        let mut below = vec![None; names.len()];
        for (_, reach) in reaches {
            if let (Some(from), Some(to)) = (place(&reach.from), place(&reach.to)) {
                below[from].get_or_insert(to);
            }
        }
        let mut length = vec![0; names.len()];
        for spring in 0..names.len() {
            let way = std::iter::successors(Some(spring), |&node| below[node]).take(names.len());
            way.enumerate().for_each(|(passed, node)| length[node] = length[node].max(passed));
        }
        Tree { names, below, length }
    }

    fn longest_first(&self, nodes: &mut [usize]) {
        nodes.sort_by_key(|&node| (usize::MAX - self.length[node], node));
    }
}
