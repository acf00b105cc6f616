//! Claims rules: one estate, claims that add up to more than it, an award for each claimant.
//!
//! Notation: the estate `E`, the claims `c_i >= 0` and their sum `C`, the number of claimants `n`. An award
//! vector has `0 <= x_i <= c_i` and `sum x = E`, all in one unit, which the rules need not know. Where the
//! estate covers the claims everybody is awarded the claim, and [`Claims::left_over`] says what nobody wants.
//! Water that cannot reach everybody is for [`river`](super::river).
//!
//! What each rule keeps (`+`) and what it breaks for some claims (`.`); the three weighted rules keep what
//! their plain forms keep where all weights are equal:
//!
//! | rule | order | dual | trunc | rights | up | down | cons | null | c&d |
//! |---|---|---|---|---|---|---|---|---|---|
//! | [`proportional`] | + | + | . | . | + | + | + | + | . |
//! | [`cea`] | + | . | + | . | + | + | + | + | . |
//! | [`cel`] | + | . | . | + | + | + | + | + | . |
//! | [`talmud`] | + | + | + | + | . | . | + | + | + |
//! | [`reverse_talmud`] | + | + | . | . | . | . | + | + | . |
//! | [`piniles`] | + | . | . | . | . | . | + | + | . |
//! | [`constrained_egalitarian`] | + | . | . | . | . | . | + | + | . |
//! | [`adjusted_proportional`] | + | + | + | + | . | . | . | + | + |
//! | [`random_arrival`] | + | + | + | + | . | . | . | + | + |
//! | [`minimal_overlap`] | + | . | + | + | . | . | . | + | + |
//! | [`average`] | + | + | . | . | . | . | . | + | . |
//! | [`dominguez_thomson`] | + | . | + | . | . | . | . | . | . |
//!
//! * **order**: a larger claim is awarded no less, and loses no less.
//! * **dual**: self-dual, `R(E, c) = c - R(C - E, c)`: sharing the awards is sharing the losses.
//! * **trunc**: what a claim asks above the estate does not count: `c` may be replaced by `min(c, E)`.
//! * **rights**: minimal rights first: each may be given `max(0, E - sum of the other claims)` beforehand.
//! * **up**, **down**: composition: the estate may be shared in two instalments, the second for what the first
//!   leaves of the claims; an estate that shrinks may be shared with the former awards as claims.
//! * **cons**: consistency: some who share their joint awards anew come to the same.
//! * **null**: a claimant of nothing changes nothing for the others.
//! * **c&d**: two claimants concede and divide: each first gets what the other does not claim, and the rest
//!   is halved.
//!
//! All are continuous in the estate: where it grows by `d`, no award falls and none grows by more than `d`.

mod adjusted;
mod arrival;
mod error;
mod halves;
mod level;
mod overlap;
mod plain;
mod recursive;
mod rule;
mod sum;
mod weighted;

pub use adjusted::adjusted_proportional;
pub use arrival::{MOST_ARRIVALS, random_arrival};
pub use error::ClaimsError;
pub use halves::{constrained_egalitarian, piniles, reverse_talmud, talmud};
pub use overlap::minimal_overlap;
pub use plain::{average, cea, cel, proportional};
pub use recursive::dominguez_thomson;
pub use rule::Rule;
pub use weighted::{weighted_cea, weighted_cel, weighted_proportional};

use sum::{Sum, sum};

/// The largest estate or claim, and the largest weight; the smallest weight is one by it.
const LARGEST: f64 = 1e100;

/// An estate and the claims on it, checked: at least one claimant, and nothing negative or infinite.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    estate: f64,
    claims: Vec<f64>,
    total: f64,
    shortfall: f64,
}

impl Claims {
    /// The problem of sharing `estate` among the claimants, in the order of their `claims`; both in one unit.
    ///
    /// # Errors
    /// Where there is no claimant, or the estate or a claim is negative, not a number or above 1e100.
    pub fn new(estate: f64, claims: impl Into<Vec<f64>>) -> Result<Claims, ClaimsError> {
        let is_amount = |value: &f64| (0.0..=LARGEST).contains(value);
        let mut claims: Vec<f64> = claims.into();
        if claims.is_empty() {
            return Err(ClaimsError::NoClaimant);
        }
        if !is_amount(&estate) {
            return Err(ClaimsError::Estate { value: estate });
        }
        if let Some(place) = claims.iter().position(|claim| !is_amount(claim)) {
            return Err(ClaimsError::Claim { position: place + 1, value: claims[place] });
        }
        claims.iter_mut().for_each(|claim| *claim += 0.0); // a zero of negative sign becomes a plain one
        let total: Sum = claims.iter().copied().collect();
        let shortfall = total.plus(-estate).value();
        Ok(Claims { estate: estate + 0.0, claims, total: total.value(), shortfall })
    }

