//! What is found once for programs of one pattern: the scaling, the standard form, the order of elimination and the
//! blocks of the factor; and the way back from a lane's point to a solution of its program. It takes no step.

use super::super::Solution;
use super::super::form::{Bounds, Form, Point as FormPoint, Shape};
use super::super::program::Program;
use super::super::scaling::Scaling;
use super::blocks::Blocks;
use super::order::{eliminate, stages};
use super::point::Point;
use super::standard::{Data, Standard, scale_slopes, scaled};
use super::start::Near;
use std::sync::{Arc, Mutex};

/// How many patterns are remembered.
const REMEMBERED: usize = 12;

/// The work that is done once for a pattern.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The form it was made from.
    form: Form,
    scaling: Scaling,
    /// The standard form, its rows in the order of elimination.
    pub standard: Standard,
    /// The blocks of its factor.
    pub blocks: Arc<Blocks>,
}

/// The blocks of patterns met before. They follow from the pattern alone, so no answer depends on what is
/// remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: Mutex<Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    start: Vec<usize>,
    row: Vec<usize>,
    stage: Vec<usize>,
    blocks: Arc<Blocks>,
}

impl Memory {
    /// The blocks of a pattern whose rows belong to given stages.
    fn blocks(&self, standard: &Standard, stage: Vec<usize>) -> Arc<Blocks> {
        let known = |known: &&Known| {
            known.start == standard.start && known.row == standard.row && known.stage == stage
        };
        let mut all = match self.known.lock() {
            Ok(all) => all,
            Err(poisoned) => poisoned.into_inner(),
        };
        if let Some(found) = all.iter().find(known) {
            return found.blocks.clone();
        }
        let blocks = Arc::new(Blocks::of(&eliminate(standard.pattern(), &stage), standard.pattern()));
        if all.len() == REMEMBERED {
            all.remove(0);
        }
        let (start, row) = (standard.start.clone(), standard.row.clone());
        all.push(Known { start, row, stage, blocks: blocks.clone() });
        blocks
    }
}

impl Plan {
    /// The plan for a program laid out as a form.
    pub fn of(program: &Program, form: Form, memory: &Memory) -> Plan {
        let mut own = form.clone();
        let mut scaling = Scaling::equilibrate(&mut own);
        scale_slopes(&mut own, &mut scaling);
        let mut standard = Standard::of(&own);
        let mut stage = vec![0; standard.rows];
        for (place, of_row) in standard.place.iter().zip(stages(program, &form)) {
            place.iter().for_each(|&place| stage[place] = of_row);
        }
        let blocks = memory.blocks(&standard, stage);
        standard.reorder(&blocks);
        Plan { form, scaling, standard, blocks }
    }

    /// Whether another form differs only in right-hand sides, bounds, costs and weights.
    pub fn fits(&self, form: &Form) -> bool {
        let kind = |bounds: &Bounds| {
            (bounds.lower.is_finite(), bounds.upper.is_finite(), bounds.only().is_some(), bounds.lower > 0.0)
        };
        let row_kind = |bounds: &Bounds| (kind(bounds).0, kind(bounds).1, kind(bounds).2);
        let mine = &self.form;
        mine.kept == form.kept
            && mine.start == form.start
            && mine.row == form.row
            && mine.value == form.value
            && mine.rows.iter().map(row_kind).eq(form.rows.iter().map(row_kind))
            && mine.columns.iter().map(kind).eq(form.columns.iter().map(kind))
            && mine.curved.len() == form.curved.len()
            && mine.curved.iter().zip(&form.curved).all(|(one, two)| {
                let same = match (one.shape, two.shape) {
                    (Shape::AlphaFair { alpha: one }, Shape::AlphaFair { alpha: two }) => one == two,
                    (Shape::Quadratic { .. }, Shape::Quadratic { .. }) => true,
                    _ => false,
                };
                same && one.column == two.column
            })
    }

    /// Puts the numbers of a form that fits into a lane.
    pub fn put<const L: usize>(&self, data: &mut Data<L>, lane: usize, form: &Form) {
        data.put(lane, &self.standard, &scaled(form, &self.scaling));
    }

    /// A solution of a like program in the units of the plan; none if it is of another shape or holds no numbers.
    pub fn near(&self, near: &Solution) -> Option<Near> {
        let standard = &self.standard;
        let last = self.form.kept.last().copied()?;
        if near.values.len() <= last || near.row_duals.len() < standard.place.len() {
            return None;
        }
        let mut x = vec![0.0; standard.columns()];
        let units = self.form.kept.iter().zip(&self.scaling.column);
        for (&column, (&at, unit)) in standard.own.iter().zip(units) {
            x[column] = near.values[at] / unit;
        }
        // slacks are still nothing
        let mut sums = vec![0.0; standard.rows];
        for (column, x) in x.iter().enumerate() {
            standard.column(column).for_each(|(row, value)| sums[row] += value * x);
        }
        let mut y = vec![0.0; standard.rows];
        for (row, place) in standard.place.iter().enumerate() {
            let Some(place) = *place else { continue };
            y[place] = near.row_duals[row] * self.scaling.objective / self.scaling.row[row];
            standard.slack[row].iter().for_each(|&slack| x[slack] = sums[place]);
        }
        x.iter().chain(&y).all(|number| number.is_finite()).then_some(Near { x, y })
    }

    /// A lane's point in the units of the program.
    pub fn point<const L: usize>(&self, found: &Point<L>, lane: usize) -> FormPoint {
        let standard = &self.standard;
        let mut reduced = vec![0.0; standard.columns()];
        for (&column, price) in standard.low.iter().zip(&found.floor) {
            reduced[column as usize] += price.0[lane];
        }
        for (&column, price) in standard.high.iter().zip(&found.ceiling) {
            reduced[column as usize] -= price.0[lane];
        }
        let mut point = FormPoint {
            values: standard.own.iter().map(|&column| found.x[column].0[lane]).collect(),
            row_duals: standard.place.iter().map(|row| row.map_or(0.0, |row| found.y[row].0[lane])).collect(),
            reduced_costs: standard.own.iter().map(|&column| reduced[column]).collect(),
        };
        self.scaling.unscale(&mut point);
        point
    }
}
