//! Winter fuel that a policy gives for nothing: who gives it pays for it.
//!
//! The record has the stations' owner pay for all that is burnt (consortium-rules, part D (c): "fixed fuel delivered at zero
//! price"). So each giver owes the owner its share of what the given fuel cost in the record, and hands it over as fuel.
//! How much is given is said by the allocation.

use crate::allocation::policy::Policy;
use crate::allocation::priority::{FuelGiven, fuel_given};
use crate::allocation::terms::InKind;
use crate::allocation::window::Window;
use crate::network::basin::{Basin, RiparianIdx, ThermalIdx};
use crate::quantity::index::{Series, Table};
use crate::quantity::total::Total;
use crate::simulation::record::Record;

use super::ledger::{Entry, Ledger, Party};

/// The payments for the fuel that is burnt of what a policy gives; none where no giver is in the basin.
pub(super) fn ledger(window: Window<'_>, policy: &Policy, record: &Record) -> Ledger {
    let givers = givers(window.basin, policy);
    let given = fuel_given(window, policy, &made(window.basin, record));
    Ledger::of(given.iter().flat_map(|fuel| givers.iter().map(|giver| entry(fuel, *giver))))
}

fn entry(fuel: &FuelGiven, (giver, share): (RiparianIdx, f64)) -> Entry {
    Entry {
        from: Party::Riparian(giver),
        to: Party::Riparian(fuel.riparian),
        amount: share * fuel.cost_MUSD,
        purpose: "winter fuel",
        kind: Some(InKind::Fuel),
        energy: Some(share * fuel.energy_GWh),
    }
}

/// Who gives, and which share; where not all givers are in the basin the others give for them.
fn givers(basin: &Basin, policy: &Policy) -> Vec<(RiparianIdx, f64)> {
    let here =
        policy.fuel_from.iter().filter_map(|(name, share)| Some((basin.riparian_named(name)?, *share)));
    let here: Vec<(RiparianIdx, f64)> = here.filter(|giver| giver.1 > 0.0).collect();
    let all = here.iter().map(|giver| giver.1).total();
    here.into_iter().map(|(giver, share)| (giver, share / all)).collect()
}

/// What each station makes in each period of a record, GWh.
fn made(basin: &Basin, record: &Record) -> Table<ThermalIdx, Series<f64>> {
    let of = |g: ThermalIdx| {
        let unit = &basin.thermals[g];
        let own = record.plants.iter().filter(|row| row.plant == unit.name && row.kind == unit.kind);
        let mut made = Series::filled(basin.horizon.len(), 0.0);
        made.iter_mut().zip(own).for_each(|(made, row)| *made = row.energy_GWh);
        made
    };
    Table::from_fn(basin.thermals.len(), of)
}
