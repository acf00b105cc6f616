//! Payments: transfers as the fewest payments that make them up.
//!
//! `n` parties whose transfers sum to nothing need at most `n - 1` payments, and one fewer for every further group whose
//! transfers sum to nothing by themselves; so the fewest payments are `n` less the most such groups (T. Verhoeff, 2004).
//! The groups are found exactly, over all sets of parties, for up to sixteen of them.

use crate::fairness::games::Coalition;

/// Transfers up to this are nothing: a dollar, in MUSD.
pub const NOTHING_MUSD: f64 = 1e-6;

/// The most parties whose groups are looked for; more are one group.
const MOST_PARTIES: usize = 16;

/// The payments (payer, receiver, amount) that make up transfers (received less paid) that sum to 0: as few as there can
/// be, in the transfers' unit. Each is above [`NOTHING_MUSD`].
///
/// ```
/// use mirab::consortium::payments::fewest;
///
/// // 0 and 1 settle between themselves, and so do 2 and 3
/// assert_eq!(fewest(&[5.0, -5.0, 2.0, -2.0]), [(1, 0, 5.0), (3, 2, 2.0)]);
/// ```
pub fn fewest(transfers: &[f64]) -> Vec<(usize, usize, f64)> {
    let parties: Vec<usize> = (0..transfers.len()).filter(|&i| transfers[i].abs() > NOTHING_MUSD).collect();
    let own: Vec<f64> = parties.iter().map(|&party| transfers[party]).collect();
    let groups = if own.len() <= MOST_PARTIES { groups(&own) } else { vec![(0..own.len()).collect()] };
    let mut payments = Vec::new();
    for group in groups {
        let members = group.into_iter().map(|k| (parties[k], own[k])).collect();
        payments.extend(within(members));
    }
    payments.sort_by_key(|&(from, to, _)| (from, to));
    payments
}

/// The most groups that sum to nothing by themselves; the last may hold what rounding leaves.
fn groups(own: &[f64]) -> Vec<Vec<usize>> {
    let all = Coalition::grand(own.len());
    let is_closed = |set: Coalition| set.sum(own).abs() <= NOTHING_MUSD;
    let mut most = vec![(0_u32, 0_usize); 1 << own.len()];
    for bits in 1..=all.0 {
        let set = Coalition(bits);
        let before = |last: usize| most[set.without(last).0 as usize].0;
        let last = set.players().max_by_key(|&last| before(last)).unwrap_or_default();
        most[bits as usize] = (before(last) + u32::from(is_closed(set)), last);
    }
    let (mut groups, mut group, mut left) = (Vec::new(), Vec::new(), all);
    while !left.is_empty() {
        if is_closed(left) && !group.is_empty() {
            groups.push(std::mem::take(&mut group));
        }
        let last = most[left.0 as usize].1;
        group.push(last);
        left = left.without(last);
    }
    groups.push(group);
    groups
}

/// Within a group who owes most pays who is owed most, until nobody owes anything: each payment settles somebody.
fn within(mut members: Vec<(usize, f64)>) -> Vec<(usize, usize, f64)> {
    let mut payments = Vec::new();
    loop {
        let payer = members.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let receiver = members.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let (Some((from, owed)), Some((to, due))) = (payer, receiver) else { return payments };
        let amount = due.min(-owed);
        if amount <= NOTHING_MUSD {
            return payments;
        }
        payments.push((from, to, amount));
        for member in &mut members {
            match member.0 {
                party if party == from => member.1 += amount,
                party if party == to => member.1 -= amount,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(transfers: &[f64], payments: &[(usize, usize, f64)]) -> f64 {
        let mut left = transfers.to_vec();
        for &(from, to, amount) in payments {
            left[from] += amount;
            left[to] -= amount;
        }
        left.into_iter().map(f64::abs).fold(0.0, f64::max)
    }

    #[test]
    fn payments_make_up_the_transfers_with_one_payment_fewer_than_parties() {
        let transfers = [10.0, -3.0, -8.0, 5.5, -4.5, 0.0];
        let payments = fewest(&transfers);
        assert_eq!(payments.len(), 4);
        assert!(settled(&transfers, &payments) <= 1e-9);
    }

    #[test]
    fn groups_that_settle_among_themselves_are_found_where_greed_would_miss_them() {
        // 9 settles with 9 and 10 with 7 + 3; the largest payer paying the largest receiver would need four payments
        let transfers = [10.0, 9.0, -9.0, -7.0, -3.0];
        let payments = fewest(&transfers);
        assert_eq!(payments.len(), 3);
        assert!(settled(&transfers, &payments) <= 1e-9);
    }

    #[test]
    fn nothing_is_paid_where_nothing_is_owed() {
        assert!(fewest(&[0.0, 0.0]).is_empty() && fewest(&[]).is_empty());
    }
}
