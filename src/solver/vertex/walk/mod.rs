//! The walk from basis to basis over a sparse program: which variable enters, what blocks it, and when the matter
//! is settled. The algebra of the basis is left to its factors.
//!
//! A first phase lowers the sum of what lies outside its bounds, a second the cost. The variable that enters has
//! the steepest edge as far as reference weights tell (P. M. J. Harris, 1973; devex); the one that leaves has the
//! largest pivot among those that block first, bounds being seen through a tolerance.

mod slopes;

use super::factor::Factor;
use super::matrix::Matrix;
use crate::solver::Status;
use crate::solver::form::{Bounds, Form};
use slopes::SUMMED;

/// A bound is missed where a value lies further outside than this, in a program of order one.
const FEASIBLE: f64 = 3e-11;

/// The same, where nothing can be improved any more: less is rounding, more is infeasible.
const ROUNDING: f64 = 1e-7;

/// How far bounds are relaxed to choose among those that block.
const RELAXED: f64 = 1.5e-11;

/// Entries below this are no pivots.
const PIVOT: f64 = 1e-8;

/// After so many exchanges the basis is laid anew.
const RENEWED: usize = 64;

/// Steps shorter than this lead nowhere.
const SHORT: f64 = 1e-12;

/// After so many steps in a row that led nowhere lots are drawn for the variable that enters.
const STALLED: u32 = 100;

/// After so many bases laid anew without coming down rounding is taken to be larger.
const PATIENCE: u32 = 20;

/// What is lowered: the sum of what lies outside its bounds, or the cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Feasibility,
    Cost,
}

/// A basic variable follows another where it moves by more than this when that moves by one, in a program of order one.
const FOLLOWS: f64 = 1e-9;

/// What gets no further than this from a bound does not leave it, in a program of order one.
const BLOCKED: f64 = 1e-7;

/// Where a variable stands that is not basic.
const OUTSIDE: u32 = u32::MAX;

/// A walk over the bases of a scaled form. A variable is known by its number: columns first, then the sums of rows.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    width: usize,
    /// Coefficients by column.
    columns: Matrix,
    /// Coefficients by row.
    rows: Matrix,
    /// Of columns and sums.
    pub bounds: Vec<Bounds>,
    /// Of columns and sums, the largest one.
    pub cost: Vec<f64>,
    /// Of columns and sums.
    pub values: Vec<f64>,
    /// The variable of each place of the basis.
    basic: Vec<usize>,
    /// The place of each variable in the basis, or [`OUTSIDE`].
    place: Vec<u32>,
    factor: Factor,
    /// What a unit more of each variable costs when the basic ones follow.
    slope: Vec<f64>,
    /// The square of how steep an edge of slope one is, as far as is known.
    weight: Vec<f64>,
    /// A slope below this is none.
    noise: Vec<f64>,
    /// The column that enters, by place.
    entering: Vec<f64>,
    /// A price a row.
    prices: Vec<f64>,
    /// The row that leaves, by variable; zero between steps.
    leaving: Vec<f64>,
    /// Exchanges and changes of bound so far.
    pub steps: u32,
    /// Steps in a row that led nowhere.
    stalled: u32,
    /// The least cost of a basis laid anew, and how often it has not come down since.
    low: (f64, u32),
    /// How many times its usual size rounding is taken to be, where walks go in circles.
    blur: f64,
}

/// The variable that enters and the way it goes, up (1) or down (-1).
#[derive(Clone, Copy)]
struct Entering {
    var: usize,
    way: f64,
}

/// What stops the variable that enters.
#[derive(Clone, Copy)]
enum Block {
    /// The basic variable of a place reaches a bound.
    Place { place: usize, bound: f64 },
    /// It reaches its own other bound.
    Own,
}

/// A basic variable on its way to a bound.
#[derive(Clone, Copy)]
struct Nearing {
    place: usize,
    bound: f64,
    /// How far it is; negative where it is already past.
    distance: f64,
    /// How fast it goes, positive.
    speed: f64,
}

