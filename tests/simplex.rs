//! Small programs whose optimum is known by hand or published, and drawn ones, solved by the simplex method: their
//! values and prices, and how they agree with Clarabel's.

use mirab::solver::clarabel::Clarabel;
use mirab::solver::program::{ConvexTerm, Label, Program, Row, Var};
use mirab::solver::simplex::Simplex;
use mirab::solver::{Solution, Solver, Status};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const INF: f64 = f64::INFINITY;

#[derive(Clone, Debug, Default)]
struct Draft {
    program: Program,
}

impl Draft {
    fn label(&mut self) -> Label {
        Label { family: "x", element: self.program.name("a"), period: None }
    }

    fn var(&mut self, lower: f64, upper: f64, cost: f64) -> Var {
        let label = self.label();
        let var = self.program.add_variable(label, lower, upper);
        self.program.add_cost(var, cost);
        var
    }

    /// Variables that are not negative, one for each cost.
    fn vars(&mut self, costs: &[f64]) -> Vec<Var> {
        costs.iter().map(|cost| self.var(0.0, INF, *cost)).collect()
    }

    fn row(&mut self, lower: f64, upper: f64, terms: impl IntoIterator<Item = (Var, f64)>) -> Row {
        let label = self.label();
        let row = self.program.add_row(label, lower, upper);
        terms.into_iter().for_each(|(var, value)| self.program.add_term(row, var, value));
        row
    }

    /// A row whose coefficients stand in the order of the variables.
    fn dense(&mut self, lower: f64, upper: f64, vars: &[Var], coefficients: &[f64]) -> Row {
        self.row(lower, upper, vars.iter().copied().zip(coefficients.iter().copied()))
    }

    fn solve(&self) -> Solution {
        Simplex.solve(&self.program)
    }

    /// The solution, which is optimal in every sense.
    fn optimum(&self) -> Solution {
        let found = self.solve();
        assert_eq!(found.status, Status::Optimal);
        certify(&self.program, &found, 1e-9).expect("optimal");
        found
    }
}

/// Whether a solution proves itself: its values feasible, its prices stationary, each price only on a bound that
/// holds, all within a tolerance relative to the numbers summed.
fn certify(program: &Program, found: &Solution, within: f64) -> Result<(), String> {
    let mut gradient: Vec<f64> = program.variables().iter().map(|variable| variable.cost).collect();
    let mut prices: Vec<f64> = gradient.iter().map(|cost| cost.abs()).collect();
    let mut sums = vec![0.0; program.rows().len()];
    let mut sizes = vec![0.0; program.rows().len()];
    for term in program.terms() {
        let (row, var) = (term.row.position(), term.var.position());
        gradient[var] -= term.coefficient * found.row_duals[row];
        prices[var] += (term.coefficient * found.row_duals[row]).abs();
        sums[row] += term.coefficient * found.values[var];
        sizes[row] += (term.coefficient * found.values[var]).abs();
    }
    for (at, row) in program.rows().iter().enumerate() {
        holds((row.lower, row.upper), sums[at], found.row_duals[at], within * sizes[at].max(1.0))
            .map_err(|what| format!("row {at}: {what}"))?;
    }
    for (at, variable) in program.variables().iter().enumerate() {
        let size = found.values[at].abs().max(1.0);
        holds((variable.lower, variable.upper), found.values[at], found.reduced_costs[at], within * size)
            .map_err(|what| format!("variable {at}: {what}"))?;
        let stray = (gradient[at] - found.reduced_costs[at]).abs();
        if stray.is_nan() || stray > within * prices[at].max(1.0) {
            return Err(format!("variable {at} strays by {stray}"));
        }
    }
    Ok(())
}

/// Whether a value lies in its bounds and its price is one of the bound that it meets.
fn holds((lower, upper): (f64, f64), value: f64, price: f64, within: f64) -> Result<(), String> {
    let feasible = value >= lower - within && value <= upper + within;
    let held = match price {
        price if price > 0.0 => (value - lower).abs() <= within,
        price if price < 0.0 => (value - upper).abs() <= within,
        price => price == 0.0,
    };
    if feasible && held { Ok(()) } else { Err(format!("{lower} <= {value} <= {upper} at {price}")) }
}

fn near(found: &[f64], wanted: &[f64], within: f64) {
    assert_eq!(found.len(), wanted.len());
    for (one, two) in found.iter().zip(wanted) {
        assert!((one - two).abs() <= within * two.abs().max(1.0), "{found:?} is not {wanted:?}");
    }
}

