//! The search for an alpha-fair point, stage by stage. Where alpha is large, what some members have is worth
//! next to nothing beside what others have, and no one program can settle both: so a stage settles those whose
//! worth counts, and the next moves the others in the directions that leave the settled where they are. Each stage
//! finds a point inside the face that is left and hands it to the interior-point method.

use super::barrier::{Inner, Place};
use super::corner::settled;
use super::dense::{null_space, shares};
use super::error::WelfareError;
use super::frame::{Frame, Ideal};
use super::set::dot;
use crate::solver::program::{Label, Program, Var};
use nalgebra::{DMatrix, DVector};

/// A slack below this, relative to the numbers in its row, is none.
const TIGHT: f64 = 1e-9;

/// A slack below this is tried to be widened before a search starts.
const NARROW: f64 = 1e-3;

/// Members whose ideal gain is worth at least this part of the worthiest are settled by a stage.
const SETTLED: f64 = 1e-3;

/// Below this alpha the welfare itself hardly keeps gains above zero, and the barrier must.
const STEEP: f64 = 0.2;

/// How far beyond the decisions met so far the search may go, where the set is unbounded.
const BEYOND: f64 = 1e3;

/// What is to be greatest.
#[derive(Clone, Copy)]
pub(super) struct Fair<'a> {
    pub(super) alpha: f64,
    pub(super) weights: &'a [f64],
}

/// A search: where it stands and who is not settled yet.
pub(super) struct Search<'a> {
    frame: &'a Frame<'a>,
    fair: Fair<'a>,
    /// Limits `row * x <= limit`: the set's rows, and bounds on decisions.
    limits: Vec<Limit>,
    /// Everybody's ideal gain; zero for those who cannot gain.
    ideal: Vec<f64>,
    /// Those whose gain is not settled.
    free: Vec<usize>,
    /// For each decision the largest size it has been seen to have.
    units: Vec<f64>,
    at: Vec<f64>,
    /// What is left of each limit, kept along the way like the gains.
    slack: Vec<f64>,
    /// Every member's gain, kept along the way, since near zero it cannot be computed from the decisions.
    gain: Vec<f64>,
}

/// One inequality on decisions.
struct Limit {
    row: Vec<f64>,
    limit: f64,
    /// The size of the numbers in it.
    size: f64,
}

