//! Small programs whose values and prices are known by hand or published, solved with Clarabel.

use mirab::solver::clarabel::Clarabel;
use mirab::solver::program::{ConvexTerm, Label, Name, Program, Row, Var};
use mirab::solver::{Solution, Solver, Status};

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

/// min x - 3y - 4z, -x + 3y + 2z = 0, all free: along (0, -2, 3) the objective falls without end.
#[test]
fn a_program_without_an_end_is_not_called_solved() {
    let mut draft = Draft::new();
    let [x, y, z] = [1.0, -3.0, -4.0].map(|cost| draft.var(-INF, INF, cost));
    draft.row(0.0, 0.0, &[(x, -1.0), (y, 3.0), (z, 2.0)]);
    let found = draft.solve();
    assert!(!found.is_usable(), "{found:?}");
}

/// -3y = 0 while y = 9.
#[test]
fn a_program_without_a_point_is_not_called_solved() {
    let mut draft = Draft::new();
    let y = draft.var(9.0, 9.0, 0.0);
    let _ = draft.var(-INF, INF, -2.0);
    draft.row(0.0, 0.0, &[(y, -3.0)]);
    let found = draft.solve();
    assert!(!found.is_usable(), "{found:?}");
}
