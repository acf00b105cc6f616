//! The figure `coalitions`: what each group of riparians could get without the others, and what it gets.
//!
//! A row a coalition, its members marked on the left, the least content above; a panel a policy that was
//! settled. A ring is its worth, a disc its members' payoffs, both less the status quo; where the disc
//! lies left of the ring the coalition could better itself by leaving, and the line is dashed in the
//! alarm colour.

use indexmap::IndexMap;

use super::axis::{Scale, extent};
use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::legend;
use super::palette::{self, Colour, Line};
use super::settlement::{amount, money};
use super::{Figure, View};
use crate::evaluation::rows::CoalitionRow;

/// The most policies that are shown: those with the least content coalitions.
const MOST_PANELS: usize = 6;

/// The least height of a row, pixels.
const ROW: f64 = 25.0;

/// What is smaller is no difference, MUSD.
const NOTHING: f64 = 0.05;

/// Nor is what is smaller relative to what the coalitions have: so exact are the plans behind it.
const SAME: f64 = 1e-5;

/// The worth and the payoff of a coalition under a policy, MUSD above the status quo.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stake {
    worth: f64,
    payoff: f64,
}

impl Stake {
    fn slack(self) -> f64 {
        self.payoff - self.worth
    }
}

/// A coalition and its stakes, one a policy that has it.
struct Coalition {
    members: Vec<String>,
    stakes: Vec<Option<Stake>>,
}

impl Coalition {
    fn least(&self) -> f64 {
        self.stakes.iter().flatten().map(|stake| stake.slack()).fold(f64::INFINITY, f64::min)
    }
}

/// The policies with their rules, and the coalitions, the least content first.
struct Picture {
    policies: Vec<(String, String)>,
    /// The status quo, where it is known.
    against: Option<String>,
    members: Vec<String>,
    coalitions: Vec<Coalition>,
    /// What counts as no difference, MUSD.
    nothing: f64,
}

/// Draws it, where coalitions were reckoned.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let picture = picture(view);
    if picture.coalitions.is_empty() {
        return Vec::new();
    }
    let than = picture.against.as_ref().map_or(String::new(), |policy| format!(" more than under {policy}"));
    let subtitle = format!(
        "Million US dollars{than}: a ring is what its members could get without the others, a disc what they get; \
         number: the difference"
    );
    view.figure("coalitions", title(view, &picture), &subtitle, |canvas, body| {
        draw(canvas, body, view, &picture);
    })
}

fn rows_of<'v>(view: &'v View<'_>, policy: &str) -> Vec<&'v CoalitionRow> {
    let rows = view.tables.coalitions.iter();
    rows.filter(|row| row.policy == policy && row.member == 0).collect()
}

fn picture(view: &View<'_>) -> Picture {
    let policies = policies(view);
    let known = view.tables.coalitions.iter().all(|row| row.status_quo_MUSD.is_some());
    let mut members: Vec<String> = Vec::new();
    let mut found: IndexMap<&str, Vec<Option<Stake>>> = IndexMap::new();
    for (k, (policy, _)) in policies.iter().enumerate() {
        for row in rows_of(view, policy) {
            let before = if known { row.status_quo_MUSD.unwrap_or(0.0) } else { 0.0 };
            let stake = Stake { worth: row.worth_MUSD - before, payoff: row.payoff_MUSD - before };
            found.entry(&row.members).or_insert_with(|| vec![None; policies.len()])[k] = Some(stake);
            members.extend(row.members.split('+').map(str::to_owned));
        }
    }
    let place = |name: &str| view.scenario.basin.riparians.iter().position(|r| r.name == name);
    members.sort_by_key(|name| (place(name).unwrap_or(usize::MAX), name.clone()));
    members.dedup();
    let coalition = |(names, stakes): (&str, Vec<Option<Stake>>)| Coalition {
        members: names.split('+').map(str::to_owned).collect(),
        stakes,
    };
    let mut coalitions: Vec<Coalition> = found.into_iter().map(coalition).collect();
    coalitions.retain(|coalition| coalition.members.len() < members.len());
    coalitions.sort_by(|a, b| a.least().total_cmp(&b.least()));
    let against = view.tables.coalitions.first().filter(|_| known).map(|row| row.against.clone());
    let sizes = view.tables.coalitions.iter().map(|row| row.worth_MUSD.abs());
    let nothing = NOTHING.max(SAME * sizes.fold(0.0, f64::max));
    Picture { policies, against, members, coalitions, nothing }
}

