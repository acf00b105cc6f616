//! What a contract asks on a basin: `sum of R over April-September >= that of the status quo + V` of the owner, and net
//! receipts over lines, each beyond what the status quo sends.
//!
//! Only rows and what plans have of them; who answers to them is left to `equilibrium`.

use crate::network::basin::{Basin, ReachIdx, RiparianIdx};
use crate::network::power_system::Terminal;
use crate::quantity::calendar::Season;
use crate::quantity::index::PeriodIdx;
use crate::solver::program::{Label, Var};

use super::super::formulation::Formulation;
use super::super::plan::Plan;
use super::record::Contract;

/// A release that the owner of a reservoir has promised over April-September.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::allocation) struct Promise {
    /// Whose promise.
    pub(in crate::allocation) owner: RiparianIdx,
    /// What is let out beyond the status quo, hm3.
    pub(in crate::allocation) more: f64,
    /// What is let out under the status quo, hm3.
    before: f64,
    outlets: Vec<ReachIdx>,
    periods: Vec<PeriodIdx>,
}

impl Promise {
    /// The promise of a contract on a basin, counted from the status quo's plan; none where its owner or its reservoir is
    /// not there. A part of the season has its part of the volume by days.
    pub(in crate::allocation) fn of(
        basin: &Basin,
        contract: &Contract,
        status_quo: &Plan,
    ) -> Option<Promise> {
        let owner = basin.riparian_named(&contract.owner)?;
        let reservoir = Basin::find(&basin.reservoirs, &contract.reservoir, |own| &own.name)?;
        let outlets = basin.outlets(basin.reservoirs[reservoir].node).collect();
        let periods = basin.horizon.periods_in(Season::Vegetation).collect();
        let more = contract.volume_of_this_year() * basin.horizon.times(Season::Vegetation);
        let mut promise = Promise { owner, more, before: 0.0, outlets, periods };
        promise.before = promise.release(status_quo);
        Some(promise)
    }

    /// What a plan lets out beyond the status quo, hm3.
    pub(in crate::allocation) fn kept(&self, plan: &Plan) -> f64 {
        self.release(plan) - self.before
    }

    fn release(&self, plan: &Plan) -> f64 {
        self.outlets.iter().flat_map(|&r| self.periods.iter().map(move |&t| plan.flow[r][t])).sum()
    }

    /// Adds `sum of flow + short >= before + more`; returns what measures the shortfall.
    pub(in crate::allocation) fn add_to(&self, formulation: &mut Formulation<'_>) -> Var {
        let flows = self.outlets.iter().flat_map(|&r| self.periods.iter().map(move |&t| (r, t)));
        let terms: Vec<(Var, f64)> = flows.map(|(r, t)| (formulation.vars.flow[r][t], 1.0)).collect();
        least(formulation, "contract_release", self.before + self.more, &terms)
    }
}

/// A net receipt over the lines from one riparian to another in a season, GWh, as it arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::allocation) struct Receipt {
    /// Who sends.
    pub(in crate::allocation) giver: RiparianIdx,
    /// Who receives.
    pub(in crate::allocation) taker: RiparianIdx,
    /// When.
    pub(in crate::allocation) season: Season,
    /// The least that is received, GWh.
    pub(in crate::allocation) least: f64,
}

impl Receipt {
    /// What a plan has of it: `sum of (1 - loss) sent there - sent back`, GWh.
    pub(in crate::allocation) fn net(&self, basin: &Basin, plan: &Plan) -> f64 {
        let terms = basin.lines.enumerate().flat_map(|(l, line)| {
            let part = self.part(basin, (line.from, line.to), line.loss);
            basin.horizon.periods_in(self.season).map(move |t| part * plan.sent[l][t])
        });
        terms.sum()
    }

    /// Adds `net receipt + short >= least`; returns what measures the shortfall.
    pub(in crate::allocation) fn add_to(&self, formulation: &mut Formulation<'_>) -> Var {
        let basin = formulation.window.basin;
        let mut terms = Vec::new();
        for (l, line) in basin.lines.enumerate() {
            let part = self.part(basin, (line.from, line.to), line.loss);
            if part != 0.0 {
                terms.extend(
                    basin.horizon.periods_in(self.season).map(|t| (formulation.vars.sent[l][t], part)),
                );
            }
        }
        least(formulation, "contract_receipt", self.least, &terms)
    }

    /// What a unit sent on a line adds to the receipt.
    fn part(&self, basin: &Basin, (from, to): (Terminal, Terminal), loss: f64) -> f64 {
        let is = |end: Terminal, who: RiparianIdx| end.area().is_some_and(|a| basin.areas[a].riparian == who);
        if is(from, self.giver) && is(to, self.taker) {
            1.0 - loss
        } else if is(from, self.taker) && is(to, self.giver) {
            -1.0
        } else {
            0.0
        }
    }
}

/// Adds `sum of terms + short >= least`, `short >= 0`.
fn least(formulation: &mut Formulation<'_>, family: &'static str, least: f64, terms: &[(Var, f64)]) -> Var {
    let program = &mut formulation.program;
    let label = Label { family, element: program.name("contract"), period: None };
    let row = program.add_row(label, least, f64::INFINITY);
    let short = program.add_variable(label, 0.0, f64::INFINITY);
    program.add_term(row, short, 1.0);
    terms.iter().for_each(|&(var, coefficient)| program.add_term(row, var, coefficient));
    short
}
