//! Parts of needs: what a riparian asks for in a season for one use, as variables between 0 and 1.
//!
//! A demand can be of two uses: its domestic share is drunk, the rest is what the demand is for. Both parts are then
//! variables of their own, `0 <= x <= share of the claim`, and together no more than the delivery.

use std::collections::BTreeMap;

use crate::allocation::formulation::Formulation;
use crate::network::basin::{AreaIdx, Basin, DemandIdx, RiparianIdx};
use crate::network::demand::{Demand, WaterUse};
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;
use crate::solver::program::{Label, Row, Var};

use super::record::Use;

/// What a riparian asks for in a season for one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) riparian: RiparianIdx,
    pub(super) season: Season,
    pub(super) used: Use,
}

/// The parts of these uses for which something is asked.
pub(super) fn of_uses(basin: &Basin, uses: &[Use]) -> Vec<Part> {
    let mut parts = Vec::new();
    for riparian in basin.riparians.indices() {
        for season in basin.horizon.seasons() {
            parts.extend(uses.iter().map(|&used| Part { riparian, season, used }));
        }
    }
    parts.retain(|part| part.asked(basin).iter().any(|asked| asked.volume > 0.0));
    parts
}

/// What is asked for at one place in one period, hm3 or GWh.
struct Asked {
    place: Place,
    period: PeriodIdx,
    volume: f64,
    weight: f64,
}

enum Place {
    /// All that a demand asks for.
    Whole(DemandIdx),
    /// The part of a demand's claim that is for one use.
    PartOf(DemandIdx),
    /// The load of an area.
    Load(AreaIdx),
}

impl Part {
    /// In words: `domestic water of UZ in April-September`.
    pub(super) fn describe(&self, basin: &Basin) -> String {
        let water = if self.used == Use::Energy { "" } else { " water" };
        let (used, who) = (self.used.name(), &basin.riparians[self.riparian].name);
        format!("{used}{water} of {who} in {}", self.season.months())
    }

    fn asked(&self, basin: &Basin) -> Vec<Asked> {
        let periods: Vec<PeriodIdx> = basin.horizon.periods_in(self.season).collect();
        let mut asked = Vec::new();
        for &period in &periods {
            if self.used == Use::Energy {
                let own = basin.areas.enumerate().filter(|(_, area)| area.riparian == self.riparian);
                asked.extend(own.map(|(a, area)| Asked {
                    place: Place::Load(a),
                    period,
                    volume: area.load[period].value(),
                    weight: 1.0,
                }));
            } else {
                let own = basin.demands.enumerate().filter(|(_, demand)| demand.riparian == self.riparian);
                asked.extend(own.filter_map(|(k, demand)| self.asked_by(k, demand, period)));
            }
        }
        asked
    }

    fn asked_by(&self, k: DemandIdx, demand: &Demand, period: PeriodIdx) -> Option<Asked> {
        let share = share_for(demand, self.used);
        let place = if share >= 1.0 { Place::Whole(k) } else { Place::PartOf(k) };
        let volume = share * demand.claim[period].value();
        let weight = if self.used == Use::Irrigation { demand.stage_weight[period] } else { 1.0 };
        (volume > 0.0).then_some(Asked { place, period, volume, weight })
    }

    /// Adds `u = sum v x / sum v asked`, `0 <= u <= 1`.
    fn add_to(&self, formulation: &mut Formulation<'_>, split: &mut Split) -> Var {
        let basin = formulation.window.basin;
        let name = format!("{},{},{}", basin.riparians[self.riparian].name, self.season, self.used.name());
        let label = Label { family: "part", element: formulation.program.name(name), period: None };
        let mut terms = Vec::new();
        for Asked { place, period, volume, weight } in self.asked(basin) {
            let var = match place {
                Place::Whole(k) => formulation.vars.delivery[k][period],
                Place::Load(a) => formulation.vars.served[a][period],
                Place::PartOf(k) => split.add_part(formulation, label, (k, period), volume),
            };
            terms.push((var, volume, weight));
        }
        formulation.add_ratio(label, &terms)
    }
}

/// The row of each delivery that is split into parts: `sum of parts <= delivery`.
#[derive(Default)]
pub(super) struct Split(BTreeMap<(DemandIdx, PeriodIdx), Row>);

impl Split {
    /// Adds a part of a delivery, no more than what is asked for it.
    fn add_part(
        &mut self,
        formulation: &mut Formulation<'_>,
        label: Label,
        (k, t): (DemandIdx, PeriodIdx),
        volume: f64,
    ) -> Var {
        let part = formulation.program.add_variable(label, 0.0, volume);
        let row = *self.0.entry((k, t)).or_insert_with(|| {
            let row = formulation.program.add_row(label, f64::NEG_INFINITY, 0.0);
            formulation.program.add_term(row, formulation.vars.delivery[k][t], -1.0);
            row
        });
        formulation.program.add_term(row, part, 1.0);
        part
    }
}

/// Adds a ratio for each part.
pub(super) fn add_to(formulation: &mut Formulation<'_>, parts: &[Part], split: &mut Split) -> Vec<Var> {
    parts.iter().map(|part| part.add_to(formulation, split)).collect()
}

/// The share of a demand's claim that is for a use.
fn share_for(demand: &Demand, used: Use) -> f64 {
    let rest = match demand.water_use {
        WaterUse::Domestic => Use::Domestic,
        WaterUse::Industry => Use::Industry,
        WaterUse::Irrigation => Use::Irrigation,
    };
    let drunk = if used == Use::Domestic { demand.domestic_share } else { 0.0 };
    let own = if used == rest { 1.0 - demand.domestic_share } else { 0.0 };
    drunk + own
}