/// min -3x - 2y, x + y <= 4, x + 3y <= 6.5, 0 <= x <= 3: x = 3, y = 1, by hand; the second row is slack by 0.5.
#[test]
fn values_and_prices_are_those_found_by_hand() {
    let mut draft = Draft::default();
    let vars = [draft.var(0.0, 3.0, -3.0), draft.var(0.0, INF, -2.0)];
    draft.dense(-INF, 4.0, &vars, &[1.0, 1.0]);
    draft.dense(-INF, 6.5, &vars, &[1.0, 3.0]);
    let found = draft.optimum();
    assert_eq!(found.values, [3.0, 1.0]);
    assert_eq!(found.row_duals, [-2.0, 0.0]);
    assert_eq!(found.reduced_costs, [-1.0, 0.0]);
    assert_eq!(found.objective, -11.0);
}

/// E. M. L. Beale (1955): the program on which the plain rule of the largest coefficient goes round for ever. Its least
/// cost is -1/20, at x = (1/25, 0, 1, 0).
#[test]
fn the_cycle_of_beale_is_left() {
    let mut draft = Draft::default();
    let vars = draft.vars(&[-0.75, 150.0, -0.02, 6.0]);
    draft.dense(-INF, 0.0, &vars, &[0.25, -60.0, -0.04, 9.0]);
    draft.dense(-INF, 0.0, &vars, &[0.5, -90.0, -0.02, 3.0]);
    draft.dense(-INF, 1.0, &vars, &[0.0, 0.0, 1.0, 0.0]);
    let found = draft.optimum();
    near(&found.values, &[0.04, 0.0, 1.0, 0.0], 1e-14);
    near(&[found.objective], &[-0.05], 1e-14);
}

/// V. Klee and G. J. Minty (1972): max sum 2^(n-j) x_j with 2 sum_(j<i) 2^(i-j) x_j + x_i <= 5^i has its optimum
/// `x_n = 5^n` at the end of a path through all 2^n corners.
#[test]
fn the_cube_of_klee_and_minty_is_solved_exactly() {
    for n in [3usize, 8, 12] {
        let mut draft = Draft::default();
        let costs: Vec<f64> = (1..=n).map(|j| -((n - j) as f64).exp2()).collect();
        let vars = draft.vars(&costs);
        for i in 1..=n {
            let mut terms: Vec<(Var, f64)> =
                (1..i).map(|j| (vars[j - 1], ((i - j + 1) as f64).exp2())).collect();
            terms.push((vars[i - 1], 1.0));
            draft.row(-INF, 5f64.powi(i as i32), terms);
        }
        let found = draft.optimum();
        near(&[found.objective], &[-5f64.powi(n as i32)], 1e-14);
        assert!(found.iterations < 1 << n, "{} steps for {n}", found.iterations);
    }
}

/// Supplies and demands of one each, n by n: every corner is an assignment, degenerate n - 1 times. With the costs
/// (i - j)^2 the least is to assign everyone to himself.
#[test]
fn a_degenerate_transport_assigns_everyone() {
    let n = 12;
    let mut draft = Draft::default();
    let costs: Vec<f64> = (0..n * n).map(|at| (f64::from(at / n) - f64::from(at % n)).powi(2)).collect();
    let vars = draft.vars(&costs);
    let n = n as usize;
    for i in 0..n {
        draft.row(1.0, 1.0, (0..n).map(|j| (vars[i * n + j], 1.0)));
        draft.row(1.0, 1.0, (0..n).map(|j| (vars[j * n + i], 1.0)));
    }
    let found = draft.optimum();
    assert_eq!(found.objective, 0.0);
    for (at, value) in found.values.iter().enumerate() {
        assert_eq!(*value, if at / n == at % n { 1.0 } else { 0.0 });
    }
}

/// The three powers of G. B. Dantzig's transport (1963, section 3.3; supplies 350 and 600, demands 325, 300 and 275, costs
/// of 90 a case and thousand miles) cost 153.675 thousand, the answer GAMS prints for it.
#[test]
fn the_transport_of_dantzig_costs_what_is_published() {
    let mut draft = Draft::default();
    let costs = [2.5, 1.7, 1.8, 2.5, 1.8, 1.4].map(|miles| 0.09 * miles);
    let vars = draft.vars(&costs);
    for (plant, supply) in [350.0, 600.0].into_iter().enumerate() {
        draft.row(-INF, supply, (0..3).map(|market| (vars[3 * plant + market], 1.0)));
    }
    for (market, demand) in [325.0, 300.0, 275.0].into_iter().enumerate() {
        draft.row(demand, INF, (0..2).map(|plant| (vars[3 * plant + market], 1.0)));
    }
    let found = draft.optimum();
    near(&[found.objective], &[153.675], 1e-14);
    near(&found.row_duals[2..], &[0.225, 0.153, 0.126], 1e-14);
}

