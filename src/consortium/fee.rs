//! What is paid under the storage-service fee: stored water, then the penalties, then the joint plant, then what it takes
//! that nobody is below the status quo.
//!
//! Penalties (consortium-rules, part D (i), stage 3): `pi f_i value` into the reserve fund for what member `i` promised and
//! did not deliver, the share `f_i` of it. What is promised in electricity counts as agreed, whether or not lines can carry it.
//!
//! Who is served how much is found in [`super::service`], the last step in [`super::participation`].

use crate::allocation::policy::Policy;
use crate::allocation::status_quo::StatusQuo;
use crate::allocation::terms::{Discipline, InKind, Terms};
use crate::network::basin::{Basin, RiparianIdx};
use crate::simulation::seasonal::Outcome;

use super::findings::Story;
use super::ledger::{Entry, Ledger, Party};
use super::participation::least_changes;
use super::payments::fewest;
use super::service::{Fee, fees};

/// A policy settled by the fee.
#[derive(Clone, Copy)]
pub(super) struct Served<'a> {
    pub(super) basin: &'a Basin,
    pub(super) policy: &'a Policy,
    pub(super) terms: &'a Terms,
    pub(super) outcome: &'a Outcome,
    pub(super) status_quo: &'a StatusQuo,
}

impl Served<'_> {
    /// All payments, where each has these benefits before them, MUSD.
    pub(super) fn ledger(&self, benefits: &[f64], story: &mut Story<'_>) -> Ledger {
        let Served { basin, terms, outcome, status_quo, .. } = *self;
        let fees = fees(basin, &outcome.plan, &status_quo.plan, terms.fee_USD_per_m3);
        story.served(&fees);
        let mut ledger = Ledger::of(fees.iter().map(service));
        if let Some(discipline) = &terms.discipline {
            let promised = fees.iter().flat_map(|fee| promises(fee, terms.in_kind));
            let broken = promises_broken(basin, discipline, promised);
            ledger.add_all(Ledger::of(broken.iter().map(|own| own.penalty(discipline.penalty))));
            story.next_season(&broken);
        }
        ledger.add_all(self.joint_plant());
        let transfers = ledger.transfers(benefits.len());
        let paid: Vec<f64> = benefits.iter().zip(transfers).map(|(own, transfer)| own + transfer).collect();
        match least_changes(&paid, &status_quo.benefits) {
            Some(changes) => {
                let between = |payment| Entry::between(payment, "nobody below the status quo");
                ledger.add_all(Ledger::of(fewest(&changes).into_iter().map(between)));
            }
            None => {
                story.nothing_to_share(status_quo.benefits.iter().sum::<f64>() - paid.iter().sum::<f64>());
            }
        }
        ledger
    }

    /// The owners of a joint plant are paid for their shares of its energy, which feeds the area of its host.
    fn joint_plant(&self) -> Ledger {
        let Served { basin, policy, terms, outcome, .. } = *self;
        let Some(joint) = &policy.joint_plant else { return Ledger::default() };
        let Some(plant) = basin.plants.iter().find(|plant| plant.name == joint.plant) else {
            return Ledger::default();
        };
        let rows = outcome.record.plants.iter().filter(|row| row.plant == joint.plant);
        let energy: f64 = rows.map(|row| row.energy_GWh).sum();
        let margin = 1e-3 * (terms.price_USD_per_MWh - plant.operating_cost.value()).max(0.0);
        let share = |(owner, share): (&String, &f64)| {
            let owner = basin.riparian_named(owner).filter(|&owner| owner != plant.riparian)?;
            let (host, owner) = (Party::Riparian(plant.riparian), Party::Riparian(owner));
            Some(Entry::agreed((host, owner, share * energy * margin), "share of the joint plant"))
        };
        Ledger::of(joint.shares.iter().filter_map(share))
    }
}

/// Who was served pays the owner.
fn service(fee: &Fee) -> Entry {
    let (user, owner) = (Party::Riparian(fee.user), Party::Riparian(fee.owner));
    Entry::agreed((user, owner, fee.amount), "water kept for summer")
}

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

fn promises_broken(
    basin: &Basin,
    discipline: &Discipline,
    promises: impl Iterator<Item = Promise>,
) -> Vec<Broken> {
    let broken = |(member, value, kind, purpose): Promise| {
        let shortfall = 1.0 - discipline.delivers(&basin.riparians[member].name, kind);
        (shortfall > 0.0).then_some(Broken { member, shortfall, value, purpose })
    };
    promises.filter_map(broken).collect()
}

impl Broken {
    /// `pi f value`, to the reserve fund.
    fn penalty(&self, rate: f64) -> Entry {
        let amount = rate * self.shortfall * self.value;
        Entry::agreed((Party::Riparian(self.member), Party::Fund, amount), self.purpose)
    }
}
