//! The walk from basis to basis: which variable enters, what blocks it, and when the matter is settled. The algebra
//! is left to the table.

use super::table::Table;
use crate::solver::Status;
use crate::solver::form::{Bounds, Form, Point};

/// A bound is missed where a value lies further outside than this, relative to `max(1, |bound|)`.
const FEASIBLE: f64 = 1e-11;

/// The same, where nothing can be improved any more: less is rounding in the program, more is infeasible.
const ROUNDING: f64 = 1e-9;

/// How far bounds are relaxed to choose among those that block, relative to `max(1, |bound|)`.
const RELAXED: f64 = 1e-12;

/// A slope is none below this share of the numbers it is the sum of.
const SLOPE: f64 = 1e-12;

/// Entries of the table count for this much at least when the rounding in a slope is judged.
const SMALL: f64 = 0.1;

/// Entries below this are no pivots.
const PIVOT: f64 = 1e-9;

/// Steps shorter than this lead nowhere.
const SHORT: f64 = 1e-12;

/// After so many steps in a row that led nowhere the first variable that may enters, not the steepest.
const STALLED: u32 = 50;

/// After so many pivots the table is laid anew.
const RENEWED: u32 = 50;

/// What is lowered: the sum of what lies outside its bounds, or the cost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Feasibility,
    Cost,
}

/// The variable that enters: its column in the table and the way it goes, up (1) or down (-1).
#[derive(Clone, Copy)]
struct Entering {
    column: usize,
    way: f64,
}

/// What stops the variable that enters.
#[derive(Clone, Copy)]
enum Block {
    /// The basic variable of a row reaches a bound.
    Row { row: usize, bound: f64 },
    /// It reaches its own other bound.
    Own,
}

/// A basic variable on its way to a bound.
struct Nearing {
    row: usize,
    bound: f64,
    /// How far it is; negative where it is already past.
    distance: f64,
    /// How fast it goes, positive.
    speed: f64,
}

/// A walk over the bases of a scaled form.
pub(super) struct Walk {
    table: Table,
    /// Of columns and sums.
    bounds: Vec<Bounds>,
    /// Of columns and sums.
    cost: Vec<f64>,
    /// Of columns and sums.
    values: Vec<f64>,
    /// Pivots and changes of bound so far.
    steps: u32,
    /// The same since the table was laid anew.
    since: u32,
    /// Steps in a row that led nowhere.
    stalled: u32,
}

impl Walk {
    /// The walk that starts where every sum is basic.
    pub fn of(form: &Form) -> Walk {
        let bounds: Vec<Bounds> =
            form.columns.iter().chain(&form.rows).map(|bounds| clean(*bounds)).collect();
        let cost = form.cost.iter().copied().chain(form.rows.iter().map(|_| 0.0)).collect();
        let values = bounds.iter().map(|bounds| nearest(*bounds, 0.0)).collect();
        let mut walk = Walk { table: Table::of(form), bounds, cost, values, steps: 0, since: 0, stalled: 0 };
        walk.renew();
        walk
    }

    /// Walks until the matter is settled, or far longer than any walk has been seen to take.
    pub fn run(&mut self) -> Status {
        let most = 1000 + 50 * self.values.len() as u32;
        while self.steps < most {
            if self.since >= RENEWED {
                self.renew();
            }
            let phase = self.phase();
            let step = self.entering(phase).map(|entering| (entering, self.block(phase, entering)));
            match step {
                Some((entering, Some((block, length)))) => self.step(entering, block, length),
                _ if self.since > 0 => self.renew(),
                Some(_) if phase == Phase::Cost => return Status::Unbounded,
                Some(_) => return Status::NotConverged,
                None if phase == Phase::Cost => return Status::Optimal,
                None if self.violates(ROUNDING) => return Status::Infeasible,
                None => self.widen(),
            }
        }
        Status::NotConverged
    }

    /// Pivots and changes of bound so far.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Lays the table anew and recomputes the values.
    fn renew(&mut self) {
        self.table.renew();
        for &var in &self.table.free {
            self.values[var] = nearest(self.bounds[var], self.values[var]);
        }
        self.table.settle(&mut self.values);
        self.since = 0;
    }