#[test]
fn rows_that_exclude_each_other_are_infeasible() {
    let mut draft = Draft::default();
    let vars = draft.vars(&[1.0, 1.0]);
    draft.dense(-INF, 1.0, &vars, &[1.0, 1.0]);
    draft.dense(1.001, INF, &vars, &[1.0, 1.0]);
    let found = draft.solve();
    assert_eq!(found.status, Status::Infeasible);
    assert!(found.values.iter().all(|value| value.is_nan()));
}

#[test]
fn bounds_that_a_sum_cannot_reach_are_infeasible() {
    let mut draft = Draft::default();
    let vars = [draft.var(0.0, 1.0, 0.0), draft.var(-1.0, 2.0, 0.0), draft.var(4.0, 4.0, 0.0)];
    let row = draft.dense(7.5, INF, &vars, &[1.0, 1.0, 1.0]);
    assert_eq!(draft.solve().status, Status::Infeasible);
    draft.program.set_row_bounds(row, 7.0, INF);
    assert_eq!(draft.optimum().values, [1.0, 2.0, 4.0]);
}

#[test]
fn a_cost_that_falls_without_end_is_unbounded() {
    let mut draft = Draft::default();
    let vars = draft.vars(&[-1.0, 3.0]);
    draft.dense(-INF, 1.0, &vars, &[1.0, -2.0]);
    assert_eq!(draft.optimum().values, [1.0, 0.0]);
    draft.program.add_cost(vars[1], -1.5);
    assert_eq!(draft.solve().status, Status::Unbounded);
}

/// The value of the game ((1, -1), (-2, 2)) is 0, by the mixture (2/3, 1/3); the value is a free variable.
#[test]
fn free_variables_find_the_value_of_a_matrix_game() {
    let mut draft = Draft::default();
    let p = draft.vars(&[0.0, 0.0]);
    let value = draft.var(-INF, INF, -1.0);
    draft.dense(1.0, 1.0, &p, &[1.0, 1.0]);
    draft.row(0.0, INF, [(p[0], 1.0), (p[1], -2.0), (value, -1.0)]);
    draft.row(0.0, INF, [(p[0], -1.0), (p[1], 2.0), (value, -1.0)]);
    let found = draft.optimum();
    near(&found.values, &[2.0 / 3.0, 1.0 / 3.0, 0.0], 1e-15);
}

#[test]
fn free_variables_are_unbounded_where_only_their_difference_counts() {
    let mut draft = Draft::default();
    let vars = [draft.var(-INF, INF, 1.0), draft.var(-INF, INF, -1.0)];
    draft.dense(-2.0, 3.0, &vars, &[1.0, -1.0]);
    assert_eq!(draft.optimum().objective, -2.0);
    draft.program.add_cost(vars[1], 0.5);
    assert_eq!(draft.solve().status, Status::Unbounded);
}

#[test]
fn fixed_variables_are_paid_and_priced() {
    let mut draft = Draft::default();
    let vars = [draft.var(2.0, 2.0, 1.0), draft.var(0.0, INF, 3.0)];
    draft.dense(10.0, INF, &vars, &[2.0, 1.0]);
    let found = draft.optimum();
    assert_eq!(found.values, [2.0, 6.0]);
    assert_eq!(found.row_duals, [3.0]);
    assert_eq!(found.reduced_costs, [-5.0, 0.0]);
}

#[test]
fn without_rows_every_variable_goes_to_its_cheaper_bound() {
    let mut draft = Draft::default();
    for (lower, upper, cost) in [(-1.0, 4.0, 2.0), (-1.0, 4.0, -2.0), (-INF, 7.0, -1.0), (-INF, INF, 0.0)] {
        draft.var(lower, upper, cost);
    }
    let found = draft.optimum();
    assert_eq!(found.values, [-1.0, 4.0, 7.0, 0.0]);
    assert_eq!(found.reduced_costs, [2.0, -2.0, -1.0, 0.0]);
    draft.var(-INF, 3.0, 1e-3);
    assert_eq!(draft.solve().status, Status::Unbounded);
}

#[test]
fn without_variables_only_the_rows_decide() {
    let mut draft = Draft::default();
    assert_eq!(draft.optimum().objective, 0.0);
    let row = draft.row(-1.0, 1.0, []);
    assert_eq!(draft.optimum().row_duals, [0.0]);
    draft.program.set_row_bounds(row, 0.5, 1.0);
    assert_eq!(draft.solve().status, Status::Infeasible);
}

