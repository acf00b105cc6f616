//! Power of a period: energy at the true heads, and an area-by-area repair of the plan's dispatch.

use crate::allocation::plan::Plan;
use crate::allocation::window::Window;
use crate::network::basin::{AreaIdx, FuelIdx, LineIdx, PlantIdx, ThermalIdx};
use crate::network::plant::PlantHead;
use crate::network::power_system::Terminal;
use crate::quantity::index::{Idx, PeriodIdx, Table};
use crate::quantity::total::Total;
use crate::quantity::units::Volume;

use super::water::WaterFlows;
use super::{Page, row};
use crate::simulation::record::{PlantRow, PowerRow, Record, TradeRow};

/// Heat left in each fuel budget, GWh, after what the plan still means to burn.
pub struct FuelLeft(Table<FuelIdx, f64>);

/// What power did in one period, GWh (turbined water in hm3).
pub struct EnergyFlows {
    pub turbined: Table<PlantIdx, f64>,
    pub generated: Table<PlantIdx, f64>,
    pub thermal: Table<ThermalIdx, f64>,
    pub sent: Table<LineIdx, f64>,
    pub other: Table<AreaIdx, f64>,
    pub served: Table<AreaIdx, f64>,
    pub pumping: Table<AreaIdx, f64>,
}

impl FuelLeft {
    /// The budgets; what a plan burns is taken out as it is burnt.
    pub fn at_start(window: Window<'_>) -> FuelLeft {
        FuelLeft(window.basin.fuels.map(|fuel| fuel.heat.value()))
    }
}

/// Makes energy at the true heads and brings each area back into balance.
pub fn dispatch(
    window: Window<'_>,
    plan: &Plan,
    flows: &WaterFlows,
    fuel: &mut FuelLeft,
    t: PeriodIdx,
) -> EnergyFlows {
    let mut energy = planned(window, plan, flows, t);
    let spare = fuel.spare(window, plan, t);
    let mut spare = Table::<FuelIdx, f64>::new(spare);
    for _ in 0..window.basin.areas.len() {
        for a in window.basin.areas.indices() {
            repair(window, &mut energy, &mut spare, a, t);
        }
    }
    fuel.burn(window, &energy.thermal);
    energy
}

impl FuelLeft {
    /// Heat that neither the past has burnt nor the plan needs from this period on.
    fn spare(&self, window: Window<'_>, plan: &Plan, t: PeriodIdx) -> Vec<f64> {
        let basin = window.basin;
        let still = |f: FuelIdx| -> f64 {
            let units = basin.thermals.enumerate();
            units
                .filter_map(|(g, unit)| {
                    unit.fuel.filter(|(budget, _)| *budget == f).map(|(_, rate)| (g, rate))
                })
                .map(|(g, rate)| rate * plan.thermal[g].as_slice()[t.position()..].iter().copied().total())
                .total()
        };
        self.0.enumerate().map(|(f, left)| (left - still(f)).max(0.0)).collect()
    }

    fn burn(&mut self, window: Window<'_>, thermal: &Table<ThermalIdx, f64>) {
        for (g, unit) in window.basin.thermals.enumerate() {
            if let Some((f, rate)) = unit.fuel {
                self.0[f] -= rate * thermal[g];
            }
        }
    }
}

fn planned(window: Window<'_>, plan: &Plan, flows: &WaterFlows, t: PeriodIdx) -> EnergyFlows {
    let basin = window.basin;
    let mut energy = EnergyFlows {
        turbined: flows.turbined.clone(),
        generated: Table::filled(basin.plants.len(), 0.0),
        thermal: plan.thermal.map(|series| series[t]),
        sent: plan.sent.map(|series| series[t]),
        other: plan.other.map(|series| series[t]),
        served: plan.served.map(|series| series[t]),
        pumping: Table::from_fn(basin.areas.len(), |a| pumping(window, flows, a)),
    };
    for h in basin.plants.indices() {
        generate(window, flows, &mut energy, h, t);
    }
    energy
}

/// Energy of a plant at the mean of the true storages; turbines idle beyond the generators' capacity.
fn generate(window: Window<'_>, flows: &WaterFlows, energy: &mut EnergyFlows, h: PlantIdx, t: PeriodIdx) {
    let plant = &window.basin.plants[h];
    let per_water = match &plant.head {
        PlantHead::Fixed(water_yield) => water_yield.value(),
        PlantHead::Reservoir { reservoir, tailwater, efficiency } => {
            let mean = 0.5 * (flows.storage_start[*reservoir] + flows.storage_end[*reservoir]);
            let level = window.basin.reservoirs[*reservoir].level_at(Volume::new(mean));
            level.above(*tailwater).water_yield(*efficiency).value()
        }
    };
    let most = capacity(window, h, t);
    if per_water * energy.turbined[h] > most && per_water > 0.0 {
        energy.turbined[h] = most / per_water;
    }
    energy.generated[h] = per_water * energy.turbined[h];
}

