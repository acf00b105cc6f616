//! The figure `energy-balance`: where the power of each area comes from, period by period.
//!
//! One panel an area: supply stacked upwards, what is sent to others hollow below the line, what was
//! asked for as a line, what was not served in the one alarm colour. Of several policies it takes the
//! one that leaves most unserved in October-March.

use crate::quantity::calendar::{Horizon, Season, Step};
use crate::simulation::record::PowerRow;

use super::axis::{Calendar, Panel, Scale, extent, grouped};
use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::legend;
use super::palette::{self, Colour, Line};
use super::{Figure, View};

/// Energy that is not worth a word, GWh.
const NOTHING: f64 = 5.0;

/// What is stacked, from the bottom: its name, its colour, and where it is in a row.
type Source = (&'static str, Colour, fn(&PowerRow) -> f64);

const SOURCES: [Source; 5] = [
    ("hydro", palette::HYDRO, |row| row.hydro_GWh),
    ("thermal", palette::THERMAL, |row| row.thermal_GWh),
    ("other (small hydro, sun, wind)", palette::OTHER, |row| row.other_GWh),
    ("imported", palette::IMPORTED, |row| row.imported_GWh),
    ("unserved", palette::UNSERVED, |row| row.unserved_GWh),
];

/// An area: its short name, its riparian's colour, its rows in order of time.
struct Area<'a> {
    name: &'a str,
    title: String,
    colour: Colour,
    rows: Vec<&'a PowerRow>,
}

impl Area<'_> {
    /// The sum over the periods of which a title speaks, GWh.
    fn sum(&self, focus: Focus, of: impl Fn(&PowerRow) -> f64) -> f64 {
        self.rows.iter().filter(|row| focus.holds(row)).map(|row| of(row)).sum()
    }
}

/// Draws it, where there are power areas.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let horizon = &view.scenario.basin.horizon;
    let focus = Focus::of(horizon);
    let unserved: Vec<f64> = view.policies.iter().map(|policy| unserved(view, policy, focus)).collect();
    let most = unserved.iter().copied().fold(0.0, f64::max);
    let shown = unserved.iter().position(|&energy| energy >= most - 1e-9).unwrap_or(0);
    let policy = &view.policies[shown];
    let areas = areas(view, policy);
    if areas.is_empty() {
        return Vec::new();
    }
    let why = if view.policies.len() > 1 && most > NOTHING { ", which leaves most unserved" } else { "" };
    let subtitle = format!(
        "GWh by {} under {policy}{why}; exports below the line; each area has its own scale",
        step(horizon)
    );
    view.figure("energy-balance", title(view, &unserved, &areas, focus), &subtitle, |canvas, body| {
        draw(canvas, body, horizon, &areas);
    })
}

fn step(horizon: &Horizon) -> &'static str {
    match horizon.step {
        Step::Month => "month",
        Step::Dekad => "ten days",
    }
}

/// The periods of which a title speaks: October-March, or all of a horizon that has no winter.
#[derive(Clone, Copy)]
struct Focus {
    winter: bool,
}

impl Focus {
    fn of(horizon: &Horizon) -> Focus {
        Focus { winter: horizon.seasons().contains(&Season::NonVegetation) }
    }

    fn holds(self, row: &PowerRow) -> bool {
        !self.winter || Season::of_month(row.period_start.month()) == Season::NonVegetation
    }

    /// `winter ` where it is the winter.
    fn word(self) -> &'static str {
        if self.winter { "winter " } else { "" }
    }
}

fn unserved(view: &View<'_>, policy: &str, focus: Focus) -> f64 {
    let rows = view.tables.record.power.iter().filter(|row| row.policy == policy && row.member == 0);
    rows.filter(|row| focus.holds(row)).map(|row| row.unserved_GWh).sum()
}

fn areas<'a>(view: &'a View<'_>, policy: &str) -> Vec<Area<'a>> {
    let mut areas: Vec<Area<'a>> = Vec::new();
    for row in view.tables.record.power.iter().filter(|row| row.policy == policy && row.member == 0) {
        let place = areas.iter().position(|area| area.name == row.area).unwrap_or_else(|| {
            let known = view.scenario.basin.areas.iter().find(|area| area.name == row.area);
            let title = known.map_or(row.area.clone(), |area| area.title.clone());
            areas.push(Area {
                name: &row.area,
                title,
                colour: view.colour_of(&row.riparian),
                rows: Vec::new(),
            });
            areas.len() - 1
        });
        areas[place].rows.push(row);
    }
    areas
}

