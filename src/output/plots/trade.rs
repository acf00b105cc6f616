//! The figure `trade`: who sends power to whom.
//!
//! On the left the areas and markets in a ring with an arrow for what goes one way more than the other,
//! its width by energy, under the policy that trades most; on the right what every connection carries
//! under every policy.

use std::f64::consts::TAU;

use super::axis::grouped;
use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::legend;
use super::palette::{self, Colour, Line};
use super::ring_order::ring_order;
use super::{Figure, View};

/// Energy that is not drawn, TWh.
const NOTHING: f64 = 0.005;

/// The most connections that are listed; smaller ones are summed up.
const MOST_ROWS: usize = 18;

/// What one place sends to another: TWh under each policy.
struct Flow {
    from: usize,
    to: usize,
    sent: Vec<f64>,
}

/// The places that trade, and what they send.
struct Network {
    places: Vec<String>,
    flows: Vec<Flow>,
}

/// Draws it, where anything is sent.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let network = network(view);
    if network.flows.is_empty() {
        return Vec::new();
    }
    let totals: Vec<f64> =
        (0..view.policies.len()).map(|p| network.flows.iter().map(|f| f.sent[p]).sum()).collect();
    let most = totals.iter().copied().fold(0.0, f64::max);
    let shown = totals.iter().position(|&total| total >= most - 1e-9).unwrap_or(0);
    let (which, every) =
        if view.policies.len() > 1 { (", which sends most", ", every policy") } else { ("", "") };
    let subtitle = format!(
        "Electricity sent, TWh. Left: net flows under {}{which}. Right: each direction{every}",
        view.policies[shown]
    );
    view.figure("trade", title(view, &network, &totals, shown), &subtitle, |canvas, body| {
        let top = legend::codes(canvas, body, &codes(view, &network)) + 12.0;
        let body = Frame { top, ..body };
        let middle = body.left + 0.5 * body.width();
        ring(canvas, Frame::new(body.left, body.top, middle - 30.0, body.bottom), view, &network, shown);
        table(canvas, Frame::new(middle + 30.0, body.top, body.right, body.bottom), view, &network);
    })
}

fn network(view: &View<'_>) -> Network {
    let mut places: Vec<String> = Vec::new();
    let mut flows: Vec<Flow> = Vec::new();
    for row in view.tables.record.trade.iter().filter(|row| row.member == 0) {
        let Some(policy) = view.policies.iter().position(|name| *name == row.policy) else { continue };
        let mut place = |name: &str| {
            places.iter().position(|known| known == name).unwrap_or_else(|| {
                places.push(name.to_owned());
                places.len() - 1
            })
        };
        let (from, to) = (place(&row.from), place(&row.to));
        let known = flows.iter().position(|flow| flow.from == from && flow.to == to).unwrap_or_else(|| {
            flows.push(Flow { from, to, sent: vec![0.0; view.policies.len()] });
            flows.len() - 1
        });
        flows[known].sent[policy] += row.sent_GWh / 1000.0;
    }
    flows.retain(|flow| flow.sent.iter().any(|&sent| sent > NOTHING));
    flows.sort_by(|a, b| b.sent.iter().sum::<f64>().total_cmp(&a.sent.iter().sum::<f64>()));
    Network { places, flows }
}

fn title(view: &View<'_>, network: &Network, totals: &[f64], shown: usize) -> String {
    let Some(largest) = network.flows.iter().max_by(|a, b| a.sent[shown].total_cmp(&b.sent[shown])) else {
        return String::new();
    };
    let name = |place: usize| place_title(view, &network.places[place]);
    let least = totals.iter().copied().fold(f64::INFINITY, f64::min);
    let most = totals[shown];
    let flow =
        format!("{} to {}, {}\u{a0}TWh", name(largest.from), name(largest.to), number(largest.sent[shown]));
    if most - least > 0.03 * most && view.policies.len() > 1 {
        let low = totals.iter().position(|&t| t == least).map_or("", |k| view.policies[k].as_str());
        let high = &view.policies[shown];
        format!(
            "{}\u{a0}TWh go over the lines under {low}, {} under {high}; the largest flow is from {flow}",
            number(least),
            number(most)
        )
    } else {
        format!("{}\u{a0}TWh of electricity go over the lines; the largest flow is from {flow}", number(most))
    }
}

/// The name people read of the power area or the outside market at an end of a line: an area need not be
/// a whole country.
fn place_title<'a>(view: &'a View<'_>, place: &'a str) -> &'a str {
    let basin = &view.scenario.basin;
    let areas = basin.areas.iter().map(|area| (&area.name, &area.title));
    let mut known = areas.chain(basin.markets.iter().map(|market| (&market.name, &market.title)));
    known.find(|(name, _)| *name == place).map_or(place, |(_, title)| title)
}

/// The places that trade: short name, the name people read, colour.
fn codes(view: &View<'_>, network: &Network) -> Vec<(String, String, Colour)> {
    let mut places: Vec<usize> = network.flows.iter().flat_map(|flow| [flow.from, flow.to]).collect();
    places.sort_unstable();
    places.dedup();
    let names = places.into_iter().map(|place| &network.places[place]);
    names.map(|name| (name.clone(), place_title(view, name).to_owned(), colour(view, name))).collect()
}

