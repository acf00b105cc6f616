//! Our own interior-point method beside Clarabel and microlp: the same answers on every shipped scenario and on random
//! networks, whatever the units; hard programs; batches that give each program the bytes it would get alone.

mod support;

use mirab::allocation::allocate::{first_yields, goal_program};
use mirab::solver::clarabel::Clarabel;
use mirab::solver::interior_point::InteriorPoint;
use mirab::solver::lexicographic::{Member, certify, leximin};
use mirab::solver::program::{ConvexTerm, Label, Program, Row, Var};
use mirab::solver::{Solution, Solver, Status};
use rayon::prelude::*;
use std::sync::Mutex;
use support::{Draw, INF, Network, PLAIN, Size, Units, network, simplex};

/// The method without a second opinion: what it cannot do shows.
fn own() -> InteriorPoint {
    let mut own = InteriorPoint::default();
    own.second_opinion = false;
    own
}

fn solved(program: &Program) -> Solution {
    let found = own().solve(program);
    assert!(found.is_usable(), "{:?} after {}", found.status, found.iterations);
    found
}

fn apart(one: f64, two: f64) -> f64 {
    (one - two).abs() / one.abs().max(two.abs()).max(1.0)
}

/// A network whose demands' shares are to be fair.
fn fair_network(size: Size, units: Units, seed: u64, alpha: f64) -> Network {
    let Network { mut program, shares } = network(size, units, seed);
    program.clear_objective();
    for &var in &shares {
        program.add_convex(ConvexTerm::AlphaFair { var, weight: 1.0, alpha });
    }
    Network { program, shares }
}

fn utilities(found: &Solution, shares: &[Var]) -> Vec<f64> {
    shares.iter().map(|var| found.values[var.position()]).collect()
}

/// How much better, relative to the sum of `w u^(1 - alpha)`, any point is to first order than the one found: zero
/// proves that it is the best.
fn linear_gap(network: &Network, found: &Solution, alpha: f64) -> f64 {
    let mut program = network.program.clone();
    program.clear_objective();
    let levels = utilities(found, &network.shares);
    let steepest = levels.iter().map(|u| u.powf(-alpha)).fold(0.0, f64::max);
    for (var, u) in network.shares.iter().zip(&levels) {
        program.add_cost(*var, -u.powf(-alpha) / steepest);
    }
    let here: f64 = levels.iter().map(|u| u.powf(1.0 - alpha) / steepest).sum();
    (-solved(&program).objective - here) / here
}

/// Keeps every program that it is asked to solve.
struct Keeper {
    kept: Mutex<Vec<Program>>,
}

impl Solver for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn solve(&self, program: &Program) -> Solution {
        if let Ok(mut kept) = self.kept.lock() {
            kept.push(program.clone());
        }
        InteriorPoint::default().solve(program)
    }
}

/// Those of the folder but `barter-1998`, whose river and systems are those of `mean-2001-2010`.
const SHIPPED: [&str; 11] = [
    "dry-year",
    "normal-year",
    "wet-year",
    "kambarata",
    "qosh-tepa",
    "rogun-filling",
    "vegetation-season",
    "mean-2001-2010",
    "gas-crisis",
    "consortium-2030",
    "tiny/two-riparians",
];

