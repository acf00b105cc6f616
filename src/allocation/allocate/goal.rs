//! What a policy shares, and how: the members of its welfare, or the targets of its award.

use crate::energy::hydropower::Yields;
use crate::solver::program::Var;

use super::super::award::{by_claims, estates, treaty};
use super::super::formulation::{Detail, LeastShortfall};
use super::super::goal::Goal;
use super::super::policy::{Alpha, Award, AwardRule, Floor, Measure, Policy, Scale, Weights, Welfare};
use super::super::priority;
use super::super::unsolved::Unsolved;
use super::Engine;

impl Engine<'_, '_> {
    /// What a policy shares, and how. The targets of an award are set once, at the first heads.
    pub(super) fn goal(
        &mut self,
        policy: &Policy,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<(Goal, Welfare), Unsolved> {
        let nearest = Welfare {
            alpha: Alpha::Leximin,
            measure: Measure::Needs,
            weights: Weights::Equal,
            floor: Floor::Nothing,
            scale: Scale::Own,
            classes: Vec::new(),
        };
        if let Some(goal) = priority::goal(self.window, policy) {
            return Ok((goal, nearest));
        }
        match (&policy.welfare, &policy.award) {
            (Some(welfare), _) => Ok((Goal::of_measure(self.window, welfare.measure), welfare.clone())),
            (None, Some(award)) => Ok((self.award_goal(award, yields, shortfall)?, nearest)),
            (None, None) => Err(Unsolved::ManyPrograms),
        }
    }

    fn award_goal(
        &mut self,
        award: &Award,
        yields: &Yields,
        shortfall: &LeastShortfall,
    ) -> Result<Goal, Unsolved> {
        let basin = self.window.basin;
        Ok(Goal::Award(match award.rule {
            AwardRule::Treaty => treaty(self.window, award.limit).enforced(basin, award.enforce),
            AwardRule::Claims(rule) => {
                let estates = estates(basin);
                let mut formulation = self.promised(Detail::Physics, yields, shortfall);
                let members: Vec<Var> =
                    estates.iter().map(|estate| estate.add_to(&mut formulation)).collect();
                let (_, served) = self.lift(formulation, members, None)?;
                by_claims(basin, award, rule, &estates, &served)?
            }
        }))
    }
}
