//! scratch
use mirab::allocation::allocate::*;
use mirab::solver::clarabel::Clarabel;
use mirab::solver::program::Program;
use mirab::solver::{Solution, Solver};
use std::time::Instant;
struct Log(Clarabel);
impl Solver for Log {
    fn name(&self) -> &'static str {
        "log"
    }
    fn solve(&self, p: &Program) -> Solution {
        let t = Instant::now();
        let r = self.0.solve(p);
        println!(
            "   {}x{} convex {} {:?} obj {:.6} it {} acc {:.1e} {:.1e} {:.1e} in {:?}",
            p.rows().len(),
            p.variables().len(),
            p.convex_terms().len(),
            r.status,
            r.objective,
            r.iterations,
            r.accuracy.primal,
            r.accuracy.dual,
            r.accuracy.gap,
            t.elapsed()
        );
        r
    }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let s = mirab::scenario::load(&args[1], &[]).unwrap();
    let w = s.window();
    let solver = Log(Clarabel::default());
    println!("first yields");
    let y = first_yields(w, &solver).unwrap();
    for (name, p) in &s.policies {
        if args.len() > 2 && !args[2..].contains(name) {
            continue;
        }
        println!("{name}");
        let t = Instant::now();
        match allocate(w, p, &solver, &y) {
            Ok(a) => println!(
                "  done in {:?} gap {} benefit {} {:?}",
                t.elapsed(),
                a.effort.head_gap,
                a.benefit,
                a.effort.warnings
            ),
            Err(e) => println!("  {e}"),
        }
    }
}
