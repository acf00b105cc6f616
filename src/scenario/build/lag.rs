//! Water on the way: which share of a period's inflow arrives when, and what is on the way at the start.
//!
//! Water that enters a reach evenly over a period of `d` days arrives evenly over the same `d` days,
//! `L` days later; shares are the overlaps with the periods of the calendar, which goes on beyond the
//! horizon with the same step.

use crate::quantity::calendar::Horizon;
use crate::quantity::index::{Series, Table};
use crate::quantity::units::{Days, Flow, Volume};

/// The longest way a reach may have, days.
pub(crate) const LONGEST: f64 = 1000.0;

/// The first and the last day of each period from the start of the horizon on, until `until` days.
fn spans(horizon: &Horizon, until: f64) -> Vec<(f64, f64)> {
    let first_day = horizon.periods.as_slice().first().map(|period| period.first_day);
    // A dekad has at least 8 days.
    let more = ((until - horizon.days().value()).max(0.0) / 8.0).ceil() as usize + 1;
    let longer = first_day.and_then(|day| Horizon::new(day, horizon.len() + more, horizon.step).ok());
    let mut begin = 0.0;
    let span = |days: Days| {
        let here = (begin, begin + days.value());
        begin = here.1;
        here
    };
    longer.as_ref().unwrap_or(horizon).periods.iter().map(|period| period.days).map(span).collect()
}

fn overlap(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.1.min(b.1) - a.0.max(b.0)).max(0.0)
}

/// The shares of each period's inflow that arrive in it, in the next, in the one after, ...; each
/// row sums to 1.
pub(crate) fn arrival_shares(horizon: &Horizon, travel: Days) -> Series<Vec<f64>> {
    let lag = travel.value();
    let spans = spans(horizon, horizon.days().value() + lag);
    let row = |t: usize| {
        let (begin, end) = spans[t];
        let arrives = (begin + lag, end + lag);
        let mut shares: Vec<f64> =
            spans[t..].iter().map(|&span| overlap(arrives, span) / (end - begin)).collect();
        let last = shares.iter().rposition(|&share| share > 0.0).unwrap_or(0);
        shares.truncate(last + 1);
        shares[last] = 1.0 - shares[..last].iter().sum::<f64>();
        shares
    };
    Table::new((0..horizon.len()).map(row).collect())
}

/// The water on the way at the start, by the period in which it arrives: in all, the flow times the
/// travel time.
pub(crate) fn on_the_way(horizon: &Horizon, travel: Days, flow: Flow) -> Vec<Volume> {
    let lag = travel.value();
    let of_span = |span: (f64, f64)| flow * Days::new(overlap((0.0, lag), span));
    let mut volumes: Vec<Volume> = spans(horizon, lag).into_iter().map(of_span).collect();
    let arriving = volumes.iter().rposition(|&volume| volume > Volume::ZERO).map_or(0, |last| last + 1);
    volumes.truncate(arriving);
    volumes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::calendar::Step;
    use jiff::civil::date;

    fn months(count: usize) -> Horizon {
        Horizon::new(date(2007, 10, 1), count, Step::Month).unwrap()
    }

    #[test]
    fn eight_days_late_a_month_s_water_arrives_in_two_months() {
        let shares = arrival_shares(&months(2), Days::new(8.0));
        let expected = [vec![23.0 / 31.0, 8.0 / 31.0], vec![22.0 / 30.0, 8.0 / 30.0]];
        for (row, expected) in shares.iter().zip(&expected) {
            assert_eq!(row.len(), 2, "the last row runs past the horizon");
            assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15));
        }
    }

    #[test]
    fn a_lag_of_whole_periods_skips_them() {
        let shares = arrival_shares(&months(1), Days::new(31.0));
        assert_eq!(shares.as_slice()[0][0], 0.0);
        assert!((shares.as_slice()[0][1] - 30.0 / 31.0).abs() < 1e-15);
        assert_eq!(shares.as_slice()[0].len(), 3);
    }

    #[test]
    fn without_a_lag_all_arrives_at_once_and_nothing_is_on_the_way() {
        let horizon = months(3);
        assert!(arrival_shares(&horizon, Days::ZERO).iter().all(|row| row == &[1.0]));
        assert!(on_the_way(&horizon, Days::ZERO, Flow::new(100.0)).is_empty());
    }

    #[test]
    fn what_is_on_the_way_is_the_flow_times_the_travel_time() {
        let volumes = on_the_way(&months(1), Days::new(40.0), Flow::new(100.0));
        assert_eq!(volumes.len(), 2, "some of it arrives after the horizon");
        assert!((volumes[0].value() - 31.0 * 8.64).abs() < 1e-9);
        let total: Volume = volumes.into_iter().sum();
        assert!((total.value() - 40.0 * 8.64).abs() < 1e-9);
    }

    #[test]
    fn every_row_sums_to_one_for_dekads_too() {
        let horizon = Horizon::new(date(2008, 2, 1), 36, Step::Dekad).unwrap();
        for lag in [0.3, 6.5, 10.0, 25.7] {
            let shares = arrival_shares(&horizon, Days::new(lag));
            assert!(shares.iter().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-14));
            assert!(shares.iter().flatten().all(|&share| share >= 0.0));
        }
    }
}
