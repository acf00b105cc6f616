//! Ensembles: the same draws whoever computes them, the spread asked for, and tables that add up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use mirab::allocation::policy::Policy;
use mirab::allocation::window::Window;
use mirab::evaluation::breaches;
use mirab::scenario::{self, Scenario};
use mirab::simulation::ensemble::{Draws, Ensemble, factors};
use mirab::simulation::record::MoneyRow;
use mirab::simulation::seasonal::{Outcome, run_among};
use mirab::solver::clarabel::Clarabel;
use mirab::solver::interior_point::InteriorPoint;

/// A short horizon of the whole basin, so that a member takes no time.
const SEASON: &str = "vegetation-season";

fn mirab(place: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mirab")).args(line.split(' ')).current_dir(place).output().unwrap()
}

#[track_caller]
fn ran(place: &Path, line: &str) -> String {
    let output = mirab(place, line);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The values of a comparison by policy, criterion, riparian and season.
fn values(file: &Path) -> BTreeMap<String, f64> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        (format!("{},{},{},{}", &row[0], &row[1], &row[2], &row[3]), row[4].parse().unwrap())
    });
    rows.collect()
}

#[test]
fn one_thread_and_three_write_the_same_bytes_and_the_manifest_says_what_was_drawn() {
    let place = tempfile::tempdir().unwrap();
    for threads in [1, 3] {
        let line = format!(
            "ensemble {SEASON} --members 11 --seed 11 --policies quota,one_basin,proportional_fair --threads {threads} --out t{threads}"
        );
        assert!(ran(place.path(), &line).contains("traces_per_second: "));
    }
    let table = |name: &str| fs::read(place.path().join(name).join("tables/comparison.csv")).unwrap();
    assert!(table("t1").len() > 1000);
    assert!(table("t1") == table("t3"), "comparison.csv differs with the threads");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path().join("t1/manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["members"], &manifest["seed"]), (&11.into(), &11.into()));
    assert!(manifest["traces_per_second"].as_f64().unwrap() > 0.0);
    let plot = mirab(place.path(), "plot t1");
    assert_eq!(plot.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&plot.stderr).contains("holds an ensemble of 11 members"));
}

#[test]
fn means_lie_between_the_least_and_the_greatest_member_and_percentiles_around_the_middle() {
    let place = tempfile::tempdir().unwrap();
    ran(place.path(), &format!("ensemble {SEASON} --members 6 --policies one_basin --out all --json"));
    let values = values(&place.path().join("all/tables/comparison.csv"));
    let of = |criterion: &str| values[&format!("one_basin,{criterion},,")];
    for criterion in ["total_benefit", "summer_deficit", "aral_inflow", "unserved"] {
        let (low, high) = (of(&format!("{criterion}_p10")), of(&format!("{criterion}_p90")));
        assert!(low <= high, "{criterion}: {low} and {high}");
    }
    assert!(of("total_benefit_p10") < of("total_benefit_p90"), "years differ");
    // water that was drawn is water that is somewhere: the members' balances close as those of a single run do, so that the mean
    // cannot leave the range of what was drawn
    assert!(of("total_benefit_p10") <= of("total_benefit") && of("total_benefit") <= of("total_benefit_p90"));
}

