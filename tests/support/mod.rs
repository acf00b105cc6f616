//! What tests and benchmarks of the solver share: a seeded source of numbers, a network program that looks like a
//! basin, programs solved with microlp, and a small reader of MPS.

#![allow(dead_code)]

use mirab::solver::program::{Label, Name, Program, Row, Var};
use std::collections::HashMap;

/// Without limit.
pub const INF: f64 = f64::INFINITY;

/// Numbers that look drawn at random, the same every time (G. Steele and others, 2014).
pub struct Draw(pub u64);

impl Draw {
    /// A number from zero to one.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number between two others.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below another.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count - 1)
    }
}

/// How many of the new units one hm3, one GWh and one MUSD are.
#[derive(Clone, Copy)]
pub struct Units {
    /// Of volume.
    pub volume: f64,
    /// Of energy.
    pub energy: f64,
    /// Of money.
    pub money: f64,
}

/// The units of the model.
pub const PLAIN: Units = Units { volume: 1.0, energy: 1.0, money: 1.0 };

/// How large a network is.
#[derive(Clone, Copy)]
pub struct Size {
    /// Nodes on the river; every second one has a reservoir and a plant.
    pub nodes: usize,
    /// Periods.
    pub periods: usize,
}

/// A network program and the variables that count in fair division.
pub struct Network {
    /// The program.
    pub program: Program,
    /// Each demand's share of its claim over all periods, at most one.
    pub shares: Vec<Var>,
}

struct Weaver {
    program: Program,
    elements: Vec<Name>,
    periods: Vec<Name>,
    units: Units,
}

impl Weaver {
    fn var(&mut self, family: &'static str, at: (usize, usize), bounds: (f64, f64), cost: f64) -> Var {
        let label = self.label(family, at);
        let var = self.program.add_variable(label, bounds.0, bounds.1);
        self.program.add_cost(var, cost);
        var
    }

    fn label(&self, family: &'static str, (node, period): (usize, usize)) -> Label {
        Label { family, element: self.elements[node], period: Some(self.periods[period]) }
    }

    fn row(
        &mut self,
        family: &'static str,
        at: (usize, usize),
        bounds: (f64, f64),
        terms: &[(Var, f64)],
    ) -> Row {
        let label = self.label(family, at);
        let row = self.program.add_row(label, bounds.0, bounds.1);
        terms.iter().for_each(|(var, value)| self.program.add_term(row, *var, *value));
        row
    }
}

/// A river of nodes with reservoirs, plants, demands with returns, one power area with thermal steps, a fuel budget
/// and priced shortfalls: bounded and feasible whatever is drawn.
pub fn network(size: Size, units: Units, seed: u64) -> Network {
    let mut draw = Draw(seed);
    let mut program = Program::new();
    let elements = (0..size.nodes).map(|node| program.name(format!("n{node}"))).collect();
    let periods = (0..size.periods).map(|period| program.name(format!("p{period}"))).collect();
    let mut weaver = Weaver { program, elements, periods, units };
    let mut delivered: Vec<Vec<Var>> = vec![Vec::new(); size.nodes];
    let claims: Vec<f64> = (0..size.nodes).map(|_| draw.between(20.0, 400.0)).collect();
    let capacities: Vec<f64> = (0..size.nodes).map(|_| draw.between(500.0, 19500.0)).collect();
    let mut storage: Vec<Option<Var>> = vec![None; size.nodes];
    let mut fuel = Vec::new();
    for period in 0..size.periods {
        let mut power = Vec::new();
        let mut upstream: Option<Var> = None;
        let mut returned: Option<Var> = None;
        for node in 0..size.nodes {
            let at = (node, period);
            let inflow = draw.between(10.0, 200.0) * units.volume;
            let claim = claims[node] * units.volume;
            let price = 1.0 / units.volume * units.money;
            let worth = draw.between(0.01, 0.08) * price;
            let demand = weaver.var("delivery", at, (0.0, claim), -worth);
            let out = weaver.var("outflow", at, (0.0, INF), 0.0);
            let short = weaver.var("shortfall", at, (0.0, INF), 0.5 * price);
            delivered[node].push(demand);
            let mut balance = vec![(out, 1.0), (demand, 1.0)];
            balance.extend(upstream.map(|var| (var, -0.97)));
            balance.extend(returned.map(|var| (var, -0.3)));
            let mut given = inflow;
            if node % 2 == 0 {
                let most = capacities[node] * units.volume;
                let next = weaver.var("storage", at, (0.05 * most, most), -1e-4 * price);
                let spilled = weaver.var("spilled", at, (0.0, INF), 1e-5 * price);
                let turbined = weaver.var("turbined", at, (0.0, 900.0 * units.volume), 0.0);
                let kappa = draw.between(0.05, 0.7) * units.energy / units.volume;
                let generation = weaver.var("generation", at, (0.0, INF), 0.0);
                weaver.row("head", at, (0.0, 0.0), &[(generation, 1.0), (turbined, -kappa)]);
                weaver.row("release", at, (0.0, 0.0), &[(out, 1.0), (turbined, -1.0), (spilled, -1.0)]);
                power.push((generation, 1.0));
                balance.push((next, 1.0));
                match storage[node] {
                    Some(last) => balance.push((last, -0.995)),
                    None => given += 0.1 * most,
                }
                storage[node] = Some(next);
            }
            weaver.row("balance", at, (given, given), &balance);
            let needed = draw.between(10.0, 120.0) * units.volume;
            weaver.row("sanitary", at, (needed, INF), &[(out, 1.0), (short, 1.0)]);
            upstream = Some(out);
            returned = Some(demand);
        }
        dispatch(&mut weaver, &mut draw, period, power, &mut fuel);
    }
    let budget = 300.0 * size.periods as f64 * units.energy;
    weaver.row("fuel", (0, 0), (-INF, budget), &fuel);
    let shares =
        (0..size.nodes).map(|node| share(&mut weaver, node, claims[node], &delivered[node])).collect();
    Network { program: weaver.program, shares }
}

