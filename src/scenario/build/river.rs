//! Riparians, rivers, nodes, reservoirs and reaches, and the proof that water runs downhill.

use crate::network::basin::{NodeIdx, ReachIdx, ReservoirIdx, Riparian, RiparianIdx, River, RiverIdx};
use crate::network::demand::Demand;
use crate::network::reservoir::{Reservoir, SurfaceLine};
use crate::network::topology::{Node, NodeKind, Reach, downstream_order};
use crate::quantity::curve::Curve;
use crate::quantity::index::{Idx, Series, Table};
use crate::quantity::units::{Days, Depth, Flow, Volume, WaterPrice};
use crate::scenario::schema;

use super::desk::{Desk, Entry, Range, active};
use super::lag;
use super::series::Wanted;

/// The river network and where its water stands.
pub(crate) struct Rivers {
    pub(crate) riparians: Table<RiparianIdx, Riparian>,
    pub(crate) rivers: Table<RiverIdx, River>,
    pub(crate) nodes: Table<NodeIdx, Node>,
    pub(crate) reservoirs: Table<ReservoirIdx, Reservoir>,
    pub(crate) reaches: Table<ReachIdx, Reach>,
    pub(crate) downstream_order: Vec<NodeIdx>,
    pub(crate) storage_start: Table<ReservoirIdx, Volume>,
    pub(crate) storage_end: Table<ReservoirIdx, Volume>,
    pub(crate) transit: Table<ReachIdx, Vec<Volume>>,
}

pub(crate) fn build(desk: &Desk<'_>) -> Rivers {
    let (reservoirs, storage_start, storage_end) = reservoirs(desk);
    let nodes = nodes(desk);
    let (reaches, transit) = reaches(desk, &nodes);
    let order = order(desk);
    if order.is_some() {
        check_main_outlets(desk, &reaches);
    }
    Rivers {
        riparians: riparians(desk),
        rivers: rivers(desk),
        downstream_order: order.unwrap_or_default(),
        nodes,
        reservoirs,
        reaches,
        storage_start,
        storage_end,
        transit,
    }
}

fn riparians(desk: &Desk<'_>) -> Table<RiparianIdx, Riparian> {
    let one = |(name, given): (&String, &schema::Riparian)| {
        let at = desk.at("riparian", name);
        if name == "fund" {
            at.problem("", "is the name of the reserve fund; call the riparian otherwise");
        }
        Riparian {
            name: name.clone(),
            title: at.title(&given.title, name),
            population_million: at.number("population_million", given.population_million, Range::NotNegative),
            income_per_head: at.optional("gdp_per_head_USD", given.gdp_per_head_USD, Range::Positive),
        }
    };
    let riparians: Vec<Riparian> = active(&desk.file.riparian).map(one).collect();
    if riparians.is_empty() && !desk.gathered.is_spoiled("riparian") {
        desk.problem("riparian", "there is none; a basin needs at least one", None);
    }
    Table::new(riparians)
}

fn rivers(desk: &Desk<'_>) -> Table<RiverIdx, River> {
    let one = |(name, given): (&String, &schema::River)| River {
        name: name.clone(),
        title: desk.at("river", name).title(&given.title, name),
    };
    Table::new(active(&desk.file.river).map(one).collect())
}

fn nodes(desk: &Desk<'_>) -> Table<NodeIdx, Node> {
    let mut nodes = Table::default();
    for (k, (name, given)) in active(&desk.file.reservoir).enumerate() {
        let at = desk.at("reservoir", name);
        let kind = NodeKind::Reservoir(ReservoirIdx::new(k));
        nodes.push(node(desk, &at, name, kind, [&given.title, &given.riparian, &given.river]));
    }
    for (name, given) in active(&desk.file.node) {
        let at = desk.at("node", name);
        if desk.reservoirs.get(name).is_some() {
            at.problem("", "a reservoir has this name and makes its own node");
            continue;
        }
        let kind = node_kind(&at, &given.kind);
        nodes.push(node(desk, &at, name, kind, [&given.title, &given.riparian, &given.river]));
    }
    if nodes.is_empty() && !desk.gathered.is_spoiled("node") {
        desk.problem("node", "there is none; a basin needs at least one", None);
    }
    nodes
}

