//! The figure `energy-balance`: where the power of each area comes from, period by period.
//!
//! One panel an area: supply stacked up to what was asked for, a line; what was not served hangs below
//! that line in the one alarm colour, and what is supplied beyond it, the net export, stands above it,
//! pale. Transit is in neither. Of several policies it takes the one that leaves most unserved in
//! October-March.

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

const SOURCES: [Source; 4] = [
    ("hydro", palette::HYDRO, |row| row.hydro_GWh),
    ("thermal", palette::THERMAL, |row| row.thermal_GWh),
    ("other (small hydro, sun, wind)", palette::OTHER, |row| row.other_GWh),
    ("net import", palette::IMPORTED, |row| row.imported_GWh - row.exported_GWh),
];

/// How pale the net export is.
const PALE: f64 = 0.62;

/// What an area asks for in a period: its load, and its pumps.
fn asked(row: &PowerRow) -> f64 {
    row.load_GWh + row.pumping_GWh
}

/// A part of a stack: its colour, from which height to which, GWh.
type Part = (Colour, f64, f64);

/// The stack of a period: each source as far as it serves the area itself, then what is not served, then
/// the rest of the sources, pale, which is sent to others.
fn stack(row: &PowerRow) -> Vec<Part> {
    let unserved = row.unserved_GWh.max(0.0);
    let home = (asked(row) - unserved).max(0.0);
    let mut parts = vec![(palette::UNSERVED, home, home + unserved)];
    let mut at = 0.0;
    for (_, colour, energy) in SOURCES {
        let top = at + energy(row).max(0.0);
        parts.push((colour, at.min(home), top.min(home)));
        parts.push((palette::tint(colour, PALE), at.max(home) + unserved, top.max(home) + unserved));
        at = top;
    }
    parts.retain(|(_, low, high)| high - low > 1e-6);
    parts
}

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
    let exports = samples(&areas).iter().any(|(_, sample)| matches!(sample, Sample::NetExport));
    let subtitle = format!(
        "GWh by {} under {policy}{why}{}{}",
        step(horizon),
        if exports { "; pale, above the load: net export" } else { "" },
        if areas.len() > 1 { "; each area has its own scale" } else { "" }
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

    /// ` in winter` where it is the winter.
    fn when(self) -> &'static str {
        if self.winter { " in winter" } else { "" }
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
    let little = if least > NOTHING { format!("{} in all", energy(least)) } else { "hardly any".to_owned() };
    format!("{high} leaves {} of {when}energy unserved{place}; {low} leaves {little}", energy(most))
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
        Some(area) => {
            format!("{served}; {} imports {:.0}\u{a0}% of what it uses", area.title, 100.0 * share(area))
        }
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
    let below = key(canvas, body, areas);
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

/// A sample in the key.
enum Sample {
    Fill(Colour),
    NetExport,
    Load,
}

/// The samples of what occurs in these areas, each with what it means.
fn samples(areas: &[Area<'_>]) -> Vec<(&'static str, Sample)> {
    let any = |of: &dyn Fn(&PowerRow) -> f64| {
        areas.iter().flat_map(|area| &area.rows).any(|row| of(row) > 0.01 * asked(row).max(1e-6))
    };
    let used = SOURCES.into_iter().filter(|source| any(&source.2));
    let mut samples: Vec<(&str, Sample)> =
        used.map(|(name, colour, _)| (name, Sample::Fill(colour))).collect();
    if any(&|row| row.unserved_GWh) {
        samples.push(("unserved", Sample::Fill(palette::UNSERVED)));
    }
    if any(&|row| row.exported_GWh - row.imported_GWh) {
        samples.push(("net export", Sample::NetExport));
    }
    samples.push(("load and pumping", Sample::Load));
    samples
}

/// Draws what the colours mean; returns the height it ends at.
fn key(canvas: &Canvas, body: Frame, areas: &[Area<'_>]) -> f64 {
    let look = Type::LABEL;
    let samples = samples(areas);
    let widths: Vec<f64> = samples.iter().map(|(name, _)| 40.0 + look.width(name)).collect();
    let spots = legend::flow(&widths, body, 32.0, 28.0);
    for ((name, sample), &(x, y)) in samples.iter().zip(&spots) {
        let swatch = Frame::new(x, y - 8.0, x + 30.0, y + 8.0);
        match *sample {
            Sample::Fill(colour) => canvas.rectangle(swatch, colour),
            Sample::NetExport => {
                canvas.rectangle(swatch, palette::tint(palette::THERMAL, PALE));
                let half = Frame { right: swatch.centre().0, ..swatch };
                canvas.rectangle(half, palette::tint(palette::HYDRO, PALE));
            }
            Sample::Load => canvas.line(&[(x, y), (x + 30.0, y)], Line::solid(palette::INK, 3.0)),
        }
        canvas.text((x + 38.0, y), name, look, Across::Left, Upright::Middle);
    }
    spots.last().map_or(body.top, |spot| spot.1 + 14.0)
}

fn scale(area: &Area<'_>, count: usize) -> Scale {
    let tops = area.rows.iter().flat_map(|row| stack(row).into_iter().map(|part| part.2));
    let most = tops.chain(area.rows.iter().map(|row| asked(row))).fold(0.0, f64::max);
    Scale::round(0.0, if most > 0.0 { 1.04 * most } else { 1.0 }, count)
}

fn panel(canvas: &Canvas, frame: Frame, horizon: &Horizon, area: &Area<'_>) {
    let upright = scale(area, (frame.height() / 45.0).round().clamp(3.0, 7.0) as usize);
    let panel = Panel { frame, upright };
    let calendar = Calendar::new(horizon, frame.left, frame.right);
    calendar.shade_winter(canvas, frame.top, frame.bottom);
    panel.draw_grid(canvas, true);
    for row in &area.rows {
        let Some(k) = calendar.period(row.period_start) else { continue };
        for (colour, low, high) in stack(row) {
            canvas.rectangle(calendar.bar(k, panel.y(high), panel.y(low)), colour);
        }
    }
    load_line(canvas, &panel, &calendar, area);
    panel.draw_axes(canvas, 0.0);
    head(canvas, frame, area, &summary(area, Focus::of(horizon)));
    calendar.draw(canvas, frame.bottom);
}

/// Writes the area's name over its panel and what is said of it beside; only the country where there is
/// no room for both.
fn head(canvas: &Canvas, frame: Frame, area: &Area<'_>, said: &str) {
    let (bold, small) = (Type::PANEL.colour(palette::shade(area.colour)), Type::SMALL.colour(palette::GREY));
    let country = area.title.split(',').next().unwrap_or_default();
    let fits = |name: &&str| bold.width(name) + 14.0 + small.width(said) <= frame.width();
    let name = [area.title.as_str(), country].into_iter().find(fits).unwrap_or(country);
    let look = bold.fitted(name, frame.width());
    let y = frame.top - 14.0;
    canvas.text((frame.left, y), &look.shorten(name, frame.width()), look, Across::Left, Upright::Base);
    let from = look.width(name) + 14.0;
    if from + small.width(said) <= frame.width() {
        canvas.text((frame.left + from, y), said, small, Across::Left, Upright::Base);
    }
}

/// What an area lacks, where it lacks anything.
fn summary(area: &Area<'_>, focus: Focus) -> String {
    let lacking = area.sum(focus, |row| row.unserved_GWh);
    if lacking > NOTHING { format!("{} unserved{}", energy(lacking), focus.when()) } else { String::new() }
}

/// Draws what was asked for as a line of steps, so that it meets the bars where they are met.
fn load_line(canvas: &Canvas, panel: &Panel, calendar: &Calendar, area: &Area<'_>) {
    let mut points = Vec::with_capacity(2 * area.rows.len());
    for row in &area.rows {
        let Some(k) = calendar.period(row.period_start) else { continue };
        let y = panel.y(asked(row));
        points.push((calendar.start(k), y));
        points.push((calendar.start(k + 1), y));
    }
    if points.len() > 1 {
        canvas.line(&points, Line::solid(palette::WHITE, 5.0));
        canvas.line(&points, Line::solid(palette::INK, 2.5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A period in which an area asks for 10, makes 6 from water and 5 from heat.
    fn row(imported: f64, exported: f64, unserved: f64) -> PowerRow {
        PowerRow {
            policy: "quota".to_owned(),
            member: 0,
            period_start: jiff::civil::date(2007, 10, 1),
            days: 31.0,
            area: "KZ".to_owned(),
            riparian: "KZ".to_owned(),
            load_GWh: 9.0,
            hydro_GWh: 6.0,
            thermal_GWh: 5.0,
            other_GWh: 0.0,
            imported_GWh: imported,
            exported_GWh: exported,
            unserved_GWh: unserved,
            pumping_GWh: 1.0,
            price_USD_per_MWh: None,
            residual_GWh: 0.0,
        }
    }

    #[test]
    fn transit_is_neither_import_nor_export() {
        let own = stack(&row(0.0, 1.0, 0.0));
        assert_eq!(stack(&row(4.0, 5.0, 0.0)), own);
        let pale = palette::tint(palette::THERMAL, PALE);
        let parts = [(palette::HYDRO, 0.0, 6.0), (palette::THERMAL, 6.0, 10.0), (pale, 10.0, 11.0)];
        assert_eq!(own, parts);
    }

    #[test]
    fn what_is_not_served_hangs_below_the_load_whatever_is_exported() {
        let parts = stack(&row(0.0, 3.0, 2.0));
        assert_eq!(parts[0], (palette::UNSERVED, 8.0, 10.0));
        assert_eq!(parts.last().map(|part| part.2), Some(13.0));
    }
}
