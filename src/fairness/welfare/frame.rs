//! A set of utilities as a linear program: decisions, and what each member gains over a disagreement point.
//! It asks the questions that linear programs answer (is there a point, who can rise how far); rules are left
//! to others.

use super::error::WelfareError;
use super::set::{Point, UtilitySet, dot};
use crate::solver::lexicographic::{Exactness, Member, leximin_within};
use crate::solver::priority::Unsolved;
use crate::solver::program::{Label, Name, Program, Row, Var};
use crate::solver::simplex::Simplex;
use crate::solver::{Solution, Solver, Status};

/// A violation or rise below this, relative to what is added up in it, is rounding.
pub(super) const ROUNDING: f64 = 1e-9;

/// How far a row may be missed, relative to the numbers in it.
const KEPT: f64 = 5e-10;

/// A decision that is this part of the largest counts as none where a row leaves none.
const NOTHING: f64 = 1e-3;

/// The part of the numbers in a gain that stands for their rounding where a level is far below them.
const LOST: f64 = 1e-2;

/// A gain below this, relative to the numbers that make it up, is none.
const NO_GAIN: f64 = 1e-7;

/// A set of utilities as rows and bounds: decisions `x` and gains `g = U x + u0 - d`.
#[derive(Clone)]
pub(super) struct Frame<'a> {
    pub(super) set: &'a UtilitySet,
    pub(super) program: Program,
    /// The decisions.
    pub(super) decisions: Vec<Var>,
    /// What each member has above its disagreement point.
    pub(super) gains: Vec<Var>,
    d: Vec<f64>,
    rows: Vec<Row>,
    name: Name,
}