#[test]
fn rows_said_twice_and_rows_that_say_nothing_do_no_harm() {
    let mut draft = Draft::default();
    let vars = draft.vars(&[1.0, 2.0, 3.0]);
    for factor in [1.0, 3.0, -0.1] {
        draft.dense(factor, factor, &vars, &[factor, factor, factor]);
    }
    draft.dense(-INF, INF, &vars, &[5.0, 7.0, 1.0]);
    let found = draft.optimum();
    near(&found.values, &[1.0, 0.0, 0.0], 1e-15);
    near(&[found.objective], &[1.0], 1e-15);
}

/// The least core of an airport game (S. C. Littlechild, 1974) in which the cost of player `k` is `k`: a row for each of
/// 2046 coalitions. Player 1 and all the others together share his cost of 1, so nobody gains more than 1/2 (and the
/// shares 1/2, 1, ..., 1, 3/2 give that).
#[test]
fn thousands_of_rows_over_few_variables_are_solved() {
    let players = 11usize;
    let mut draft = Draft::default();
    let shares: Vec<Var> = (0..players).map(|_| draft.var(-INF, INF, 0.0)).collect();
    let excess = draft.var(-INF, INF, -1.0);
    let cost = |set: usize| (0..players).filter(|at| set >> at & 1 == 1).map(|at| at + 1).max().unwrap_or(0);
    let all = (1 << players) - 1;
    for set in 1..all {
        let members = (0..players).filter(|at| set >> at & 1 == 1).map(|at| (shares[at], 1.0));
        draft.row(-INF, cost(set) as f64, members.chain([(excess, 1.0)]));
    }
    draft.row(cost(all) as f64, cost(all) as f64, shares.iter().map(|share| (*share, 1.0)));
    let found = draft.optimum();
    near(&[found.objective], &[-0.5], 1e-14);
}

#[test]
fn a_program_that_bends_is_answered_without_values() {
    let mut draft = Draft::default();
    let var = draft.var(0.0, 1.0, 0.0);
    draft.program.add_convex(ConvexTerm::Quadratic { var, weight: 1.0, target: 0.5 });
    let found = draft.solve();
    assert_eq!(found.status, Status::NotConverged);
    assert!(found.values[0].is_nan() && found.objective.is_nan());
}

#[test]
fn what_is_not_a_number_is_not_solved() {
    let mut draft = Draft::default();
    let var = draft.var(0.0, INF, 1.0);
    draft.row(0.0, 1.0, [(var, f64::NAN)]);
    assert!(!draft.solve().is_usable());
    let mut draft = Draft::default();
    draft.var(INF, INF, 1.0);
    assert!(!draft.solve().is_usable());
}

/// What is drawn of a program: its size, and small whole numbers that make ties and degenerate corners likely.
fn drafts(size: std::ops::Range<usize>) -> impl Strategy<Value = Draft> {
    (size.clone(), size).prop_flat_map(|(width, height)| {
        let variables = prop::collection::vec((0..6u8, -4..=4i8, 0..=4i8, -5..=5i8), width);
        let coefficients = prop::collection::vec(prop_oneof![2 => Just(0i8), 3 => -3..=3i8], width);
        let rows = prop::collection::vec((0..6u8, -3..=12i8, 0..=5i8, coefficients), height);
        (variables, rows).prop_map(|(variables, rows)| draft(&variables, &rows))
    })
}

type Bounded = (u8, i8, i8, i8);

fn draft(variables: &[Bounded], rows: &[(u8, i8, i8, Vec<i8>)]) -> Draft {
    let mut draft = Draft::default();
    let bounds = |kind: u8, lower: i8, span: i8| match kind {
        0 => (f64::from(lower), f64::from(lower)),
        1 => (-INF, f64::from(lower)),
        2 => (f64::from(lower), INF),
        _ => (f64::from(lower), f64::from(lower) + f64::from(span)),
    };
    let mut vars = Vec::new();
    for &(kind, lower, span, cost) in variables {
        let (lower, upper) = if kind == 5 { (-INF, INF) } else { bounds(kind, lower, span) };
        vars.push(draft.var(lower, upper, f64::from(cost)));
    }
    for (kind, lower, span, coefficients) in rows {
        let (lower, upper) = if *kind == 3 { (-INF, INF) } else { bounds(*kind, *lower, *span) };
        draft.row(lower, upper, vars.iter().copied().zip(coefficients.iter().map(|value| f64::from(*value))));
    }
    draft
}

