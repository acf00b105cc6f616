//! Minimises a program with Clarabel, a conic interior-point method (P. J. Goulart and Y. Chen, 2024): the
//! one file that knows it. It turns bounds, rows and convex terms into cones and reads values and duals
//! back; scaling and the measure of accuracy are left to others.

use super::form::{Bounds, Curved, Form, Outcome, Point, Shape, nothing, solution};
use super::newton;
use super::program::Program;
use super::scaling::Scaling;
use super::{Solution, Solver, Status};
use ::clarabel::algebra::CscMatrix;
use ::clarabel::solver::SupportedConeT::{
    ExponentialConeT, NonnegativeConeT, PowerConeT, SecondOrderConeT, ZeroConeT,
};
use ::clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};

/// Clarabel and its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clarabel {
    /// The residuals and the gap asked for, relative to the scaled program.
    pub tolerance: f64,
    /// The most iterations one attempt may take.
    pub iterations: u32,
}

/// How much looser than asked an answer may be and still count as almost optimal.
const ALMOST: f64 = 1e3;

/// An answer whose rows or slopes miss by this share of their largest part is no answer, whatever it is called.
const NO_ANSWER: f64 = 1e-2;

/// How one attempt is made.
#[derive(Clone, Copy)]
struct Attempt {
    equilibrate: bool,
    regularization: f64,
}

/// The first attempt trusts our scaling; the second adds Clarabel's own and regularises more.
const ATTEMPTS: [Attempt; 2] = [
    Attempt { equilibrate: false, regularization: 1e-8 },
    Attempt { equilibrate: true, regularization: 1e-7 },
];

impl Default for Clarabel {
    fn default() -> Clarabel {
        Clarabel { tolerance: 1e-10, iterations: 200 }
    }
}

impl Solver for Clarabel {
    fn name(&self) -> &'static str {
        "clarabel"
    }

    fn solve(&self, program: &Program) -> Solution {
        let Some(mut form) = Form::of(program) else { return nothing(program, Status::Infeasible, 0) };
        if form.width() == 0 {
            return solution(program, &form, &Point::default(), Status::Optimal);
        }
        let scaling = Scaling::equilibrate(&mut form);
        let mut outcome = self.minimise(&form);
        if form.is_fair() && outcome.status != Status::Infeasible {
            let minimise = |form: &Form| self.minimise(form);
            outcome = newton::refine(&form, outcome, self.tolerance, minimise);
        }
        if !outcome.is_usable() {
            return nothing(program, outcome.status, outcome.iterations);
        }
        scaling.unscale(&mut outcome.point);
        let found = solution(program, &form, &outcome.point, outcome.status);
        if !is_answer(program, &found) {
            return nothing(program, Status::NotConverged, outcome.iterations);
        }
        Solution { iterations: outcome.iterations, ..found }
    }
}

/// Whether the rows and slopes of a solution close: a program without a point or without an end is now and then
/// called solved.
fn is_answer(program: &Program, found: &Solution) -> bool {
    let (mut sums, mut slopes) = (0.0, 0.0);
    for term in program.terms() {
        let (row, var) = (term.row.position(), term.var.position());
        sums = f64::max(sums, (term.coefficient * found.values[var]).abs());
        slopes = f64::max(slopes, (term.coefficient * found.row_duals[row]).abs());
    }
    let largest_cost = program.costs().fold(slopes, |most, (_, cost)| most.max(cost.abs()));
    found.accuracy.primal <= NO_ANSWER * sums.max(1.0)
        && found.accuracy.dual <= NO_ANSWER * largest_cost.max(1.0)
}

impl Clarabel {
    /// Minimises a scaled form: one attempt, and another if the first did not settle the matter.
    fn minimise(&self, form: &Form) -> Outcome {
        let conic = Conic::of(form);
        let mut best = Outcome::default();
        if !conic.is_finite() {
            return best;
        }
        for attempt in ATTEMPTS {
            let Some((answer, surely)) = self.attempt(&conic, form.width(), attempt) else { continue };
            best = best.or(answer);
            if surely {
                break;
            }
        }
        best
    }