fn title(view: &View<'_>, unserved: &[f64], areas: &[Area<'_>], focus: Focus) -> String {
    let (least, most) = extent(unserved.iter().copied());
    if most <= NOTHING {
        return served_title(view, areas, focus);
    }
    let by = |area: &Area<'_>| area.sum(focus, |row| row.unserved_GWh);
    let worst = areas.iter().max_by(|a, b| by(a).total_cmp(&by(b)));
    let place = worst.map_or(String::new(), |area| match by(area) / most {
        share if share > 0.95 => format!(", nearly all in {}", area.title),
        share if share > 0.55 => format!(", most of it in {}", area.title),
        _ => format!(", {} of it in {}", energy(by(area)), area.title),
    });
    let when = focus.word();
    if view.policies.len() == 1 {
        return format!("{} of {when}energy is unserved{place}", energy(most));
    }
    if most - least <= 0.05 * most {
        return format!("Every policy leaves about {} of {when}energy unserved{place}", energy(most));
    }
    let at =
        |energy: f64| unserved.iter().position(|&u| u == energy).map_or("", |k| view.policies[k].as_str());
    let (high, low) = (at(most), at(least));
    format!("Unserved {when}energy: {} under {high}{place}; {} under {low}", energy(most), energy(least))
}

/// What to say where everything is served.
fn served_title(view: &View<'_>, areas: &[Area<'_>], focus: Focus) -> String {
    let policies = if view.policies.len() > 1 { " under any policy" } else { "" };
    let share = |area: &Area<'_>| {
        let load = area.sum(focus, |row| row.load_GWh);
        let bought = area.sum(focus, |row| row.imported_GWh - row.exported_GWh);
        if load > 0.0 { bought / load } else { 0.0 }
    };
    let most = areas.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
    let served = format!("No {}energy is unserved{policies}", focus.word());
    match most.filter(|area| share(area) > 0.01) {
        Some(area) => format!("{served}; {} buys {:.0}\u{a0}% of its own", area.title, 100.0 * share(area)),
        None => served,
    }
}

fn energy(value: f64) -> String {
    if value >= 1000.0 {
        format!("{:.1}\u{a0}TWh", value / 1000.0)
    } else {
        format!("{}\u{a0}GWh", grouped(&format!("{value:.0}")))
    }
}

