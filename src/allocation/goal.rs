//! Goals: what a policy's members are, as variables on top of a formulation.
//!
//! A goal is made once for a window and can be put on any program of it, so that levels found in one
//! program can be held in another.

use crate::network::basin::{Basin, RiparianIdx};
use crate::solver::program::Var;

use super::award::Targets;
use super::bargain::Gains;
use super::formulation::{Detail, Formulation, Need, NeedKind};
use super::needs::{needs, weight_of};
use super::policy::{Measure, Weights};
use super::priority::{self, Class};
use super::window::Window;

/// What the members of a policy are.
#[derive(Clone, Debug)]
pub enum Goal {
    /// Each need of each riparian.
    Needs(Vec<Need>),
    /// One measure a riparian, over the needs it has.
    Riparians {
        /// Which.
        measure: Measure,
        /// Who has any need of that kind, and which needs count.
        members: Vec<(RiparianIdx, Vec<Need>)>,
    },
    /// Each riparian's net benefit, MUSD.
    Benefits(Vec<RiparianIdx>),
    /// Each one's gain over the status quo.
    Gains(Gains),
    /// Each target of an award.
    Award(Targets),
    /// The members of classes that are served one after the other.
    Classes(Vec<Class>),
}

impl Goal {
    /// The goal of a measure over a window.
    pub fn of_measure(window: Window<'_>, measure: Measure) -> Goal {
        let needs = needs(window.basin);
        let kept = |need: &Need| match measure {
            Measure::Water => need.kind == NeedKind::Water,
            Measure::Energy => need.kind == NeedKind::Energy,
            _ => true,
        };
        match measure {
            Measure::Needs => Goal::Needs(needs),
            Measure::Benefit => Goal::Benefits(window.basin.riparians.indices().collect()),
            _ => {
                let of = |i: RiparianIdx| -> Vec<Need> {
                    needs.iter().copied().filter(|need| need.riparian == i && kept(need)).collect()
                };
                let members = window.basin.riparians.indices().map(|i| (i, of(i)));
                Goal::Riparians { measure, members: members.filter(|(_, needs)| !needs.is_empty()).collect() }
            }
        }
    }

    /// Whether it is about gains and nobody can gain.
    pub(super) fn is_nobodys(&self) -> bool {
        matches!(self, Goal::Gains(gains) if gains.riparians().next().is_none())
    }

    /// How much of the model a program must hold for this goal.
    pub fn detail(&self) -> Detail {
        match self {
            Goal::Benefits(_) | Goal::Gains(_) => Detail::Money,
            Goal::Classes(classes) => priority::detail(classes),
            _ => Detail::Physics,
        }
    }

    /// Adds the members' variables to a program, in the goal's own order.
    pub fn add_to(&self, formulation: &mut Formulation<'_>) -> Vec<Var> {
        match self {
            Goal::Needs(needs) => needs.iter().map(|&need| formulation.add_need(need)).collect(),
            Goal::Benefits(riparians) => {
                let benefits = formulation.add_benefits();
                use crate::quantity::index::Idx;
                riparians.iter().map(|riparian| benefits[riparian.position()]).collect()
            }
            Goal::Gains(gains) => gains.add_to(formulation),
            Goal::Award(targets) => targets.add_to(formulation),
            Goal::Classes(classes) => priority::add_members(classes, formulation),
            Goal::Riparians { measure, members } => members
                .iter()
                .map(|(riparian, needs)| {
                    let vars: Vec<Var> = needs.iter().map(|&need| formulation.add_need(need)).collect();
                    match measure {
                        Measure::MeanNeed => formulation.add_mean(*riparian, &vars),
                        Measure::WorstNeed => formulation.add_worst(*riparian, &vars),
                        _ => formulation.add_share(*riparian, needs),
                    }
                })
                .collect(),
        }
    }

    /// What a member is called in messages.
    pub fn member_name(&self, basin: &Basin, position: usize) -> String {
        let name = |i: RiparianIdx| basin.riparians[i].name.clone();
        match self {
            Goal::Needs(needs) => needs.get(position).map_or_else(String::new, |need| need.describe(basin)),
            Goal::Riparians { members, .. } => {
                members.get(position).map_or_else(String::new, |(i, _)| name(*i))
            }
            Goal::Benefits(riparians) => riparians.get(position).map_or_else(String::new, |i| name(*i)),
            Goal::Gains(gains) => gains.riparians().nth(position).map_or_else(String::new, name),
            Goal::Award(targets) => targets.member_name(basin, position),
            Goal::Classes(classes) => priority::member_name(classes, basin, position),
        }
    }

    /// The weight of each member.
    pub fn weights(&self, window: Window<'_>, weights: &Weights) -> Vec<f64> {
        let of = |i: RiparianIdx| weight_of(window.basin, weights, i);
        match self {
            Goal::Needs(needs) => needs.iter().map(|need| of(need.riparian)).collect(),
            Goal::Riparians { members, .. } => members.iter().map(|(i, _)| of(*i)).collect(),
            Goal::Benefits(riparians) => riparians.iter().map(|i| of(*i)).collect(),
            Goal::Gains(gains) => gains.riparians().map(of).collect(),
            Goal::Award(targets) => vec![1.0; targets.len()],
            Goal::Classes(classes) => vec![1.0; priority::count(classes)],
        }
    }
}
