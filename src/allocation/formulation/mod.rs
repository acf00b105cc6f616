//! The formulation: a window in, a program out. It knows physics and prices, and no politics.
//!
//! One function a family of rows, named `add_<family>`, with its rows in its doc comment. Units come
//! off here: everything in the program is a volume (hm3), an energy (GWh) or money (MUSD) of a
//! period, so the coefficients of balances are ones. What a policy adds (needs, objectives, levels)
//! is put on top through [`Formulation`] by `needs` and `money`.

#[cfg(test)]
mod golden;
mod money;
mod needs;
mod power;
mod promises;
mod water;

pub use needs::{Need, NeedKind};
pub use promises::LeastShortfall;

use crate::energy::hydropower::Yields;
use crate::network::basin::{
    AreaIdx, DemandIdx, DrainageIdx, LineIdx, NodeIdx, PlantIdx, PromiseIdx, ReachIdx, ReservoirIdx,
    RiparianIdx, ThermalIdx,
};
use crate::quantity::index::{PeriodIdx, Series, Table};
use crate::solver::program::{Label, Name, Program, Row, Var};

use super::window::Window;

/// How much of the model a program holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Water and power only: enough to share needs.
    Physics,
    /// The steps of the farm benefit and what is not served too: what a program about money needs.
    Money,
}

/// The variables of the program, by element and period; volumes in hm3, energies in GWh.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Storage at the end of the period.
    pub storage: Table<ReservoirIdx, Series<Var>>,
    /// Water that enters a reach at its head.
    pub flow: Table<ReachIdx, Series<Var>>,
    /// Water through the turbines.
    pub turbined: Table<PlantIdx, Series<Var>>,
    /// Water delivered.
    pub delivery: Table<DemandIdx, Series<Var>>,
    /// Water in a drainage before its outflow of the period.
    pub drained: Table<DrainageIdx, Series<Var>>,
    /// Thermal generation.
    pub thermal: Table<ThermalIdx, Series<Var>>,
    /// Energy sent.
    pub sent: Table<LineIdx, Series<Var>>,
    /// Generation of plants outside the model that is taken.
    pub other: Table<AreaIdx, Series<Var>>,
    /// Load served.
    pub served: Table<AreaIdx, Series<Var>>,
    /// Load not served.
    pub unserved: Table<AreaIdx, Series<Var>>,
    /// Parts of promises that are not kept.
    pub broken: Vec<Broken>,
}

/// A variable that measures how far a promise is broken, hm3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Broken {
    /// The variable.
    pub var: Var,
    /// Which promise.
    pub what: BrokenKind,
    /// Who is charged.
    pub riparian: RiparianIdx,
    /// What a unit costs, MUSD/hm3.
    pub price: f64,
    /// The row that says so, where the promise has one of its own.
    pub row: Option<Row>,
}

/// A kind of broken promise, and where and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BrokenKind {
    /// Storage below dead storage at the end of a period.
    DeadStorage(ReservoirIdx, PeriodIdx),
    /// Storage below the required end storage.
    EndStorage(ReservoirIdx),
    /// Flow above what is safe.
    SafeFlow(ReachIdx, PeriodIdx),
    /// A negative correction that found no water.
    Correction(NodeIdx, PeriodIdx),
    /// A promised flow of a period.
    Flow(PromiseIdx, PeriodIdx),
    /// A promised volume of a season, by its place in the promise's list.
    Season(PromiseIdx, usize),
}

/// Rows whose duals are prices.
#[derive(Clone, Debug, Default)]
pub struct PriceRows {
    /// Balance of each reservoir: its dual is minus the value of water there, MUSD/hm3.
    pub reservoir: Table<ReservoirIdx, Series<Row>>,
    /// Balance of each power area: its dual is the price of electricity, MUSD/GWh.
    pub area: Table<AreaIdx, Series<Row>>,
}

/// A contribution to a riparian's net benefit: `coefficient * var`, MUSD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MoneyTerm {
    /// Whose benefit.
    pub riparian: RiparianIdx,
    /// The variable.
    pub var: Var,
    /// MUSD per unit of it.
    pub coefficient: f64,
}

