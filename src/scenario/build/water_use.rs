//! Demands, drainages, treaty limits, and the promises of the physics.

use crate::network::basin::{DemandIdx, DrainageIdx, PromiseIdx, TreatyIdx};
use crate::network::demand::{Demand, Drainage, Returns, TreatyLimit, WaterUse};
use crate::network::promise::{Gauge, Promise, PromisePrices, Requirement};
use crate::quantity::calendar::Season;
use crate::quantity::index::{Idx, Table};
use crate::quantity::units::{Days, Flow, Volume, WaterPrice};
use crate::scenario::schema;

use super::desk::{Desk, Entry, Range, active};
use super::series::Wanted;
use super::span;

/// Central value of water where neither the demand nor `[price]` gives one, USD/m3.
const WATER_VALUE: f64 = 0.06;

/// Who uses water, and how it comes back.
pub(crate) struct Uses {
    pub(crate) demands: Table<DemandIdx, Demand>,
    pub(crate) drainages: Table<DrainageIdx, Drainage>,
    pub(crate) drained: Table<DrainageIdx, Volume>,
    pub(crate) treaties: Table<TreatyIdx, TreatyLimit>,
}

pub(crate) fn build(desk: &Desk<'_>) -> Uses {
    let demands = active(&desk.file.demand).map(|(name, given)| demand(desk, name, given)).collect();
    let (drainages, drained) =
        active(&desk.file.drainage).map(|(name, given)| drainage(desk, name, given)).unzip();
    Uses {
        demands: Table::new(demands),
        drainages: Table::<DrainageIdx, Drainage>::new(drainages),
        drained: Table::new(drained),
        treaties: treaties(desk),
    }
}

