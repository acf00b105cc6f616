//! A river whose members have benefits in money: the use of the greatest total, what coalitions are
//! worth, and the divisions of the gain by what water each brings.
//!
//! The examples are one river: inflows 8, 2 and 2 from the source down, each member with the benefit
//! `10 x - x^2 / 2`.

use super::benefit::{Benefit, Stretch, benefit_of};
use super::{RiverError, check, pot};
use crate::fairness::games::{Coalition, Game, GameError, MOST_PLAYERS};
use std::ops::Range;

/// A river whose members' benefits are money: from the source down.
///
/// Benefits are concave and never fall, so a member takes water up to where a further drop is worth
/// nothing to it and lets the rest pass. Money moves freely between members.
#[derive(Clone, Debug, PartialEq)]
pub struct River {
    inflows: Vec<f64>,
    benefits: Vec<Vec<Stretch>>,
}

impl River {
    /// A river from the source down: the inflow at each member, and its benefit.
    ///
    /// # Errors
    ///
    /// No member, another count of benefits than of inflows, an inflow that is not a number of 0 or more,
    /// or a benefit that is not concave, falls or is not a number.
    pub fn new<B: Into<Benefit>>(inflows: Vec<f64>, benefits: Vec<B>) -> Result<River, RiverError> {
        check(["inflows", "inflow"], &inflows, inflows.len())?;
        if benefits.len() != inflows.len() {
            let (found, members) = (benefits.len(), inflows.len());
            return Err(RiverError::Count { what: "benefits", found, members });
        }
        let stretches = |(member, benefit): (usize, B)| benefit.into().stretches(member);
        let benefits = benefits.into_iter().enumerate().map(stretches).collect::<Result<_, _>>()?;
        Ok(River { inflows, benefits })
    }

    /// How many live along it.
    pub fn members(&self) -> usize {
        self.inflows.len()
    }

