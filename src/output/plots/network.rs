//! The figure `network`: what the basin is, and what flows in it under the first policy.
//!
//! Rivers run from left (mountains) to right, one below the other; the width of a reach is its flow over
//! the horizon. Reservoirs are vessels filled to their last storage; demands (squares, filled as far as
//! they are served) and plants (diamonds) are marked in their riparian's colour. Where everything stands
//! is for [`super::network_map`].

use crate::network::basin::Basin;
use crate::network::topology::NodeKind;

use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::legend;
use super::network_ground::{Stretch, width};
use super::network_map::{Map, Place, Standing, is_dry, written};
use super::palette::{self, Colour, Line};
use super::{Figure, View};

/// A reach in which nothing flows.
const DRY: Line = Line { colour: palette::FAINT, dash: &[5.0, 5.0], width: 1.25 };

/// Draws it, where there is a river.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let Some(policy) = view.policies.first() else { return Vec::new() };
    if view.tables.record.reaches.is_empty() {
        return Vec::new();
    }
    let flows = Flows::of(view, policy);
    let subtitle = format!(
        "Rivers from the mountains (left) to the sea (right) under {policy}; \
         width and numbers: what enters each reach over the horizon, {}",
        flows.unit
    );
    view.figure("network", title(view, policy, &flows), &subtitle, |canvas, body| {
        let top = key(canvas, body, view, &flows) + 12.0;
        let frame = Frame::new(body.left, top, body.right, body.bottom);
        draw(canvas, view, policy, &flows, &Map::new(view, frame, policy, &flows.by_reach));
    })
}

/// What flows over the horizon, in `unit`.
struct Flows {
    by_reach: Vec<f64>,
    unit: &'static str,
    /// hm3 of one `unit`.
    divisor: f64,
}

impl Flows {
    fn of(view: &View<'_>, policy: &str) -> Flows {
        let reaches = &view.scenario.basin.reaches;
        let mut by_reach = vec![0.0; reaches.len()];
        for row in view.tables.record.reaches.iter().filter(|row| row.policy == policy && row.member == 0) {
            if let Some(k) = reaches.iter().position(|reach| reach.name == row.reach) {
                by_reach[k] += row.inflow_hm3;
            }
        }
        let large = by_reach.iter().copied().fold(0.0, f64::max) >= 1000.0;
        let (unit, divisor) = if large { ("km³", 1000.0) } else { ("hm³", 1.0) };
        Flows { by_reach: by_reach.into_iter().map(|flow| flow / divisor).collect(), unit, divisor }
    }

    fn most(&self) -> f64 {
        self.by_reach.iter().copied().fold(1e-9, f64::max)
    }

    fn is_dry(&self, flow: f64) -> bool {
        is_dry(flow, self.most())
    }

    fn width(&self, flow: f64) -> f64 {
        width(flow, self.most())
    }
}

fn title(view: &View<'_>, policy: &str, flows: &Flows) -> String {
    let inflow = view.scenario.inflows.volume.iter().flat_map(|series| series.iter());
    let comes = inflow.map(|volume| volume.value()).sum::<f64>() / flows.divisor;
    let mut sinks: Vec<(f64, &str)> = Vec::new();
    for node in view.scenario.basin.nodes.iter().filter(|node| super::network_map::is_sink(node)) {
        let rows = view.tables.record.nodes.iter().filter(|row| row.policy == policy && row.member == 0);
        let arrives: f64 = rows.filter(|row| row.node == node.name).map(|row| row.outflow_hm3).sum();
        sinks.push((arrives / flows.divisor, node.title.as_str()));
    }
    sinks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let unit = flows.unit;
    let comes = written(comes);
    let name = |sink: &(f64, &str)| sink.1.split(" (").next().unwrap_or(sink.1).replace(' ', "\u{a0}");
    match sinks.as_slice() {
        [] => format!("{comes}\u{a0}{unit} come into the basin under {policy}"),
        [only] => format!(
            "Of {comes}\u{a0}{unit} that come in, {} reach the end ({}) under {policy}",
            written(only.0),
            name(only)
        ),
        [first, second, ..] => format!(
            "Of {comes}\u{a0}{unit} that come in, {} reach the ends under {policy}: {} {}, {} {}",
            written(sinks.iter().map(|sink| sink.0).sum()),
            name(first),
            written(first.0),
            name(second),
            written(second.0)
        ),
    }
}

