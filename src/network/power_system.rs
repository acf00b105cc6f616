//! Power areas, thermal units, fuel budgets, outside markets and lines.

use crate::quantity::index::Series;
use crate::quantity::units::{Energy, EnergyPrice, Power};

use super::index::{AreaIdx, FuelIdx, MarketIdx, RiparianIdx};

/// The power system of one riparian, seen as one place.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerArea {
    /// The short name used in files and tables: that of the riparian.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// Whose it is.
    pub riparian: RiparianIdx,
    /// What its customers want in each period (pumping of modelled canals not included).
    pub load: Series<Energy>,
    /// What comes from plants outside the model (small hydro, sun, wind), taken as it comes.
    pub other: Series<Energy>,
    /// What served energy is worth.
    pub reference_price: EnergyPrice,
    /// What unserved energy costs on top of the value it would have had.
    pub lost_load_cost: EnergyPrice,
}

/// A group of thermal stations of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalUnit {
    /// The short name used in files and tables.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// The power area it feeds.
    pub area: AreaIdx,
    /// `gas`, `coal`, `oil`, ...
    pub kind: String,
    /// Installed capacity.
    pub capacity: Power,
    /// Share of it that can run in each period, 0 to 1.
    pub availability: Series<f64>,
    /// Fuel, operation and maintenance.
    pub cost: EnergyPrice,
    /// t CO2 per MWh.
    pub co2: f64,
    /// The budget its fuel comes from, and the heat it takes per unit of electricity (GWh heat per GWh).
    pub fuel: Option<(FuelIdx, f64)>,
}

/// How much of a fuel there is over the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct FuelBudget {
    /// The short name used in files.
    pub name: String,
    /// Heat in the fuel, GWh, over the whole horizon.
    pub heat: Energy,
}

/// A market outside the basin.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// The short name used in files and tables: `KZ_N`.
    pub name: String,
    /// The name people read.
    pub title: String,
    /// The most it sells over the horizon.
    pub sold_max: Energy,
    /// The most it buys over the horizon.
    pub bought_max: Energy,
}

/// An end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// A power area of the basin.
    Area(AreaIdx),
    /// An outside market.
    Market(MarketIdx),
}

/// What can be sent from one place to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The short name used in files and tables: `KG-TJ`.
    pub name: String,
    /// The sender.
    pub from: Terminal,
    /// The receiver.
    pub to: Terminal,
    /// Net transfer capacity in each period.
    pub capacity: Series<Power>,
    /// Share lost on the way, 0 to 1.
    pub loss: f64,
    /// What the receiver pays the sender for what arrives.
    pub price: EnergyPrice,
}

impl Terminal {
    /// The area, if it is one.
    pub fn area(self) -> Option<AreaIdx> {
        match self {
            Terminal::Area(area) => Some(area),
            Terminal::Market(_) => None,
        }
    }
}