fn number(value: f64) -> String {
    if value >= 9.95 { grouped(&format!("{value:.1}")) } else { format!("{value:.2}") }
}

fn colour(view: &View<'_>, place: &str) -> Colour {
    let known = view.scenario.basin.riparians.iter().any(|riparian| riparian.name == place);
    if known { view.colour_of(place) } else { palette::FAINT }
}

/// A net flow: from, to, TWh.
type Net = (usize, usize, f64);

/// What goes one way more than the other between each two places, the largest first.
fn net_flows(network: &Network, policy: usize) -> Vec<Net> {
    let mut nets: Vec<Net> = Vec::new();
    for flow in &network.flows {
        let sent = flow.sent[policy];
        match nets.iter_mut().find(|net| (net.0, net.1) == (flow.to, flow.from)) {
            Some(back) => back.2 -= sent,
            None => nets.push((flow.from, flow.to, sent)),
        }
    }
    for net in &mut nets {
        if net.2 < 0.0 {
            *net = (net.1, net.0, -net.2);
        }
    }
    nets.retain(|net| net.2 > NOTHING);
    nets.sort_by(|a, b| b.2.total_cmp(&a.2));
    nets
}

fn ring(canvas: &Canvas, frame: Frame, view: &View<'_>, network: &Network, policy: usize) {
    let nets = net_flows(network, policy);
    let links: Vec<(usize, usize)> = nets.iter().map(|net| (net.0, net.1)).collect();
    let places: Vec<usize> =
        (0..network.places.len()).filter(|k| links.iter().any(|l| l.0 == *k || l.1 == *k)).collect();
    let order = ring_order(&places, &links);
    let (centre, radius) = (frame.centre(), 30.0);
    let (wide, high) = (0.5 * frame.width() - radius - 6.0, 0.5 * frame.height() - radius - 6.0);
    let spot = |place: usize| -> Spot {
        let k = order.iter().position(|&other| other == place).unwrap_or(0) as f64;
        let turn = TAU * (k / order.len().max(1) as f64 - 0.25);
        (centre.0 + wide * turn.cos(), centre.1 + high * turn.sin())
    };
    let most = nets.first().map_or(1.0, |net| net.2);
    let discs: Vec<Frame> = order.iter().map(|&place| around(spot(place), radius)).collect();
    let mut taken = discs.clone();
    for &(from, to, sent) in &nets {
        let width = (26.0 * sent / most).max(2.5);
        arrow(
            canvas,
            spot(from),
            spot(to),
            radius + 5.0,
            width,
            palette::tint(colour(view, &network.places[from]), 0.25),
        );
    }
    for &(from, to, sent) in &nets {
        label(canvas, (spot(from), spot(to)), &number(sent), &mut taken);
    }
    for &place in &order {
        let name = &network.places[place];
        canvas.dot(spot(place), radius, colour(view, name));
        let look = Type::LABEL
            .bold()
            .colour(palette::readable_on(colour(view, name)))
            .fitted(name, 2.0 * radius - 6.0);
        canvas.text(
            spot(place),
            &look.shorten(name, 2.0 * radius - 4.0),
            look,
            Across::Middle,
            Upright::Middle,
        );
    }
}

fn around(spot: Spot, radius: f64) -> Frame {
    Frame::new(spot.0 - radius, spot.1 - radius, spot.0 + radius, spot.1 + radius)
}

fn between(from: Spot, to: Spot, share: f64) -> Spot {
    (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
}

/// An arrow from one disc to another, ending at a distance from their centres.
fn arrow(canvas: &Canvas, from: Spot, to: Spot, gap: f64, width: f64, colour: Colour) {
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    let along = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let across = (-along.1, along.0);
    let head = (1.1 * width + 10.0).min(0.4 * length);
    let place = |forward: f64, aside: f64| {
        (from.0 + forward * along.0 + aside * across.0, from.1 + forward * along.1 + aside * across.1)
    };
    let (half, wing) = (0.5 * width, 0.5 * width + 6.0);
    let (tail, neck, tip) = (gap, length - gap - head, length - gap);
    canvas.area(
        &[
            place(tail, -half),
            place(neck, -half),
            place(neck, -wing),
            place(tip, 0.0),
            place(neck, wing),
            place(neck, half),
            place(tail, half),
        ],
        colour,
    );
}

/// Writes a number on an arrow, where it lies on no other number and no disc.
fn label(canvas: &Canvas, (from, to): (Spot, Spot), text: &str, taken: &mut Vec<Frame>) {
    let look = Type::SMALL;
    let (half_wide, half_high) = (0.5 * look.width(text) + 5.0, 0.7 * look.size);
    let frame = |spot: Spot| {
        Frame::new(spot.0 - half_wide, spot.1 - half_high, spot.0 + half_wide, spot.1 + half_high)
    };
    let free = |spot: &Spot| {
        let own = frame(*spot);
        taken.iter().all(|other| {
            own.right <= other.left
                || other.right <= own.left
                || own.bottom <= other.top
                || other.bottom <= own.top
        })
    };
    let shares = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74];
    let spot = shares
        .into_iter()
        .map(|share| between(from, to, share))
        .find(free)
        .unwrap_or_else(|| between(from, to, 0.5));
    canvas.clear_text(spot, text, look, Across::Middle);
    taken.push(frame(spot));
}