    /// The uses of the greatest total benefit, in the unit of the inflows; what nobody wants flows out.
    ///
    /// Upstream a further drop is worth at least as much as downstream: members between whom it is worth
    /// the same share one pot, and a member to whom it is worth more than to those above draws on theirs.
    ///
    /// ```
    /// use mirab::fairness::river::{QuadraticBenefit, River};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// assert_eq!(River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?.efficient(), [4.0, 4.0, 4.0]);
    /// // Water that arises below cannot reach a member above.
    /// assert_eq!(River::new(vec![2.0, 2.0, 8.0], vec![benefit; 3])?.efficient(), [2.0, 2.0, 8.0]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn efficient(&self) -> Vec<f64> {
        best_uses(&self.inflows, &self.stretches(0..self.members()))
    }

    /// What each member's use is worth to it, in money; uses are in the order of the members, and one that
    /// is missing is nothing.
    ///
    /// ```
    /// use mirab::fairness::river::{QuadraticBenefit, River};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// assert_eq!(river.benefits(&river.efficient()), [32.0, 32.0, 32.0]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn benefits(&self, uses: &[f64]) -> Vec<f64> {
        let uses = uses.iter().copied().chain(std::iter::repeat(0.0));
        self.benefits.iter().zip(uses).map(|(own, used)| benefit_of(own, used)).collect()
    }

    /// The worth of a coalition: the greatest total benefit that it can secure with the water that arises at
    /// its members, in money (Ambec and Sprumont, 2002).
    ///
    /// Each part of members that stand next to each other counts for itself: members who are never
    /// satiated and stand between two parts would take whatever one part sent to the other. The game is
    /// convex, and all three divisions below are in its core. Players that the river does not have
    /// add nothing.
    ///
    /// ```
    /// use mirab::fairness::{games::Coalition, river::{QuadraticBenefit, River}};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// let worth = [0b001, 0b011, 0b111, 0b101].map(|bits| river.worth(Coalition(bits)));
    /// assert_eq!(worth, [48.0, 75.0, 96.0, 48.0 + 18.0]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn worth(&self, coalition: Coalition) -> f64 {
        let inside = self.inside(coalition);
        inside
            .chunk_by(|one, two| one + 1 == *two)
            .map(|part| self.worth_of(part[0]..part[part.len() - 1] + 1))
            .sum()
    }

    /// What a coalition would be worth if all others let its water pass, in money.
    ///
    /// It is that of [`River::worth`] for members who stand next to each other and at least that for all
    /// others. The game need not be convex: of a river 8, 0, 0 with equal benefits the downstream
    /// incremental distribution gives members 1 and 3 less than they could have if 2 let their water pass.
    ///
    /// ```
    /// use mirab::fairness::{games::Coalition, river::{QuadraticBenefit, River}};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 0.0, 0.0], vec![benefit; 3])?;
    /// assert_eq!(river.worth_if_passed(Coalition(0b101)), 64.0); // 4 and 4 instead of 8 and 0
    /// assert_eq!(river.worth(Coalition(0b101)), 48.0);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn worth_if_passed(&self, coalition: Coalition) -> f64 {
        let inside = self.inside(coalition);
        let inflows: Vec<f64> = inside.iter().map(|&member| self.inflows[member]).collect();
        best_worth(&inflows, &self.stretches(inside))
    }

    /// The most that a coalition can aspire to: its greatest total benefit if nobody else took water, in
    /// money (unlimited territorial integrity; Ambec and Sprumont, 2002).
    ///
    /// ```
    /// use mirab::fairness::{games::Coalition, river::{QuadraticBenefit, River}};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// assert_eq!(river.aspiration(Coalition(0b010)), 50.0); // 10 units reach member 2
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn aspiration(&self, coalition: Coalition) -> f64 {
        let inside = self.inside(coalition);
        let mut above = 0;
        let arriving = |&member: &usize| {
            let between = std::mem::replace(&mut above, member + 1)..=member;
            self.inflows[between].iter().sum()
        };
        let inflows: Vec<f64> = inside.iter().map(arriving).collect();
        best_worth(&inflows, &self.stretches(inside))
    }

    /// The game of the river: the [`River::worth`] of every coalition.
    ///
    /// # Errors
    ///
    /// More members than a game may have.
    pub fn game(&self) -> Result<Game, GameError> {
        let players = self.members();
        // Of a game too large to be played no worth is worked out; it is refused for its players.
        let coalitions = if players <= MOST_PLAYERS { 1_u32 << players } else { 0 };
        Game::new(players, (0..coalitions).map(|bits| self.worth(Coalition(bits))).collect())
    }

    /// The downstream incremental distribution `z_i = v(1..i) - v(1..i-1)`, in money, from the source down
    /// (Ambec and Sprumont, 2002): each gets what it adds to those above it.
    ///
    /// It is in the core, and nobody gets more than its [`River::aspiration`]; among members who are never
    /// satiated it is the only such welfare. Van den Brink, van der Laan and Vasil'ev (2007) call it the upper
    /// equivalent solution.
    ///
    /// ```
    /// use mirab::fairness::river::{QuadraticBenefit, River};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// assert_eq!(river.downstream_incremental(), [48.0, 27.0, 21.0]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn downstream_incremental(&self) -> Vec<f64> {
        let worth: Vec<f64> = (0..=self.members()).map(|end| self.worth_of(0..end)).collect();
        worth.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// The upstream incremental distribution `z_i = v(i..n) - v(i+1..n)`, in money, from the source down:
    /// each gets what it adds to those below it (the lower equivalent solution of van den Brink, van der
    /// Laan and Vasil'ev, 2007). It is in the core.
    ///
    /// ```
    /// use mirab::fairness::river::{QuadraticBenefit, River};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// assert_eq!(river.upstream_incremental(), [60.0, 18.0, 18.0]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn upstream_incremental(&self) -> Vec<f64> {
        let all = self.members();
        let worth: Vec<f64> = (0..=all).map(|start| self.worth_of(start..all)).collect();
        worth.windows(2).map(|pair| pair[0] - pair[1]).collect()
    }

    /// The equal loss solution, in money, from the source down: the mean of the downstream and the upstream
    /// incremental distribution (van den Brink, van der Laan and Vasil'ev, 2007). It is in the core.
    ///
    /// ```
    /// use mirab::fairness::river::{QuadraticBenefit, River};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// assert_eq!(river.equal_loss(), [54.0, 22.5, 19.5]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    pub fn equal_loss(&self) -> Vec<f64> {
        let pairs = self.downstream_incremental().into_iter().zip(self.upstream_incremental());
        pairs.map(|(down, up)| 0.5 * (down + up)).collect()
    }

    /// What each receives (positive) or pays so that the efficient uses give it the welfare `z`, in money;
    /// the sum is 0 where `z` divides the greatest total.
    ///
    /// ```
    /// use mirab::fairness::river::{QuadraticBenefit, River};
    /// let benefit = QuadraticBenefit { slope: 10.0, curvature: 1.0 };
    /// let river = River::new(vec![8.0, 2.0, 2.0], vec![benefit; 3])?;
    /// assert_eq!(river.transfers(&river.downstream_incremental())?, [16.0, -5.0, -11.0]);
    /// # Ok::<(), mirab::fairness::river::RiverError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Another count of welfares than of members, or one that is not a number.
    pub fn transfers(&self, z: &[f64]) -> Result<Vec<f64>, RiverError> {
        if z.len() != self.members() {
            return Err(RiverError::Count { what: "welfares", found: z.len(), members: self.members() });
        }
        if let Some(at) = z.iter().position(|welfare| !welfare.is_finite()) {
            return Err(RiverError::Welfare { member: at + 1, value: z[at] });
        }
        let own = self.benefits(&self.efficient());
        Ok(z.iter().zip(own).map(|(welfare, benefit)| welfare - benefit).collect())
    }

    /// The members of a coalition, from 0 at the source.
    fn inside(&self, coalition: Coalition) -> Vec<usize> {
        let has = |member: usize| coalition.0.checked_shr(member as u32).unwrap_or(0) & 1 == 1;
        (0..self.members()).filter(|&member| has(member)).collect()
    }

    fn stretches(&self, members: impl IntoIterator<Item = usize>) -> Vec<&[Stretch]> {
        members.into_iter().map(|member| self.benefits[member].as_slice()).collect()
    }

    /// The worth of members who stand next to each other.
    fn worth_of(&self, part: Range<usize>) -> f64 {
        best_worth(&self.inflows[part.clone()], &self.stretches(part))
    }
}

