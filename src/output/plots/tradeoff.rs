//! The figure `tradeoff`: the price of fairness.
//!
//! A dot a policy: what the whole basin gains against how far its worst-off need is met. The policies
//! that no other beats on both are joined.

use super::axis::{Panel, Scale, extent, grouped};
use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::labels::place_beside;
use super::palette::{self, AXIS, GRID, Line};
use super::{Figure, View};

/// The policy whose total benefit is the upper bound.
const UPPER_BOUND: &str = "one_basin";

/// Policies closer than this cannot be told apart: relative to the benefit, and in % of the worst-off need.
const ALIKE: (f64, f64) = (2e-4, 0.05);

/// A policy on the plane, with those that lie where it does.
struct Dot {
    policy: String,
    /// The names of all that lie here.
    label: String,
    /// Total benefit: % of that of the upper bound, or MUSD where there is none.
    benefit: f64,
    /// The worst-off need, % met.
    worst: f64,
}

impl Dot {
    fn is_alike(&self, other: &Dot) -> bool {
        let (benefit, worst) = (self.benefit - other.benefit, self.worst - other.worst);
        benefit.abs() <= ALIKE.0 * self.benefit.abs() && worst.abs() <= ALIKE.1
    }

    fn is_beaten_by(&self, other: &Dot) -> bool {
        let no_worse = other.benefit >= self.benefit && other.worst >= self.worst;
        no_worse && (other.benefit > self.benefit || other.worst > self.worst)
    }
}

/// What benefit is measured in.
#[derive(Clone, Copy, PartialEq)]
enum Measure {
    ShareOfOneBasin,
    Money,
}

/// Draws it, where anything is needed and there is a choice.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let (dots, measure) = dots(view);
    if dots.len() < 2 {
        return Vec::new();
    }
    let subtitle = "Total net benefit of the basin against its worst-off need; up and right is better; joined: \
                    what no other policy beats on both";
    view.figure("tradeoff", title(&dots, measure), subtitle, |canvas, body| {
        draw(canvas, body, &dots, measure)
    })
}

fn dots(view: &View<'_>) -> (Vec<Dot>, Measure) {
    let most = view.tables.criterion(UPPER_BOUND, "total_benefit").filter(|most| *most > 0.0);
    let unit = most.map_or(1.0, |most| most / 100.0);
    let dot = |policy: &String| {
        let benefit = view.tables.criterion(policy, "total_benefit")? / unit;
        let worst = 100.0 * view.tables.criterion(policy, "worst_satisfaction")?;
        Some(Dot { policy: policy.clone(), label: policy.clone(), benefit, worst })
    };
    let measure = if most.is_some() { Measure::ShareOfOneBasin } else { Measure::Money };
    let mut dots: Vec<Dot> = Vec::new();
    for dot in view.policies.iter().filter_map(dot) {
        match dots.iter_mut().find(|other| other.is_alike(&dot)) {
            Some(other) => other.label = format!("{}, {}", other.label, dot.label),
            None => dots.push(dot),
        }
    }
    (dots, measure)
}

fn title(dots: &[Dot], measure: Measure) -> String {
    let fairest =
        dots.iter().max_by(|a, b| a.worst.total_cmp(&b.worst).then(a.benefit.total_cmp(&b.benefit)));
    let richest =
        dots.iter().max_by(|a, b| a.benefit.total_cmp(&b.benefit).then(a.worst.total_cmp(&b.worst)));
    let (Some(fairest), Some(richest)) = (fairest, richest) else { return String::new() };
    let (least, most) = extent(dots.iter().map(|dot| dot.worst));
    if most - least < 0.5 {
        return format!(
            "The worst-off need is met to {most:.0} % whatever the policy; the basin gains most under {}",
            richest.policy
        );
    }
    if fairest.policy == richest.policy {
        return format!(
            "{} is best both for the basin and for the worst-off ({most:.0} % met)",
            fairest.policy
        );
    }
    let lost = richest.benefit - fairest.benefit;
    if lost < 5e-4 * richest.benefit.abs() {
        return format!(
            "Raising the worst-off need from {:.0} % ({}) to {:.0} % ({}) costs the basin almost nothing",
            richest.worst, richest.policy, fairest.worst, fairest.policy
        );
    }
    let price = match measure {
        Measure::ShareOfOneBasin => format!("{lost:.1} % of its benefit"),
        Measure::Money => format!("{} MUSD", grouped(&format!("{lost:.0}"))),
    };
    format!(
        "Raising the worst-off need from {:.0} % ({}) to {:.0} % ({}) costs the basin {price}",
        richest.worst, richest.policy, fairest.worst, fairest.policy
    )
}

