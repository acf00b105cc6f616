//! How well a supply kept up with a demand over time: reliability, resilience and vulnerability
//! (Hashimoto, Stedinger and Loucks, 1982), the indices of sustainability made of them, and the gap
//! between members that a sequence of turns leaves.
//!
//! A [`Series`] is one user's record, a supply and a demand for each period, in any unit that both
//! share. Where a criterion has several conventions in the literature each is a function of its own,
//! so that a figure always says which it is.

mod criteria;
mod gap;
mod sustainability;

pub use criteria::{
    reliability, resilience_conditional, resilience_runs, volumetric, vulnerability_max,
    vulnerability_mean_deficit, vulnerability_relative, vulnerability_run_volume,
};
pub use gap::{Gaps, running_gap};
pub use sustainability::{sustainability, sustainability_geometric, sustainability_group, sustainability_of};

use thiserror::Error;

/// How far below the threshold, as a share of the demand, a supply may be by rounding and still serve it.
pub const TOLERANCE: f64 = 1e-9;

/// What is wrong with a record or with the criteria to be combined.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SeriesError {
    /// There is nothing to judge.
    #[error("no {0} is given")]
    Nothing(&'static str),
    /// The two columns of a record are of different length.
    #[error("{supply} supplies are given for {demand} demands")]
    Count {
        /// How many supplies.
        supply: usize,
        /// How many demands.
        demand: usize,
    },
    /// An entry is negative, infinite or not a number.
    #[error("{what} {position} is {value}; it must be a number, 0 or more")]
    Entry {
        /// Which entry: a supply, a demand, a weight.
        what: &'static str,
        /// Where it stands, from 1.
        position: usize,
        /// What it is.
        value: f64,
    },
    /// The threshold is no share of the demand.
    #[error("the threshold is {0}; it must be a share of the demand above 0, at most 1")]
    Threshold(f64),
    /// A criterion is outside 0 to 1.
    #[error("the {criterion} is {value}; it must lie between 0 and 1")]
    Criterion {
        /// Which one.
        criterion: &'static str,
        /// What it is.
        value: f64,
    },
    /// An entry of a list of criteria or indices is outside 0 to 1.
    #[error("{what} {position} is {value}; it must lie between 0 and 1")]
    Share {
        /// A criterion or an index.
        what: &'static str,
        /// Where it stands, from 1.
        position: usize,
        /// What it is.
        value: f64,
    },
    /// There are more or fewer weights than indices.
    #[error("{weights} weights are given for {indices} indices")]
    Weights {
        /// How many weights.
        weights: usize,
        /// How many indices.
        indices: usize,
    },
    /// No weight is positive.
    #[error("all weights are 0")]
    NoWeight,
    /// The turns do not have the same members.
    #[error("turn {turn} has {found} satisfactions, the first turn has {members}")]
    Ragged {
        /// The turn, from 1.
        turn: usize,
        /// How many satisfactions it has.
        found: usize,
        /// How many the first one has.
        members: usize,
    },
    /// A satisfaction is negative, infinite or not a number.
    #[error("the satisfaction of member {member} in turn {turn} is {value}; it must be a number, 0 or more")]
    Satisfaction {
        /// The turn, from 1.
        turn: usize,
        /// The member, from 1.
        member: usize,
        /// What it is.
        value: f64,
    },
}

/// A record of supply against demand, period by period, and the share of the demand that counts as served.
///
/// A period is satisfactory where the supply is at least `threshold` times the demand (to within
/// [`TOLERANCE`] of it) and failed otherwise; a period without demand is satisfactory.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    supply: Vec<f64>,
    demand: Vec<f64>,
    threshold: f64,
}

impl Series {
    /// The record in which a period is satisfactory where all of its demand is met.
    ///
    /// # Errors
    ///
    /// No period, columns of different length, or an entry that is not a number of 0 or more.
    pub fn new(supply: Vec<f64>, demand: Vec<f64>) -> Result<Series, SeriesError> {
        if supply.len() != demand.len() {
            return Err(SeriesError::Count { supply: supply.len(), demand: demand.len() });
        }
        not_negative("supply", &supply)?;
        not_negative("demand", &demand)?;
        Ok(Series { supply, demand, threshold: 1.0 })
    }

    /// The same record, in which a period is satisfactory from a share of its demand on.
    ///
    /// ```
    /// use mirab::fairness::performance::{Series, reliability};
    /// let series = Series::new(vec![10.0, 8.0, 10.0, 6.0], vec![10.0; 4])?;
    /// assert_eq!(reliability(&series), 0.5);
    /// assert_eq!(reliability(&series.with_threshold(0.8)?), 0.75);
    /// # Ok::<(), mirab::fairness::performance::SeriesError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A threshold that is not above 0 and at most 1.
    pub fn with_threshold(self, threshold: f64) -> Result<Series, SeriesError> {
        if threshold > 0.0 && threshold <= 1.0 {
            Ok(Series { threshold, ..self })
        } else {
            Err(SeriesError::Threshold(threshold))
        }
    }

    /// How many periods it has, at least 1.
    fn periods(&self) -> usize {
        self.demand.len()
    }

    fn failed(&self, period: usize) -> bool {
        self.supply[period] < (self.threshold - TOLERANCE) * self.demand[period]
    }

    /// The failed periods, in order.
    fn failures(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.periods()).filter(|&period| self.failed(period))
    }

    /// How many runs the failed periods form: failures one after the other are one run.
    fn runs(&self) -> usize {
        self.failures().filter(|&period| period == 0 || !self.failed(period - 1)).count()
    }

    /// What the demand lacks in a period.
    fn deficit(&self, period: usize) -> f64 {
        (self.demand[period] - self.supply[period]).max(0.0)
    }
}

/// Refuses an empty list, and the first entry that is not a number of 0 or more.
fn not_negative(what: &'static str, entries: &[f64]) -> Result<(), SeriesError> {
    if entries.is_empty() {
        return Err(SeriesError::Nothing(what));
    }
    match entries.iter().position(|entry| !(entry.is_finite() && *entry >= 0.0)) {
        Some(at) => Err(SeriesError::Entry { what, position: at + 1, value: entries[at] }),
        None => Ok(()),
    }
}
