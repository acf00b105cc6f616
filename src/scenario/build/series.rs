//! From the values a key gives to a series over the horizon, in the model's unit.
//!
//! Amounts (water, energy, depth) are given a month and go by days to dekads; flows and shares hold
//! through the month; storages and limits of a release are given a period.

use jiff::civil::Date;

use crate::quantity::calendar::Period;
use crate::quantity::index::{Series, Table};
use crate::quantity::units::{Flow, Volume};
use crate::scenario::overlay::quoted;
use crate::scenario::series::Steps;
use crate::scenario::values::{By, Values};

use super::desk::{Desk, Range};

/// What a series means, and so in which units it may come and how it goes to periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// hm3 of each period, from hm3 a month or m3/s.
    Water,
    /// hm3 of each period, given so.
    WaterOfPeriod,
    /// m3/s held through each period.
    Flow,
    /// GWh of each period, from GWh a month.
    Energy,
    /// mm of each period, from mm a month.
    Depth,
    /// hm3 at the end of each period.
    Storage,
    /// MW held through each period.
    Power,
    /// A number without unit, held through each period.
    Plain,
    /// MUSD/hm3 of each period, given so.
    PriceOfPeriod,
}

impl Wanted {
    /// The units in which a column may give it; the first is that of bare numbers.
    fn units(self) -> &'static [&'static str] {
        match self {
            Wanted::Water => &["hm3", "m3s"],
            Wanted::WaterOfPeriod | Wanted::Storage => &["hm3"],
            Wanted::Flow => &["m3s"],
            Wanted::Energy => &["GWh"],
            Wanted::Depth => &["mm"],
            Wanted::Power => &["MW"],
            Wanted::Plain => &[""],
            Wanted::PriceOfPeriod => &["MUSD_per_hm3"],
        }
    }

    /// Whether bare lists give one number a period; else twelve, January first.
    fn is_by_period(self) -> bool {
        matches!(self, Wanted::WaterOfPeriod | Wanted::Storage | Wanted::PriceOfPeriod)
    }

    /// Whether numbers given by month are amounts, to be shared among its periods by days.
    fn is_amount(self) -> bool {
        matches!(self, Wanted::Water | Wanted::WaterOfPeriod | Wanted::Energy | Wanted::Depth)
    }
}

/// All units that a name may end in.
const UNITS: [&str; 7] = ["MUSD_per_hm3", "m3s", "hm3", "GWh", "mm", "MW", "km3"];

/// Numbers with what they are given by and their unit.
struct Given {
    by: By,
    numbers: Vec<f64>,
    unit: String,
}

/// The series of a key over the horizon; nothing where there is a problem, which is left on the desk.
pub(crate) fn over_horizon(
    desk: &Desk<'_>,
    path: &str,
    values: &Values,
    wanted: Wanted,
    range: Range,
) -> Option<Series<f64>> {
    let given = match values {
        Values::Constant(value) => constant(desk, *value, wanted),
        Values::List(numbers) => list(desk, path, numbers, wanted)?,
        Values::Column { file, column } => from_column(desk, path, file, column, wanted)?,
        Values::Written { by, unit, numbers } => {
            check_unit(desk, path, unit, wanted)?;
            written(desk, path, *by, unit, numbers)?
        }
    };
    check_range(desk, path, &given, range)?;
    Some(to_periods(desk, &given, wanted))
}

/// The same series written out, so that no file is needed: what it is given by, its unit, its numbers.
pub(crate) fn written_out(desk: &Desk<'_>, path: &str, values: &Values) -> Option<(By, String, Vec<f64>)> {
    let Values::Column { file, column } = values else {
        return None;
    };
    let (by, numbers) = column_numbers(desk, path, file, column, true)?;
    Some((by, unit_of(column).to_owned(), numbers))
}

fn constant(desk: &Desk<'_>, value: f64, wanted: Wanted) -> Given {
    let by = if wanted.is_by_period() { By::Periods } else { By::Months };
    let count = if wanted.is_by_period() { desk.horizon.len() } else { 12 };
    Given { by, numbers: vec![value; count], unit: wanted.units()[0].to_owned() }
}

fn list(desk: &Desk<'_>, path: &str, numbers: &[f64], wanted: Wanted) -> Option<Given> {
    let by = if wanted.is_by_period() { By::Periods } else { By::Months };
    written(desk, path, by, wanted.units()[0], numbers)
}

fn written(desk: &Desk<'_>, path: &str, by: By, unit: &str, numbers: &[f64]) -> Option<Given> {
    let (count, meaning) = match by {
        By::Months => (12, "one a month, January first".to_owned()),
        By::Periods => (desk.horizon.len(), "one a period".to_owned()),
    };
    if numbers.len() != count {
        let what = format!("wants {count} numbers ({meaning}), not {}", numbers.len());
        desk.problem(path, what, None);
        return None;
    }
    Some(Given { by, numbers: numbers.to_vec(), unit: unit.to_owned() })
}

fn from_column(desk: &Desk<'_>, path: &str, file: &str, column: &str, wanted: Wanted) -> Option<Given> {
    let (by, numbers) = column_numbers(desk, path, file, column, wanted.is_amount())?;
    let unit = unit_of(column);
    check_unit(desk, path, unit, wanted)?;
    Some(Given { by, numbers, unit: unit.to_owned() })
}

