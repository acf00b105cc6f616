//! The figure `satisfaction`: who is short of what, and when, under each policy.
//!
//! A heat map: a row a need (riparian, water or power, season), a column a policy, the share met in
//! each cell on one scale from 40 to 100 %. The worst-off need of each policy is framed.

use crate::evaluation::rows::RiparianRow;
use crate::evaluation::{NeedKind, needs};
use crate::quantity::calendar::Season;

use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::palette::{self, Line};
use super::{Figure, View};

/// A need, and the share of it that each policy meets, 0 to 1.
struct Row {
    riparian: String,
    kind: NeedKind,
    season: Season,
    met: Vec<Option<f64>>,
}

/// Draws it, where anything is needed.
pub(super) fn figure(view: &View<'_>) -> Vec<Figure> {
    let rows = rows(view);
    if rows.is_empty() {
        return Vec::new();
    }
    let subtitle = "Share of each need that is met, %, by country, need and season; \
                    framed: what is met least under that policy";
    view.figure("satisfaction", title(view, &rows), subtitle, |canvas, body| {
        let map = HeatMap::new(canvas, body, view, &rows);
        map.draw_names(view, &rows);
        map.draw_cells(&rows);
        map.draw_scale();
    })
}

/// The rows in which some policy has a need, riparian by riparian: water first, its own season first.
fn rows(view: &View<'_>) -> Vec<Row> {
    let met: Vec<Vec<_>> = view
        .policies
        .iter()
        .map(|policy| {
            let own: Vec<&RiparianRow> =
                view.tables.riparians.iter().filter(|row| &row.policy == policy).collect();
            needs(own)
        })
        .collect();
    let order = [
        (NeedKind::Water, Season::Vegetation),
        (NeedKind::Water, Season::NonVegetation),
        (NeedKind::Energy, Season::Vegetation),
        (NeedKind::Energy, Season::NonVegetation),
    ];
    let mut rows = Vec::new();
    for (riparian, _) in view.riparians() {
        for (kind, season) in order {
            let share = |needs: &Vec<crate::evaluation::Need>| {
                let mut own = needs.iter();
                own.find(|need| {
                    need.riparian == riparian && need.kind == kind && need.season == season.name()
                })
                .map(|need| need.satisfaction)
            };
            let met: Vec<Option<f64>> = met.iter().map(share).collect();
            if met.iter().any(Option::is_some) {
                rows.push(Row { riparian: riparian.clone(), kind, season, met });
            }
        }
    }
    rows
}

/// The row of the worst-off need of a policy, and how far it is met.
fn worst(rows: &[Row], policy: usize) -> Option<(usize, f64)> {
    let met =
        rows.iter().enumerate().filter_map(|(k, row)| Some((k, row.met.get(policy).copied().flatten()?)));
    met.min_by(|a, b| a.1.total_cmp(&b.1))
}

fn need_name(row: &Row) -> String {
    let kind = if row.kind == NeedKind::Water { "water" } else { "power" };
    let season = if row.season == Season::Vegetation { "Apr–Sep" } else { "Oct–Mar" };
    format!("{kind}, {season}")
}

fn title(view: &View<'_>, rows: &[Row]) -> String {
    let by_policy: Vec<(&str, usize, f64)> = view
        .policies
        .iter()
        .enumerate()
        .filter_map(|(k, policy)| worst(rows, k).map(|(row, met)| (policy.as_str(), row, 100.0 * met)))
        .collect();
    let least = by_policy.iter().min_by(|a, b| a.2.total_cmp(&b.2));
    let most = by_policy.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    let (Some(least), Some(most)) = (least, most) else { return "Nothing is needed".to_owned() };
    let who = |row: usize| format!("{}: {}", view.title_of(&rows[row].riparian), need_name(&rows[row]));
    if least.2 > 99.5 {
        return "Every need is met in full under every policy".to_owned();
    }
    if most.2 - least.2 < 1.0 {
        let under = if view.policies.len() == 1 { least.0.to_owned() } else { "every policy".to_owned() };
        return format!("Under {under} the worst-off need is met to {:.0} % ({})", least.2, who(least.1));
    }
    format!(
        "Under {} the worst-off need is met to {:.0} %, under {} to {:.0} %",
        most.0, most.2, least.0, least.2
    )
}

/// Where the rows and columns of the map lie.
struct HeatMap<'a> {
    canvas: &'a Canvas,
    cells: Frame,
    columns: usize,
    /// The top of each row and its height.
    tops: Vec<f64>,
    height: f64,
    look: Type,
}

