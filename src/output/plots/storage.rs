//! The figures `storage-*`: how full each reservoir is, and who pays at the end.
//!
//! One figure a reservoir that can hold water: a line a policy through the ends of the periods, dots at
//! the start and at the required end, grey bands where it is empty or full.

use crate::network::reservoir::Reservoir;
use crate::quantity::calendar::{Horizon, Period, Step};
use crate::quantity::index::Idx;

use super::axis::{Calendar, Panel, Scale, extent};
use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::line_ends::{self, LineEnd};
use super::palette;
use super::{Figure, View};

/// What may be said to be the same, as a share of what the reservoir can hold.
const SAME: f64 = 0.02;

/// What is far apart, as a share of what the reservoir can hold.
const FAR: f64 = 0.1;

/// Storage of a reservoir, km3: the start, then the end of each period, a line a policy.
struct Course<'a> {
    reservoir: &'a Reservoir,
    /// `None` where a policy has no row of a period.
    lines: Vec<Vec<Option<f64>>>,
    required: Option<f64>,
    /// Least and most at the end of each period.
    dead: Vec<f64>,
    full: Vec<f64>,
}

impl Course<'_> {
    fn range(&self) -> f64 {
        extent(self.full.iter().copied()).1 - extent(self.dead.iter().copied()).0
    }

    fn stored(&self) -> impl Iterator<Item = f64> + '_ {
        self.lines.iter().flatten().flatten().copied()
    }
}

/// Draws them, in the order of the basin.
pub(super) fn figures(view: &View<'_>) -> Vec<Figure> {
    use rayon::prelude::*;
    let courses: Vec<Course<'_>> = courses(view);
    courses.par_iter().flat_map_iter(|course| figure(view, course)).collect()
}

fn courses<'a>(view: &'a View<'_>) -> Vec<Course<'a>> {
    let basin = &view.scenario.basin;
    let starts: Vec<_> = basin.horizon.periods.iter().map(|period| period.first_day).collect();
    let km3 = |volume: f64| volume / 1000.0;
    let mut courses: Vec<Course<'a>> = basin
        .reservoirs
        .enumerate()
        .map(|(r, reservoir)| Course {
            reservoir,
            lines: vec![vec![None; starts.len() + 1]; view.policies.len()],
            required: view.scenario.end_storage.as_slice().get(r.position()).map(|v| km3(v.value())),
            dead: reservoir.dead_storage.iter().map(|v| km3(v.value())).collect(),
            full: reservoir.storage_max.iter().map(|v| km3(v.value())).collect(),
        })
        .collect();
    for row in view.tables.record.reservoirs.iter().filter(|row| row.member == 0) {
        let policy = view.policies.iter().position(|name| *name == row.policy);
        let course = courses.iter_mut().find(|course| course.reservoir.name == row.reservoir);
        let (Some(policy), Some(course), Ok(k)) = (policy, course, starts.binary_search(&row.period_start))
        else {
            continue;
        };
        let line = &mut course.lines[policy];
        line[k].get_or_insert(km3(row.storage_start_hm3));
        line[k + 1] = Some(km3(row.storage_end_hm3));
    }
    courses.retain(|course| course.range() > 1e-9 && course.stored().next().is_some());
    courses
}

fn figure(view: &View<'_>, course: &Course<'_>) -> Vec<Figure> {
    let (unit, factor) =
        if extent(course.full.iter().copied()).1 >= 1.0 { ("km³", 1.0) } else { ("hm³", 1000.0) };
    let subtitle = format!(
        "Storage, {unit}, a line a policy; grey: dead storage and full reservoir; dots: start and required end"
    );
    let name = format!("storage-{}", file_name(&course.reservoir.name));
    view.figure(&name, title(view, course, unit, factor), &subtitle, |canvas, body| {
        draw(canvas, body, view, course, factor, unit);
    })
}

/// The name with nothing in it that a file's name should not have.
fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect()
}

fn last(line: &[Option<f64>]) -> Option<f64> {
    line.last().copied().flatten()
}

fn title(view: &View<'_>, course: &Course<'_>, unit: &str, factor: f64) -> String {
    let name = &course.reservoir.title;
    let round = |value: f64| {
        let value = value * factor;
        if factor > 1.0 { format!("{value:.0}\u{a0}{unit}") } else { format!("{value:.1}\u{a0}{unit}") }
    };
    let differ = |(_, least, most): &Range| {
        most.1 - least.1 > SAME * course.range() && round(most.1) != round(least.1)
    };
    let widest = telling(course).filter(differ);
    let Some((moment, least, most)) = widest else {
        let who = if view.policies.len() > 1 { " under every policy" } else { "" };
        return format!("{name} {}{who}", steady(course, round));
    };
    let (low, high) = (round(least.1), round(most.1));
    let (less, more) = (&view.policies[least.0], &view.policies[most.0]);
    match moment {
        Moment::End => {
            format!("{name} ends {} higher under {more} than under {less}", round(most.1 - least.1))
        }
        Moment::Lowest => format!("{name} falls to {low} under {less}, never below {high} under {more}"),
        Moment::Highest if least.1 < 0.005 * course.range() => {
            format!("{name} fills to {high} under {more}, not at all under {less}")
        }
        Moment::Highest => format!("{name} holds up to {high} under {more}, at most {low} under {less}"),
        Moment::After(k) => {
            let horizon = &view.scenario.basin.horizon;
            let when =
                horizon.periods.as_slice().get(k).map_or(String::new(), |period| after(horizon, period));
            format!("{name} holds {low} under {less} {when}, {high} under {more}")
        }
    }
}

