//! Every shipped scenario runs under every policy it names, and every balance of its record closes.

use mirab::allocation::policy::Policy;
use mirab::evaluation;
use mirab::scenario;
use mirab::simulation::seasonal;
use mirab::solver::clarabel::Clarabel;

fn runs(name: &str, settings: &[&str]) {
    let settings: Vec<scenario::Setting> = settings.iter().map(|text| text.parse().unwrap()).collect();
    let scenario = scenario::load(name, &settings).unwrap_or_else(|problems| panic!("{problems}"));
    let policies: Vec<(String, Policy)> = scenario
        .run_policies
        .iter()
        .map(|policy| (policy.clone(), scenario.policies[policy].clone()))
        .collect();
    let outcomes = seasonal::run_all(scenario.window(), &policies, &Clarabel::default(), &|_| {});
    for ((policy, _), outcome) in policies.iter().zip(outcomes) {
        let outcome = outcome.unwrap_or_else(|unsolved| panic!("{name} under {policy}: {unsolved}"));
        let breaches = evaluation::breaches(&outcome.record, policy);
        assert!(
            breaches.is_empty(),
            "{name} under {policy}: {} breaches, first {}",
            breaches.len(),
            breaches[0]
        );
        for row in &outcome.record.deliveries {
            assert!(row.delivered_hm3 <= row.claim_hm3 + 1e-9, "{name} under {policy}: {}", row.demand);
        }
        println!("{name} {policy}: {:.1} MUSD, head gap {:.4}", outcome.objective, outcome.head_gap);
    }
}

macro_rules! scenarios {
    ($($test:ident: $name:literal $(, $setting:literal)*;)+) => {
        $(
            #[test]
            fn $test() {
                runs($name, &[$($setting),*]);
            }
        )+
    };
}

scenarios! {
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
    larson: "benchmarks/four-reservoirs-larson";
    chow: "benchmarks/four-reservoirs-chow";
    two_riparians: "tiny/two-riparians";
    dry_year_in_dekads: "dry-year", "horizon.step=dekad", "horizon.periods=36";
}