/// The numbers of a column, twelve by month or one a period.
fn column_numbers(
    desk: &Desk<'_>,
    path: &str,
    file: &str,
    column: &str,
    amounts: bool,
) -> Option<(By, Vec<f64>)> {
    let (numbers, steps) = desk.shelf.column(path, file, column, desk.origins, desk.gathered)?;
    match steps {
        Steps::Months(months) => {
            let mut by_month = vec![0.0; 12];
            for (month, value) in months.into_iter().zip(numbers) {
                by_month[month - 1] = value;
            }
            Some((By::Months, by_month))
        }
        Steps::Dates(dates) => {
            let shared = amounts && !matches!(unit_of(column), "m3s" | "MW" | "");
            let value = |period: &Period| value_on(&dates, &numbers, period, shared);
            match desk.horizon.periods.iter().map(value).collect() {
                Ok(numbers) => Some((By::Periods, numbers)),
                Err(fault) => {
                    desk.problem(path, format!("the dates of {} {fault}", quoted(file)), None);
                    None
                }
            }
        }
    }
}

/// The value of a period in a series by date: of the row of its first day, or of its month, an
/// amount then by days.
fn value_on(dates: &[Date], numbers: &[f64], period: &Period, amount: bool) -> Result<f64, String> {
    let first = period.first_day;
    let last = dates.partition_point(|day| *day <= first);
    let row = last.checked_sub(1).filter(|&k| {
        dates[k] == first || (dates[k].day() == 1 && dates[k].first_of_month() == first.first_of_month())
    });
    let Some(row) = row else {
        return Err(format!("do not cover {first}"));
    };
    let inside = dates.get(row + 1).is_some_and(|next| {
        let days = first.until(*next).map_or(i32::MAX, |span| span.get_days());
        f64::from(days) < period.days.value()
    });
    if inside {
        return Err(format!("are finer than the period of {first}"));
    }
    let of_month = dates.get(row + 1).is_none_or(|next| next.first_of_month() != first.first_of_month());
    let whole_month = dates[row].day() == 1 && of_month;
    Ok(if amount && whole_month { numbers[row] * period.share_of_month() } else { numbers[row] })
}

/// The unit that a name ends in, empty where it ends in none.
fn unit_of(column: &str) -> &'static str {
    let ends_in = |unit: &&&str| column.strip_suffix(**unit).is_some_and(|stem| stem.ends_with('_'));
    UNITS.iter().find(ends_in).copied().unwrap_or("")
}

fn check_unit(desk: &Desk<'_>, path: &str, unit: &str, wanted: Wanted) -> Option<()> {
    let units = wanted.units();
    if units.contains(&unit) {
        return Some(());
    }
    let names: Vec<String> = units.iter().map(|unit| format!("`_{unit}`")).collect();
    let what = match (unit, units) {
        ("", _) => format!("the column gives no unit; its name must end in {}", names.join(" or ")),
        (_, [""]) => format!("the column is in {unit}, but a number without unit is wanted"),
        _ => format!("the column is in {unit}; its name must end in {}", names.join(" or ")),
    };
    desk.problem(path, what, None);
    None
}

fn check_range(desk: &Desk<'_>, path: &str, given: &Given, range: Range) -> Option<()> {
    let wrong =
        given.numbers.iter().enumerate().find_map(|(k, &value)| Some((k, value, range.fault(value)?)));
    let Some((k, value, fault)) = wrong else {
        return Some(());
    };
    let all_equal = given.numbers.iter().all(|&other| other == value);
    let what = match (all_equal, given.by) {
        (true, _) => format!("= {value} {fault}"),
        (_, By::Months) => format!("{value} in month {} {fault}", k + 1),
        (_, By::Periods) => format!("{value} in period {} {fault}", k + 1),
    };
    desk.problem(path, what, None);
    None
}

fn to_periods(desk: &Desk<'_>, given: &Given, wanted: Wanted) -> Series<f64> {
    let one = |(k, period): (usize, &Period)| {
        let value = match given.by {
            By::Months => given.numbers[period.month() as usize - 1],
            By::Periods => given.numbers[k],
        };
        match (given.unit.as_str(), given.by) {
            ("m3s", _) if wanted == Wanted::Water => {
                let volume: Volume = Flow::new(value) * period.days;
                volume.value()
            }
            (_, By::Months) if wanted.is_amount() => value * period.share_of_month(),
            _ => value,
        }
    };
    Table::new(desk.horizon.periods.iter().enumerate().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::calendar::{Horizon, Step};
    use jiff::civil::date;

    #[test]
    fn a_name_tells_its_unit_by_its_end() {
        let units =
            ["naryn_m3s", "kg_GWh", "claim_hm3", "evaporation_mm", "share", "farm3s", "v_MUSD_per_hm3"];
        assert_eq!(units.map(unit_of), ["m3s", "GWh", "hm3", "mm", "", "", "MUSD_per_hm3"]);
    }

    #[test]
    fn a_monthly_row_goes_by_days_to_dekads() {
        let horizon = Horizon::new(date(2008, 2, 1), 3, Step::Dekad).unwrap();
        let dates = [date(2008, 2, 1), date(2008, 3, 1)];
        let values: Result<Vec<f64>, String> =
            horizon.periods.iter().map(|period| value_on(&dates, &[29.0, 31.0], period, true)).collect();
        assert_eq!(values.unwrap(), [10.0, 10.0, 9.0]);
    }

    #[test]
    fn rows_must_cover_the_horizon_and_not_be_finer() {
        let horizon = Horizon::new(date(2008, 2, 1), 1, Step::Month).unwrap();
        let value = |dates: &[Date]| value_on(dates, &[1.0, 2.0], &horizon.periods.as_slice()[0], true);
        assert!(value(&[date(2008, 1, 1), date(2008, 3, 1)]).unwrap_err().contains("do not cover"));
        assert!(value(&[date(2008, 2, 1), date(2008, 2, 11)]).unwrap_err().contains("finer"));
        assert_eq!(value(&[date(2008, 2, 1), date(2008, 3, 1)]), Ok(1.0));
    }
}
