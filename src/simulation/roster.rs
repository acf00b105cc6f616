//! Rosters: the policies of a run with those that others need as their status quo, and who can run when.
//!
//! A status quo is run once, whether it was asked for or not, and before those that are measured against it.
//! Running itself is left to `seasonal`.

use indexmap::IndexMap;

use crate::allocation::policy::Policy;

/// A policy to run, and where its status quo stands in the roster.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) policy: Policy,
    pub(super) against: Against,
}

/// What a policy is measured against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// Nothing: it can run at once.
    Nothing,
    /// The policy at this place.
    Place(usize),
    /// A policy that nobody knows.
    Unknown(String),
}

/// The policies asked for, in their order, and after them those they need that were not asked for. A status quo is
/// looked up among the policies asked for, then among the others that are known.
pub(super) fn roster(asked: &[(String, Policy)], known: &IndexMap<String, Policy>) -> Vec<Entry> {
    let entry = |name: &str, policy: &Policy| Entry {
        name: name.to_owned(),
        policy: policy.clone(),
        against: Against::Nothing,
    };
    let mut roster: Vec<Entry> = asked.iter().map(|(name, policy)| entry(name, policy)).collect();
    let mut at = 0;
    while at < roster.len() {
        if let Some(name) = roster[at].policy.status_quo().map(str::to_owned) {
            let place = roster.iter().position(|other| other.name == name);
            let place = place.or_else(|| {
                let policy = known.get(&name)?;
                roster.push(entry(&name, policy));
                Some(roster.len() - 1)
            });
            roster[at].against = place.map_or(Against::Unknown(name), Against::Place);
        }
        at += 1;
    }
    roster
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::policy::catalogue;

    fn policy(against: Option<&str>) -> Policy {
        Policy { against: against.map(str::to_owned), ..catalogue()["one_basin"].clone() }
    }

    fn places(asked: &[(&str, Option<&str>)]) -> Vec<(String, Against)> {
        let asked: Vec<_> =
            asked.iter().map(|(name, against)| ((*name).to_owned(), policy(*against))).collect();
        roster(&asked, &catalogue()).into_iter().map(|entry| (entry.name, entry.against)).collect()
    }

    #[test]
    fn a_status_quo_that_was_not_asked_for_comes_last_and_once() {
        let places = places(&[("a", Some("quota")), ("b", Some("quota")), ("c", None)]);
        let names: Vec<&str> = places.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "quota"]);
        assert_eq!(places[0].1, Against::Place(3));
        assert_eq!(places[1].1, Against::Place(3));
        assert_eq!(places[2].1, Against::Nothing);
    }

    #[test]
    fn a_status_quo_that_was_asked_for_is_used() {
        let places = places(&[("a", Some("b")), ("b", None)]);
        assert_eq!(places.len(), 2);
        assert_eq!(places[0].1, Against::Place(1));
    }

    #[test]
    fn a_status_quo_that_nobody_knows_is_said() {
        assert_eq!(places(&[("a", Some("b"))])[0].1, Against::Unknown("b".to_owned()));
    }
}
