//! The map behind the figure `network`: from a basin to places, courses and boxes on the page.
//!
//! Rivers stand one below the other, each laid out by [`super::river_layout`]. Marks and names take the
//! first place around their node that lies on nothing else; a number that finds none is left out.

use crate::network::basin::{Basin, DemandIdx, NodeIdx, RiparianIdx, RiverIdx};
use crate::network::topology::{Node, NodeKind};
use crate::quantity::index::Idx;

use super::View;
use super::axis::grouped;
use super::canvas::{Frame, Spot, Type};
use super::network_ground::Ground;
use super::palette;
use super::river_layout::{Cell, Link, layout};

/// The type of the names of nodes.
pub(super) const NAME: Type = Type::SMALL.size(15.0);
/// The type of the numbers on reaches.
pub(super) const NUMBER: Type = Type::SMALL.size(14.5).colour(palette::ACCENT);

/// What a node looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    /// A vessel filled to this share.
    Reservoir {
        filled: f64,
    },
    Junction,
    Sink,
}

/// A node on the page.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) frame: Frame,
    pub(super) standing: Standing,
    pub(super) riparian: RiparianIdx,
    name: String,
}

/// A reach on the page.
pub(super) struct Stretch {
    pub(super) course: Vec<Spot>,
    pub(super) flow: f64,
}

impl Stretch {
    /// The spot at a share of the course, and the direction there.
    pub(super) fn at(&self, share: f64) -> (Spot, Spot) {
        let last = self.course.len().saturating_sub(1);
        let k = ((share * last as f64) as usize).min(last.saturating_sub(1));
        let (a, b) = (self.course[k], self.course[(k + 1).min(last)]);
        let length = (b.0 - a.0).hypot(b.1 - a.1).max(1e-9);
        let part = share * last as f64 - k as f64;
        ((a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1)), ((b.0 - a.0) / length, (b.1 - a.1) / length))
    }
}

/// A demand on the page.
pub(super) struct DemandMark {
    pub(super) demand: DemandIdx,
    pub(super) frame: Frame,
}

/// The name of a node, in lines.
pub(super) struct Label {
    pub(super) frame: Frame,
    pub(super) lines: Vec<String>,
}

/// Everything that is drawn, and where.
pub(super) struct Map {
    pub(super) rivers: Vec<(String, Spot)>,
    pub(super) places: Vec<Place>,
    pub(super) stretches: Vec<Stretch>,
    pub(super) demands: Vec<DemandMark>,
    pub(super) plants: Vec<(Spot, RiparianIdx)>,
    pub(super) labels: Vec<Label>,
    /// The flows that are written: which stretch, and where.
    pub(super) numbers: Vec<(usize, Frame)>,
}

/// How a flow is written: with a digit after the point below ten, with two where one would say nothing.
pub(super) fn written(flow: f64) -> String {
    match flow {
        _ if flow >= 9.95 => grouped(&format!("{flow:.0}")),
        _ if flow >= 0.095 => format!("{flow:.1}"),
        _ if flow >= 0.005 => format!("{flow:.2}"),
        _ => "0".to_owned(),
    }
}

/// Whether a flow is none beside the largest.
pub(super) fn is_dry(flow: f64, most: f64) -> bool {
    flow < 1e-4 * most
}

/// Whether a node keeps what reaches it.
pub(super) fn is_sink(node: &Node) -> bool {
    node.kind == NodeKind::Sink
}

impl Map {
    /// The map of a basin in a frame, with these flows by reach and the last storages of a policy.
    pub(super) fn new(view: &View<'_>, frame: Frame, policy: &str, flows: &[f64]) -> Map {
        let basin = &view.scenario.basin;
        let (spots, rivers, column) = spots(basin, frame, flows);
        let filled = |name: &str| filled(view, policy, name);
        let places: Vec<Place> =
            basin.nodes.iter().zip(&spots).map(|(node, &spot)| place(basin, node, spot, filled)).collect();
        let stretches: Vec<Stretch> = basin
            .reaches
            .iter()
            .zip(flows)
            .map(|(reach, &flow)| Stretch {
                course: course(&places[reach.from.position()], &places[reach.to.position()]),
                flow,
            })
            .collect();
        let mut map = Map {
            rivers,
            places,
            stretches,
            demands: Vec::new(),
            plants: Vec::new(),
            labels: Vec::new(),
            numbers: Vec::new(),
        };
        map.set_plants(basin);
        let mut ground = Ground::new(&map, frame, flows);
        map.set_demands(basin, &mut ground);
        map.set_labels(&mut ground, column);
        map.set_numbers(&mut ground);
        map
    }