impl Walk {
    /// The walk that starts where every sum is basic.
    pub fn of(form: &Form) -> Walk {
        let (width, height) = (form.width(), form.rows.len());
        let bounds: Vec<Bounds> = form.columns.iter().chain(&form.rows).copied().collect();
        let columns = Matrix::by_column(form);
        let rows = columns.transposed(height);
        let cost = form.cost.iter().copied().chain(std::iter::repeat_n(0.0, height)).collect();
        let all = width + height;
        let place = (0..all).map(|var| if var < width { OUTSIDE } else { (var - width) as u32 }).collect();
        let values = bounds.iter().map(|bounds| nearest(*bounds, 0.0)).collect();
        Walk {
            width,
            columns,
            rows,
            bounds,
            cost,
            values,
            basic: (width..all).collect(),
            place,
            factor: Factor::default(),
            slope: vec![0.0; all],
            weight: vec![1.0; all],
            noise: vec![0.0; all],
            entering: vec![0.0; height],
            prices: vec![0.0; height],
            leaving: vec![0.0; all],
            steps: 0,
            stalled: 0,
            low: (f64::INFINITY, 0),
            blur: 1.0,
        }
    }

    /// Walks until the matter is settled, or far longer than any walk has been seen to take.
    pub fn run(&mut self) -> Status {
        let most = self.steps + 1000 + 2 * self.values.len() as u32;
        self.weight.fill(1.0);
        self.blur = 1.0;
        self.low = (f64::INFINITY, 0);
        let mut phase = self.renew();
        while self.steps < most {
            if self.factor.exchanges() >= RENEWED {
                phase = self.renew();
            }
            let fresh = self.factor.exchanges() == 0;
            let step = self.enter().map(|entering| {
                self.solve_entering(entering.var);
                (entering, self.block(phase, entering))
            });
            match step {
                Some((entering, Some((block, length)))) => {
                    self.step(entering, block, length);
                    if phase == Phase::Feasibility {
                        phase = self.phase();
                        self.find_slopes(phase);
                    }
                }
                _ if !fresh => phase = self.renew(),
                Some(_) if phase == Phase::Cost => return Status::Unbounded,
                Some(_) => return Status::NotConverged,
                None if phase == Phase::Cost => return Status::Optimal,
                None if self.violates(ROUNDING) => return Status::Infeasible,
                None => {
                    self.widen();
                    phase = Phase::Cost;
                    self.find_slopes(phase);
                }
            }
        }
        Status::NotConverged
    }

    /// Lays the basis anew and recomputes values and slopes; says what is to be lowered now.
    fn renew(&mut self) -> Phase {
        let columns: Vec<Vec<(u32, f64)>> = self.basic.iter().map(|&var| self.column(var)).collect();
        for (place, row) in self.factor.lay(&columns, -1.0) {
            let (out, into) = (self.basic[place], self.width + row);
            self.place[out] = OUTSIDE;
            self.values[out] = nearest(self.bounds[out], self.values[out]);
            self.place[into] = place as u32;
            self.basic[place] = into;
        }
        self.settle();
        let phase = self.phase();
        self.watch(phase);
        self.find_slopes(phase);
        phase
    }

    /// Takes rounding to be larger where the cost has not come down for long.
    fn watch(&mut self, phase: Phase) {
        if phase == Phase::Feasibility {
            self.low = (f64::INFINITY, 0);
            return;
        }
        let cost: f64 = self.cost.iter().zip(&self.values).map(|(cost, value)| cost * value).sum();
        let (low, idle) = self.low;
        self.low = if cost < low - SUMMED * low.abs().max(1.0) { (cost, 0) } else { (low, idle + 1) };
        if idle > PATIENCE {
            self.blur *= 10.0;
            self.low.1 = 0;
        }
    }

    /// A column of `A x - sums = 0`.
    fn column(&self, var: usize) -> Vec<(u32, f64)> {
        match var.checked_sub(self.width) {
            Some(row) => vec![(row as u32, -1.0)],
            None => self.columns.line(var).map(|(row, value)| (row as u32, value)).collect(),
        }
    }

    /// Puts the variables outside the basis at a bound and recomputes the basic ones, refined once.
    fn settle(&mut self) {
        for var in 0..self.values.len() {
            if self.place[var] == OUTSIDE {
                self.values[var] = nearest(self.bounds[var], self.values[var]);
            } else {
                self.values[var] = 0.0;
            }
        }
        for _ in 0..2 {
            let mut left = vec![0.0; self.basic.len()];
            for var in 0..self.width {
                let value = self.values[var];
                if value != 0.0 {
                    self.columns.line(var).for_each(|(row, entry)| left[row] -= entry * value);
                }
            }
            for (row, left) in left.iter_mut().enumerate() {
                *left += self.values[self.width + row];
            }
            self.factor.solve(&mut left);
            for (place, &var) in self.basic.iter().enumerate() {
                self.values[var] += left[place];
            }
        }
    }

