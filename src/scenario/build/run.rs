//! The horizon, the header, the policies to run, and whether every source tells its standing.

use indexmap::IndexMap;
use jiff::civil::Date;

use crate::allocation::policy::{
    Alpha, Award, AwardRule, Equilibrium, Policy, WeightRule, Weights, catalogue,
};
use crate::quantity::calendar::{Horizon, HorizonError, Step};
use crate::quantity::index::Table;
use crate::scenario::overlay::{Origins, quoted};
use crate::scenario::problem::{Gathered, did_you_mean};
use crate::scenario::schema::{HorizonTable, Riparian};

use super::desk::{Desk, Entry, Range};
use super::rules::{check_rules, range_of};

/// The most periods a horizon may have: a thousand years of dekads.
const MOST_PERIODS: i64 = 36_000;

/// What a text about a source may begin with.
const STANDINGS: [&str; 6] = ["published", "derived", "assumed", "recalled", "fitted", "observed"];

/// Name, title and what it asks.
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) about: String,
}

/// The horizon; where it cannot be built, a year of months stands in, so that the rest can be checked.
pub(crate) fn horizon(given: &HorizonTable, origins: &Origins, gathered: &Gathered) -> Horizon {
    let problem = |key: &str, what: String| {
        let path = format!("horizon.{key}");
        let quiet = what == "is missing" && gathered.is_spoiled(&path);
        if !quiet {
            gathered.add(origins.problem(&path, what, None));
        }
    };
    let missing = [given.start.is_none(), given.periods.is_none(), given.step.is_none()];
    for (key, _) in ["start", "periods", "step"].into_iter().zip(missing).filter(|(_, missing)| *missing) {
        problem(key, "is missing".to_owned());
    }
    let periods = given.periods.filter(|&periods| {
        let fits = (1..=MOST_PERIODS).contains(&periods);
        if !fits {
            problem("periods", format!("= {periods} must lie between 1 and {MOST_PERIODS}"));
        }
        fits
    });
    let start = given.start.as_ref().and_then(|start| {
        let date = civil(start);
        if date.is_none() {
            problem("start", format!("= {start} is no date such as 2007-10-01"));
        }
        date
    });
    if let (Some(start), Some(periods), Some(step)) = (start, periods, given.step) {
        match Horizon::new(start, periods as usize, step) {
            Ok(horizon) => return horizon,
            Err(error @ HorizonError::Start { .. }) => problem("start", format!("= {error}")),
            Err(error) => problem("periods", error.to_string()),
        }
    }
    stand_in()
}

fn civil(given: &toml::value::Datetime) -> Option<Date> {
    let date = given.date.filter(|_| given.time.is_none())?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?)
        .ok()
}

fn stand_in() -> Horizon {
    let start = jiff::civil::date(2001, 10, 1);
    Horizon::new(start, 12, Step::Month).unwrap_or(Horizon { step: Step::Month, periods: Table::default() })
}

/// The header. A file that inherits and gives no name of its own takes that of the file.
pub(crate) fn header(desk: &Desk<'_>) -> Header {
    let given = &desk.file.scenario;
    let at = desk.section("scenario");
    let own = desk.origins.is_own("scenario.name");
    let name = match &given.name {
        Some(name) if own => name.clone(),
        _ => desk.origins.stem(),
    };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(plain) {
        let what =
            format!("= {} may hold letters, digits, `_` and `-` only: it names a folder", quoted(&name));
        at.problem("name", what);
    }
    Header {
        title: given.title.clone().unwrap_or_else(|| name.clone()),
        about: given.about.clone().unwrap_or_default(),
        name,
    }
}

/// The policies that can be run, and those to run.
pub(crate) fn policies(desk: &Desk<'_>) -> (IndexMap<String, Policy>, Vec<String>) {
    let mut policies = catalogue();
    for (name, policy) in &desk.file.policy {
        check_policy(desk, name, policy);
        policies.insert(name.clone(), policy.clone());
    }
    for name in desk.file.policy.keys() {
        check_status_quo(desk, name, &policies);
    }
    let at = desk.section("run");
    let wanted = at.required("policies", &desk.file.run.policies).unwrap_or_default();
    if wanted.is_empty() && desk.file.run.policies.is_some() {
        at.problem("policies", "is empty; name at least one policy");
    }
    for (k, name) in wanted.iter().enumerate() {
        if wanted[..k].contains(name) {
            at.problem("policies", format!("names `{name}` twice"));
        } else if !policies.contains_key(name) && !desk.gathered.is_spoiled(&format!("policy.{name}")) {
            let help = did_you_mean(name, policies.keys().map(String::as_str));
            desk.problem("run.policies", format!("no policy is called `{name}`"), help);
        }
    }
    (policies, wanted)
}

