//! What stands: a decision that another has made, kept as far as the water allows.
//!
//! `x + below - above = x'` where `x'` is the decision as it stands, at a price for both. The price is above
//! what any use of water earns, so it is paid only where the river cannot do otherwise; its size then does
//! not change the plan.

use crate::network::basin::Basin;
use crate::solver::program::Var;

use super::super::formulation::Formulation;

/// How many times the dearest use of water it costs to move what stands.
const DEARER: f64 = 10.0;

/// The price of moving what stands, MUSD/hm3.
pub(crate) fn price(basin: &Basin, formulation: &Formulation<'_>) -> f64 {
    let broken = formulation.vars.broken.iter().map(|broken| broken.price);
    let farms =
        basin.demands.iter().flat_map(|demand| demand.benefit_steps()).map(|(_, value)| value.value());
    DEARER * broken.chain(farms).fold(dearest_power(basin).max(1.0), f64::max)
}

/// The dearest use of power, MUSD/GWh.
pub(crate) fn dearest_power(basin: &Basin) -> f64 {
    let power =
        basin.areas.iter().map(|area| 1e-3 * (area.reference_price.value() + area.lost_load_cost.value()));
    power.fold(0.0, f64::max)
}

/// Makes a variable stand at a value; returns what measures how far it is moved.
pub(crate) fn stand(formulation: &mut Formulation<'_>, var: Var, value: f64) -> [Var; 2] {
    let program = &mut formulation.program;
    let label = program.variable(var).label;
    let row = program.add_row(label, value, value);
    program.add_term(row, var, 1.0);
    [1.0, -1.0].map(|sign| {
        let moved = program.add_variable(label, 0.0, f64::INFINITY);
        program.add_term(row, moved, sign);
        moved
    })
}

/// How a series of decisions is held in the program of those who answer: a riparian, or a coalition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hold {
    /// Their own: free.
    Own,
    /// What is left, passed on: free.
    Follows,
    /// Out of reach: where it is.
    Fixed,
    /// Another's, as far as they leave water.
    AtMost,
    /// Another's, and it stands.
    Stands,
}