#[test]
fn a_member_is_the_year_with_its_rivers_multiplied() {
    let scenario = scenario::load(SEASON, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let rivers = &scenario.rivers;
    let drawn = factors(rivers, 3, 2);
    let place = |name: &str| rivers.iter().position(|river| river.name == name).unwrap();
    assert_eq!(drawn[place("akhangaran")], drawn[place("chirchik")], "it follows the Chirchik");
    let half = 1.0 + 0.5 * (drawn[place("karadarya")] - 1.0);
    assert!((drawn[place("fergana_rivers")] - half).abs() < 1e-12, "it follows the Karadarya by half");
    let sum = |inflows: &mirab::hydrology::inflow::Inflows| -> f64 {
        inflows.natural.iter().flat_map(|series| series.iter()).map(|volume| volume.value()).sum()
    };
    let of_rivers: f64 = rivers
        .iter()
        .zip(&drawn)
        .flat_map(|(river, factor)| river.natural.iter().map(move |(_, series)| (series, factor)))
        .map(|(series, factor)| factor * series.iter().map(|volume| volume.value()).sum::<f64>())
        .sum();
    let years = years(&scenario, &[]);
    let found = years.run(Draws { seed: 3, members: 2 }, |member, window, _| (member, sum(window.inflows)));
    assert_eq!(found.iter().map(|(member, _)| *member).collect::<Vec<_>>(), [1, 2]);
    assert!((found[1].1 - of_rivers).abs() < 1e-6, "{} hm3 instead of {of_rivers}", found[1].1);
    assert!((found[0].1 - found[1].1).abs() > 1.0, "members differ");
}

/// An ensemble of a scenario under some policies, with our own method.
fn years<'a>(scenario: &'a Scenario, policies: &'a [(String, Policy)]) -> Ensemble<'a> {
    static OWN: OnceLock<InteriorPoint> = OnceLock::new();
    let own = OWN.get_or_init(InteriorPoint::default);
    Ensemble::new(scenario.window(), &scenario.rivers, policies, &scenario.policies, own)
}

/// Policies of a scenario by name.
fn named(scenario: &Scenario, names: &[&str]) -> Vec<(String, Policy)> {
    names.iter().map(|&name| (name.to_owned(), scenario.policies[name].clone())).collect()
}

fn total(outcome: &Outcome) -> f64 {
    outcome.record.money.iter().map(MoneyRow::benefit).sum()
}

/// The least satisfaction of a riparian's needs that the policy's goal reached.
fn levels(outcome: &Outcome) -> Vec<f64> {
    outcome.levels.iter().map(|(_, level)| *level).collect()
}

/// Members drawn from one year are planned at that year's heads. What that leaves open is measured beside the whole way, in which
/// each member's heads are settled: 0.2 % of the total in any of these members, and 0.002 of a riparian's satisfaction.
#[test]
fn members_planned_side_by_side_come_near_to_what_each_would_come_to_alone() {
    let scenario = scenario::load(SEASON, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let policies = named(&scenario, &["proportional_fair", "one_basin"]);
    let found = years(&scenario, &policies).run(Draws { seed: 2, members: 9 }, |_, window, together| {
        let alone = run_among(window, &policies, &scenario.policies, &InteriorPoint::default(), &|_| {});
        (together, alone)
    });
    for (member, (together, alone)) in found.iter().enumerate() {
        for ((one, two), (name, _)) in together.iter().zip(alone).zip(&policies) {
            let (one, two) = (one.as_ref().unwrap(), two.as_ref().unwrap());
            let off = (total(one) - total(two)) / total(two);
            println!("member {member}: {:.1} and {:.1} MUSD, {off:.1e}", total(one), total(two));
            assert!(off.abs() < 2e-3, "member {member}: {} and {} MUSD", total(one), total(two));
            for (one, two) in levels(one).iter().zip(levels(two)) {
                assert!((one - two).abs() < 2e-3, "member {member}: satisfied to {one} and {two}");
            }
            assert!(breaches(&one.record, name).is_empty(), "member {member}: balances");
        }
    }
}

#[test]
fn another_solver_plans_the_same_members_to_a_millionth() {
    let scenario = scenario::load(SEASON, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let policies = named(&scenario, &["proportional_fair"]);
    let draws = Draws { seed: 4, members: 3 };
    let look = |_: u32, _: Window<'_>, mut outcomes: Vec<Result<Outcome, _>>| {
        let outcome = outcomes.remove(0).unwrap();
        (outcome.objective, levels(&outcome))
    };
    let own = years(&scenario, &policies).run(draws, look);
    let clarabel = Clarabel::default();
    let other = Ensemble::new(scenario.window(), &scenario.rivers, &policies, &scenario.policies, &clarabel);
    for ((one, satisfied), (two, other)) in own.iter().zip(other.run(draws, look)) {
        assert!((one - two).abs() < 1e-6 * two.abs(), "{one} and {two} MUSD");
        assert!(satisfied.iter().zip(&other).all(|(one, two)| (one - two).abs() < 1e-4));
    }
}

#[test]
fn a_policy_that_lifts_levels_goes_the_whole_way_with_each_member() {
    let scenario = scenario::load(SEASON, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let policies = named(&scenario, &["quota"]);
    years(&scenario, &policies).run(Draws { seed: 1, members: 2 }, |_, window, outcomes| {
        let alone = run_among(window, &policies, &scenario.policies, &InteriorPoint::default(), &|_| {});
        assert_eq!(outcomes[0].as_ref().unwrap().plan, alone[0].as_ref().unwrap().plan);
    });
}

#[test]
fn what_cannot_be_drawn_is_said_and_nothing_is_written() {
    let place = tempfile::tempdir().unwrap();
    let wrong = [
        (format!("ensemble {SEASON} --members 0 --out x"), "0 is not in 1"),
        (format!("ensemble {SEASON} --out x"), "--members"),
        (format!("ensemble {SEASON} --members 3 --policies qouta --out x"), "did you mean `quota`?"),
        ("ensemble tiny/two-riparians --members 3 --out x".to_owned(), "annual_cv"),
        (
            format!("ensemble {SEASON} --members 3 --set inflow.naryn.annual_cv=-0.2 --out x"),
            "inflow.naryn.annual_cv = -0.2 is negative",
        ),
    ];
    for (line, said) in wrong {
        let output = mirab(place.path(), &line);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{line}: {told}");
        assert!(told.contains(said), "{line}: {told}");
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}