/// Names of elements in labels.
#[derive(Clone, Debug)]
struct Names {
    periods: Series<Name>,
    nodes: Table<NodeIdx, Name>,
    reaches: Table<ReachIdx, Name>,
    reservoirs: Table<ReservoirIdx, Name>,
    plants: Table<PlantIdx, Name>,
    demands: Table<DemandIdx, Name>,
    drainages: Table<DrainageIdx, Name>,
    promises: Table<PromiseIdx, Name>,
    areas: Table<AreaIdx, Name>,
    thermals: Table<ThermalIdx, Name>,
    lines: Table<LineIdx, Name>,
    riparians: Table<RiparianIdx, Name>,
    basin: Name,
}

/// A window as a program, with what is needed to change it and to read it out.
#[derive(Clone, Debug)]
pub struct Formulation<'a> {
    /// What it was made from.
    pub window: Window<'a>,
    /// The program; its objective is empty until one is set.
    pub program: Program,
    /// Its variables.
    pub vars: Variables,
    /// Its price rows.
    pub price_rows: PriceRows,
    /// Net benefit of the riparians, term by term.
    pub money: Vec<MoneyTerm>,
    names: Names,
}

impl<'a> Formulation<'a> {
    /// The program of a window at given yields of its plants, without an objective.
    pub fn new(window: Window<'a>, yields: &Yields, detail: Detail) -> Formulation<'a> {
        let mut program = Program::new();
        let names = Names::of(window, &mut program);
        let mut formulation = Formulation {
            window,
            program,
            vars: Variables::default(),
            price_rows: PriceRows::default(),
            money: Vec::new(),
            names,
        };
        formulation.add_water();
        formulation.add_promises();
        formulation.add_power(yields, detail);
        if detail == Detail::Money {
            formulation.add_farm_benefit();
        }
        formulation.add_money_of_water();
        formulation
    }

    fn periods(&self) -> impl Iterator<Item = PeriodIdx> + use<> {
        self.window.basin.horizon.indices()
    }

    fn days(&self, t: PeriodIdx) -> crate::quantity::units::Days {
        self.window.basin.horizon.periods[t].days
    }

    fn label(&self, family: &'static str, element: Name, t: PeriodIdx) -> Label {
        Label { family, element, period: Some(self.names.periods[t]) }
    }

    /// Adds one variable a period, with bounds by period.
    fn add_series(
        &mut self,
        family: &'static str,
        element: Name,
        bounds: impl Fn(PeriodIdx) -> (f64, f64),
    ) -> Series<Var> {
        let periods: Vec<PeriodIdx> = self.periods().collect();
        Table::new(
            periods
                .into_iter()
                .map(|t| {
                    let (lower, upper) = bounds(t);
                    let label = self.label(family, element, t);
                    self.program.add_variable(label, lower, upper)
                })
                .collect(),
        )
    }
}

impl Names {
    fn of(window: Window<'_>, program: &mut Program) -> Names {
        let basin = window.basin;
        fn table<I: crate::quantity::index::Idx, T>(
            program: &mut Program,
            table: &Table<I, T>,
            name: impl Fn(&T) -> &str,
        ) -> Table<I, Name> {
            table.map(|item| program.name(name(item)))
        }
        Names {
            periods: basin.horizon.periods.map(|period| program.name(period.first_day.to_string())),
            nodes: table(program, &basin.nodes, |node| &node.name),
            reaches: table(program, &basin.reaches, |reach| &reach.name),
            reservoirs: table(program, &basin.reservoirs, |reservoir| &reservoir.name),
            plants: table(program, &basin.plants, |plant| &plant.name),
            demands: table(program, &basin.demands, |demand| &demand.name),
            drainages: table(program, &basin.drainages, |drainage| &drainage.name),
            promises: table(program, &basin.promises, |promise| &promise.name),
            areas: table(program, &basin.areas, |area| &area.name),
            thermals: table(program, &basin.thermals, |unit| &unit.name),
            lines: table(program, &basin.lines, |line| &line.name),
            riparians: table(program, &basin.riparians, |riparian| &riparian.name),
            basin: program.name("basin"),
        }
    }
}
