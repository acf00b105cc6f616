//! The replay: a plan carried out in river order with the true heads, which gives the record.
//!
//! The plan is right to the solver's tolerance; the record is right to rounding. Deliveries, storages
//! and side canals are taken from the plan, and what a balance leaves over goes down the main outlet,
//! so the solver's error ends in spill and terminal outflow, and never shows as lost water. Energy is
//! made at the heads that the storages really give; the difference to the plan is taken up by load
//! not yet served, by thermal units with fuel left, and last by unserved energy or idle turbines.

mod money;
mod power;
mod water;
mod water_rows;

use crate::allocation::plan::{Plan, Prices};
use crate::allocation::window::Window;
use crate::quantity::index::PeriodIdx;

use super::record::Record;

/// Shortfalls up to this volume (hm3) are not reported as broken promises.
pub const REPORTED_SHORTFALL_HM3: f64 = 1e-3;

/// What a record row says of where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The policy.
    pub policy: &'a str,
    /// The ensemble member; 0 in a single run.
    pub member: u32,
}

/// Carries a plan out and keeps what happened.
pub fn replay(window: Window<'_>, plan: &Plan, prices: Option<&Prices>, origin: Origin<'_>) -> Record {
    let mut record = Record::default();
    let mut river = water::River::at_start(window);
    let mut fuel = power::FuelLeft::at_start(window);
    let mut passed = water::nothing_passed(window);
    for t in window.basin.horizon.indices() {
        let flows = river.pass(window, plan, t);
        let energy = power::dispatch(window, plan, &flows, &mut fuel, t);
        for (p, promise) in window.basin.promises.enumerate() {
            passed[p][t] = flows.passed(promise.gauge);
        }
        let page = Page { window, t, origin, prices };
        water_rows::write(&page, &flows, &energy, &mut record);
        power::write(&page, &energy, &mut record);
        money::write(&page, &flows, &energy, &mut record);
    }
    water_rows::write_seasons(window, origin, &passed, &mut record);
    money::charge_seasons(window, &mut record);
    record
}

/// The period being written, and what its rows say of themselves.
#[derive(Clone, Copy)]
struct Page<'a> {
    window: Window<'a>,
    t: PeriodIdx,
    origin: Origin<'a>,
    prices: Option<&'a Prices>,
}

impl Page<'_> {
    fn policy(&self) -> String {
        self.origin.policy.to_owned()
    }

    fn period_start(&self) -> jiff::civil::Date {
        self.window.basin.horizon.periods[self.t].first_day
    }

    fn days(&self) -> f64 {
        self.window.basin.horizon.periods[self.t].days.value()
    }

    fn riparian(&self, riparian: crate::network::basin::RiparianIdx) -> String {
        self.window.basin.riparians[riparian].name.clone()
    }
}

/// A row of the record: the common columns of the page, then its own.
macro_rules! row {
    ($page:expr, $name:ident { $($field:ident: $value:expr),* $(,)? }) => {
        $name {
            policy: $page.policy(),
            member: $page.origin.member,
            period_start: $page.period_start(),
            days: $page.days(),
            $($field: $value,)*
        }
    };
}
use row;
