//! From the shape of the file to the typed model; every problem is gathered, none stops the next.
//!
//! Each noun has its own file. Where a value is wrong a harmless one takes its place until the end,
//! when any problem at all means that there is no scenario.

mod contract;
pub(super) mod desk;
mod guarantees;
mod inflow;
mod lag;
mod power;
mod river;
mod rules;
mod run;
pub(super) mod series;
mod span;
mod terms;
mod water_use;

use super::order::by_name;
use super::overlay::Overlaid;
use super::problem::{Gathered, Problems};
use super::schema::ScenarioFile;
use super::{Scenario, written};
use crate::hydrology::state::State;
use crate::network::basin::Basin;

use desk::Desk;

/// Builds the scenario, or says everything that is wrong with it.
pub(crate) fn build(
    overlaid: &Overlaid,
    file: &ScenarioFile,
    gathered: Gathered,
) -> Result<Scenario, Problems> {
    let origins = &overlaid.origins;
    let horizon = run::horizon(&file.horizon, origins, &gathered);
    let desk = Desk::new(file, origins, &gathered, horizon);
    let header = run::header(&desk);
    let river = river::build(&desk);
    let uses = water_use::build(&desk);
    river::check_order(&desk, &river, uses.demands.as_slice());
    let power = power::build(&desk);
    let (promises, promise_prices) = water_use::promises(&desk);
    let inflows = inflow::build(&desk);
    let rivers = inflow::rivers(&desk);
    let (policies, run_policies) = run::policies(&desk);
    guarantees::check(&desk, &uses.demands);
    run::check_sources(&desk);
    if gathered.any() {
        return Err(gathered.into_problems(&origins.headings()));
    }
    let merged = written::merged(overlaid.table.clone(), overlaid, file, &desk, &header.name);
    let in_one_order = written::merged(by_name(&overlaid.table), overlaid, file, &desk, &header.name);
    let Desk { horizon, .. } = desk;
    let basin = Basin {
        horizon,
        riparians: river.riparians,
        rivers: river.rivers,
        nodes: river.nodes,
        reaches: river.reaches,
        downstream_order: river.downstream_order,
        reservoirs: river.reservoirs,
        plants: power.plants,
        demands: uses.demands,
        drainages: uses.drainages,
        treaties: uses.treaties,
        promises,
        promise_prices,
        areas: power.areas,
        thermals: power.thermals,
        fuels: power.fuels,
        markets: power.markets,
        lines: power.lines,
    };
    Ok(Scenario {
        name: header.name,
        title: header.title,
        about: header.about,
        basin,
        inflows,
        rivers,
        start: State { storage: river.storage_start, transit: river.transit, drained: uses.drained },
        end_storage: river.storage_end,
        policies,
        run_policies,
        files: origins.source_files(),
        digest: super::overlay::sha256(in_one_order.as_bytes()),
        merged,
    })
}
