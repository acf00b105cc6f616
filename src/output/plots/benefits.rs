//! The figure `benefits`: who gains and who loses against autarky, or the first policy of the run without it.
//!
//! One panel a policy on one scale, a bar a riparian and one for the whole basin, which counts the reserve
//! fund. Where money changes hands a hollow dot shows the benefit before transfers, an arrow what they change. A single policy shows the benefits themselves.

use super::axis::{Scale, extent, grouped};
use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::palette::{self, Colour, Line};
use super::{Figure, View};
use crate::evaluation::{AUTARKY, FUND};

/// What is smaller does not count as a gain or a loss, MUSD.
const NOTHING: f64 = 0.5;

/// Benefit of one riparian (or of all) under one policy, MUSD.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Benefit {
    before: f64,
    after: f64,
}

impl Benefit {
    fn less(self, other: Benefit) -> Benefit {
        Benefit { before: self.before - other.before, after: self.after - other.after }
    }

    fn transferred(self) -> bool {
        (self.after - self.before).abs() > NOTHING
    }
}

/// A policy and what each gains under it, the whole basin last.
struct Column {
    policy: String,
    gains: Vec<Benefit>,
}

/// The riparians with their colours, the basin last, and the columns.
struct Picture {
    rows: Vec<(String, Colour)>,
    columns: Vec<Column>,
    reference: Option<String>,
}

/// Draws it, where anybody has a benefit.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let picture = picture(view);
    let none =
        picture.columns.iter().flat_map(|column| &column.gains).all(|gain| *gain == Benefit::default());
    if none && picture.reference.is_none() {
        return Vec::new();
    }
    view.figure("benefits", title(&picture), &subtitle(&picture), |canvas, body| {
        draw(canvas, body, &picture);
    })
}

fn picture(view: &View<'_>) -> Picture {
    let mut rows = view.riparians();
    if view.tables.riparians.iter().any(|row| row.riparian == FUND) {
        rows.push((FUND.to_owned(), palette::FAINT));
    }
    let mut columns: Vec<Column> = view.policies.iter().map(|policy| column(view, policy, &rows)).collect();
    for (name, _) in &mut rows {
        *name = if name == FUND { "reserve fund" } else { view.title_of(name) }.to_owned();
    }
    rows.push(("whole basin".to_owned(), palette::INK));
    if columns.len() < 2 {
        return Picture { rows, columns, reference: None };
    }
    let autarky = columns.iter().position(|column| column.policy == AUTARKY);
    let reference = columns.remove(autarky.unwrap_or(0));
    for column in &mut columns {
        column.gains = column.gains.iter().zip(&reference.gains).map(|(own, base)| own.less(*base)).collect();
    }
    Picture { rows, columns, reference: Some(reference.policy) }
}

fn column(view: &View<'_>, policy: &str, riparians: &[(String, Colour)]) -> Column {
    let mut gains = vec![Benefit::default(); riparians.len() + 1];
    for row in view.tables.riparians.iter().filter(|row| row.policy == policy && row.member == 0) {
        let Some(place) = riparians.iter().position(|(name, _)| *name == row.riparian) else { continue };
        for place in [place, riparians.len()] {
            gains[place].before += row.benefit_MUSD;
            gains[place].after += row.net_benefit_MUSD;
        }
    }
    Column { policy: policy.to_owned(), gains }
}

fn title(picture: &Picture) -> String {
    let riparians = picture.rows.len() - 1;
    let Some(reference) = &picture.reference else {
        let total = picture.columns.first().map_or(0.0, |column| column.gains[riparians].after);
        let policy = picture.columns.first().map_or("", |column| column.policy.as_str());
        return format!("Under {policy} the basin’s net benefit is {}", money(total));
    };
    let best =
        picture.columns.iter().max_by(|a, b| a.gains[riparians].after.total_cmp(&b.gains[riparians].after));
    let Some(best) = best else { return String::new() };
    let name = |k: usize| picture.rows[k].0.as_str();
    let by_gain = |k: &usize, l: &usize| best.gains[*k].after.total_cmp(&best.gains[*l].after);
    let (least, most) = ((0..riparians).min_by(by_gain), (0..riparians).max_by(by_gain));
    let total = best.gains[riparians].after;
    let same =
        picture.columns.iter().flat_map(|column| &column.gains).all(|gain| gain.after.abs() <= NOTHING);
    if same {
        return format!("No policy gives anybody more or less than {reference} does");
    }
    let mut text = if total > NOTHING {
        format!("{} brings the basin {} more than {reference}", best.policy, money(total))
    } else {
        format!(
            "No policy brings the basin more than {reference}; {} costs {}",
            best.policy,
            money(total.abs())
        )
    };
    if let Some(k) = turned(best, riparians) {
        let (loss, gain) = (money(-best.gains[k].before), money(best.gains[k].after));
        return format!("{text}; transfers turn {}’s loss of {loss} into a gain of {gain}", name(k));
    }
    if let Some(k) = most.filter(|&k| best.gains[k].after > NOTHING) {
        text += &format!("; {} gains {}", name(k), money(best.gains[k].after));
    }
    if let Some(k) = least.filter(|&k| best.gains[k].after < -NOTHING) {
        text += &format!(", {} loses {}", name(k), money(-best.gains[k].after));
    }
    text
}

