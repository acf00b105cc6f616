//! What lies on the map of the figure `network` already, and where there is still room.

use super::canvas::{Frame, Spot};
use super::labels::overlap;

/// The widest reach, pixels.
pub(super) const WIDEST: f64 = 24.0;

/// The width of a reach with this flow, where the largest is `most`, pixels.
pub(super) fn width(flow: f64, most: f64) -> f64 {
    (WIDEST * flow / most).max(1.5)
}

/// A reach on the page.
pub(super) struct Stretch {
    pub(super) course: Vec<Spot>,
    pub(super) flow: f64,
}

impl Stretch {
    /// The spot at a share of the course, and the direction there.
    pub(super) fn at(&self, share: f64) -> (Spot, Spot) {
        let last = self.course.len().saturating_sub(1);
        let k = ((share * last as f64) as usize).min(last.saturating_sub(1));
        let (a, b) = (self.course[k], self.course[(k + 1).min(last)]);
        let length = (b.0 - a.0).hypot(b.1 - a.1).max(1e-9);
        let part = share * last as f64 - k as f64;
        ((a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1)), ((b.0 - a.0) / length, (b.1 - a.1) / length))
    }
}

/// What lies on the page already.
#[derive(Clone)]
pub(super) struct Ground {
    frame: Frame,
    taken: Vec<Frame>,
    /// Spots on reaches, each with half the width there.
    wet: Vec<(Spot, f64)>,
    /// The spots of each reach among them.
    reaches: Vec<std::ops::Range<usize>>,
    most: f64,
}

impl Ground {
    /// The ground on which these marks and reaches lie.
    pub(super) fn new(frame: Frame, taken: Vec<Frame>, stretches: &[Stretch]) -> Ground {
        let most = stretches.iter().map(|stretch| stretch.flow).fold(1e-9, f64::max);
        let mut ground = Ground { frame, taken, wet: Vec::new(), reaches: Vec::new(), most };
        for stretch in stretches {
            let half = 0.5 * ground.width(stretch.flow);
            let first = ground.wet.len();
            ground.reaches.push(first..first + 49);
            ground.wet.extend((0..=48).map(|k| (stretch.at(f64::from(k) / 48.0).0, half)));
        }
        ground
    }

    /// The width of a reach with this flow, pixels.
    pub(super) fn width(&self, flow: f64) -> f64 {
        width(flow, self.most)
    }

    /// How much a box there would hide or leave the page: pixels of overlap, the drawn reaches less heavy.
    fn cost(&self, own: &Frame) -> f64 {
        let wide = Frame::new(own.left - 3.0, own.top - 1.0, own.right + 3.0, own.bottom + 1.0);
        let lying: f64 = self.taken.iter().map(|other| overlap(&wide, other)).sum();
        let inside = overlap(own, &self.frame);
        let out = own.width() * own.height() - inside;
        let crossed = self.wet.iter().filter(|((x, y), half)| {
            *x > own.left - half && *x < own.right + half && *y > own.top - half && *y < own.bottom + half
        });
        10.0 * lying + 50.0 * out + 14.0 * crossed.count() as f64
    }

    /// Takes the best place for a box around a node.
    pub(super) fn take(&mut self, node: Frame, size: (f64, f64)) -> Frame {
        let (_, frame) = self.best_around(node, size);
        self.taken.push(frame);
        frame
    }

    /// The best place for a box around a node, and what it costs: more the farther off and the more it
    /// hides.
    pub(super) fn best_around(&self, node: Frame, (wide, high): (f64, f64)) -> (f64, Frame) {
        let (x, y) = node.centre();
        let mut best: Option<(f64, Frame)> = None;
        for ring in 0..7 {
            let away = 5.0 + 9.0 * f64::from(ring);
            let (above, below) = (node.top - away - high, node.bottom + away);
            let (right, left) = (node.right + away, node.left - away - wide);
            let corners = [
                (x - 0.5 * wide, below),
                (x - 0.5 * wide, above),
                (x - 0.15 * wide, below),
                (x - 0.85 * wide, below),
                (x - 0.15 * wide, above),
                (x - 0.85 * wide, above),
                (right, y - 0.5 * high),
                (left, y - 0.5 * high),
                (right, below - 0.5 * high),
                (left, below - 0.5 * high),
                (right, above + 0.5 * high),
                (left, above + 0.5 * high),
            ];
            for (k, (left, top)) in corners.into_iter().enumerate() {
                let frame = Frame::new(left, top, left + wide, top + high);
                let cost = self.cost(&frame) + 0.5 * k as f64 + 8.0 * f64::from(ring);
                if best.is_none_or(|(least, _)| cost < least - 1e-9) {
                    best = Some((cost, frame));
                }
            }
        }
        best.unwrap_or((f64::INFINITY, node))
    }

    /// Takes a place beside a reach, where there is one that hides nothing: first of all one that is
    /// nearer to it than to any other reach, close to it, else farther off, past the plants on it.
    pub(super) fn take_beside(&mut self, k: usize, stretch: &Stretch, size: (f64, f64)) -> Option<Frame> {
        let half = 0.5 * self.width(stretch.flow) + 3.0;
        let near = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.82];
        let spots = [0.0, 6.0, 12.0, 18.0].into_iter().flat_map(|off| near.map(|share| (share, off)));
        let frames: Vec<Frame> =
            spots.flat_map(|(share, off)| beside(stretch, share, half + off, size)).collect();
        let free = |frame: &&Frame| self.cost(frame) < 1.0;
        let clear = frames.iter().find(|frame| free(frame) && self.is_clear_of_others(k, frame));
        let frame = *clear.or_else(|| frames.iter().find(free))?;
        self.taken.push(frame);
        Some(frame)
    }

    /// Whether a box is clearly nearer to its own reach than to any other.
    fn is_clear_of_others(&self, k: usize, frame: &Frame) -> bool {
        let away = |&((x, y), half): &(Spot, f64)| {
            let aside = (frame.left - x).max(x - frame.right).max(0.0);
            let upright = (frame.top - y).max(y - frame.bottom).max(0.0);
            aside.hypot(upright) - half
        };
        let nearest = |spots: &[(Spot, f64)]| spots.iter().map(away).fold(f64::INFINITY, f64::min);
        let others = (0..self.reaches.len()).filter(|&other| other != k);
        let other = others.map(|other| nearest(&self.wet[self.reaches[other].clone()]));
        other.fold(f64::INFINITY, f64::min) > 1.6 * nearest(&self.wet[self.reaches[k].clone()]) + 4.0
    }
}

/// The boxes on both sides of a reach at a share of its course, so far off it.
fn beside(stretch: &Stretch, share: f64, off: f64, (wide, high): (f64, f64)) -> [Frame; 2] {
    let (spot, along) = stretch.at(share);
    let away = off + 0.5 * (high * along.0.abs() + wide * along.1.abs());
    let aside = if along.0 >= 0.0 { (-along.1, along.0) } else { (along.1, -along.0) };
    [-away, away].map(|away| {
        let (x, y) = (spot.0 + away * aside.0, spot.1 + away * aside.1);
        Frame::new(x - 0.5 * wide, y - 0.5 * high, x + 0.5 * wide, y + 0.5 * high)
    })
}