    /// One attempt; says too whether its status is sure.
    fn attempt(&self, conic: &Conic, width: usize, attempt: Attempt) -> Option<(Outcome, bool)> {
        let columns = conic.cost.len();
        let quadratic = diagonal(&conic.curvature);
        let (start, row, value) = (conic.start.clone(), conic.row.clone(), conic.value.clone());
        let matrix = CscMatrix::new(conic.right.len(), columns, start, row, value);
        let settings = self.settings(attempt);
        let mut solver =
            DefaultSolver::new(&quadratic, &conic.cost, &matrix, &conic.right, &conic.cones, settings)
                .ok()?;
        solver.solve();
        let answer = solver.solution;
        let (status, surely) = status(answer.status);
        let point = conic.point(&answer.x, &answer.z, width);
        let error = answer.r_prim + answer.r_dual + (answer.obj_val - answer.obj_val_dual).abs();
        Some((Outcome { status, point, iterations: answer.iterations, error }, surely))
    }

    fn settings(&self, attempt: Attempt) -> DefaultSettings<f64> {
        let almost = self.tolerance * ALMOST;
        DefaultSettings {
            verbose: false,
            max_iter: self.iterations,
            tol_gap_abs: self.tolerance,
            tol_gap_rel: self.tolerance,
            tol_feas: self.tolerance,
            reduced_tol_gap_abs: almost,
            reduced_tol_gap_rel: almost,
            reduced_tol_feas: almost,
            equilibrate_enable: attempt.equilibrate,
            static_regularization_constant: attempt.regularization,
            presolve_enable: false,
            max_threads: 1,
            direct_solve_method: "qdldl".to_string(),
            ..DefaultSettings::default()
        }
    }
}

/// Clarabel's status in our words, and whether it is sure of it.
fn status(status: SolverStatus) -> (Status, bool) {
    match status {
        SolverStatus::Solved => (Status::Optimal, true),
        SolverStatus::AlmostSolved => (Status::AlmostOptimal, false),
        SolverStatus::PrimalInfeasible => (Status::Infeasible, true),
        SolverStatus::AlmostPrimalInfeasible => (Status::Infeasible, false),
        SolverStatus::DualInfeasible => (Status::Unbounded, true),
        SolverStatus::AlmostDualInfeasible => (Status::Unbounded, false),
        _ => (Status::NotConverged, false),
    }
}

/// Where the two bounds of a row or column stand among Clarabel's rows.
#[derive(Clone, Copy, Default)]
struct Place {
    equal: Option<usize>,
    lower: Option<usize>,
    upper: Option<usize>,
}

impl Place {
    /// The places that hold the sum itself (an equation, an upper bound) or its negative (a lower bound).
    fn signed(self) -> [Option<(usize, f64)>; 3] {
        [self.equal.map(|at| (at, 1.0)), self.upper.map(|at| (at, 1.0)), self.lower.map(|at| (at, -1.0))]
    }

    /// What a unit more on the right-hand side is worth, from Clarabel's duals.
    fn marginal(self, duals: &[f64]) -> f64 {
        self.signed().into_iter().flatten().map(|(at, sign)| -sign * duals[at]).sum()
    }
}

/// A form in Clarabel's words: `min x'Px/2 + q'x`, `Ax + s = b`, `s` in a product of cones.
#[derive(Default)]
struct Conic {
    curvature: Vec<f64>,
    cost: Vec<f64>,
    start: Vec<usize>,
    row: Vec<usize>,
    value: Vec<f64>,
    right: Vec<f64>,
    cones: Vec<SupportedConeT<f64>>,
    rows: Vec<Place>,
    columns: Vec<Place>,
    /// Coefficients of the curved cones: column, row, value.
    bends: Vec<(usize, usize, f64)>,
}

