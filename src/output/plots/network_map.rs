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
use super::network_ground::{Ground, Stretch};
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
    /// What it is called where there is room, and where there is not.
    names: [String; 2],
}

impl Place {
    /// The names in lines that fit a column of this width or a little more, the first the best.
    fn lines(&self, column: f64) -> Vec<Vec<String>> {
        let narrow = (column - 8.0).clamp(72.0, 150.0);
        let [long, short] = &self.names;
        let tries = [(long, narrow), (long, 150.0), (short, narrow)];
        let wrapped = tries.map(|(name, room)| NAME.wrap(name, room)).into_iter().enumerate();
        wrapped.filter(|(k, lines)| *k == 2 || lines.len() <= 2).map(|(_, lines)| lines).collect()
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
        let mut ground = Ground::new(frame, map.marks(), &map.stretches);
        map.set_demands(basin, &mut ground);
        map.set_words(&ground, column);
        map
    }

    /// The boxes of nodes, plants and rivers' names.
    fn marks(&self) -> Vec<Frame> {
        let around = |spot: Spot| Frame::new(spot.0 - 8.0, spot.1 - 8.0, spot.0 + 8.0, spot.1 + 8.0);
        let river = |(name, spot): &(String, Spot)| {
            Frame::new(spot.0, spot.1 - 14.0, spot.0 + Type::PANEL.width(name), spot.1 + 14.0)
        };
        let places = self.places.iter().map(|place| place.frame);
        let plants = self.plants.iter().map(|plant| around(plant.0));
        places.chain(plants).chain(self.rivers.iter().map(river)).collect()
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

    /// Writes names and numbers. Where reaches are left without their number, it begins anew with those.
    fn set_words(&mut self, ground: &Ground, column: f64) {
        let all = self.wet_stretches();
        let mut free = ground.clone();
        self.labels = self.labels_on(&mut free, column);
        self.numbers = self.numbers_on(&mut free, &all);
        let written = |k: &usize| self.numbers.iter().any(|(number, _)| number == k);
        let (others, missing): (Vec<usize>, Vec<usize>) = all.into_iter().partition(written);
        let mut free = ground.clone();
        let mut numbers = self.numbers_on(&mut free, &missing);
        if !numbers.is_empty() {
            let labels = self.labels_on(&mut free, column);
            numbers.extend(self.numbers_on(&mut free, &others));
            if numbers.len() > self.numbers.len() {
                (self.labels, self.numbers) = (labels, numbers);
            }
        }
    }

    /// The reaches whose flow is worth a number, the largest first.
    fn wet_stretches(&self) -> Vec<usize> {
        let flow = |k: usize| self.stretches[k].flow;
        let mut order: Vec<usize> = (0..self.stretches.len()).filter(|&k| written(flow(k)) != "0").collect();
        order.sort_by(|&a, &b| flow(b).total_cmp(&flow(a)));
        order
    }

    /// Nodes are named in full unless a shorter name finds a far better place.
    fn labels_on(&self, ground: &mut Ground, column: f64) -> Vec<Label> {
        let size = |lines: &[String]| {
            let wide = NAME.widest(lines.iter().map(String::as_str));
            (wide, lines.len() as f64 * NAME.leading())
        };
        let mut labels = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let tries = place.lines(column).into_iter().enumerate();
            let cost = |(k, lines): &(usize, Vec<String>)| {
                ground.best_around(place.frame, size(lines)).0 + 12.0 * *k as f64
            };
            let best = tries.min_by(|a, b| cost(a).total_cmp(&cost(b)));
            let lines = best.map_or(Vec::new(), |(_, lines)| lines);
            let frame = ground.take(place.frame, size(&lines));
            labels.push(Label { frame, lines });
        }
        labels
    }

    /// The flow is written beside every one of these reaches that has room for it.
    fn numbers_on(&self, ground: &mut Ground, order: &[usize]) -> Vec<(usize, Frame)> {
        let mut numbers = Vec::with_capacity(order.len());
        for &k in order {
            let stretch = &self.stretches[k];
            let size = (NUMBER.width(&written(stretch.flow)) + 4.0, 1.1 * NUMBER.size);
            numbers.extend(ground.take_beside(k, stretch, size).map(|frame| (k, frame)));
        }
        numbers
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
    let (standing, wide, high, title) = match node.kind {
        NodeKind::Reservoir(r) => {
            let reservoir = &basin.reservoirs[r];
            (Standing::Reservoir { filled: filled(&reservoir.name) }, 25.0, 21.0, &reservoir.title)
        }
        NodeKind::Junction => (Standing::Junction, 7.0, 7.0, &node.title),
        NodeKind::Sink => (Standing::Sink, 15.0, 15.0, &node.title),
    };
    let frame = Frame::new(spot.0 - wide, spot.1 - high, spot.0 + wide, spot.1 + high);
    let title = title.split(" (").next().unwrap_or(title);
    let river = &basin.rivers[node.river].title;
    let junction = node.kind == NodeKind::Junction;
    let title = if junction { without_river(title, river) } else { title.to_owned() };
    let short = if junction { as_words(&node.name) } else { title.clone() };
    Place { frame, standing, riparian: node.riparian, names: [title, short] }
}

/// A title without the name of the river it is drawn on: `Amu Darya at Kerki` is `Kerki`.
fn without_river(title: &str, river: &str) -> String {
    let Some(rest) = title.strip_prefix(river).and_then(|rest| rest.strip_prefix(' ')) else {
        return title.to_owned();
    };
    let place = ["at the ", "at "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    as_words(place)
}

/// A name of files as words: `amu_mid` is `Amu mid`.
fn as_words(name: &str) -> String {
    let mut letters = name.replace('_', " ").chars().collect::<Vec<char>>();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_without_the_river_it_lies_on() {
        let named = |title| without_river(title, "Amu Darya");
        assert_eq!(named("Amu Darya at Kerki"), "Kerki");
        assert_eq!(named("Amu Darya at the border"), "Border");
        assert_eq!(named("Amu Darya below Tuyamuyun"), "Below Tuyamuyun");
        assert_eq!(named("Lower Pyanj"), "Lower Pyanj");
    }

    #[test]
    fn a_flow_is_written_with_the_digits_that_say_something() {
        assert_eq!([12.3, 4.24, 0.084, 0.001].map(written), ["12", "4.2", "0.08", "0"]);
    }
}