/// A mark on the map.
#[derive(Clone, Copy)]
enum Mark {
    Reservoir,
    Junction,
    Sink,
    Demand,
    Plant,
    Dry,
    Riparian(Colour),
}

/// The marks that occur on the map of a basin, with what they mean.
fn marks(basin: &Basin, flows: &Flows) -> Vec<(String, Mark)> {
    let kinds = |wanted: fn(&NodeKind) -> bool| basin.nodes.iter().any(|node| wanted(&node.kind));
    let marks = [
        (!basin.reservoirs.is_empty(), "reservoir and its last storage", Mark::Reservoir),
        (kinds(|kind| *kind == NodeKind::Junction), "canal heads, confluence", Mark::Junction),
        (kinds(|kind| *kind == NodeKind::Sink), "end of a river", Mark::Sink),
        (!basin.demands.is_empty(), "demand: size claimed, fill delivered", Mark::Demand),
        (!basin.plants.is_empty(), "hydropower plant", Mark::Plant),
        (flows.by_reach.iter().any(|&flow| flows.is_dry(flow)), "no flow", Mark::Dry),
    ];
    marks.into_iter().filter(|mark| mark.0).map(|(_, text, mark)| (text.to_owned(), mark)).collect()
}

/// Draws what the marks mean, then whose which colour is; returns the height it ends at.
fn key(canvas: &Canvas, body: Frame, view: &View<'_>, flows: &Flows) -> f64 {
    let below = key_row(canvas, body, &marks(&view.scenario.basin, flows));
    let colours = view.riparians().into_iter();
    let riparians: Vec<(String, Mark)> =
        colours.map(|(name, colour)| (view.title_of(&name).to_owned(), Mark::Riparian(colour))).collect();
    key_row(canvas, Frame { top: below, ..body }, &riparians)
}

fn key_row(canvas: &Canvas, body: Frame, items: &[(String, Mark)]) -> f64 {
    const ROOM: f64 = 32.0;
    let look = Type::SMALL;
    let widths: Vec<f64> = items.iter().map(|(text, _)| ROOM + look.width(text)).collect();
    let spots = legend::flow(&widths, body, 24.0, 28.0);
    for ((text, mark), &(x, y)) in items.iter().zip(&spots) {
        let middle = (x + 13.0, y);
        let around = |wide: f64, high: f64| Frame::new(middle.0 - wide, y - high, middle.0 + wide, y + high);
        match *mark {
            Mark::Reservoir => vessel(canvas, around(12.0, 10.0), 0.6, palette::GREY),
            Mark::Junction => junction(canvas, middle, palette::GREY),
            Mark::Sink => sink(canvas, middle, 9.0, palette::GREY),
            Mark::Demand => demand(canvas, around(8.0, 8.0), 0.6, palette::GREY),
            Mark::Dry => canvas.line(&[(x, y), (x + 26.0, y)], DRY),
            Mark::Plant => diamond(canvas, middle, palette::GREY),
            Mark::Riparian(colour) => canvas.rectangle(around(10.0, 7.0), colour),
        }
        canvas.text((x + ROOM, y), text, look, Across::Left, Upright::Middle);
    }
    spots.last().map_or(body.top, |spot| spot.1 + 14.0)
}