fn table(canvas: &Canvas, frame: Frame, view: &View<'_>, network: &Network) {
    let (rows, rest) = network.flows.split_at(network.flows.len().min(MOST_ROWS));
    let look = Type::AXIS;
    let names: Vec<String> = rows
        .iter()
        .map(|flow| format!("{} \u{2192} {}", network.places[flow.from], network.places[flow.to]))
        .collect();
    let left = frame.left
        + look.widest(names.iter().map(String::as_str)).max(look.bold().width("all together")).min(260.0)
        + 24.0;
    let count = view.policies.len();
    let wide = ((frame.right - left) / count as f64).min(130.0);
    let top = frame.top + header(canvas, (left, frame.top), wide, &view.policies);
    let high = ((frame.bottom - 10.0 - top) / (rows.len() + 2) as f64).min(38.0);
    let most = rows.iter().flat_map(|flow| &flow.sent).copied().fold(0.0, f64::max);
    for (r, (flow, name)) in rows.iter().zip(&names).enumerate() {
        let y = top + (r as f64 + 0.5) * high;
        let own = colour(view, &network.places[flow.from]);
        canvas.disc((frame.left + 7.0, y), 6.0, own);
        canvas.text((frame.left + 20.0, y), name, look, Across::Left, Upright::Middle);
        cells(
            canvas,
            (left, y),
            (wide, high),
            &flow.sent,
            |share| palette::tint(own, 1.0 - 0.65 * share.sqrt()),
            most,
        );
    }
    let mut y = top + (rows.len() as f64 + 0.5) * high;
    if !rest.is_empty() {
        let sums: Vec<f64> = (0..count).map(|p| rest.iter().map(|flow| flow.sent[p]).sum()).collect();
        canvas.text(
            (frame.left + 20.0, y),
            &format!("{} smaller", rest.len()),
            look,
            Across::Left,
            Upright::Middle,
        );
        cells(canvas, (left, y), (wide, high), &sums, |_| palette::WHITE, most);
        y += high;
    }
    let sums: Vec<f64> = (0..count).map(|p| network.flows.iter().map(|flow| flow.sent[p]).sum()).collect();
    canvas.line(
        &[(frame.left, y - 0.5 * high), (left + wide * count as f64, y - 0.5 * high)],
        Line::solid(palette::AXIS, 1.25),
    );
    canvas.text((frame.left + 20.0, y), "all together", look.bold(), Across::Left, Upright::Middle);
    cells(canvas, (left, y), (wide, high), &sums, |_| palette::WHITE, most);
}

/// Writes the policies over their columns, upwards where they are too wide; returns the height.
fn header(canvas: &Canvas, (left, top): Spot, wide: f64, policies: &[String]) -> f64 {
    let look = Type::SMALL.bold();
    let widest = look.widest(policies.iter().map(String::as_str)).min(220.0);
    let level = widest <= wide - 10.0;
    let high = if level { 30.0 } else { widest + 16.0 };
    for (k, policy) in policies.iter().enumerate() {
        let x = left + (k as f64 + 0.5) * wide;
        if level {
            canvas.text((x, top + 0.5 * high), policy, look, Across::Middle, Upright::Middle);
        } else {
            let text = look.shorten(policy, widest);
            canvas.upward_text((x, top + high - 10.0 - 0.5 * look.width(&text)), &text, look);
        }
    }
    high
}

fn cells(
    canvas: &Canvas,
    (left, y): Spot,
    (wide, high): (f64, f64),
    values: &[f64],
    ground: impl Fn(f64) -> Colour,
    most: f64,
) {
    for (k, &value) in values.iter().enumerate() {
        let x = left + k as f64 * wide;
        let colour = ground((value / most.max(1e-9)).clamp(0.0, 1.0));
        canvas.rectangle(
            Frame::new(x + 1.0, y - 0.5 * high + 1.0, x + wide - 1.0, y + 0.5 * high - 1.0),
            colour,
        );
        let text = if value > NOTHING { number(value) } else { "\u{2013}".to_owned() };
        let look = Type::SMALL.fitted(&text, wide - 6.0);
        canvas.text((x + 0.5 * wide, y), &text, look, Across::Middle, Upright::Middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_directions_leave_their_difference() {
        let flow = |from, to, sent| Flow { from, to, sent: vec![sent] };
        let network =
            Network { places: Vec::new(), flows: vec![flow(0, 1, 1.0), flow(1, 0, 3.0), flow(2, 1, 0.5)] };
        assert_eq!(net_flows(&network, 0), [(1, 0, 2.0), (2, 1, 0.5)]);
    }
}
