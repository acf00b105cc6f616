//! The calendar: months and dekads as civil dates, seasons and hydrological years.
//!
//! A month has its own number of days (no fixed thirty), a dekad is days 1-10, 11-20 or 21 to the
//! end, the vegetation season is April to September, and a hydrological year runs from October to
//! September and bears the number of the year it ends in.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::index::{PeriodIdx, Series, Table};
use super::units::{Days, Flow, Volume};

/// The length of a time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A calendar month.
    Month,
    /// A ten-day step: days 1-10, 11-20 and 21 to the end of the month.
    Dekad,
}

/// A half of the hydrological year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// April to September, when the fields drink.
    Vegetation,
    /// October to March, when the houses are heated.
    NonVegetation,
}

impl Season {
    /// Both, in the order of the hydrological year.
    pub const ALL: [Season; 2] = [Season::NonVegetation, Season::Vegetation];

    /// How many days it has in a hydrological year.
    fn days_in(self, hydrological_year: i16) -> f64 {
        match self {
            Season::Vegetation => 183.0,
            Season::NonVegetation => {
                let leap = Date::new(hydrological_year, 1, 1).is_ok_and(|day| day.in_leap_year());
                if leap { 183.0 } else { 182.0 }
            }
        }
    }

    /// The season of a month (1 to 12).
    pub fn of_month(month: i8) -> Season {
        if (4..=9).contains(&month) { Season::Vegetation } else { Season::NonVegetation }
    }

    /// The name used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Season::Vegetation => "vegetation",
            Season::NonVegetation => "non_vegetation",
        }
    }

    /// The months, as people say them.
    pub fn months(self) -> &'static str {
        match self {
            Season::Vegetation => "April-September",
            Season::NonVegetation => "October-March",
        }
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One step of the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// Its first day.
    pub first_day: Date,
    /// How long it lasts.
    pub days: Days,
    /// The season its first day lies in.
    pub season: Season,
    /// The hydrological year (October to September) it belongs to, named by the year it ends in.
    pub hydrological_year: i16,
}

impl Period {
    /// The calendar month, 1 to 12.
    pub fn month(&self) -> i8 {
        self.first_day.month()
    }

    /// The share of its calendar month that the period covers, by days.
    pub fn share_of_month(&self) -> f64 {
        self.days.value() / f64::from(self.first_day.days_in_month())
    }

    /// The volume of a flow held through the period.
    pub fn volume(&self, flow: Flow) -> Volume {
        flow * self.days
    }
}

/// All periods of a run, in order and without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Horizon {
    /// The step they were made with.
    pub step: Step,
    /// The periods.
    pub periods: Series<Period>,
}

/// Why a horizon cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HorizonError {
    /// No period at all.
    #[error("a horizon needs at least one period")]
    Empty,
    /// The start is not the first day of a step.
    #[error("{start} is not the first day of a {step}")]
    Start {
        /// The first day that was asked for.
        start: Date,
        /// `month` or `dekad`.
        step: &'static str,
    },
    /// The end lies beyond the calendar.
    #[error("the horizon runs past the end of the calendar")]
    TooLong,
}

impl Horizon {
    /// `count` steps from `start`.
    ///
    /// # Errors
    /// No period, a start inside a step, or an end past the year 9999.
    pub fn new(start: Date, count: usize, step: Step) -> Result<Horizon, HorizonError> {
        if count == 0 {
            return Err(HorizonError::Empty);
        }
        let starts_a_step = match step {
            Step::Month => start.day() == 1,
            Step::Dekad => matches!(start.day(), 1 | 11 | 21),
        };
        if !starts_a_step {
            let step = if step == Step::Month { "month" } else { "dekad" };
            return Err(HorizonError::Start { start, step });
        }
        let mut periods = Vec::with_capacity(count);
        let mut first_day = start;
        for _ in 0..count {
            let next = next_first_day(first_day, step).ok_or(HorizonError::TooLong)?;
            periods.push(period(first_day, next));
            first_day = next;
        }
        Ok(Horizon { step, periods: Table::new(periods) })
    }

    /// How many periods there are.
    pub fn len(&self) -> usize {
        self.periods.len()
    }

    /// Never: a horizon has at least one period.
    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// The indices of the periods, in order.
    pub fn indices(&self) -> impl Iterator<Item = PeriodIdx> + use<> {
        self.periods.indices()
    }

    /// The days of the whole horizon.
    pub fn days(&self) -> Days {
        self.periods.iter().map(|period| period.days).sum()
    }

    /// The seasons that occur, in the order of the hydrological year.
    pub fn seasons(&self) -> Vec<Season> {
        let occurs = |season: &Season| self.periods.iter().any(|period| period.season == *season);
        Season::ALL.into_iter().filter(occurs).collect()
    }

    /// The periods of a season, in order.
    pub fn periods_in(&self, season: Season) -> impl Iterator<Item = PeriodIdx> + '_ {
        self.periods.enumerate().filter(move |(_, period)| period.season == season).map(|(t, _)| t)
    }

    /// How many times the season lies in the horizon; a part of it counts by days, a whole one exactly 1.
    pub fn times(&self, season: Season) -> f64 {
        let mut inside: Vec<(i16, f64)> = Vec::new();
        for period in self.periods.iter().filter(|period| period.season == season) {
            match inside.last_mut() {
                Some((year, days)) if *year == period.hydrological_year => *days += period.days.value(),
                _ => inside.push((period.hydrological_year, period.days.value())),
            }
        }
        inside.into_iter().map(|(year, days)| days / season.days_in(year)).sum()
    }

    /// The series that repeats twelve monthly values (January first), the same within a month.
    pub fn repeat_monthly<T: Clone>(&self, monthly: &[T; 12]) -> Series<T> {
        self.periods.map(|period| monthly[period.month() as usize - 1].clone())
    }
}

fn next_first_day(first_day: Date, step: Step) -> Option<Date> {
    let into_month = first_day.day();
    match step {
        Step::Dekad if into_month < 21 => first_day.checked_add(jiff::Span::new().days(10)).ok(),
        _ => first_day.last_of_month().tomorrow().ok(),
    }
}

fn period(first_day: Date, next: Date) -> Period {
    let days = first_day.until(next).map_or(0, |span| span.get_days());
    let month = first_day.month();
    Period {
        first_day,
        days: Days::new(f64::from(days)),
        season: Season::of_month(month),
        hydrological_year: first_day.year() + i16::from(month >= 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_hydrological_year_of_months_has_366_days_in_a_leap_year() {
        let horizon = Horizon::new(date(2007, 10, 1), 12, Step::Month).unwrap();
        assert_eq!(horizon.days(), Days::new(366.0));
        assert_eq!(horizon.seasons(), [Season::NonVegetation, Season::Vegetation]);
        assert!(horizon.periods.iter().all(|period| period.hydrological_year == 2008));
    }

    #[test]
    fn the_third_dekad_takes_the_rest_of_the_month() {
        let horizon = Horizon::new(date(2008, 2, 1), 4, Step::Dekad).unwrap();
        let days: Vec<f64> = horizon.periods.iter().map(|period| period.days.value()).collect();
        assert_eq!(days, [10.0, 10.0, 9.0, 10.0]);
    }

    #[test]
    fn a_start_inside_a_step_is_refused() {
        assert!(Horizon::new(date(2008, 2, 5), 4, Step::Dekad).is_err());
        assert!(Horizon::new(date(2008, 2, 11), 4, Step::Month).is_err());
        assert_eq!(Horizon::new(date(2008, 2, 1), 0, Step::Month), Err(HorizonError::Empty));
    }
}