fn node_kind(at: &Entry<'_>, kind: &Option<String>) -> NodeKind {
    match at.required("kind", kind).as_deref() {
        Some("sink") => NodeKind::Sink,
        Some("junction") | None => NodeKind::Junction,
        Some(other) => {
            at.problem("kind", format!("= \"{other}\" is neither \"junction\" nor \"sink\""));
            NodeKind::Junction
        }
    }
}

fn node(
    desk: &Desk<'_>,
    at: &Entry<'_>,
    name: &str,
    kind: NodeKind,
    [title, riparian, river]: [&Option<String>; 3],
) -> Node {
    Node {
        name: name.to_owned(),
        title: at.title(title, name),
        kind,
        riparian: at.named("riparian", riparian, &desk.riparians).unwrap_or(Idx::new(0)),
        river: at.named("river", river, &desk.rivers).unwrap_or(Idx::new(0)),
    }
}

type Storages = Table<ReservoirIdx, Volume>;

fn reservoirs(desk: &Desk<'_>) -> (Table<ReservoirIdx, Reservoir>, Storages, Storages) {
    let mut built = (Table::default(), Table::default(), Table::default());
    for (name, given) in active(&desk.file.reservoir) {
        let at = desk.at("reservoir", name);
        let (start, end) = storages(&at, given);
        if let Some(reservoir) = reservoir(desk, &at, name, given) {
            built.0.push(reservoir);
        }
        built.1.push(Volume::new(start));
        built.2.push(Volume::new(end));
    }
    built
}

/// The reservoir; nothing without a level curve, which is a problem.
fn reservoir(desk: &Desk<'_>, at: &Entry<'_>, name: &str, given: &schema::Reservoir) -> Option<Reservoir> {
    let storage = |key, values| at.needed_series(key, values, Wanted::Storage, Range::NotNegative);
    let dead = storage("storage_min_hm3", &given.storage_min_hm3);
    let full = storage("storage_max_hm3", &given.storage_max_hm3);
    let release = |key, values| at.series(key, values, Wanted::WaterOfPeriod, Range::NotNegative);
    let release_max = release("release_max_hm3", &given.release_max_hm3);
    let release_min = release("release_min_hm3", &given.release_min_hm3);
    if let (Some(least), Some(most)) = (&release_min, &release_max) {
        check_not_above(at, ("release_min_hm3", least), ("release_max_hm3", most));
    }
    let worth = at.series(
        "release_value_MUSD_per_hm3",
        &given.release_value_MUSD_per_hm3,
        Wanted::PriceOfPeriod,
        Range::Any,
    );
    let seeping = at.or("seepage_share_per_year", given.seepage_share_per_year, 0.0, Range::Share);
    let evaporation = at.series_or("evaporation_mm", &given.evaporation_mm, Wanted::Depth, Range::Any, 0.0);
    Some(Reservoir {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        node: desk.nodes.get(name).unwrap_or(Idx::new(0)),
        riparian: desk.riparians.get(given.riparian.as_deref().unwrap_or("")).unwrap_or(Idx::new(0)),
        level: level_curve(at, given)?,
        surface: surface(at, given, &dead, &full),
        dead_storage: dead.map(|&value| Volume::new(value)),
        storage_max: full.map(|&value| Volume::new(value)),
        evaporation: evaporation.map(|&value| Depth::new(value)),
        seepage_share: desk.horizon.periods.map(|period| seeping * period.days.value() / 365.0),
        release_max: release_max.map(|series| series.map(|&value| Volume::new(value))),
        release_min: release_min.map(|series| series.map(|&value| Volume::new(value))),
        release_value: worth.map(|series| series.map(|&value| WaterPrice::new(value))),
    })
}

