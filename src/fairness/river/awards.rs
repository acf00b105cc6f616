//! Awards of water from claims along a river: sequential sharing and the two absolute doctrines.
//!
//! The examples share the river of Ansink and Weikard (2012): inflows 80, 10, 10, 10 from the source
//! down, claims 50, 10, 20, 90.

use super::{RiverError, check};
use crate::fairness::claims::{Claims, ClaimsError, Rule};

/// Sequential sharing (Ansink and Weikard, 2012): the awards from the source down, in the unit of the
/// claims, each between 0 and the claim.
///
/// What reaches member `i`, its inflow and what was let pass to it, is divided between its claim and the
/// rest claim of all below, `max(0, sum of their claims - sum of their inflows)`, by a rule for two
/// claimants; the second share flows on. The last member takes what reaches it up to its claim.
///
/// The rest claim is a sum: a surplus that arises far below hides what is lacking between, which it
/// cannot reach.
///
/// ```
/// use mirab::fairness::{claims::Rule, river::sequential};
/// let awards = sequential(&[80.0, 10.0, 10.0, 10.0], &[50.0, 10.0, 20.0, 90.0], Rule::Proportional)?;
/// let expected = [28.5714, 6.1429, 13.0571, 62.2286];
/// assert!(awards.iter().zip(expected).all(|(award, expected)| (award - expected).abs() < 5e-5));
/// # Ok::<(), mirab::fairness::river::RiverError>(())
/// ```
///
/// # Errors
///
/// No member, another count of claims than of inflows, an entry that is not a number of 0 or more, or a
/// rule that takes weights.
pub fn sequential(inflows: &[f64], claims: &[f64], rule: Rule) -> Result<Vec<f64>, RiverError> {
    check_claims(inflows, claims)?;
    if rule.takes_weights() {
        return Err(RiverError::Weighted(rule.name()));
    }
    let rest = rest_claims(inflows, claims);
    let mut passed = 0.0;
    let mut awards = Vec::with_capacity(claims.len());
    for (member, (&inflow, &claim)) in inflows.iter().zip(claims).enumerate() {
        let water = inflow + passed;
        let award = first_share(water, [claim, rest[member]], rule)
            .map_err(|source| RiverError::Division { member: member + 1, source })?
            .clamp(0.0, claim.min(water));
        passed = water - award;
        awards.push(award);
    }
    Ok(awards)
}

/// For each member what all below it claim beyond their own inflows, 0 or more.
fn rest_claims(inflows: &[f64], claims: &[f64]) -> Vec<f64> {
    let mut rest = vec![0.0; claims.len()];
    let mut lacking = 0.0;
    for member in (0..claims.len()).rev() {
        rest[member] = f64::max(0.0, lacking);
        lacking += claims[member] - inflows[member];
    }
    rest
}

fn first_share(water: f64, claims: [f64; 2], rule: Rule) -> Result<f64, ClaimsError> {
    let awards = rule.divide(&Claims::new(water, claims)?, None)?;
    Ok(awards.first().copied().unwrap_or(0.0))
}

/// Absolute territorial sovereignty (the Harmon doctrine of 1895): from the source down each takes what
/// reaches it up to its claim, in the unit of the claims.
///
/// ```
/// use mirab::fairness::river::territorial_sovereignty;
/// let awards = territorial_sovereignty(&[80.0, 10.0, 10.0, 10.0], &[50.0, 10.0, 20.0, 90.0])?;
/// assert_eq!(awards, [50.0, 10.0, 20.0, 30.0]);
/// # Ok::<(), mirab::fairness::river::RiverError>(())
/// ```
///
/// # Errors
///
/// No member, another count of claims than of inflows, or an entry that is not a number of 0 or more.
pub fn territorial_sovereignty(inflows: &[f64], claims: &[f64]) -> Result<Vec<f64>, RiverError> {
    check_claims(inflows, claims)?;
    let mut water = 0.0;
    let take = |(inflow, claim): (&f64, &f64)| {
        water += inflow;
        let award = claim.min(water);
        water -= award;
        award
    };
    Ok(inflows.iter().zip(claims).map(take).collect())
}

/// Absolute territorial integrity: from the mouth up each takes up to its claim of all that arises at and
/// above it and is not needed below, in the unit of the claims.
///
/// ```
/// use mirab::fairness::river::territorial_integrity;
/// let awards = territorial_integrity(&[80.0, 10.0, 10.0, 10.0], &[50.0, 10.0, 20.0, 90.0])?;
/// assert_eq!(awards, [0.0, 0.0, 20.0, 90.0]);
/// # Ok::<(), mirab::fairness::river::RiverError>(())
/// ```
///
/// # Errors
///
/// No member, another count of claims than of inflows, or an entry that is not a number of 0 or more.
pub fn territorial_integrity(inflows: &[f64], claims: &[f64]) -> Result<Vec<f64>, RiverError> {
    check_claims(inflows, claims)?;
    let mut arising: f64 = inflows.iter().sum();
    let mut free = f64::INFINITY;
    let mut awards = vec![0.0; claims.len()];
    for member in (0..claims.len()).rev() {
        free = arising.max(0.0).min(free);
        awards[member] = claims[member].min(free);
        free -= awards[member];
        arising -= inflows[member];
    }
    Ok(awards)
}

fn check_claims(inflows: &[f64], claims: &[f64]) -> Result<(), RiverError> {
    check(["inflows", "inflow"], inflows, inflows.len())?;
    check(["claims", "claim"], claims, inflows.len())
}
