//! What must stand above what, on every scenario that is shipped and under every policy of the catalogue: `one_basin`
//! has the greatest total, `max_min` the greatest smallest satisfaction, and nobody is left below `autarky` by the
//! settled `consortium` unless it says so. Solved by the project's own method, which takes half of the other's time.

use std::sync::OnceLock;

use indexmap::IndexMap;
use mirab::allocation::policy::{Policy, catalogue};
use mirab::consortium::settle::settle_all;
use mirab::consortium::settlement::Settlement;
use mirab::evaluation;
use mirab::evaluation::rows::RiparianRow;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_among};
use mirab::solver::interior_point::InteriorPoint;

/// Totals are compared to this, relative: what the heads are worth.
const TOTAL: f64 = 1e-3;
/// Satisfactions are compared to this.
const SATISFACTION: f64 = 2e-3;

fn load(name: &str) -> Scenario {
    scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What policies make of a scenario.
struct Run {
    scenario: Scenario,
    policies: Vec<(String, Policy)>,
    outcomes: Vec<Outcome>,
}

impl Run {
    /// Every policy of the catalogue.
    fn catalogue_on(name: &str) -> Run {
        let scenario = load(name);
        let policies =
            catalogue().into_keys().map(|policy| (policy.clone(), scenario.policies[&policy].clone()));
        Run::of(policies.collect(), scenario)
    }

    fn of(policies: Vec<(String, Policy)>, scenario: Scenario) -> Run {
        let known: &IndexMap<String, Policy> = &scenario.policies;
        let results = run_among(scenario.window(), &policies, known, &InteriorPoint::default(), &|_| {});
        let solved = |((name, _), outcome): (&(String, Policy), Result<Outcome, _>)| {
            outcome.unwrap_or_else(|unsolved| panic!("{} under {name}: {unsolved}", scenario.name))
        };
        let outcomes = policies.iter().zip(results).map(solved).collect();
        Run { scenario, policies, outcomes }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(|(name, _)| name.as_str())
    }

    fn outcome(&self, policy: &str) -> &Outcome {
        let at = self.names().position(|name| name == policy).unwrap();
        &self.outcomes[at]
    }

    /// The total net benefit of a policy's record, MUSD.
    fn total(&self, policy: &str) -> f64 {
        self.outcome(policy).record.money.iter().map(|row| row.benefit()).sum()
    }

    /// The smallest share of a claim that is met, over riparians, seasons and needs, and whose it is.
    fn smallest_satisfaction(&self, policy: &str) -> (f64, String) {
        let rows = evaluation::riparians(&self.outcome(policy).record, &self.scenario.basin, policy);
        let needs = rows.iter().flat_map(needs_of).min_by(|a, b| a.0.total_cmp(&b.0));
        needs.unwrap_or_else(|| panic!("{}: nobody claims anything", self.scenario.name))
    }

    /// The settlement of one policy.
    fn settlement(&self, policy: &str) -> Settlement {
        let at = self.names().position(|name| name == policy).unwrap();
        let settled =
            settle_all(self.scenario.window(), &self.policies[at..=at], &[Ok(self.outcomes[at].clone())]);
        let (name, settlement) = settled.into_iter().next().unwrap();
        settlement.unwrap_or_else(|why| panic!("{name}: {why}"))
    }
}

/// What a riparian's needs of a season are met by, of those that it has.
fn needs_of(row: &RiparianRow) -> Vec<(f64, String)> {
    let needs =
        [("water", row.water_delivered_hm3, row.water_claim_hm3), ("energy", row.served_GWh, row.load_GWh)];
    let with_a_claim = needs.into_iter().filter(|(_, _, claim)| *claim > 0.0);
    let met = |(kind, got, claim): (&str, f64, f64)| {
        (got / claim, format!("{kind} of {} in {}", row.riparian, row.season))
    };
    with_a_claim.map(met).collect()
}

fn one_basin_has_the_greatest_total(run: &Run) {
    let best = run.total("one_basin");
    for name in run.names() {
        let total = run.total(name);
        println!("{} {name}: {total:.2} MUSD, one_basin {best:.2}", run.scenario.name);
        assert!(total <= best + TOTAL * best.abs(), "{name} has {total}, one_basin {best}");
    }
}

fn max_min_lifts_the_smallest_satisfaction_highest(run: &Run) {
    let (most, who) = run.smallest_satisfaction("max_min");
    for name in run.names() {
        let (smallest, whose) = run.smallest_satisfaction(name);
        println!("{} {name}: {smallest:.4}, {whose}; max_min {most:.4}, {who}", run.scenario.name);
        assert!(smallest <= most + SATISFACTION, "{name}: {smallest} ({whose}), max_min {most} ({who})");
    }
}

/// To a thousandth of a MUSD, which is far less than the prices are known to.
fn nobody_is_below_autarky_under_the_consortium_or_it_says_why(run: &Run) {
    let settlement = run.settlement("consortium");
    let money = &run.outcome("consortium").record.money;
    let too_dear = "Guarantees cost more than cooperation brings";
    let says_so = settlement.findings.iter().any(|text| text.starts_with(too_dear));
    let missing = run.total("autarky") - run.total("consortium");
    println!("{}: autarky less consortium {missing:.2} MUSD; {:?}", run.scenario.name, settlement.payments);
    assert_eq!(says_so, missing > 0.0, "missing {missing}: {:?}", settlement.findings);
    assert!(!says_so || settlement.payments.is_empty());
    for ((name, before), (party, transfer)) in settlement.status_quo.iter().zip(&settlement.transfers) {
        assert_eq!(name, party);
        let benefit: f64 = money.iter().filter(|row| row.riparian == *name).map(|row| row.benefit()).sum();
        let after = benefit + transfer;
        assert!(says_so || after >= before - 1e-3, "{name}: {after} after, {before} before");
    }
}

/// The tests of each scenario.
macro_rules! on_every_scenario {
    ($($module:ident: $name:literal;)+) => {
        $(
            mod $module {
                use super::*;

                pub fn run() -> &'static Run {
                    static RUN: OnceLock<Run> = OnceLock::new();
                    RUN.get_or_init(|| Run::catalogue_on($name))
                }

                #[test]
                fn one_basin_has_the_greatest_total() {
                    super::one_basin_has_the_greatest_total(run());
                }

                #[test]
                fn max_min_lifts_the_smallest_satisfaction_highest() {
                    super::max_min_lifts_the_smallest_satisfaction_highest(run());
                }

                #[test]
                fn nobody_is_below_autarky_under_the_consortium_or_it_says_why() {
                    super::nobody_is_below_autarky_under_the_consortium_or_it_says_why(run());
                }
            }
        )+

        /// Files of the folder of scenarios that are looked at here.
        const LOOKED_AT: &[&str] = &[$($name),+];
    };
}

