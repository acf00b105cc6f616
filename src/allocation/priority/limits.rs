//! Limits of one policy alone: on what is let out of a reservoir, and on the fuel that is burnt.
//!
//! A limit on releases may clash with the promises of the physics or with another. So the least volume by which the
//! limits must be missed together is found first, among the plans that keep the promises; then that much and no
//! more is allowed in every later program of the policy, and what gave way is said. Fuel can always be left unburnt,
//! so a limit on it clashes with nothing.

use indexmap::IndexMap;

use crate::allocation::formulation::Formulation;
use crate::allocation::plan::Plan;
use crate::allocation::policy::Policy;
use crate::allocation::window::Window;
use crate::network::basin::{Basin, ReachIdx, ReservoirIdx, RiparianIdx, ThermalIdx};
use crate::quantity::calendar::Season;
use crate::quantity::index::{PeriodIdx, Series, Table};
use crate::quantity::units::Flow;
use crate::solver::program::{Label, Row, Var};

use super::record::Constraint;

/// A volume of this size missed is none, hm3.
const NOTHING: f64 = 1e-3;
/// What is allowed above the least volume, relative to it.
const HAIR: f64 = 1e-6;

/// The limits of a policy on a window, and the least volume by which they must be missed.
#[derive(Clone, Debug, Default)]
pub(in crate::allocation) struct Limits {
    releases: Vec<Release>,
    fuels: Vec<Fuel>,
    /// hm3, all limits together; nothing until that is known.
    missed: f64,
}

/// A limit on releases: `sum of shares * flow + missed >= least`, shares of minus one for a limit from above.
#[derive(Clone, Debug)]
struct Release {
    constraint: String,
    reservoir: ReservoirIdx,
    terms: Vec<(ReachIdx, PeriodIdx, f64)>,
    least: f64,
    /// The period of a limit on one period.
    period: Option<PeriodIdx>,
}

/// The fuel that is delivered to a riparian for October-March, as the electricity it makes, GWh.
#[derive(Clone, Debug)]
struct Fuel {
    riparian: RiparianIdx,
    most: f64,
}

/// Fuel that a riparian was given.
#[derive(Clone, Debug, PartialEq)]
#[allow(non_snake_case)]
pub struct FuelGiven {
    /// To whom.
    pub riparian: RiparianIdx,
    /// The electricity made from it in October-March, GWh.
    pub energy_GWh: f64,
    /// What it cost at the stations' own cost, which whoever gives it bears, MUSD.
    pub cost_MUSD: f64,
}

/// What stations burn of the fuel that a policy gives for nothing, in the order of the policy, by what each makes in
/// each period, GWh. The benefits of a record are before transfers: there the stations' owner pays for it. What is burnt
/// beyond what is given is the owner's own.
pub fn fuel_given(
    window: Window<'_>,
    policy: &Policy,
    made: &Table<ThermalIdx, Series<f64>>,
) -> Vec<FuelGiven> {
    let basin = window.basin;
    let given = |fuel: Fuel| {
        let burnt = |g: ThermalIdx| -> f64 { winter(basin).map(|t| made[g][t]).sum() };
        let stations = stations(basin, fuel.riparian);
        let energy: f64 = stations.iter().map(|&g| burnt(g)).sum();
        let cost: f64 = stations.iter().map(|&g| 1e-3 * basin.thermals[g].cost.value() * burnt(g)).sum();
        let part = if energy > fuel.most { fuel.most / energy } else { 1.0 };
        FuelGiven { riparian: fuel.riparian, energy_GWh: part * energy, cost_MUSD: part * cost }
    };
    fuels(window, &policy.fuel).into_iter().map(given).collect()
}

impl Limits {
    /// The limits of a policy; those on places that the basin does not have are left out.
    pub(in crate::allocation) fn new(window: Window<'_>, policy: &Policy) -> Limits {
        let named =
            |record: &Constraint| Basin::find(&window.basin.reservoirs, &record.reservoir, |own| &own.name);
        let mut releases = Vec::new();
        for (name, record) in &policy.constraint {
            if let Some(reservoir) = named(record) {
                releases.extend(share_of_summer(window, name, record, reservoir));
                releases.extend(winter_releases(window, name, record, reservoir));
            }
        }
        Limits { releases, fuels: fuels(window, &policy.fuel), missed: 0.0 }
    }

    /// Whether nothing is limited.
    pub(in crate::allocation) fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.fuels.is_empty()
    }

    /// Whether the limits could clash with anything.
    pub(super) fn may_clash(&self) -> bool {
        !self.releases.is_empty()
    }

    /// Takes the least volume that must be missed, hm3.
    pub(super) fn allow(&mut self, missed: f64) {
        self.missed = if missed > NOTHING { missed } else { 0.0 };
    }

    /// Holds the limits as far as they can be held.
    pub(in crate::allocation) fn hold(&self, formulation: &mut Formulation<'_>) {
        for fuel in &self.fuels {
            fuel.hold(formulation);
        }
        if self.missed == 0.0 {
            for release in &self.releases {
                release.add_to(formulation);
            }
            return;
        }
        let missed = self.add_missed(formulation);
        let label = label(formulation, "constraints_missed", "all");
        let row = formulation.program.add_row(label, f64::NEG_INFINITY, self.missed * (1.0 + HAIR) + NOTHING);
        missed.into_iter().for_each(|var| formulation.program.add_term(row, var, 1.0));
    }

    /// Adds each limit on releases with the volume by which it is missed.
    pub(super) fn add_missed(&self, formulation: &mut Formulation<'_>) -> Vec<Var> {
        let one = |release: &Release| {
            let row = release.add_to(formulation);
            let label = label(formulation, "constraint_missed", &release.constraint);
            let var = formulation.program.add_variable(label, 0.0, f64::INFINITY);
            formulation.program.add_term(row, var, 1.0);
            var
        };
        self.releases.iter().map(one).collect()
    }

    /// What a plan misses, in sentences.
    pub(in crate::allocation) fn gave_way(&self, basin: &Basin, plan: &Plan) -> Vec<String> {
        self.releases.iter().filter_map(|release| release.gave_way(basin, plan)).collect()
    }
}