/// The programs of a scenario's money policy and of its proportional fairness: those that seek, and those that hold.
fn programs_of(scenario: &str) -> Vec<Program> {
    let scenario = mirab::scenario::load(scenario, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let keeper = Keeper { kept: Mutex::new(Vec::new()) };
    let yields = first_yields(scenario.window()).unwrap();
    let mut programs = Vec::new();
    for name in ["one_basin", "proportional_fair"] {
        let Some(policy) = scenario.policies.get(name) else { continue };
        programs.push(goal_program(scenario.window(), policy, None, &keeper, &yields).unwrap().program);
    }
    programs.extend(keeper.kept.into_inner().unwrap());
    programs
}

#[test]
fn every_shipped_scenario_costs_the_same_by_both_methods() {
    SHIPPED.into_par_iter().for_each(|name| {
        for program in programs_of(name) {
            let (found, other) = (solved(&program), Clarabel::default().solve(&program));
            assert_eq!(found.status, Status::Optimal, "{name}");
            assert!(found.iterations <= 60, "{name}: {}", found.iterations);
            // where the two differ by more the conic solver must have left a gap of its own
            let within = 1e-6 + 3.0 * other.accuracy.gap;
            let apart = apart(found.objective, other.objective);
            assert!(apart < within, "{name}: {} and {}", found.objective, other.objective);
            assert!(found.accuracy.primal < 1e-4, "{name}: {:?}", found.accuracy);
            // MUSD where the least shortfall is nothing, relative elsewhere
            assert!(found.accuracy.dual < 1e-7 && found.accuracy.gap < 1e-4, "{name}: {:?}", found.accuracy);
            for term in program.convex_terms() {
                if let ConvexTerm::AlphaFair { var, .. } = term {
                    let at = var.position();
                    assert!((found.values[at] - other.values[at]).abs() < 1e-4, "{name}");
                }
            }
        }
    });
}

/// The linear programs that money and its shortfall ask for.
#[test]
fn what_money_asks_for_costs_what_a_simplex_method_says_on_every_shipped_scenario() {
    SHIPPED.into_par_iter().for_each(|name| {
        let linear = |program: &Program| program.convex_terms().is_empty();
        let programs: Vec<Program> = programs_of(name).into_iter().filter(linear).collect();
        assert!(!programs.is_empty(), "{name}");
        for program in programs {
            let (found, least) = (solved(&program), simplex(&program).expect("microlp solves it"));
            // a shortfall of nothing has no size: MUSD, at prices far above money
            let within = if least == 0.0 { 1e-4 } else { 1e-6 };
            assert!(apart(found.objective, least) < within, "{name}: {} and {least}", found.objective);
        }
    });
}

/// The fair program of a scenario with alpha two, and whose utilities it divides by which weights.
fn alpha_two(scenario: &str) -> (Program, Vec<(Var, f64)>) {
    let fair = |program: &Program| program.convex_terms().iter().any(is_fair);
    let mut program =
        programs_of(scenario).into_iter().find(fair).expect("a program of proportional fairness");
    let members: Vec<(Var, f64)> = program
        .convex_terms()
        .iter()
        .filter_map(|term| match *term {
            ConvexTerm::AlphaFair { var, weight, .. } => Some((var, weight)),
            _ => None,
        })
        .collect();
    program.clear_objective();
    for &(var, weight) in &members {
        program.add_convex(ConvexTerm::AlphaFair { var, weight, alpha: 2.0 });
    }
    (program, members)
}

fn is_fair(term: &ConvexTerm) -> bool {
    matches!(term, ConvexTerm::AlphaFair { .. })
}

/// Clarabel's cones fail at alpha two now and then; the linear gap by microlp, a simplex method, proves the answer all the same.
#[test]
fn alpha_two_on_every_shipped_scenario_is_proved_by_a_simplex_method_and_agrees_with_clarabel_where_that_arrives()
 {
    let compared = SHIPPED.into_par_iter().map(|name| {
        let (program, members) = alpha_two(name);
        let found = own().solve(&program);
        assert_eq!(found.status, Status::Optimal, "{name}");
        let at = |solution: &Solution, var: Var| solution.values[var.position()];
        let mut linear = program.clone();
        linear.clear_objective();
        let slope = |&(var, weight): &(Var, f64)| weight * at(&found, var).powi(-2);
        let steepest = members.iter().map(slope).fold(0.0, f64::max);
        members.iter().for_each(|member| linear.add_cost(member.0, -slope(member) / steepest));
        let here: f64 = members.iter().map(|member| at(&found, member.0) * slope(member) / steepest).sum();
        let gap = (-simplex(&linear).expect("microlp solves it") - here) / here;
        println!("{name}: {gap:e} after {}", found.iterations);
        assert!(gap <= 1e-8, "{name}: the linear gap is {gap}");
        let other = Clarabel::default().solve(&program);
        if other.status != Status::Optimal {
            println!("{name}: Clarabel ends {:?}", other.status);
            return 0;
        }
        let apart = apart(found.objective, other.objective);
        assert!(apart < 1e-6 + 3.0 * other.accuracy.gap, "{name}: {apart}");
        for &(var, _) in &members {
            let (one, two) = (at(&found, var), at(&other, var));
            assert!((one - two).abs() < 1e-4, "{name}: {one} and {two}");
        }
        1
    });
    assert!(compared.sum::<usize>() >= SHIPPED.len() - 2, "Clarabel seldom arrived");
}

/// What one random network showed.
struct Seen {
    seed: u64,
    status: Status,
    apart: f64,
    utilities: f64,
    gap: f64,
}

/// Network and alpha of a seed: a third linear, a third logarithmic, a third of alpha two.
fn drawn(seed: u64) -> (Network, f64) {
    let periods = [1, 1, 1, 12, 1, 1, 12, 1, 1, 36][(seed / 3 % 10) as usize];
    let size = Size { nodes: 4 + (seed % 5) as usize, periods };
    let alpha = (seed % 3) as f64;
    let network =
        if alpha == 0.0 { network(size, PLAIN, seed) } else { fair_network(size, PLAIN, seed, alpha) };
    (network, alpha)
}

fn seen(seed: u64) -> Seen {
    let (network, alpha) = drawn(seed);
    let (found, other) = (own().solve(&network.program), Clarabel::default().solve(&network.program));
    let pairs = utilities(&found, &network.shares).into_iter().zip(utilities(&other, &network.shares));
    // the utilities of a linear program are not unique
    let off = pairs.map(|(one, two)| (one - two).abs() / two).fold(0.0, f64::max);
    let fair = alpha > 0.0 && found.is_usable();
    Seen {
        seed,
        status: found.status,
        apart: apart(found.objective, other.objective),
        utilities: if fair { off } else { 0.0 },
        gap: if fair { linear_gap(&network, &found, alpha) } else { found.accuracy.gap },
    }
}

#[test]
fn five_hundred_random_networks_cost_the_same_by_both_methods() {
    let all: Vec<Seen> = (0..500).into_par_iter().map(seen).collect();
    let arrived: Vec<&Seen> = all.iter().filter(|seen| seen.status == Status::Optimal).collect();
    for seen in all.iter().filter(|seen| seen.status != Status::Optimal) {
        println!("network {} ended {:?}", seen.seed, seen.status);
    }
    assert!(arrived.len() >= 499, "only {} arrived", arrived.len());
    for seen in arrived {
        let Seen { seed, apart, utilities, gap, .. } = seen;
        assert!(*apart < 1e-6, "{seed}: objectives differ by {apart}");
        assert!(*utilities < 1e-4, "{seed}: utilities differ by {utilities}");
        assert!(*gap <= 1e-8, "{seed}: the gap is {gap}");
    }
}

#[test]
fn linear_networks_cost_what_a_simplex_method_says() {
    for seed in 0..20 {
        let Network { program, .. } =
            network(Size { nodes: 6, periods: 1 + (seed % 6) as usize }, PLAIN, seed);
        let least = simplex(&program).expect("microlp solves it");
        let found = solved(&program);
        assert!(apart(found.objective, least) < 1e-9, "{seed}: {} and {least}", found.objective);
    }
}

#[test]
fn a_price_says_what_one_unit_more_is_worth() {
    let mut compared = 0;
    for seed in 0..10 {
        let Network { mut program, .. } = network(Size { nodes: 6, periods: 3 }, PLAIN, seed);
        let plain = solved(&program);
        for row in program.row_ids().filter(|row| row.position() % 5 == 0) {
            let bounds = *program.row(row);
            if bounds.label.family != "balance" {
                continue;
            }
            let mut objective_with = |more: f64| {
                program.set_row_bounds(row, bounds.lower + more, bounds.upper + more);
                let found = solved(&program).objective;
                program.set_row_bounds(row, bounds.lower, bounds.upper);
                found
            };
            let (up, down) = (objective_with(0.01), objective_with(-0.01));
            let (above, below) = ((up - plain.objective) / 0.01, (plain.objective - down) / 0.01);
            // a price is unique where the next unit is worth what the last one was
            if (above - below).abs() < 1e-6 {
                let price = plain.row_duals[row.position()];
                assert!((price - above).abs() < 1e-6, "{seed}: {price} and {above}");
                compared += 1;
            }
        }
    }
    assert!(compared > 10, "only {compared} prices were unique");
}

#[test]
fn every_alpha_is_taken_directly() {
    for (alpha, seed) in [(0.05, 1), (0.3, 2), (0.5, 3), (1.5, 4), (3.0, 5), (5.0, 6), (8.0, 7)] {
        let network = fair_network(Size { nodes: 8, periods: 6 }, PLAIN, seed, alpha);
        let found = solved(&network.program);
        let gap = linear_gap(&network, &found, alpha);
        assert!(gap < 1e-8, "alpha {alpha}: {gap} {:?}", found.accuracy);
    }
}

#[test]
fn units_decide_nothing() {
    let size = Size { nodes: 10, periods: 12 };
    let millions = [1e-6, 1e-3, 1e3, 1e6];
    let mut systems: Vec<Units> = Vec::new();
    for many in millions {
        systems.push(Units { volume: many, ..PLAIN });
        systems.push(Units { energy: many, ..PLAIN });
        systems.push(Units { money: many, ..PLAIN });
        systems.push(Units { volume: many, energy: 1.0 / many, money: many });
    }
    let plain = solved(&network(size, PLAIN, 5).program);
    for units in &systems {
        let found = solved(&network(size, *units, 5).program);
        let moved = apart(found.objective / units.money / plain.objective, 1.0);
        assert!(moved < 1e-7, "{moved} at {} {} {}", units.volume, units.energy, units.money);
    }
    for alpha in [1.0, 2.0] {
        let solve = |units: Units| {
            let network = fair_network(size, units, 5, alpha);
            let found = solved(&network.program);
            (found.objective, utilities(&found, &network.shares))
        };
        let plain = solve(PLAIN);
        for units in &systems {
            let found = solve(*units);
            assert!(apart(found.0, plain.0) < 1e-7, "{} and {}", found.0, plain.0);
            let moved = found.1.iter().zip(&plain.1).map(|(one, two)| (one / two - 1.0).abs());
            assert!(moved.fold(0.0, f64::max) < 1e-5, "{:?} and {:?}", found.1, plain.1);
        }
    }
}

/// Variables with bounds and costs, and rows.
struct Small {
    program: Program,
    label: Label,
    vars: Vec<Var>,
}

impl Small {
    fn new(columns: &[(f64, f64, f64)]) -> Small {
        let mut program = Program::new();
        let element = program.name("a");
        let label = Label { family: "x", element, period: None };
        let vars = columns.iter().map(|(low, high, cost)| {
            let var = program.add_variable(label, *low, *high);
            program.add_cost(var, *cost);
            var
        });
        let vars = vars.collect();
        Small { program, label, vars }
    }

    fn row(&mut self, low: f64, high: f64, coefficients: &[f64]) -> Row {
        let row = self.program.add_row(self.label, low, high);
        self.vars.iter().zip(coefficients).for_each(|(var, value)| self.program.add_term(row, *var, *value));
        row
    }
}

#[test]
fn ties_end_in_the_middle_of_the_best_points() {
    let mut small = Small::new(&[(0.0, 1.0, -1.0), (0.0, 1.0, -1.0), (0.0, 1.0, -1.0)]);
    small.row(-INF, 2.0, &[1.0, 1.0, 1.0]);
    let found = solved(&small.program);
    assert!((found.objective + 2.0).abs() < 1e-9, "{found:?}");
    assert!(found.values.iter().all(|x| (x - 2.0 / 3.0).abs() < 1e-6), "{:?}", found.values);
}

#[test]
fn fixed_variables_and_empty_and_dependent_rows_do_no_harm() {
    let mut small = Small::new(&[(2.0, 2.0, 1.0), (0.0, INF, 1.0), (-INF, INF, 0.5), (0.0, 10.0, 0.0)]);
    small.row(4.0, 4.0, &[1.0, 1.0, 1.0]);
    small.row(8.0, 8.0, &[2.0, 2.0, 2.0]);
    small.row(-INF, INF, &[0.0, 1.0, 0.0, 1.0]);
    small.row(-1.0, 1.0, &[]);
    small.row(-3.0, 5.0, &[0.0, 0.0, 1.0, 0.0]);
    small.row(2.0, 2.0, &[1.0]);
    let found = solved(&small.program);
    assert_eq!(found.values[0], 2.0);
    assert!((found.objective - 3.0).abs() < 1e-9, "{found:?}");
    assert!((found.values[2] - 2.0).abs() < 1e-8, "{:?}", found.values);
    assert!(found.accuracy.dual < 1e-9, "{:?}", found.accuracy);
}

#[test]
fn a_program_without_a_point_or_without_an_end_is_never_called_solved() {
    let mut without_point = Small::new(&[(0.0, 1.0, 1.0), (0.0, 1.0, 1.0)]);
    without_point.row(3.0, INF, &[1.0, 1.0]);
    let found = own().solve(&without_point.program);
    assert_eq!(found.status, Status::Infeasible);
    let mut without_end = Small::new(&[(0.0, INF, -1.0), (0.0, INF, 1.0)]);
    without_end.row(-INF, 1.0, &[1.0, -2.0]);
    let found = own().solve(&without_end.program);
    assert_eq!(found.status, Status::Unbounded);
    let crossed = Small::new(&[(1.0, 0.0, 0.0)]);
    assert_eq!(own().solve(&crossed.program).status, Status::Infeasible);
    // a logarithm without end: nothing is proved, but it does not arrive
    let mut logarithm = Small::new(&[(0.0, INF, 0.0)]);
    logarithm.program.add_convex(ConvexTerm::AlphaFair { var: logarithm.vars[0], weight: 1.0, alpha: 1.0 });
    assert!(!own().solve(&logarithm.program).is_usable());
}

#[test]
fn nothing_to_share_and_everything_served_are_solved_as_they_are() {
    // no feasible gain: the member can get nothing
    let mut dry = Small::new(&[(0.0, 1.0, 0.0), (0.0, 1.0, 0.0)]);
    dry.row(0.0, 0.0, &[1.0, 0.0]);
    dry.row(-INF, 1.5, &[1.0, 1.0]);
    dry.vars.iter().for_each(|var| dry.program.add_cost(*var, -1.0));
    let found = solved(&dry.program);
    assert!(found.values[0].abs() < 1e-9 && (found.values[1] - 1.0).abs() < 1e-9, "{found:?}");
    // all saturated
    let mut wet = Small::new(&[(0.0, 1.0, 0.0), (0.0, 1.0, 0.0)]);
    wet.row(-INF, 100.0, &[1.0, 1.0]);
    for var in wet.vars.clone() {
        wet.program.add_convex(ConvexTerm::AlphaFair { var, weight: 1.0, alpha: 1.0 });
    }
    let found = solved(&wet.program);
    assert!(found.values.iter().all(|u| (u - 1.0).abs() < 1e-8), "{found:?}");
    // no rows at all, and no columns at all
    let alone = Small::new(&[(-1.0, 3.0, 2.0), (-1.0, 3.0, -2.0), (-1.0, 3.0, 0.0)]);
    let found = solved(&alone.program);
    assert!((found.objective + 8.0).abs() < 1e-8 && (found.values[2] - 1.0).abs() < 1e-6, "{found:?}");
    assert_eq!(own().solve(&Program::new()).status, Status::Optimal);
}

#[test]
fn a_leximin_built_on_it_is_certified() {
    let Network { program, shares } = network(Size { nodes: 12, periods: 6 }, PLAIN, 2);
    let members: Vec<Member> = shares.iter().map(|var| Member { var: *var, weight: 1.0 }).collect();
    let found = leximin(&program, &members, &own()).expect("solvable");
    for rise in certify(&program, &members, &found.levels, &own()) {
        assert!(rise.abs() < 1e-6, "someone could rise by {rise}: {:?}", found.levels);
    }
}

/// A network's traces: right-hand sides of its balances and caps of its deliveries drawn anew.
fn traces(network: &Network, count: usize, seed: u64) -> Vec<Program> {
    let mut draw = Draw(seed);
    let trace = |_| {
        let mut program = network.program.clone();
        for row in network.program.row_ids() {
            let bounds = *program.row(row);
            if bounds.label.family == "balance" {
                let given = bounds.lower * draw.between(0.6, 1.4);
                program.set_row_bounds(row, given, given);
            }
        }
        program
    };
    (0..count).map(trace).collect()
}

#[test]
fn a_program_in_a_batch_gets_the_bytes_it_would_get_alone() {
    for alpha in [0.0, 1.0, 2.0] {
        let size = Size { nodes: 6, periods: 12 };
        let network =
            if alpha == 0.0 { network(size, PLAIN, 3) } else { fair_network(size, PLAIN, 3, alpha) };
        let traces = traces(&network, 11, 8);
        let solver = own();
        let batch = solver.batch(&network.program);
        let together = batch.solve(&traces);
        for (trace, found) in traces.iter().zip(&together) {
            let alone = batch.solve(std::slice::from_ref(trace));
            assert_eq!(format!("{:?}", alone[0]), format!("{found:?}"));
            let fresh = solved(trace);
            assert!(
                apart(fresh.objective, found.objective) < 1e-8,
                "{} {}",
                fresh.objective,
                found.objective
            );
        }
    }
}

#[test]
fn a_program_that_does_not_fit_its_batch_is_solved_all_the_same() {
    let network = network(Size { nodes: 4, periods: 2 }, PLAIN, 3);
    let mut traces = traces(&network, 3, 1);
    let first = traces[1].variable_ids().next().expect("a variable");
    traces[1].set_bounds(first, 1.0, 1.0);
    let solver = own();
    let found = solver.batch(&network.program).solve(&traces);
    assert_eq!(found[1].values[0], 1.0);
    for (trace, found) in traces.iter().zip(&found) {
        assert!(apart(found.objective, solved(trace).objective) < 1e-9);
    }
}

#[test]
fn a_start_near_the_answer_of_a_like_program_comes_to_the_same_in_fewer_iterations() {
    let network = fair_network(Size { nodes: 10, periods: 12 }, PLAIN, 3, 1.0);
    let solver = own();
    let near = solver.solve(&network.program);
    let (mut cold, mut warm) = (0, 0);
    for trace in traces(&network, 6, 9) {
        let (one, two) = (solver.solve(&trace), solver.solve_from(&trace, &near));
        assert_eq!(two.status, Status::Optimal);
        assert!(apart(one.objective, two.objective) < 1e-8, "{} and {}", one.objective, two.objective);
        cold += one.iterations;
        warm += two.iterations;
    }
    assert!(warm < cold, "{warm} iterations near, {cold} from afar");
}

#[test]
fn who_is_asked_when_it_does_not_arrive_is_counted() {
    let network = network(Size { nodes: 4, periods: 2 }, PLAIN, 3);
    let mut hasty = InteriorPoint::default();
    hasty.iterations = 2;
    let found = hasty.solve(&network.program);
    assert!(found.second_opinion);
    assert!(apart(found.objective, solved(&network.program).objective) < 1e-7);
    let patient = InteriorPoint::default();
    assert!(!patient.solve(&network.program).second_opinion);
}
