//! The letters: DejaVu Sans, regular and bold; how wide a text is, and how it breaks into lines.
//!
//! A size is that of the em in pixels. Placing is for [`super::canvas`], filling for
//! [`super::raster`].

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve};

/// Height of a capital letter over the size.
pub(super) const CAPITAL: f64 = 0.729;

/// Distance of two lines of text over the size.
pub(super) const LEADING: f64 = 1.3;

/// Straight pieces that stand for a curve of a letter.
const PIECES: usize = 4;

/// How heavy the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// For almost everything.
    Regular,
    /// For titles.
    Bold,
}

fn face(weight: Weight) -> Option<&'static FontRef<'static>> {
    static REGULAR: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    static BOLD: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    let read = |bytes: &'static [u8]| FontRef::try_from_slice(bytes).ok();
    match weight {
        Weight::Regular => REGULAR.get_or_init(|| read(dejavu::sans::regular())).as_ref(),
        Weight::Bold => BOLD.get_or_init(|| read(dejavu::sans::bold())).as_ref(),
    }
}

/// The glyphs of a text, each with where it begins, and where the text ends; in pixels.
fn set(text: &str, size: f64, font: &FontRef<'_>) -> (Vec<(GlyphId, f64)>, f64) {
    let scale = size / f64::from(font.units_per_em().unwrap_or(1000.0));
    let (mut at, mut glyphs, mut before) = (0.0, Vec::new(), None);
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        if let Some(before) = before {
            at += scale * f64::from(font.kern_unscaled(before, glyph));
        }
        glyphs.push((glyph, at));
        at += scale * f64::from(font.h_advance_unscaled(glyph));
        before = Some(glyph);
    }
    (glyphs, at)
}

/// How wide a line of text is, pixels.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    face(weight).map_or(0.0, |font| set(text, size, font).1)
}

/// A piece of the outline of a letter, pixels right of the beginning of the text and below its base line.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    /// Where it begins.
    pub(super) from: (f64, f64),
    /// Where it ends.
    pub(super) to: (f64, f64),
    controls: Vec<(f64, f64)>,
}

impl Curve {
    /// Points along it, without the first.
    pub(super) fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let pieces = if self.controls.is_empty() { 1 } else { PIECES };
        (1..=pieces).map(move |k| self.at(k as f64 / pieces as f64))
    }

    /// De Casteljau's construction.
    fn at(&self, t: f64) -> (f64, f64) {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(4);
        points.push(self.from);
        points.extend(&self.controls);
        points.push(self.to);
        while points.len() > 1 {
            points = points
                .windows(2)
                .map(|ends| {
                    (ends[0].0 + t * (ends[1].0 - ends[0].0), ends[0].1 + t * (ends[1].1 - ends[0].1))
                })
                .collect();
        }
        points.first().copied().unwrap_or(self.to)
    }
}

/// The outlines of the letters of a text, letter by letter.
pub(super) fn outlines(text: &str, size: f64, weight: Weight) -> Vec<Vec<Curve>> {
    let Some(font) = face(weight) else { return Vec::new() };
    let scale = size / f64::from(font.units_per_em().unwrap_or(1000.0));
    let (glyphs, _) = set(text, size, font);
    let outline = |(glyph, left): (GlyphId, f64)| {
        let place = |p: ab_glyph::Point| (left + scale * f64::from(p.x), -scale * f64::from(p.y));
        let curves = font.outline(glyph).map(|outline| outline.curves).unwrap_or_default();
        curves.into_iter().map(|curve| placed(curve, place)).collect()
    };
    glyphs.into_iter().map(outline).collect()
}

fn placed(curve: OutlineCurve, place: impl Fn(ab_glyph::Point) -> (f64, f64)) -> Curve {
    match curve {
        OutlineCurve::Line(from, to) => Curve { from: place(from), to: place(to), controls: Vec::new() },
        OutlineCurve::Quad(from, control, to) => {
            Curve { from: place(from), to: place(to), controls: vec![place(control)] }
        }
        OutlineCurve::Cubic(from, first, second, to) => {
            Curve { from: place(from), to: place(to), controls: vec![place(first), place(second)] }
        }
    }
}

/// The text in lines no wider than `room` where its words allow; a word that is wider keeps its line.
pub(super) fn wrap(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, weight) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The same number of lines, but as even as the words allow.
pub(super) fn wrap_evenly(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let count = wrap(text, size, weight, room).len();
    let narrower = (10..=20).map(|share| wrap(text, size, weight, room * f64::from(share) / 20.0));
    let fits = |lines: &Vec<String>| lines.len() == count;
    narrower.into_iter().find(fits).unwrap_or_else(|| wrap(text, size, weight, room))
}

/// The text, its middle cut out with an ellipsis where it is wider than `room`: names that begin
/// alike can still be told apart.
pub(super) fn shorten(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |kept: usize| {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let begin: String = letters[..head].iter().collect();
        let end: String = letters[letters.len() - tail..].iter().collect();
        format!("{begin}\u{2026}{end}")
    };
    let shorter = (1..letters.len()).rev().map(cut);
    shorter.into_iter().find(|short| width(short, size, weight) <= room).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_its_letters_and_grows_with_its_size() {
        let twice = width("nn", 20.0, Weight::Regular);
        assert!((twice - 2.0 * width("n", 20.0, Weight::Regular)).abs() < 1e-9);
        assert!(
            (width("Naryn", 40.0, Weight::Regular) - 2.0 * width("Naryn", 20.0, Weight::Regular)).abs()
                < 1e-9
        );
        assert!(width("Naryn", 20.0, Weight::Bold) > width("Naryn", 20.0, Weight::Regular));
        assert!(width("iii", 20.0, Weight::Regular) < width("mmm", 20.0, Weight::Regular));
    }

    #[test]
    fn letters_of_other_alphabets_and_raised_figures_are_there() {
        for letter in ["³", "м", "·", "–", "∎"] {
            assert!(
                outlines(letter, 20.0, Weight::Regular).iter().any(|curves| !curves.is_empty()),
                "{letter}"
            );
        }
    }

    #[test]
    fn wrapped_lines_keep_every_word_and_fit() {
        let text = "Under max_min the worst-off gets 79 %, under quota 61 %";
        let lines = wrap(text, 20.0, Weight::Regular, 200.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| width(line, 20.0, Weight::Regular) <= 200.0));
    }

    #[test]
    fn even_lines_are_no_more_than_needed_and_leave_no_word_alone() {
        let text = "Turkmenistan gets 77 % of its water under quota and all of it under proportional_fair";
        let room = width(text, 20.0, Weight::Bold) - 20.0;
        assert_eq!(wrap(text, 20.0, Weight::Bold, room)[1], "proportional_fair");
        let even = wrap_evenly(text, 20.0, Weight::Bold, room);
        assert_eq!(even.len(), 2);
        assert!(even[1].split(' ').count() > 4, "{even:?}");
    }

    #[test]
    fn a_word_wider_than_the_room_is_cut_only_where_cutting_is_asked_for() {
        assert_eq!(wrap("Tuyamuyun", 20.0, Weight::Regular, 10.0), ["Tuyamuyun"]);
        let short = shorten("Tuyamuyun", 20.0, Weight::Regular, 70.0);
        assert!(short.starts_with("Tu") && short.contains('…') && short.ends_with('n'), "{short}");
        assert!(width(&short, 20.0, Weight::Regular) <= 70.0);
        assert_eq!(shorten("Tuyamuyun", 20.0, Weight::Regular, 500.0), "Tuyamuyun");
    }
}