/// What to say of a reservoir that is the same under all policies.
fn steady(course: &Course<'_>, round: impl Fn(f64) -> String) -> String {
    let (low, high) = extent(course.stored());
    let (least, most) = (round(low), round(high));
    if high < 0.005 * course.range() {
        "stays empty".to_owned()
    } else if least == most {
        format!("stays at {most}")
    } else {
        format!("stays between {least} and {most}")
    }
}

/// The end of a period, in words.
fn after(horizon: &Horizon, period: &Period) -> String {
    if horizon.step == Step::Month {
        return format!("at the end of {}", period.first_day.strftime("%B"));
    }
    let nights = (period.days.value() - 1.0).round() as i64;
    let last = period.first_day.saturating_add(jiff::Span::new().days(nights));
    format!("on {}", last.strftime("%-d %B"))
}

/// The moment at which the policies differ most. The end, the lowest and the highest say more than any
/// other, so another is taken only where the policies lie far apart then, and twice as far.
fn telling(course: &Course<'_>) -> Option<Range> {
    let apart = |range: &Range| range.2.1 - range.1.1;
    let widest = |moments: &[Moment]| {
        let ranges = moments.iter().filter_map(|&moment| range(course, moment));
        ranges.max_by(|a, b| apart(a).total_cmp(&apart(b)))
    };
    let periods: Vec<Moment> = (0..course.dead.len()).map(Moment::After).collect();
    let (said, other) = (widest(&[Moment::End, Moment::Lowest, Moment::Highest])?, widest(&periods)?);
    Some(if apart(&other) > (2.0 * apart(&said)).max(FAR * course.range()) { other } else { said })
}

/// What a title compares.
#[derive(Clone, Copy)]
enum Moment {
    End,
    Lowest,
    Highest,
    /// The end of a period.
    After(usize),
}

impl Moment {
    fn of(self, line: &[Option<f64>]) -> Option<f64> {
        let stored = line.iter().flatten().copied();
        match self {
            Moment::End => last(line),
            Moment::Lowest => stored.min_by(f64::total_cmp),
            Moment::Highest => stored.max_by(f64::total_cmp),
            Moment::After(k) => line.get(k + 1).copied().flatten(),
        }
    }
}

/// A moment, the policy with the least and the one with the most water then, each with how much.
type Range = (Moment, (usize, f64), (usize, f64));

/// The policies with the least and with the most water at a moment, each with how much.
fn range(course: &Course<'_>, moment: Moment) -> Option<Range> {
    let stored = course.lines.iter().enumerate().filter_map(|(k, line)| moment.of(line).map(|v| (k, v)));
    let least = stored.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = stored.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((moment, least, most))
}

fn draw(canvas: &Canvas, body: Frame, view: &View<'_>, course: &Course<'_>, factor: f64, unit: &str) {
    let (low, high) = extent(
        course
            .stored()
            .chain(course.dead.iter().copied())
            .chain(course.full.iter().copied())
            .chain(course.required),
    );
    let air = 0.05 * (high - low).max(1e-3);
    let scale = Scale::round(factor * (low - air).max(0.0).min(low), factor * (high + air), 8);
    let names = line_ends::room(view.policies.iter().map(String::as_str), &[]);
    let frame = body.inset(Panel::room_for_numbers(&scale), 44.0, names, 58.0);
    let panel = Panel { frame, upright: scale };
    let calendar = Calendar::new(&view.scenario.basin.horizon, frame.left, frame.right);
    let y = |value: f64| panel.y(factor * value).clamp(frame.top, frame.bottom);
    bands(canvas, &calendar, frame, course, y);
    panel.draw_grid(canvas, true);
    panel.draw_unit(canvas, unit);
    name_bands(canvas, frame, course, y, factor);
    for k in palette::drawing_order(course.lines.len()) {
        for piece in pieces(&course.lines[k], &calendar, y) {
            canvas.line(&piece, palette::policy(k));
        }
    }
    panel.draw_axes(canvas, panel.upright.low);
    calendar.draw(canvas, frame.bottom);
    dots(canvas, frame, course, y);
    name_lines(canvas, frame, view, course, |line| pieces(line, &calendar, y));
}

