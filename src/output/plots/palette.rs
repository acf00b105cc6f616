//! The one palette: a colour a riparian and a source of power, a dash a policy, and the greys between.
//!
//! Colours are told apart by the colour-blind and, with the outlines and dashes that go with them, in
//! grey.

use plotters::style::RGBColor;

/// A colour of ink.
pub(super) type Colour = RGBColor;

/// Titles, load lines, the first policy.
pub(super) const INK: Colour = RGBColor(0x22, 0x22, 0x22);
/// Labels of axes and values.
pub(super) const TEXT: Colour = RGBColor(0x33, 0x33, 0x33);
/// Subtitles and second thoughts.
pub(super) const GREY: Colour = RGBColor(0x60, 0x60, 0x60);
/// The footer and marks that must not speak first.
pub(super) const FAINT: Colour = RGBColor(0x8a, 0x8a, 0x8a);
/// Axes.
pub(super) const AXIS: Colour = RGBColor(0x88, 0x88, 0x88);
/// The grid behind the data.
pub(super) const GRID: Colour = RGBColor(0xe6, 0xe6, 0xe6);
/// Bands behind the data: dead storage, full reservoir.
pub(super) const BAND: Colour = RGBColor(0xed, 0xed, 0xed);
/// The ground.
pub(super) const WHITE: Colour = RGBColor(255, 255, 255);
/// What is best, among dots.
pub(super) const ACCENT: Colour = RGBColor(0x21, 0x66, 0xac);

/// Water.
pub(super) const WATER: Colour = RGBColor(0x6b, 0xae, 0xd6);
/// Hydropower.
pub(super) const HYDRO: Colour = RGBColor(0x43, 0x93, 0xc3);
/// Thermal power.
pub(super) const THERMAL: Colour = RGBColor(0xa6, 0x76, 0x1d);
/// Small hydro, sun and wind.
pub(super) const OTHER: Colour = RGBColor(0x9b, 0xc5, 0x3d);
/// Power received.
pub(super) const IMPORTED: Colour = RGBColor(0xbd, 0xbd, 0xbd);
/// Power not served: the one alarm colour.
pub(super) const UNSERVED: Colour = RGBColor(0xd6, 0x00, 0x6e);

/// The riparians that have a colour of their own.
const RIPARIANS: [(&str, Colour); 6] = [
    ("KG", RGBColor(0x00, 0x72, 0xb2)),
    ("TJ", RGBColor(0x56, 0xb4, 0xe9)),
    ("UZ", RGBColor(0xe6, 0x9f, 0x00)),
    ("TM", RGBColor(0xd5, 0x5e, 0x00)),
    ("KZ", RGBColor(0x00, 0x9e, 0x73)),
    ("AF", RGBColor(0x8c, 0x6b, 0xb1)),
];

/// The order in which riparians of another basin take those colours: neighbours differ most.
const STRANGERS: [usize; 6] = [0, 2, 4, 3, 5, 1];

/// The colour of a riparian; `place` is its place in the basin, from which one that is not of this
/// basin takes its colour.
pub(super) fn riparian(name: &str, place: usize) -> Colour {
    let own = RIPARIANS.iter().find(|(known, _)| *known == name);
    own.unwrap_or(&RIPARIANS[STRANGERS[place % STRANGERS.len()]]).1
}

/// How the line of a policy is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// Its colour.
    pub(super) colour: Colour,
    /// Lengths drawn and left out by turns, pixels; empty for a solid line.
    pub(super) dash: &'static [f64],
    /// Its width, pixels.
    pub(super) width: f64,
}

impl Line {
    /// A solid line.
    pub(super) const fn solid(colour: Colour, width: f64) -> Line {
        Line { colour, dash: &[], width }
    }
}