/// The storages at the start and, at least, at the end, held against the maximum.
fn storages(at: &Entry<'_>, given: &schema::Reservoir) -> (f64, f64) {
    let series = |key, values| at.series(key, values, Wanted::Storage, Range::NotNegative);
    let least = series("storage_min_hm3", &given.storage_min_hm3);
    let most = series("storage_max_hm3", &given.storage_max_hm3);
    if let (Some(least), Some(most)) = (&least, &most) {
        check_not_above(at, ("storage_min_hm3", least), ("storage_max_hm3", most));
    }
    let start = at.known("storage_start_hm3", given.storage_start_hm3, Range::NotNegative);
    let end = at.optional("storage_end_hm3", given.storage_end_hm3, Range::NotNegative);
    let highest = most.as_ref().and_then(|most| most.iter().copied().reduce(f64::max));
    let last = most.as_ref().and_then(|most| most.as_slice().last().copied());
    for (key, value, limit) in [("storage_start_hm3", start, highest), ("storage_end_hm3", end, last)] {
        if let (Some(value), Some(limit)) = (value, limit)
            && value > limit
        {
            let what = format!("= {value} is above storage_max_hm3 = {limit}");
            at.contradiction(key, "storage_max_hm3", what);
        }
    }
    if let (Some(start), None, Some(last)) = (start, given.storage_end_hm3, last)
        && start > last
        && highest.is_some_and(|highest| start <= highest)
    {
        let what = format!("is missing; as at the start ({start}) is above storage_max_hm3 = {last}");
        at.contradiction("storage_end_hm3", "storage_max_hm3", what);
    }
    let start = start.unwrap_or(0.0);
    (start, end.unwrap_or(start))
}

/// A lower bound above an upper one is a problem at the lower one's key.
fn check_not_above(
    at: &Entry<'_>,
    (low_key, low): (&str, &Series<f64>),
    (high_key, high): (&str, &Series<f64>),
) {
    if let Some((t, (low, high))) = low.iter().zip(high).enumerate().find(|(_, (low, high))| low > high) {
        let when = if t == 0 { String::new() } else { format!(" in period {}", t + 1) };
        at.contradiction(low_key, high_key, format!("= {low} is above {high_key} = {high}{when}"));
    }
}

/// The points of a column over the volumes, if both are given and make a curve.
fn curve(at: &Entry<'_>, given: &schema::Reservoir, key: &str, values: &Option<Vec<f64>>) -> Option<Curve> {
    let (volumes, values) = (given.volume_hm3.as_ref()?, values.as_ref()?);
    if volumes.len() < 2 {
        at.problem("volume_hm3", "a curve needs at least two points");
        return None;
    }
    if volumes.len() != values.len() {
        let what = format!("has {} points, but volume_hm3 has {}", values.len(), volumes.len());
        at.contradiction(key, "volume_hm3", what);
        return None;
    }
    let falls = |values: &[f64], strictly: bool| {
        (1..values.len()).find(|&k| values[k] < values[k - 1] || (strictly && values[k] == values[k - 1]))
    };
    for (key, values, strictly) in [("volume_hm3", volumes, true), (key, values, false)] {
        if let Some(k) = falls(values, strictly) {
            let what = format!("is not increasing: {} at point {} after {}", values[k], k + 1, values[k - 1]);
            at.problem(key, what);
            return None;
        }
    }
    Curve::new(volumes.clone(), values.clone()).map_err(|error| at.problem(key, error.to_string())).ok()
}

fn level_curve(at: &Entry<'_>, given: &schema::Reservoir) -> Option<Curve> {
    at.required("level_masl", &given.level_masl);
    at.required("volume_hm3", &given.volume_hm3);
    curve(at, given, "level_masl", &given.level_masl)
}

/// The surface between dead storage and full; wanted only where water evaporates.
fn surface(at: &Entry<'_>, given: &schema::Reservoir, dead: &Series<f64>, full: &Series<f64>) -> SurfaceLine {
    if given.evaporation_mm.is_some() {
        at.required("area_km2", &given.area_km2);
    }
    if given.area_km2.as_ref().and_then(|areas| areas.first()).is_some_and(|&area| area < 0.0) {
        at.problem("area_km2", "is negative at its first point");
    }
    let Some(area) = curve(at, given, "area_km2", &given.area_km2) else {
        return SurfaceLine { at_empty_km2: 0.0, slope_km2_per_hm3: 0.0 };
    };
    let dead = dead.iter().copied().fold(f64::INFINITY, f64::min);
    let full = full.iter().copied().fold(0.0, f64::max);
    if dead < full {
        SurfaceLine::secant(&area, Volume::new(dead), Volume::new(full))
    } else {
        SurfaceLine { at_empty_km2: area.value(full).max(0.0), slope_km2_per_hm3: 0.0 }
    }
}