fn capacity(window: Window<'_>, h: PlantIdx, t: PeriodIdx) -> f64 {
    let plant = &window.basin.plants[h];
    (plant.capacity * plant.availability[t] * window.basin.horizon.periods[t].days).value()
}

fn pumping(window: Window<'_>, flows: &WaterFlows, a: AreaIdx) -> f64 {
    let basin = window.basin;
    let own = basin.demands.enumerate().filter(|(_, demand)| demand.riparian == basin.areas[a].riparian);
    own.map(|(k, demand)| demand.lift_kwh_per_m3 * flows.delivered[k]).total()
}

impl EnergyFlows {
    fn hydro(&self, window: Window<'_>, a: AreaIdx) -> f64 {
        let plants = window.basin.plants.enumerate();
        plants.filter(|(_, plant)| plant.area == a).map(|(h, _)| self.generated[h]).total()
    }

    fn thermal_of(&self, window: Window<'_>, a: AreaIdx) -> f64 {
        let units = window.basin.thermals.enumerate();
        units.filter(|(_, unit)| unit.area == a).map(|(g, _)| self.thermal[g]).total()
    }

    fn imported(&self, window: Window<'_>, a: AreaIdx) -> f64 {
        let lines = window.basin.lines.enumerate();
        let into = lines.filter(|(_, line)| line.to == Terminal::Area(a));
        into.map(|(l, line)| (1.0 - line.loss) * self.sent[l]).total()
    }

    fn exported(&self, window: Window<'_>, a: AreaIdx) -> f64 {
        let lines = window.basin.lines.enumerate();
        lines.filter(|(_, line)| line.from == Terminal::Area(a)).map(|(l, _)| self.sent[l]).total()
    }

    /// Supply less use: above zero there is too much.
    fn surplus(&self, window: Window<'_>, a: AreaIdx) -> f64 {
        self.hydro(window, a) + self.thermal_of(window, a) + self.other[a] + self.imported(window, a)
            - self.exported(window, a)
            - self.pumping[a]
            - self.served[a]
    }
}

/// Too much: serve more load, burn less (dearest first), let turbines idle, take less of what comes as it
/// comes, then over the lines. Too little: burn more where there is fuel (cheapest first), serve less, then
/// send less.
fn repair(
    window: Window<'_>,
    energy: &mut EnergyFlows,
    spare: &mut Table<FuelIdx, f64>,
    a: AreaIdx,
    t: PeriodIdx,
) {
    let load = window.basin.areas[a].load[t].value();
    let surplus = energy.surplus(window, a);
    if surplus > 0.0 {
        let more = surplus.min(load - energy.served[a]);
        energy.served[a] += more;
        let mut left = burn_less(window, energy, a, surplus - more);
        left = idle(window, energy, a, left);
        let less = left.min(energy.other[a]);
        energy.other[a] -= less;
        take_less(window, energy, a, left - less);
    } else {
        let missing = burn_more(window, energy, spare, a, t, -surplus);
        let less = missing.min(energy.served[a]);
        energy.served[a] -= less;
        send_less(window, energy, a, missing - less);
    }
}

/// Takes less over the lines that come in; the sender's own balance is repaired in the next sweep.
fn take_less(window: Window<'_>, energy: &mut EnergyFlows, a: AreaIdx, mut surplus: f64) {
    for (l, line) in window.basin.lines.enumerate() {
        if line.to == Terminal::Area(a) && surplus > 0.0 {
            let less = (surplus / (1.0 - line.loss)).min(energy.sent[l]);
            energy.sent[l] -= less;
            surplus -= less * (1.0 - line.loss);
        }
    }
}

/// Sends less over the lines that go out; the receiver's own balance is repaired in the next sweep.
fn send_less(window: Window<'_>, energy: &mut EnergyFlows, a: AreaIdx, mut missing: f64) {
    for (l, line) in window.basin.lines.enumerate() {
        if line.from == Terminal::Area(a) && missing > 0.0 {
            let less = missing.min(energy.sent[l]);
            energy.sent[l] -= less;
            missing -= less;
        }
    }
}

/// The thermal units of an area from the cheapest to the dearest.
fn by_cost(window: Window<'_>, a: AreaIdx) -> Vec<ThermalIdx> {
    let units = &window.basin.thermals;
    let mut own: Vec<ThermalIdx> =
        units.enumerate().filter(|(_, unit)| unit.area == a).map(|(g, _)| g).collect();
    own.sort_by(|&g, &h| units[g].cost.value().total_cmp(&units[h].cost.value()).then(g.cmp(&h)));
    own
}