    /// What there is to share.
    pub fn estate(&self) -> f64 {
        self.estate
    }

    /// What each claimant asks for.
    pub fn claims(&self) -> &[f64] {
        &self.claims
    }

    /// The sum of the claims.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// What is missing for every claim: the claims less the estate, where that is positive.
    pub fn shortfall(&self) -> f64 {
        self.shortfall.max(0.0)
    }

    /// What nobody claims: the estate less the claims, where that is positive.
    pub fn left_over(&self) -> f64 {
        (-self.shortfall).max(0.0)
    }

    /// The awards where they need no rule: each claim where the estate covers them all, nothing where there
    /// is no estate; and those of `rule` otherwise, with `0 < estate < total`.
    fn awards(&self, rule: impl FnOnce() -> Vec<f64>) -> Vec<f64> {
        if self.shortfall <= 0.0 {
            self.claims.clone()
        } else if self.estate == 0.0 {
            vec![0.0; self.claims.len()]
        } else {
            rule()
        }
    }

    /// What each loses by its award.
    fn less(&self, awards: &[f64]) -> Vec<f64> {
        self.claims.iter().zip(awards).map(|(claim, award)| claim - award).collect()
    }

    /// The awards with the rounding of a long calculation taken out: brought within the claims and to the sum
    /// of the estate, by a change in proportion to `min(x, c - x)`, which leaves nothing and everything alone.
    fn settled(&self, mut awards: Vec<f64>) -> Vec<f64> {
        for (award, claim) in awards.iter_mut().zip(&self.claims) {
            *award = award.clamp(0.0, *claim);
        }
        let room = |(award, claim): (&f64, &f64)| award.min(claim - award);
        let rooms = sum(awards.iter().zip(&self.claims).map(room));
        let missing = self.estate - sum(awards.iter().copied());
        if rooms > 0.0 {
            let part = (missing / rooms).clamp(-1.0, 1.0);
            for (award, claim) in awards.iter_mut().zip(&self.claims) {
                *award += part * room((award, claim));
            }
        }
        awards
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_input_is_refused_by_name() {
        assert_eq!(Claims::new(1.0, []), Err(ClaimsError::NoClaimant));
        assert_eq!(Claims::new(-1.0, [1.0]), Err(ClaimsError::Estate { value: -1.0 }));
        assert!(matches!(Claims::new(f64::NAN, [1.0]), Err(ClaimsError::Estate { .. })));
        assert_eq!(Claims::new(1.0, [1.0, -2.0]), Err(ClaimsError::Claim { position: 2, value: -2.0 }));
        let endless = Claims::new(1.0, [f64::INFINITY, 1.0]);
        assert_eq!(endless, Err(ClaimsError::Claim { position: 1, value: f64::INFINITY }));
        assert_eq!(
            Claims::new(1.0, [1.0, -2.0]).unwrap_err().to_string(),
            "claim 2 is -2.0: a claim is a number from 0 to 1e100"
        );
    }

    #[test]
    fn an_estate_is_short_or_left_over_and_never_both() {
        let short = Claims::new(5.0, [4.0, 3.0]).unwrap();
        assert_eq!((short.total(), short.shortfall(), short.left_over()), (7.0, 2.0, 0.0));
        let ample = Claims::new(9.0, [4.0, 3.0]).unwrap();
        assert_eq!((ample.shortfall(), ample.left_over()), (0.0, 2.0));
    }

    #[test]
    fn settling_moves_only_those_between_nothing_and_their_claim() {
        let problem = Claims::new(10.0, [4.0, 8.0, 5.0]).unwrap();
        assert_eq!(problem.settled(vec![0.0, 4.0, 5.0]), [0.0, 5.0, 5.0]);
        assert_eq!(problem.settled(vec![4.0, 4.0, 2.5]), [4.0, 4.0 - 0.5 * 4.0 / 6.5, 2.5 - 0.5 * 2.5 / 6.5]);
    }
}