/// The settled policies with their rules, those with the least content coalitions if they are too many.
fn policies(view: &View<'_>) -> Vec<(String, String)> {
    let mut settled: Vec<(usize, f64, (String, String))> = Vec::new();
    for (k, policy) in view.policies.iter().enumerate() {
        let rows = rows_of(view, policy);
        let least = rows.iter().map(|row| row.payoff_MUSD - row.worth_MUSD).fold(f64::INFINITY, f64::min);
        settled.extend(rows.first().map(|row| (k, least, (policy.clone(), row.rule.clone()))));
    }
    settled.sort_by(|a, b| a.1.total_cmp(&b.1));
    settled.truncate(MOST_PANELS);
    settled.sort_by_key(|own| own.0);
    settled.into_iter().map(|own| own.2).collect()
}

/// Names as a sentence has them: `Uzbekistan, Tajikistan and Kazakhstan`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

fn title(view: &View<'_>, picture: &Picture) -> String {
    let first = &picture.coalitions[0];
    let slack = first.least();
    let holds = |stake: &Option<Stake>| stake.is_some_and(|stake| stake.slack() <= slack);
    let policy = first.stakes.iter().position(holds).map_or("", |k| picture.policies[k].0.as_str());
    let names: Vec<&str> = first.members.iter().map(|name| view.title_of(name)).collect();
    let (who, come) = (listed(&names), if names.len() > 1 { "come" } else { "comes" });
    let under = if picture.policies.len() > 1 { format!(" under {policy}") } else { String::new() };
    if slack < -picture.nothing {
        format!("Under {policy} {who} could get {} more without the others", money(-slack))
    } else if slack <= picture.nothing {
        format!("No coalition could do better by leaving, but {who} would lose nothing by it{under}")
    } else {
        let inside = format!("{} better off inside{under}", money(slack));
        format!("No coalition could do better by leaving; {who} {come} nearest to it, {inside}")
    }
}

fn draw(canvas: &Canvas, body: Frame, view: &View<'_>, picture: &Picture) {
    let codes: Vec<(String, String, Colour)> = picture
        .members
        .iter()
        .map(|name| (name.clone(), view.title_of(name).to_owned(), view.colour_of(name)))
        .collect();
    let top = legend::codes(canvas, body, &codes) + 66.0;
    let bottom = body.bottom - 40.0;
    let fit = ((bottom - top) / ROW) as usize;
    let shown = if picture.coalitions.len() > fit { fit - 1 } else { picture.coalitions.len() };
    let high = ((bottom - top) / (shown + usize::from(shown < picture.coalitions.len())) as f64).min(64.0);
    let wide = 36.0 * picture.members.len() as f64;
    let rows: Vec<(f64, &Coalition)> = picture.coalitions[..shown]
        .iter()
        .enumerate()
        .map(|(k, c)| (top + (k as f64 + 0.5) * high, c))
        .collect();
    let end = top + shown as f64 * high;
    matrix(canvas, (body.left, top), picture, view, &rows);
    let field = Frame::new(body.left + wide + 24.0, top, body.right, end);
    let scale_values = rows.iter().flat_map(|(_, c)| c.stakes.iter().flatten());
    let (low, most) = extent(scale_values.flat_map(|stake| [stake.worth, stake.payoff, 0.0]));
    let frames = field.grid(picture.policies.len(), picture.policies.len(), 22.0, 0.0);
    let numbers: Vec<String> = rows
        .iter()
        .flat_map(|(_, c)| c.stakes.iter().flatten())
        .map(|stake| difference(stake.slack()))
        .collect();
    let room = Type::SMALL.bold().widest(numbers.iter().map(String::as_str)) + 18.0;
    for (k, frame) in frames.iter().enumerate() {
        let plot = Frame { right: frame.right - room, ..*frame };
        let air = 0.04 * (most - low).max(1e-6);
        let scale =
            Scale::round(low - air, most + air, (plot.width() / 90.0).round().clamp(2.0, 8.0) as usize);
        panel(canvas, *frame, plot, &picture.policies[k], &scale);
        for (y, coalition) in &rows {
            if let Some(stake) = coalition.stakes[k] {
                let leaves = stake.slack() < -picture.nothing;
                draw_stake(canvas, (*y, frame.right), stake, leaves, |value| {
                    scale.at(value, plot.left, plot.right)
                });
            }
        }
    }
    if shown < picture.coalitions.len() {
        others(canvas, (body.left, end + 0.5 * high + 26.0), &picture.coalitions[shown..]);
    }
}

