//! Who needs what, and how much each riparian counts.

use crate::network::basin::{Basin, RiparianIdx};
use crate::quantity::calendar::Season;

use super::formulation::{Need, NeedKind};
use super::policy::{WeightRule, Weights};

/// The needs that exist: every riparian, season and kind with a claim above zero.
pub fn needs(basin: &Basin) -> Vec<Need> {
    let mut needs = Vec::new();
    for riparian in basin.riparians.indices() {
        for season in basin.horizon.seasons() {
            for kind in [NeedKind::Water, NeedKind::Energy] {
                let need = Need { riparian, season, kind };
                if need.asked(basin) > 0.0 {
                    needs.push(need);
                }
            }
        }
    }
    needs
}

impl Need {
    /// How much is asked for in the season, hm3 or GWh.
    pub fn asked(&self, basin: &Basin) -> f64 {
        let in_season = |season: Season| basin.horizon.periods_in(season);
        match self.kind {
            NeedKind::Water => {
                let own = basin.demands.iter().filter(|demand| demand.riparian == self.riparian);
                own.map(|demand| in_season(self.season).map(|t| demand.claim[t].value()).sum::<f64>()).sum()
            }
            NeedKind::Energy => {
                let own = basin.areas.iter().filter(|area| area.riparian == self.riparian);
                own.map(|area| in_season(self.season).map(|t| area.load[t].value()).sum::<f64>()).sum()
            }
        }
    }

    /// In words: `water of UZ in April-September`.
    pub fn describe(&self, basin: &Basin) -> String {
        let what = match self.kind {
            NeedKind::Water => "water",
            NeedKind::Energy => "energy",
        };
        format!("{what} of {} in {}", basin.riparians[self.riparian].name, self.season.months())
    }
}

/// How much a riparian counts.
pub(super) fn weight_of(basin: &Basin, weights: &Weights, i: RiparianIdx) -> f64 {
    match weights {
        Weights::Equal | Weights::Rule(WeightRule::Equal) => 1.0,
        Weights::Rule(WeightRule::Population) => basin.riparians[i].population_million,
        Weights::Rule(WeightRule::Need) => {
            needs(basin).iter().filter(|need| need.riparian == i).map(|need| need.asked(basin)).sum()
        }
        Weights::Table(table) => table.get(&basin.riparians[i].name).copied().unwrap_or(1.0),
    }
}
