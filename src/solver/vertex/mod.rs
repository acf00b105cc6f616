//! A linear program kept at a vertex: the simplex method for the sparse programs of a basin (G. B. Dantzig, 1963),
//! primal, with bounds on variables and on the sums of rows, which starts each solve where the last one ended.
//!
//! At a vertex what is tight is told from what is nearly so, and prices are exact; an interior-point method is
//! faster on one program, but stops a hair before every bound. The program's layout, its scaling and the measure
//! of accuracy are those of the other methods; the small dense programs of games have a simplex of their own.

mod determined;
mod face;
mod factor;
mod lift;
mod matrix;
mod walk;

use super::form::{Bounds, Form, Point, nothing, solution};
use super::program::{Program, Row, Var};
use super::scaling::Scaling;
use super::{Solution, Solver, Status};
pub use determined::settle;
pub use face::Face;
pub use lift::{HELD, Lift};
use walk::Walk;

/// A linear program that stands at a basis.
#[derive(Clone, Debug)]
pub struct Vertex {
    form: Form,
    scaling: Scaling,
    walk: Walk,
    /// The column of each variable of the program, if it can move.
    column: Vec<Option<usize>>,
    /// The lower bound of each variable: the value of one that cannot move.
    fixed: Vec<f64>,
    /// What the variables that cannot move give to each row.
    given: Vec<f64>,
    /// What the costs were multiplied by.
    cost_factor: f64,
}

/// A basis of a program, to start another like it from.
#[derive(Clone, Debug)]
pub struct Basis {
    basic: Vec<usize>,
    values: Vec<f64>,
}

impl Vertex {
    /// Lays a program out, at the basis of all sums; none if its bounds contradict themselves. Convex terms are left
    /// aside.
    pub fn of(program: &Program) -> Option<Vertex> {
        let mut form = Form::of(program)?;
        let fixed: Vec<f64> = program.variables().iter().map(|variable| variable.lower).collect();
        let mut column = vec![None; fixed.len()];
        form.kept.iter().enumerate().for_each(|(at, &var)| column[var] = Some(at));
        let mut given = vec![0.0; program.rows().len()];
        for term in program.terms().iter().filter(|term| column[term.var.position()].is_none()) {
            given[term.row.position()] += term.coefficient * fixed[term.var.position()];
        }
        let scaling = Scaling::equilibrate(&mut form);
        let walk = Walk::of(&form);
        let mut vertex = Vertex { form, scaling, walk, column, fixed, given, cost_factor: 1.0 };
        vertex.set_costs(program.costs());
        Some(vertex)
    }

    /// The basis it stands at.
    pub fn basis(&self) -> Basis {
        let (basic, values) = self.walk.basis();
        Basis { basic: basic.to_vec(), values: values.to_vec() }
    }

    /// Whether a basis is of a program of the same size.
    pub fn fits(&self, basis: &Basis) -> bool {
        let (basic, values) = self.walk.basis();
        basic.len() == basis.basic.len() && values.len() == basis.values.len()
    }

    /// Goes to the basis of another program with the same rows and columns, to start from there; stays where it is if
    /// the programs differ in size.
    pub fn go_to(&mut self, basis: &Basis) {
        self.walk.go_to(&basis.basic, &basis.values);
    }

    /// Goes to a basis near a point of the program: what stands furthest from its bounds is basic.
    pub fn go_near(&mut self, values: &[f64]) {
        let width = self.form.width();
        let mut point = vec![0.0; width + self.form.rows.len()];
        for column in 0..width {
            point[column] = values[self.form.kept[column]] / self.scaling.column[column];
            for (row, coefficient) in self.form.column(column) {
                point[width + row] += coefficient * point[column];
            }
        }
        self.walk.go_near(&point);
    }

    /// Makes these costs the objective, instead of any before.
    pub fn set_costs(&mut self, costs: impl IntoIterator<Item = (Var, f64)>) {
        self.walk.cost.fill(0.0);
        for (var, cost) in costs {
            if let Some(column) = self.column[var.position()] {
                self.walk.cost[column] += cost * self.scaling.column[column];
            }
        }
        let largest = self.walk.cost.iter().fold(0.0, |most: f64, cost| most.max(cost.abs()));
        self.cost_factor = if largest > 0.0 { (-largest.log2().round()).exp2() } else { 1.0 };
        self.walk.cost.iter_mut().for_each(|cost| *cost *= self.cost_factor);
    }

    /// Changes the bounds of a variable that could move when the program was laid out.
    pub fn set_bounds(&mut self, var: Var, lower: f64, upper: f64) {
        if let Some(column) = self.column[var.position()] {
            let unit = self.scaling.column[column];
            self.walk.bounds[column] = Bounds { lower: lower / unit, upper: upper / unit };
        }
    }

