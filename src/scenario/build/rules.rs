//! What a policy's own rules may say: classes, constraints, fuel, and how an award counts people and income.
//!
//! Each thing that is wrong leaves a problem at its key; the kinds of policies and their weights are checked in `run`.

use indexmap::IndexMap;

use crate::allocation::policy::{Alpha, Award, AwardRule, Floor, Measure, Policy, Weights, Welfare};
use crate::allocation::priority::{Constraint, PriorityClass, Use};
use crate::scenario::schema::Entity;

use super::contract::check_sum;
use super::desk::{Desk, Entry, Range};
use super::run::check_weights;

/// Checks the classes, constraints and fuel of a policy, and the parts of its award that go beyond a rule.
pub(super) fn check_rules(desk: &Desk<'_>, at: &Entry<'_>, policy: &Policy) {
    if let Some(priority) = &policy.priority {
        check_priority(desk, at, priority);
    }
    if let Some(welfare) = &policy.welfare {
        check_classes(at, welfare);
    }
    if let Some(award) = &policy.award {
        check_enforcement(at, award);
        check_income(desk, at, award);
    }
    for (name, constraint) in &policy.constraint {
        check_constraint(desk, at, &format!("constraint.{name}"), constraint);
    }
    check_fuel(desk, at, &policy.fuel);
    check_givers(desk, at, policy);
    check_last_season(desk, at, policy);
    let limited = [("constraint", policy.constraint.is_empty()), ("fuel", policy.fuel.is_empty())];
    if policy.equilibrium.is_some() {
        for (key, _) in limited.into_iter().filter(|(_, is_empty)| !is_empty) {
            at.problem(key, "limits a plan, and an equilibrium has none: each riparian makes its own");
        }
    }
}

/// Classes there are, each with one aim, of riparians there are.
fn check_priority(desk: &Desk<'_>, at: &Entry<'_>, priority: &[PriorityClass]) {
    if priority.is_empty() {
        at.problem("priority", "is empty; name at least one class");
    }
    for (k, class) in priority.iter().enumerate() {
        let number = k + 1;
        match (&class.minimise, &class.welfare) {
            (None, None) => {
                at.problem("priority", format!("class {number} gives neither minimise nor welfare"))
            }
            (Some(_), Some(_)) => {
                at.problem("priority", format!("class {number} gives both minimise and welfare"));
            }
            (None, Some(welfare)) => check_class_welfare(desk, at, number, welfare),
            (Some(_), None) => {}
        }
        for name in &class.riparian {
            at.find("priority", name, &desk.riparians);
        }
    }
}

/// A welfare of one class: without a status quo and without classes of its own.
fn check_class_welfare(desk: &Desk<'_>, at: &Entry<'_>, number: usize, welfare: &Welfare) {
    if welfare.floor != Floor::Nothing {
        at.problem(
            "priority",
            format!("class {number} counts from a status quo; a class counts from nothing"),
        );
    }
    if !welfare.classes.is_empty() {
        at.problem("priority", format!("class {number} has classes of its own"));
    }
    if let Weights::Table(weights) = &welfare.weights {
        check_weights(desk, at, "priority.welfare.weights", weights, range_of(welfare));
    }
}

/// Where the lowest are lifted a weight divides, so it must be above 0.
pub(super) fn range_of(welfare: &Welfare) -> Range {
    if welfare.alpha == Alpha::Leximin { Range::Positive } else { Range::NotNegative }
}

/// Classes of uses sort needs that are lifted; each use stands in one class.
fn check_classes(at: &Entry<'_>, welfare: &Welfare) {
    if welfare.classes.is_empty() {
        return;
    }
    if welfare.alpha != Alpha::Leximin || welfare.measure != Measure::Needs || welfare.floor != Floor::Nothing
    {
        let what = "sort needs that are lifted: they go with alpha = \"leximin\" and measure = \"needs\"";
        at.problem("welfare.classes", what);
    }
    if welfare.classes.iter().any(Vec::is_empty) {
        at.problem("welfare.classes", "hold an empty class");
    }
    let named: Vec<Use> = welfare.classes.concat();
    for (k, used) in named.iter().enumerate() {
        if named[..k].contains(used) {
            at.problem("welfare.classes", format!("name `{}` twice", used.name()));
        }
    }
}

