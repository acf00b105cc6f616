//! The basin: all tables of what stands where, and questions about them.

use crate::quantity::calendar::Horizon;
use crate::quantity::index::{Idx, Table};

use super::demand::{Demand, Drainage, TreatyLimit};
use super::plant::Plant;
use super::power_system::{FuelBudget, Line, Market, PowerArea, ThermalUnit};
use super::promise::{Promise, PromisePrices};
use super::reservoir::Reservoir;
use super::topology::{Node, Reach};

pub use super::index::*;

/// A country that shares the basin.
#[derive(Clone, Debug, PartialEq)]
pub struct Riparian {
    /// The short name used in files and tables: `KG`.
    pub name: String,
    /// The name people read: `Kyrgyzstan`.
    pub title: String,
    /// People who live inside the basin, millions (for weights and for weighted inequality).
    pub population_million: f64,
    /// Gross domestic product per head, USD a year (for weights by need), if it is known.
    pub income_per_head: Option<f64>,
}

/// A river system within the basin: shares are agreed river by river.
#[derive(Clone, Debug, PartialEq)]
pub struct River {
    /// The short name used in files: `amu`.
    pub name: String,
    /// The name people read: `Amu Darya`.
    pub title: String,
}

/// The immutable description of a basin over a horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct Basin {
    /// The periods for which everything below is given.
    pub horizon: Horizon,
    /// Who shares it.
    pub riparians: Table<RiparianIdx, Riparian>,
    /// The river systems.
    pub rivers: Table<RiverIdx, River>,
    /// Reservoirs, junctions and sinks.
    pub nodes: Table<NodeIdx, Node>,
    /// What joins them.
    pub reaches: Table<ReachIdx, Reach>,
    /// The nodes in an order in which water only runs forward.
    pub downstream_order: Vec<NodeIdx>,
    /// Reservoirs.
    pub reservoirs: Table<ReservoirIdx, Reservoir>,
    /// Hydropower plants.
    pub plants: Table<PlantIdx, Plant>,
    /// Demand sites.
    pub demands: Table<DemandIdx, Demand>,
    /// Drainages.
    pub drainages: Table<DrainageIdx, Drainage>,
    /// Treaty limits.
    pub treaties: Table<TreatyIdx, TreatyLimit>,
    /// Environmental flows, minimum releases and other flows that bind every policy.
    pub promises: Table<PromiseIdx, Promise>,
    /// What a shortfall of each kind of promise costs.
    pub promise_prices: PromisePrices,
    /// Power areas.
    pub areas: Table<AreaIdx, PowerArea>,
    /// Thermal units.
    pub thermals: Table<ThermalIdx, ThermalUnit>,
    /// Fuel budgets.
    pub fuels: Table<FuelIdx, FuelBudget>,
    /// Outside markets.
    pub markets: Table<MarketIdx, Market>,
    /// Power lines.
    pub lines: Table<LineIdx, Line>,
}

impl Basin {
    /// The reaches that leave a node; the first is its main outlet.
    pub fn outlets(&self, node: NodeIdx) -> impl Iterator<Item = ReachIdx> + '_ {
        self.reaches.enumerate().filter(move |(_, reach)| reach.from == node).map(|(r, _)| r)
    }

    /// The reaches that end in a node.
    pub fn inlets(&self, node: NodeIdx) -> impl Iterator<Item = ReachIdx> + '_ {
        self.reaches.enumerate().filter(move |(_, reach)| reach.to == node).map(|(r, _)| r)
    }

    /// The demands that draw from a node.
    pub fn demands_at(&self, node: NodeIdx) -> impl Iterator<Item = DemandIdx> + '_ {
        self.demands.enumerate().filter(move |(_, demand)| demand.node == node).map(|(k, _)| k)
    }

    /// The drainages that come out at a node.
    pub fn drainages_at(&self, node: NodeIdx) -> impl Iterator<Item = DrainageIdx> + '_ {
        self.drainages.enumerate().filter(move |(_, drainage)| drainage.node == node).map(|(d, _)| d)
    }

    /// The plants that stand on a reach, from its head downstream.
    pub fn plants_on(&self, reach: ReachIdx) -> impl Iterator<Item = PlantIdx> + '_ {
        self.plants.enumerate().filter(move |(_, plant)| plant.reach == reach).map(|(h, _)| h)
    }

    /// The plant at a reservoir's dam, if there is one: the one whose head is the reservoir's own level, or
    /// else the first on its main outlet.
    pub fn plant_of(&self, reservoir: ReservoirIdx) -> Option<PlantIdx> {
        let mut plants = self.plants.enumerate();
        let at_dam = plants.find(|(_, plant)| plant.head.reservoir() == Some(reservoir)).map(|(h, _)| h);
        let outlet = self.outlets(self.reservoirs[reservoir].node).next();
        at_dam.or_else(|| outlet.and_then(|reach| self.plants_on(reach).next()))
    }

    /// The power area of a riparian, if it has one.
    pub fn area_of(&self, riparian: RiparianIdx) -> Option<AreaIdx> {
        self.areas.enumerate().find(|(_, area)| area.riparian == riparian).map(|(a, _)| a)
    }

    /// The riparian of that short name.
    pub fn riparian_named(&self, name: &str) -> Option<RiparianIdx> {
        self.riparians.enumerate().find(|(_, riparian)| riparian.name == name).map(|(i, _)| i)
    }

    /// Looks a row up by name in any table whose rows can tell theirs.
    pub fn find<I: Idx, T>(table: &Table<I, T>, name: &str, name_of: impl Fn(&T) -> &str) -> Option<I> {
        table.enumerate().find(|(_, item)| name_of(item) == name).map(|(k, _)| k)
    }
}
