//! Needs: what a riparian asks for in a season, as variables between 0 and 1.

use crate::network::basin::RiparianIdx;
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;
use crate::solver::program::{Label, Var};

use super::Formulation;

/// A kind of need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedKind {
    /// Water for its demands.
    Water,
    /// Electricity for its load.
    Energy,
}

/// A need of a riparian in a season.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// Whose.
    pub riparian: RiparianIdx,
    /// When.
    pub season: Season,
    /// Of what.
    pub kind: NeedKind,
}

impl Formulation<'_> {
    /// What serves a need: variables and how much of each is asked for (crop stages weighed in).
    fn need_terms(&self, need: Need) -> Vec<(Var, f64)> {
        let basin = self.window.basin;
        let periods: Vec<PeriodIdx> = self.periods_in(need.season);
        let mut terms = Vec::new();
        match need.kind {
            NeedKind::Water => {
                for (k, demand) in basin.demands.enumerate().filter(|(_, d)| d.riparian == need.riparian) {
                    terms
                        .extend(periods.iter().map(|&t| (self.vars.delivery[k][t], demand.claim[t].value())));
                }
            }
            NeedKind::Energy => {
                for (a, area) in basin.areas.enumerate().filter(|(_, a)| a.riparian == need.riparian) {
                    terms.extend(periods.iter().map(|&t| (self.vars.served[a][t], area.load[t].value())));
                }
            }
        }
        terms
    }

    fn periods_in(&self, season: Season) -> Vec<PeriodIdx> {
        self.window.basin.horizon.periods_in(season).collect()
    }

    /// Adds a variable for a need: `u = sum v q / sum v claim`, at most 1.
    pub fn add_need(&mut self, need: Need) -> Var {
        let family = match (need.kind, need.season) {
            (NeedKind::Water, Season::Vegetation) => "water_vegetation",
            (NeedKind::Water, Season::NonVegetation) => "water_non_vegetation",
            (NeedKind::Energy, Season::Vegetation) => "energy_vegetation",
            (NeedKind::Energy, Season::NonVegetation) => "energy_non_vegetation",
        };
        let weights = self.stage_weights(need);
        let terms = self.need_terms(need);
        let weighed: Vec<(Var, f64, f64)> =
            terms.into_iter().zip(weights).map(|((var, asked), weight)| (var, asked, weight)).collect();
        let label = Label { family, element: self.names.riparians[need.riparian], period: None };
        self.add_ratio(label, &weighed)
    }

    fn stage_weights(&self, need: Need) -> Vec<f64> {
        let basin = self.window.basin;
        let periods = self.periods_in(need.season);
        match need.kind {
            NeedKind::Energy => vec![1.0; periods.len() * basin.areas.len()],
            NeedKind::Water => basin
                .demands
                .iter()
                .filter(|demand| demand.riparian == need.riparian)
                .flat_map(|demand| periods.iter().map(|&t| demand.stage_weight[t]))
                .collect(),
        }
    }

    /// Adds `u = sum weight * var / sum weight * asked`, `0 <= u <= 1`.
    pub fn add_ratio(&mut self, label: Label, terms: &[(Var, f64, f64)]) -> Var {
        let total: f64 = terms.iter().map(|(_, asked, weight)| asked * weight).sum();
        let ratio = self.program.add_variable(label, 0.0, 1.0);
        let row = self.program.add_row(label, 0.0, 0.0);
        self.program.add_term(row, ratio, -1.0);
        for (var, _, weight) in terms {
            self.program.add_term(row, *var, weight / total);
        }
        ratio
    }

    /// Adds a variable below all of the given ones: the worst of a riparian's needs.
    pub fn add_worst(&mut self, riparian: RiparianIdx, needs: &[Var]) -> Var {
        let element = self.names.riparians[riparian];
        let worst =
            self.program.add_variable(Label { family: "worst_need", element, period: None }, 0.0, 1.0);
        for need in needs {
            let label = Label { family: "worst_need_below", element, period: None };
            let row = self.program.add_row(label, f64::NEG_INFINITY, 0.0);
            self.program.add_term(row, worst, 1.0);
            self.program.add_term(row, *need, -1.0);
        }
        worst
    }

    /// Adds the mean of the given variables.
    pub fn add_mean(&mut self, riparian: RiparianIdx, needs: &[Var]) -> Var {
        let label = Label { family: "mean_need", element: self.names.riparians[riparian], period: None };
        let mean = self.program.add_variable(label, 0.0, 1.0);
        let row = self.program.add_row(label, 0.0, 0.0);
        self.program.add_term(row, mean, -1.0);
        for need in needs {
            self.program.add_term(row, *need, 1.0 / needs.len() as f64);
        }
        mean
    }

    /// Adds the share of all that a riparian's needs ask for that is served, whatever the season.
    pub fn add_share(&mut self, riparian: RiparianIdx, needs: &[Need]) -> Var {
        let mut terms = Vec::new();
        for &need in needs {
            let weights = self.stage_weights(need);
            let asked = self.need_terms(need);
            terms.extend(asked.into_iter().zip(weights).map(|((var, asked), weight)| (var, asked, weight)));
        }
        let label = Label { family: "share_served", element: self.names.riparians[riparian], period: None };
        self.add_ratio(label, &terms)
    }

    /// Adds `ratio <= sum vars / asked`, `0 <= ratio <= 1`: how near a group comes to a target.
    pub fn add_award(&mut self, family: &'static str, name: &str, vars: &[Var], asked: f64) -> Var {
        let element = self.program.name(name);
        let label = Label { family, element, period: None };
        let ratio = self.program.add_variable(label, 0.0, 1.0);
        let row = self.program.add_row(label, 0.0, f64::INFINITY);
        self.program.add_term(row, ratio, -1.0);
        for &var in vars {
            self.program.add_term(row, var, 1.0 / asked);
        }
        ratio
    }

    /// Adds `sum vars <= most`.
    pub fn add_most(&mut self, family: &'static str, name: &str, vars: &[Var], most: f64) {
        let element = self.program.name(name);
        let label = Label { family, element, period: None };
        let row = self.program.add_row(label, f64::NEG_INFINITY, most);
        for &var in vars {
            self.program.add_term(row, var, 1.0);
        }
    }
}
