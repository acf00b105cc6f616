//! Bands from those on the left to those on the right, their widths by amount: where they begin and end.
//!
//! Each band has a slot at its right end that is high enough for a number while there is room; what is
//! thinner than a line can be is drawn as one. Names and numbers are written by the figure.

use super::canvas::{Canvas, Frame, Spot};
use super::palette::{self, Colour, Line};

/// The height at which a slot has room for a number, pixels.
const NUMBER: f64 = 19.0;

/// The thinnest band, pixels.
const THIN: f64 = 2.0;

/// The least gap between bars, pixels.
const GAP: f64 = 4.0;

/// A band to be laid out: the places of its ends among those on the left and on the right, and how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) amount: f64,
}

/// A band: the middles of its ends, and how thick it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    pub(super) from: Spot,
    pub(super) to: Spot,
    pub(super) thick: f64,
}

/// A bar: its top, its bottom, and the sum of its bands.
type Bar = (f64, f64, f64);

/// Where bands and bars go.
pub(super) struct Layout {
    /// In the order of the ends.
    pub(super) bands: Vec<Band>,
    /// The bars on the left.
    pub(super) payers: Vec<Bar>,
    /// The bars on the right.
    pub(super) paid: Vec<Bar>,
    /// The least height of a slot at the right end.
    pub(super) slot: f64,
}

impl Layout {
    /// The most pixels an amount of 1 can have so that both sides fit a height, with so much for each name.
    pub(super) fn largest_scale(ends: &[End], height: f64, name: f64) -> f64 {
        let total: f64 = ends.iter().map(|end| end.amount).sum();
        let mut scale = height / total.max(1e-9);
        for _ in 0..200 {
            if needed(ends, scale, slot(ends, height), name) <= height {
                break;
            }
            scale *= 0.96;
        }
        scale
    }

    /// The layout in a frame: bars spread over its height, bands in the order of their other ends.
    pub(super) fn new(ends: &[End], frame: Frame, scale: f64, name: f64) -> Layout {
        let slot = slot(ends, frame.height());
        let left = column(ends, |end| (end.from, end.to), frame, scale, (THIN, name));
        let right = column(ends, |end| (end.to, end.from), frame, scale, (slot, name));
        let band = |k: usize| Band {
            from: (frame.left, left.1[k]),
            to: (frame.right, right.1[k]),
            thick: thick(ends[k].amount, scale),
        };
        Layout { bands: (0..ends.len()).map(band).collect(), payers: left.0, paid: right.0, slot }
    }
}

fn thick(amount: f64, scale: f64) -> f64 {
    (amount * scale).max(THIN)
}

/// The least height of a slot: that of a number, less where there are too many.
fn slot(ends: &[End], height: f64) -> f64 {
    (0.6 * height / ends.len().max(1) as f64).clamp(THIN + 1.0, NUMBER)
}

/// The height that the higher side needs.
fn needed(ends: &[End], scale: f64, slot: f64, name: f64) -> f64 {
    let side = |place: fn(&End) -> usize, slot: f64| -> f64 {
        let count = ends.iter().map(|end| place(end) + 1).max().unwrap_or(0);
        let bar = |own: usize| -> f64 {
            let bands = ends.iter().filter(|end| place(end) == own);
            bands.map(|end| thick(end.amount, scale).max(slot)).sum()
        };
        (0..count).map(|own| bar(own).max(name) + GAP).sum()
    };
    side(|end| end.from, THIN).max(side(|end| end.to, slot))
}

/// The bars of a side and the middle of each band at it; `key` gives a band's own place and its other one, the
/// pair the least heights of a band and of a name.
fn column(
    ends: &[End],
    key: fn(&End) -> (usize, usize),
    frame: Frame,
    scale: f64,
    (slot, name): (f64, f64),
) -> (Vec<Bar>, Vec<f64>) {
    let count = ends.iter().map(|end| key(end).0 + 1).max().unwrap_or(0);
    let own = |place: usize| -> Vec<usize> {
        let mut own: Vec<usize> = (0..ends.len()).filter(|&k| key(&ends[k]).0 == place).collect();
        own.sort_by_key(|&k| key(&ends[k]).1);
        own
    };
    let high = |k: &usize| thick(ends[*k].amount, scale).max(slot);
    let heights: Vec<f64> = (0..count).map(|place| own(place).iter().map(high).sum()).collect();
    let room: f64 = heights.iter().map(|bar: &f64| bar.max(name)).sum();
    let gap = ((frame.height() - room) / count.max(1) as f64).max(0.0);
    let mut y = frame.top + 0.5 * gap;
    let (mut bars, mut middles) = (Vec::new(), vec![0.0; ends.len()]);
    for (place, height) in heights.iter().enumerate() {
        let mut at = y + 0.5 * (height.max(name) - height);
        let sum = own(place).iter().map(|&k| ends[k].amount).sum();
        bars.push((at, at + height, sum));
        for k in own(place) {
            middles[k] = at + 0.5 * high(&k);
            at += high(&k);
        }
        y += height.max(name) + gap;
    }
    (bars, middles)
}

