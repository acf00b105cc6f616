//! The names of policies at the ends of their lines, each with a sample of its line.
//!
//! Names stand right of the drawing, spread so that they do not collide; a thin line leads from the end
//! to the sample, so that policies that end alike are still told apart. The lines themselves are drawn
//! by the figures.

use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::labels::spread;
use super::palette::{self, Line};

/// How far right of the drawing a thin line leads, pixels.
const LEAD: f64 = 26.0;
/// How long a sample is: long enough for every dash to come back, pixels.
const SAMPLE: f64 = 54.0;
/// Where names begin right of the drawing, pixels.
const NAMES: f64 = LEAD + SAMPLE + 10.0;
/// The widest a name may be, pixels.
const WIDEST: f64 = 300.0;

/// The end of a policy's line.
pub(super) struct LineEnd<'t> {
    /// The policy.
    pub(super) name: &'t str,
    /// What is written below the name where there is room; may be empty.
    pub(super) note: &'t str,
    /// How the line is drawn.
    pub(super) line: Line,
    /// The points of the line; its name stands right of the last.
    pub(super) points: Vec<Spot>,
}

/// The type of names: bold where notes stand below them.
fn look(noted: bool) -> Type {
    if noted { Type::LABEL.bold() } else { Type::LABEL }
}

/// The room that these names and notes take right of a drawing, pixels.
pub(super) fn room<'t>(names: impl IntoIterator<Item = &'t str>, notes: &[String]) -> f64 {
    let names = look(!notes.is_empty()).widest(names);
    let notes = Type::SMALL.widest(notes.iter().map(String::as_str));
    NAMES + names.max(notes).min(WIDEST)
}

/// Writes the names right of a frame, between the top and the bottom of a page.
pub(super) fn draw(canvas: &Canvas, frame: Frame, page: Frame, mut ends: Vec<LineEnd<'_>>) {
    ends.retain(|end| !end.points.is_empty());
    ends.sort_by_key(|end| from_the_end(&end.points));
    let wanted: Vec<f64> = ends.iter().map(|end| height_of(end)).collect();
    let noted = ends.iter().any(|end| !end.note.is_empty());
    let most = if noted { 48.0 } else { 24.0 };
    let high = (page.height() / ends.len().max(1) as f64).min(most);
    for (end, place) in ends.iter().zip(spread(&wanted, high, page.top, page.bottom)) {
        lead(canvas, frame, end, place);
        write(canvas, (frame.right + NAMES, place), end, look(noted), high >= 40.0);
    }
}

/// The height at which a line ends.
fn height_of(end: &LineEnd<'_>) -> f64 {
    end.points.last().map_or(0.0, |spot| spot.1)
}

/// Heights from the last point back, by which lines that end alike are put in order.
fn from_the_end(points: &[Spot]) -> Vec<i64> {
    points.iter().rev().map(|spot| spot.1.round() as i64).collect()
}

/// Leads from the end of a line to the sample at its place.
fn lead(canvas: &Canvas, frame: Frame, end: &LineEnd<'_>, place: f64) {
    let (from, knee) = ((frame.right + 10.0, height_of(end)), (frame.right + LEAD, place));
    canvas.line(&[from, knee], Line::solid(palette::AXIS, 1.0));
    canvas.line(&[knee, (knee.0 + SAMPLE, place)], end.line);
}

/// Writes the name in the middle of its place, or above the note.
fn write(canvas: &Canvas, (x, y): Spot, end: &LineEnd<'_>, look: Type, with_note: bool) {
    let name = look.shorten(end.name, WIDEST);
    let noted = with_note && !end.note.is_empty();
    let middle = if noted { y - 0.5 * Type::SMALL.leading() } else { y };
    canvas.text((x, middle), &name, look.colour(palette::INK), Across::Left, Upright::Middle);
    if noted {
        let below = y + 0.5 * look.leading();
        canvas.text((x, below), end.note, Type::SMALL, Across::Left, Upright::Middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_alike_are_ordered_by_where_they_come_from() {
        let high = from_the_end(&[(0.0, 10.0), (1.0, 50.0)]);
        let low = from_the_end(&[(0.0, 90.0), (1.0, 50.2)]);
        assert!(high < low);
    }

    #[test]
    fn a_sample_shows_every_dash_once_and_again() {
        for place in 0..12 {
            let cycle: f64 = palette::policy(place).dash.iter().sum();
            assert!(1.5 * cycle <= SAMPLE, "policy {place}");
        }
    }
}
