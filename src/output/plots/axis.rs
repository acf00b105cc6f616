//! Axes: round ticks, scales from values to pixels, panels with a light grid, and the calendar below.
//!
//! A panel has no box. Its vertical axis carries numbers, or none where the panel on its left has the
//! same scale.

use jiff::civil::Date;

use crate::quantity::calendar::Horizon;

use super::canvas::{Across, Canvas, Frame, Type, Upright};
use super::palette::{AXIS, GRID, Line, WHITE};

/// From values to pixels, along one direction.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    /// The value at the beginning.
    pub(super) low: f64,
    /// The value at the end.
    pub(super) high: f64,
    /// The values that are labelled.
    pub(super) ticks: Vec<f64>,
    decimals: usize,
}

impl Scale {
    /// A scale over these values, its ends at round numbers; about `count` ticks.
    pub(super) fn round(low: f64, high: f64, count: usize) -> Scale {
        let (low, high) = if high - low > 1e-9 { (low, high) } else { (low - 0.5, low + 0.5) };
        let step = round_step((high - low) / count.max(1) as f64);
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        let ticks: Vec<f64> = (first as i64..=last as i64).map(|k| k as f64 * step).collect();
        let decimals = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
        Scale { low, high, ticks, decimals }
    }

    /// A scale from zero to a little above the largest of these values.
    pub(super) fn from_zero(most: f64, count: usize) -> Scale {
        Scale::round(0.0, if most > 1e-9 { most * 1.05 } else { 1.0 }, count)
    }

    /// A scale around these values with some air, not from zero.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, least_span: f64, count: usize) -> Scale {
        let (low, high) = extent(values);
        let span = (high - low).max(least_span);
        let middle = 0.5 * (low + high);
        Scale::round(middle - 0.56 * span, middle + 0.56 * span, count)
    }

    /// Where a value lies between `from` (the low end) and `to`, pixels.
    pub(super) fn at(&self, value: f64, from: f64, to: f64) -> f64 {
        from + (value - self.low) / (self.high - self.low) * (to - from)
    }

    /// How a tick is written.
    pub(super) fn label(&self, tick: f64) -> String {
        let tick = if tick == 0.0 { 0.0 } else { tick };
        grouped(&format!("{:.*}", self.decimals, tick))
    }
}

/// The least and the largest of these values; zero for none.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let ends =
        values.into_iter().filter(|value| value.is_finite()).fold(None, |ends: Option<(f64, f64)>, v| {
            ends.map_or(Some((v, v)), |(l, h)| Some((l.min(v), h.max(v))))
        });
    ends.unwrap_or((0.0, 0.0))
}

/// A step of 1, 2 or 5 times a power of ten, no smaller than this.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let multiple = [1.0, 2.0, 5.0].into_iter().find(|m| m * power >= least * (1.0 - 1e-9)).unwrap_or(10.0);
    multiple * power
}

