//! A basin small enough to reckon by hand, and what two policies did in it, for tests.
//!
//! One reservoir `upper` (KG), a junction `fields` and a sink `sea` (UZ), March and April 2008. UZ
//! claims 100 hm3 a month at `fields`, a tenth of which returns to `sea` at once and a tenth through a
//! drain. `quota` delivers 50 and 80; `one_basin` 50 and 100.

use jiff::civil::{Date, date};

use crate::consortium::settlement::{Payment, Settlement, Worth};
use crate::network::basin::{
    Basin, DrainageIdx, NodeIdx, ReachIdx, ReservoirIdx, Riparian, RiparianIdx, River, RiverIdx,
};
use crate::network::demand::{Demand, Drainage, Returns, WaterUse};
use crate::network::power_system::PowerArea;
use crate::network::promise::{Gauge, Promise, PromisePrices, Requirement};
use crate::network::topology::{Node, NodeKind, Reach};
use crate::quantity::calendar::{Horizon, Step};
use crate::quantity::index::{Idx, Series, Table};
use crate::quantity::units::{Days, Energy, EnergyPrice, Flow, Volume, WaterPrice};
use crate::simulation::record::{
    BrokenPromiseRow, DeliveryRow, DrainageRow, EnvironmentRow, MoneyRow, NodeRow, PlantRow, PowerRow,
    ReachRow, Record, ReservoirRow, TradeRow,
};

const MARCH: Date = date(2008, 3, 1);
const APRIL: Date = date(2008, 4, 1);

/// The policies of [`record`], in order.
pub(crate) fn policies() -> Vec<String> {
    vec!["quota".to_owned(), "one_basin".to_owned()]
}

/// The basin; its reservoir has no curves, which no judgement asks for.
pub(crate) fn basin() -> Basin {
    let horizon = Horizon::new(MARCH, 2, Step::Month).expect("March is a month");
    Basin {
        riparians: Table::new(vec![riparian("KG", "Kyrgyzstan", 2.0), riparian("UZ", "Uzbekistan", 8.0)]),
        rivers: Table::new(vec![River { name: "syr".into(), title: "Syr Darya".into() }]),
        nodes: Table::new(vec![
            node("upper", NodeKind::Reservoir(ReservoirIdx::new(0)), 0),
            node("fields", NodeKind::Junction, 1),
            node("sea", NodeKind::Sink, 1),
        ]),
        reaches: Table::new(vec![reach("upper_fields", 0, 1), reach("fields_sea", 1, 2)]),
        downstream_order: (0..3).map(NodeIdx::new).collect(),
        reservoirs: Table::default(),
        plants: Table::default(),
        demands: Table::new(vec![demand()]),
        drainages: Table::new(vec![Drainage {
            name: "drain".into(),
            node: NodeIdx::new(2),
            memory: Days::new(300.0),
        }]),
        treaties: Table::default(),
        promises: Table::new(vec![promise()]),
        promise_prices: PromisePrices {
            dead_storage: WaterPrice::new(1.0),
            end_storage: WaterPrice::new(1.0),
            safe_flow: WaterPrice::new(1.0),
            correction: WaterPrice::new(1.0),
        },
        areas: Table::new(vec![area("KG", 0), area("UZ", 1)]),
        thermals: Table::default(),
        fuels: Table::default(),
        markets: Table::default(),
        lines: Table::default(),
        horizon,
    }
}

fn riparian(name: &str, title: &str, population_million: f64) -> Riparian {
    Riparian { name: name.into(), title: title.into(), population_million, income_per_head: None }
}

fn node(name: &str, kind: NodeKind, riparian: usize) -> Node {
    let (riparian, river) = (RiparianIdx::new(riparian), RiverIdx::new(0));
    Node { name: name.into(), title: name.into(), kind, riparian, river }
}

fn reach(name: &str, from: usize, to: usize) -> Reach {
    Reach {
        name: name.into(),
        title: name.into(),
        from: NodeIdx::new(from),
        to: NodeIdx::new(to),
        loss: 0.1,
        travel: Days::ZERO,
        capacity: None,
        safe_flow: None,
        flow_before_start: Flow::ZERO,
        flood_cost: WaterPrice::ZERO,
        riparian: RiparianIdx::new(1),
        arrival_shares: Series::filled(2, vec![1.0]),
    }
}

fn demand() -> Demand {
    Demand {
        name: "uz_farm".into(),
        title: "Farms".into(),
        riparian: RiparianIdx::new(1),
        node: NodeIdx::new(1),
        water_use: WaterUse::Irrigation,
        claim: Series::filled(2, Volume::new(100.0)),
        capacity: None,
        value: WaterPrice::new(0.06),
        domestic_share: 0.0,
        stage_weight: Series::filled(2, 1.0),
        returns: Returns { prompt: Some((0.1, NodeIdx::new(2))), delayed: Some((0.1, DrainageIdx::new(0))) },
        lift_kwh_per_m3: 0.0,
        under_treaty: true,
    }
}

