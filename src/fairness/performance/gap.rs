//! Fairness over time: how far members drift apart who are served turn by turn.

use super::SeriesError;

/// The gaps between the best and the worst cumulated satisfaction, in satisfactions: 1 is one turn fully
/// served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// After the last turn.
    pub last: f64,
    /// The largest after any turn.
    pub largest: f64,
}

/// The gaps between members whose satisfactions add up over the turns: `satisfactions[t][i]`, a turn a
/// row, a member a column.
///
/// Two members who take turns in being served half have no gap at the end, and one of a half on the way:
///
/// ```
/// use mirab::fairness::performance::{Gaps, running_gap};
/// let gaps = running_gap(&[vec![1.0, 0.5], vec![0.5, 1.0]])?;
/// assert_eq!(gaps, Gaps { last: 0.0, largest: 0.5 });
/// # Ok::<(), mirab::fairness::performance::SeriesError>(())
/// ```
///
/// # Errors
///
/// No turn, no member, turns with different numbers of members, or a satisfaction that is not a number of
/// 0 or more.
pub fn running_gap(satisfactions: &[Vec<f64>]) -> Result<Gaps, SeriesError> {
    let first = satisfactions.first().ok_or(SeriesError::Nothing("turn"))?;
    if first.is_empty() {
        return Err(SeriesError::Nothing("member"));
    }
    let mut cumulated = vec![0.0; first.len()];
    let mut gaps = Gaps { last: 0.0, largest: 0.0 };
    for (turn, row) in satisfactions.iter().enumerate() {
        check(turn, row, first.len())?;
        cumulated.iter_mut().zip(row).for_each(|(sum, satisfaction)| *sum += satisfaction);
        gaps.last = spread(&cumulated);
        gaps.largest = gaps.largest.max(gaps.last);
    }
    Ok(gaps)
}

fn check(turn: usize, row: &[f64], members: usize) -> Result<(), SeriesError> {
    if row.len() != members {
        return Err(SeriesError::Ragged { turn: turn + 1, found: row.len(), members });
    }
    match row.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
        Some(at) => Err(SeriesError::Satisfaction { turn: turn + 1, member: at + 1, value: row[at] }),
        None => Ok(()),
    }
}

fn spread(values: &[f64]) -> f64 {
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    highest - lowest
}