type Transit = Table<ReachIdx, Vec<Volume>>;

fn reaches(desk: &Desk<'_>, nodes: &Table<NodeIdx, Node>) -> (Table<ReachIdx, Reach>, Transit) {
    let mut reaches: Table<ReachIdx, Reach> = Table::default();
    let mut transit = Table::default();
    let mut all_begin_somewhere = true;
    for (name, given) in active(&desk.file.reach) {
        let at = desk.at("reach", name);
        let from = at.named("from", &given.from, &desk.nodes);
        let to = at.named("to", &given.to, &desk.nodes);
        all_begin_somewhere &= from.is_some();
        let kind_of = |node: Option<NodeIdx>| Some(nodes.as_slice().get(node?.position())?.kind);
        if kind_of(from) == Some(NodeKind::Sink) {
            at.problem("from", "is a sink: what arrives there leaves the basin");
        }
        let main = from.is_some_and(|from| reaches.iter().all(|reach| reach.from != from));
        let reach = reach(desk, &at, name, given, (from, to), nodes);
        if main && reach.capacity.is_some() && kind_of(from) != Some(NodeKind::Sink) {
            let what = "is the main outlet of its node, which must take any flood; use safe_flow_m3s, or leave it out \
                        at another reach that leaves the node";
            at.problem("capacity_m3s", what);
        }
        transit.push(lag::on_the_way(&desk.horizon, reach.travel, reach.flow_before_start));
        reaches.push(reach);
    }
    if all_begin_somewhere {
        check_outlets(desk, nodes, &reaches);
    }
    (reaches, transit)
}

fn reach(
    desk: &Desk<'_>,
    at: &Entry<'_>,
    name: &str,
    given: &schema::Reach,
    (from, to): (Option<NodeIdx>, Option<NodeIdx>),
    nodes: &Table<NodeIdx, Node>,
) -> Reach {
    let flow = |key, values| {
        let series = at.series(key, values, Wanted::Flow, Range::NotNegative);
        series.map(|series| series.map(|&value| Flow::new(value)))
    };
    let travel = Days::new(travel_days(at, given));
    let before = at.optional("flow_before_start_m3s", given.flow_before_start_m3s, Range::NotNegative);
    if travel > Days::ZERO {
        at.required("flow_before_start_m3s", &given.flow_before_start_m3s);
    }
    let ends_at = to.and_then(|to| nodes.as_slice().get(to.position()));
    let none = NodeIdx::new(usize::MAX);
    Reach {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        from: from.unwrap_or(none),
        to: to.unwrap_or(none),
        loss: at.or("loss", given.loss, 0.0, Range::Share),
        travel,
        capacity: flow("capacity_m3s", &given.capacity_m3s),
        safe_flow: flow("safe_flow_m3s", &given.safe_flow_m3s),
        flow_before_start: Flow::new(before.unwrap_or(0.0)),
        flood_cost: WaterPrice::new(at.or(
            "flood_cost_USD_per_m3",
            given.flood_cost_USD_per_m3,
            0.0,
            Range::NotNegative,
        )),
        riparian: ends_at.map_or(RiparianIdx::new(0), |node| node.riparian),
        arrival_shares: lag::arrival_shares(&desk.horizon, travel),
    }
}

fn travel_days(at: &Entry<'_>, given: &schema::Reach) -> f64 {
    let days = at.or("travel_days", given.travel_days, 0.0, Range::NotNegative);
    if days > lag::LONGEST {
        at.problem(
            "travel_days",
            format!("= {days} is above {}, the longest way there can be", lag::LONGEST),
        );
        return 0.0;
    }
    days
}