/// The riparian whose loss becomes a gain by transfers; of several, the one that lost most.
fn turned(column: &Column, riparians: usize) -> Option<usize> {
    let gains = &column.gains;
    let turned = (0..riparians).filter(|&k| gains[k].before < -NOTHING && gains[k].after > NOTHING);
    turned.min_by(|&a, &b| gains[a].before.total_cmp(&gains[b].before))
}

fn money(value: f64) -> String {
    format!("{}\u{a0}MUSD", grouped(&format!("{value:.0}")))
}

fn subtitle(picture: &Picture) -> String {
    let what = match &picture.reference {
        Some(reference) => {
            format!("Net benefit over the horizon less that under {reference}, million US dollars")
        }
        None => "Net benefit over the horizon, million US dollars".to_owned(),
    };
    let scale = if picture.columns.len() > 1 { "; one scale" } else { "" };
    if picture.columns.iter().flat_map(|column| &column.gains).any(|gain| gain.transferred()) {
        format!("{what}; bars after transfers, hollow dots before; numbers: before \u{2192} after{scale}")
    } else {
        format!("{what}; no transfers{scale}")
    }
}

fn draw(canvas: &Canvas, body: Frame, picture: &Picture) {
    let count = picture.columns.len();
    let across = if count <= 5 { count } else { count.div_ceil(count.div_ceil(4)) };
    let names =
        Type::AXIS.bold().widest(picture.rows.iter().map(|(name, _)| name.as_str())).min(200.0) + 16.0;
    let frames = body.inset(names, 40.0, 0.0, 34.0).grid(count, across, 30.0, 92.0);
    let Some(first) = frames.first() else { return };
    let scale = scale(picture, first.width());
    for (k, (column, frame)) in picture.columns.iter().zip(&frames).enumerate() {
        if k % across == 0 {
            label_rows(canvas, *frame, picture, names);
        }
        panel(canvas, *frame, column, picture, &scale);
    }
}

/// The scale along the bars, with room for the numbers beyond their ends.
fn scale(picture: &Picture, width: f64) -> Scale {
    let gains: Vec<Benefit> = picture.columns.iter().flat_map(|column| &column.gains).copied().collect();
    let (low, high) = extent(gains.iter().flat_map(|gain| [gain.before, gain.after, 0.0]));
    let span = (high - low).max(1.0);
    let wide = |gain: &Benefit| Type::SMALL.width(&label(*gain, picture.reference.is_some())) + 22.0;
    let losses = gains.iter().filter(|gain| gain.after < 0.0);
    let widest = losses.map(wide).fold(0.0, f64::max);
    let left = match (widest > 0.0, low < -1e-9) {
        (true, _) => span * widest / (width - 2.0 * widest).max(0.3 * width),
        (false, true) => 0.06 * span,
        (false, false) => 0.0,
    };
    // A number that begins at the end of its bar ends within the width.
    let needed = |gain: &Benefit| {
        let end = gain.before.max(gain.after).max(0.0) - (low - left);
        end * width / (width - wide(gain)).max(0.2 * width)
    };
    let all = gains.iter().filter(|gain| gain.after >= 0.0).map(needed).fold(high - low + left, f64::max);
    Scale::round(low - left, low - left + all, (width / 50.0).round().clamp(2.0, 8.0) as usize)
}

fn written(value: f64) -> String {
    let value = if value.abs() < 0.5 { 0.0 } else { value };
    let text = grouped(&format!("{value:.0}"));
    if value > 0.0 { format!("+{text}") } else { text }
}

fn slot(frame: Frame, rows: usize, row: usize) -> (f64, f64) {
    let high = frame.height() / rows as f64;
    (frame.top + row as f64 * high, high)
}

fn label_rows(canvas: &Canvas, frame: Frame, picture: &Picture, room: f64) {
    for (row, (name, colour)) in picture.rows.iter().enumerate() {
        let (top, high) = slot(frame, picture.rows.len(), row);
        let look = Type::AXIS.bold().colour(palette::shade(*colour));
        let text = look.shorten(name, room - 16.0);
        canvas.text((frame.left - 14.0, top + 0.5 * high), &text, look, Across::Right, Upright::Middle);
    }
}