fn check_enforcement(at: &Entry<'_>, award: &Award) {
    at.optional("award.enforce", Some(award.enforce), Range::Share);
    if award.enforce != 1.0 && award.rule != AwardRule::Treaty {
        at.problem("award.enforce", "is about the treaties' limits, and this rule has none");
    }
}

/// Income counts where weights do, and is then known for everybody.
fn check_income(desk: &Desk<'_>, at: &Entry<'_>, award: &Award) {
    at.optional("award.income_exponent", Some(award.income_exponent), Range::NotNegative);
    if award.income_exponent == 0.0 {
        return;
    }
    if !matches!(award.rule, AwardRule::Claims(rule) if rule.takes_weights()) {
        at.problem("award.income_exponent", "is given to a rule that takes no weights");
    }
    let known = desk.file.riparian.iter().filter(|(_, riparian)| riparian.is_active());
    for (name, _) in known.filter(|(_, riparian)| riparian.gdp_per_head_USD.is_none()) {
        at.problem("award.income_exponent", format!("counts income, and {name} gives no gdp_per_head_USD"));
    }
}

/// A constraint is on a reservoir there is, and limits something.
fn check_constraint(desk: &Desk<'_>, at: &Entry<'_>, key: &str, constraint: &Constraint) {
    at.find(&format!("{key}.reservoir"), &constraint.reservoir, &desk.reservoirs);
    let Constraint { min_share_apr_sep, max_release_oct_mar_m3s, .. } = *constraint;
    at.optional(&format!("{key}.min_share_apr_sep"), min_share_apr_sep, Range::Share);
    at.optional(&format!("{key}.max_release_oct_mar_m3s"), max_release_oct_mar_m3s, Range::NotNegative);
    if min_share_apr_sep.is_none() && max_release_oct_mar_m3s.is_none() {
        at.problem(key, "limits nothing; give min_share_apr_sep or max_release_oct_mar_m3s");
    }
}

/// Fuel goes to riparians there are, and is not taken away.
fn check_fuel(desk: &Desk<'_>, at: &Entry<'_>, fuel: &IndexMap<String, f64>) {
    for (name, &energy) in fuel {
        let key = format!("fuel.{name}");
        if at.find(&key, name, &desk.riparians).is_some() && !desk.file.area.contains_key(name) {
            at.problem(&key, format!("is burnt in power stations, and {name} has no power area"));
        }
        at.optional(&key, Some(energy), Range::NotNegative);
    }
}

/// Fuel is given by riparians there are, who do not take any, and all of it.
fn check_givers(desk: &Desk<'_>, at: &Entry<'_>, policy: &Policy) {
    if policy.fuel_from.is_empty() {
        return;
    }
    if policy.fuel.is_empty() {
        at.problem("fuel_from", "says who gives fuel, and none is given");
    }
    for (name, &share) in &policy.fuel_from {
        let key = format!("fuel_from.{name}");
        at.find(&key, name, &desk.riparians);
        at.optional(&key, Some(share), Range::Share);
        if policy.fuel.contains_key(name) {
            at.problem(&key, "is given fuel, and cannot give it");
        }
    }
    check_sum(at, "fuel_from", policy.fuel_from.values().sum());
}

/// Who did not deliver is a riparian there is, and guarantees there are that shrink.
fn check_last_season(desk: &Desk<'_>, at: &Entry<'_>, policy: &Policy) {
    for (name, &delivered) in &policy.last_season_delivered {
        let key = format!("last_season_delivered.{name}");
        at.find(&key, name, &desk.riparians);
        at.optional(&key, Some(delivered), Range::NotNegative);
    }
    let shrinks = policy.guarantee.values().any(|guarantee| guarantee.what.is_to_a_riparian());
    if !policy.last_season_delivered.is_empty() && !shrinks {
        at.problem("last_season_delivered", "shrinks what is guaranteed to a riparian, and nothing is");
    }
}