    /// Plants stand along their reach, the first at its head.
    fn set_plants(&mut self, basin: &Basin) {
        for (r, stretch) in basin.reaches.indices().zip(&self.stretches) {
            let plants: Vec<_> = basin.plants_on(r).collect();
            let step = (0.62 / plants.len().max(1) as f64).min(0.16);
            for (k, plant) in plants.into_iter().enumerate() {
                let share = 0.16 + step * k as f64;
                self.plants.push((stretch.at(share).0, basin.plants[plant].riparian));
            }
        }
    }

    /// Demands stand in a row beside their node, each as large as what it claims.
    fn set_demands(&mut self, basin: &Basin, ground: &mut Ground) {
        let claims: Vec<f64> =
            basin.demands.iter().map(|demand| demand.claim.iter().map(|v| v.value()).sum()).collect();
        let most = claims.iter().copied().fold(1e-9, f64::max);
        for (n, place) in self.places.iter().enumerate() {
            let here: Vec<DemandIdx> =
                basin.demands_at(NodeIdx::new(n)).filter(|k| claims[k.position()] > 1e-9).collect();
            let side = |k: &DemandIdx| (28.0 * (claims[k.position()] / most).sqrt()).max(9.0);
            let wide: f64 = here.iter().map(|k| side(k) + 3.0).sum::<f64>() - 3.0;
            let high = here.iter().map(side).fold(0.0, f64::max);
            if here.is_empty() {
                continue;
            }
            let row = ground.take(place.frame, (wide, high));
            let mut left = row.left;
            for k in here {
                let frame = Frame::new(left, row.bottom - side(&k), left + side(&k), row.bottom);
                self.demands.push(DemandMark { demand: k, frame });
                left += side(&k) + 3.0;
            }
        }
    }

    fn set_labels(&mut self, ground: &mut Ground, column: f64) {
        for place in &self.places {
            let lines = NAME.wrap(&place.name, (column - 8.0).clamp(72.0, 150.0));
            let wide = NAME.widest(lines.iter().map(String::as_str));
            let frame = ground.take(place.frame, (wide, lines.len() as f64 * NAME.leading()));
            self.labels.push(Label { frame, lines });
        }
    }

    /// The flow is written beside every reach that has room for it, the largest first.
    fn set_numbers(&mut self, ground: &mut Ground) {
        let mut order: Vec<usize> = (0..self.stretches.len()).collect();
        order.sort_by(|&a, &b| self.stretches[b].flow.total_cmp(&self.stretches[a].flow));
        for k in order {
            let stretch = &self.stretches[k];
            let text = written(stretch.flow);
            let size = (NUMBER.width(&text) + 4.0, 1.1 * NUMBER.size);
            if written(stretch.flow) != "0" {
                let frame = ground.take_beside(k, stretch, size);
                self.numbers.extend(frame.map(|frame| (k, frame)));
            }
        }
    }
}

/// The spots of the nodes, the names of the rivers with theirs, and the least width of a column.
fn spots(basin: &Basin, frame: Frame, flows: &[f64]) -> (Vec<Spot>, Vec<(String, Spot)>, f64) {
    let links: Vec<Link> = basin
        .reaches
        .iter()
        .zip(flows)
        .map(|(reach, &flow)| (reach.from.position(), reach.to.position(), flow))
        .collect();
    let of_river = |river: RiverIdx| -> Vec<(usize, Cell)> {
        let own = |n: &&NodeIdx| basin.nodes[**n].river == river;
        let order: Vec<usize> = basin.downstream_order.iter().filter(own).map(|n| n.position()).collect();
        let cells = layout(&order, &links);
        order.into_iter().filter_map(|node| cells.get(&node).map(|&cell| (node, cell))).collect()
    };
    let bands: Vec<(&str, Vec<(usize, Cell)>)> = basin
        .rivers
        .enumerate()
        .map(|(r, river)| (river.title.as_str(), of_river(r)))
        .filter(|band| !band.1.is_empty())
        .collect();
    let heights: Vec<f64> = bands.iter().map(|(_, cells)| height_of(cells)).collect();
    let unit = (frame.height() / heights.iter().sum::<f64>().max(1e-9)).min(HIGHEST_ROW);
    let spare = frame.height() - unit * heights.iter().sum::<f64>();
    let (mut spots, mut names, mut top) =
        (vec![frame.centre(); basin.nodes.len()], Vec::new(), frame.top + 0.5 * spare);
    let mut column = f64::INFINITY;
    for ((title, cells), height) in bands.iter().zip(heights) {
        let columns = cells.iter().map(|(_, cell)| cell.column).fold(0.0, f64::max);
        let (left, right) = (frame.left + 58.0, frame.right - 70.0);
        let wide = if columns > 0.0 { (right - left) / columns } else { 0.0 };
        let first = cells.iter().map(|(_, cell)| cell.row).min().unwrap_or(0);
        for &(node, cell) in cells {
            let y = top + unit * (f64::from(cell.row - first) + STEM_EXTRA * stem_share(cell.row) + 0.5);
            spots[node] = (if columns > 0.0 { left + cell.column * wide } else { 0.5 * (left + right) }, y);
        }
        names.push(((*title).to_owned(), (frame.left, top + 8.0)));
        top += unit * height;
        column = column.min(if columns > 0.0 { wide } else { 200.0 });
    }
    (spots, names, column)
}

