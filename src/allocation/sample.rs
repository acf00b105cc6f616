//! A basin small enough to read whole: a lake upstream with a plant, fields downstream, two power areas.
//!
//! For unit tests only: one element of each kind, March and April.

use jiff::civil::date;

use super::window::Window;
use crate::hydrology::inflow::Inflows;
use crate::hydrology::state::State;
use crate::quantity::calendar::{Horizon, Season, Step};
use crate::quantity::curve::Curve;
use crate::quantity::index::{Idx, Series, Table};
use crate::quantity::units::{Days, Depth, Energy, EnergyPrice, Flow, Level, Power, Volume, WaterPrice};

use crate::network::basin::*;
use crate::network::demand::{Demand, Drainage, Returns, TreatyLimit, WaterUse};
use crate::network::plant::{Plant, PlantHead};
use crate::network::power_system::{FuelBudget, Line, Market, PowerArea, Terminal, ThermalUnit};
use crate::network::promise::{Gauge, Promise, PromisePrices, Requirement};
use crate::network::reservoir::{Reservoir, SurfaceLine};
use crate::network::topology::{Node, NodeKind, Reach, downstream_order};

/// Everything a window needs.
pub struct Sample {
    /// What stands where.
    pub basin: Basin,
    /// What comes.
    pub inflows: Inflows,
    /// Where the water stands.
    pub start: State,
    /// Where it must end.
    pub end_storage: Table<ReservoirIdx, Volume>,
}

impl Sample {
    /// What a solve over the two months sees.
    pub fn window(&self) -> Window<'_> {
        Window {
            basin: &self.basin,
            inflows: &self.inflows,
            start: &self.start,
            end_storage: &self.end_storage,
        }
    }
}

const UP: usize = 0;
const DOWN: usize = 1;
const LAKE: usize = 0;
const FIELDS: usize = 1;
const SEA: usize = 2;

fn constant<T: Clone>(value: T) -> Series<T> {
    Table::filled(2, value)
}

fn text(name: &str) -> String {
    name.to_owned()
}

/// Lake (1000 hm3, half full) of UP above fields and the sea of DOWN; 310 and 300 hm3 of inflow.
pub fn sample() -> Sample {
    let horizon = Horizon::new(date(2026, 3, 1), 2, Step::Month).expect("two months");
    let reaches = reaches();
    let ends = reaches.map(|reach| (reach.from, reach.to));
    let basin = Basin {
        horizon,
        riparians: Table::new(vec![riparian("UP"), riparian("DOWN")]),
        rivers: Table::new(vec![River { name: text("river"), title: text("River") }]),
        nodes: nodes(),
        downstream_order: downstream_order(3, &ends).expect("no circle"),
        reaches,
        reservoirs: Table::new(vec![lake()]),
        plants: Table::new(vec![dam()]),
        demands: Table::new(vec![fields()]),
        drainages: Table::new(vec![Drainage {
            name: text("drains"),
            node: NodeIdx::new(SEA),
            memory: Days::new(60.0),
        }]),
        treaties: Table::new(vec![TreatyLimit {
            riparian: RiparianIdx::new(DOWN),
            river: RiverIdx::new(0),
            season: Season::Vegetation,
            volume: Volume::new(180.0),
        }]),
        promises: promises(),
        promise_prices: PromisePrices {
            dead_storage: WaterPrice::new(3.0),
            end_storage: WaterPrice::new(3.0),
            safe_flow: WaterPrice::new(1.0),
            correction: WaterPrice::new(3.0),
        },
        areas: Table::new(vec![area("UP", UP, 120.0), area("DOWN", DOWN, 90.0)]),
        thermals: Table::new(vec![thermal()]),
        fuels: Table::new(vec![FuelBudget { name: text("gas"), heat: Energy::new(150.0) }]),
        markets: Table::new(vec![Market {
            name: text("outside"),
            title: text("outside"),
            sold_max: Energy::new(50.0),
            bought_max: Energy::ZERO,
        }]),
        lines: lines(),
    };
    let per_node = |values: [f64; 3]| Table::new(values.map(|v| constant(Volume::new(v))).to_vec());
    let inflows = Inflows {
        volume: per_node([300.0, 10.0, 0.0]),
        normal: per_node([400.0, 10.0, 0.0]),
        natural: per_node([300.0, 10.0, 0.0]),
        unaccounted: per_node([0.0, 4.0, 0.0]),
    };
    let start = State {
        storage: Table::new(vec![Volume::new(500.0)]),
        transit: Table::new(vec![vec![Volume::new(20.0)], Vec::new(), Vec::new()]),
        drained: Table::new(vec![Volume::new(30.0)]),
    };
    Sample { basin, inflows, start, end_storage: Table::new(vec![Volume::new(500.0)]) }
}

fn riparian(name: &str) -> Riparian {
    Riparian { name: text(name), title: text(name), population_million: 1.0, income_per_head: None }
}

fn nodes() -> Table<NodeIdx, Node> {
    let node = |name: &str, kind, riparian| Node {
        name: text(name),
        title: text(name),
        kind,
        riparian: RiparianIdx::new(riparian),
        river: RiverIdx::new(0),
    };
    Table::new(vec![
        node("lake", NodeKind::Reservoir(ReservoirIdx::new(0)), UP),
        node("fields", NodeKind::Junction, DOWN),
        node("sea", NodeKind::Sink, DOWN),
    ])
}

