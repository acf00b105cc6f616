//! Properties that hold on any basin, tried on small random ones.

#[path = "support/basin.rs"]
mod basin;

use basin::Recipe;
use mirab::allocation::policy::Policy;
use mirab::scenario::Scenario;
use mirab::simulation::record::Record;
use mirab::simulation::seasonal::{self, Outcome};
use mirab::solver::clarabel::Clarabel;
use proptest::prelude::*;

fn recipes() -> impl Strategy<Value = Recipe> {
    let months = 2_usize..=6;
    (1_usize..=3, 1_usize..=3, months).prop_flat_map(|(reservoirs, riparians, months)| {
        (
            prop::collection::vec(200.0..3000.0_f64, reservoirs),
            prop::collection::vec(10.0..600.0_f64, months),
            0.0..0.3_f64,
            prop::collection::vec(prop::collection::vec(0.0..500.0_f64, months), riparians),
            prop::collection::vec(20.0..400.0_f64, riparians),
            prop::collection::vec(0.0..400.0_f64, riparians),
            0.0..0.2_f64,
        )
            .prop_map(|(reservoirs, inflow, side, claims, loads, thermal, loss)| Recipe {
                reservoirs,
                inflow,
                side,
                claims,
                loads,
                thermal,
                loss,
                volumes: 1.0,
                reversed: false,
            })
    })
}

fn run(scenario: &Scenario, name: &str) -> Outcome {
    seasonal::run(scenario.window(), name, &scenario.policies[name], &Clarabel::default())
        .unwrap_or_else(|unsolved| panic!("{name}: {unsolved}"))
}

fn worst_residual(record: &Record) -> f64 {
    let water = record.reservoirs.iter().map(|row| row.residual_hm3);
    let nodes = record.nodes.iter().map(|row| row.residual_hm3);
    let power = record.power.iter().map(|row| row.residual_GWh);
    water.chain(nodes).chain(power).map(f64::abs).fold(0.0, f64::max)
}

/// Share of each riparian's water, over all periods, that is delivered.
fn needs_met(record: &Record) -> std::collections::BTreeMap<String, f64> {
    let mut sums = std::collections::BTreeMap::<String, (f64, f64)>::new();
    for row in &record.deliveries {
        let sum = sums.entry(row.riparian.clone()).or_default();
        *sum = (sum.0 + row.delivered_hm3, sum.1 + row.claim_hm3);
    }
    let met = |(delivered, claimed): (f64, f64)| if claimed > 0.0 { delivered / claimed } else { 1.0 };
    sums.into_iter().map(|(name, sum)| (name, met(sum))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn water_and_energy_close_and_nobody_gets_more_than_was_asked(recipe in recipes()) {
        let scenario = recipe.build();
        for name in ["quota", "proportional", "max_min", "proportional_fair", "one_basin"] {
            let record = run(&scenario, name).record;
            prop_assert!(worst_residual(&record) <= 1e-6, "{}: {}", name, worst_residual(&record));
            for row in &record.deliveries {
                prop_assert!(row.delivered_hm3 >= 0.0 && row.delivered_hm3 <= row.claim_hm3 + 1e-9);
            }
            for row in &record.power {
                prop_assert!(row.unserved_GWh >= -1e-9 && row.unserved_GWh <= row.load_GWh + 1e-9);
            }
            for row in &record.reservoirs {
                let full = scenario.basin.reservoirs.iter().find(|r| r.name == row.reservoir).unwrap();
                let most = full.storage_max.as_slice()[0].value();
                prop_assert!(row.storage_end_hm3 >= 0.0 && row.storage_end_hm3 <= most + 1e-9);
                prop_assert!(row.spilled_hm3 >= -1e-9);
            }
        }
    }

    #[test]
    fn the_order_of_the_tables_in_the_file_does_not_matter(recipe in recipes()) {
        let forward = recipe.build();
        let backward = Recipe { reversed: true, ..recipe }.build();
        for name in ["max_min", "one_basin"] {
            let (one, two) = (run(&forward, name), run(&backward, name));
            let off = (one.objective - two.objective).abs() / one.objective.abs().max(1.0);
            prop_assert!(off <= 2e-3, "{}: {} and {}", name, one.objective, two.objective);
            let (levels, others) = (needs_met(&one.record), needs_met(&two.record));
            for (need, level) in &levels {
                let apart = (level - others[need]).abs();
                prop_assert!(apart <= 3e-3, "{} {:?}: apart by {}", name, need, apart);
            }
        }
    }

    #[test]
    fn one_basin_has_the_greatest_total(recipe in recipes()) {
        let scenario = recipe.build();
        let names = ["quota", "proportional", "max_min", "proportional_fair", "one_basin"];
        let policies: Vec<(String, Policy)> =
            names.iter().map(|name| ((*name).to_owned(), scenario.policies[*name].clone())).collect();
        let outcomes = seasonal::run_all(scenario.window(), &policies, &Clarabel::default(), &|_| {});
        let total = |outcome: &Outcome| outcome.record.money.iter().map(|row| row.benefit()).sum::<f64>();
        let worth = |outcome: &Outcome| -> f64 {
            outcome.record.money.iter().map(|row| row.farm_MUSD + row.energy_MUSD).sum()
        };
        let totals: Vec<f64> = outcomes.iter().map(|outcome| total(outcome.as_ref().unwrap())).collect();
        let slack = 1e-3 * worth(outcomes[4].as_ref().unwrap()).max(1.0);
        for (name, value) in names.iter().zip(&totals) {
            prop_assert!(totals[4] >= value - slack, "{} has {}, one_basin {}", name, value, totals[4]);
        }
    }
}

#[test]
fn one_thread_and_four_give_the_same_numbers() {
    let recipe = Recipe {
        reservoirs: vec![900.0, 300.0],
        inflow: vec![80.0, 120.0, 300.0, 200.0],
        side: 0.1,
        claims: vec![vec![40.0, 60.0, 120.0, 150.0], vec![30.0, 20.0, 200.0, 220.0]],
        loads: vec![150.0, 90.0],
        thermal: vec![60.0, 50.0],
        loss: 0.05,
        volumes: 1.0,
        reversed: false,
    };
    let scenario = recipe.build();
    let policies: Vec<(String, Policy)> =
        scenario.policies.iter().map(|(name, policy)| (name.clone(), policy.clone())).collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| seasonal::run_all(scenario.window(), &policies, &Clarabel::default(), &|_| {}))
    };
    for (one, four) in with(1).into_iter().zip(with(4)) {
        assert_eq!(one.unwrap().record, four.unwrap().record);
    }
}

#[test]
fn volumes_times_a_thousand_scale_the_answer() {
    let recipe = Recipe {
        reservoirs: vec![800.0],
        inflow: vec![50.0, 90.0, 300.0],
        side: 0.0,
        claims: vec![vec![80.0, 100.0, 200.0], vec![60.0, 120.0, 180.0]],
        loads: vec![],
        thermal: vec![],
        loss: 0.1,
        volumes: 1.0,
        reversed: false,
    };
    let water_only = |volumes: f64| {
        let text = Recipe { volumes, loads: vec![0.0; 2], thermal: vec![0.0; 2], ..recipe.clone() };
        let record = run(&text.build(), "max_min").record;
        record.deliveries.iter().map(|row| row.delivered_hm3).collect::<Vec<_>>()
    };
    let (small, large) = (water_only(1.0), water_only(1000.0));
    for (one, thousand) in small.iter().zip(&large) {
        assert!((one * 1000.0 - thousand).abs() <= 1e-3 * thousand.max(1000.0), "{one} and {thousand}");
    }
}
