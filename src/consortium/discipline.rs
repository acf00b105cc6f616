//! Discipline: what is promised under the storage-service fee and not delivered, and what it costs.
//!
//! Penalties (consortium-rules, part D (i), stage 3): `pi f_i value` into the reserve fund for what member `i` promised and
//! did not deliver, the share `f_i` of it. What is promised in electricity counts as agreed, whether or not lines can carry it.

use crate::allocation::terms::{Discipline, InKind};
use crate::network::basin::{Basin, RiparianIdx};

use super::ledger::{Entry, Party};
use super::service::Fee;

/// What a member promised under the fee, and which share of it is not delivered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Broken {
    /// Whose promise.
    pub(super) member: RiparianIdx,
    /// `f = (promised - delivered) / promised`, above 0.
    pub(super) shortfall: f64,
    /// What the promise is worth, MUSD.
    value: f64,
    purpose: &'static str,
}

/// A promise: whose, what it is worth, in what kind, and what is said of it if it is broken.
type Promise = (RiparianIdx, f64, Option<InKind>, &'static str);

/// The owner promises water, and who is served its price.
fn promises(fee: &Fee, in_kind: InKind) -> [Promise; 2] {
    [
        (fee.owner, fee.amount, None, "stored water promised and not delivered"),
        (fee.user, fee.amount, Some(in_kind), "payment promised and not delivered"),
    ]
}

/// The promises under the fee that are not kept whole.
pub(super) fn promises_broken(
    basin: &Basin,
    discipline: &Discipline,
    fees: &[Fee],
    in_kind: InKind,
) -> Vec<Broken> {
    let promises = fees.iter().flat_map(|fee| promises(fee, in_kind));
    let broken = |(member, value, kind, purpose): Promise| {
        let shortfall = 1.0 - discipline.delivers(&basin.riparians[member].name, kind);
        (shortfall > 0.0).then_some(Broken { member, shortfall, value, purpose })
    };
    promises.filter_map(broken).collect()
}

impl Broken {
    /// `pi f value`, to the reserve fund.
    pub(super) fn penalty(&self, rate: f64) -> Entry {
        let amount = rate * self.shortfall * self.value;
        Entry::agreed((Party::Riparian(self.member), Party::Fund, amount), self.purpose)
    }
}
