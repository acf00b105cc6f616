//! The figure `fairness`: how unequally the needs of the riparians are met.
//!
//! The generalised Lorenz curve `G(k/n)` of a policy is the sum of the `k` least mean needs over `n`
//! (Shorrocks, 1983). Because needs are mostly met, it is drawn as its distance below the line on
//! which everything is met, `G(p) - p`; a curve above another is better for whoever dislikes shortage
//! and inequality, as with the curves themselves. A dot bears the colour of the riparian it adds.

use super::axis::{Panel, Scale};
use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::line_ends::{self, LineEnd};
use super::palette;
use super::{Figure, View};

/// The curve of a policy.
struct Curve {
    policy: String,
    gini: Option<f64>,
    /// Riparians from the worst off to the best, and their mean needs, 0 to 1.
    needs: Vec<(String, f64)>,
}

impl Curve {
    /// The curve below the line of everything met, percentage points: one value a riparian and zero first.
    fn below(&self) -> Vec<f64> {
        let count = self.needs.len() as f64;
        let mut sum = 0.0;
        let steps = self.needs.iter().map(|(_, met)| {
            sum += 100.0 * (met - 1.0) / count;
            sum
        });
        std::iter::once(0.0).chain(steps).collect()
    }

    fn mean(&self) -> f64 {
        100.0 + self.below().last().copied().unwrap_or(0.0)
    }

    fn label(&self) -> String {
        let gini = self.gini.map(|gini| format!(", Gini {gini:.3}")).unwrap_or_default();
        format!("{:.1} % met{gini}", self.mean())
    }
}

/// Draws it, where anything is needed.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let curves = curves(view);
    if curves.is_empty() {
        return Vec::new();
    }
    let subtitle = "Mean needs summed from the worst-off riparian up (generalised Lorenz curve), drawn as the \
                    distance below everything met; higher is better";
    view.figure("fairness", title(&curves), subtitle, |canvas, body| draw(canvas, body, view, &curves))
}

fn curves(view: &View<'_>) -> Vec<Curve> {
    let rows = &view.tables.comparison;
    let curve = |policy: &String| {
        let mut needs: Vec<(String, f64)> = rows
            .iter()
            .filter(|row| &row.policy == policy && row.criterion == "mean_need")
            .filter_map(|row| Some((row.riparian.clone()?, row.value)))
            .collect();
        needs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let gini = view.tables.criterion(policy, "gini_need");
        (!needs.is_empty()).then(|| Curve { policy: policy.clone(), gini, needs })
    };
    view.policies.iter().filter_map(curve).collect()
}

fn title(curves: &[Curve]) -> String {
    let with_gini: Vec<(&Curve, f64)> =
        curves.iter().filter_map(|curve| Some((curve, curve.gini?))).collect();
    let least = with_gini.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = with_gini.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((fair, low)), Some((unfair, high))) = (least, most) else {
        return "How far the needs of the riparians are met".to_owned();
    };
    if curves.len() == 1 {
        return format!(
            "Under {} needs are met to {:.0} % on average, with a Gini of {low:.3}",
            fair.policy,
            fair.mean()
        );
    }
    let fullest = curves.iter().max_by(|a, b| a.mean().total_cmp(&b.mean()));
    if let Some(fullest) = fullest.filter(|fullest| fullest.mean() > fair.mean() + 0.5) {
        return format!(
            "{} is the most equal (Gini {low:.3}), but {} meets more of the needs ({:.1} against {:.1} %)",
            fair.policy,
            fullest.policy,
            fullest.mean(),
            fair.mean()
        );
    }
    if high - low < 0.0015 {
        return format!("All policies meet needs about equally: Gini {low:.3} to {high:.3}");
    }
    format!(
        "Needs are met most equally under {} (Gini {low:.3}), least under {} ({high:.3})",
        fair.policy, unfair.policy
    )
}