    fn phase(&self) -> Phase {
        if self.violates(FEASIBLE) { Phase::Feasibility } else { Phase::Cost }
    }

    fn violates(&self, tolerance: f64) -> bool {
        self.basic.iter().any(|&var| side(self.bounds[var], self.values[var], tolerance) != 0.0)
    }

    /// Lets the bounds give way where only rounding lies outside of them.
    fn widen(&mut self) {
        for &var in &self.basic {
            let (bounds, value) = (&mut self.bounds[var], self.values[var]);
            bounds.lower = bounds.lower.min(value);
            bounds.upper = bounds.upper.max(value);
        }
    }

    /// The variable to enter.
    fn enter(&self) -> Option<Entering> {
        let mut best: Option<(usize, f64)> = None;
        for (var, &slope) in self.slope.iter().enumerate() {
            if slope.abs() <= self.noise[var] || self.place[var] != OUTSIDE {
                continue;
            }
            let (bounds, value) = (self.bounds[var], self.values[var]);
            let open = if slope < 0.0 { value < bounds.upper } else { value > bounds.lower };
            let lot = if self.stalled > STALLED { lot(self.steps, var) } else { 1.0 };
            let steepness = lot * slope * slope / self.weight[var];
            if open && best.is_none_or(|(_, most)| steepness > most) {
                best = Some((var, steepness));
            }
        }
        best.map(|(var, _)| Entering { var, way: -self.slope[var].signum() })
    }

    /// Which variables stand still whatever moves between its bounds without leaving the basis's equations: those that cannot move
    /// and, of the basic ones, those that follow none that can.
    pub fn still(&mut self) -> Vec<bool> {
        let mut still = vec![true; self.values.len()];
        for var in 0..still.len() {
            let bounds = self.bounds[var];
            if self.is_basic(var) || bounds.lower == bounds.upper {
                continue;
            }
            still[var] = false;
            self.solve_entering(var);
            let follow = self.entering.iter().zip(&self.basic).filter(|(entry, _)| entry.abs() > FOLLOWS);
            follow.for_each(|(_, &basic)| still[basic] = false);
        }
        still
    }

    /// Fixes what stands outside the basis at a bound and cannot leave it, because it is blocked there whatever else moves. What is
    /// known to cost nothing may still be tight in all points that there are.
    pub fn fix_blocked(&mut self) {
        let blocked = self.blocked();
        if blocked.is_empty() {
            return;
        }
        let mut probe = self.clone();
        for (var, way) in blocked {
            let Bounds { lower, upper } = self.bounds[var];
            let bound = if way > 0.0 { lower } else { upper };
            let leaves = |probe: &Walk| (probe.values[var] - bound).abs() > BLOCKED;
            if leaves(&probe) {
                continue;
            }
            probe.cost.fill(0.0);
            probe.cost[var] = -way;
            if probe.run() == Status::Optimal && !leaves(&probe) {
                let stands = Bounds { lower: bound, upper: bound };
                (self.bounds[var], probe.bounds[var]) = (stands, stands);
            }
        }
    }

    /// What stands at a bound outside the basis and cannot leave it without another basis, and the way that it would go.
    fn blocked(&mut self) -> Vec<(usize, f64)> {
        let mut blocked = Vec::new();
        for var in 0..self.values.len() {
            let Bounds { lower, upper } = self.bounds[var];
            let is_free = lower.is_infinite() && upper.is_infinite();
            if self.is_basic(var) || lower == upper || is_free {
                continue;
            }
            let way = if self.values[var] <= lower { 1.0 } else { -1.0 };
            self.solve_entering(var);
            if self.block(Phase::Cost, Entering { var, way }).is_some_and(|(_, length)| length <= BLOCKED) {
                blocked.push((var, way));
            }
        }
        blocked
    }

    /// The column that enters, solved with the basis: how each basic variable falls per unit of it.
    fn solve_entering(&mut self, var: usize) {
        self.entering.fill(0.0);
        match var.checked_sub(self.width) {
            Some(row) => self.entering[row] = -1.0,
            None => {
                let column = self.columns.line(var);
                column.for_each(|(row, value)| self.entering[row] = value);
            }
        }
        self.factor.solve(&mut self.entering);
    }