/// The most a row takes, pixels.
const HIGHEST_ROW: f64 = 210.0;

/// How much higher the row of a main stem is than another.
const STEM_EXTRA: f64 = 0.5;

fn stem_share(row: i32) -> f64 {
    match row {
        row if row < 0 => 0.0,
        0 => 0.5,
        _ => 1.0,
    }
}

fn height_of(cells: &[(usize, Cell)]) -> f64 {
    let rows = cells.iter().map(|(_, cell)| cell.row);
    let (first, last) = (rows.clone().min().unwrap_or(0), rows.max().unwrap_or(0));
    f64::from(last - first) + 1.0 + STEM_EXTRA
}

fn filled(view: &View<'_>, policy: &str, reservoir: &str) -> f64 {
    let basin = &view.scenario.basin;
    let mut rows = view.tables.record.reservoirs.iter().rev();
    let last = rows.find(|row| row.policy == policy && row.member == 0 && row.reservoir == reservoir);
    let full = basin.reservoirs.iter().find(|known| known.name == reservoir);
    let full = full.and_then(|known| known.storage_max.iter().last()).map_or(0.0, |v| v.value());
    last.map_or(0.0, |row| if full > 0.0 { row.storage_end_hm3 / full } else { 0.0 })
}

fn place(basin: &Basin, node: &Node, spot: Spot, filled: impl Fn(&str) -> f64) -> Place {
    let (standing, half_wide, half_high, name) = match node.kind {
        NodeKind::Reservoir(r) => {
            let reservoir = &basin.reservoirs[r];
            (
                Standing::Reservoir { filled: filled(&reservoir.name) },
                25.0,
                21.0,
                without_brackets(&reservoir.title),
            )
        }
        NodeKind::Junction => (Standing::Junction, 7.0, 7.0, short(node)),
        NodeKind::Sink => (Standing::Sink, 15.0, 15.0, without_brackets(&node.title)),
    };
    let frame = Frame::new(spot.0 - half_wide, spot.1 - half_high, spot.0 + half_wide, spot.1 + half_high);
    Place { frame, standing, riparian: node.riparian, name }
}

fn without_brackets(title: &str) -> String {
    title.split(" (").next().unwrap_or(title).to_owned()
}

/// The title of a node where it is short, else its name as a word.
fn short(node: &Node) -> String {
    let title = without_brackets(&node.title);
    if title.chars().count() <= 26 {
        return title;
    }
    let mut letters = node.name.replace('_', " ").chars().collect::<Vec<char>>();
    if let Some(first) = letters.first_mut() {
        *first = first.to_uppercase().next().unwrap_or(*first);
    }
    letters.into_iter().collect()
}

/// A smooth way from one node to another that leaves and arrives level.
fn course(from: &Place, to: &Place) -> Vec<Spot> {
    const PIECES: usize = 40;
    let (a, b) = (from.frame.centre(), to.frame.centre());
    let bend = 0.5 * (b.0 - a.0).max(0.0);
    let at = |k: usize| {
        let t = k as f64 / PIECES as f64;
        let s = 1.0 - t;
        let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
        let x = [a.0, a.0 + bend, b.0 - bend, b.0];
        let y = [a.1, a.1, b.1, b.1];
        let sum = |v: [f64; 4]| v.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>();
        (sum(x), sum(y))
    };
    if (a.1 - b.1).abs() < 0.5 { straight(a, b, PIECES) } else { (0..=PIECES).map(at).collect() }
}

fn straight(a: Spot, b: Spot, pieces: usize) -> Vec<Spot> {
    let at = |k: usize| {
        let t = k as f64 / pieces as f64;
        (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
    };
    (0..=pieces).map(at).collect()
}
