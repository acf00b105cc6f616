//! What is paid under the storage-service fee: stored water, then the penalties, then the joint plant, then what it takes
//! that nobody is below the status quo.
//!
//! Who is served how much is found in [`super::service`], what is not delivered in [`super::discipline`], the last step in
//! [`super::participation`].

use crate::allocation::policy::Policy;
use crate::allocation::status_quo::StatusQuo;
use crate::allocation::terms::Terms;
use crate::network::basin::Basin;
use crate::simulation::seasonal::Outcome;

use super::discipline::promises_broken;
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
            let broken = promises_broken(basin, discipline, &fees, terms.in_kind);
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
