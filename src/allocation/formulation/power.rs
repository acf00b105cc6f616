//! Rows of power: areas, thermal units, fuel, lines and markets.

use crate::energy::hydropower::Yields;
use crate::network::basin::{AreaIdx, MarketIdx};
use crate::network::power_system::Terminal;
use crate::quantity::index::{Idx, PeriodIdx, Series, Table};
use crate::solver::program::{Label, Row, Var};

use super::{Detail, Formulation, MoneyTerm};

/// The smallest yield that is put into the program, kWh/m3: a plant without head keeps its place.
const LEAST_YIELD: f64 = 1e-9;

/// MUSD per GWh of one USD/MWh.
const MUSD_PER_GWH: f64 = 1e-3;

impl Formulation<'_> {
    /// All variables and rows of power.
    pub(super) fn add_power(&mut self, yields: &Yields, detail: Detail) {
        self.add_generation();
        self.add_lines();
        self.add_loads(detail);
        self.add_area_balances();
        self.add_hydropower(yields);
        self.add_fuel_budgets();
        self.add_markets();
    }

    /// `0 <= p <= capacity * availability * hours`, at the unit's cost.
    fn add_generation(&mut self) {
        let basin = self.window.basin;
        for (g, unit) in basin.thermals.enumerate() {
            let name = self.names.thermals[g];
            let periods = &basin.horizon.periods;
            let thermal = self.add_series("thermal", name, |t| {
                (0.0, (unit.capacity * unit.availability[t] * periods[t].days).value())
            });
            let riparian = basin.areas[unit.area].riparian;
            for var in &thermal {
                let coefficient = -unit.cost.value() * MUSD_PER_GWH;
                self.money.push(MoneyTerm { riparian, var: *var, coefficient });
            }
            self.vars.thermal.push(thermal);
        }
    }

    /// `0 <= sent <= capacity * hours`; the receiver pays the sender for what arrives.
    fn add_lines(&mut self) {
        let basin = self.window.basin;
        for (l, line) in basin.lines.enumerate() {
            let name = self.names.lines[l];
            let periods = &basin.horizon.periods;
            let sent = self.add_series("sent", name, |t| (0.0, (line.capacity[t] * periods[t].days).value()));
            let paid = (1.0 - line.loss) * line.price.value() * MUSD_PER_GWH;
            for var in &sent {
                for (end, coefficient) in [(line.from, paid), (line.to, -paid)] {
                    if let Terminal::Area(area) = end {
                        let riparian = basin.areas[area].riparian;
                        self.money.push(MoneyTerm { riparian, var: *var, coefficient });
                    }
                }
            }
            self.vars.sent.push(sent);
        }
    }

    /// `served <= load`, and `other <= what comes`; served energy has its worth. What is not served has a variable of its own
    /// where money counts: `served + unserved = load`.
    fn add_loads(&mut self, detail: Detail) {
        let basin = self.window.basin;
        for (a, area) in basin.areas.enumerate() {
            let name = self.names.areas[a];
            let served = self.add_series("served", name, |t| (0.0, area.load[t].value()));
            for t in basin.horizon.indices() {
                let worth = area.reference_price.value() * MUSD_PER_GWH;
                self.money.push(MoneyTerm { riparian: area.riparian, var: served[t], coefficient: worth });
            }
            if detail == Detail::Money {
                self.add_unserved(a, &served);
            }
            let other = self.add_series("other", name, |t| (0.0, area.other[t].value()));
            self.vars.served.push(served);
            self.vars.other.push(other);
        }
    }

    /// `served + unserved = load`; unserved energy has its cost.
    fn add_unserved(&mut self, a: AreaIdx, served: &Series<Var>) {
        let area = &self.window.basin.areas[a];
        let name = self.names.areas[a];
        let unserved = self.add_series("unserved", name, |t| (0.0, area.load[t].value()));
        for (t, &var) in unserved.enumerate() {
            let load = area.load[t].value();
            let row = self.program.add_row(self.label("load", name, t), load, load);
            self.program.add_term(row, served[t], 1.0);
            self.program.add_term(row, var, 1.0);
            let coefficient = -area.lost_load_cost.value() * MUSD_PER_GWH;
            self.money.push(MoneyTerm { riparian: area.riparian, var, coefficient });
        }
        self.vars.unserved.push(unserved);
    }

    /// `hydro + thermal + other + received - sent - pumping - served = 0`.
    fn add_area_balances(&mut self) {
        let basin = self.window.basin;
        for a in basin.areas.indices() {
            let mut rows = Vec::with_capacity(basin.horizon.len());
            for t in basin.horizon.indices() {
                let row = self.program.add_row(self.label("power_balance", self.names.areas[a], t), 0.0, 0.0);
                self.program.add_term(row, self.vars.other[a][t], 1.0);
                self.program.add_term(row, self.vars.served[a][t], -1.0);
                self.add_thermal_and_trade(row, a, t);
                self.add_pumping(row, a, t);
                rows.push(row);
            }
            self.price_rows.area.push(Table::new(rows));
        }
    }

    fn add_thermal_and_trade(&mut self, row: Row, a: AreaIdx, t: PeriodIdx) {
        let basin = self.window.basin;
        for (g, unit) in basin.thermals.enumerate() {
            if unit.area == a {
                self.program.add_term(row, self.vars.thermal[g][t], 1.0);
            }
        }
        for (l, line) in basin.lines.enumerate() {
            if line.from == Terminal::Area(a) {
                self.program.add_term(row, self.vars.sent[l][t], -1.0);
            }
            if line.to == Terminal::Area(a) {
                self.program.add_term(row, self.vars.sent[l][t], 1.0 - line.loss);
            }
        }
    }

    fn add_pumping(&mut self, row: Row, a: AreaIdx, t: PeriodIdx) {
        let basin = self.window.basin;
        for (k, demand) in basin.demands.enumerate() {
            if demand.riparian == basin.areas[a].riparian {
                self.program.add_term(row, self.vars.delivery[k][t], -demand.lift_kwh_per_m3);
            }
        }
    }

    /// Energy of each plant, `yield * turbined`, in the balance of its area, its operating cost, and the bound
    /// of [`Plant::most_turbined`](crate::network::plant::Plant::most_turbined).
    fn add_hydropower(&mut self, yields: &Yields) {
        let basin = self.window.basin;
        for (h, plant) in basin.plants.enumerate() {
            for t in basin.horizon.indices() {
                let var = self.vars.turbined[h][t];
                let energy = yields.of(h, t).max(LEAST_YIELD);
                self.program.add_term(self.price_rows.area[plant.area][t], var, energy);
                let coefficient = -plant.operating_cost.value() * MUSD_PER_GWH * energy;
                self.money.push(MoneyTerm { riparian: plant.riparian, var, coefficient });
                self.program.set_bounds(var, 0.0, plant.most_turbined(t, self.days(t), energy));
            }
        }
        self.add_head_slopes(yields);
    }

    /// What more storage adds to a plant's energy, `slope * (mean of the storages at start and end - S0)`.
    fn add_head_slopes(&mut self, yields: &Yields) {
        let basin = self.window.basin;
        for (h, plant) in basin.plants.enumerate() {
            for t in basin.horizon.indices() {
                let Some((r, slope)) = plant.head.reservoir().zip(yields.slope(h, t)) else { continue };
                let row = self.price_rows.area[plant.area][t];
                let half = 0.5 * slope.energy_per_storage;
                let mut constant = slope.energy_per_storage * slope.around;
                self.program.add_term(row, self.vars.storage[r][t], half);
                match t.position() {
                    0 => constant -= half * self.window.start.storage[r].value(),
                    at => self.program.add_term(row, self.vars.storage[r][PeriodIdx::new(at - 1)], half),
                }
                let bounds = *self.program.row(row);
                self.program.set_row_bounds(row, bounds.lower + constant, bounds.upper + constant);
            }
        }
    }

    /// `sum over t and units of heat rate * p <= heat in the fuel`.
    fn add_fuel_budgets(&mut self) {
        let basin = self.window.basin;
        for (f, fuel) in basin.fuels.enumerate() {
            let element = self.program.name(fuel.name.as_str());
            let label = Label { family: "fuel_budget", element, period: None };
            let row = self.program.add_row(label, f64::NEG_INFINITY, fuel.heat.value());
            for (g, unit) in basin.thermals.enumerate() {
                if let Some((_, heat_rate)) = unit.fuel.filter(|(budget, _)| *budget == f) {
                    for var in &self.vars.thermal[g] {
                        self.program.add_term(row, *var, heat_rate);
                    }
                }
            }
        }
    }

    /// `sum of what a market sells <= its most`, and likewise what it buys.
    fn add_markets(&mut self) {
        let basin = self.window.basin;
        for (m, market) in basin.markets.enumerate() {
            let element = self.program.name(market.name.as_str());
            let sold = Label { family: "market_sold", element, period: None };
            let bought = Label { family: "market_bought", element, period: None };
            self.add_market_limit(sold, m, market.sold_max.value(), true);
            self.add_market_limit(bought, m, market.bought_max.value(), false);
        }
    }

    fn add_market_limit(&mut self, label: Label, market: MarketIdx, most: f64, sells: bool) {
        let basin = self.window.basin;
        let terminal = Terminal::Market(market);
        let lines = basin
            .lines
            .enumerate()
            .filter(|(_, line)| if sells { line.from == terminal } else { line.to == terminal });
        let vars: Vec<_> = lines.flat_map(|(l, _)| self.vars.sent[l].iter().copied()).collect();
        if !vars.is_empty() {
            let row = self.program.add_row(label, f64::NEG_INFINITY, most);
            for var in vars {
                self.program.add_term(row, var, 1.0);
            }
        }
    }
}