/// The same program with other units of rows and variables.
fn rescaled(program: &Program, row_unit: impl Fn(usize) -> f64, unit: impl Fn(usize) -> f64) -> Program {
    let mut other = program.clone();
    other.clear_objective();
    for term in other.terms_mut() {
        term.coefficient *= row_unit(term.row.position()) * unit(term.var.position());
    }
    for row in program.row_ids() {
        let (bounds, factor) = (program.row(row), row_unit(row.position()));
        other.set_row_bounds(row, bounds.lower * factor, bounds.upper * factor);
    }
    for var in program.variable_ids() {
        let (variable, factor) = (program.variable(var), unit(var.position()));
        other.set_bounds(var, variable.lower / factor, variable.upper / factor);
        other.add_cost(var, variable.cost * factor);
    }
    other
}

/// Factors of a million and a millionth in turn.
fn millions(at: usize) -> f64 {
    [1.0, 1e6, 1e-6, 1e3][at % 4]
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1963),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn drawn_programs_end_as_with_clarabel_and_prove_themselves(draft in drafts(1..9)) {
        let found = draft.solve();
        let other = Clarabel::default().solve(&draft.program);
        prop_assert_ne!(found.status, Status::NotConverged);
        if other.status != Status::NotConverged {
            prop_assert_eq!(found.is_usable(), other.is_usable(), "{:?} {:?}", found.status, other.status);
        }
        if found.is_usable() {
            prop_assert_eq!(certify(&draft.program, &found, 1e-9), Ok(()));
            prop_assert!(found.accuracy.primal < 1e-11 && found.accuracy.dual < 1e-11, "{:?}", found.accuracy);
            prop_assert!(found.accuracy.gap < 1e-11, "{:?}", found.accuracy);
            let apart = (found.objective - other.objective).abs();
            prop_assert!(apart <= 1e-6 * found.objective.abs().max(1.0), "{} {}", found.objective, other.objective);
        }
    }

    #[test]
    fn units_do_not_decide_what_a_program_costs(draft in drafts(1..9)) {
        let found = draft.solve();
        for turn in 0..3 {
            let other = rescaled(&draft.program, |row| millions(row + turn), |var| millions(var / 2 + turn));
            let other = Simplex.solve(&other);
            prop_assert_eq!(found.status, other.status);
            if found.is_usable() {
                near(&[other.objective], &[found.objective], 1e-11);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn larger_programs_prove_themselves(draft in drafts(30..60)) {
        let found = draft.solve();
        prop_assert_ne!(found.status, Status::NotConverged);
        if found.is_usable() {
            prop_assert_eq!(certify(&draft.program, &found, 1e-9), Ok(()));
        }
    }
}

/// A part of the program in other units, which no row ties to the rest, still counts.
#[test]
fn a_small_cost_beside_a_large_one_is_unbounded() {
    let mut draft = Draft::default();
    let large = draft.var(0.0, INF, -3e6);
    draft.row(1.0, 2.0, [(large, 1.0)]);
    assert_eq!(draft.optimum().objective, -6e6);
    draft.var(-INF, INF, 1e-6);
    assert_eq!(draft.solve().status, Status::Unbounded);
}

/// Where only one corner is cheapest, and is not degenerate, prices are unique, and signs can be compared.
#[test]
fn prices_have_the_signs_of_clarabel() {
    let mut draft = Draft::default();
    let vars = [
        draft.var(-1.0, 5.0, 2.0),
        draft.var(-INF, 3.0, -7.0),
        draft.var(-INF, INF, 1.5),
        draft.var(0.5, 0.5, 4.0),
    ];
    draft.dense(2.0, 2.0, &vars, &[1.0, 1.0, 1.0, 1.0]);
    draft.dense(-4.0, 9.0, &vars, &[1.0, -2.0, 3.0, 0.0]);
    draft.dense(-INF, 8.0, &vars, &[0.0, 1.0, -1.0, 2.0]);
    let (found, other) = (draft.optimum(), Clarabel::default().solve(&draft.program));
    near(&found.values, &other.values, 1e-6);
    near(&found.row_duals, &other.row_duals, 1e-6);
    near(&found.reduced_costs, &other.reduced_costs, 1e-6);
}

#[test]
fn the_same_program_gives_the_same_bits_twice() {
    let mut draft = Draft::default();
    let vars = draft.vars(&[-1.0, -1.0, -1.0]);
    draft.dense(-INF, 1.0, &vars, &[0.1, 0.2, 0.3]);
    draft.dense(-INF, 1.0, &vars, &[0.3, 0.2, 0.1]);
    assert_eq!(draft.optimum(), draft.optimum());
}