impl Band {
    /// Draws it in a colour with edges a little darker; `dash` breaks it across.
    pub(super) fn draw(&self, canvas: &Canvas, colour: Colour, dash: &[f64]) {
        let length = self.to.0 - self.from.0;
        for (start, end) in pieces(length, dash) {
            let upper = self.edge(start, end, -0.5 * self.thick);
            let mut lower = self.edge(start, end, 0.5 * self.thick);
            if self.thick > 4.0 {
                let rim = Line::solid(palette::shade(colour), 1.25);
                canvas.line(&upper, rim);
                canvas.line(&lower, rim);
            }
            lower.reverse();
            canvas.area(
                &[upper, lower].concat(),
                if self.thick > 4.0 { colour } else { palette::shade(colour) },
            );
        }
    }

    /// Points along the band between two distances from its beginning, aside of its middle.
    fn edge(&self, start: f64, end: f64, aside: f64) -> Vec<Spot> {
        let length = (self.to.0 - self.from.0).max(1e-9);
        let steps = ((end - start) / 6.0).ceil().max(1.0) as usize;
        let point = |k: usize| {
            let along = start + (end - start) * k as f64 / steps as f64;
            let share = along / length;
            let rise = share * share * (3.0 - 2.0 * share);
            (self.from.0 + along, self.from.1 + rise * (self.to.1 - self.from.1) + aside)
        };
        (0..=steps).map(point).collect()
    }
}

/// The stretches that are drawn: all of it without dashes.
fn pieces(length: f64, dash: &[f64]) -> Vec<(f64, f64)> {
    let &[on, off] = dash else { return vec![(0.0, length)] };
    let count = (length / (on + off)).ceil() as usize;
    let piece = |k: usize| {
        let start = k as f64 * (on + off);
        (start, (start + on).min(length))
    };
    (0..count).map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> Vec<End> {
        let end = |from, to, amount| End { from, to, amount };
        vec![end(0, 0, 100.0), end(0, 1, 20.0), end(1, 1, 5.0), end(1, 0, 0.01)]
    }

    const PAGE: Frame = Frame { left: 100.0, top: 50.0, right: 700.0, bottom: 450.0 };

    #[test]
    fn bands_fill_their_bars_and_bars_their_page() {
        let ends = ends();
        let scale = Layout::largest_scale(&ends, PAGE.height(), 44.0);
        let layout = Layout::new(&ends, PAGE, scale, 44.0);
        for bars in [&layout.payers, &layout.paid] {
            assert!(bars.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{bars:?}");
            assert!(bars[0].0 >= PAGE.top && bars[bars.len() - 1].1 <= PAGE.bottom, "{bars:?}");
        }
        assert_eq!(layout.payers[0].2, 120.0);
        for (end, band) in ends.iter().zip(&layout.bands) {
            let (top, bottom, _) = layout.paid[end.to];
            assert!(
                band.to.1 - 0.5 * band.thick >= top - 1e-9 && band.to.1 + 0.5 * band.thick <= bottom + 1e-9
            );
        }
        assert!((layout.bands[0].thick / layout.bands[1].thick - 5.0).abs() < 1e-9);
    }

    #[test]
    fn many_small_bands_fit_as_well() {
        let ends: Vec<End> = (0..60).map(|k| End { from: k % 5, to: k % 6, amount: 0.5 }).collect();
        let scale = Layout::largest_scale(&ends, 300.0, 24.0);
        let layout = Layout::new(&ends, Frame { bottom: PAGE.top + 300.0, ..PAGE }, scale, 24.0);
        assert!(layout.paid.iter().all(|bar| bar.1 <= PAGE.top + 300.0 + 1e-6), "{:?}", layout.paid);
        assert!(layout.slot < NUMBER);
    }

    #[test]
    fn a_broken_band_ends_where_a_whole_one_does() {
        assert_eq!(pieces(50.0, &[]), [(0.0, 50.0)]);
        assert_eq!(pieces(50.0, &[16.0, 5.0]), [(0.0, 16.0), (21.0, 37.0), (42.0, 50.0)]);
    }
}
