//! The figure `releases`: when the great reservoirs let their water go.
//!
//! One panel a reservoir, the largest first: what is let out in each period as a line a policy through
//! the middles of the periods, the inflow under the first policy as a grey area behind.

use jiff::civil::Date;

use crate::network::reservoir::Reservoir;
use crate::quantity::calendar::{Season, Step};
use crate::quantity::index::Idx;

use super::axis::{Calendar, Panel, Scale};
use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::legend;
use super::palette;
use super::{Figure, View};

/// The most reservoirs that are shown.
const MOST: usize = 3;

/// Shares of winter in the release that are said to be the same when they are no farther apart.
const SAME_SHARE: f64 = 0.03;

/// Releases of a period that are said to be the same, as a share of the reservoir's largest.
const SAME_RELEASE: f64 = 0.1;

/// A reservoir's water in each period, hm3.
struct Passage<'a> {
    title: &'a str,
    inflow: Vec<f64>,
    /// By policy, then period.
    released: Vec<Vec<f64>>,
}

/// Draws it, where a reservoir lets water go.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let passages: Vec<Passage<'_>> = largest(view).into_iter().map(|name| passage(view, name)).collect();
    if passages.is_empty() {
        return Vec::new();
    }
    let horizon = &view.scenario.basin.horizon;
    let step = if horizon.step == Step::Month { "month" } else { "ten-day period" };
    let of_policy =
        if view.policies.len() > 1 { format!(" under {}", view.policies[0]) } else { String::new() };
    let subtitle = format!(
        "Lines: released through turbines and spillways, hm³ in each {step}, drawn at its middle; \
         grey: inflow{of_policy}; each reservoir has its own scale"
    );
    view.figure("releases", title(view, &passages), &subtitle, |canvas, body| {
        draw(canvas, body, view, &passages);
    })
}

/// The reservoirs that hold most and let anything go, the largest first.
fn largest<'a>(view: &'a View<'_>) -> Vec<&'a str> {
    let released = |name: &str| {
        view.tables
            .record
            .reservoirs
            .iter()
            .any(|row| row.reservoir == name && row.turbined_hm3 + row.spilled_hm3 > 1e-6)
    };
    let size = |reservoir: &Reservoir| reservoir.storage_max.iter().map(|v| v.value()).fold(0.0, f64::max);
    let mut reservoirs: Vec<_> =
        view.scenario.basin.reservoirs.iter().filter(|r| released(&r.name)).collect();
    reservoirs.sort_by(|a, b| size(b).total_cmp(&size(a)));
    reservoirs.into_iter().take(MOST).map(|reservoir| reservoir.name.as_str()).collect()
}

fn passage<'a>(view: &'a View<'_>, name: &'a str) -> Passage<'a> {
    let basin = &view.scenario.basin;
    let starts = starts(view);
    let title = basin.reservoirs.iter().find(|r| r.name == name).map_or(name, |r| r.title.as_str());
    let mut released = vec![vec![0.0; starts.len()]; view.policies.len()];
    let mut inflow = vec![0.0; starts.len()];
    for row in view.tables.record.reservoirs.iter().filter(|row| row.reservoir == name && row.member == 0) {
        let policy = view.policies.iter().position(|policy| *policy == row.policy);
        let (Some(policy), Ok(k)) = (policy, starts.binary_search(&row.period_start)) else { continue };
        released[policy][k] += row.turbined_hm3 + row.spilled_hm3;
        if policy == 0 {
            inflow[k] += row.inflow_hm3;
        }
    }
    Passage { title, inflow, released }
}

fn starts(view: &View<'_>) -> Vec<Date> {
    view.scenario.basin.horizon.periods.iter().map(|period| period.first_day).collect()
}