impl<'a> Frame<'a> {
    /// The set, with gains over `d` that may be of either sign.
    pub(super) fn new(set: &'a UtilitySet, d: &[f64]) -> Frame<'a> {
        let mut program = Program::new();
        let name = program.name("set");
        let parts = set.parts();
        let label = |family| Label { family, element: name, period: None };
        let decisions: Vec<Var> =
            parts.upper.iter().map(|upper| program.add_variable(label("x"), 0.0, *upper)).collect();
        let mut rows = Vec::new();
        for (row, limit) in parts.rows.iter().zip(&parts.limits) {
            let added = program.add_row(label("limit"), f64::NEG_INFINITY, *limit);
            decisions.iter().zip(row).for_each(|(var, value)| program.add_term(added, *var, *value));
            rows.push(added);
        }
        let mut gains = Vec::new();
        for ((row, u0), d) in parts.utilities.iter().zip(&parts.constants).zip(d) {
            let gain = program.add_variable(label("gain"), f64::NEG_INFINITY, f64::INFINITY);
            let added = program.add_row(label("gain"), d - u0, d - u0);
            decisions.iter().zip(row).for_each(|(var, value)| program.add_term(added, *var, *value));
            program.add_term(added, gain, -1.0);
            gains.push(gain);
        }
        Frame { set, program, decisions, gains, d: d.to_vec(), rows, name }
    }

    /// The set's points that give everybody the disagreement point at least.
    ///
    /// # Errors
    /// [`WelfareError::OutOfReach`] if there is none, [`WelfareError::Unbounded`] if one can gain without end.
    pub(super) fn individually_rational(set: &'a UtilitySet, d: &[f64]) -> Result<Frame<'a>, WelfareError> {
        set.check_bounded()?;
        let mut frame = Frame::new(set, d);
        let short = frame.least_missing()?;
        if let Some(member) = short.iter().position(|short| *short > 0.0) {
            return Err(WelfareError::OutOfReach { member: member + 1, d: d[member], short: short[member] });
        }
        for gain in &frame.gains {
            frame.program.set_bounds(*gain, 0.0, f64::INFINITY);
        }
        Ok(frame)
    }

    pub(super) fn label(&self, family: &'static str) -> Label {
        Label { family, element: self.name, period: None }
    }

    /// Maximises the sum of `price * gain`.
    pub(super) fn maximise(&self, prices: &[(usize, f64)], what: &str) -> Result<Solution, WelfareError> {
        let mut program = self.program.clone();
        prices.iter().for_each(|(member, price)| program.add_cost(self.gains[*member], -price));
        self.solve(&program, what)
    }

    /// Solves a program whose variables begin with the frame's.
    pub(super) fn solve(&self, program: &Program, what: &str) -> Result<Solution, WelfareError> {
        let solution = Simplex.solve(program);
        match solution.status {
            Status::Optimal | Status::AlmostOptimal => Ok(solution),
            Status::Unbounded => Err(self.unbounded()),
            Status::Infeasible | Status::NotConverged => {
                Err(WelfareError::Unsolved { what: what.to_owned() })
            }
        }
    }
}

/// Someone's best point: how far it can rise while nobody is below the disagreement point.
pub(super) struct Ideal {
    /// The largest gain; exactly zero where it is no more than rounding.
    pub(super) gain: f64,
    /// The size of the numbers that make it up.
    pub(super) size: f64,
    /// Decisions that give it.
    pub(super) decisions: Vec<f64>,
}

impl Frame<'_> {
    /// That some decisions satisfy all rows.
    pub(super) fn check_feasible(&self) -> Result<(), WelfareError> {
        let parts = self.set.parts();
        if parts.limits.iter().all(|limit| *limit >= 0.0) {
            return Ok(());
        }
        let mut program = self.program.clone();
        let short: Vec<Var> = self.rows.iter().map(|row| self.elastic(&mut program, *row, -1.0)).collect();
        let found = self.solve(&program, "looking for decisions that satisfy all rows")?;
        for (at, (row, limit)) in parts.rows.iter().zip(&parts.limits).enumerate() {
            let missed = found.values[short[at].position()];
            if missed > ROUNDING * limit.abs().max(size(row, &found.values)) {
                return Err(WelfareError::Infeasible { row: at + 1, short: missed });
            }
        }
        Ok(())
    }

    /// What each member lacks of the disagreement point where all together lack least; zero for rounding.
    fn least_missing(&self) -> Result<Vec<f64>, WelfareError> {
        let mut program = self.program.clone();
        let mut short = Vec::new();
        for gain in &self.gains {
            let row = program.add_row(self.label("reach"), 0.0, f64::INFINITY);
            program.add_term(row, *gain, 1.0);
            short.push(self.elastic(&mut program, row, 1.0));
        }
        let found =
            self.solve(&program, "looking for decisions that give everybody the disagreement point")?;
        let missed = |member: usize| {
            let missed = found.values[short[member].position()];
            let plainly = missed > ROUNDING * self.size_of(member, &found.values);
            if plainly && missed > ROUNDING * self.scale_of(member, &found.values) { missed } else { 0.0 }
        };
        Ok((0..self.gains.len()).map(missed).collect())
    }

    /// Lets a row be missed, at a price of one.
    fn elastic(&self, program: &mut Program, row: Row, sign: f64) -> Var {
        let short = program.add_variable(self.label("short"), 0.0, f64::INFINITY);
        program.add_cost(short, 1.0);
        program.add_term(row, short, sign);
        short
    }

    /// The size of the numbers that make up a member's gain.
    pub(super) fn size_of(&self, member: usize, decisions: &[f64]) -> f64 {
        let parts = self.set.parts();
        let constants = parts.constants[member].abs() + self.d[member].abs();
        constants + size(&parts.utilities[member], decisions)
    }

    /// The size of a member's utility: of what it has, and of what it could have if nobody minded.
    fn scale_of(&self, member: usize, decisions: &[f64]) -> f64 {
        let own = self.size_of(member, decisions);
        if self.set.is_above(&self.d) {
            return own;
        }
        let mut alone = Frame::new(self.set, &self.d).program;
        alone.add_cost(self.gains[member], -1.0);
        let found = Simplex.solve(&alone);
        if found.is_usable() { own.max(self.size_of(member, &found.values)) } else { own }
    }

    /// The size of the numbers that make up a welfare in which nothing is worth more than `worth`.
    pub(super) fn size_of_welfare(&self, worth: &[f64], solution: &Solution) -> f64 {
        let most = worth.iter().fold(0.0_f64, |most, worth| most.max(worth.abs()));
        let decisions = self.decisions_of(solution);
        (0..self.gains.len()).map(|member| most * self.size_of(member, &decisions)).sum()
    }

    /// A member that can rise without end while nobody falls: a direction in which no limit is ever reached.
    pub(super) fn endless(set: &UtilitySet) -> Result<Option<usize>, WelfareError> {
        let parts = set.parts();
        if set.is_plainly_bounded() {
            return Ok(None);
        }
        let mut cone = Frame::new(set, &parts.constants);
        for (var, upper) in cone.decisions.iter().zip(&parts.upper) {
            cone.program.set_bounds(*var, 0.0, if upper.is_finite() { 0.0 } else { f64::INFINITY });
        }
        for row in &cone.rows {
            cone.program.set_row_bounds(*row, f64::NEG_INFINITY, 0.0);
        }
        for gain in &cone.gains {
            cone.program.set_bounds(*gain, 0.0, 1.0);
        }
        let all: Vec<(usize, f64)> = (0..set.members()).map(|member| (member, 1.0)).collect();
        let found = cone.maximise(&all, "looking for a member that can rise without end")?;
        Ok(cone.gains.iter().position(|gain| found.values[gain.position()] > 0.5))
    }

    /// Whose utility it is that grows without end where a program does.
    fn unbounded(&self) -> WelfareError {
        let alone = |member: &usize| {
            let mut program = Frame::new(self.set, &self.d).program;
            program.add_cost(self.gains[*member], -1.0);
            Simplex.solve(&program).status == Status::Unbounded
        };
        let member = (0..self.gains.len()).find(alone).unwrap_or(0);
        WelfareError::Unbounded { member: member + 1 }
    }

    /// Everybody's best point.
    pub(super) fn ideals(&self) -> Result<Vec<Ideal>, WelfareError> {
        (0..self.gains.len()).map(|member| self.ideal(member)).collect()
    }

    fn ideal(&self, member: usize) -> Result<Ideal, WelfareError> {
        let found = self.maximise(&[(member, 1.0)], &format!("the best point of member {}", member + 1))?;
        let decisions = self.decisions_of(&found);
        let gain = found.values[self.gains[member].position()];
        let size = self.scale_of(member, &decisions);
        Ok(Ideal { gain: if gain > NO_GAIN * size { gain } else { 0.0 }, size, decisions })
    }

    /// What a member gains by decisions.
    pub(super) fn gain_at(&self, member: usize, decisions: &[f64]) -> f64 {
        let parts = self.set.parts();
        dot(&parts.utilities[member], decisions) + (parts.constants[member] - self.d[member])
    }

    pub(super) fn decisions_of(&self, solution: &Solution) -> Vec<f64> {
        self.decisions.iter().map(|var| solution.values[var.position()]).collect()
    }

    /// The even point: leximin of the members' gains for each unit of weight, class by class.
    pub(super) fn lift(&self, classes: &[Vec<(usize, f64)>]) -> Result<Point, WelfareError> {
        let compared: Vec<(usize, f64)> = classes.iter().flatten().copied().collect();
        let member = |&(at, weight): &(usize, f64)| Member { var: self.gains[at], weight };
        let classes: Vec<Vec<Member>> =
            classes.iter().map(|class| class.iter().map(member).collect()).collect();
        let classes: Vec<&[Member]> = classes.iter().map(Vec::as_slice).collect();
        let lift = |least: f64| {
            let exactness = Exactness { least, ..Exactness::VERTEX };
            let found = leximin_within(&self.program, &classes, exactness, &Simplex);
            let found = found.map_err(|problem| self.unsolved(problem))?;
            self.kept(self.set.point(&self.decisions_of(&found.solution)))
        };
        match lift(0.0) {
            Err(WelfareError::Unsolved { .. }) => lift(self.least_share(&compared)?),
            found => found,
        }
    }

    /// The point, if its decisions keep every row.
    pub(super) fn kept(&self, point: Point) -> Result<Point, WelfareError> {
        let parts = self.set.parts();
        let largest = point.decisions.iter().copied().fold(0.0, f64::max);
        let misses = |(row, limit): (&Vec<f64>, &f64)| {
            let coefficient = row.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
            let size = limit.abs().max(size(row, &point.decisions)).max(NOTHING * coefficient * largest);
            dot(row, &point.decisions) - limit > KEPT * size
        };
        match parts.rows.iter().zip(&parts.limits).any(misses) {
            true => Err(WelfareError::Unsolved { what: "keeping every row to the last digits".to_owned() }),
            false => Ok(point),
        }
    }

    /// The share of a member below which its level may be lost in the numbers that make it up.
    fn least_share(&self, members: &[(usize, f64)]) -> Result<f64, WelfareError> {
        let decisions = self.decisions_of(&self.solve(&self.program, "looking for any decisions")?);
        let size = |(member, weight): &(usize, f64)| self.size_of(*member, &decisions) / weight;
        Ok(LOST * members.iter().map(size).fold(0.0, f64::max))
    }

    fn unsolved(&self, problem: Unsolved) -> WelfareError {
        match problem.status {
            Status::Unbounded => self.unbounded(),
            _ => WelfareError::Unsolved { what: problem.what },
        }
    }
}

/// The size of the numbers that a row adds up.
pub(super) fn size(row: &[f64], decisions: &[f64]) -> f64 {
    row.iter().zip(decisions).map(|(a, x)| (a * x).abs()).sum()
}
