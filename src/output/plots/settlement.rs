//! The figure `settlement`: who pays whom, a panel a policy that has payments.
//!
//! Who pays stands on the left, who is paid on the right; a band's width is what is paid, on one scale in
//! all panels. Bands of money are whole, those of electricity and fuel are broken. A single policy has a
//! list of its payments beside it. Where bands begin and end is for [`super::bands`].

use super::axis::grouped;
use super::bands::{Band, End, Layout};
use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::legend::{self, flow};
use super::palette::{self, Colour, Line};
use super::{Figure, View};
use crate::evaluation::FUND;
use crate::evaluation::rows::PaymentRow;

/// The most policies that are shown: those that move most.
const MOST_PANELS: usize = 6;

/// The most payments that are listed.
const MOST_ROWS: usize = 18;

/// How the names beside the bars are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// The name people read, the sum below it.
    Full,
    /// The name people read and the sum on one line.
    Line,
    /// The short name and the sum on one line.
    Short,
}

impl Names {
    /// Full where there are few parties and panels.
    fn of(across: usize, parties: usize, height: f64) -> Names {
        match across {
            0..=2 if parties as f64 * 48.0 <= 0.75 * height => Names::Full,
            0..=2 => Names::Line,
            _ => Names::Short,
        }
    }

    /// The least height of a name, pixels.
    fn height(self) -> f64 {
        if self == Names::Full { 44.0 } else { 22.0 }
    }

    /// Room for a panel's names on either side, pixels.
    fn room(self) -> f64 {
        match self {
            Names::Full => 150.0,
            Names::Line => 190.0,
            Names::Short => 92.0,
        }
    }
}

/// The payments of a policy, one a pair and kind, the largest first.
pub(super) struct Ledger {
    policy: String,
    payments: Vec<PaymentRow>,
}

impl Ledger {
    fn total(&self) -> f64 {
        self.payments.iter().map(|payment| payment.amount_MUSD).sum()
    }

    /// Who pays most to whom, over all kinds.
    fn largest(&self) -> Option<(&str, &str, f64)> {
        let mut pairs: Vec<(&str, &str, f64)> = Vec::new();
        for payment in &self.payments {
            let (from, to) = (payment.from.as_str(), payment.to.as_str());
            match pairs.iter_mut().find(|pair| (pair.0, pair.1) == (from, to)) {
                Some(pair) => pair.2 += payment.amount_MUSD,
                None => pairs.push((from, to, payment.amount_MUSD)),
            }
        }
        pairs.into_iter().rev().max_by(|a, b| a.2.total_cmp(&b.2))
    }
}

/// Draws it, where anything is paid.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let all = ledgers(view);
    let ledgers = shown(&all);
    if ledgers.is_empty() {
        return Vec::new();
    }
    let subtitle = subtitle(all.len(), ledgers.len());
    view.figure("settlement", title(view, &ledgers), &subtitle, |canvas, body| {
        let top = kinds(canvas, body, &ledgers);
        let body = Frame { top, ..body };
        match ledgers.as_slice() {
            [ledger] => alone(canvas, body, view, ledger),
            _ => side_by_side(canvas, body, view, &ledgers),
        }
    })
}

fn ledgers(view: &View<'_>) -> Vec<Ledger> {
    let of = |policy: &String| {
        let rows = view.tables.settlement.iter().filter(|row| row.policy == *policy && row.member == 0);
        let mut payments: Vec<PaymentRow> = rows.filter(|row| row.amount_MUSD > 0.0).cloned().collect();
        payments.sort_by(|a, b| b.amount_MUSD.total_cmp(&a.amount_MUSD));
        (!payments.is_empty()).then(|| Ledger { policy: policy.clone(), payments })
    };
    view.policies.iter().filter_map(of).collect()
}

/// The ledgers that move most, in the order of the run.
fn shown(all: &[Ledger]) -> Vec<&Ledger> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| all[b].total().total_cmp(&all[a].total()));
    order.truncate(MOST_PANELS);
    order.sort_unstable();
    order.into_iter().map(|k| &all[k]).collect()
}

fn subtitle(all: usize, shown: usize) -> String {
    let what = "Payments over the horizon, million US dollars, from left to right; the width of a band is what is paid";
    match (all, shown) {
        (_, 1) => what.to_owned(),
        _ if all > shown => format!("{what}; one scale; the {shown} of {all} policies that move most"),
        _ => format!("{what}; one scale"),
    }
}