    fn phase(&self) -> Phase {
        if self.violates(FEASIBLE) { Phase::Feasibility } else { Phase::Cost }
    }

    fn violates(&self, tolerance: f64) -> bool {
        self.table.basic.iter().any(|&var| side(self.bounds[var], self.values[var], tolerance) != 0.0)
    }

    /// Lets the bounds give way where only rounding lies outside of them.
    fn widen(&mut self) {
        for (bounds, value) in self.bounds.iter_mut().zip(&self.values) {
            bounds.lower = bounds.lower.min(*value);
            bounds.upper = bounds.upper.max(*value);
        }
    }

    /// What a unit of each basic variable costs in a phase.
    fn weights(&self, phase: Phase) -> Vec<f64> {
        let weight = |&var: &usize| match phase {
            Phase::Feasibility => side(self.bounds[var], self.values[var], FEASIBLE),
            Phase::Cost => self.cost[var],
        };
        self.table.basic.iter().map(weight).collect()
    }

    /// The variable to enter: the steepest edge, or the first that leads down when stalled.
    fn entering(&self, phase: Phase) -> Option<Entering> {
        let edges = self.edges(phase);
        let downhill = |(column, edge): (usize, &Edge)| {
            let var = self.table.free[column];
            let (bounds, value) = (self.bounds[var], self.values[var]);
            let open = if edge.slope < 0.0 { value < bounds.upper } else { value > bounds.lower };
            (open && edge.slope.abs() > SLOPE * edge.size).then_some((column, *edge))
        };
        let downhill = edges.iter().enumerate().filter_map(downhill);
        let best = if self.stalled > STALLED {
            downhill.min_by_key(|(column, _)| self.table.free[*column])
        } else {
            downhill.max_by(|one, two| one.1.steepness().total_cmp(&two.1.steepness()))
        };
        best.map(|(column, edge)| Entering { column, way: -edge.slope.signum() })
    }

    fn edges(&self, phase: Phase) -> Vec<Edge> {
        let own = |&var: &usize| if phase == Phase::Cost { self.cost[var] } else { 0.0 };
        let start = |slope: f64| Edge { slope, size: slope.abs(), length: 1.0 };
        let mut edges: Vec<Edge> = self.table.free.iter().map(own).map(start).collect();
        for (row, weight) in self.weights(phase).into_iter().enumerate() {
            let entries = edges.iter_mut().zip(self.table.row(row));
            for (edge, entry) in entries.filter(|(_, entry)| **entry != 0.0) {
                edge.slope += weight * entry;
                edge.size += weight.abs() * entry.abs().max(SMALL);
                edge.length += entry * entry;
            }
        }
        edges
    }

    /// What stops the variable that enters, and how far it gets; none if nothing does.
    fn block(&self, phase: Phase, entering: Entering) -> Option<(Block, f64)> {
        let var = self.table.free[entering.column];
        let own = self.bounds[var].upper - self.bounds[var].lower;
        let nearing = self.nearing(phase, entering);
        let relaxed = |near: &Nearing| (near.distance + RELAXED * near.bound.abs().max(1.0)) / near.speed;
        let most = nearing.iter().map(relaxed).fold(f64::INFINITY, f64::min);
        let ties = nearing.iter().filter(|near| near.distance / near.speed <= most);
        let best = if self.stalled > STALLED {
            ties.min_by_key(|near| self.table.basic[near.row])
        } else {
            ties.max_by(|one, two| one.speed.total_cmp(&two.speed))
        };
        let row = best.map(|near| {
            (Block::Row { row: near.row, bound: near.bound }, (near.distance / near.speed).max(0.0))
        });
        match row {
            Some((_, length)) if length < own => row,
            _ => own.is_finite().then_some((Block::Own, own)),
        }
    }

