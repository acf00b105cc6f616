//! A sum of concave functions of a few variables, made the greatest from outside: each function is replaced by the
//! least of its tangents, a linear program is walked from vertex to vertex, and tangents are added where it ended, until
//! what the tangents promise is what the functions give (J. E. Kelley, 1960; one bound a function).
//!
//! Bargains need it: near a status quo that leaves hardly a choice the sets of plans have almost no inside, and methods
//! that walk inside stop without an answer in half of the scenarios, while vertices do not mind.

use crate::solver::Status;
use crate::solver::program::{Label, Program, Var, phi};
use crate::solver::vertex::Vertex;

/// Where the first tangents touch, as shares of the greatest value.
const FIRST: [f64; 8] = [1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.08, 0.03];
/// What the tangents may promise too much at the end: arguments are then known to about its root.
const GAP: f64 = 1e-9;
/// The same where no tangent helps any more.
const LAST_GAP: f64 = 1e-5;
/// The most rounds.
const ROUNDS: usize = 60;
/// No tangent touches below this share of the greatest value.
const LEAST: f64 = 1e-4;

/// `weight * phi_alpha(var)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Concave {
    pub(super) var: Var,
    pub(super) weight: f64,
    pub(super) alpha: f64,
    /// About the greatest value of the variable; above nothing.
    pub(super) top: f64,
}

/// A program whose objective is minus the sum of the tangents' least values.
pub(super) struct Outer {
    pub(super) program: Program,
    pub(super) steps: u32,
    terms: Vec<Concave>,
    bounds: Vec<Var>,
}

impl Outer {
    /// Puts a bound above each function into a program.
    pub(super) fn of(program: &Program, terms: Vec<Concave>) -> Outer {
        let mut program = program.clone();
        program.clear_objective();
        let mean = terms.iter().map(|term| term.weight).sum::<f64>() / terms.len() as f64;
        let bounds = terms.iter().map(|term| {
            let label = label(&mut program);
            let bound = program.add_variable(label, f64::NEG_INFINITY, f64::INFINITY);
            program.add_cost(bound, -term.weight / mean);
            bound
        });
        let bounds = bounds.collect();
        let terms: Vec<Concave> =
            terms.iter().map(|term| Concave { weight: term.weight / mean, ..*term }).collect();
        let mut outer = Outer { program, steps: 0, terms, bounds };
        for at in 0..outer.terms.len() {
            FIRST.iter().for_each(|share| outer.touch(at, share * outer.terms[at].top));
        }
        outer
    }

    /// Adds the tangent at a point: `bound <= phi(x) + phi'(x) (var - x)`.
    fn touch(&mut self, at: usize, x: f64) {
        let Concave { var, alpha, .. } = self.terms[at];
        let slope = x.powf(-alpha);
        let label = label(&mut self.program);
        let row = self.program.add_row(label, f64::NEG_INFINITY, phi(x, alpha) - slope * x);
        self.program.add_term(row, self.bounds[at], 1.0);
        self.program.add_term(row, var, -slope);
    }

    /// Climbs from near a point of the program; returns the point where the sum is greatest.
    ///
    /// # Errors
    /// How it ended, if it did not arrive.
    pub(super) fn climb(&mut self, near: Vec<f64>) -> Result<Vec<f64>, Status> {
        let (mut best, mut least) = (near.clone(), f64::INFINITY);
        let mut values = near;
        for _ in 0..ROUNDS {
            let Some(next) = self.round(&values) else { break };
            values = next;
            let gap = self.gap(&values);
            let stuck = gap >= least && least <= LAST_GAP;
            if gap < least {
                best.clone_from(&values);
                least = gap;
            }
            if gap <= GAP || stuck {
                break;
            }
            self.touch_all(&values);
        }
        if least <= LAST_GAP { Ok(best) } else { Err(Status::NotConverged) }
    }

    /// The best vertex under the tangents so far, if it is found.
    fn round(&mut self, near: &[f64]) -> Option<Vec<f64>> {
        let mut vertex = Vertex::of(&self.program)?;
        vertex.go_near(near);
        let status = vertex.minimise();
        self.steps += vertex.steps();
        let values = || self.program.variable_ids().map(|var| vertex.value(var)).collect();
        (status == Status::Optimal).then(values)
    }

    /// Where a term's tangents are to touch at a point, and by how much they promise too much there.
    fn excess(&self, at: usize, values: &[f64]) -> (f64, f64) {
        let Concave { var, alpha, top, .. } = self.terms[at];
        let x = values[var.position()].max(LEAST * top);
        (x, values[self.bounds[at].position()] - phi(x, alpha))
    }

    /// What the tangents promise too much in all.
    fn gap(&self, values: &[f64]) -> f64 {
        (0..self.terms.len()).map(|at| self.terms[at].weight * self.excess(at, values).1.max(0.0)).sum()
    }

    fn touch_all(&mut self, values: &[f64]) {
        for at in 0..self.terms.len() {
            let (x, excess) = self.excess(at, values);
            if excess > GAP / (2.0 * self.terms.len() as f64) {
                self.touch(at, x);
            }
        }
    }
}

fn label(program: &mut Program) -> Label {
    Label { family: "tangent", element: program.name("tangent"), period: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x + y <= 1`, `x, y >= 0`.
    fn triangle() -> (Program, [Var; 2]) {
        let mut program = Program::new();
        let element = program.name("x");
        let label = Label { family: "x", element, period: None };
        let vars = [(); 2].map(|()| program.add_variable(label, 0.0, f64::INFINITY));
        let row = program.add_row(label, f64::NEG_INFINITY, 1.0);
        vars.iter().for_each(|&var| program.add_term(row, var, 1.0));
        (program, vars)
    }

    fn climbed(weights: [f64; 2], alpha: f64) -> [f64; 2] {
        let (program, vars) = triangle();
        let terms = vars.iter().zip(weights).map(|(&var, weight)| Concave { var, weight, alpha, top: 1.0 });
        let mut outer = Outer::of(&program, terms.collect());
        let near = vec![0.0; outer.program.variables().len()];
        let values = outer.climb(near).unwrap();
        vars.map(|var| values[var.position()])
    }

    #[test]
    fn logarithms_share_by_weight() {
        let [x, y] = climbed([1.0, 2.0], 1.0);
        assert!((x - 1.0 / 3.0).abs() < 1e-4 && (y - 2.0 / 3.0).abs() < 1e-4, "{x} {y}");
    }

    #[test]
    fn a_greater_aversion_shares_by_a_root_of_the_weight() {
        // w x^-2 = v y^-2: x / y = sqrt(w / v)
        let [x, y] = climbed([1.0, 4.0], 2.0);
        assert!((x - 1.0 / 3.0).abs() < 1e-4 && (y - 2.0 / 3.0).abs() < 1e-4, "{x} {y}");
    }

    #[test]
    fn a_plain_sum_goes_to_whoever_counts_more() {
        let [x, y] = climbed([1.0, 2.0], 0.0);
        assert!(x.abs() < 1e-9 && (y - 1.0).abs() < 1e-9, "{x} {y}");
    }
}