fn title(view: &View<'_>, ledgers: &[&Ledger]) -> String {
    let by_total = |a: &&&Ledger, b: &&&Ledger| a.total().total_cmp(&b.total());
    let Some(most) = ledgers.iter().rev().max_by(by_total) else { return String::new() };
    let Some((from, to, sum)) = most.largest() else { return String::new() };
    let (payer, paid) = (party(view, from), party(view, to));
    let mut text = if most.payments.len() == 1 {
        format!("Under {} {payer} pays {paid} {}", most.policy, money(sum))
    } else {
        let total = money(most.total());
        format!("Under {} {total} change hands, {} of it from {payer} to {paid}", most.policy, amount(sum))
    };
    if let Some(least) = ledgers.iter().min_by(by_total).filter(|least| least.policy != most.policy) {
        text += &format!("; under {} {}", least.policy, money(least.total()));
    }
    text
}

/// The name people read of who pays or is paid.
pub(super) fn party<'n>(view: &'n View<'_>, name: &'n str) -> &'n str {
    if name == FUND { "the reserve fund" } else { view.title_of(name) }
}

fn colour(view: &View<'_>, name: &str) -> Colour {
    if name == FUND { palette::FAINT } else { view.colour_of(name) }
}

/// An amount of money: a decimal where it is small.
pub(super) fn amount(value: f64) -> String {
    let value = if value.abs() < 0.05 { 0.0 } else { value };
    if value.abs() < 9.95 { grouped(&format!("{value:.1}")) } else { grouped(&format!("{value:.0}")) }
}

/// An amount of money with its unit.
pub(super) fn money(value: f64) -> String {
    format!("{}\u{a0}MUSD", amount(value))
}

fn is_energy(payment: &PaymentRow) -> bool {
    payment.amount_GWh > 0.0
}

/// Lengths drawn and left out by turns along a band.
fn dash(kind: &str) -> &'static [f64] {
    match kind {
        "electricity" => &[16.0, 5.0],
        "fuel" => &[5.0, 5.0],
        _ => &[],
    }
}

/// Shows the kinds of payments where not all are money; returns where the panels begin.
fn kinds(canvas: &Canvas, body: Frame, ledgers: &[&Ledger]) -> f64 {
    let mut kinds: Vec<&str> = Vec::new();
    for payment in ledgers.iter().flat_map(|ledger| &ledger.payments) {
        if !kinds.contains(&payment.in_kind.as_str()) {
            kinds.push(&payment.in_kind);
        }
    }
    if kinds.iter().all(|kind| *kind == "money") {
        return body.top;
    }
    kinds.sort_by_key(|kind| (dash(kind).len(), *kind));
    let look = Type::SMALL;
    let names: Vec<String> = kinds.iter().map(|kind| format!("paid in {kind}")).collect();
    let widths: Vec<f64> = names.iter().map(|name| 66.0 + look.width(name)).collect();
    let spots = flow(&widths, body, 30.0, 28.0);
    for ((kind, name), &(x, y)) in kinds.iter().zip(&names).zip(&spots) {
        let band = Band { from: (x, y), to: (x + 56.0, y), thick: 14.0 };
        band.draw(canvas, palette::FAINT, dash(kind));
        canvas.text((x + 66.0, y), name, look, Across::Left, Upright::Middle);
    }
    spots.last().map_or(body.top, |spot| spot.1 + 24.0)
}

fn side_by_side(canvas: &Canvas, body: Frame, view: &View<'_>, ledgers: &[&Ledger]) {
    let across = if ledgers.len() <= 3 { ledgers.len().min(2) } else { ledgers.len().div_ceil(2) };
    let codes: Vec<(String, String, Colour)> = view
        .riparians()
        .into_iter()
        .map(|(name, own)| (name.clone(), view.title_of(&name).to_owned(), own))
        .collect();
    let top = if across > 2 { legend::codes(canvas, body, &codes) + 10.0 } else { body.top };
    let frames = Frame { top, ..body }.inset(0.0, 34.0, 0.0, 6.0).grid(ledgers.len(), across, 44.0, 64.0);
    let Some(height) = frames.first().map(Frame::height) else { return };
    let parties = ledgers.iter().map(|ledger| most_parties(view, ledger)).max().unwrap_or(0);
    let names = Names::of(across, parties, height);
    let scales = ledgers.iter().map(|ledger| scale(view, height, ledger, names));
    let scale = scales.fold(f64::INFINITY, f64::min);
    for (frame, ledger) in frames.into_iter().zip(ledgers) {
        panel(canvas, frame, view, ledger, names, scale);
    }
}