/// The digits before the point in groups of three, with thin gaps; a real minus sign.
pub(super) fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("\u{2212}", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut text = sign.to_owned();
    for (k, digit) in whole.chars().enumerate() {
        if k > 0 && (whole.len() - k).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A panel: where its data lie, and the scale upright.
pub(super) struct Panel {
    /// The frame of the data.
    pub(super) frame: Frame,
    /// The scale of the vertical axis, low at the bottom.
    pub(super) upright: Scale,
}

impl Panel {
    /// Where a value lies upright, pixels.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.upright.at(value, self.frame.bottom, self.frame.top)
    }

    /// Draws the horizontal grid and, where `numbered`, the numbers left of it.
    pub(super) fn draw_grid(&self, canvas: &Canvas, numbered: bool) {
        self.draw_grid_as(canvas, numbered, |tick| self.upright.label(tick));
    }

    /// The same with numbers written in one's own way.
    pub(super) fn draw_grid_as(&self, canvas: &Canvas, numbered: bool, label: impl Fn(f64) -> String) {
        let Frame { left, right, top, bottom } = self.frame;
        for &tick in &self.upright.ticks {
            let y = self.y(tick);
            if y < top - 0.5 || y > bottom + 0.5 {
                continue;
            }
            canvas.line(&[(left, y), (right, y)], Line::solid(GRID, 1.25));
            if numbered {
                canvas.text((left - 9.0, y), &label(tick), Type::AXIS, Across::Right, Upright::Middle);
            }
        }
    }

    /// Draws the vertical axis and a line at a value (the foot of bars).
    pub(super) fn draw_axes(&self, canvas: &Canvas, foot: f64) {
        let Frame { left, right, top, bottom } = self.frame;
        canvas.line(&[(left, top), (left, bottom)], Line::solid(AXIS, 1.25));
        canvas.line(&[(left, self.y(foot)), (right, self.y(foot))], Line::solid(AXIS, 1.5));
    }

    /// Writes the unit of the vertical axis above its upper end.
    pub(super) fn draw_unit(&self, canvas: &Canvas, unit: &str) {
        let spot = (self.frame.left - 9.0, self.frame.top - 16.0);
        canvas.text(spot, unit, Type::AXIS, Across::Right, Upright::Base);
    }

    /// Room for the numbers of the axis, pixels.
    pub(super) fn room_for_numbers(scale: &Scale) -> f64 {
        let labels: Vec<String> = scale.ticks.iter().map(|&tick| scale.label(tick)).collect();
        Type::AXIS.widest(labels.iter().map(String::as_str)) + 12.0
    }
}

/// The calendar along a horizontal axis: where each period begins and ends.
pub(super) struct Calendar {
    /// The first day of each period, and of the one after the last.
    bounds: Vec<Date>,
    left: f64,
    right: f64,
}

impl Calendar {
    /// The calendar of a horizon between two places on the page.
    pub(super) fn new(horizon: &Horizon, left: f64, right: f64) -> Calendar {
        let mut bounds: Vec<Date> = horizon.periods.iter().map(|period| period.first_day).collect();
        let last = horizon.periods.iter().last();
        bounds.extend(last.map(|period| later(period.first_day, period.days.value())));
        Calendar { bounds, left, right }
    }

    /// How many periods there are.
    pub(super) fn len(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    /// The place of a day, pixels.
    fn at(&self, day: Date) -> f64 {
        let (Some(&first), Some(&last)) = (self.bounds.first(), self.bounds.last()) else { return self.left };
        let whole = days_between(first, last).max(1.0);
        self.left + days_between(first, day) / whole * (self.right - self.left)
    }

    /// Where period `k` begins; `k` equal to the number of periods is the end of the last.
    pub(super) fn start(&self, k: usize) -> f64 {
        self.bounds.get(k).map_or(self.right, |&day| self.at(day))
    }

    /// The number of the period that begins on this day.
    pub(super) fn period(&self, first_day: Date) -> Option<usize> {
        self.bounds.binary_search(&first_day).ok().filter(|&k| k < self.len())
    }

    /// A bar of period `k` over the whole of it but a gap, from one height to another.
    pub(super) fn bar(&self, k: usize, top: f64, bottom: f64) -> Frame {
        let (left, right) = (self.start(k), self.start(k + 1));
        let gap = (0.06 * (right - left)).clamp(0.4, 2.0);
        Frame::new(left + gap, top, right - gap, bottom)
    }

    /// The months that begin within the horizon (and the one it begins in): first day, place, end.
    fn months(&self) -> Vec<(Date, f64, f64)> {
        let (Some(&first), Some(&end)) = (self.bounds.first(), self.bounds.last()) else { return Vec::new() };
        let mut months = Vec::new();
        let mut day = first;
        while day < end {
            let next = later(day, f64::from(day.days_in_month() - day.day() + 1));
            let next = if next > day { next.min(end) } else { end };
            months.push((day, self.at(day), self.at(next)));
            day = next;
        }
        months
    }

    /// Writes the months (their first letters) and the years below a height; returns how far it goes.
    ///
    /// Over more months than there is room for, only the years are written.
    pub(super) fn draw(&self, canvas: &Canvas, y: f64) -> f64 {
        let months = self.months();
        let room = (self.right - self.left) / months.len().max(1) as f64;
        let letters = room >= 15.0;
        let look = if room >= 19.0 { Type::AXIS } else { Type::SMALL };
        for &(day, from, to) in &months {
            let january = day.month() == 1 && day.day() == 1;
            if letters || january {
                let long = if january && letters { 9.0 } else { 6.0 };
                canvas.line(&[(from, y), (from, y + long)], Line::solid(AXIS, 1.25));
            }
            if letters && to - from > 0.6 * room {
                let letter = letter(day.month());
                canvas.text((0.5 * (from + to), y + 10.0), letter, look, Across::Middle, Upright::Top);
            }
        }
        canvas.line(&[(self.right, y), (self.right, y + 6.0)], Line::solid(AXIS, 1.25));
        self.draw_years(canvas, &months, if letters { y + 34.0 } else { y + 10.0 })
    }

    fn draw_years(&self, canvas: &Canvas, months: &[(Date, f64, f64)], y: f64) -> f64 {
        let look = Type::SMALL.colour(super::palette::GREY);
        let mut spans: Vec<(i16, f64, f64)> = Vec::new();
        for &(day, from, to) in months {
            match spans.last_mut() {
                Some(span) if span.0 == day.year() => span.2 = to,
                _ => spans.push((day.year(), from, to)),
            }
        }
        let wide = look.width("2000") + 10.0;
        let every = (wide * spans.len() as f64 / (self.right - self.left).max(1.0)).ceil().max(1.0) as i16;
        for &(year, from, to) in &spans {
            if to - from >= wide && (every == 1 || year % every == 0) {
                let spot = (0.5 * (from + to), y);
                canvas.text(spot, &year.to_string(), look, Across::Middle, Upright::Top);
            }
        }
        y + look.size
    }

    /// Shades the ground of October to March very lightly between two heights.
    pub(super) fn shade_winter(&self, canvas: &Canvas, top: f64, bottom: f64) {
        let winter = super::palette::mix(WHITE, super::palette::HYDRO, 0.07);
        for (day, from, to) in self.months() {
            if !(4..=9).contains(&day.month()) {
                canvas.rectangle(Frame::new(from, top, to, bottom), winter);
            }
        }
    }
}

fn days_between(from: Date, to: Date) -> f64 {
    from.until(to).map_or(0.0, |span| f64::from(span.get_days()))
}

fn later(day: Date, days: f64) -> Date {
    day.checked_add(jiff::Span::new().days(days.round() as i64)).unwrap_or(day)
}

fn letter(month: i8) -> &'static str {
    const LETTERS: [&str; 12] = ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"];
    LETTERS[(month.clamp(1, 12) - 1) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::calendar::Step;
    use jiff::civil::date;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::round(0.0, 31.0, 5);
        assert_eq!(scale.ticks, [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(scale.label(10.0), "10");
        let scale = Scale::round(-0.03, 0.11, 4);
        assert_eq!(scale.ticks.iter().map(|&t| scale.label(t)).collect::<Vec<_>>(), ["0.00", "0.05", "0.10"]);
        assert_eq!(Scale::from_zero(0.0, 4).ticks.first(), Some(&0.0));
    }

    #[test]
    fn equal_values_still_make_a_scale() {
        let scale = Scale::around([3.0, 3.0], 0.0, 4);
        assert!(scale.low < 3.0 && 3.0 < scale.high && scale.ticks.len() > 1);
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(grouped("12345.5"), "12\u{2009}345.5");
        assert_eq!(grouped("-4000"), "\u{2212}4\u{2009}000");
    }

    #[test]
    fn the_calendar_gives_each_period_its_days() {
        let horizon = Horizon::new(date(2007, 10, 1), 12, Step::Month).unwrap();
        let calendar = Calendar::new(&horizon, 0.0, 366.0);
        assert_eq!(calendar.start(1), 31.0);
        assert_eq!(calendar.start(12), 366.0);
        assert_eq!(calendar.period(date(2008, 4, 1)), Some(6));
        assert_eq!(calendar.period(date(2008, 10, 1)), None);
        assert_eq!(calendar.months().len(), 12);
    }

    #[test]
    fn dekads_share_their_months() {
        let horizon = Horizon::new(date(2007, 10, 11), 35, Step::Dekad).unwrap();
        let calendar = Calendar::new(&horizon, 0.0, 100.0);
        assert_eq!(calendar.len(), 35);
        assert_eq!(calendar.months().len(), 12);
    }
}
