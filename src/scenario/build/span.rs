//! How much of a year or of a season lies inside the horizon.

use crate::quantity::calendar::{Horizon, Season};

/// The years in the horizon: whole years from its first day on, and the rest by its days over the
/// days of the year it lies in; twelve months are exactly one, leap year or not.
pub(crate) fn years(horizon: &Horizon) -> f64 {
    let Some(first) = horizon.periods.as_slice().first().map(|period| period.first_day) else {
        return 0.0;
    };
    let days = horizon.days().value();
    let day_of_year = |years: i32| {
        let later = first.checked_add(jiff::Span::new().years(years)).ok()?;
        first.until((jiff::Unit::Day, later)).ok().map(|span| f64::from(span.get_days()))
    };
    let mut whole = 0;
    let mut begin = 0.0;
    loop {
        match day_of_year(whole + 1) {
            Some(end) if end <= days => {
                begin = end;
                whole += 1;
            }
            Some(end) => return f64::from(whole) + (days - begin) / (end - begin),
            None => return f64::from(whole),
        }
    }
}

/// How many times the season lies in the horizon; a part of it counts by days, a whole one exactly 1.
pub(crate) fn seasons(horizon: &Horizon, season: Season) -> f64 {
    horizon.times(season)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::calendar::Step;
    use jiff::civil::date;

    fn horizon(year: i16, month: i8, count: usize) -> Horizon {
        Horizon::new(date(year, month, 1), count, Step::Month).unwrap()
    }

    #[test]
    fn a_hydrological_year_is_exactly_one_leap_or_not() {
        for year in [2006, 2007] {
            assert_eq!(years(&horizon(year, 10, 12)), 1.0);
            assert_eq!(seasons(&horizon(year, 10, 12), Season::Vegetation), 1.0);
            assert_eq!(seasons(&horizon(year, 10, 12), Season::NonVegetation), 1.0);
        }
        assert_eq!(years(&horizon(2007, 10, 36)), 3.0);
    }

    #[test]
    fn a_part_counts_by_days() {
        assert!((years(&horizon(2009, 4, 6)) - 183.0 / 365.0).abs() < 1e-15);
        assert!((years(&horizon(2008, 10, 18)) - (1.0 + 182.0 / 365.0)).abs() < 1e-15);
        assert_eq!(seasons(&horizon(2009, 4, 6), Season::NonVegetation), 0.0);
        assert!(
            (seasons(&horizon(2009, 1, 12), Season::NonVegetation) - (90.0 / 182.0 + 92.0 / 182.0)).abs()
                < 1e-15
        );
    }
}
