//! Our own interior-point method. WIP header.

mod blocks;
mod direction;
mod factor;
mod lanes;
mod order;
mod point;
mod standard;
mod start;
mod walk;

use self::blocks::Blocks;
use self::order::{eliminate, stages};
use self::standard::{Data, Standard, scale_slopes, scaled};
use self::walk::Walk;
use super::form::{Form, Point, nothing, solution};
use super::program::Program;
use super::scaling::Scaling;
use super::{Solution, Solver, Status};

/// The method and its settings.
#[derive(Debug)]
pub struct InteriorPoint {
    /// The errors allowed, relative to the scaled program.
    pub tolerance: f64,
    /// The most iterations.
    pub iterations: u32,
}

impl Default for InteriorPoint {
    fn default() -> InteriorPoint {
        InteriorPoint { tolerance: 1e-10, iterations: 100 }
    }
}

impl Solver for InteriorPoint {
    fn name(&self) -> &'static str {
        "interior-point"
    }

    fn solve(&self, program: &Program) -> Solution {
        let t0 = std::time::Instant::now();
        let Some(form) = Form::of(program) else { return nothing(program, Status::Infeasible, 0) };
        if form.width() == 0 {
            return solution(program, &form, &Point::default(), Status::Optimal);
        }
        let t1 = t0.elapsed();
        let mut own = form.clone();
        let mut scaling = Scaling::equilibrate(&mut own);
        scale_slopes(&mut own, &mut scaling);
        let t2 = t0.elapsed();
        let mut standard = Standard::of(&scaled(&form, &scaling));
        let stage = stages(program, &form);
        let mut row_stage = vec![0; standard.rows];
        for (row, place) in standard.place.iter().enumerate() {
            if let Some(place) = place {
                row_stage[*place] = stage[row];
            }
        }
        let t3 = t0.elapsed();
        let elimination = eliminate(standard.pattern(), &row_stage);
        let t4 = t0.elapsed();
        let blocks = Blocks::of(&elimination, standard.pattern());
        standard.reorder(&blocks);
        let t5 = t0.elapsed();
        let mut data = Data::<1>::new(&standard);
        data.put(0, &standard, &own);
        let found = Walk::new(&standard, &blocks, data).run(self.tolerance, self.iterations);
        let t6 = t0.elapsed();
        let mut point = Point {
            values: found.point.x[..standard.width].iter().map(|x| x.0[0]).collect(),
            row_duals: standard.place.iter().map(|p| p.map_or(0.0, |p| found.point.y[p].0[0])).collect(),
            reduced_costs: vec![0.0; standard.width],
        };
        for (at, &column) in standard.low.iter().enumerate() {
            if column < standard.width {
                point.reduced_costs[column] += found.point.floor[at].0[0];
            }
        }
        for (at, &column) in standard.high.iter().enumerate() {
            if column < standard.width {
                point.reduced_costs[column] -= found.point.ceiling[at].0[0];
            }
        }
        scaling.unscale(&mut point);
        let flops: usize = blocks.blocks.iter().map(|b| (0..b.width).map(|k| (b.height()-k)*(b.height()-k+1)/2).sum::<usize>()).sum();
        if std::env::var("TIME").is_ok() { println!("form {t1:?} scale {:?} std {:?} elim {:?} blocks {:?} data {:?} walk {:?} | rows {} cols {} nnz {} products {} blocks {} size {} flops {flops} its {}", t2-t1, t3-t2, t4-t3, t5-t4, t5-t4, t6-t5, standard.rows, standard.columns(), standard.row.len(), standard.products.len(), blocks.blocks.len(), blocks.size, found.iterations[0]); }
        let status = if found.error[0] <= self.tolerance {
            Status::Optimal
        } else if found.error[0] <= 1e3 * self.tolerance {
            Status::AlmostOptimal
        } else {
            Status::NotConverged
        };
        let answer = solution(program, &form, &point, status);
        Solution { iterations: found.iterations[0], ..answer }
    }
}