    /// The bounds of a variable; its value twice if it could not move when the program was laid out.
    pub fn bounds(&self, var: Var) -> (f64, f64) {
        match self.column[var.position()] {
            Some(column) => {
                let (bounds, unit) = (self.walk.bounds[column], self.scaling.column[column]);
                (bounds.lower * unit, bounds.upper * unit)
            }
            None => (self.fixed[var.position()], self.fixed[var.position()]),
        }
    }

    /// Changes the bounds of a row.
    pub fn set_row_bounds(&mut self, row: Row, lower: f64, upper: f64) {
        let at = row.position();
        let (factor, given) = (self.scaling.row[at], self.given[at]);
        self.walk.bounds[self.form.width() + at] =
            Bounds { lower: (lower - given) * factor, upper: (upper - given) * factor };
    }

    /// Walks to a best vertex. [`Status::NotConverged`] if it cannot be found; the program then stands where the walk
    /// ended.
    pub fn minimise(&mut self) -> Status {
        self.walk.run()
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u32 {
        self.walk.steps
    }

    /// The value of a variable.
    pub fn value(&self, var: Var) -> f64 {
        match self.column[var.position()] {
            Some(column) => self.walk.values[column] * self.scaling.column[column],
            None => self.fixed[var.position()],
        }
    }

    /// What a unit more on the right-hand side of a row costs.
    pub fn row_dual(&self, row: Row) -> f64 {
        let at = row.position();
        self.walk.slope(self.form.width() + at) * self.scaling.row[at] / self.cost_factor
    }

    /// What a unit more of a variable costs at its bound.
    pub fn reduced_cost(&self, var: Var) -> f64 {
        self.column[var.position()]
            .map_or(0.0, |column| self.walk.slope(column) / (self.scaling.column[column] * self.cost_factor))
    }

    /// Keeps what bears a price at this vertex where it is, but for some rows: all best plans have it there.
    pub fn hold_tight(&mut self, but: &[Row]) {
        let width = self.form.width();
        let spared: Vec<usize> = but.iter().map(|row| width + row.position()).collect();
        for var in 0..self.walk.values.len() {
            if self.walk.slope(var) != 0.0 && !spared.contains(&var) {
                let value = self.walk.values[var];
                self.walk.bounds[var] = Bounds { lower: value, upper: value };
            }
        }
    }

    /// What stands still among all points that keep what is kept where it is, as bounds of the program's variables and rows.
    pub fn face(&mut self, program: &Program) -> Face {
        let width = self.form.width();
        self.walk.fix_blocked();
        let still = self.walk.still();
        let stands = |at: usize| still[at].then_some(self.walk.values[at]);
        let fixed = program.variable_ids().filter_map(|var| {
            let column = self.column[var.position()]?;
            stands(column).map(|value| (var, value * self.scaling.column[column]))
        });
        let tight = program.row_ids().filter_map(|row| {
            let at = row.position();
            stands(width + at).map(|value| (row, value / self.scaling.row[at] + self.given[at]))
        });
        Face { fixed: fixed.collect(), tight: tight.collect() }
    }

    /// The vertex as a solution of a program of the same rows and columns.
    pub fn solution(&self, program: &Program, status: Status) -> Solution {
        let width = self.form.width();
        let slope = |var: usize| self.walk.slope(var);
        let mut point = Point {
            values: self.walk.values[..width].to_vec(),
            row_duals: (width..self.walk.values.len()).map(slope).collect(),
            reduced_costs: (0..width).map(slope).collect(),
        };
        let scaling = Scaling { objective: self.cost_factor, ..self.scaling.clone() };
        scaling.unscale(&mut point);
        Solution { iterations: self.walk.steps, ..solution(program, &self.form, &point, status) }
    }
}

/// The simplex method for sparse linear programs, from the basis of all sums.
///
/// It does not bend: a program with a convex term is answered [`Status::NotConverged`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SparseSimplex;

impl Solver for SparseSimplex {
    fn name(&self) -> &'static str {
        "sparse-simplex"
    }

    fn solve(&self, program: &Program) -> Solution {
        if !program.convex_terms().is_empty() {
            return nothing(program, Status::NotConverged, 0);
        }
        let Some(mut vertex) = Vertex::of(program) else { return nothing(program, Status::Infeasible, 0) };
        match vertex.minimise() {
            Status::Optimal => vertex.solution(program, Status::Optimal),
            status => nothing(program, status, vertex.steps()),
        }
    }
}
