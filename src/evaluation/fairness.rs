//! Who is short of what, and how unequally: the needs of the riparians and their inequality.
//!
//! A need is one riparian's water or energy in one season. The mean of a riparian's needs is what
//! inequality is measured on; who the worst off is, is read from the needs themselves.

use crate::fairness::inequality::{Aversion, Sample, atkinson, gini, hoover, jain, theil};
use crate::network::basin::Basin;

use super::rows::RiparianRow;

/// The aversion at which Atkinson's index is reported: that of proportional fairness.
const ATKINSON_AVERSION: Aversion = Aversion::PROPORTIONAL;

/// A measure of inequality.
type Measure = fn(&Sample) -> f64;

/// What is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedKind {
    /// Water at the canal heads.
    Water,
    /// Electricity.
    Energy,
}

/// A need and how far it was met.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Whose.
    pub riparian: String,
    /// `vegetation` or `non_vegetation`.
    pub season: String,
    /// Of what.
    pub kind: NeedKind,
    /// Met over asked for, 0 to 1.
    pub satisfaction: f64,
}

/// The needs in which a policy's riparians asked for something, in the order of the rows.
pub fn needs<'a>(rows: impl IntoIterator<Item = &'a RiparianRow>) -> Vec<Need> {
    let need = |row: &RiparianRow, kind, satisfaction: Option<f64>| {
        satisfaction.map(|satisfaction| Need {
            riparian: row.riparian.clone(),
            season: row.season.clone(),
            kind,
            satisfaction,
        })
    };
    rows.into_iter()
        .flat_map(|row| {
            let water = need(row, NeedKind::Water, row.water_satisfaction);
            let energy = need(row, NeedKind::Energy, row.energy_satisfaction);
            water.into_iter().chain(energy)
        })
        .collect()
}

/// A riparian that needs something: its mean need, its worst, and what it weighs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) riparian: String,
    pub(super) mean: f64,
    pub(super) worst: f64,
    population: f64,
    claims: f64,
}

/// The riparians that need something, in the basin's order.
///
/// What a riparian claims is the mean of its share of all water claimed and its share of all load.
pub(super) fn standings(rows: &[RiparianRow], basin: &Basin) -> Vec<Standing> {
    let water: f64 = rows.iter().map(|row| row.water_claim_hm3).sum();
    let load: f64 = rows.iter().map(|row| row.load_GWh).sum();
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let standing = |name: &str, population: f64| {
        let own: Vec<&RiparianRow> = rows.iter().filter(|row| row.riparian == name).collect();
        let met: Vec<f64> = needs(own.iter().copied()).iter().map(|need| need.satisfaction).collect();
        let own_water = own.iter().map(|row| row.water_claim_hm3).sum();
        let own_load = own.iter().map(|row| row.load_GWh).sum();
        (!met.is_empty()).then(|| Standing {
            riparian: name.to_owned(),
            mean: met.iter().sum::<f64>() / met.len() as f64,
            worst: met.iter().copied().fold(f64::INFINITY, f64::min),
            population,
            claims: 0.5 * (share(own_water, water) + share(own_load, load)),
        })
    };
    basin.riparians.iter().filter_map(|r| standing(&r.name, r.population_million)).collect()
}

/// The criteria of inequality, by name: each unweighted, by population and by claims; a weight that nobody
/// has leaves its criteria out.
pub(super) fn inequality(standings: &[Standing]) -> Vec<(String, f64)> {
    // A solver's rounding may leave a need a hair below zero.
    let means: Vec<f64> = standings.iter().map(|standing| standing.mean.max(0.0)).collect();
    let sample = |by: &'static str, weight: fn(&Standing) -> f64| {
        let weights: Vec<f64> = standings.iter().map(weight).collect();
        Some((by, Sample::new(&means, &weights).ok()?))
    };
    let samples =
        [sample("", |_| 1.0), sample("_population", |s| s.population), sample("_claims", |s| s.claims)];
    let measures: [(&str, Measure); 5] = [
        ("gini_need", gini),
        ("jain", jain),
        ("theil", theil),
        ("atkinson", |sample| atkinson(sample, ATKINSON_AVERSION)),
        ("hoover", hoover),
    ];
    measures
        .iter()
        .flat_map(|(name, measure)| {
            let samples = samples.iter().flatten();
            samples.map(move |(by, sample)| (format!("{name}{by}"), measure(sample)))
        })
        .collect()
}