fn draw(canvas: &Canvas, body: Frame, dots: &[Dot], measure: Measure) {
    let upright = Scale::around(dots.iter().map(|dot| dot.worst), 4.0, 8);
    let upright = if upright.high > 100.5 { Scale::round(upright.low, 100.5, 8) } else { upright };
    let (_, most) = extent(dots.iter().map(|dot| dot.benefit.abs()));
    let span = if measure == Measure::Money { 0.02 * most } else { 1.0 };
    let level = Scale::around(dots.iter().map(|dot| dot.benefit), span, 7);
    let frame = body.inset(Panel::room_for_numbers(&upright) + 40.0, 14.0, 30.0, 78.0);
    let panel = Panel { frame, upright };
    draw_level_axis(canvas, frame, &level, measure);
    panel.draw_grid(canvas, true);
    panel.draw_axes(canvas, panel.upright.low);
    canvas.upward_text((body.left + 8.0, frame.centre().1), "worst-off need, % met", Type::AXIS);
    let spots: Vec<Spot> =
        dots.iter().map(|dot| (level.at(dot.benefit, frame.left, frame.right), panel.y(dot.worst))).collect();
    let best: Vec<bool> = dots.iter().map(|dot| !dots.iter().any(|other| dot.is_beaten_by(other))).collect();
    let line = draw_frontier(canvas, &spots, &best);
    for (spot, &best) in spots.iter().zip(&best) {
        canvas.dot(*spot, 10.0, if best { palette::ACCENT } else { palette::AXIS });
    }
    draw_labels(canvas, frame, dots, &spots, (&best, &line));
}

fn draw_level_axis(canvas: &Canvas, frame: Frame, level: &Scale, measure: Measure) {
    for &tick in &level.ticks {
        let x = level.at(tick, frame.left, frame.right);
        canvas.line(&[(x, frame.top), (x, frame.bottom)], Line::solid(GRID, 1.25));
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + 6.0)], Line::solid(AXIS, 1.25));
        canvas.text((x, frame.bottom + 13.0), &level.label(tick), Type::AXIS, Across::Middle, Upright::Top);
    }
    let name = match measure {
        Measure::ShareOfOneBasin => "total net benefit, % of one_basin",
        Measure::Money => "total net benefit, MUSD",
    };
    let spot = (frame.centre().0, frame.bottom + 48.0);
    canvas.text(spot, name, Type::AXIS, Across::Middle, Upright::Top);
}

/// Joins what no other policy beats; returns the line.
fn draw_frontier(canvas: &Canvas, spots: &[Spot], best: &[bool]) -> Vec<Spot> {
    let mut frontier: Vec<Spot> =
        spots.iter().zip(best).filter(|(_, best)| **best).map(|(spot, _)| *spot).collect();
    frontier.sort_by(|a, b| a.0.total_cmp(&b.0));
    if frontier.len() > 1 {
        canvas.line(&frontier, Line::solid(palette::tint(palette::ACCENT, 0.55), 2.5));
    }
    frontier
}

/// Writes each policy beside its dot, off the line that joins the best.
fn draw_labels(
    canvas: &Canvas,
    frame: Frame,
    dots: &[Dot],
    spots: &[Spot],
    (best, line): (&[bool], &[Spot]),
) {
    let look = Type::LABEL.size(20.0);
    let sizes: Vec<(f64, f64)> =
        dots.iter().map(|dot| (look.width(&dot.label) + 4.0, 1.25 * look.size)).collect();
    let page = frame.inset(6.0, 4.0, -30.0, 4.0);
    for (k, label) in place_beside(spots, 12.0, &sizes, line, page).iter().enumerate() {
        let colour = if best[k] { palette::INK } else { palette::GREY };
        let nearest = (spots[k].0.clamp(label.left, label.right), spots[k].1.clamp(label.top, label.bottom));
        if (nearest.0 - spots[k].0).hypot(nearest.1 - spots[k].1) > 24.0 {
            canvas.line(&[spots[k], nearest], Line::solid(palette::AXIS, 1.25));
        }
        let spot = (label.left + 2.0, label.centre().1);
        canvas.clear_text(spot, &dots[k].label, look.colour(colour), Across::Left);
    }
}
