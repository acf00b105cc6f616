//! Labels that would lie on each other, moved apart as little as can be.
//!
//! Along one direction: [`spread`] gives the places that keep a distance and move least in the sense
//! of squares. On the plane: [`place_beside`] takes, dot by dot, the first free place around it.

use super::canvas::{Frame, Spot};

/// Where labels of a height go that want to be at these places: in their order, apart by at least
/// that height, between `low` and `high` as far as they fit, moved as little as possible.
pub(super) fn spread(wanted: &[f64], height: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut places = vec![0.0; wanted.len()];
    let middles = merged(&order.iter().map(|&k| wanted[k]).collect::<Vec<f64>>(), height, low, high);
    for (&k, middle) in order.iter().zip(middles) {
        places[k] = middle;
    }
    places
}

/// Blocks of labels that touch: the sum of the wanted first places, and how many.
fn merged(sorted: &[f64], height: f64, low: f64, high: f64) -> Vec<f64> {
    let first_place = |&(sum, count): &(f64, usize)| {
        let least = low + 0.5 * height;
        let most = high - 0.5 * height - height * (count - 1) as f64;
        (sum / count as f64).min(most).max(least)
    };
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for &want in sorted {
        let mut block = (want, 1);
        while let Some(&before) = blocks.last() {
            if first_place(&before) + height * before.1 as f64 <= first_place(&block) + 1e-9 {
                break;
            }
            blocks.pop();
            block = (before.0 + block.0 - (before.1 * block.1) as f64 * height, before.1 + block.1);
        }
        blocks.push(block);
    }
    let places = |block: &(f64, usize)| {
        let first = first_place(block);
        (0..block.1).map(move |k| first + k as f64 * height).collect::<Vec<f64>>()
    };
    blocks.iter().flat_map(places).collect()
}

/// The boxes of labels beside dots, each at the first place around its dot (upper right first) that
/// is free of dots, of a line and of the labels before it and lies in the frame; else where it overlaps
/// least.
pub(super) fn place_beside(
    dots: &[Spot],
    radius: f64,
    sizes: &[(f64, f64)],
    line: &[Spot],
    frame: Frame,
) -> Vec<Frame> {
    let around = |spot: Spot, r: f64| Frame::new(spot.0 - r, spot.1 - r, spot.0 + r, spot.1 + r);
    let taken: Vec<Frame> = dots
        .iter()
        .map(|&dot| around(dot, radius))
        .chain(beads(line).into_iter().map(|bead| around(bead, 3.0)))
        .collect();
    let mut placed: Vec<Frame> = Vec::new();
    for (dot, size) in dots.iter().zip(sizes) {
        let cost = |candidate: &Frame| {
            let over: f64 = taken.iter().chain(&placed).map(|other| overlap(candidate, other)).sum();
            over + 10.0 * outside(candidate, &frame)
        };
        let mut best: Option<(f64, Frame)> = None;
        for candidate in candidates(*dot, radius + 4.0, *size) {
            let price = cost(&candidate);
            if best.is_none_or(|(least, _)| price < least - 1e-9) {
                best = Some((price, candidate));
            }
        }
        placed.extend(best.map(|(_, frame)| frame));
    }
    placed
}

/// Points along a line, close enough that no label slips between them.
fn beads(line: &[Spot]) -> Vec<Spot> {
    let mut beads = Vec::new();
    for ends in line.windows(2) {
        let (dx, dy) = (ends[1].0 - ends[0].0, ends[1].1 - ends[0].1);
        let count = (dx.hypot(dy) / 6.0).ceil().max(1.0);
        beads.extend((0..=count as usize).map(|k| {
            let share = k as f64 / count;
            (ends[0].0 + share * dx, ends[0].1 + share * dy)
        }));
    }
    beads
}

/// Places around a dot, the best first, then farther off.
fn candidates(dot: Spot, gap: f64, (width, height): (f64, f64)) -> impl Iterator<Item = Frame> {
    let at = move |x: f64, y: f64| Frame::new(x, y, x + width, y + height);
    (0..6).flat_map(move |ring| {
        let away = gap + 0.8 * height * f64::from(ring);
        let (right, left) = (dot.0 + away, dot.0 - away - width);
        let (above, below, level) =
            (dot.1 - away - 0.5 * height, dot.1 + away - 0.5 * height, dot.1 - 0.5 * height);
        let middle = dot.0 - 0.5 * width;
        [
            at(right, above),
            at(right, level),
            at(right, below),
            at(left, above),
            at(left, level),
            at(left, below),
            at(middle, dot.1 - away - height),
            at(middle, dot.1 + away),
        ]
    })
}

/// The area that two boxes share, pixels.
pub(super) fn overlap(a: &Frame, b: &Frame) -> f64 {
    let wide = a.right.min(b.right) - a.left.max(b.left);
    let high = a.bottom.min(b.bottom) - a.top.max(b.top);
    wide.max(0.0) * high.max(0.0)
}

fn outside(inner: &Frame, frame: &Frame) -> f64 {
    inner.width() * inner.height() - overlap(inner, frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_room_stay_where_they_are() {
        assert_eq!(spread(&[100.0, 50.0, 10.0], 20.0, 0.0, 200.0), [100.0, 50.0, 10.0]);
    }

    #[test]
    fn labels_that_collide_part_evenly_around_their_middle() {
        assert_eq!(spread(&[100.0, 100.0], 20.0, 0.0, 200.0), [90.0, 110.0]);
        assert_eq!(spread(&[100.0, 104.0, 180.0], 20.0, 0.0, 200.0), [92.0, 112.0, 180.0]);
    }

    #[test]
    fn labels_stay_between_the_ends_while_they_fit_and_always_apart() {
        assert_eq!(spread(&[0.0, 0.0, 1.0], 20.0, 0.0, 200.0), [10.0, 30.0, 50.0]);
        assert_eq!(spread(&[199.0, 200.0], 20.0, 0.0, 200.0), [170.0, 190.0]);
        let wanted: Vec<f64> = (0..12).map(|k| f64::from((k * 7) % 5)).collect();
        let mut places = spread(&wanted, 20.0, 0.0, 100.0);
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 20.0 - 1e-9));
    }

    #[test]
    fn labels_beside_dots_lie_on_no_dot_and_on_no_other_label() {
        let dots: Vec<Spot> =
            (0..8).map(|k| (300.0 + 4.0 * f64::from(k), 200.0 - 3.0 * f64::from(k))).collect();
        let page = Frame::new(0.0, 0.0, 600.0, 400.0);
        let boxes = place_beside(&dots, 8.0, &[(120.0, 22.0); 8], &[], page);
        for (k, label) in boxes.iter().enumerate() {
            assert!(outside(label, &page) < 1e-6);
            assert!(boxes[..k].iter().all(|other| overlap(label, other) < 1e-6), "label {k}");
        }
    }

    #[test]
    fn a_label_keeps_off_the_line_through_its_dot() {
        let page = Frame::new(0.0, 0.0, 600.0, 400.0);
        let line = [(0.0, 400.0), (600.0, 0.0)];
        let label = place_beside(&[(300.0, 200.0)], 8.0, &[(120.0, 22.0)], &line, page)[0];
        let crossed = beads(&line).iter().any(|bead| {
            (label.left..label.right).contains(&bead.0) && (label.top..label.bottom).contains(&bead.1)
        });
        assert!(!crossed, "{label:?}");
    }
}