fn best_worth(inflows: &[f64], benefits: &[&[Stretch]]) -> f64 {
    let uses = best_uses(inflows, benefits);
    benefits.iter().zip(uses).map(|(own, used)| benefit_of(own, used)).sum()
}

/// Members next to each other who share their water as one pot.
struct Pool {
    members: Range<usize>,
    water: f64,
    price: f64,
}

/// The uses of the greatest total benefit along a river.
///
/// Every member begins as a pool of its own. While the water of a pool is worth more than that of the
/// pool above, the two are made one (pooling of adjacent violators, exact for concave benefits); in the
/// end no pool would buy from the one above, and none could sell to it.
fn best_uses(inflows: &[f64], benefits: &[&[Stretch]]) -> Vec<f64> {
    let mut pools: Vec<Pool> = Vec::with_capacity(inflows.len());
    for (member, &water) in inflows.iter().enumerate() {
        let members = member..member + 1;
        let mut pool = Pool { price: pot::price(&benefits[members.clone()], water), members, water };
        while let Some(above) = pools.pop_if(|above| above.price < pool.price) {
            let members = above.members.start..pool.members.end;
            let water = above.water + pool.water;
            pool = Pool { price: pot::price(&benefits[members.clone()], water), members, water };
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|pool| pot::uses(&benefits[pool.members.clone()], pool.water, pool.price)).collect()
}