fn check_policy(desk: &Desk<'_>, name: &str, policy: &Policy) {
    let at = desk.at("policy", name);
    check_kind(&at, policy);
    super::terms::check_terms(desk, &at, policy);
    super::contract::check_contract(desk, &at, policy);
    if let Some(equilibrium) = &policy.equilibrium {
        check_equilibrium(desk, &at, equilibrium);
    }
    if !(1e-7..=0.05).contains(&policy.slack) {
        at.problem("slack", format!("= {} is not between 0.0000001 and 0.05", policy.slack));
    }
    if let Some(award) = &policy.award {
        check_award(desk, &at, award);
    }
    check_rules(desk, &at, policy);
    let Some(welfare) = &policy.welfare else { return };
    if let Alpha::Finite(alpha) = welfare.alpha {
        at.optional("welfare.alpha", Some(alpha), Range::NotNegative);
    }
    if let Weights::Table(weights) = &welfare.weights {
        check_weights(desk, &at, "welfare.weights", weights, range_of(welfare));
        let all_named = desk.riparians.iter().all(|name| weights.contains_key(name));
        if all_named && weights.values().all(|&weight| weight == 0.0) {
            at.problem("welfare.weights", "are all 0; somebody must count");
        }
    }
}

/// The status quo is a policy there is, and does not wait for the policy itself.
fn check_status_quo(desk: &Desk<'_>, name: &str, policies: &IndexMap<String, Policy>) {
    let at = desk.at("policy", name);
    let mut seen = vec![name];
    let mut next = policies[name].status_quo();
    while let Some(against) = next {
        let Some(policy) = policies.get(against) else {
            if seen.len() == 1 && !desk.gathered.is_spoiled(&format!("policy.{against}")) {
                let help = did_you_mean(against, policies.keys().map(String::as_str));
                let path = format!("policy.{name}.against");
                desk.problem(&path, format!("no policy is called `{against}`"), help);
            }
            return;
        };
        if against == name {
            at.problem("against", format!("goes in a circle: {}", seen.join(", then ")));
        }
        if seen.contains(&against) {
            return;
        }
        seen.push(against);
        next = policy.status_quo();
    }
}

/// A policy is of one kind.
fn check_kind(at: &Entry<'_>, policy: &Policy) {
    let kinds = [
        ("welfare", policy.welfare.is_some()),
        ("award", policy.award.is_some()),
        ("priority", policy.priority.is_some()),
        ("equilibrium", policy.equilibrium.is_some()),
    ];
    let given: Vec<&str> = kinds.iter().filter(|(_, given)| *given).map(|(kind, _)| *kind).collect();
    match given[..] {
        [] if kinds.iter().all(|(kind, _)| !at.is_spoiled(kind)) => {
            at.problem(
                "",
                "gives neither welfare nor award nor priority nor equilibrium; it needs one of them",
            );
        }
        [one, other, ..] => {
            at.problem("", format!("gives both {one} and {other}; a policy is one of them"));
        }
        _ => {}
    }
}

/// The order names riparians there are, each once; there is at least one round.
fn check_equilibrium(desk: &Desk<'_>, at: &Entry<'_>, equilibrium: &Equilibrium) {
    for (k, name) in equilibrium.order.iter().enumerate() {
        if equilibrium.order[..k].contains(name) {
            at.problem("equilibrium.order", format!("names `{name}` twice"));
        } else {
            at.find("equilibrium.order", name, &desk.riparians);
        }
    }
    if equilibrium.rounds == 0 {
        at.problem("equilibrium.rounds", "= 0 leaves no round to answer in");
    }
}

fn check_award(desk: &Desk<'_>, at: &Entry<'_>, award: &Award) {
    at.optional("award.limit", Some(award.limit), Range::Positive);
    let weighted = matches!(award.rule, AwardRule::Claims(rule) if rule.takes_weights());
    if !weighted && award.weights != Weights::Equal {
        at.problem("award.weights", "are given to a rule that takes none");
    }
    match &award.weights {
        Weights::Table(weights) => check_weights(desk, at, "award.weights", weights, Range::Positive),
        Weights::Rule(WeightRule::Population) => {
            let empty = |riparian: &Riparian| riparian.population_million == Some(0.0);
            for (name, _) in desk.file.riparian.iter().filter(|(_, riparian)| empty(riparian)) {
                at.problem("award.weights", format!("count people, and {name} has none"));
            }
        }
        _ => {}
    }
}

/// Weights by name: of riparians there are, and in their range.
pub(super) fn check_weights(
    desk: &Desk<'_>,
    at: &Entry<'_>,
    key: &str,
    weights: &IndexMap<String, f64>,
    range: Range,
) {
    for (riparian, &weight) in weights {
        let key = format!("{key}.{riparian}");
        at.find(&key, riparian, &desk.riparians);
        at.optional(&key, Some(weight), range);
    }
}

/// A text about a source begins with its standing.
pub(crate) fn check_sources(desk: &Desk<'_>) {
    let mut wrong: Vec<String> = Vec::new();
    for (path, text) in desk.origins.sources() {
        let begins = |standing: &str| {
            let rest = text.strip_prefix(standing);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        let entity = path.rsplit_once('.').map_or(path, |(entity, _)| entity);
        let at = format!("{entity}.source");
        if !STANDINGS.iter().any(|standing| begins(standing)) && !wrong.contains(&at) {
            let what = format!("{} does not begin with its standing: {}", quoted(text), STANDINGS.join(", "));
            desk.problem(&at, what, None);
            wrong.push(at);
        }
    }
}