fn burn_less(window: Window<'_>, energy: &mut EnergyFlows, a: AreaIdx, mut surplus: f64) -> f64 {
    for g in by_cost(window, a).into_iter().rev() {
        let less = surplus.min(energy.thermal[g]);
        energy.thermal[g] -= less;
        surplus -= less;
    }
    surplus
}

fn burn_more(
    window: Window<'_>,
    energy: &mut EnergyFlows,
    spare: &mut Table<FuelIdx, f64>,
    a: AreaIdx,
    t: PeriodIdx,
    mut missing: f64,
) -> f64 {
    let days = window.basin.horizon.periods[t].days;
    for g in by_cost(window, a) {
        let unit = &window.basin.thermals[g];
        let room = (unit.capacity * unit.availability[t] * days).value() - energy.thermal[g];
        let by_fuel = unit.fuel.map_or(f64::INFINITY, |(f, rate)| spare[f] / rate);
        let more = missing.min(room).min(by_fuel).max(0.0);
        energy.thermal[g] += more;
        missing -= more;
        if let Some((f, rate)) = unit.fuel {
            spare[f] -= rate * more;
        }
    }
    missing
}

fn idle(window: Window<'_>, energy: &mut EnergyFlows, a: AreaIdx, mut surplus: f64) -> f64 {
    for (h, plant) in window.basin.plants.enumerate() {
        if plant.area == a && surplus > 0.0 && energy.generated[h] > 0.0 {
            let less = surplus.min(energy.generated[h]);
            energy.turbined[h] *= 1.0 - less / energy.generated[h];
            energy.generated[h] -= less;
            surplus -= less;
        }
    }
    surplus
}

/// Writes the rows of power of a period.
pub fn write(page: &Page<'_>, energy: &EnergyFlows, record: &mut Record) {
    write_hydro(page, energy, record);
    write_thermal(page, energy, record);
    write_areas(page, energy, record);
    write_trade(page, energy, record);
}

fn write_hydro(page: &Page<'_>, energy: &EnergyFlows, record: &mut Record) {
    for (h, plant) in page.window.basin.plants.enumerate() {
        record.plants.push(row!(
            page,
            PlantRow {
                plant: plant.name.clone(),
                riparian: page.riparian(plant.riparian),
                kind: "hydro".to_owned(),
                energy_GWh: energy.generated[h],
                capacity_GWh: capacity(page.window, h, page.t),
                cost_MUSD: energy.generated[h] * plant.operating_cost.value() * 1e-3,
                co2_kt: 0.0,
            }
        ));
    }
}

fn write_thermal(page: &Page<'_>, energy: &EnergyFlows, record: &mut Record) {
    let basin = page.window.basin;
    let days = basin.horizon.periods[page.t].days;
    for (g, unit) in basin.thermals.enumerate() {
        record.plants.push(row!(
            page,
            PlantRow {
                plant: unit.name.clone(),
                riparian: page.riparian(basin.areas[unit.area].riparian),
                kind: unit.kind.clone(),
                energy_GWh: energy.thermal[g],
                capacity_GWh: (unit.capacity * unit.availability[page.t] * days).value(),
                cost_MUSD: energy.thermal[g] * unit.cost.value() * 1e-3,
                co2_kt: energy.thermal[g] * unit.co2,
            }
        ));
    }
}

fn write_areas(page: &Page<'_>, energy: &EnergyFlows, record: &mut Record) {
    let window = page.window;
    for (a, area) in window.basin.areas.enumerate() {
        let load = area.load[page.t].value();
        let unserved = load - energy.served[a];
        record.power.push(row!(
            page,
            PowerRow {
                area: area.name.clone(),
                riparian: page.riparian(area.riparian),
                load_GWh: load,
                hydro_GWh: energy.hydro(window, a),
                thermal_GWh: energy.thermal_of(window, a),
                other_GWh: energy.other[a],
                imported_GWh: energy.imported(window, a),
                exported_GWh: energy.exported(window, a),
                unserved_GWh: unserved,
                pumping_GWh: energy.pumping[a],
                price_USD_per_MWh: page.prices.map(|prices| prices.electricity[a][page.t]),
                residual_GWh: energy.surplus(window, a),
            }
        ));
    }
}

fn write_trade(page: &Page<'_>, energy: &EnergyFlows, record: &mut Record) {
    let basin = page.window.basin;
    let name = |terminal: Terminal| match terminal {
        Terminal::Area(area) => basin.areas[area].name.clone(),
        Terminal::Market(market) => basin.markets[market].name.clone(),
    };
    for (l, line) in basin.lines.enumerate() {
        record.trade.push(row!(
            page,
            TradeRow {
                line: line.name.clone(),
                from: name(line.from),
                to: name(line.to),
                sent_GWh: energy.sent[l],
                received_GWh: (1.0 - line.loss) * energy.sent[l],
            }
        ));
    }
}