/// The share of the release that falls in October-March, under each policy.
fn winter_shares(view: &View<'_>, passage: &Passage<'_>) -> Vec<f64> {
    let periods = &view.scenario.basin.horizon.periods;
    let share = |released: &Vec<f64>| {
        let all: f64 = released.iter().sum();
        let winter = periods.enumerate().filter(|(_, period)| period.season == Season::NonVegetation);
        let winter: f64 = winter.map(|(t, _)| released[t.position()]).sum();
        if all > 0.0 { winter / all } else { 0.0 }
    };
    passage.released.iter().map(share).collect()
}

fn title(view: &View<'_>, passages: &[Passage<'_>]) -> String {
    let Some(first) = passages.first() else { return String::new() };
    if view.scenario.basin.horizon.seasons().len() < 2 {
        return period_title(view, passages).unwrap_or_else(|| total_title(view, first));
    }
    let apart = |passage: &&Passage<'_>| {
        let (least, most) = super::axis::extent(winter_shares(view, passage));
        most - least
    };
    let widest = passages.iter().max_by(|a, b| apart(a).total_cmp(&apart(b)));
    let telling = widest.filter(|passage| apart(passage) >= SAME_SHARE).unwrap_or(first);
    let shares = winter_shares(view, telling);
    let (least, most) = super::axis::extent(shares.iter().copied());
    let at = |share: f64| shares.iter().position(|&s| s == share).map_or("", |k| view.policies[k].as_str());
    let percent = |share: f64| format!("{:.0}\u{a0}%", 100.0 * share);
    if most - least < SAME_SHARE {
        let who = if view.policies.len() > 1 { " under every policy" } else { "" };
        return format!("{} lets {} of its water go in winter{who}", telling.title, percent(most));
    }
    format!(
        "{} lets {} of its water go in winter under {}, {} under {}",
        telling.title,
        percent(most),
        at(most),
        percent(least),
        at(least)
    )
}

/// What to say of a horizon within one season: the period in which the policies differ most, seen from
/// the largest release of its reservoir; `None` where they hardly differ in any.
fn period_title(view: &View<'_>, passages: &[Passage<'_>]) -> Option<String> {
    let horizon = &view.scenario.basin.horizon;
    let (_, passage, k) = passages
        .iter()
        .flat_map(|passage| {
            let largest = super::axis::extent(passage.released.iter().flatten().copied()).1.max(1e-9);
            (0..horizon.len()).map(move |k| {
                let (least, most) = range_in(passage, k);
                ((most.1 - least.1) / largest, passage, k)
            })
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(apart, ..)| *apart >= SAME_RELEASE)?;
    let (least, most) = range_in(passage, k);
    let day = horizon.periods.as_slice().get(k)?.first_day;
    let when = if horizon.step == Step::Month { day.strftime("in %B") } else { day.strftime("from %-d %B") };
    Some(format!(
        "{} lets {} go {when} under {}, {} under {}",
        passage.title,
        volume(most.1),
        view.policies[most.0],
        volume(least.1),
        view.policies[least.0]
    ))
}

/// The policies that let least and most go in a period, each with how much, hm3.
fn range_in(passage: &Passage<'_>, k: usize) -> ((usize, f64), (usize, f64)) {
    let of = |better: fn(f64, f64) -> bool| {
        let released = passage.released.iter().enumerate().filter_map(|(p, line)| Some((p, *line.get(k)?)));
        released.reduce(|a, b| if better(b.1, a.1) { b } else { a }).unwrap_or((0, 0.0))
    };
    (of(|a, b| a < b), of(|a, b| a > b))
}

/// What to say where the policies hardly differ.
fn total_title(view: &View<'_>, passage: &Passage<'_>) -> String {
    let who = if view.policies.len() > 1 { " under every policy" } else { "" };
    let total = passage.released.iter().map(|released| released.iter().sum()).fold(0.0, f64::max);
    format!("{} lets {} go{who}", passage.title, volume(total))
}

/// hm3 in words, in the unit that suits.
fn volume(hm3: f64) -> String {
    if hm3 >= 1000.0 { format!("{:.1}\u{a0}km³", hm3 / 1000.0) } else { format!("{hm3:.0}\u{a0}hm³") }
}

fn draw(canvas: &Canvas, body: Frame, view: &View<'_>, passages: &[Passage<'_>]) {
    let top = if view.policies.len() > 1 {
        legend::policies(canvas, body, &view.policies) + 46.0
    } else {
        body.top + 30.0
    };
    let height = body.bottom - 50.0 - top;
    let ticks = (height / passages.len() as f64 / 55.0).round().clamp(3.0, 8.0) as usize;
    let scales: Vec<Scale> = passages.iter().map(|passage| scale(passage, ticks)).collect();
    let room = scales.iter().map(Panel::room_for_numbers).fold(0.0, f64::max);
    let frames =
        Frame::new(body.left + room, top, body.right, body.bottom - 50.0).grid(passages.len(), 1, 0.0, 46.0);
    let last = frames.len().saturating_sub(1);
    for (k, ((passage, frame), upright)) in passages.iter().zip(frames).zip(scales).enumerate() {
        let panel = Panel { frame, upright };
        let calendar = Calendar::new(&view.scenario.basin.horizon, frame.left, frame.right);
        draw_panel(canvas, &panel, &calendar, passage);
        if k == last {
            calendar.draw(canvas, frame.bottom);
        }
    }
}