fn draw(canvas: &Canvas, body: Frame, view: &View<'_>, curves: &[Curve]) {
    let least = curves.iter().flat_map(Curve::below).fold(0.0, f64::min);
    let scale = Scale::round((1.06 * least).min(-1.0), 0.0, 6);
    let labels: Vec<String> = curves.iter().map(Curve::label).collect();
    let wide = line_ends::room(curves.iter().map(|curve| curve.policy.as_str()), &labels);
    let frame = body.inset(Panel::room_for_numbers(&scale) + 40.0, 54.0, wide, 66.0);
    let panel = Panel { frame, upright: scale };
    panel.draw_grid(canvas, true);
    legend(canvas, (frame.left, body.top + 4.0), view, curves);
    draw_places(canvas, frame, curves);
    panel.draw_axes(canvas, 0.0);
    let middle = (body.left + 8.0, frame.centre().1);
    canvas.upward_text(middle, "below everything met, percentage points", Type::AXIS);
    draw_curves(canvas, &panel, view, curves, &labels);
}

/// Draws the curves, then their dots, then their names.
fn draw_curves(canvas: &Canvas, panel: &Panel, view: &View<'_>, curves: &[Curve], labels: &[String]) {
    let place = |curve: &Curve| position(view, &curve.policy);
    let points: Vec<Vec<Spot>> = curves.iter().map(|curve| points(panel, curve)).collect();
    for k in palette::drawing_order(view.policies.len()) {
        for (_, points) in curves.iter().zip(&points).filter(|(curve, _)| place(curve) == k) {
            canvas.line(points, palette::policy(k));
        }
    }
    for (curve, points) in curves.iter().zip(&points) {
        draw_dots(canvas, view, curve, points);
    }
    let end = |((curve, note), points)| {
        let line = palette::policy(place(curve));
        LineEnd { name: curve.policy.as_str(), note: String::as_str(note), line, points }
    };
    let ends = curves.iter().zip(labels).zip(points).map(end).collect();
    let page = Frame { top: panel.frame.top - 30.0, bottom: panel.frame.bottom + 30.0, ..panel.frame };
    line_ends::draw(canvas, panel.frame, page, ends);
}

fn position(view: &View<'_>, policy: &str) -> usize {
    view.policies.iter().position(|known| known == policy).unwrap_or(0)
}

fn at(frame: Frame, place: usize, count: usize) -> f64 {
    frame.left + frame.width() * place as f64 / count.max(1) as f64
}

/// The spots of a curve.
fn points(panel: &Panel, curve: &Curve) -> Vec<Spot> {
    let count = curve.needs.len();
    let spot = |(k, &value): (usize, &f64)| (at(panel.frame, k, count), panel.y(value));
    curve.below().iter().enumerate().map(spot).collect()
}

/// Draws a dot in the colour of the riparian that each step adds.
fn draw_dots(canvas: &Canvas, view: &View<'_>, curve: &Curve, points: &[Spot]) {
    for (spot, (riparian, _)) in points.iter().skip(1).zip(&curve.needs) {
        canvas.dot(*spot, 6.0, view.colour_of(riparian));
    }
}

/// Numbers the riparians along the axis, worst off first.
fn draw_places(canvas: &Canvas, frame: Frame, curves: &[Curve]) {
    let count = curves.iter().map(|curve| curve.needs.len()).max().unwrap_or(0);
    for k in 1..=count {
        let spot = (at(frame, k, count), frame.bottom + 12.0);
        canvas.text(spot, &k.to_string(), Type::AXIS, Across::Middle, Upright::Top);
    }
    let spot = (frame.centre().0, frame.bottom + 44.0);
    canvas.text(
        spot,
        "riparians counted, each policy’s worst-off first",
        Type::AXIS,
        Across::Middle,
        Upright::Top,
    );
}

/// The colours of the riparians in a row.
fn legend(canvas: &Canvas, from: Spot, view: &View<'_>, curves: &[Curve]) {
    let mut left = from.0;
    for (riparian, colour) in view.riparians() {
        if curves.iter().any(|curve| curve.needs.iter().any(|(name, _)| *name == riparian)) {
            canvas.disc((left + 6.0, from.1), 6.0, colour);
            let title = view.title_of(&riparian);
            canvas.text((left + 18.0, from.1), title, Type::SMALL, Across::Left, Upright::Middle);
            left += 18.0 + Type::SMALL.width(title) + 26.0;
        }
    }
}
