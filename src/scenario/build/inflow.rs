//! What comes: climatologies times the percent of normal, and the corrections of the balance.

use crate::hydrology::inflow::{Inflows, NaturalInflow};
use crate::network::basin::NodeIdx;
use crate::quantity::calendar::Season;
use crate::quantity::index::{Series, Table};
use crate::quantity::units::Volume;
use crate::scenario::overlay::join;
use crate::scenario::problem::did_you_mean;
use crate::scenario::schema::{self, Entity, Percent};

use super::desk::{Desk, Entry, Range, active};
use super::series::Wanted;

/// How far shares may be from summing to 1.
const SHARE_TOLERANCE: f64 = 1e-6;

pub(crate) fn build(desk: &Desk<'_>) -> Inflows {
    check_percents(desk);
    let nothing = Series::filled(desk.horizon.len(), Volume::ZERO);
    let count = desk.nodes.iter().count();
    let nowhere: Table<NodeIdx, Series<Volume>> = Table::filled(count, nothing);
    let mut inflows = Inflows {
        volume: nowhere.clone(),
        normal: nowhere.clone(),
        natural: nowhere.clone(),
        unaccounted: nowhere,
    };
    let unchanged = Series::filled(desk.horizon.len(), 1.0);
    for (name, given) in active(&desk.file.inflow) {
        let at = desk.at("inflow", name);
        let normal = at.needed_series("series", &given.series, Wanted::Water, Range::NotNegative);
        let factor = factor_of(desk, name, &mut Vec::new());
        for (node, share) in shares(desk, &at, given) {
            add(&mut inflows.normal[node], &normal, &unchanged, share);
            add(&mut inflows.natural[node], &normal, &factor, share);
            add(&mut inflows.volume[node], &normal, &factor, share);
        }
    }
    for (name, given) in active(&desk.file.correction) {
        correction(desk, name, given, &mut inflows);
    }
    inflows
}

/// The rivers one by one.
pub(crate) fn rivers(desk: &Desk<'_>) -> Vec<NaturalInflow> {
    let names: Vec<&String> = active(&desk.file.inflow).map(|(name, _)| name).collect();
    let one = |(name, given): (&String, &schema::Inflow)| {
        let at = desk.at("inflow", name);
        let normal = at.needed_series("series", &given.series, Wanted::Water, Range::NotNegative);
        let factor = factor_of(desk, name, &mut Vec::new());
        let natural = |(node, share): (NodeIdx, f64)| {
            let mut volumes = Series::filled(desk.horizon.len(), Volume::ZERO);
            add(&mut volumes, &normal, &factor, share);
            (node, volumes)
        };
        let leader = given.follows.as_ref().and_then(|leader| names.iter().position(|name| *name == leader));
        NaturalInflow {
            name: name.clone(),
            annual_cv: at.optional("annual_cv", given.annual_cv, Range::NotNegative),
            follows: leader.map(|leader| (leader, given.follows_share.unwrap_or(1.0))),
            natural: shares(desk, &at, given).into_iter().map(natural).collect(),
        }
    };
    active(&desk.file.inflow).map(one).collect()
}

fn add(volumes: &mut Series<Volume>, given: &Series<f64>, factor: &Series<f64>, share: f64) {
    for ((volume, given), factor) in volumes.iter_mut().zip(given).zip(factor) {
        *volume += Volume::new(given * factor * share);
    }
}

fn correction(desk: &Desk<'_>, name: &str, given: &schema::Correction, inflows: &mut Inflows) {
    let at = desk.at("correction", name);
    let series = at.needed_series("series", &given.series, Wanted::Water, Range::Any);
    let factor = followed(desk, &at, &given.follows, given.follows_share, &mut Vec::new());
    let Some(node) = at.named("node", &given.node, &desk.nodes) else { return };
    add(&mut inflows.volume[node], &series.map(|value| value.max(0.0)), &factor, 1.0);
    add(&mut inflows.unaccounted[node], &series.map(|value| (-value).max(0.0)), &factor, 1.0);
}