impl<'a> Search<'a> {
    /// Starts at the middle of the ideal points: there everybody who can gain has a share of the gain.
    pub(super) fn new(frame: &'a Frame<'a>, ideals: &[Ideal], fair: Fair<'a>) -> Search<'a> {
        let free: Vec<usize> = (0..ideals.len()).filter(|at| ideals[*at].gain > 0.0).collect();
        let ideal: Vec<f64> = ideals.iter().map(|ideal| ideal.gain).collect();
        let points: Vec<&[f64]> = free.iter().map(|at| ideals[*at].decisions.as_slice()).collect();
        let at = match points.is_empty() {
            true => ideals[0].decisions.clone(),
            false => middle(&points),
        };
        let (limits, units) = limits(frame, &ideal, &at);
        let mut search = Search {
            frame,
            fair,
            slack: limits.iter().map(|limit| limit.slack(&at)).collect(),
            limits,
            free,
            ideal,
            units,
            gain: vec![0.0; ideals.len()],
            at,
        };
        for member in &search.free {
            search.gain[*member] = frame.gain_at(*member, &search.at);
        }
        search
    }

    /// Settles everybody.
    pub(super) fn run(&mut self) -> Result<(), WelfareError> {
        while !self.free.is_empty() {
            self.widen()?;
            let Some(directions) = self.directions() else { break };
            self.climb(&directions);
            let worths = self.whole_worths();
            let most = worths.iter().copied().fold(0.0, f64::max);
            let mut worths = worths.into_iter();
            self.free.retain(|_| worths.next().is_some_and(|worth| worth < SETTLED * most));
        }
        Ok(())
    }

    /// The decisions where the search stands.
    pub(super) fn decisions(&self) -> &[f64] {
        &self.at
    }

    /// For each who can gain, the slope of the welfare in its utility, relative to the sum of `slope * gain`.
    pub(super) fn relative_prices(&self) -> Vec<(usize, f64)> {
        let members: Vec<usize> = (0..self.ideal.len()).filter(|member| self.ideal[*member] > 0.0).collect();
        let shares = shares(&self.log_worths(&members));
        members.iter().zip(shares).map(|(member, share)| (*member, share / self.gain[*member])).collect()
    }

    /// The logarithms of `w g^(1 - alpha)`.
    fn log_worths(&self, members: &[usize]) -> Vec<f64> {
        let worth = |&at: &usize| self.fair.weights[at].ln() + (1.0 - self.fair.alpha) * self.gain[at].ln();
        members.iter().map(worth).collect()
    }

    /// The logarithms of what free members have.
    fn logs(&self, of: &[f64]) -> DVector<f64> {
        DVector::from_iterator(self.free.len(), self.free.iter().map(|member| of[*member].ln()))
    }

    fn is_settled(&self, member: usize) -> bool {
        !self.free.contains(&member)
    }

    /// Moves to where no limit is narrower than it must be, but for those that are tight all over the face.
    fn widen(&mut self) -> Result<(), WelfareError> {
        let narrow = |at: &usize| self.slack[*at] < NARROW * self.limits[*at].size;
        let mut narrow: Vec<usize> = (0..self.limits.len()).filter(narrow).collect();
        while !narrow.is_empty() {
            let (step, widened) = self.widening(&narrow)?;
            if !widened.contains(&true) {
                break;
            }
            self.advance(&step, 0.5);
            let mut widened = widened.into_iter();
            narrow.retain(|_| !widened.next().unwrap_or(true));
        }
        Ok(())
    }

    /// The step that widens narrow limits most, and which of them it widens.
    fn widening(&self, narrow: &[usize]) -> Result<(Vec<f64>, Vec<bool>), WelfareError> {
        let mut program = Program::new();
        let label = Label { family: "widening", element: program.name("set"), period: None };
        let step: Vec<Var> = self
            .units
            .iter()
            .map(|_| program.add_variable(label, f64::NEG_INFINITY, f64::INFINITY))
            .collect();
        let add_row = |program: &mut Program, row: &[f64], lower: f64, upper: f64| {
            let added = program.add_row(label, lower, upper);
            for (at, var) in step.iter().enumerate() {
                program.add_term(added, *var, row[at] * self.units[at]);
            }
            added
        };
        let mut widths = Vec::new();
        for (at, limit) in self.limits.iter().enumerate() {
            let slack = self.slack[at] / limit.size;
            let row: Vec<f64> = limit.row.iter().map(|value| value / limit.size).collect();
            let slack = if slack < TIGHT { 0.0 } else { slack };
            let row = add_row(&mut program, &row, f64::NEG_INFINITY, slack);
            if narrow.contains(&at) {
                let width = program.add_variable(label, 0.0, 1.0);
                program.add_cost(width, -1.0);
                program.add_term(row, width, 1.0);
                widths.push(width);
            }
        }
        for (member, row) in self.frame.set.parts().utilities.iter().enumerate() {
            let least = if self.is_settled(member) { 0.0 } else { -1.0 };
            let most = if self.is_settled(member) { 0.0 } else { f64::INFINITY };
            let unit = self.unit_of(member);
            let row: Vec<f64> = row.iter().map(|value| value / unit).collect();
            add_row(&mut program, &row, least, most);
        }
        let found = self.frame.solve(&program, "looking for a point inside the set")?;
        let values =
            |vars: &[Var]| -> Vec<f64> { vars.iter().map(|var| found.values[var.position()]).collect() };
        let step = values(&step).iter().zip(&self.units).map(|(value, unit)| value * unit).collect();
        Ok((step, values(&widths).into_iter().map(|width| width > TIGHT).collect()))
    }

    /// What a member's move is measured in: its gain, or where it has none the size of its utility.
    fn unit_of(&self, member: usize) -> f64 {
        let row = &self.frame.set.parts().utilities[member];
        let size = row.iter().zip(&self.units).map(|(a, unit)| (a * unit).abs()).fold(0.0, f64::max);
        match self.is_settled(member) {
            true if size > 0.0 => size,
            true => 1.0,
            false => self.gain[member],
        }
    }

    /// Moves by a part of a step.
    fn advance(&mut self, step: &[f64], part: f64) {
        self.at.iter_mut().zip(step).for_each(|(at, step)| *at += part * step);
        for (slack, limit) in self.slack.iter_mut().zip(&self.limits) {
            *slack -= part * dot(&limit.row, step);
        }
        for member in &self.free {
            self.gain[*member] += part * dot(&self.frame.set.parts().utilities[*member], step);
        }
    }

    /// The directions, as columns, in which the face extends: nobody settled moves, no tight limit is left.
    fn directions(&self) -> Option<DMatrix<f64>> {
        let tight = |at: &usize| self.slack[*at] < TIGHT * self.limits[*at].size;
        let tight = (0..self.limits.len()).filter(tight).map(|at| self.in_units(&self.limits[at].row));
        let settled = (0..self.gain.len()).filter(|member| self.is_settled(*member));
        let settled = settled.map(|member| self.in_units(&self.frame.set.parts().utilities[member]));
        let kept: Vec<DVector<f64>> = tight.chain(settled).collect();
        let mut directions = null_space(&kept, self.units.len());
        for (mut row, unit) in directions.row_iter_mut().zip(&self.units) {
            row *= *unit;
        }
        (directions.ncols() > 0).then_some(directions)
    }

    fn in_units(&self, row: &[f64]) -> DVector<f64> {
        DVector::from_iterator(row.len(), row.iter().zip(&self.units).map(|(value, unit)| value * unit))
    }

    /// What each free member's ideal gain would be worth at its price, relative to what they have together.
    fn whole_worths(&self) -> Vec<f64> {
        let shares = shares(&self.log_worths(&self.free));
        self.free
            .iter()
            .zip(shares)
            .map(|(member, share)| share * self.ideal[*member] / self.gain[*member])
            .collect()
    }

    /// Climbs to the fairest point of the face.
    fn climb(&mut self, directions: &DMatrix<f64>) {
        let loose = |at: &usize| self.slack[*at] >= TIGHT * self.limits[*at].size;
        let loose: Vec<usize> = (0..self.limits.len()).filter(loose).collect();
        let utilities = &self.frame.set.parts().utilities;
        let mut limits: Vec<_> =
            loose.iter().map(|at| (self.limits[*at].row.as_slice(), self.slack[*at])).collect();
        let gains: Vec<_> = self.free.iter().map(|at| (utilities[*at].as_slice(), self.gain[*at])).collect();
        if self.fair.alpha < STEEP {
            limits.extend(gains.iter().map(|(row, gain)| (*row, -gain)));
        }
        let inner = Inner {
            limits: matrix(self.units.len(), &limits) * directions,
            gains: matrix(self.units.len(), &gains) * directions,
            log_weights: self.logs(self.fair.weights),
            log_gains: self.logs(&self.gain),
            alpha: self.fair.alpha,
        };
        let Place { step, slack, gain, .. } = settled(&inner, inner.fairest());
        let step = directions * step;
        self.at.iter_mut().zip(&step).for_each(|(at, step)| *at += step);
        loose.iter().zip(&slack).for_each(|(at, ratio)| self.slack[*at] *= ratio);
        self.free.iter().zip(&gain).for_each(|(at, ratio)| self.gain[*at] *= ratio);
    }
}

impl Limit {
    fn slack(&self, decisions: &[f64]) -> f64 {
        self.limit - dot(&self.row, decisions)
    }
}

/// The mean of points.
fn middle(points: &[&[f64]]) -> Vec<f64> {
    let mean = |at: usize| points.iter().map(|point| point[at]).sum::<f64>() / points.len() as f64;
    (0..points[0].len()).map(mean).collect()
}

/// Rows, each divided by a unit.
fn matrix(width: usize, rows: &[(&[f64], f64)]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), width, |at, column| rows[at].0[column] / rows[at].1)
}

