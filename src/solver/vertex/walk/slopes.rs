//! Slopes: what a unit more of each variable costs when the basic ones follow, from the prices of the rows, and how
//! they and the reference weights follow an exchange.

use super::{FEASIBLE, OUTSIDE, Phase, Walk, side};

/// A slope is none below this, the largest cost being one,
const SLOPE: f64 = 3e-10;

/// nor, while only what lies outside its bounds counts, below this: what entries too small for a pivot add up to;
const UNSURE: f64 = 1e-7;

/// nor below this share of the numbers it is the sum of.
pub(super) const SUMMED: f64 = 4e-15;

/// How many times the noise a slope must be to be called a price.
const SURELY: f64 = 10.0;

/// How often fresh prices are sharpened.
const REFINED: usize = 2;

/// Weights above this make the reference frame start anew.
const FRAME: f64 = 1e7;

impl Walk {
    /// What a unit more of a basic variable costs in a phase.
    fn cost_in(&self, phase: Phase, var: usize) -> f64 {
        match phase {
            Phase::Feasibility => side(self.bounds[var], self.values[var], FEASIBLE),
            Phase::Cost => self.cost[var],
        }
    }

    /// Prices the basis and computes every slope anew.
    pub(super) fn find_slopes(&mut self, phase: Phase) {
        let mut prices = std::mem::take(&mut self.prices);
        for (price, &var) in prices.iter_mut().zip(&self.basic) {
            *price = self.cost_in(phase, var);
        }
        self.factor.solve_transposed(&mut prices);
        if self.factor.exchanges() == 0 {
            self.refine(phase, &mut prices);
        }
        for var in 0..self.values.len() {
            if self.place[var] != OUTSIDE {
                self.slope[var] = 0.0;
                continue;
            }
            let own = if phase == Phase::Cost { self.cost[var] } else { 0.0 };
            let (slope, size) = self.slope_at(var, own, &prices);
            self.slope[var] = slope;
            let least = if phase == Phase::Cost { SLOPE } else { UNSURE };
            let blur = if phase == Phase::Cost { self.blur } else { 1.0 };
            self.noise[var] = blur * (least + SUMMED * size);
        }
        self.prices = prices;
    }

    /// What is left of a cost when the rows are paid their prices, and the size of the numbers it is the sum of.
    fn slope_at(&self, var: usize, cost: f64, prices: &[f64]) -> (f64, f64) {
        match var.checked_sub(self.width) {
            Some(row) => (cost + prices[row], cost.abs() + prices[row].abs()),
            None => self.columns.line(var).fold((cost, cost.abs()), |(slope, size), (row, entry)| {
                let paid = prices[row] * entry;
                (slope - paid, size + paid.abs())
            }),
        }
    }

    /// Sharpens the prices: what they leave of the basic variables' costs is priced too.
    fn refine(&mut self, phase: Phase, prices: &mut [f64]) {
        let mut left = std::mem::take(&mut self.entering);
        for _ in 0..REFINED {
            for (left, &var) in left.iter_mut().zip(&self.basic) {
                *left = self.slope_at(var, self.cost_in(phase, var), prices).0;
            }
            self.factor.solve_transposed(&mut left);
            prices.iter_mut().zip(&left).for_each(|(price, left)| *price += left);
        }
        self.entering = left;
    }

    /// Lets a variable take a place of the basis, and slopes and weights follow.
    pub(super) fn exchange(&mut self, var: usize, place: usize) {
        let out = self.basic[place];
        let pivot = self.entering[place];
        self.prices.fill(0.0);
        self.prices[place] = 1.0;
        self.factor.solve_transposed(&mut self.prices);
        let ratio = self.slope[var] / pivot;
        let weight = self.weight[var];
        let mut largest: f64 = 1.0;
        self.spread_prices();
        for other in 0..self.values.len() {
            let entry = self.leaving[other];
            if entry != 0.0 {
                if self.place[other] == OUTSIDE && other != var {
                    self.slope[other] -= ratio * entry;
                    let share = entry / pivot;
                    let new = self.weight[other].max(share * share * weight);
                    self.weight[other] = new;
                    largest = largest.max(new);
                }
                self.leaving[other] = 0.0;
            }
        }
        self.slope[out] = -ratio;
        self.weight[out] = (weight / (pivot * pivot)).max(1.0);
        self.slope[var] = 0.0;
        self.place[out] = OUTSIDE;
        self.place[var] = place as u32;
        self.basic[place] = var;
        self.factor.exchange(place, &self.entering);
        if largest.max(self.weight[out]) > FRAME {
            self.weight.fill(1.0);
        }
    }

    /// The row of the table that belongs to the prices, by variable.
    fn spread_prices(&mut self) {
        for (row, &price) in self.prices.iter().enumerate() {
            if price != 0.0 {
                self.leaving[self.width + row] = -price;
                for (column, entry) in self.rows.line(row) {
                    self.leaving[column] += price * entry;
                }
            }
        }
    }

    pub(super) fn is_basic(&self, var: usize) -> bool {
        self.place[var] != OUTSIDE
    }

    /// The slope of a variable outside the basis; zero inside, and where it is only rounding.
    pub fn slope(&self, var: usize) -> f64 {
        let none = self.is_basic(var) || self.slope[var].abs() <= SURELY * self.noise[var];
        if none { 0.0 } else { self.slope[var] }
    }
}