/// Gap between the riparians, pixels.
const GAP: f64 = 8.0;

/// The widest that a column grows, pixels.
const WIDEST: f64 = 300.0;

impl<'a> HeatMap<'a> {
    fn new(canvas: &'a Canvas, body: Frame, view: &View<'_>, rows: &[Row]) -> HeatMap<'a> {
        let groups = 1 + rows.windows(2).filter(|pair| pair[0].riparian != pair[1].riparian).count();
        let titles = rows.iter().map(|row| view.title_of(&row.riparian));
        let left = body.left + Type::LABEL.bold().widest(titles).min(260.0) + 190.0;
        let columns = view.policies.len();
        let width = ((body.right - left) / columns as f64).min(WIDEST);
        let heads =
            view.policies.iter().map(|policy| head_lines(policy, width - 8.0).len()).max().unwrap_or(1);
        let cells = Frame::new(
            left,
            body.top + 10.0 + heads as f64 * Type::LABEL.leading(),
            left + columns as f64 * width,
            body.bottom - 62.0,
        );
        let height = ((cells.height() - GAP * (groups - 1) as f64) / rows.len() as f64).min(64.0);
        let mut tops = Vec::new();
        let mut top = cells.top;
        for (k, row) in rows.iter().enumerate() {
            if k > 0 && rows[k - 1].riparian != row.riparian {
                top += GAP;
            }
            tops.push(top);
            top += height;
        }
        let look = Type::LABEL.size((0.62 * height).clamp(14.0, 19.0));
        HeatMap { canvas, cells, columns, tops, height, look }
    }

    fn width(&self) -> f64 {
        self.cells.width() / self.columns.max(1) as f64
    }

    fn cell(&self, row: usize, column: usize) -> Frame {
        let left = self.cells.left + column as f64 * self.width();
        Frame::new(left, self.tops[row], left + self.width(), self.tops[row] + self.height)
    }

    /// Writes policies above, riparians and needs on the left.
    fn draw_names(&self, view: &View<'_>, rows: &[Row]) {
        self.draw_heads(view);
        let mut before = "";
        for (row, top) in rows.iter().zip(&self.tops) {
            let middle = top + 0.5 * self.height;
            let spot = (self.cells.left - 12.0, middle);
            self.canvas.text(spot, &need_name(row), self.look, Across::Right, Upright::Middle);
            if row.riparian != before {
                self.draw_riparian(view, &row.riparian, middle);
            }
            before = &row.riparian;
        }
    }

    fn draw_heads(&self, view: &View<'_>) {
        let room = self.width() - 8.0;
        let heads: Vec<Vec<String>> = view.policies.iter().map(|policy| head_lines(policy, room)).collect();
        let look = head_type(&heads, room);
        for (k, lines) in heads.iter().enumerate() {
            let first = self.cells.top - 10.0 - (lines.len() - 1) as f64 * look.leading();
            let lines: Vec<String> = lines.iter().map(|line| look.shorten(line, room)).collect();
            let middle = self.cells.left + (k as f64 + 0.5) * self.width();
            self.canvas.lines((middle, first), &lines, look, Across::Middle);
        }
    }

    fn draw_riparian(&self, view: &View<'_>, riparian: &str, middle: f64) {
        let left = super::canvas::MARGIN;
        let mark = Frame::new(left, middle - 8.0, left + 8.0, middle + 8.0);
        self.canvas.rectangle(mark, view.colour_of(riparian));
        let room = self.cells.left - left - 190.0;
        let look = self.look.bold();
        let look = look.fitted(view.title_of(riparian), room);
        let name = look.shorten(view.title_of(riparian), room);
        self.canvas.text((left + 16.0, middle), &name, look, Across::Left, Upright::Middle);
    }

    fn draw_cells(&self, rows: &[Row]) {
        for (r, row) in rows.iter().enumerate() {
            for (c, met) in row.met.iter().enumerate() {
                self.draw_cell(self.cell(r, c), *met);
            }
        }
        for column in 0..self.columns {
            self.frame_worst(rows, column);
        }
    }

    /// Frames the worst-off need of a policy, and those that share its fate.
    fn frame_worst(&self, rows: &[Row], column: usize) {
        let Some((_, least)) = worst(rows, column).filter(|(_, met)| *met < 0.995) else { return };
        for (k, row) in rows.iter().enumerate() {
            if row.met.get(column).copied().flatten().is_some_and(|met| met < least + 0.001) {
                let frame = self.cell(k, column).inset(1.0, 1.0, 1.0, 1.0);
                self.canvas.outline(frame, Line::solid(palette::INK, 2.5));
            }
        }
    }

    fn draw_cell(&self, cell: Frame, met: Option<f64>) {
        let Some(met) = met else {
            self.canvas.text(
                cell.centre(),
                "–",
                self.look.colour(palette::FAINT),
                Across::Middle,
                Upright::Middle,
            );
            return;
        };
        let ground = palette::satisfaction(met);
        self.canvas.rectangle(cell.inset(1.0, 1.0, 1.0, 1.0), ground);
        let text = format!("{:.0}", (100.0 * met).min(if met < 0.995 { 99.0 } else { 100.0 }));
        let look = self.look.colour(palette::readable_on(ground));
        self.canvas.text(cell.centre(), &text, look, Across::Middle, Upright::Middle);
    }

    /// Draws the scale below the map.
    fn draw_scale(&self) {
        let top = self.tops.last().map_or(self.cells.bottom, |top| top + self.height) + 18.0;
        let (left, top) = (self.cells.left.round(), top.round());
        let bar = Frame::new(left, top, left + 300.0, top + 14.0);
        for step in 0..60 {
            let left = bar.left + 5.0 * f64::from(step);
            let ground = palette::satisfaction(0.4 + 0.6 * (f64::from(step) + 0.5) / 60.0);
            self.canvas.rectangle(Frame::new(left, bar.top, left + 5.0, bar.bottom), ground);
        }
        self.canvas.outline(bar, Line::solid(palette::GRID, 1.0));
        for percent in [40, 60, 80, 100] {
            let x = bar.left + f64::from(percent - 40) / 60.0 * bar.width();
            let label = if percent == 40 { "≤ 40".to_owned() } else { percent.to_string() };
            self.canvas.text((x, bar.bottom + 7.0), &label, Type::SMALL, Across::Middle, Upright::Top);
        }
        self.canvas.text(
            (bar.right + 28.0, bar.bottom + 7.0),
            "% met",
            Type::SMALL,
            Across::Left,
            Upright::Top,
        );
    }
}

