//! The indices of everything a basin is made of: each indexes only its own table.

use crate::indices;

indices! {
    /// A riparian: a country that shares the basin.
    RiparianIdx,
    /// A river system within the basin (Syr Darya, Amu Darya).
    RiverIdx,
    /// A node of the river network.
    NodeIdx,
    /// A reach between two nodes.
    ReachIdx,
    /// A reservoir.
    ReservoirIdx,
    /// A hydropower plant.
    PlantIdx,
    /// A demand site.
    DemandIdx,
    /// A drainage: the delayed return of used water.
    DrainageIdx,
    /// A limit that a treaty sets.
    TreatyIdx,
    /// A promise of the physics.
    PromiseIdx,
    /// A power area: the power system of one riparian.
    AreaIdx,
    /// A thermal unit.
    ThermalIdx,
    /// A budget of fuel.
    FuelIdx,
    /// An outside market that sells or buys electricity.
    MarketIdx,
    /// A power line, in one direction.
    LineIdx,
}