/// Says what the coalitions that are not shown have.
fn others(canvas: &Canvas, spot: Spot, coalitions: &[Coalition]) {
    let least = coalitions.iter().map(Coalition::least).fold(f64::INFINITY, f64::min);
    let count = coalitions.len();
    let text = if least < 0.0 {
        format!(
            "{count} other coalitions, not shown, could get {} more at most without the others",
            money(-least)
        )
    } else {
        let least = money(least);
        format!(
            "{count} other coalitions, not shown, get at least {least} more than they could get without the others"
        )
    };
    canvas.text(spot, &text, Type::SMALL, Across::Left, Upright::Middle);
}

/// Marks the members of each coalition, a column a riparian.
fn matrix(
    canvas: &Canvas,
    (left, top): Spot,
    picture: &Picture,
    view: &View<'_>,
    rows: &[(f64, &Coalition)],
) {
    let x = |k: usize| left + 18.0 + 36.0 * k as f64;
    for (k, name) in picture.members.iter().enumerate() {
        let look = Type::SMALL.bold().colour(palette::shade(view.colour_of(name))).fitted(name, 34.0);
        canvas.text((x(k), top - 14.0), &look.shorten(name, 34.0), look, Across::Middle, Upright::Base);
    }
    for (y, coalition) in rows {
        for (k, name) in picture.members.iter().enumerate() {
            if coalition.members.contains(name) {
                canvas.disc((x(k), *y), 8.0, view.colour_of(name));
            } else {
                canvas.disc((x(k), *y), 3.0, palette::GRID);
            }
        }
    }
}

fn panel(canvas: &Canvas, frame: Frame, plot: Frame, (policy, rule): &(String, String), scale: &Scale) {
    let look = Type::PANEL.fitted(policy, frame.width());
    canvas.text(
        (frame.left, frame.top - 36.0),
        &look.shorten(policy, frame.width()),
        look,
        Across::Left,
        Upright::Base,
    );
    let small = Type::SMALL.colour(palette::GREY);
    let rule = small.shorten(&rule.replace('_', " "), frame.width());
    canvas.text((frame.left, frame.top - 14.0), &rule, small, Across::Left, Upright::Base);
    let x = |value: f64| scale.at(value, plot.left, plot.right);
    for &tick in &scale.ticks {
        let line =
            if tick == 0.0 { Line::solid(palette::AXIS, 1.5) } else { Line::solid(palette::GRID, 1.25) };
        canvas.line(&[(x(tick), plot.top), (x(tick), plot.bottom)], line);
        let label = scale.label(tick);
        let half = 0.5 * Type::SMALL.width(&label);
        if x(tick) - half > frame.left - 12.0 && x(tick) + half < frame.right {
            canvas.text((x(tick), plot.bottom + 8.0), &label, Type::SMALL, Across::Middle, Upright::Top);
        }
    }
}

fn difference(slack: f64) -> String {
    if slack > NOTHING { format!("+{}", amount(slack)) } else { amount(slack) }
}

fn draw_stake(canvas: &Canvas, (y, right): Spot, stake: Stake, leaves: bool, x: impl Fn(f64) -> f64) {
    let colour = if leaves { palette::UNSERVED } else { palette::INK };
    let line = if leaves {
        Line { colour, dash: &[6.0, 4.0], width: 3.0 }
    } else {
        Line::solid(palette::FAINT, 3.0)
    };
    canvas.line(&[(x(stake.worth), y), (x(stake.payoff), y)], line);
    canvas.disc((x(stake.payoff), y), 6.5, colour);
    canvas.disc((x(stake.worth), y), 8.5, palette::INK);
    canvas.disc((x(stake.worth), y), 6.5, palette::WHITE);
    if (x(stake.payoff) - x(stake.worth)).abs() < 13.0 {
        canvas.disc((x(stake.payoff), y), 4.0, colour);
    }
    let text = difference(stake.slack());
    let look = if leaves { Type::SMALL.bold().colour(palette::UNSERVED) } else { Type::SMALL };
    canvas.text((right, y), &text, look, Across::Right, Upright::Middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["A"]), "A");
        assert_eq!(listed(&["A", "B"]), "A and B");
        assert_eq!(listed(&["A", "B", "C"]), "A, B and C");
    }
}
