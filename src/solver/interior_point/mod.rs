//! Our own interior-point method: a primal-dual walk (S. Mehrotra, 1992; J. Gondzio, 1996) over the stages of a
//! program, which takes alpha-fair terms directly. This file says who may use it, what counts as an answer and who is
//! asked when there is none; docs/solver.md tells the method.

mod aim;
mod batch;
mod blocks;
mod direction;
mod factor;
mod judge;
mod lanes;
mod order;
mod plan;
mod point;
mod proof;
mod standard;
mod start;
mod walk;

pub use self::batch::Batch;

use self::plan::{Memory, Plan};
use self::start::Near;
use self::walk::{Ended, Manner, Walk};
use super::clarabel::Clarabel;
use super::form::{Form, Point, nothing, solution};
use super::program::{ConvexTerm, Program};
use super::{Alike, Solution, Solver, Status};

/// The method and its settings.
#[derive(Debug)]
pub struct InteriorPoint {
    /// The errors of rows, slopes and gap allowed, relative to the scaled program.
    pub tolerance: f64,
    /// The most iterations of one walk.
    pub iterations: u32,
    /// Whether the general conic solver is asked where the walk does not arrive.
    pub second_opinion: bool,
    memory: Memory,
}

/// Corrections towards the centre in each iteration of a first walk, and of a second.
const HASTY: usize = 1;
const CAREFUL: usize = 3;

/// A row that misses by this share of its largest part is no answer, whatever the walk says.
const NO_ANSWER: f64 = 1e-7;

/// Nor is a slope that misses by this share of the steepest.
const NO_SLOPE: f64 = 1e-6;

/// An answer whose gap is more than this share of the objective and of what its squares are made of is none: a program with
/// almost no inside may leave a large one behind small errors.
const NO_GAP: f64 = 1e-4;

impl Default for InteriorPoint {
    fn default() -> InteriorPoint {
        InteriorPoint { tolerance: 1e-10, iterations: 100, second_opinion: true, memory: Memory::default() }
    }
}

impl Solver for InteriorPoint {
    fn name(&self) -> &'static str {
        "interior-point"
    }

    fn solve(&self, program: &Program) -> Solution {
        self.solve_near(program, None)
    }

    fn alike<'s>(&'s self, template: &Program) -> Box<dyn Alike + 's> {
        Box::new(self.batch(template))
    }
}

impl InteriorPoint {
    /// Minimises the program, beginning near a solution of a like one: a neighbouring trace, the last pass, the
    /// last round. The answer is the same to the tolerance, not to the byte.
    pub fn solve_from(&self, program: &Program, near: &Solution) -> Solution {
        self.solve_near(program, Some(near))
    }

    fn solve_near(&self, program: &Program, near: Option<&Solution>) -> Solution {
        let Some(form) = Form::of(program) else { return nothing(program, Status::Infeasible, 0) };
        if form.width() == 0 {
            return solution(program, &form, &Point::default(), Status::Optimal);
        }
        let plan = Plan::of(program, form.clone(), &self.memory);
        let mut found = self.walk::<1>(&plan, &[program], std::slice::from_ref(&form), near);
        found.pop().unwrap_or_else(|| nothing(program, Status::NotConverged, 0))
    }

    /// Solves some programs of one plan, as many at once as there are lanes; the answers come in their order.
    fn walk<const L: usize>(
        &self,
        plan: &Plan,
        programs: &[&Program],
        forms: &[Form],
        near: Option<&Solution>,
    ) -> Vec<Solution> {
        let near = near.and_then(|near| plan.near(near));
        let manner = self.manner(HASTY, near.as_ref());
        let mut ended = Walk::<L>::new(plan, manner).run(forms);
        ended.sort_by_key(|ended| ended.form);
        let read = |((program, form), ended): ((&&Program, &Form), Ended)| {
            let answer = read(program, form, ended);
            if is_settled(program, &answer) {
                answer
            } else {
                self.again(plan, program, form, answer.iterations)
            }
        };
        programs.iter().zip(forms).zip(ended).map(read).collect()
    }

    fn manner<'a>(&self, corrections: usize, near: Option<&'a Near>) -> Manner<'a> {
        Manner { tolerance: self.tolerance, limit: self.iterations, corrections, near }
    }

    /// A second walk from afar and with more care, alone; then the second opinion.
    fn again(&self, plan: &Plan, program: &Program, form: &Form, before: u32) -> Solution {
        let mut ended = Walk::<1>::new(plan, self.manner(CAREFUL, None)).run(std::slice::from_ref(form));
        let Some(ended) = ended.pop() else { return nothing(program, Status::NotConverged, before) };
        let answer = read(program, form, ended);
        let iterations = before + answer.iterations;
        if is_settled(program, &answer) {
            return Solution { iterations, ..answer };
        }
        if !self.second_opinion {
            return nothing(program, Status::NotConverged, iterations);
        }
        let second = Clarabel::default().solve(program);
        let iterations = iterations + second.iterations;
        let nearer = answer.is_usable()
            && (!second.is_usable()
                || answer.accuracy.gap < second.accuracy.gap
                    && answer.accuracy.primal < second.accuracy.primal);
        Solution { iterations, second_opinion: true, ..if nearer { answer } else { second } }
    }
}

/// The solution of a program from where the walk for it ended.
fn read(program: &Program, form: &Form, ended: Ended) -> Solution {
    let answer = match ended.status {
        Status::Optimal | Status::AlmostOptimal => solution(program, form, &ended.point, ended.status),
        _ => nothing(program, ended.status, 0),
    };
    Solution { iterations: ended.iterations, ..answer }
}

/// Whether an answer needs no other: it is one, or it is proved that there is none.
fn is_settled(program: &Program, answer: &Solution) -> bool {
    match answer.status {
        Status::Optimal | Status::AlmostOptimal => is_answer(program, answer),
        Status::Infeasible | Status::Unbounded => true,
        Status::NotConverged => false,
    }
}

/// Whether the rows and slopes of a solution close, measured on the program as it was given.
fn is_answer(program: &Program, found: &Solution) -> bool {
    let (mut sums, mut slopes, mut parts) = (1.0, 1.0, found.objective.abs().max(1.0));
    for term in program.terms() {
        let (row, var) = (term.row.position(), term.var.position());
        sums = f64::max(sums, (term.coefficient * found.values[var]).abs());
        slopes = f64::max(slopes, (term.coefficient * found.row_duals[row]).abs());
    }
    slopes = program.costs().fold(slopes, |most, (_, cost)| f64::max(most, cost.abs()));
    for term in program.convex_terms() {
        if let ConvexTerm::Quadratic { var, weight, target } = *term {
            let size = target.abs().max(found.values[var.position()].abs());
            slopes = f64::max(slopes, weight * size);
            parts += weight * size * size;
        }
    }
    let gap = found.accuracy.gap * found.objective.abs().max(1.0);
    found.objective.is_finite()
        && gap <= NO_GAP * parts
        && found.accuracy.primal <= NO_ANSWER * sums
        && found.accuracy.dual <= NO_SLOPE * slopes
}