fn draw(canvas: &Canvas, body: Frame, horizon: &Horizon, areas: &[Area<'_>]) {
    let below = key(canvas, body);
    let across = match areas.len() {
        0..=3 => areas.len().max(1),
        4 => 2,
        5..=9 => 3,
        _ => 4,
    };
    let most_room = areas.iter().map(|area| Panel::room_for_numbers(&scale(area, 5))).fold(0.0, f64::max);
    let frames = Frame::new(body.left, below + 52.0, body.right, body.bottom - 56.0);
    let cells = frames.inset(most_room, 0.0, 0.0, 0.0).grid(areas.len(), across, most_room + 26.0, 108.0);
    for (area, frame) in areas.iter().zip(cells) {
        panel(canvas, frame, horizon, area);
    }
}

/// Draws what the colours mean; returns the height it ends at.
fn key(canvas: &Canvas, body: Frame) -> f64 {
    let look = Type::LABEL;
    let names: Vec<&str> =
        SOURCES.iter().map(|source| source.0).chain(["exported", "load and pumping"]).collect();
    let widths: Vec<f64> = names.iter().map(|name| 40.0 + look.width(name)).collect();
    let spots = legend::flow(&widths, body, 32.0, 28.0);
    for (k, (name, &(x, y))) in names.iter().zip(&spots).enumerate() {
        let swatch = Frame::new(x, y - 8.0, x + 30.0, y + 8.0);
        match SOURCES.get(k) {
            Some(source) => canvas.rectangle(swatch, source.1),
            None if k == SOURCES.len() => canvas.outline(swatch, Line::solid(palette::GREY, 1.5)),
            None => canvas.line(&[(x, y), (x + 30.0, y)], Line::solid(palette::INK, 3.0)),
        }
        canvas.text((x + 38.0, y), name, look, Across::Left, Upright::Middle);
    }
    spots.last().map_or(body.top, |spot| spot.1 + 14.0)
}

fn supply(row: &PowerRow) -> f64 {
    SOURCES.iter().map(|source| (source.2)(row).max(0.0)).sum()
}

fn scale(area: &Area<'_>, count: usize) -> Scale {
    let most =
        area.rows.iter().map(|row| supply(row).max(row.load_GWh + row.pumping_GWh)).fold(0.0, f64::max);
    let sent = area.rows.iter().map(|row| row.exported_GWh).fold(0.0, f64::max);
    let most = if most > 0.0 { 1.04 * most } else { 1.0 };
    let low = if sent > 0.01 * most { -1.06 * sent } else { 0.0 };
    Scale::round(low, most, count)
}

fn panel(canvas: &Canvas, frame: Frame, horizon: &Horizon, area: &Area<'_>) {
    let upright = scale(area, (frame.height() / 45.0).round().clamp(3.0, 7.0) as usize);
    let panel = Panel { frame, upright };
    let calendar = Calendar::new(horizon, frame.left, frame.right);
    calendar.shade_winter(canvas, frame.top, frame.bottom);
    panel.draw_grid_as(canvas, true, |tick| panel.upright.label(tick.abs()));
    for row in &area.rows {
        if let Some(k) = calendar.period(row.period_start) {
            stack(canvas, &panel, &calendar, k, row);
        }
    }
    load_line(canvas, &panel, &calendar, area);
    panel.draw_axes(canvas, 0.0);
    let look = Type::PANEL.colour(palette::shade(area.colour));
    let short = look.width(area.name) + 14.0;
    canvas.text((frame.left, frame.top - 14.0), area.name, look, Across::Left, Upright::Base);
    let note = note(area, &summary(area, Focus::of(horizon)), frame.width() - short);
    canvas.text(
        (frame.left + short, frame.top - 14.0),
        &note,
        Type::SMALL.colour(palette::GREY),
        Across::Left,
        Upright::Base,
    );
    calendar.draw(canvas, frame.bottom);
}

/// The area's name and what is said of it; the name gives way as far as there is no room for both.
fn note(area: &Area<'_>, said: &str, room: f64) -> String {
    let country = area.title.split(',').next().unwrap_or_default();
    let mut names = [area.title.as_str(), country].into_iter().filter(|name| *name != area.name);
    let fits = |name: &str| {
        let whole = format!("{name}  {said}");
        (Type::SMALL.width(&whole) <= room).then_some(whole)
    };
    names.find_map(fits).unwrap_or_else(|| Type::SMALL.shorten(said, room))
}

/// What an area lacks, where it lacks anything.
fn summary(area: &Area<'_>, focus: Focus) -> String {
    let lacking = area.sum(focus, |row| row.unserved_GWh);
    if lacking > NOTHING { format!("{}unserved {}", focus.word(), energy(lacking)) } else { String::new() }
}

fn stack(canvas: &Canvas, panel: &Panel, calendar: &Calendar, k: usize, row: &PowerRow) {
    let mut at = 0.0;
    for (_, colour, energy) in SOURCES {
        let part = energy(row).max(0.0);
        if part > 0.0 {
            canvas.rectangle(calendar.bar(k, panel.y(at + part), panel.y(at)), colour);
        }
        at += part;
    }
    if panel.y(-row.exported_GWh) - panel.y(0.0) > 1.5 {
        canvas.outline(
            calendar.bar(k, panel.y(0.0), panel.y(-row.exported_GWh)),
            Line::solid(palette::GREY, 1.5),
        );
    }
}

/// Draws what was asked for as a line of steps, so that it meets the bars where they are met.
fn load_line(canvas: &Canvas, panel: &Panel, calendar: &Calendar, area: &Area<'_>) {
    let mut points = Vec::with_capacity(2 * area.rows.len());
    for row in &area.rows {
        let Some(k) = calendar.period(row.period_start) else { continue };
        let y = panel.y(row.load_GWh + row.pumping_GWh);
        points.push((calendar.start(k), y));
        points.push((calendar.start(k + 1), y));
    }
    if points.len() > 1 {
        canvas.line(&points, Line::solid(palette::WHITE, 5.0));
        canvas.line(&points, Line::solid(palette::INK, 2.5));
    }
}