on_every_scenario! {
    normal_year: "normal-year";
    mean_2001_2010: "mean-2001-2010";
    dry_year: "dry-year";
    wet_year: "wet-year";
    rogun_filling: "rogun-filling";
    kambarata: "kambarata";
    qosh_tepa: "qosh-tepa";
    gas_crisis: "gas-crisis";
    consortium_2030: "consortium-2030";
    barter_1998: "barter-1998";
    vegetation_season: "vegetation-season";
}

#[test]
fn every_scenario_of_the_folder_is_looked_at() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let scenarios = files.filter(|file| file.extension().is_some_and(|extension| extension == "toml"));
    for file in scenarios {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(LOOKED_AT.contains(&name.as_str()), "{name} is shipped and not looked at");
    }
}

#[test]
fn at_least_six_policies_give_distinct_totals_in_the_dry_year() {
    let run = dry_year::run();
    let mut totals: Vec<f64> = run.names().map(|name| run.total(name)).collect();
    totals.sort_by(f64::total_cmp);
    let apart = totals.windows(2).filter(|pair| pair[1] - pair[0] > TOTAL * pair[1].abs()).count();
    assert!(apart + 1 >= 6, "{} distinct totals: {totals:?}", apart + 1);
}

/// The consortium, and the consortium without each of its guarantees.
fn consortium_without_each(scenario: &Scenario) -> Vec<(String, Policy)> {
    let whole = &scenario.policies["consortium"];
    let without = |name: &String| {
        let mut policy = whole.clone();
        policy.guarantee.shift_remove(name);
        (format!("without {name}"), policy)
    };
    let mut policies = vec![("consortium".to_owned(), whole.clone())];
    policies.extend(whole.guarantee.keys().map(without));
    policies
}

#[test]
fn no_guarantee_that_is_removed_lowers_the_total_where_none_clash() {
    let scenario = load("normal-year");
    let run = Run::of(consortium_without_each(&scenario), scenario);
    let whole = run.total("consortium");
    assert!(run.policies.len() >= 5 && run.outcome("consortium").gave_way.is_empty());
    for name in run.names() {
        let total = run.total(name);
        println!("{name}: {total:.2} MUSD, with all {whole:.2}");
        assert!(total >= whole - TOTAL * whole.abs(), "{name}: {total}, with all {whole}");
    }
}