fn reaches() -> Table<ReachIdx, Reach> {
    let reach = |name: &str, from, to| Reach {
        name: text(name),
        title: text(name),
        from: NodeIdx::new(from),
        to: NodeIdx::new(to),
        loss: 0.0,
        travel: Days::ZERO,
        capacity: None,
        safe_flow: None,
        flow_before_start: Flow::ZERO,
        flood_cost: WaterPrice::ZERO,
        riparian: RiparianIdx::new(DOWN),
        arrival_shares: constant(vec![1.0]),
    };
    Table::new(vec![
        Reach {
            loss: 0.1,
            travel: Days::new(6.0),
            safe_flow: Some(constant(Flow::new(200.0))),
            flow_before_start: Flow::new(20.0 / 0.0864 / 6.0),
            arrival_shares: constant(vec![0.8, 0.2]),
            ..reach("upper", LAKE, FIELDS)
        },
        Reach {
            capacity: Some(constant(Flow::new(10.0))),
            flood_cost: WaterPrice::new(0.02),
            ..reach("spillway", LAKE, SEA)
        },
        reach("lower", FIELDS, SEA),
    ])
}

fn lake() -> Reservoir {
    let (dead, full) = (Volume::new(100.0), Volume::new(1000.0));
    let area = Curve::new(vec![100.0, 1000.0], vec![10.0, 28.0]).expect("rises");
    Reservoir {
        name: text("lake"),
        title: text("Lake"),
        node: NodeIdx::new(LAKE),
        riparian: RiparianIdx::new(UP),
        dead_storage: constant(dead),
        storage_max: constant(full),
        level: Curve::new(vec![100.0, 1000.0], vec![300.0, 350.0]).expect("rises"),
        surface: SurfaceLine::secant(&area, dead, full),
        evaporation: constant(Depth::new(100.0)),
        seepage_share: constant(0.01),
        release_max: None,
        release_min: None,
        release_value: None,
    }
}

fn dam() -> Plant {
    Plant {
        name: text("dam"),
        title: text("Dam"),
        riparian: RiparianIdx::new(UP),
        area: AreaIdx::new(UP),
        reach: ReachIdx::new(0),
        head: PlantHead::Reservoir {
            reservoir: ReservoirIdx::new(0),
            tailwater: Level::new(200.0),
            efficiency: 0.9,
        },
        capacity: Power::new(150.0),
        availability: constant(1.0),
        turbine_max: Flow::new(150.0),
        operating_cost: EnergyPrice::new(0.5),
    }
}

fn fields() -> Demand {
    Demand {
        name: text("wheat"),
        title: text("Wheat"),
        riparian: RiparianIdx::new(DOWN),
        node: NodeIdx::new(FIELDS),
        water_use: WaterUse::Irrigation,
        claim: Table::new(vec![Volume::new(100.0), Volume::new(400.0)]),
        capacity: Some(constant(Flow::new(140.0))),
        value: WaterPrice::new(0.06),
        domestic_share: 0.05,
        stage_weight: constant(1.0),
        returns: Returns {
            prompt: Some((0.1, NodeIdx::new(SEA))),
            delayed: Some((0.2, DrainageIdx::new(0))),
        },
        lift_kwh_per_m3: 0.02,
        under_treaty: true,
    }
}

fn promises() -> Table<PromiseIdx, Promise> {
    let promise = |name: &str, gauge, required| Promise {
        name: text(name),
        title: text(name),
        riparian: RiparianIdx::new(DOWN),
        gauge,
        required,
        price: WaterPrice::new(1.5),
    };
    Table::new(vec![
        promise(
            "minimum_release",
            Gauge::ReachHead(ReachIdx::new(0)),
            Requirement::EachPeriod(constant(Volume::new(26.0))),
        ),
        promise(
            "sea_inflow",
            Gauge::Node(NodeIdx::new(SEA)),
            Requirement::EachSeason(vec![(Season::Vegetation, Volume::new(50.0))]),
        ),
    ])
}

fn area(name: &str, riparian: usize, load: f64) -> PowerArea {
    PowerArea {
        name: text(name),
        title: text(name),
        riparian: RiparianIdx::new(riparian),
        load: constant(Energy::new(load)),
        other: constant(Energy::new(5.0)),
        reference_price: EnergyPrice::new(50.0),
        lost_load_cost: EnergyPrice::new(250.0),
    }
}

fn thermal() -> ThermalUnit {
    ThermalUnit {
        name: text("station"),
        title: text("Station"),
        area: AreaIdx::new(DOWN),
        kind: text("gas"),
        capacity: Power::new(100.0),
        availability: constant(0.8),
        cost: EnergyPrice::new(40.0),
        co2: 0.5,
        fuel: Some((FuelIdx::new(0), 2.5)),
    }
}

fn lines() -> Table<LineIdx, Line> {
    let line = |name: &str, from, to, mw, price| Line {
        name: text(name),
        from,
        to,
        capacity: constant(Power::new(mw)),
        loss: 0.03,
        price: EnergyPrice::new(price),
    };
    let up = Terminal::Area(AreaIdx::new(UP));
    let down = Terminal::Area(AreaIdx::new(DOWN));
    Table::new(vec![
        line("UP-DOWN", up, down, 50.0, 30.0),
        line("outside-DOWN", Terminal::Market(MarketIdx::new(0)), down, 40.0, 25.0),
    ])
}
