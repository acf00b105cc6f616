//! Hydropower plants, power areas, thermal units, fuels, markets and lines.

use crate::network::basin::{AreaIdx, FuelIdx, LineIdx, MarketIdx, PlantIdx, ThermalIdx};
use crate::network::plant::{Plant, PlantHead};
use crate::network::power_system::{FuelBudget, Line, Market, PowerArea, Terminal, ThermalUnit};
use crate::quantity::index::{Idx, Series, Table};
use crate::quantity::units::{Energy, EnergyPrice, Flow, Head, Level, Power, WaterYield};
use crate::scenario::problem::did_you_mean;
use crate::scenario::schema;

use super::desk::{Desk, Entry, Range, active};
use super::series::Wanted;
use super::span;

/// Who makes, moves and wants electricity.
pub(crate) struct PowerSystems {
    pub(crate) plants: Table<PlantIdx, Plant>,
    pub(crate) areas: Table<AreaIdx, PowerArea>,
    pub(crate) thermals: Table<ThermalIdx, ThermalUnit>,
    pub(crate) fuels: Table<FuelIdx, FuelBudget>,
    pub(crate) markets: Table<MarketIdx, Market>,
    pub(crate) lines: Table<LineIdx, Line>,
}

pub(crate) fn build(desk: &Desk<'_>) -> PowerSystems {
    let file = desk.file;
    PowerSystems {
        plants: Table::new(active(&file.plant).map(|(name, given)| plant(desk, name, given)).collect()),
        areas: Table::new(active(&file.area).map(|(name, given)| area(desk, name, given)).collect()),
        thermals: Table::new(active(&file.thermal).map(|(name, given)| thermal(desk, name, given)).collect()),
        fuels: Table::new(active(&file.fuel).map(|(name, given)| fuel(desk, name, given)).collect()),
        markets: Table::new(active(&file.market).map(|(name, given)| market(desk, name, given)).collect()),
        lines: Table::new(active(&file.line).map(|(name, given)| line(desk, name, given)).collect()),
    }
}

fn plant(desk: &Desk<'_>, name: &str, given: &schema::Plant) -> Plant {
    let at = desk.at("plant", name);
    let riparian = at.named("riparian", &given.riparian, &desk.riparians);
    let owner = given.riparian.as_deref().unwrap_or("");
    let area = desk.areas.get(owner);
    if riparian.is_some() && area.is_none() {
        let other = if desk.areas.is_inactive(owner) {
            "its power area is not active"
        } else {
            "it has no power area"
        };
        at.problem("riparian", format!("= \"{owner}\": {other}, so the plant feeds nobody"));
    }
    Plant {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        riparian: riparian.unwrap_or(Idx::new(0)),
        area: area.unwrap_or(Idx::new(0)),
        reach: at.named("reach", &given.reach, &desk.reaches).unwrap_or(Idx::new(0)),
        head: head(desk, &at, given),
        capacity: Power::new(at.number("capacity_MW", given.capacity_MW, Range::NotNegative)),
        availability: at.series_or("availability", &given.availability, Wanted::Plain, Range::Share, 1.0),
        turbine_max: Flow::new(at.number("turbine_max_m3s", given.turbine_max_m3s, Range::NotNegative)),
        operating_cost: EnergyPrice::new(at.or(
            "operating_cost_USD_per_MWh",
            given.operating_cost_USD_per_MWh,
            0.0,
            Range::NotNegative,
        )),
    }
}

/// What the water falls through: a fixed yield, a fixed head, or a reservoir's level.
fn head(desk: &Desk<'_>, at: &Entry<'_>, given: &schema::Plant) -> PlantHead {
    let ways = [given.yield_kWh_per_m3.is_some(), given.head_m.is_some(), given.reservoir.is_some()];
    match ways.into_iter().filter(|&given| given).count() {
        0 => at.missing_head(),
        1 => {}
        _ => at
            .problem("", "gives more than one of yield_kWh_per_m3, head_m and reservoir; one makes the head"),
    }
    let made = at.optional("yield_kWh_per_m3", given.yield_kWh_per_m3, Range::Positive);
    let fall = at.optional("head_m", given.head_m, Range::Positive);
    let efficiency = at.optional("efficiency", given.efficiency, Range::Share);
    if ways[1] || ways[2] {
        at.required("efficiency", &given.efficiency);
    }
    if let Some(made) = made {
        return PlantHead::Fixed(WaterYield::new(made));
    }
    let efficiency = efficiency.unwrap_or(1.0);
    if given.reservoir.is_none() {
        return PlantHead::Fixed(Head::new(fall.unwrap_or(0.0)).water_yield(efficiency));
    }
    PlantHead::Reservoir {
        reservoir: at.named("reservoir", &given.reservoir, &desk.reservoirs).unwrap_or(Idx::new(0)),
        tailwater: Level::new(at.number("tailwater_masl", given.tailwater_masl, Range::Any)),
        efficiency,
    }
}

impl Entry<'_> {
    fn missing_head(&self) {
        let keys = ["yield_kWh_per_m3", "head_m", "reservoir"];
        if !keys.iter().any(|key| self.is_spoiled(key)) {
            self.problem("", "has no head; give yield_kWh_per_m3, or head_m, or reservoir");
        }
    }
}

