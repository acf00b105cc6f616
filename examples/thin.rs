//! scratch
use mirab::allocation::allocate::*;
use mirab::allocation::formulation::*;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::Solver;
fn main() {
    let s = mirab::scenario::load("dry-year", &[]).unwrap();
    let w = s.window();
    let solver = Clarabel::default();
    let y = first_yields(w, &solver).unwrap();
    let mut f = Formulation::new(w, &y, Detail::Physics);
    f.minimise_shortfall();
    let r = solver.solve(&f.program);
    let least = LeastShortfall::read(&f, &r);
    println!("P* {} kept {} of {}", least.total, least.kept.iter().filter(|k| **k).count(), least.kept.len());
    f.program.clear_objective();
    f.hold_shortfall(&least);
    let r = solver.solve(&f.program);
    println!("{:?} {:?}", r.status, r.accuracy);
    let mut n = 0;
    for v in f.program.variable_ids() {
        let var = f.program.variable(v);
        if var.lower == var.upper { continue; }
        let x = r.values[v.position()];
        let size = if (var.upper - var.lower).is_finite() { var.upper - var.lower } else { x.abs().max(1.0) };
        let slack = (x - var.lower).min(var.upper - x) / size;
        if slack < 1e-5 { n += 1; println!("{} {} [{}, {}] {:e}", f.program.label_text(var.label), x, var.lower, var.upper, slack); }
    }
    println!("{n} thin");
    let sums = f.program.row_sums(&r.values);
    for row in f.program.row_ids() {
        let b = f.program.row(row);
        if b.lower == b.upper { continue; }
        let x = sums[row.position()];
        let slack = (x - b.lower).min(b.upper - x);
        if slack < 1e-3 { println!("row {} {} [{}, {}] {:e}", f.program.label_text(b.label), x, b.lower, b.upper, slack); }
    }
}