/// The limits of a set as rows, and the units of its decisions: a decision of its unit fills a limit or makes up
/// somebody's largest gain.
fn limits(frame: &Frame<'_>, ideal: &[f64], at: &[f64]) -> (Vec<Limit>, Vec<f64>) {
    let parts = frame.set.parts();
    let mut limits: Vec<Limit> = Vec::new();
    for (row, &limit) in parts.rows.iter().zip(&parts.limits) {
        let size = limit.abs().max(super::frame::size(row, at));
        limits.push(Limit { row: row.clone(), limit, size });
    }
    let sized = limits.iter().filter(|limit| limit.size > 0.0).map(|limit| (&limit.row, limit.size));
    let gains = parts.utilities.iter().zip(ideal.iter().copied()).filter(|(_, gain)| *gain > 0.0);
    let mut used = vec![0.0_f64; at.len()];
    for (row, size) in sized.chain(gains) {
        used.iter_mut().zip(row).for_each(|(used, value)| *used = used.max(value.abs() / size));
    }
    let units: Vec<f64> = used.iter().map(|used| if *used > 0.0 { 1.0 / used } else { 1.0 }).collect();
    for limit in &mut limits {
        if limit.size == 0.0 {
            limit.size = super::frame::size(&limit.row, &units).max(f64::MIN_POSITIVE);
        }
    }
    limits.extend(bounds(&parts.upper, &units));
    if !frame.set.is_plainly_bounded() {
        let row: Vec<f64> = units.iter().map(|unit| 1.0 / unit).collect();
        let limit = BEYOND * (1.0 + dot(&row, at));
        limits.push(Limit { row, limit, size: limit });
    }
    (limits, units)
}

/// `-x <= 0` and `x <= ub`.
fn bounds(upper: &[f64], units: &[f64]) -> Vec<Limit> {
    let only =
        |own: usize, value: f64| (0..units.len()).map(|at| if at == own { value } else { 0.0 }).collect();
    let lower =
        units.iter().enumerate().map(|(at, unit)| Limit { row: only(at, -1.0), limit: 0.0, size: *unit });
    let upper = upper.iter().enumerate().filter(|(_, upper)| upper.is_finite());
    let upper = upper.map(|(at, upper)| Limit { row: only(at, 1.0), limit: *upper, size: units[at] });
    lower.chain(upper).collect()
}
