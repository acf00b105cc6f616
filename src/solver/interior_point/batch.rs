//! Batches: programs that differ only in right-hand sides, bounds, costs and weights, solved side by side in the
//! lanes of the processor with one plan. Where a program does not fit it is solved alone. Which programs these are,
//! and in how many threads, is left to the caller.

use super::super::form::Form;
use super::super::program::Program;
use super::super::{Alike, Solution, Solver};
use super::InteriorPoint;
use super::plan::Plan;

/// How many programs are solved side by side: four fill a register of 256 bits, and what a year of months needs
/// for four stays in the nearer caches; with eight a trace takes a third longer.
const WIDTH: usize = 4;

/// Programs like a template, to be solved side by side.
#[derive(Debug)]
pub struct Batch<'a> {
    solver: &'a InteriorPoint,
    plan: Option<Plan>,
}

impl InteriorPoint {
    /// Makes the plan for programs like a template: the scaling and the order of elimination are its own.
    pub fn batch(&self, template: &Program) -> Batch<'_> {
        let form = Form::of(template).filter(|form| form.width() > 0);
        Batch { solver: self, plan: form.map(|form| Plan::of(template, form, &self.memory)) }
    }
}

impl Batch<'_> {
    /// How many programs are solved side by side: calls with a multiple of it waste nothing.
    pub const WIDTH: usize = WIDTH;

    /// Solves the programs, in their order. What each comes to does not depend on which others are solved with it.
    pub fn solve(&self, programs: &[Program]) -> Vec<Solution> {
        self.solve_near(&programs.iter().collect::<Vec<_>>(), None)
    }

    fn solve_near(&self, programs: &[&Program], near: Option<&Solution>) -> Vec<Solution> {
        let forms = programs.iter().map(|program| self.fitting(program));
        let (mut fitting, mut alone): (Vec<(usize, Form)>, Vec<usize>) = (Vec::new(), Vec::new());
        for (at, form) in forms.enumerate() {
            match form {
                Some(form) => fitting.push((at, form)),
                None => alone.push(at),
            }
        }
        let mut solutions: Vec<(usize, Solution)> =
            alone.into_iter().map(|at| (at, self.solver.solve(programs[at]))).collect();
        let places: Vec<usize> = fitting.iter().map(|(at, _)| *at).collect();
        let fitting_programs: Vec<&Program> = places.iter().map(|at| programs[*at]).collect();
        let forms: Vec<Form> = fitting.into_iter().map(|(_, form)| form).collect();
        solutions.extend(places.into_iter().zip(self.group(&fitting_programs, &forms, near)));
        solutions.sort_by_key(|(at, _)| *at);
        solutions.into_iter().map(|(_, solution)| solution).collect()
    }

    /// The program's form, if it fits the plan.
    fn fitting(&self, program: &Program) -> Option<Form> {
        let plan = self.plan.as_ref()?;
        Form::of(program).filter(|form| plan.fits(form))
    }

    fn group(&self, programs: &[&Program], forms: &[Form], near: Option<&Solution>) -> Vec<Solution> {
        let Some(plan) = &self.plan else { return Vec::new() };
        if programs.len() == 1 {
            self.solver.walk::<1>(plan, programs, forms, near)
        } else {
            self.solver.walk::<WIDTH>(plan, programs, forms, near)
        }
    }
}

impl Alike for Batch<'_> {
    fn solve_from(&self, programs: &[&Program], near: &Solution) -> Vec<Solution> {
        self.solve_near(programs, Some(near))
    }
}