fn promise() -> Promise {
    Promise {
        name: "sea".into(),
        title: "The sea".into(),
        riparian: RiparianIdx::new(1),
        gauge: Gauge::ReachHead(ReachIdx::new(1)),
        required: Requirement::EachPeriod(Series::filled(2, Volume::new(50.0))),
        price: WaterPrice::new(1.0),
    }
}

fn area(name: &str, riparian: usize) -> PowerArea {
    PowerArea {
        name: name.into(),
        title: name.into(),
        riparian: RiparianIdx::new(riparian),
        load: Series::filled(2, Energy::new(10.0)),
        other: Series::filled(2, Energy::ZERO),
        reference_price: EnergyPrice::new(50.0),
        lost_load_cost: EnergyPrice::new(250.0),
    }
}

/// What both policies did.
pub(crate) fn record() -> Record {
    let mut record = Record::default();
    add_policy(&mut record, "quota", [50.0, 80.0]);
    add_policy(&mut record, "one_basin", [50.0, 100.0]);
    record
}

fn add_policy(record: &mut Record, policy: &str, delivered: [f64; 2]) {
    let mut stored = 0.0;
    for (day, days, storage, delivered) in
        [(MARCH, 31.0, 1000.0, delivered[0]), (APRIL, 30.0, 900.0, delivered[1])]
    {
        let first = (policy.to_owned(), day, days);
        add_water(record, &first, storage, delivered);
        add_drainage(record, &first, &mut stored, delivered);
        add_power(record, &first, delivered);
        add_money(record, &first, delivered);
    }
}

type First = (String, Date, f64);

fn add_water(record: &mut Record, (policy, period_start, days): &First, storage: f64, delivered: f64) {
    let (policy, period_start, days, member) = (policy.clone(), *period_start, *days, 0);
    record.reservoirs.push(ReservoirRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        reservoir: "upper".into(),
        riparian: "KG".into(),
        storage_start_hm3: storage,
        inflow_hm3: 110.0,
        turbined_hm3: 180.0,
        spilled_hm3: 20.0,
        evaporated_hm3: 8.0,
        seepage_hm3: 2.0,
        diverted_hm3: 0.0,
        storage_end_hm3: storage - 100.0,
        level_end_masl: 850.0,
        energy_GWh: 20.0,
        water_value_USD_per_m3: None,
        residual_hm3: 0.0,
    });
    let transit = |reach: &str, from: &str, to: &str, inflow: f64| ReachRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        reach: reach.into(),
        from: from.into(),
        to: to.into(),
        in_transit_start_hm3: 0.0,
        inflow_hm3: inflow,
        loss_hm3: inflow * 0.1,
        outflow_hm3: inflow - inflow * 0.1,
        in_transit_end_hm3: 0.0,
    };
    let passed = 180.0 + 5.0 - delivered;
    record.reaches.push(transit("upper_fields", "upper", "fields", 200.0));
    record.reaches.push(transit("fields_sea", "fields", "sea", passed));
    record.nodes.push(NodeRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        node: "fields".into(),
        inflow_hm3: 5.0,
        arrivals_hm3: 180.0,
        returns_hm3: 0.0,
        diverted_hm3: delivered,
        outflow_hm3: passed,
        residual_hm3: 0.0,
    });
    record.deliveries.push(DeliveryRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        demand: "uz_farm".into(),
        riparian: "UZ".into(),
        water_use: "irrigation".into(),
        node: "fields".into(),
        claim_hm3: 100.0,
        delivered_hm3: delivered,
        deficit_hm3: 100.0 - delivered,
        returned_hm3: 0.1 * delivered,
    });
    record.environment.push(EnvironmentRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        place: "sea".into(),
        required_hm3: 100.0,
        delivered_hm3: passed,
        shortfall_hm3: (100.0 - passed).max(0.0),
    });
    if passed < 100.0 {
        record.broken_promises.push(BrokenPromiseRow {
            policy,
            member,
            period_start,
            promise: "environment".into(),
            place: "sea".into(),
            required: 100.0,
            achieved: passed,
            unit: "hm3".into(),
        });
    }
}