fn dispatch(
    weaver: &mut Weaver,
    draw: &mut Draw,
    period: usize,
    mut power: Vec<(Var, f64)>,
    fuel: &mut Vec<(Var, f64)>,
) {
    let units = weaver.units;
    let price = units.money / units.energy;
    for step in 0..3 {
        let most = draw.between(50.0, 500.0) * units.energy;
        let cost = 0.02 * (1.0 + step as f64) * price;
        let thermal = weaver.var(["gas", "coal", "oil"][step], (0, period), (0.0, most), cost);
        power.push((thermal, 1.0));
        fuel.push((thermal, 1.1));
    }
    let load = draw.between(500.0, 2500.0) * units.energy;
    let unserved = weaver.var("unserved", (0, period), (0.0, load), 0.25 * price);
    let surplus = weaver.var("surplus", (0, period), (0.0, INF), 0.0);
    power.push((unserved, 1.0));
    power.push((surplus, -1.0));
    weaver.row("area", (0, period), (load, load), &power);
}

/// A demand's share of its claim, at most one: `share * claim = deliveries`.
fn share(weaver: &mut Weaver, node: usize, claim: f64, delivered: &[Var]) -> Var {
    let var = weaver.var("share", (node, 0), (0.0, 1.0), 0.0);
    let row = weaver.row(
        "share",
        (node, 0),
        (0.0, 0.0),
        &[(var, -claim * weaver.units.volume * delivered.len() as f64)],
    );
    delivered.iter().for_each(|delivery| weaver.program.add_term(row, *delivery, 1.0));
    var
}

/// The least objective that microlp, a simplex method, finds; none where it finds no answer.
pub fn simplex(program: &Program) -> Result<f64, microlp::Error> {
    simplex_point(program).map(|(objective, _)| objective)
}