fn demand(desk: &Desk<'_>, name: &str, given: &schema::Demand) -> Demand {
    let at = desk.at("demand", name);
    let factor = at.or("claim_factor", given.claim_factor, 1.0, Range::NotNegative);
    let claim = at.needed_series("claim", &given.claim, Wanted::Water, Range::NotNegative);
    let capacity = at.series("capacity_m3s", &given.capacity_m3s, Wanted::Flow, Range::NotNegative);
    let value = at.or("value_USD_per_m3", given.value_USD_per_m3, water_value(desk), Range::NotNegative);
    Demand {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        riparian: at.named("riparian", &given.riparian, &desk.riparians).unwrap_or(Idx::new(0)),
        node: at.named("node", &given.node, &desk.nodes).unwrap_or(Idx::new(0)),
        water_use: at.required("use", &given.r#use).unwrap_or(WaterUse::Irrigation),
        claim: claim.map(|&value| Volume::new(value * factor)),
        capacity: capacity.map(|series| series.map(|&value| Flow::new(value))),
        value: WaterPrice::new(value),
        domestic_share: at.or("domestic_share", given.domestic_share, 0.0, Range::Share),
        stage_weight: at.series_or(
            "stage_weight",
            &given.stage_weight,
            Wanted::Plain,
            Range::NotNegative,
            1.0,
        ),
        returns: returns(desk, &at, given),
        lift_kwh_per_m3: at.or("lift_kWh_per_m3", given.lift_kWh_per_m3, 0.0, Range::NotNegative),
        under_treaty: given.under_treaty.unwrap_or(false),
    }
}

fn water_value(desk: &Desk<'_>) -> f64 {
    let price = desk.section("price");
    price.or("water_USD_per_m3", desk.file.price.water_USD_per_m3, WATER_VALUE, Range::NotNegative)
}

fn returns(desk: &Desk<'_>, at: &Entry<'_>, given: &schema::Demand) -> Returns {
    let prompt = at.or("return_prompt", given.return_prompt, 0.0, Range::Share);
    let delayed = at.or("return_delayed", given.return_delayed, 0.0, Range::Share);
    if prompt + delayed > 1.0 {
        let what = format!("and return_delayed sum to {}, more than is delivered", prompt + delayed);
        at.problem("return_prompt", what);
    }
    let mut returns = Returns::default();
    if prompt > 0.0 || given.return_node.is_some() {
        let node = at.named("return_node", &given.return_node, &desk.nodes);
        returns.prompt = node.filter(|_| prompt > 0.0).map(|node| (prompt, node));
    }
    if delayed > 0.0 || given.drainage.is_some() {
        let drainage = at.named("drainage", &given.drainage, &desk.drainages);
        returns.delayed = drainage.filter(|_| delayed > 0.0).map(|drainage| (delayed, drainage));
    }
    returns
}

fn drainage(desk: &Desk<'_>, name: &str, given: &schema::Drainage) -> (Drainage, Volume) {
    let at = desk.at("drainage", name);
    let drainage = Drainage {
        name: name.to_owned(),
        node: at.named("node", &given.node, &desk.nodes).unwrap_or(Idx::new(0)),
        memory: Days::new(at.number("memory_days", given.memory_days, Range::Positive)),
    };
    let stored = at.number("stored_start_hm3", given.stored_start_hm3, Range::NotNegative);
    (drainage, Volume::new(stored))
}

/// The limits of each season that the horizon touches, a part of a season by its days.
fn treaties(desk: &Desk<'_>) -> Table<TreatyIdx, TreatyLimit> {
    let mut limits = Table::default();
    for (name, given) in active(&desk.file.treaty) {
        let at = desk.at("treaty", name);
        let riparian = at.named("riparian", &given.riparian, &desk.riparians).unwrap_or(Idx::new(0));
        let river = at.named("river", &given.river, &desk.rivers).unwrap_or(Idx::new(0));
        if given.vegetation_hm3.is_none() && given.non_vegetation_hm3.is_none() {
            at.missing("vegetation_hm3");
        }
        for (season, volume) in seasonal(desk, &at, given.vegetation_hm3, given.non_vegetation_hm3) {
            limits.push(TreatyLimit { riparian, river, season, volume });
        }
    }
    limits
}

/// Volumes of a season within the horizon.
fn seasonal(
    desk: &Desk<'_>,
    at: &Entry<'_>,
    vegetation: Option<f64>,
    non_vegetation: Option<f64>,
) -> Vec<(Season, Volume)> {
    let volume = |season: Season| {
        let (key, value) = match season {
            Season::Vegetation => ("vegetation_hm3", vegetation),
            Season::NonVegetation => ("non_vegetation_hm3", non_vegetation),
        };
        let value = at.optional(key, value, Range::NotNegative)?;
        let times = span::seasons(&desk.horizon, season);
        (times > 0.0).then(|| (season, Volume::new(value * times)))
    };
    Season::ALL.into_iter().filter_map(volume).collect()
}

/// The promises, and the prices of those that have no place of their own.
pub(crate) fn promises(desk: &Desk<'_>) -> (Table<PromiseIdx, Promise>, PromisePrices) {
    let promises = active(&desk.file.environment).map(|(name, given)| promise(desk, name, given)).collect();
    let price = &desk.file.price;
    let at = desk.section("price");
    let priced = |key, value, used: bool| {
        let value = at.optional(key, value, Range::NotNegative);
        if used && value.is_none() {
            at.missing(key);
        }
        WaterPrice::new(value.unwrap_or(0.0))
    };
    let stores = active(&desk.file.reservoir).next().is_some();
    let corrects = active(&desk.file.correction).next().is_some();
    let warns = active(&desk.file.reach).any(|(_, reach)| reach.safe_flow_m3s.is_some());
    let prices = PromisePrices {
        dead_storage: priced("dead_storage_USD_per_m3", price.dead_storage_USD_per_m3, stores),
        end_storage: priced("end_storage_USD_per_m3", price.end_storage_USD_per_m3, stores),
        safe_flow: priced("safe_flow_USD_per_m3", price.safe_flow_USD_per_m3, warns),
        correction: priced("correction_USD_per_m3", price.correction_USD_per_m3, corrects),
    };
    (Table::new(promises), prices)
}

fn promise(desk: &Desk<'_>, name: &str, given: &schema::Environment) -> Promise {
    let at = desk.at("environment", name);
    let own = at.optional("price_USD_per_m3", given.price_USD_per_m3, Range::NotNegative);
    let price = own.unwrap_or_else(|| {
        let price = desk.section("price");
        price.number("environment_USD_per_m3", desk.file.price.environment_USD_per_m3, Range::NotNegative)
    });
    Promise {
        name: name.to_owned(),
        title: at.title(&given.title, name),
        riparian: at.named("riparian", &given.riparian, &desk.riparians).unwrap_or(Idx::new(0)),
        gauge: gauge(desk, &at, given),
        required: requirement(desk, &at, given),
        price: WaterPrice::new(price),
    }
}

fn gauge(desk: &Desk<'_>, at: &Entry<'_>, given: &schema::Environment) -> Gauge {
    match (&given.reach, &given.node) {
        (Some(_), Some(_)) => {
            at.problem("reach", "and node are both given; a promise is measured at one place")
        }
        (None, None) => {
            at.problem("reach", "is missing, and so is node; a promise is measured at one of them")
        }
        _ => {}
    }
    if given.reach.is_some() {
        let reach = at.named("reach", &given.reach, &desk.reaches);
        return Gauge::ReachHead(reach.unwrap_or(Idx::new(0)));
    }
    let node = given.node.as_ref().and_then(|node| at.find("node", node, &desk.nodes));
    Gauge::Node(node.unwrap_or(Idx::new(0)))
}

fn requirement(desk: &Desk<'_>, at: &Entry<'_>, given: &schema::Environment) -> Requirement {
    let by_season = given.vegetation_hm3.is_some() || given.non_vegetation_hm3.is_some();
    let ways = [given.flow_m3s.is_some(), given.volume_hm3.is_some(), by_season];
    match ways.into_iter().filter(|&given| given).count() {
        0 => at.problem("flow_m3s", "is missing; give a flow, or volume_hm3, or volumes by season"),
        1 => {}
        _ => at.problem(
            "",
            "gives more than one of flow_m3s, volume_hm3 and volumes by season; write a promise for each",
        ),
    }
    if by_season {
        return Requirement::EachSeason(seasonal(desk, at, given.vegetation_hm3, given.non_vegetation_hm3));
    }
    let flow = at.series("flow_m3s", &given.flow_m3s, Wanted::Flow, Range::NotNegative);
    if let Some(flow) = flow {
        let volume =
            |(&flow, period): (&f64, &crate::quantity::calendar::Period)| period.volume(Flow::new(flow));
        return Requirement::EachPeriod(Table::new(
            flow.iter().zip(&desk.horizon.periods).map(volume).collect(),
        ));
    }
    let volume = at.series_or("volume_hm3", &given.volume_hm3, Wanted::Water, Range::NotNegative, 0.0);
    Requirement::EachPeriod(volume.map(|&value| Volume::new(value)))
}
