//! Legends in rows as wide as there is room: the policies, a sample of each line and its name; and what
//! short names stand for.

use super::canvas::{Across, Canvas, Frame, Spot, Type, Upright};
use super::palette::{self, Colour};

const SAMPLE: f64 = 52.0;
const GAP: f64 = 34.0;

/// Draws the lines of these policies with their names below a height; returns the height they end at.
pub(super) fn policies(canvas: &Canvas, body: Frame, names: &[String]) -> f64 {
    let look = Type::LABEL;
    let room = body.width() - SAMPLE - 10.0;
    let names: Vec<String> = names.iter().map(|name| look.shorten(name, room)).collect();
    let widths: Vec<f64> = names.iter().map(|name| SAMPLE + 10.0 + look.width(name)).collect();
    let spots = flow(&widths, body, GAP, 28.0);
    for (k, (name, &(x, y))) in names.iter().zip(&spots).enumerate() {
        canvas.line(&[(x, y), (x + SAMPLE, y)], palette::policy(k));
        canvas.text((x + SAMPLE + 10.0, y), name, look, Across::Left, Upright::Middle);
    }
    spots.last().map_or(body.top, |spot| spot.1 + 14.0)
}

/// Writes short names, each in its colour with the name people read, where any of them differ; returns
/// the height they end at.
pub(super) fn codes(canvas: &Canvas, body: Frame, items: &[(String, String, Colour)]) -> f64 {
    if items.iter().all(|(code, title, _)| code == title) {
        return body.top;
    }
    let (bold, plain) = (Type::SMALL.bold(), Type::SMALL);
    let widths: Vec<f64> =
        items.iter().map(|(code, title, _)| bold.width(code) + 7.0 + plain.width(title)).collect();
    let spots = flow(&widths, body, 26.0, 26.0);
    for ((code, title, colour), &(x, y)) in items.iter().zip(&spots) {
        canvas.text((x, y), code, bold.colour(palette::shade(*colour)), Across::Left, Upright::Middle);
        let beside = (x + bold.width(code) + 7.0, y);
        canvas.text(beside, title, plain.colour(palette::GREY), Across::Left, Upright::Middle);
    }
    spots.last().map_or(body.top, |spot| spot.1 + 13.0)
}

/// Where items of these widths begin, in rows from the upper left corner of the frame.
pub(super) fn flow(widths: &[f64], frame: Frame, gap: f64, height: f64) -> Vec<Spot> {
    let (mut x, mut y) = (frame.left, frame.top + 0.5 * height);
    let mut spots = Vec::with_capacity(widths.len());
    for &width in widths {
        if x > frame.left && x + width > frame.right {
            (x, y) = (frame.left, y + height);
        }
        spots.push((x, y));
        x += width + gap;
    }
    spots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_in_a_row_begins_the_next() {
        let spots = flow(&[40.0, 40.0, 40.0, 150.0], Frame::new(0.0, 0.0, 100.0, 90.0), 10.0, 20.0);
        assert_eq!(spots, [(0.0, 10.0), (50.0, 10.0), (0.0, 30.0), (0.0, 50.0)]);
    }
}