/// The least objective of a linear program and where it is, by microlp.
pub fn simplex_point(program: &Program) -> Result<(f64, Vec<f64>), microlp::Error> {
    use microlp::{ComparisonOp, OptimizationDirection, Problem};
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let vars: Vec<microlp::Variable> =
        program.variables().iter().map(|v| problem.add_var(v.cost, (v.lower, v.upper))).collect();
    let mut sums: Vec<HashMap<usize, f64>> = vec![HashMap::new(); program.rows().len()];
    for term in program.terms() {
        *sums[term.row.position()].entry(term.var.position()).or_default() += term.coefficient;
    }
    for (row, sum) in program.rows().iter().zip(&sums) {
        let mut terms: Vec<(usize, f64)> = sum.iter().map(|(at, value)| (*at, *value)).collect();
        terms.sort_by_key(|term| term.0);
        let terms: Vec<(microlp::Variable, f64)> =
            terms.into_iter().map(|(at, value)| (vars[at], value)).collect();
        if row.lower == row.upper {
            problem.add_constraint(&terms[..], ComparisonOp::Eq, row.lower);
            continue;
        }
        if row.lower.is_finite() {
            problem.add_constraint(&terms[..], ComparisonOp::Ge, row.lower);
        }
        if row.upper.is_finite() {
            problem.add_constraint(&terms[..], ComparisonOp::Le, row.upper);
        }
    }
    let outcome = problem.solve()?;
    let point = |found: &microlp::Solution| (found.objective(), vars.iter().map(|&var| found[var]).collect());
    outcome.solution().map(point).ok_or(microlp::Error::Infeasible)
}

/// Reads free MPS; panics on what it does not know, for it is there for tests alone.
pub fn read_mps(text: &str) -> Program {
    let mut reader = Reader::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if line.starts_with(' ') {
            reader.entry(&words);
        } else {
            reader.section = words[0].to_string();
        }
    }
    assert_eq!(reader.section, "ENDATA");
    reader.program
}

#[derive(Default)]
struct Reader {
    section: String,
    program: Program,
    objective: String,
    rows: HashMap<String, (Row, char)>,
    columns: HashMap<String, Var>,
}

impl Reader {
    fn entry(&mut self, words: &[&str]) {
        match self.section.as_str() {
            "ROWS" => self.add_row(words[0], words[1]),
            "COLUMNS" => self.add_term(words[0], words[1], words[2].parse().expect("a number")),
            "RHS" => self.set_right(words[1], words[2].parse().expect("a number")),
            "RANGES" => self.set_range(words[1], words[2].parse().expect("a number")),
            "BOUNDS" => {
                self.set_bound(words[0], words[2], words.get(3).map(|w| w.parse().expect("a number")))
            }
            other => panic!("section {other}"),
        }
    }

    fn label(&mut self, name: &str) -> Label {
        let element = self.program.name(name);
        Label { family: "mps", element, period: None }
    }

    fn add_row(&mut self, kind: &str, name: &str) {
        if kind == "N" {
            self.objective = name.to_string();
            return;
        }
        let label = self.label(name);
        let (lower, upper) = match kind {
            "E" => (0.0, 0.0),
            "G" => (0.0, INF),
            "L" => (-INF, 0.0),
            other => panic!("row {other}"),
        };
        let row = self.program.add_row(label, lower, upper);
        let known = self.rows.insert(name.to_string(), (row, kind.chars().next().expect("a letter")));
        assert!(known.is_none(), "{name} twice");
    }

    fn add_term(&mut self, column: &str, row: &str, value: f64) {
        if !self.columns.contains_key(column) {
            let label = self.label(column);
            let var = self.program.add_variable(label, 0.0, INF);
            self.columns.insert(column.to_string(), var);
        }
        let var = self.columns[column];
        if row == self.objective {
            self.program.add_cost(var, value);
        } else {
            self.program.add_term(self.rows[row].0, var, value);
        }
    }

    fn set_right(&mut self, row: &str, value: f64) {
        let (row, kind) = self.rows[row];
        let lower = if kind == 'L' { -INF } else { value };
        let upper = if kind == 'G' { INF } else { value };
        self.program.set_row_bounds(row, lower, upper);
    }

    fn set_range(&mut self, row: &str, value: f64) {
        let (row, kind) = self.rows[row];
        assert_eq!(kind, 'G', "ranges are written from below");
        let lower = self.program.rows()[row.position()].lower;
        self.program.set_row_bounds(row, lower, lower + value.abs());
    }

    fn set_bound(&mut self, kind: &str, column: &str, value: Option<f64>) {
        let var = self.columns[column];
        let (lower, upper) = (self.program.variable(var).lower, self.program.variable(var).upper);
        let (lower, upper) = match (kind, value) {
            ("FR", None) => (-INF, INF),
            ("MI", None) => (-INF, upper),
            ("FX", Some(value)) => (value, value),
            ("LO", Some(value)) => (value, upper),
            ("UP", Some(value)) => (lower, value),
            other => panic!("bound {other:?}"),
        };
        self.program.set_bounds(var, lower, upper);
    }
}