/// A node has one main outlet: the reach marked so, or the only one without a capacity.
fn check_main_outlets(desk: &Desk<'_>, reaches: &Table<ReachIdx, Reach>) {
    let of_file = |reach: &Reach| desk.file.reach.get(&reach.name);
    let is_marked = |reach: &Reach| of_file(reach).is_some_and(|given| given.main == Some(true));
    for (r, reach) in reaches.enumerate() {
        // the first of a node's outlets stands for all
        let (before, from_here) = reaches.as_slice().split_at(r.position());
        if before.iter().any(|other| other.from == reach.from) {
            continue;
        }
        let outlets = || from_here.iter().filter(|other| other.from == reach.from);
        let marked: Vec<&Reach> = outlets().filter(|other| is_marked(other)).collect();
        if let [_, second, ..] = marked[..] {
            let what = format!("= true, but `{}` has it too, and a node has one main outlet", reach.name);
            desk.at("reach", &second.name).problem("main", what);
        }
        let open: Vec<&Reach> = outlets().filter(|other| other.capacity.is_none()).collect();
        if let ([_, second, ..], []) = (&open[..], &marked[..]) {
            let what = format!(
                "and `{}` leave the same node, and neither has a capacity_m3s: write main = true at the one that takes a flood",
                reach.name
            );
            desk.at("reach", &second.name).problem("", what);
        }
    }
}

/// Every node but a sink lets its water out.
fn check_outlets(desk: &Desk<'_>, nodes: &Table<NodeIdx, Node>, reaches: &Table<ReachIdx, Reach>) {
    for (index, node) in nodes.enumerate() {
        let has_outlet = reaches.iter().any(|reach| reach.from == index);
        if node.kind != NodeKind::Sink && !has_outlet {
            let section = if matches!(node.kind, NodeKind::Reservoir(_)) { "reservoir" } else { "node" };
            let what = "has no outlet: no reach leaves it, and it is no sink";
            desk.at(section, &node.name).problem("", what);
        }
    }
}

/// The reaches whose ends are known.
fn edges(desk: &Desk<'_>) -> Vec<(NodeIdx, NodeIdx)> {
    let end = |name: &Option<String>| desk.nodes.get(name.as_deref()?);
    active(&desk.file.reach).filter_map(|(_, reach)| Some((end(&reach.from)?, end(&reach.to)?))).collect()
}

fn node_names(desk: &Desk<'_>, circle: &[NodeIdx]) -> String {
    let name = |node: &NodeIdx| desk.nodes.iter().nth(node.position()).unwrap_or("").to_owned();
    circle.iter().chain(circle.first()).map(name).collect::<Vec<_>>().join(" -> ")
}

/// The nodes from the springs down; a circle is a problem.
fn order(desk: &Desk<'_>) -> Option<Vec<NodeIdx>> {
    let reaches = edges(desk);
    let count = desk.nodes.iter().count();
    match downstream_order(count, &Table::new(reaches.clone())) {
        Ok(order) => Some(order),
        Err(circle) => {
            let what = format!("the river runs in a circle: {}", node_names(desk, &circle));
            let closes = |reach: &schema::Reach| {
                let end = |name: &Option<String>| desk.nodes.get(name.as_deref()?);
                let (Some(from), Some(to)) = (end(&reach.from), end(&reach.to)) else { return false };
                circle.last() == Some(&from) && circle.first() == Some(&to)
            };
            let last = active(&desk.file.reach).find(|(_, reach)| closes(reach));
            let path = last.map_or("reach".to_owned(), |(name, _)| desk.at("reach", name).path("to"));
            desk.problem(&path, what, None);
            None
        }
    }
}

/// Used water may come back where it was taken or further down, never above.
pub(crate) fn check_order(desk: &Desk<'_>, rivers: &Rivers, demands: &[Demand]) {
    let reaches = edges(desk);
    let below = |above: NodeIdx| {
        let mut reached = vec![above];
        let mut done = 0;
        while done < reached.len() {
            let here = reached[done];
            done += 1;
            for (from, to) in &reaches {
                if *from == here && !reached.contains(to) {
                    reached.push(*to);
                }
            }
        }
        reached
    };
    if rivers.downstream_order.is_empty() {
        return;
    }
    for demand in demands {
        let Some((_, back)) = demand.returns.prompt else { continue };
        if back != demand.node && below(back).contains(&demand.node) {
            let what = "lies above the node it draws from; water does not come back uphill";
            desk.at("demand", &demand.name).problem("return_node", what);
        }
    }
}
