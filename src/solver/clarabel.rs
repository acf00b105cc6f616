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
        Clarabel { tolerance: 1e-9, iterations: 200 }
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
        Solution {
            iterations: outcome.iterations,
            ..solution(program, &form, &outcome.point, outcome.status)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::program::{ConvexTerm, Label, Name, Row, Var};

    const INF: f64 = f64::INFINITY;

    struct Draft {
        program: Program,
        name: Name,
    }

    impl Draft {
        fn new() -> Draft {
            let mut program = Program::new();
            let name = program.name("a");
            Draft { program, name }
        }

        fn label(&self) -> Label {
            Label { family: "x", element: self.name, period: None }
        }

        fn var(&mut self, lower: f64, upper: f64, cost: f64) -> Var {
            let var = self.program.add_variable(self.label(), lower, upper);
            self.program.add_cost(var, cost);
            var
        }

        fn row(&mut self, lower: f64, upper: f64, terms: &[(Var, f64)]) -> Row {
            let row = self.program.add_row(self.label(), lower, upper);
            terms.iter().for_each(|(var, value)| self.program.add_term(row, *var, *value));
            row
        }

        fn solve(&self) -> Solution {
            Clarabel::default().solve(&self.program)
        }

        fn fair(&mut self, var: Var, weight: f64, alpha: f64) {
            self.program.add_convex(ConvexTerm::AlphaFair { var, weight, alpha });
        }
    }

    fn near(found: &[f64], wanted: &[f64], within: f64) {
        assert_eq!(found.len(), wanted.len());
        for (one, two) in found.iter().zip(wanted) {
            assert!((one - two).abs() <= within, "{found:?} is not {wanted:?}");
        }
    }

    /// min -3x - 2y, x + y <= 4, x + 3y <= 6, 0 <= x <= 3: x = 3, y = 1, by hand.
    #[test]
    fn a_linear_program_gives_the_values_and_prices_found_by_hand() {
        let mut draft = Draft::new();
        let x = draft.var(0.0, 3.0, -3.0);
        let y = draft.var(0.0, INF, -2.0);
        draft.row(-INF, 4.0, &[(x, 1.0), (y, 1.0)]);
        draft.row(-INF, 6.5, &[(x, 1.0), (y, 3.0)]);
        let found = draft.solve();
        assert_eq!(found.status, Status::Optimal);
        near(&found.values, &[3.0, 1.0], 1e-7);
        near(&found.row_duals, &[-2.0, 0.0], 1e-7);
        near(&found.reduced_costs, &[-1.0, 0.0], 1e-7);
        assert!((found.objective + 11.0).abs() < 1e-8);
        assert!(found.accuracy.primal < 1e-7 && found.accuracy.dual < 1e-7 && found.accuracy.gap < 1e-7);
    }

    /// min 2x + 5y, x + y = 10, 3 <= x - y <= 4: the sum costs 3.5 a unit, the upper limit saves 1.5.
    #[test]
    fn equations_and_ranges_have_prices_of_the_right_sign_for_the_bound_that_holds() {
        for (cost, wanted) in [([2.0, 5.0], [7.0, 3.0]), ([5.0, 2.0], [6.5, 3.5])] {
            let mut draft = Draft::new();
            let x = draft.var(-INF, INF, cost[0]);
            let y = draft.var(-INF, INF, cost[1]);
            draft.row(10.0, 10.0, &[(x, 1.0), (y, 1.0)]);
            draft.row(3.0, 4.0, &[(x, 1.0), (y, -1.0)]);
            let found = draft.solve();
            near(&found.values, &wanted, 1e-7);
            near(&found.row_duals, &[3.5, 0.5 * (cost[0] - cost[1])], 1e-7);
        }
    }

    #[test]
    fn duals_are_the_change_of_the_least_objective_when_a_right_hand_side_is_raised() {
        let least = |raise: [f64; 2]| {
            let mut draft = Draft::new();
            let x = draft.var(1.0 + raise[1], 50.0, 3.0);
            let y = draft.var(0.0, 4.0, 1.0);
            draft.row(10.0 + raise[0], INF, &[(x, 2.0), (y, 1.0)]);
            draft.solve()
        };
        let base = least([0.0, 0.0]);
        assert!((least([0.5, 0.0]).objective - base.objective - 0.5 * base.row_duals[0]).abs() < 1e-7);
        assert!(base.row_duals[0] > 1.0);
        assert!(base.reduced_costs[1] < -0.1, "the upper bound of y saves cost: {:?}", base.reduced_costs);
    }

    #[test]
    fn a_fixed_variable_has_the_price_of_its_bound() {
        let mut draft = Draft::new();
        let x = draft.var(2.0, 2.0, 1.0);
        let y = draft.var(0.0, INF, 4.0);
        draft.row(6.0, 6.0, &[(x, 1.0), (y, 2.0)]);
        let found = draft.solve();
        near(&found.values, &[2.0, 2.0], 1e-8);
        near(&found.reduced_costs, &[1.0 - 2.0, 0.0], 1e-7);
        assert!((found.objective - 10.0).abs() < 1e-7);
    }

    #[test]
    fn empty_dependent_and_free_rows_do_no_harm() {
        let mut draft = Draft::new();
        let x = draft.var(0.0, INF, 1.0);
        let y = draft.var(-INF, INF, 0.0);
        let fixed = draft.var(3.0, 3.0, 0.0);
        draft.row(0.0, 0.0, &[]);
        draft.row(-INF, INF, &[(x, 1.0)]);
        draft.row(3.0, 3.0, &[(fixed, 1.0)]);
        for factor in [1.0, 2.0, 2.0] {
            draft.row(5.0 * factor, 5.0 * factor, &[(x, factor), (y, factor)]);
        }
        draft.row(-INF, 2.0, &[(y, 0.5), (y, 0.5)]);
        let found = draft.solve();
        near(&found.values, &[3.0, 2.0, 3.0], 1e-7);
    }

    #[test]
    fn a_program_without_rows_or_variables_has_an_answer() {
        let mut draft = Draft::new();
        assert_eq!(draft.solve().status, Status::Optimal);
        draft.var(-1.0, 2.0, 1.0);
        near(&draft.solve().values, &[-1.0], 1e-8);
        draft.var(-INF, INF, 0.0);
        assert!(draft.solve().is_usable());
        let mut fixed = Draft::new();
        fixed.var(4.0, 4.0, 2.0);
        assert_eq!(fixed.solve().objective, 8.0);
    }

    #[test]
    fn infeasible_programs_and_their_feasible_twins_are_told_apart() {
        for (least, status) in [(4.1, Status::Infeasible), (3.9, Status::Optimal)] {
            let mut draft = Draft::new();
            let x = draft.var(0.0, 1.0, 1.0);
            let y = draft.var(0.0, 3.0, 1.0);
            draft.row(least, INF, &[(x, 1.0), (y, 1.0)]);
            assert_eq!(draft.solve().status, status);
        }
        let mut crossed = Draft::new();
        crossed.var(2.0, 1.0, 0.0);
        assert_eq!(crossed.solve().status, Status::Infeasible);
        let mut empty = Draft::new();
        let x = empty.var(1.0, 1.0, 0.0);
        empty.row(2.0, 3.0, &[(x, 1.0)]);
        assert_eq!(empty.solve().status, Status::Infeasible);
    }

    #[test]
    fn unbounded_programs_and_their_bounded_twins_are_told_apart() {
        for (cost, status) in [(-1.0, Status::Unbounded), (1.0, Status::Optimal)] {
            let mut draft = Draft::new();
            let x = draft.var(0.0, INF, cost);
            let y = draft.var(0.0, INF, 0.0);
            draft.row(0.0, INF, &[(x, 1.0), (y, -1.0)]);
            assert_eq!(draft.solve().status, status);
        }
    }

    #[test]
    fn a_number_that_is_none_is_refused_quietly() {
        let mut draft = Draft::new();
        let x = draft.var(0.0, 1.0, 1.0);
        draft.row(0.0, 1.0, &[(x, f64::NAN)]);
        assert!(!draft.solve().is_usable());
    }

    #[test]
    fn quadratic_terms_draw_to_their_targets() {
        let mut draft = Draft::new();
        let x = draft.var(0.0, INF, 1.0);
        let y = draft.var(0.0, INF, 0.0);
        draft.row(-INF, 5.0, &[(x, 1.0), (y, 1.0)]);
        draft.program.add_convex(ConvexTerm::Quadratic { var: x, weight: 2.0, target: 4.0 });
        draft.program.add_convex(ConvexTerm::Quadratic { var: y, weight: 1.0, target: 3.0 });
        let found = draft.solve();
        // stationarity: 1 + 2 (x - 4) = y - 3 = dual, x + y = 5
        near(&found.values, &[3.0, 2.0], 1e-7);
        near(&found.row_duals, &[-1.0], 1e-7);
        assert!((found.objective - (3.0 + 1.0 + 0.5)).abs() < 1e-7);
    }

    /// One long flow over two links and a short one on each, links of capacity one. The long flow gets `l`,
    /// the short ones `1 - l`, where `(1 - l)^alpha = 2 l^alpha` (J. Mo and J. Walrand, 2000).
    #[test]
    fn alpha_fair_shares_of_a_line_network_are_the_published_ones() {
        for alpha in [0.5, 1.0, 1.5, 2.0, 3.0, 5.0] {
            let mut draft = Draft::new();
            let flows: Vec<Var> = (0..3).map(|_| draft.var(0.0, INF, 0.0)).collect();
            flows.iter().for_each(|flow| draft.fair(*flow, 1.0, alpha));
            draft.row(-INF, 1.0, &[(flows[0], 1.0), (flows[1], 1.0)]);
            draft.row(-INF, 1.0, &[(flows[0], 1.0), (flows[2], 1.0)]);
            let found = draft.solve();
            let long = 1.0 / (1.0 + 2f64.powf(1.0 / alpha));
            assert!(found.is_usable(), "alpha {alpha}: {:?}", found.status);
            near(&found.values, &[long, 1.0 - long, 1.0 - long], 2e-6);
            let price = (1.0 - long).powf(-alpha);
            near(&found.row_duals, &[-price, -price], 1e-5 * price);
            assert!(found.accuracy.gap < 1e-7, "alpha {alpha}: {:?}", found.accuracy);
        }
    }

    #[test]
    fn the_same_program_gives_the_same_bits_twice() {
        let mut draft = Draft::new();
        let flows: Vec<Var> = (0..5).map(|at| draft.var(0.0, 2.0, f64::from(at) * 0.1)).collect();
        flows.iter().for_each(|flow| draft.fair(*flow, 1.0, 1.0));
        let all: Vec<(Var, f64)> = flows.iter().map(|flow| (*flow, 1.0)).collect();
        draft.row(-INF, 3.0, &all);
        assert_eq!(draft.solve(), draft.solve());
    }
}