    /// The basic variables that a step brings nearer to a bound. One outside its bounds only stops at the bound it
    /// has missed.
    fn nearing(&self, phase: Phase, entering: Entering) -> Vec<Nearing> {
        let toward = |(row, entry): (usize, f64)| {
            let var = self.table.basic[row];
            let (bounds, value, speed) = (self.bounds[var], self.values[var], entering.way * entry);
            let missed = if phase == Phase::Feasibility { side(bounds, value, FEASIBLE) } else { 0.0 };
            let bound =
                if missed == 0.0 && speed > 0.0 || missed > 0.0 { bounds.upper } else { bounds.lower };
            let stops = speed.abs() > PIVOT && missed * speed <= 0.0 && bound.is_finite();
            let distance = (bound - value) * speed.signum();
            stops.then_some(Nearing { row, bound, distance, speed: speed.abs() })
        };
        self.table.column(entering.column).enumerate().filter_map(toward).collect()
    }

    /// Goes as far as the block.
    fn step(&mut self, entering: Entering, block: Block, length: f64) {
        let Entering { column, way } = entering;
        let var = self.table.free[column];
        for (row, entry) in self.table.column(column).enumerate() {
            self.values[self.table.basic[row]] += way * length * entry;
        }
        match block {
            Block::Own if way > 0.0 => self.values[var] = self.bounds[var].upper,
            Block::Own => self.values[var] = self.bounds[var].lower,
            Block::Row { row, bound } => {
                self.values[var] += way * length;
                self.values[self.table.basic[row]] = bound;
                self.table.pivot(row, column);
            }
        }
        self.steps += 1;
        self.since += 1;
        self.stalled = if length > SHORT { 0 } else { self.stalled + 1 };
    }

    /// The values and prices of the basis. A price of the wrong sign is rounding, and none.
    pub fn point(&self) -> Point {
        let width = self.table.free.len();
        let mut row_duals = self.table.prices(&self.cost);
        row_duals.iter_mut().enumerate().for_each(|(row, price)| *price = self.signed(width + row, *price));
        let mut reduced_costs = self.table.reduced(&self.cost, &row_duals);
        reduced_costs.iter_mut().enumerate().for_each(|(var, price)| *price = self.signed(var, *price));
        for &var in self.table.basic.iter().filter(|var| **var < width) {
            reduced_costs[var] = 0.0;
        }
        Point { values: self.values[..width].to_vec(), row_duals, reduced_costs }
    }

    /// A price if the bound that it speaks of holds, else zero.
    fn signed(&self, var: usize, price: f64) -> f64 {
        let (bounds, value) = (self.bounds[var], self.values[var]);
        let holds = if price > 0.0 { value <= bounds.lower } else { value >= bounds.upper };
        if holds { price } else { 0.0 }
    }
}

/// Where a variable that enters leads.
#[derive(Clone, Copy)]
struct Edge {
    /// What a unit of it costs.
    slope: f64,
    /// How large the numbers are of which the slope is the sum.
    size: f64,
    /// The square of how far all variables go per unit of it.
    length: f64,
}

impl Edge {
    fn steepness(&self) -> f64 {
        self.slope * self.slope / self.length
    }
}

/// Bounds that are one number but for rounding, made that number.
fn clean(bounds: Bounds) -> Bounds {
    bounds.only().map_or(bounds, |value| Bounds { lower: value, upper: value })
}

/// The bound nearest to a value, or the value itself where there is none.
fn nearest(bounds: Bounds, value: f64) -> f64 {
    let ends = [bounds.lower, bounds.upper].into_iter().filter(|bound| bound.is_finite());
    ends.min_by(|one, two| (one - value).abs().total_cmp(&(two - value).abs())).unwrap_or(value)
}

/// The side on which a value lies outside its bounds: -1 below, 1 above, 0 within the tolerance.
fn side(bounds: Bounds, value: f64, tolerance: f64) -> f64 {
    if bounds.lower - value > tolerance * bounds.lower.abs().max(1.0) {
        -1.0
    } else if value - bounds.upper > tolerance * bounds.upper.abs().max(1.0) {
        1.0
    } else {
        0.0
    }
}