/// The name of a policy in at most three lines that fit a column; it breaks after underscores, and a word that is
/// too long for small type too between two syllables.
fn head_lines(policy: &str, room: f64) -> Vec<String> {
    let look = Type::LABEL.bold();
    let smallest = look.fitted(policy, 0.0);
    if look.width(policy) <= room {
        return vec![policy.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for part in policy.split_inclusive('_') {
        match lines.last_mut() {
            Some(line) if look.width(&format!("{line}{part}")) <= room => line.push_str(part),
            _ if smallest.width(part) > room => lines.extend(halves(part)),
            _ => lines.push(part.to_owned()),
        }
    }
    if lines.len() > 3 {
        let last = lines.pop().unwrap_or_default();
        lines.truncate(1);
        lines.extend(["\u{2026}".to_owned(), last]);
    }
    lines
}

/// A word in two parts with a hyphen, near its middle and before a syllable.
fn halves(word: &str) -> [String; 2] {
    let letters: Vec<char> = word.chars().collect();
    let vowel = |at: usize| "aeiouy".contains(letters[at]);
    let middle = letters.len() / 2;
    let syllables = (2..letters.len().saturating_sub(2)).filter(|&at| !vowel(at) && vowel(at + 1));
    let at = syllables.min_by_key(|at| at.abs_diff(middle)).unwrap_or(middle);
    [letters[..at].iter().chain(&['-']).collect(), letters[at..].iter().collect()]
}

/// The type in which every line of these heads fits its column.
fn head_type(heads: &[Vec<String>], room: f64) -> Type {
    let look = Type::LABEL.bold();
    let lines = heads.iter().flatten();
    lines.map(|line| look.fitted(line, room)).min_by(|a, b| a.size.total_cmp(&b.size)).unwrap_or(look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policys_name_breaks_after_its_underscores_and_keeps_them() {
        assert_eq!(head_lines("proportional_fair", 400.0), ["proportional_fair"]);
        assert_eq!(head_lines("proportional_fair", 140.0), ["proportional_", "fair"]);
        assert_eq!(head_lines("a_policy_of_too_many_words_12", 70.0), ["a_", "\u{2026}", "12"]);
    }

    #[test]
    fn a_word_that_is_too_long_breaks_between_syllables() {
        assert_eq!(halves("proportional"), ["propor-", "tional"]);
        assert_eq!(halves("consortium"), ["consor-", "tium"]);
        assert_eq!(head_lines("irrigation_first", 70.0), ["irri-", "gation_", "first"]);
    }
}