/// A row of a cone: a constant and coefficients of columns.
type Affine<'a> = (f64, &'a [(usize, f64)]);

impl Conic {
    fn of(form: &Form) -> Conic {
        let mut conic = Conic {
            curvature: vec![0.0; form.width()],
            cost: form.cost.clone(),
            rows: vec![Place::default(); form.rows.len()],
            columns: vec![Place::default(); form.width()],
            ..Conic::default()
        };
        conic.place_bounds(form);
        for term in &form.curved {
            conic.bend(term);
        }
        if conic.right.is_empty() {
            conic.add_cone(NonnegativeConeT(1), &[(1.0, &[])]);
        }
        conic.lay_columns(form);
        conic
    }

    /// Gives every finite bound its row: equations first, then one-sided bounds.
    fn place_bounds(&mut self, form: &Form) {
        let right = &mut self.right;
        let mut add = |bound: f64| {
            right.push(bound);
            Some(right.len() - 1)
        };
        for (place, bounds) in self.rows.iter_mut().zip(&form.rows) {
            place.equal = bounds.only().and_then(&mut add);
        }
        let equations = self.right.len();
        let positive = form.positive();
        for (place, bounds) in self.rows.iter_mut().zip(&form.rows).filter(|(place, _)| place.equal.is_none())
        {
            place_sides(place, *bounds, &mut self.right);
        }
        for (column, place) in self.columns.iter_mut().enumerate() {
            let mut bounds = form.columns[column];
            if positive[column] && bounds.lower <= 0.0 {
                bounds.lower = f64::NEG_INFINITY;
            }
            place_sides(place, bounds, &mut self.right);
        }
        let sides = self.right.len() - equations;
        self.cones.extend((equations > 0).then_some(ZeroConeT(equations)));
        self.cones.extend((sides > 0).then_some(NonnegativeConeT(sides)));
    }

    /// Adds a convex term.
    fn bend(&mut self, term: &Curved) {
        match term.shape {
            Shape::Quadratic { target } => {
                self.curvature[term.column] += term.weight;
                self.cost[term.column] -= term.weight * target;
            }
            Shape::AlphaFair { alpha } => self.bend_fair(term.column, term.weight, alpha),
        }
    }

    /// Adds `-weight phi_alpha(x)` as a cost on `t`, and the cones that tie `t` to `x`.
    fn bend_fair(&mut self, x: usize, weight: f64, alpha: f64) {
        let slope = if alpha == 1.0 { -weight } else { weight / (alpha - 1.0) };
        let t = self.add_column(slope);
        if alpha == 1.0 {
            self.add_cone(ExponentialConeT(), &[(0.0, &[(t, 1.0)]), (1.0, &[]), (0.0, &[(x, 1.0)])]);
        } else if alpha == 0.5 {
            self.add_product((0.0, &[(x, 1.0)]), (1.0, &[]), (0.0, &[(t, 1.0)]));
        } else if alpha < 1.0 {
            self.add_cone(PowerConeT(1.0 - alpha), &[(0.0, &[(x, 1.0)]), (1.0, &[]), (0.0, &[(t, 1.0)])]);
        } else if alpha == 2.0 {
            self.add_product((0.0, &[(x, 1.0)]), (0.0, &[(t, 1.0)]), (1.0, &[]));
        } else if alpha == 3.0 {
            let inverse = self.add_column(0.0);
            self.add_product((0.0, &[(x, 1.0)]), (0.0, &[(inverse, 1.0)]), (1.0, &[]));
            self.add_product((0.0, &[(t, 1.0)]), (1.0, &[]), (0.0, &[(inverse, 1.0)]));
        } else {
            let power = (alpha - 1.0) / alpha;
            self.add_cone(PowerConeT(power), &[(0.0, &[(x, 1.0)]), (0.0, &[(t, 1.0)]), (1.0, &[])]);
        }
    }