fn alone(canvas: &Canvas, body: Frame, view: &View<'_>, ledger: &Ledger) {
    let listed = 0.42 * body.width();
    let right = body.right - listed - 40.0;
    let frame = Frame { right, top: body.top + 34.0, bottom: body.bottom - 6.0, ..body };
    let names = Names::of(1, most_parties(view, ledger), frame.height());
    panel(canvas, frame, view, ledger, names, scale(view, frame.height(), ledger, names));
    list(canvas, Frame { left: body.right - listed, ..body }, view, ledger);
}

/// How many stand on the longer side.
fn most_parties(view: &View<'_>, ledger: &Ledger) -> usize {
    parties(view, ledger, |p| &p.from).len().max(parties(view, ledger, |p| &p.to).len())
}

/// The payers and the paid of a ledger in the basin's order, the fund last.
fn parties<'l>(view: &View<'_>, ledger: &'l Ledger, end: fn(&'l PaymentRow) -> &'l str) -> Vec<&'l str> {
    let riparians = &view.scenario.basin.riparians;
    let place = |name: &str| riparians.iter().position(|r| r.name == name).unwrap_or(usize::MAX);
    let mut names: Vec<&str> = ledger.payments.iter().map(end).collect();
    names.sort_by_key(|name| (place(name), *name));
    names.dedup();
    names
}

/// The ends of the bands for a layout: places of payer and paid among the names, and how much.
fn ends(payers: &[&str], paid: &[&str], ledger: &Ledger) -> Vec<End> {
    let place = |names: &[&str], name: &str| names.iter().position(|own| *own == name).unwrap_or(0);
    let end = |payment: &PaymentRow| End {
        from: place(payers, &payment.from),
        to: place(paid, &payment.to),
        amount: payment.amount_MUSD,
    };
    ledger.payments.iter().map(end).collect()
}

fn scale(view: &View<'_>, height: f64, ledger: &Ledger, names: Names) -> f64 {
    let (payers, paid) = (parties(view, ledger, |p| &p.from), parties(view, ledger, |p| &p.to));
    Layout::largest_scale(&ends(&payers, &paid, ledger), height, names.height())
}

fn panel(canvas: &Canvas, frame: Frame, view: &View<'_>, ledger: &Ledger, names: Names, scale: f64) {
    let heading = format!("{}: {}", ledger.policy, money(ledger.total()));
    let look = Type::PANEL.fitted(&heading, frame.width());
    let text = look.shorten(&heading, frame.width());
    canvas.text((frame.left, frame.top - 16.0), &text, look, Across::Left, Upright::Base);
    let (payers, paid) = (parties(view, ledger, |p| &p.from), parties(view, ledger, |p| &p.to));
    let field = frame.inset(names.room(), 0.0, names.room(), 0.0);
    let layout = Layout::new(&ends(&payers, &paid, ledger), field, scale, names.height());
    for (payment, band) in ledger.payments.iter().zip(&layout.bands) {
        band.draw(canvas, palette::tint(colour(view, &payment.from), 0.45), dash(&payment.in_kind));
    }
    for (payment, band) in ledger.payments.iter().zip(&layout.bands) {
        label(canvas, payment, band, layout.slot);
    }
    for (name, span) in payers.iter().zip(&layout.payers) {
        node(canvas, view, name, (field.left - 14.0, *span), names, Across::Right);
    }
    for (name, span) in paid.iter().zip(&layout.paid) {
        node(canvas, view, name, (field.right, *span), names, Across::Left);
    }
}

/// Writes what a band pays before its end, where there is room.
fn label(canvas: &Canvas, payment: &PaymentRow, band: &Band, slot: f64) {
    if slot.max(band.thick) < 15.0 {
        return;
    }
    let text = if is_energy(payment) {
        format!("{} ({}\u{a0}GWh)", amount(payment.amount_MUSD), amount(payment.amount_GWh))
    } else {
        amount(payment.amount_MUSD)
    };
    let thin = band.thick < 19.0;
    let spot = (band.to.0 - if thin { 4.0 } else { 8.0 }, band.to.1);
    let look = Type::SMALL.colour(palette::INK);
    if !thin && dash(&payment.in_kind).is_empty() {
        canvas.text(spot, &text, look, Across::Right, Upright::Middle);
    } else {
        canvas.clear_text(spot, &text, look, Across::Right);
    }
}

