//! Classes on a basin: who the members of a class are, as variables of a program, and what the class does with them.

use crate::allocation::formulation::{Detail, Formulation, Need};
use crate::allocation::goal::Goal;
use crate::allocation::needs::weight_of;
use crate::allocation::policy::{Alpha, Weights, Welfare};
use crate::allocation::window::Window;
use crate::network::basin::{Basin, DemandIdx, RiparianIdx};
use crate::quantity::index::PeriodIdx;
use crate::solver::program::Var;

use super::parts::{self, Part, Split};
use super::record::{PriorityClass, Use};

/// A class: its members, and what it does with them.
#[derive(Clone, Debug)]
pub struct Class {
    pub(super) members: Members,
    pub(super) aim: Aim,
}

/// What a class does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Aim {
    /// Minimises `sum v (D - w)^2 / D` over its deliveries.
    QuadraticDeficit,
    /// Maximises the sum of `w phi_alpha` of its members.
    Sum { alpha: f64, weights: Vec<f64> },
    /// Lifts its lowest member, then the next, each counting by its weight.
    Leximin { weights: Vec<f64> },
}

/// Who is in a class.
#[derive(Clone, Debug)]
pub(super) enum Members {
    /// Deliveries of claims above nothing.
    Deliveries(Vec<(DemandIdx, PeriodIdx)>),
    /// What a measure of well-being counts.
    Measured(Box<Goal>),
    /// Parts of needs.
    Parts(Vec<Part>),
}

/// The classes of a priority, in order; a class without members is left out.
pub fn classes(window: Window<'_>, priority: &[PriorityClass]) -> Vec<Class> {
    let class = |record: &PriorityClass| {
        let counts = |i: RiparianIdx| {
            record.riparian.is_empty() || record.riparian.contains(&window.basin.riparians[i].name)
        };
        match &record.welfare {
            Some(welfare) => measured(window, welfare, counts),
            None => Class {
                members: Members::Deliveries(claims(window.basin, counts)),
                aim: Aim::QuadraticDeficit,
            },
        }
    };
    let classes = priority.iter().map(class);
    classes.filter(|class| class.len() > 0).collect()
}

/// The classes of a leximin over needs that are sorted by their use; uses that are not named come last, together.
pub fn classes_of_uses(window: Window<'_>, named: &[Vec<Use>], weights: &Weights) -> Vec<Class> {
    let rest: Vec<Use> =
        Use::ALL.into_iter().filter(|one| !named.iter().any(|class| class.contains(one))).collect();
    let class = |uses: &Vec<Use>| {
        let parts = parts::of_uses(window.basin, uses);
        let weight = |part: &Part| weight_of(window.basin, weights, part.riparian);
        let weights = parts.iter().map(weight).collect();
        Class { members: Members::Parts(parts), aim: Aim::Leximin { weights } }
    };
    let classes = named.iter().chain(std::iter::once(&rest)).map(class);
    classes.filter(|class| class.len() > 0).collect()
}

/// The class that maximises a welfare of some riparians.
fn measured(window: Window<'_>, welfare: &Welfare, counts: impl Fn(RiparianIdx) -> bool) -> Class {
    let goal = match Goal::of_measure(window, welfare.measure) {
        Goal::Needs(needs) => Goal::Needs(needs.into_iter().filter(|need| counts(need.riparian)).collect()),
        Goal::Benefits(all) => Goal::Benefits(all.into_iter().filter(|&i| counts(i)).collect()),
        Goal::Riparians { measure, members } => {
            let own = |(i, needs): (RiparianIdx, Vec<Need>)| counts(i).then_some((i, needs));
            Goal::Riparians { measure, members: members.into_iter().filter_map(own).collect() }
        }
        other => other,
    };
    let weights = goal.weights(window, &welfare.weights);
    let aim = match welfare.alpha {
        Alpha::Leximin => Aim::Leximin { weights },
        Alpha::Finite(alpha) => Aim::Sum { alpha, weights },
    };
    Class { members: Members::Measured(Box::new(goal)), aim }
}

/// Every demand and period with a claim above nothing.
fn claims(basin: &Basin, counts: impl Fn(RiparianIdx) -> bool) -> Vec<(DemandIdx, PeriodIdx)> {
    let own = basin.demands.enumerate().filter(|(_, demand)| counts(demand.riparian));
    own.flat_map(|(k, demand)| {
        let asked = demand.claim.enumerate().filter(|(_, claim)| claim.value() > 0.0);
        asked.map(move |(t, _)| (k, t)).collect::<Vec<_>>()
    })
    .collect()
}

/// The variables of the members of all classes, class by class.
pub(super) fn add_all(classes: &[Class], formulation: &mut Formulation<'_>) -> Vec<Vec<Var>> {
    let mut split = Split::default();
    classes.iter().map(|class| class.add_to(formulation, &mut split)).collect()
}

impl Class {
    /// How many members it has.
    pub(super) fn len(&self) -> usize {
        match &self.members {
            Members::Deliveries(all) => all.len(),
            Members::Parts(all) => all.len(),
            Members::Measured(goal) => match goal.as_ref() {
                Goal::Needs(needs) => needs.len(),
                Goal::Benefits(all) => all.len(),
                Goal::Riparians { members, .. } => members.len(),
                _ => 0,
            },
        }
    }

    /// How much of the model a program must hold for it.
    pub(super) fn detail(&self) -> Detail {
        match &self.members {
            Members::Measured(goal) => goal.detail(),
            _ => Detail::Physics,
        }
    }

    /// The members' variables, in order; those that a program does not have yet are added.
    fn add_to(&self, formulation: &mut Formulation<'_>, split: &mut Split) -> Vec<Var> {
        match &self.members {
            Members::Deliveries(all) => all.iter().map(|&(k, t)| formulation.vars.delivery[k][t]).collect(),
            Members::Measured(goal) => goal.add_to(formulation),
            Members::Parts(all) => parts::add_to(formulation, all, split),
        }
    }

    /// What a member is called in messages.
    pub(super) fn member_name(&self, basin: &Basin, position: usize) -> String {
        match &self.members {
            Members::Deliveries(all) => all.get(position).map_or_else(String::new, |&(k, t)| {
                let day = basin.horizon.periods[t].first_day;
                format!("water of {} from {day}, hm3", basin.demands[k].name)
            }),
            Members::Measured(goal) => goal.member_name(basin, position),
            Members::Parts(all) => all.get(position).map_or_else(String::new, |part| part.describe(basin)),
        }
    }
}