/// Where an inflow enters, and which share of it.
fn shares(desk: &Desk<'_>, at: &Entry<'_>, given: &schema::Inflow) -> Vec<(NodeIdx, f64)> {
    let Some(nodes) = at.required("nodes", &given.nodes) else { return Vec::new() };
    let mut shares = Vec::new();
    for (name, &share) in &nodes {
        let key = join("nodes", name);
        if at.optional(&key, Some(share), Range::Share).is_none() {
            continue;
        }
        if share == 0.0 && desk.nodes.is_inactive(name) {
            continue;
        }
        shares.extend(at.find(&key, name, &desk.nodes).map(|node| (node, share)));
    }
    let sum: f64 = nodes.values().sum();
    if (sum - 1.0).abs() > SHARE_TOLERANCE {
        at.problem("nodes", format!("the shares sum to {}, not to 1", rounded(sum)));
    }
    shares
}

fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// Every percentage names an inflow and is not negative.
fn check_percents(desk: &Desk<'_>) {
    for (name, percent) in &desk.file.percent_of_normal {
        let path = format!("inflow.percent_of_normal.{name}");
        if !desk.file.inflow.contains_key(name) && !desk.gathered.is_spoiled(&join("inflow", name)) {
            let help = did_you_mean(name, desk.file.inflow.keys().map(String::as_str));
            desk.problem(&path, format!("no inflow is called `{name}`"), help);
        }
        let values = match *percent {
            Percent::Year(value) => vec![value],
            Percent::Seasons { vegetation, non_vegetation } => vec![vegetation, non_vegetation],
        };
        if let Some(value) = values.into_iter().find(|&value| value < 0.0) {
            desk.problem(&path, format!("= {value} is negative"), None);
        }
    }
}

/// The factor on an inflow's climatology: its own percentage, or that of the one it follows, or 1.
fn factor_of(desk: &Desk<'_>, name: &str, trail: &mut Vec<String>) -> Series<f64> {
    if let Some(percent) = desk.file.percent_of_normal.get(name) {
        let of_season = |season: Season| match (percent, season) {
            (Percent::Year(value), _) => *value,
            (Percent::Seasons { vegetation, .. }, Season::Vegetation) => *vegetation,
            (Percent::Seasons { non_vegetation, .. }, Season::NonVegetation) => *non_vegetation,
        };
        return desk.horizon.periods.map(|period| of_season(period.season) / 100.0);
    }
    match desk.file.inflow.get(name) {
        Some(given) => {
            trail.push(name.to_owned());
            followed(desk, &desk.at("inflow", name), &given.follows, given.follows_share, trail)
        }
        None => Series::filled(desk.horizon.len(), 1.0),
    }
}

/// The factor of the inflow that is followed, taken to a degree: `1 + share * (factor - 1)`.
fn followed(
    desk: &Desk<'_>,
    at: &Entry<'_>,
    follows: &Option<String>,
    share: Option<f64>,
    trail: &mut Vec<String>,
) -> Series<f64> {
    let normal = Series::filled(desk.horizon.len(), 1.0);
    let share = at.or("follows_share", share, 1.0, Range::NotNegative);
    let Some(leader) = follows else { return normal };
    let inflow = desk.file.inflow.get(leader);
    if !inflow.is_some_and(Entity::is_active) {
        let help = did_you_mean(leader, active(&desk.file.inflow).map(|(name, _)| name.as_str()));
        let what = match inflow {
            Some(_) => format!("the inflow `{leader}` is not active"),
            None => format!("no inflow is called `{leader}`"),
        };
        desk.problem(&at.path("follows"), what, help.filter(|_| inflow.is_none()));
        return normal;
    }
    if let Some(first) = trail.iter().position(|name| name == leader) {
        let circle = trail[first..].iter().chain([leader]).cloned().collect::<Vec<_>>().join(" -> ");
        if first == 0 {
            at.problem("follows", format!("runs in a circle: {circle}"));
        }
        return normal;
    }
    factor_of(desk, leader, trail).map(|factor| (1.0 + share * (factor - 1.0)).max(0.0))
}