/// The drain, and the sink that its water and the prompt return reach.
fn add_drainage(record: &mut Record, (policy, period_start, days): &First, stored: &mut f64, delivered: f64) {
    let (policy, period_start, days, member) = (policy.clone(), *period_start, *days, 0);
    let added = 0.1 * delivered;
    let returned = 0.1 * (*stored + added);
    record.drainage.push(DrainageRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        reach: "drain".into(),
        node: "sea".into(),
        stored_start_hm3: *stored,
        added_hm3: added,
        returned_hm3: returned,
        stored_end_hm3: *stored + added - returned,
    });
    *stored += added - returned;
    let arrivals = 0.9 * (180.0 + 5.0 - delivered);
    let returns = 0.1 * delivered + returned;
    record.nodes.push(NodeRow {
        policy,
        member,
        period_start,
        days,
        node: "sea".into(),
        inflow_hm3: 0.0,
        arrivals_hm3: arrivals,
        returns_hm3: returns,
        diverted_hm3: 0.0,
        outflow_hm3: arrivals + returns,
        residual_hm3: 0.0,
    });
}

/// KG makes 20 and serves 10 itself; UZ is sent 10 less 1 lost, and with more water for the fields
/// one GWh more goes to pumps.
fn add_power(record: &mut Record, (policy, period_start, days): &First, delivered: f64) {
    let (policy, period_start, days, member) = (policy.clone(), *period_start, *days, 0);
    let area = |area: &str, hydro: f64, imported: f64, exported: f64, pumping: f64| PowerRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        area: area.into(),
        riparian: area.into(),
        load_GWh: 10.0,
        hydro_GWh: hydro,
        thermal_GWh: 0.0,
        other_GWh: 0.0,
        imported_GWh: imported,
        exported_GWh: exported,
        unserved_GWh: 10.0 + pumping + exported - hydro - imported,
        pumping_GWh: pumping,
        price_USD_per_MWh: (area == "KG").then_some(50.0),
        residual_GWh: 0.0,
    };
    record.power.push(area("KG", 20.0, 0.0, 10.0, 0.0));
    record.power.push(area("UZ", 0.0, 9.0, 0.0, if delivered > 90.0 { 1.0 } else { 0.0 }));
    record.trade.push(TradeRow {
        policy: policy.clone(),
        member,
        period_start,
        days,
        line: "KG-UZ".into(),
        from: "KG".into(),
        to: "UZ".into(),
        sent_GWh: 10.0,
        received_GWh: 9.0,
    });
    record.plants.push(PlantRow {
        policy,
        member,
        period_start,
        days,
        plant: "upper".into(),
        riparian: "KG".into(),
        kind: "hydro".into(),
        energy_GWh: 20.0,
        capacity_GWh: 40.0,
        cost_MUSD: 0.1,
        co2_kt: 0.5,
    });
}

fn add_money(record: &mut Record, (policy, period_start, days): &First, delivered: f64) {
    let row = |riparian: &str, farm: f64, promises: f64| MoneyRow {
        policy: policy.clone(),
        member: 0,
        period_start: *period_start,
        days: *days,
        riparian: riparian.into(),
        farm_MUSD: farm,
        energy_MUSD: 0.5,
        unserved_MUSD: 0.0,
        generation_MUSD: 0.0,
        imports_MUSD: 0.0,
        exports_MUSD: 0.0,
        flood_MUSD: 0.0,
        promises_MUSD: promises,
    };
    record.money.push(row("KG", 0.0, 0.0));
    record.money.push(row("UZ", delivered, 0.0));
}

/// The settlement of `quota`: UZ pays KG and the fund.
pub(crate) fn settlement() -> Settlement {
    let payment = |to: &str, amount: f64| Payment {
        from: "UZ".into(),
        to: to.into(),
        amount_MUSD: amount,
        in_kind: "money".into(),
        amount_GWh: 0.0,
        purpose: "storage".into(),
    };
    let worth = |members: &[&str], worth: f64, payoff: f64| Worth {
        members: members.iter().map(|&name| name.to_owned()).collect(),
        worth_MUSD: worth,
        payoff_MUSD: payoff,
    };
    Settlement {
        policy: "quota".into(),
        rule: "shapley".into(),
        against: Some("autarky".into()),
        transfers: vec![("KG".into(), 5.0), ("UZ".into(), -6.0), ("fund".into(), 1.0)],
        payments: vec![payment("KG", 5.0), payment("fund", 1.0)],
        worths: vec![
            worth(&["KG"], 1.0, 6.0),
            worth(&["UZ"], 119.0, 125.0),
            worth(&["KG", "UZ"], 132.0, 131.0),
        ],
        status_quo: vec![("KG".into(), 1.0), ("UZ".into(), 119.0)],
        core_slack_MUSD: Some(5.0),
        findings: vec!["Nobody is worse off than under `autarky`.".into()],
        warnings: Vec::new(),
    }
}