    /// What stops the variable that enters, and how far it gets; none if nothing does.
    fn block(&self, phase: Phase, entering: Entering) -> Option<(Block, f64)> {
        let bounds = self.bounds[entering.var];
        let own = bounds.upper - bounds.lower;
        let nearing = || (0..self.basic.len()).filter_map(|place| self.nearing(phase, entering, place));
        let relaxed = |near: Nearing| (near.distance + RELAXED) / near.speed;
        let most = nearing().map(relaxed).fold(f64::INFINITY, f64::min);
        let mut best: Option<Nearing> = None;
        if most < own {
            for near in nearing().filter(|near| near.distance / near.speed <= most) {
                if best.is_none_or(|best| near.speed > best.speed) {
                    best = Some(near);
                }
            }
        }
        match best {
            Some(near) if near.distance / near.speed < own => {
                let length = (near.distance / near.speed).max(0.0);
                Some((Block::Place { place: near.place, bound: near.bound }, length))
            }
            _ => own.is_finite().then_some((Block::Own, own)),
        }
    }

    /// The basic variable of a place, if a step brings it nearer to a bound. One outside its bounds only stops at the
    /// bound it has missed.
    fn nearing(&self, phase: Phase, entering: Entering, place: usize) -> Option<Nearing> {
        let speed = -entering.way * self.entering[place];
        if speed.abs() <= PIVOT {
            return None;
        }
        let var = self.basic[place];
        let (bounds, value) = (self.bounds[var], self.values[var]);
        let missed = if phase == Phase::Feasibility { side(bounds, value, FEASIBLE) } else { 0.0 };
        if missed * speed > 0.0 {
            return None;
        }
        let bound = if missed == 0.0 && speed > 0.0 || missed > 0.0 { bounds.upper } else { bounds.lower };
        let distance = (bound - value) * speed.signum();
        bound.is_finite().then_some(Nearing { place, bound, distance, speed: speed.abs() })
    }

    /// Goes as far as the block.
    fn step(&mut self, entering: Entering, block: Block, length: f64) {
        let Entering { var, way } = entering;
        for (&basic, entry) in self.basic.iter().zip(&self.entering).filter(|(_, entry)| **entry != 0.0) {
            self.values[basic] -= way * length * entry;
        }
        self.steps += 1;
        self.stalled = if length > SHORT { 0 } else { self.stalled + 1 };
        match block {
            Block::Own if way > 0.0 => self.values[var] = self.bounds[var].upper,
            Block::Own => self.values[var] = self.bounds[var].lower,
            Block::Place { place, bound } => {
                self.values[var] += way * length;
                self.values[self.basic[place]] = bound;
                self.exchange(var, place);
            }
        }
    }

    /// The basis: its variables, and the values of all.
    pub fn basis(&self) -> (&[usize], &[f64]) {
        (&self.basic, &self.values)
    }

    /// Goes to a basis of another program of the same size.
    pub fn go_to(&mut self, basic: &[usize], values: &[f64]) {
        if basic.len() == self.basic.len() && values.len() == self.values.len() {
            self.place.fill(OUTSIDE);
            basic.iter().enumerate().for_each(|(place, &var)| self.place[var] = place as u32);
            self.basic.copy_from_slice(basic);
            self.values.copy_from_slice(values);
        }
    }

    /// Goes to a basis of what stands furthest from its bounds at a point.
    pub fn go_near(&mut self, point: &[f64]) {
        let inside = |var: &usize| {
            let (bounds, value) = (self.bounds[*var], point[*var]);
            (value - bounds.lower).min(bounds.upper - value)
        };
        let mut order: Vec<usize> = (0..point.len()).collect();
        order.sort_by(|one, two| inside(two).total_cmp(&inside(one)).then(one.cmp(two)));
        order.truncate(self.basic.len());
        self.go_to(&order, point);
    }
}

/// The bound nearest to a value, or the value itself where there is none.
fn nearest(bounds: Bounds, value: f64) -> f64 {
    let ends = [bounds.lower, bounds.upper].into_iter().filter(|bound| bound.is_finite());
    ends.min_by(|one, two| (one - value).abs().total_cmp(&(two - value).abs())).unwrap_or(value)
}

/// The side on which a value lies outside its bounds: -1 below, 1 above, 0 within the tolerance.
fn side(bounds: Bounds, value: f64, tolerance: f64) -> f64 {
    if bounds.lower - value > tolerance {
        -1.0
    } else if value - bounds.upper > tolerance {
        1.0
    } else {
        0.0
    }
}

/// A lot between zero and one, always the same for a step and a variable.
fn lot(step: u32, var: usize) -> f64 {
    let mut bits = (u64::from(step) << 32 | var as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