/// A payer or someone paid: a bar in its colour, and beside it its name and sum.
fn node(
    canvas: &Canvas,
    view: &View<'_>,
    name: &str,
    (left, (top, bottom, sum)): (f64, (f64, f64, f64)),
    names: Names,
    side: Across,
) {
    let own = colour(view, name);
    let bar = Frame::new(left, top, left + 14.0, bottom);
    canvas.rectangle(bar, own);
    canvas.outline(bar, Line::solid(palette::shade(own), 1.5));
    let x = if side == Across::Right { left - 10.0 } else { left + 24.0 };
    let title = if names == Names::Short { name } else { party(view, name) };
    let title = title.strip_prefix("the ").unwrap_or(title);
    let (middle, sum) = (0.5 * (top + bottom), amount(sum));
    let look = Type::LABEL.bold().colour(palette::shade(own));
    if names == Names::Full {
        let room = names.room() - 16.0;
        let look = look.fitted(title, room - 2.0);
        canvas.text((x, middle - 3.0), &look.shorten(title, room), look, side, Upright::Base);
        let verb = if side == Across::Right { "pays" } else { "gets" };
        canvas.text((x, middle + 6.0), &format!("{verb} {sum}"), Type::SMALL, side, Upright::Top);
        return;
    }
    let wide = Type::SMALL.width(&sum);
    let room = names.room() - 22.0 - wide;
    let look = look.size(Type::SMALL.size).fitted(title, room - 2.0);
    let (inner, outer) = if side == Across::Right { (x, x - wide - 6.0) } else { (x, x + wide + 6.0) };
    canvas.text((inner, middle), &sum, Type::SMALL, side, Upright::Middle);
    canvas.text((outer, middle), &look.shorten(title, room), look, side, Upright::Middle);
}

/// The payments of a policy as a list, the largest first.
fn list(canvas: &Canvas, frame: Frame, view: &View<'_>, ledger: &Ledger) {
    let look = Type::SMALL;
    let (rows, rest) = ledger.payments.split_at(ledger.payments.len().min(MOST_ROWS));
    let numbers: Vec<String> = rows.iter().map(|row| amount(row.amount_MUSD)).collect();
    let total = amount(ledger.total());
    let wide = look.bold().widest(numbers.iter().map(String::as_str).chain([total.as_str(), "MUSD"]));
    let high = ((frame.height() - 60.0) / (rows.len() + 2) as f64).min(44.0);
    canvas.text((frame.left, frame.top + 18.0), "Payments, MUSD", Type::PANEL, Across::Left, Upright::Base);
    let text = frame.left + wide + 16.0;
    let line = |k: usize| frame.top + 34.0 + (k as f64 + 0.5) * high;
    for (k, (row, number)) in rows.iter().zip(&numbers).enumerate() {
        canvas.text((frame.left + wide, line(k)), number, look.bold(), Across::Right, Upright::Middle);
        let words = in_words(view, row);
        let fitted = look.fitted(&words, frame.right - text);
        let words = fitted.shorten(&words, frame.right - text);
        canvas.text((text, line(k)), &words, fitted, Across::Left, Upright::Middle);
    }
    let mut end = rows.len();
    if !rest.is_empty() {
        let sum: f64 = rest.iter().map(|row| row.amount_MUSD).sum();
        canvas.text(
            (frame.left + wide, line(end)),
            &amount(sum),
            look.bold(),
            Across::Right,
            Upright::Middle,
        );
        let words = format!("in {} smaller payments", rest.len());
        canvas.text((text, line(end)), &words, look, Across::Left, Upright::Middle);
        end += 1;
    }
    let y = line(end) - 0.5 * high;
    canvas.line(&[(frame.left, y), (frame.right, y)], Line::solid(palette::AXIS, 1.25));
    canvas.text((frame.left + wide, line(end)), &total, look.bold(), Across::Right, Upright::Middle);
    canvas.text((text, line(end)), "all together", look.bold(), Across::Left, Upright::Middle);
}

fn in_words(view: &View<'_>, row: &PaymentRow) -> String {
    let mut words = format!("{} to {}", party(view, &row.from), party(view, &row.to));
    if is_energy(row) {
        words += &format!(", {}\u{a0}GWh of {}", amount(row.amount_GWh), row.in_kind);
    } else if row.in_kind != "money" {
        words += &format!(", in {}", row.in_kind);
    }
    if !row.purpose.is_empty() {
        words += &format!(": {}", row.purpose);
    }
    words
}
