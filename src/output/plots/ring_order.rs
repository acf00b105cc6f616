//! The order of places around a ring, from their connections alone.

/// An order around a ring in which few of these connections cross: the best that exchanges of two
/// places lead to.
pub(super) fn ring_order(places: &[usize], links: &[(usize, usize)]) -> Vec<usize> {
    let mut order = places.to_vec();
    let mut best = crossings(&order, links);
    let mut better = true;
    while better {
        better = false;
        for a in 0..order.len() {
            for b in a + 1..order.len() {
                order.swap(a, b);
                let now = crossings(&order, links);
                if now < best {
                    (best, better) = (now, true);
                } else {
                    order.swap(a, b);
                }
            }
        }
    }
    order
}

/// How often links cross, and, where that is the same, how far round they go.
fn crossings(order: &[usize], links: &[(usize, usize)]) -> (usize, usize) {
    let at = |place: usize| order.iter().position(|&other| other == place).unwrap_or(0);
    let ends: Vec<(usize, usize)> =
        links.iter().map(|&(a, b)| (at(a).min(at(b)), at(a).max(at(b)))).collect();
    let mut count = 0;
    for (k, a) in ends.iter().enumerate() {
        count += ends[..k]
            .iter()
            .filter(|b| (a.0 < b.0 && b.0 < a.1 && a.1 < b.1) || (b.0 < a.0 && a.0 < b.1 && b.1 < a.1))
            .count();
    }
    let round = |&(a, b): &(usize, usize)| (b - a).min(order.len() + a - b);
    (count, ends.iter().map(round).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_whose_links_need_not_cross_has_no_crossing() {
        let links = [(0, 2), (2, 1), (1, 3), (3, 0)];
        assert!(crossings(&[0, 1, 2, 3], &links).0 > 0);
        let order = ring_order(&[0, 1, 2, 3], &links);
        assert_eq!(crossings(&order, &links).0, 0);
    }
}