fn draw(canvas: &Canvas, view: &View<'_>, policy: &str, flows: &Flows, map: &Map) {
    for stretch in &map.stretches {
        let wet = Line::solid(palette::WATER, flows.width(stretch.flow));
        canvas.line(&stretch.course, if flows.is_dry(stretch.flow) { DRY } else { wet });
    }
    for stretch in map.stretches.iter().filter(|stretch| flows.width(stretch.flow) > 2.5) {
        chevron(canvas, stretch, flows.width(stretch.flow));
    }
    let basin = &view.scenario.basin;
    for (name, spot) in &map.rivers {
        canvas.text(*spot, name, Type::PANEL, Across::Left, Upright::Middle);
    }
    for place in &map.places {
        stand(canvas, view, place);
    }
    for &(spot, riparian) in &map.plants {
        diamond(canvas, spot, view.colour_of(&basin.riparians[riparian].name));
    }
    for mark in &map.demands {
        let name = &basin.demands[mark.demand].name;
        let rows = view.tables.record.deliveries.iter();
        let (claimed, delivered) = rows
            .filter(|row| row.policy == policy && row.member == 0 && row.demand == *name)
            .fold((0.0, 0.0), |sum, row| (sum.0 + row.claim_hm3, sum.1 + row.delivered_hm3));
        let colour = view.colour_of(&basin.riparians[basin.demands[mark.demand].riparian].name);
        demand(canvas, mark.frame, if claimed > 0.0 { delivered / claimed } else { 0.0 }, colour);
    }
    for label in &map.labels {
        let look = super::network_map::NAME;
        let middle = 0.5 * (label.frame.left + label.frame.right);
        for (k, line) in label.lines.iter().enumerate() {
            let y = label.frame.top + (k as f64 + 0.5) * look.leading();
            canvas.text((middle, y), line, look, Across::Middle, Upright::Middle);
        }
    }
    for (k, frame) in &map.numbers {
        let text = written(map.stretches[*k].flow);
        let look = super::network_map::NUMBER;
        canvas.text(frame.centre(), &text, look, Across::Middle, Upright::Middle);
    }
}

/// A small white arrow head in the middle of a reach, the way the water runs.
fn chevron(canvas: &Canvas, stretch: &Stretch, width: f64) {
    let (spot, along) = stretch.at(0.86);
    let (size, aside) = ((0.3 * width).clamp(3.0, 6.0), (-along.1, along.0));
    let point = |forward: f64, side: f64| -> Spot {
        (spot.0 + forward * along.0 + side * aside.0, spot.1 + forward * along.1 + side * aside.1)
    };
    let line = Line::solid(palette::WHITE, 1.75);
    canvas.line(&[point(-size, -size), point(size, 0.0), point(-size, size)], line);
}

fn stand(canvas: &Canvas, view: &View<'_>, place: &Place) {
    let colour = view.colour_of(&view.scenario.basin.riparians[place.riparian].name);
    match place.standing {
        Standing::Reservoir { filled } => vessel(canvas, place.frame, filled, colour),
        Standing::Junction => junction(canvas, place.frame.centre(), colour),
        Standing::Sink => sink(canvas, place.frame.centre(), 0.5 * place.frame.width(), colour),
    }
}

/// A vessel, wider at the top, filled to a share.
fn vessel(canvas: &Canvas, frame: Frame, filled: f64, colour: Colour) {
    let lean = 0.16 * frame.width();
    let at = |share: f64| {
        let aside = lean * (1.0 - share);
        let y = frame.bottom - share * frame.height();
        ((frame.left + aside, y), (frame.right - aside, y))
    };
    let ((foot_left, foot_right), (top_left, top_right)) = (at(0.0), at(1.0));
    canvas.area(&[foot_left, foot_right, top_right, top_left], palette::WHITE);
    let (level_left, level_right) = at(filled.clamp(0.0, 1.0));
    canvas.area(
        &[foot_left, foot_right, level_right, level_left],
        palette::mix(palette::WATER, palette::ACCENT, 0.45),
    );
    canvas.line(&[top_left, foot_left, foot_right, top_right], Line::solid(palette::shade(colour), 3.0));
}

fn junction(canvas: &Canvas, spot: Spot, colour: Colour) {
    canvas.disc(spot, 7.5, palette::WHITE);
    canvas.disc(spot, 6.0, colour);
}

fn sink(canvas: &Canvas, spot: Spot, radius: f64, colour: Colour) {
    canvas.disc(spot, radius, colour);
    canvas.disc(spot, radius - 3.0, palette::WHITE);
    canvas.disc(spot, radius - 6.0, palette::WATER);
}

fn demand(canvas: &Canvas, frame: Frame, served: f64, colour: Colour) {
    canvas.rectangle(frame, palette::WHITE);
    let top = frame.bottom - served.clamp(0.0, 1.0) * frame.height();
    canvas.rectangle(Frame::new(frame.left, top, frame.right, frame.bottom), colour);
    canvas.outline(frame, Line::solid(palette::shade(colour), 1.5));
}

fn diamond(canvas: &Canvas, (x, y): Spot, colour: Colour) {
    let corners = |r: f64| [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
    canvas.area(&corners(9.5), palette::WHITE);
    canvas.area(&corners(7.5), palette::shade(colour));
    canvas.area(&corners(5.0), colour);
}
