//! What inequality is measured on: numbers that are not negative, each with a weight, checked.

use thiserror::Error;

/// What is wrong with the numbers of a sample or of a measure.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SampleError {
    /// There is no value.
    #[error("no value is given")]
    NoValue,
    /// A value is negative, infinite or not a number.
    #[error("value {position} is {value}; it must be a number, 0 or more")]
    Value {
        /// Where it stands, from 1.
        position: usize,
        /// What it is.
        value: f64,
    },
    /// A weight is negative, infinite or not a number.
    #[error("weight {position} is {weight}; it must be a number, 0 or more")]
    Weight {
        /// Where it stands, from 1.
        position: usize,
        /// What it is.
        weight: f64,
    },
    /// There are more or fewer weights than values.
    #[error("{weights} weights are given for {values} values")]
    Count {
        /// How many weights.
        weights: usize,
        /// How many values.
        values: usize,
    },
    /// No weight is positive.
    #[error("all weights are 0")]
    NoWeight,
    /// The sum is no longer a number.
    #[error("the values or the weights are too large to add up")]
    TooLarge,
    /// An aversion to inequality is negative, infinite or not a number.
    #[error("the aversion to inequality is {0}; it must be a number, 0 or more")]
    Aversion(f64),
    /// A total lies outside 0 to the greatest one.
    #[error("the total is {total}; it must lie between 0 and the greatest total {greatest}, above 0")]
    Total {
        /// The total reached.
        total: f64,
        /// The greatest there could be.
        greatest: f64,
    },
}

/// Numbers that are not negative, each with a weight: how many people, or how great a claim, it stands for.
///
/// A value of weight 0 stands for nobody and is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Values ascending, with their weights.
    members: Vec<(f64, f64)>,
    weight: f64,
    mean: f64,
}

impl Sample {
    /// The sample of values with a weight each.
    ///
    /// ```
    /// use mirab::fairness::inequality::{Sample, gini};
    /// let by_people = Sample::new(&[1.0, 3.0], &[3.0, 1.0])?;
    /// assert_eq!(by_people.mean(), 1.5);
    /// assert_eq!(gini(&by_people), gini(&Sample::equal(&[1.0, 1.0, 1.0, 3.0])?));
    /// # Ok::<(), mirab::fairness::inequality::SampleError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No value, a value or weight that is not a number of 0 or more, a different count of them, weights
    /// that are all 0, sums that overflow.
    pub fn new(values: &[f64], weights: &[f64]) -> Result<Sample, SampleError> {
        check(values, weights)?;
        let pairs = values.iter().copied().zip(weights.iter().copied());
        let sample = Sample::of(pairs.filter(|(_, weight)| *weight > 0.0).collect());
        if sample.weight == 0.0 {
            return Err(SampleError::NoWeight);
        }
        if sample.weight.is_finite() && sample.mean.is_finite() {
            Ok(sample)
        } else {
            Err(SampleError::TooLarge)
        }
    }

    /// The sample in which every value counts the same.
    ///
    /// # Errors
    ///
    /// Those of [`Sample::new`].
    pub fn equal(values: &[f64]) -> Result<Sample, SampleError> {
        Sample::new(values, &vec![1.0; values.len()])
    }

    fn of(mut members: Vec<(f64, f64)>) -> Sample {
        members.sort_by(|(one, _), (two, _)| one.total_cmp(two));
        let weight = members.iter().map(|(_, weight)| weight).sum();
        let total: f64 = members.iter().map(|(value, weight)| value * weight).sum();
        Sample { members, weight, mean: total / weight }
    }

    /// The members of all groups in one sample.
    pub(super) fn joined(groups: &[Sample]) -> Sample {
        Sample::of(groups.iter().flat_map(|group| group.members.iter().copied()).collect())
    }

    /// The weighted mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The weights added up.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The values, ascending, with their weights.
    pub(super) fn members(&self) -> &[(f64, f64)] {
        &self.members
    }

    pub(super) fn least(&self) -> f64 {
        self.members.first().map_or(0.0, |(value, _)| *value)
    }

    pub(super) fn greatest(&self) -> f64 {
        self.members.last().map_or(0.0, |(value, _)| *value)
    }

    pub(super) fn nothing_to_share(&self) -> bool {
        self.mean <= 0.0
    }

    /// The weighted mean of a function of each value.
    pub(super) fn mean_of(&self, function: impl Fn(f64) -> f64) -> f64 {
        self.members.iter().map(|&(value, weight)| weight * function(value)).sum::<f64>() / self.weight
    }
}

/// Refuses values and weights that no sample can have.
pub(super) fn check(values: &[f64], weights: &[f64]) -> Result<(), SampleError> {
    if values.is_empty() {
        return Err(SampleError::NoValue);
    }
    if values.len() != weights.len() {
        return Err(SampleError::Count { weights: weights.len(), values: values.len() });
    }
    let wrong = |entry: &f64| !(entry.is_finite() && *entry >= 0.0);
    if let Some(at) = values.iter().position(wrong) {
        return Err(SampleError::Value { position: at + 1, value: values[at] });
    }
    if let Some(at) = weights.iter().position(wrong) {
        return Err(SampleError::Weight { position: at + 1, weight: weights[at] });
    }
    Ok(())
}

/// How averse to inequality a measure is: 0 not at all, 1 as proportional fairness, more towards the worst
/// off alone.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Aversion(f64);

impl Aversion {
    /// That of proportional fairness, under which the geometric mean counts.
    pub const PROPORTIONAL: Aversion = Aversion(1.0);

    /// An aversion.
    ///
    /// # Errors
    ///
    /// One that is not a number of 0 or more.
    pub fn new(aversion: f64) -> Result<Aversion, SampleError> {
        if aversion.is_finite() && aversion >= 0.0 {
            Ok(Aversion(aversion))
        } else {
            Err(SampleError::Aversion(aversion))
        }
    }

    pub(super) fn get(self) -> f64 {
        self.0
    }
}