fn area(desk: &Desk<'_>, name: &str, given: &schema::Area) -> PowerArea {
    let at = desk.at("area", name);
    let factor = at.or("load_factor", given.load_factor, 1.0, Range::NotNegative);
    let load = at.needed_series("load", &given.load, Wanted::Energy, Range::NotNegative);
    let other = at.series_or("other", &given.other, Wanted::Energy, Range::NotNegative, 0.0);
    let price = |key, own: Option<f64>, general_key, general: Option<f64>| {
        let own = at.optional(key, own, Range::NotNegative);
        let general = || desk.section("price").number(general_key, general, Range::NotNegative);
        EnergyPrice::new(own.unwrap_or_else(general))
    };
    PowerArea {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        riparian: at.find("", name, &desk.riparians).unwrap_or(Idx::new(0)),
        load: load.map(|&value| Energy::new(value * factor)),
        other: other.map(|&value| Energy::new(value)),
        reference_price: price(
            "reference_price_USD_per_MWh",
            given.reference_price_USD_per_MWh,
            "energy_USD_per_MWh",
            desk.file.price.energy_USD_per_MWh,
        ),
        lost_load_cost: price(
            "lost_load_USD_per_MWh",
            given.lost_load_USD_per_MWh,
            "lost_load_USD_per_MWh",
            desk.file.price.lost_load_USD_per_MWh,
        ),
    }
}

fn thermal(desk: &Desk<'_>, name: &str, given: &schema::Thermal) -> ThermalUnit {
    let at = desk.at("thermal", name);
    ThermalUnit {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        area: at.named("area", &given.area, &desk.areas).unwrap_or(Idx::new(0)),
        kind: at.required("kind", &given.kind).unwrap_or_default(),
        capacity: Power::new(at.number("capacity_MW", given.capacity_MW, Range::NotNegative)),
        availability: at.needed_series("availability", &given.availability, Wanted::Plain, Range::Share),
        cost: EnergyPrice::new(at.number("cost_USD_per_MWh", given.cost_USD_per_MWh, Range::NotNegative)),
        co2: at.number("co2_t_per_MWh", given.co2_t_per_MWh, Range::NotNegative),
        fuel: fuel_of(desk, &at, given),
    }
}

/// The fuel a unit burns, and the heat it takes for a unit of electricity.
fn fuel_of(desk: &Desk<'_>, at: &Entry<'_>, given: &schema::Thermal) -> Option<(FuelIdx, f64)> {
    let efficiency = at.optional("efficiency", given.efficiency, Range::Share);
    if efficiency == Some(0.0) {
        at.problem("efficiency", "= 0 must be above 0");
    }
    given.fuel.as_ref()?;
    let fuel = at.named("fuel", &given.fuel, &desk.fuels);
    at.required("efficiency", &given.efficiency);
    Some((fuel?, 1.0 / efficiency.filter(|&efficiency| efficiency > 0.0)?))
}

/// The part of a yearly amount that falls into the horizon.
fn of_horizon(desk: &Desk<'_>, yearly: f64) -> Energy {
    Energy::new(yearly * span::years(&desk.horizon))
}

fn fuel(desk: &Desk<'_>, name: &str, given: &schema::Fuel) -> FuelBudget {
    let at = desk.at("fuel", name);
    let yearly = at.number("budget_GWh_per_year", given.budget_GWh_per_year, Range::NotNegative);
    FuelBudget { name: name.to_owned(), heat: of_horizon(desk, yearly) }
}

fn market(desk: &Desk<'_>, name: &str, given: &schema::Market) -> Market {
    let at = desk.at("market", name);
    if desk.areas.get(name).is_some() {
        at.problem("", "a power area has this name; lines could not tell them apart");
    }
    let yearly = |key, value| of_horizon(desk, at.or(key, value, 0.0, Range::NotNegative));
    Market {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        sold_max: yearly("sold_max_GWh_per_year", given.sold_max_GWh_per_year),
        bought_max: yearly("bought_max_GWh_per_year", given.bought_max_GWh_per_year),
    }
}

fn line(desk: &Desk<'_>, name: &str, given: &schema::Line) -> Line {
    let at = desk.at("line", name);
    let capacity = at.needed_series("capacity_MW", &given.capacity_MW, Wanted::Power, Range::NotNegative);
    let availability = at.series_or("availability", &given.availability, Wanted::Plain, Range::Share, 1.0);
    let usable: Vec<Power> =
        capacity.iter().zip(&availability).map(|(mw, share)| Power::new(mw * share)).collect();
    if given.from.is_some() && given.from == given.to {
        at.problem("to", "is where the line begins");
    }
    Line {
        name: name.to_owned(),
        from: terminal(desk, &at, "from", &given.from),
        to: terminal(desk, &at, "to", &given.to),
        capacity: Series::new(usable),
        loss: at.number("loss", given.loss, Range::Share),
        price: EnergyPrice::new(at.number("price_USD_per_MWh", given.price_USD_per_MWh, Range::NotNegative)),
    }
}

/// The area or the market at an end of a line.
fn terminal(desk: &Desk<'_>, at: &Entry<'_>, key: &str, name: &Option<String>) -> Terminal {
    let nowhere = Terminal::Market(Idx::new(0));
    let Some(name) = at.required(key, name) else { return nowhere };
    let area = desk.areas.get(&name).map(Terminal::Area);
    if let Some(end) = area.or_else(|| desk.markets.get(&name).map(Terminal::Market)) {
        return end;
    }
    if desk.areas.is_inactive(&name) || desk.markets.is_inactive(&name) {
        at.problem(key, format!("the power area or market `{name}` is not active"));
    } else {
        let help = did_you_mean(&name, desk.areas.iter().chain(desk.markets.iter()));
        desk.problem(&at.path(key), format!("no power area or market is called `{name}`"), help);
    }
    nowhere
}