/// The lines of six policies. Four are ink in different dashes; the fifth is a broad band that shows
/// behind any other, so that they are told apart in grey and where they run together.
const LINES: [Line; 6] = [
    Line::solid(INK, 3.0),
    Line { colour: INK, dash: &[14.0, 7.0], width: 3.0 },
    Line { colour: INK, dash: &[3.5, 4.5], width: 3.5 },
    Line { colour: INK, dash: &[20.0, 5.0, 4.0, 5.0], width: 2.5 },
    Line::solid(RGBColor(0xa6, 0xa6, 0xa6), 7.0),
    Line { colour: INK, dash: &[14.0, 4.0, 3.5, 4.0, 3.5, 4.0], width: 2.5 },
];

/// What is mixed into the ink of a second and a third six policies: no riparian's colour, and each of another grey.
const INKS: [Colour; 3] = [INK, ACCENT, RGBColor(0xc8, 0x4b, 0x7d)];

/// The line of the policy that was run at this place; eighteen differ, each six by their ink.
pub(super) fn policy(place: usize) -> Line {
    let line = LINES[place % LINES.len()];
    match place / LINES.len() % INKS.len() {
        0 => line,
        six => Line { colour: mix(line.colour, INKS[six], 0.75), ..line },
    }
}

/// The places of so many policies, in the order their lines are drawn: the broad first, so that they
/// lie behind, then from the last to the first.
pub(super) fn drawing_order(count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).rev().collect();
    places.sort_by_key(|&place| policy(place).width < 5.0);
    places
}

/// The colour on the way from one to another; 0 is the first, 1 the second.
pub(super) fn mix(from: Colour, to: Colour, share: f64) -> Colour {
    let share = share.clamp(0.0, 1.0);
    let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}

/// The colour made lighter, by a share of the way to white.
pub(super) fn tint(colour: Colour, share: f64) -> Colour {
    mix(colour, WHITE, share)
}

/// The colour made darker for text on white.
pub(super) fn shade(colour: Colour) -> Colour {
    mix(colour, RGBColor(0, 0, 0), 0.25)
}

/// The steps of the scale on which satisfaction is shown, from little to all.
const SATISFACTION: [Colour; 5] = [
    RGBColor(0x7f, 0x27, 0x04),
    RGBColor(0xd9, 0x4e, 0x0c),
    RGBColor(0xfd, 0xa0, 0x4f),
    RGBColor(0xfe, 0xdc, 0xb8),
    RGBColor(0xfa, 0xfa, 0xf8),
];

/// The colour of a share of a need that is met: white at all, darkest at 40 % and below.
pub(super) fn satisfaction(share: f64) -> Colour {
    let steps = SATISFACTION.len() - 1;
    let at = ((share - 0.4) / 0.6).clamp(0.0, 1.0) * steps as f64;
    let below = (at.floor() as usize).min(steps - 1);
    mix(SATISFACTION[below], SATISFACTION[below + 1], at - below as f64)
}

/// Black or white, whichever is read on this ground.
pub(super) fn readable_on(ground: Colour) -> Colour {
    if luminance(ground) > 0.5 { INK } else { WHITE }
}

/// How bright a colour is in grey, 0 to 1.
pub(super) fn luminance(colour: Colour) -> f64 {
    (0.299 * f64::from(colour.0) + 0.587 * f64::from(colour.1) + 0.114 * f64::from(colour.2)) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_policies_have_eighteen_different_lines() {
        let lines: Vec<Line> = (0..18).map(policy).collect();
        for (k, line) in lines.iter().enumerate() {
            assert!(!lines[..k].contains(line), "policy {k}");
        }
    }

    #[test]
    fn satisfaction_grows_brighter_in_grey_too() {
        let steps: Vec<f64> = (40..=100).map(|k| luminance(satisfaction(f64::from(k) / 100.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(satisfaction(0.1), satisfaction(0.4));
    }

    #[test]
    fn a_riparian_of_the_basin_keeps_its_colour_wherever_it_stands() {
        assert_eq!(riparian("UZ", 0), riparian("UZ", 4));
        assert_ne!(riparian("somewhere", 0), riparian("elsewhere", 1));
    }
}