fn scale(passage: &Passage<'_>, ticks: usize) -> Scale {
    let all = passage.released.iter().flatten().chain(&passage.inflow);
    Scale::from_zero(all.copied().fold(0.0, f64::max), ticks)
}

fn draw_panel(canvas: &Canvas, panel: &Panel, calendar: &Calendar, passage: &Passage<'_>) {
    let frame = panel.frame;
    calendar.shade_winter(canvas, frame.top, frame.bottom);
    let inflow = through_middles(calendar, &passage.inflow, |value| panel.y(value));
    let mut area = inflow;
    area.push((frame.right, frame.bottom));
    area.push((frame.left, frame.bottom));
    canvas.area(&area, palette::mix(palette::GRID, palette::AXIS, 0.1));
    panel.draw_grid(canvas, true);
    for k in palette::drawing_order(passage.released.len()) {
        let course = through_middles(calendar, &passage.released[k], |value| panel.y(value));
        canvas.line(&course, palette::policy(k));
    }
    panel.draw_axes(canvas, 0.0);
    let spot = (frame.left, frame.top - 12.0);
    canvas.text(spot, passage.title, Type::PANEL, Across::Left, Upright::Base);
    let unit = (frame.left + Type::PANEL.width(passage.title) + 14.0, spot.1);
    canvas.text(unit, "hm³", Type::SMALL.colour(palette::GREY), Across::Left, Upright::Base);
}

/// A line through the middles of the periods, level to both ends of the horizon.
fn through_middles(calendar: &Calendar, values: &[f64], y: impl Fn(f64) -> f64) -> Vec<Spot> {
    let middle = |k: usize| 0.5 * (calendar.start(k) + calendar.start(k + 1));
    let first = values.first().map(|&value| (calendar.start(0), y(value)));
    let last = values.last().map(|&value| (calendar.start(values.len()), y(value)));
    let within = values.iter().enumerate().map(|(k, &value)| (middle(k), y(value)));
    first.into_iter().chain(within).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policies_that_let_least_and_most_go_are_named_the_first_of_equals() {
        let released = vec![vec![3.0, 1.0], vec![5.0, 1.0], vec![3.0, 1.0]];
        let passage = Passage { title: "Nurek", inflow: Vec::new(), released };
        assert_eq!(range_in(&passage, 0), ((0, 3.0), (1, 5.0)));
        assert_eq!(range_in(&passage, 1), ((0, 1.0), (0, 1.0)));
    }

    #[test]
    fn a_volume_is_said_in_the_unit_that_suits() {
        assert_eq!(volume(4568.0), "4.6\u{a0}km³");
        assert_eq!(volume(58.2), "58\u{a0}hm³");
    }
}