/// The parts of a line without gaps.
fn pieces(line: &[Option<f64>], calendar: &Calendar, y: impl Fn(f64) -> f64) -> Vec<Vec<Spot>> {
    let mut pieces: Vec<Vec<Spot>> = vec![Vec::new()];
    for (k, value) in line.iter().enumerate() {
        match (value, pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push((calendar.start(k), y(*value))),
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

fn bands(canvas: &Canvas, calendar: &Calendar, frame: Frame, course: &Course<'_>, y: impl Fn(f64) -> f64) {
    let mut k = 0;
    while k < course.dead.len() {
        let (dead, full) = (course.dead[k], course.full[k]);
        let same = |&next: &usize| course.dead[next] == dead && course.full[next] == full;
        let next = k + (k..course.dead.len()).take_while(same).count();
        let (left, right) = (calendar.start(k), calendar.start(next));
        canvas.rectangle(Frame::new(left, y(dead), right, frame.bottom), palette::BAND);
        canvas.rectangle(Frame::new(left, frame.top, right, y(full)), palette::BAND);
        k = next;
    }
}

/// Writes what the bands are, at the end where the policies' lines lie farther from them.
fn name_bands(canvas: &Canvas, frame: Frame, course: &Course<'_>, y: impl Fn(f64) -> f64, factor: f64) {
    let look = Type::SMALL.colour(palette::GREY);
    let number = |value: f64| level(factor * value, factor);
    let written = |word: &str, values: &[f64]| {
        let (least, most) = extent(values.iter().copied());
        let range = if most - least > 1e-6 {
            format!("{}\u{2013}{}", number(least), number(most))
        } else {
            number(most)
        };
        format!("{word} {range}")
    };
    let top = y(course.full.first().copied().unwrap_or(0.0));
    let bottom = y(course.dead.first().copied().unwrap_or(0.0));
    let (full, dead) = (written("full", &course.full), written("dead storage", &course.dead));
    canvas.text((frame.left + 12.0, top - 11.0), &full, look, Across::Left, Upright::Middle);
    if frame.bottom - bottom > 18.0 {
        canvas.text((frame.left + 12.0, bottom + 12.0), &dead, look, Across::Left, Upright::Middle);
    }
}

/// A volume with as many digits as the title gives, and one more where none would be left.
fn level(volume: f64, factor: f64) -> String {
    match volume {
        _ if factor > 1.0 => format!("{volume:.0}"),
        tiny if 0.0 < tiny && tiny < 0.05 => format!("{tiny:.2}"),
        _ => format!("{volume:.1}"),
    }
}

fn dots(canvas: &Canvas, frame: Frame, course: &Course<'_>, y: impl Fn(f64) -> f64) {
    if let Some(start) = course.lines.iter().find_map(|line| line.first().copied().flatten()) {
        canvas.dot((frame.left, y(start)), 7.0, palette::INK);
    }
    if let Some(required) = course.required {
        let spot = (frame.right, y(required));
        canvas.dot(spot, 8.0, palette::INK);
        canvas.disc(spot, 5.0, palette::WHITE);
    }
}

/// Names each line right of its last point.
fn name_lines(
    canvas: &Canvas,
    frame: Frame,
    view: &View<'_>,
    course: &Course<'_>,
    points: impl Fn(&[Option<f64>]) -> Vec<Vec<Spot>>,
) {
    let lines = course.lines.iter().enumerate().filter(|(_, line)| last(line).is_some());
    let ends = lines.map(|(k, line)| LineEnd {
        name: &view.policies[k],
        note: "",
        line: palette::policy(k),
        points: points(line).pop().unwrap_or_default(),
    });
    let page = Frame { top: frame.top - 30.0, bottom: frame.bottom + 40.0, ..frame };
    line_ends::draw(canvas, frame, page, ends.collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_figure_is_fit_for_a_file() {
        assert_eq!(file_name("Bahri Tojik/1"), "Bahri-Tojik-1");
        assert_eq!(file_name("tuyamuyun"), "tuyamuyun");
    }

    #[test]
    fn a_band_is_named_with_the_digits_of_the_title() {
        assert_eq!([level(19.6, 1.0), level(5.5, 1.0), level(0.03, 1.0)], ["19.6", "5.5", "0.03"]);
        assert_eq!(level(320.4, 1000.0), "320");
    }

    #[test]
    fn the_end_of_a_line_that_stops_early_is_not_known() {
        assert_eq!(last(&[Some(1.0), None]), None);
        assert_eq!(Moment::Lowest.of(&[Some(3.0), None, Some(2.0)]), Some(2.0));
        assert_eq!(Moment::Highest.of(&[Some(3.0), None]), Some(3.0));
    }

    #[test]
    fn policies_that_differ_only_on_the_way_are_told_apart_on_the_way() {
        let basin = crate::allocation::sample::sample().basin;
        let reservoir = &basin.reservoirs.as_slice()[0];
        let line = |values: [f64; 4]| values.into_iter().map(Some).collect();
        let course =
            |lines| Course { reservoir, lines, required: None, dead: vec![0.0; 3], full: vec![5.0; 3] };
        let apart = course(vec![line([1.0, 5.0, 1.0, 1.0]), line([1.0, 1.0, 4.5, 1.0])]);
        assert!(matches!(telling(&apart), Some((Moment::After(0), (1, _), (0, _)))));
        let deeper = course(vec![line([4.0, 1.0, 2.0, 4.0]), line([4.0, 3.0, 3.0, 4.0])]);
        assert!(matches!(telling(&deeper), Some((Moment::Lowest, (0, _), (1, _)))));
    }
}