fn panel(canvas: &Canvas, frame: Frame, column: &Column, picture: &Picture, scale: &Scale) {
    let x = |value: f64| scale.at(value, frame.left, frame.right);
    for tick in numbered(frame, scale) {
        canvas.line(&[(x(tick), frame.top), (x(tick), frame.bottom)], Line::solid(palette::GRID, 1.25));
    }
    label_ticks(canvas, frame, scale);
    let look = Type::PANEL.fitted(&column.policy, frame.width());
    let name = look.shorten(&column.policy, frame.width());
    canvas.text((frame.left, frame.top - 14.0), &name, look, Across::Left, Upright::Base);
    for (row, gain) in column.gains.iter().enumerate() {
        let (top, high) = slot(frame, picture.rows.len(), row);
        if row + 1 == picture.rows.len() {
            canvas.line(&[(frame.left, top), (frame.right, top)], Line::solid(palette::AXIS, 1.25));
        }
        bar(canvas, (top + 0.5 * high, (0.6 * high).min(46.0)), *gain, picture.rows[row].1, x, picture);
    }
    canvas.line(&[(x(0.0), frame.top), (x(0.0), frame.bottom)], Line::solid(palette::AXIS, 1.5));
}

/// The ticks whose numbers fit below a panel: every second or third where they would touch, none that
/// would stand out beyond the panel's ends.
fn numbered(frame: Frame, scale: &Scale) -> Vec<f64> {
    let width = |tick: f64| Type::SMALL.width(&scale.label(tick));
    let x = |tick: f64| scale.at(tick, frame.left, frame.right);
    let widest = scale.ticks.iter().map(|&tick| width(tick)).fold(0.0, f64::max);
    let apart = match scale.ticks.as_slice() {
        [a, b, ..] => x(*b) - x(*a),
        _ => frame.width(),
    };
    let every = ((widest + 12.0) / apart.max(1.0)).ceil().max(1.0) as usize;
    let zero = scale.ticks.iter().position(|&tick| tick == 0.0).unwrap_or(0);
    let fits = |tick: f64| {
        let half = 0.5 * width(tick);
        x(tick) - half >= frame.left - 8.0 && x(tick) + half <= frame.right + 8.0
    };
    let ticks = scale.ticks.iter().enumerate().filter(|(k, _)| k.abs_diff(zero) % every == 0);
    ticks.map(|(_, &tick)| tick).filter(|&tick| fits(tick)).collect()
}

/// Writes the ticks below a panel.
fn label_ticks(canvas: &Canvas, frame: Frame, scale: &Scale) {
    for tick in numbered(frame, scale) {
        let spot = (scale.at(tick, frame.left, frame.right), frame.bottom + 9.0);
        canvas.text(spot, &scale.label(tick), Type::SMALL, Across::Middle, Upright::Top);
    }
}

/// The benefit after transfers, and the one before where they differ.
fn label(gain: Benefit, signed: bool) -> String {
    let text = |value: f64| if signed { written(value) } else { grouped(&format!("{value:.0}")) };
    if gain.transferred() {
        format!("{} \u{2192} {}", text(gain.before), text(gain.after))
    } else {
        text(gain.after)
    }
}

/// An arrow from the benefit before transfers to the one after.
fn arrow(canvas: &Canvas, (from, to): (f64, f64), y: f64) {
    let back = if to > from { -1.0 } else { 1.0 };
    if (to - from).abs() > 12.0 {
        canvas.line(&[(from, y), (to + 8.0 * back, y)], Line::solid(palette::INK, 2.0));
        canvas.area(&[(to, y), (to + 10.0 * back, y - 6.0), (to + 10.0 * back, y + 6.0)], palette::INK);
    }
}

fn bar(
    canvas: &Canvas,
    (middle, high): (f64, f64),
    gain: Benefit,
    colour: Colour,
    x: impl Fn(f64) -> f64,
    picture: &Picture,
) {
    let (from, to) = (x(0.0).min(x(gain.after)), x(0.0).max(x(gain.after)));
    let frame = Frame::new(from, middle - 0.5 * high, to, middle + 0.5 * high);
    let loses = gain.after < 0.0;
    canvas.rectangle(frame, if loses { palette::tint(colour, 0.6) } else { colour });
    if to - from > 3.0 {
        canvas.outline(frame, Line::solid(colour, 2.0));
    }
    if gain.transferred() {
        arrow(canvas, (x(gain.before), x(gain.after)), middle);
        let spot = (x(gain.before), middle);
        canvas.disc(spot, 8.0, palette::INK);
        canvas.disc(spot, 5.5, palette::WHITE);
    }
    let text = label(gain, picture.reference.is_some());
    let (from, to) = if gain.transferred() {
        (from.min(x(gain.before) - 8.0), to.max(x(gain.before) + 8.0))
    } else {
        (from, to)
    };
    let (spot, across) =
        if loses { ((from - 7.0, middle), Across::Right) } else { ((to + 7.0, middle), Across::Left) };
    canvas.text(spot, &text, Type::SMALL, across, Upright::Middle);
}
