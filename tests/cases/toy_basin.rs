//! Cases of the smallest basin: one reservoir, two seasons, winter energy against summer irrigation.
//!
//! The reservoir is empty at both ends and everything is released: `rs` in summer, `rw = inflow - rs` in winter, at
//! most the storage of summer's water kept for winter. `K` draws energy from `rw`, `D` irrigates with `rs`; each
//! need is met to the share `u`, at most 1.

use mirab::fairness::welfare::Polyhedron;
use serde::Deserialize;
use toml::Table;

use crate::check::{Answer, Solved};
use crate::file::{Numbers, fields};
use crate::sets::{Alpha, Wish, point};

/// The members, in the order of `u`.
const MEMBERS: [&str; 2] = ["K", "D"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToyBasin {
    /// Of summer and of winter.
    inflow: [f64; 2],
    storage_max: f64,
    energy_winter_need: f64,
    irrigation_summer_need: f64,
    order_of_priority: Option<Vec<String>>,
    alpha: Option<Alpha>,
    weights: Option<Numbers>,
    d: Option<Numbers>,
    u0: Option<Numbers>,
    /// Limits of the shares themselves.
    ub: Option<Numbers>,
}

impl ToyBasin {
    /// The shares `(k, d)` of the needs that can be met: `K k <= winter + min(storage, summer)`, `D d <= summer`,
    /// `K k + D d <= summer + winter`, which is what is left of the limits of `rs` once it is eliminated.
    fn shares(&self) -> Result<Polyhedron, String> {
        let [summer, winter] = self.inflow;
        let needs = [self.energy_winter_need, self.irrigation_summer_need];
        if !needs.iter().all(|need| *need > 0.0) {
            return Err(format!("needs of {needs:?}: a share of a need that is not positive means nothing"));
        }
        let most = [winter + self.storage_max.min(summer), summer];
        let limits = list(self.ub.as_ref());
        let upper = (0..2).map(|k| (most[k] / needs[k]).min(1.0).min(*limits.get(k).unwrap_or(&1.0)));
        Ok(Polyhedron {
            rows: vec![needs.to_vec()],
            limits: vec![summer + winter],
            upper: upper.collect(),
            utilities: Vec::new(),
            constants: list(self.u0.as_ref()),
        })
    }

    /// The order of priority as places in [`MEMBERS`].
    fn order(&self) -> Result<Option<Vec<usize>>, String> {
        let place = |name: &String| {
            let known = MEMBERS.iter().position(|member| member == name);
            known.ok_or_else(|| format!("order_of_priority: no member is called `{name}`"))
        };
        self.order_of_priority.as_ref().map(|names| names.iter().map(place).collect()).transpose()
    }
}

fn list(numbers: Option<&Numbers>) -> Vec<f64> {
    numbers.map_or_else(Vec::new, |numbers| numbers.spread(2))
}

/// `toy_basin`: the shares of the needs of `K` and `D` that a rule chooses.
pub fn toy_basin(rule: &str, input: Table) -> Solved {
    let case: ToyBasin = fields(input)?;
    let wish = Wish {
        alpha: case.alpha.clone(),
        weights: list(case.weights.as_ref()),
        d: list(case.d.as_ref()),
        order: case.order()?,
    };
    let (point, worth) = point(rule, case.shares()?, &wish)?;
    Ok(Answer::of("u", point.utilities).with("value", worth))
}