    /// Adds `one * two >= root^2`, both positive, as a second-order cone.
    fn add_product(&mut self, one: Affine<'_>, two: Affine<'_>, root: Affine<'_>) {
        let with = |sign: f64| -> Vec<(usize, f64)> {
            one.1.iter().copied().chain(two.1.iter().map(|(column, value)| (*column, sign * value))).collect()
        };
        let twice: Vec<(usize, f64)> = root.1.iter().map(|(column, value)| (*column, 2.0 * value)).collect();
        let rows: [Affine<'_>; 3] =
            [(one.0 + two.0, &with(1.0)), (one.0 - two.0, &with(-1.0)), (2.0 * root.0, &twice)];
        self.add_cone(SecondOrderConeT(3), &rows);
    }

    fn add_cone(&mut self, cone: SupportedConeT<f64>, rows: &[Affine<'_>]) {
        for (constant, coefficients) in rows {
            let at = self.right.len();
            self.right.push(*constant);
            self.bends.extend(coefficients.iter().map(|(column, value)| (*column, at, -value)));
        }
        self.cones.push(cone);
    }

    fn add_column(&mut self, cost: f64) -> usize {
        self.cost.push(cost);
        self.curvature.push(0.0);
        self.cost.len() - 1
    }

    /// Writes the matrix column by column, rows rising.
    fn lay_columns(&mut self, form: &Form) {
        self.bends.sort_by_key(|(column, row, _)| (*column, *row));
        let mut bends = std::mem::take(&mut self.bends).into_iter().peekable();
        self.start.push(0);
        let mut entries = Vec::new();
        for column in 0..self.cost.len() {
            if column < form.width() {
                self.gather(form, column, &mut entries);
            }
            while let Some((_, row, value)) = bends.next_if(|bend| bend.0 == column) {
                entries.push((row, value));
            }
            self.row.extend(entries.iter().map(|entry| entry.0));
            self.value.extend(entries.iter().map(|entry| entry.1));
            self.start.push(self.row.len());
            entries.clear();
        }
    }

    /// The coefficients of a column of the form in its rows and bounds.
    fn gather(&self, form: &Form, column: usize, entries: &mut Vec<(usize, f64)>) {
        for (row, value) in form.column(column).filter(|(_, value)| *value != 0.0) {
            let places = self.rows[row].signed().into_iter().flatten();
            entries.extend(places.map(|(at, sign)| (at, sign * value)));
        }
        entries.extend(self.columns[column].signed().into_iter().flatten());
        entries.sort_unstable_by_key(|entry| entry.0);
    }

    fn is_finite(&self) -> bool {
        let all = [&self.curvature, &self.cost, &self.value, &self.right];
        all.into_iter().flatten().all(|number| number.is_finite())
    }

    fn point(&self, values: &[f64], duals: &[f64], width: usize) -> Point {
        let marginals = |places: &[Place]| places.iter().map(|place| place.marginal(duals)).collect();
        Point {
            values: values[..width].to_vec(),
            row_duals: marginals(&self.rows),
            reduced_costs: marginals(&self.columns),
        }
    }
}

fn place_sides(place: &mut Place, bounds: Bounds, right: &mut Vec<f64>) {
    if bounds.lower.is_finite() {
        place.lower = Some(right.len());
        right.push(-bounds.lower);
    }
    if bounds.upper.is_finite() {
        place.upper = Some(right.len());
        right.push(bounds.upper);
    }
}

fn diagonal(curvature: &[f64]) -> CscMatrix<f64> {
    let on: Vec<usize> = (0..curvature.len()).filter(|at| curvature[*at] != 0.0).collect();
    let start = std::iter::once(0).chain(curvature.iter().scan(0, |count, value| {
        *count += usize::from(*value != 0.0);
        Some(*count)
    }));
    let values = on.iter().map(|at| curvature[*at]).collect();
    CscMatrix::new(curvature.len(), curvature.len(), start.collect(), on, values)
}