impl Release {
    fn add_to(&self, formulation: &mut Formulation<'_>) -> Row {
        let label = label(formulation, "constraint", &self.constraint);
        let row = formulation.program.add_row(label, self.least, f64::INFINITY);
        for &(reach, t, share) in &self.terms {
            let var = formulation.vars.flow[reach][t];
            formulation.program.add_term(row, var, share);
        }
        row
    }

    fn gave_way(&self, basin: &Basin, plan: &Plan) -> Option<String> {
        let has: f64 = self.terms.iter().map(|&(reach, t, share)| share * plan.flow[reach][t]).sum();
        let missed = self.least - has;
        if missed <= 10.0 * NOTHING {
            return None;
        }
        let (name, place) = (&self.constraint, &basin.reservoirs[self.reservoir].name);
        Some(match self.period {
            Some(t) => {
                let period = &basin.horizon.periods[t];
                let flow = |volume: f64| volume / (Flow::new(1.0) * period.days).value();
                format!(
                    "constraint `{name}` gave way: from {} {place} lets out {:.1} m3/s instead of {:.1}",
                    period.first_day,
                    flow(-has),
                    flow(-self.least)
                )
            }
            None => format!(
                "constraint `{name}` gave way: {place} lets out {missed:.1} hm3 less in April-September than its share"
            ),
        })
    }
}

impl Fuel {
    /// `sum over October-March of what the riparian's stations make <= what is delivered`.
    fn hold(&self, formulation: &mut Formulation<'_>) {
        let basin = formulation.window.basin;
        let label = label(formulation, "fuel_delivered", &basin.riparians[self.riparian].name);
        let row = formulation.program.add_row(label, f64::NEG_INFINITY, self.most);
        for g in stations(basin, self.riparian) {
            for t in winter(basin) {
                let var = formulation.vars.thermal[g][t];
                formulation.program.add_term(row, var, 1.0);
            }
        }
    }
}

/// `sum over April-September of R >= share * sum over all of R`.
fn share_of_summer(
    window: Window<'_>,
    name: &str,
    record: &Constraint,
    reservoir: ReservoirIdx,
) -> Option<Release> {
    let basin = window.basin;
    let share = record.min_share_apr_sep.filter(|_| basin.horizon.seasons().len() == 2)?;
    let of = |t: PeriodIdx| match basin.horizon.periods[t].season {
        Season::Vegetation => 1.0 - share,
        Season::NonVegetation => -share,
    };
    let outlets = basin.outlets(basin.reservoirs[reservoir].node);
    let terms = outlets.flat_map(|reach| basin.horizon.indices().map(move |t| (reach, t, of(t)))).collect();
    Some(Release { constraint: name.to_owned(), reservoir, terms, least: 0.0, period: None })
}

/// `R_t <= limit * days` in each period of October-March.
fn winter_releases(
    window: Window<'_>,
    name: &str,
    record: &Constraint,
    reservoir: ReservoirIdx,
) -> Vec<Release> {
    let basin = window.basin;
    let Some(limit) = record.max_release_oct_mar_m3s else { return Vec::new() };
    let release = |t: PeriodIdx| Release {
        constraint: name.to_owned(),
        reservoir,
        terms: basin.outlets(basin.reservoirs[reservoir].node).map(|reach| (reach, t, -1.0)).collect(),
        least: -(Flow::new(limit) * basin.horizon.periods[t].days).value(),
        period: Some(t),
    };
    winter(basin).map(release).collect()
}

/// The fuel of those who are in the basin; a part of the season gets its part by days.
fn fuels(window: Window<'_>, given: &IndexMap<String, f64>) -> Vec<Fuel> {
    let part = window.basin.horizon.times(Season::NonVegetation);
    let own = |(name, most): (&String, &f64)| {
        let riparian = window.basin.riparian_named(name)?;
        Some(Fuel { riparian, most: most * part })
    };
    given.iter().filter_map(own).collect()
}

fn stations(basin: &Basin, riparian: RiparianIdx) -> Vec<ThermalIdx> {
    let own = basin.thermals.enumerate().filter(|(_, unit)| basin.areas[unit.area].riparian == riparian);
    own.map(|(g, _)| g).collect()
}

fn winter(basin: &Basin) -> impl Iterator<Item = PeriodIdx> + '_ {
    basin.horizon.periods_in(Season::NonVegetation)
}

fn label(formulation: &mut Formulation<'_>, family: &'static str, name: &str) -> Label {
    Label { family, element: formulation.program.name(name), period: None }
}
