//! Worths of coalitions and settlements: by hand on a river without dams, by what must hold on the dry year.

mod support;

use std::sync::OnceLock;

use indexmap::IndexMap;
use mirab::allocation::policy::{Policy, catalogue};
use mirab::consortium::coalition::gains;
use mirab::consortium::settle::settle_all;
use mirab::consortium::settlement::{Payment, Settlement, Worth};
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_among};
use mirab::solver::clarabel::Clarabel;
use mirab::solver::interior_point::InteriorPoint;
use mirab::solver::program::Program;
use mirab::solver::vertex::SparseSimplex;
use mirab::solver::{Accuracy, Solution, Solver, Status};

/// A month of 100 hm3 that arise at the first of some riparians down a river; each claims 100, and water is worth twice
/// as much to each as to the one above: 0.06 USD/m3 and so on, in steps of 60, 25 and 15 hm3 at 1.5, 1 and 0.5 times that.
fn river(riparians: &[&str], policies: &str) -> Scenario {
    let mut text = String::from(
        "[scenario]\nname = 'river'\ntitle = 'River'\n[horizon]\nstart = 2026-06-01\nperiods = 1\nstep = 'month'\n\
         [river.river]\ntitle = 'River'\n[price]\nenvironment_USD_per_m3 = 1.5\ndead_storage_USD_per_m3 = 3.0\n\
         end_storage_USD_per_m3 = 3.0\nsafe_flow_USD_per_m3 = 1.0\ncorrection_USD_per_m3 = 3.0\nwater_USD_per_m3 = 0.06\n\
         energy_USD_per_MWh = 50.0\nlost_load_USD_per_MWh = 250.0\n[run]\npolicies = ['one_basin']\n",
    );
    let last = riparians[riparians.len() - 1];
    for (i, name) in riparians.iter().enumerate() {
        let value = 0.06 * f64::powi(2.0, i as i32);
        let below = riparians.get(i + 1).map_or("sea".to_owned(), |next| format!("at_{next}"));
        text += &format!(
            "[riparian.{name}]\npopulation_million = 1.0\n[node.at_{name}]\nkind = 'junction'\nriparian = '{name}'\nriver = \
             'river'\n[reach.below_{name}]\nfrom = 'at_{name}'\nto = '{below}'\n[demand.fields_{name}]\nriparian = '{name}'\n\
             node = 'at_{name}'\nuse = 'irrigation'\nclaim = 100.0\ndomestic_share = 0.0\nvalue_USD_per_m3 = {value}\n"
        );
    }
    text += &format!("[node.sea]\nkind = 'sink'\nriparian = '{last}'\nriver = 'river'\n");
    text += &format!("[correction.top]\nnode = 'at_{}'\nseries = 100.0\n{policies}", riparians[0]);
    load(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn load(text: &str) -> Result<Scenario, scenario::Problems> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("river.toml");
    std::fs::write(&path, text).unwrap();
    scenario::load(path.to_str().unwrap(), &[])
}

/// One basin, settled by a rule.
fn settled_by(name: &str, terms: &str) -> String {
    format!(
        "[policy.{name}]\ntitle = '{name}'\nwelfare = {{ alpha = 0, measure = 'benefit' }}\nsettlement = {{ {terms} }}\n"
    )
}

struct Run {
    scenario: Scenario,
    policies: Vec<(String, Policy)>,
    outcomes: Vec<Outcome>,
    settlements: Vec<Settlement>,
}

fn run(scenario: Scenario, names: &[&str]) -> Run {
    let policies: Vec<(String, Policy)> =
        names.iter().map(|name| ((*name).to_owned(), scenario.policies[*name].clone())).collect();
    let known: &IndexMap<String, Policy> = &scenario.policies;
    let results = run_among(scenario.window(), &policies, known, &Clarabel::default(), &|_| {});
    let settlements = settle_all(scenario.window(), &policies, &results)
        .into_iter()
        .map(|(name, settled)| settled.unwrap_or_else(|why| panic!("{name}: {why}")))
        .collect();
    let outcomes = results.into_iter().map(|outcome| outcome.unwrap()).collect();
    Run { scenario, policies, outcomes, settlements }
}

impl Run {
    fn settlement(&self, policy: &str) -> &Settlement {
        self.settlements.iter().find(|own| own.policy == policy).unwrap()
    }

    fn benefits(&self, policy: &str) -> Vec<f64> {
        let at = self.policies.iter().position(|(name, _)| name == policy).unwrap();
        let money = &self.outcomes[at].record.money;
        let of = |name: &str| money.iter().filter(|row| row.riparian == name).map(|row| row.benefit()).sum();
        self.scenario.basin.riparians.iter().map(|own| of(&own.name)).collect()
    }

    fn payoffs(&self, policy: &str) -> Vec<f64> {
        let transfers = self.settlement(policy).transfers.iter().map(|own| own.1);
        self.benefits(policy).iter().zip(transfers).map(|(own, transfer)| own + transfer).collect()
    }
}

fn worth(settlement: &Settlement, members: &str) -> f64 {
    settlement.worths.iter().find(|own| own.members.join("+") == members).unwrap().worth_MUSD
}

fn close(found: &[f64], known: &[f64]) {
    assert_eq!(found.len(), known.len());
    for (a, b) in found.iter().zip(known) {
        assert!((a - b).abs() < 1e-3, "{found:?} instead of {known:?}");
    }
}

#[test]
fn two_riparians_share_what_the_water_is_worth_more_below() {
    let policies = ["nash", "shapley", "nucleolus", "downstream_incremental", "service_fee", "none"];
    let texts: Vec<String> = policies
        .iter()
        .map(|rule| settled_by(&format!("by_{rule}"), &format!("rule = '{rule}', against = 'autarky'")))
        .collect();
    let names: Vec<String> = policies.iter().map(|rule| format!("by_{rule}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let run = run(river(&["KG", "UZ"], &texts.concat()), &names);
    for settlement in &run.settlements {
        // KG alone: 60 x 0.09 + 25 x 0.06 + 15 x 0.03; together: 60 x 0.18 + 25 x 0.12 below, 15 x 0.09 above
        let worths: Vec<f64> = ["KG", "UZ", "KG+UZ"].map(|members| worth(settlement, members)).to_vec();
        close(&worths, &[7.35, 0.0, 15.15]);
    }
    for rule in ["by_nash", "by_shapley", "by_nucleolus"] {
        close(&run.payoffs(rule), &[11.25, 3.9]);
    }
    close(&run.payoffs("by_downstream_incremental"), &[7.35, 7.8]);
    close(&run.payoffs("by_none"), &[1.35, 13.8]);
    // no reservoir, no service: UZ makes good what KG gives up, and no more
    close(&run.payoffs("by_service_fee"), &[7.35, 7.8]);
    assert!(run.settlement("by_service_fee").findings[0].contains("no storage service"));
    assert!(run.settlement("by_none").findings.iter().any(|text| text.contains("KG would gain 6.0 MUSD")));
}

#[test]
fn three_riparians_have_the_worths_and_the_shapley_shares_found_by_hand() {
    let texts = settled_by("one", "rule = 'shapley'")
        + &settled_by("two", "rule = 'nash', weights = { KG = 0, UZ = 0 }");
    let run = run(river(&["KG", "UZ", "KZ"], &texts), &["one", "two"]);
    let settlement = run.settlement("one");
    let sets = ["KG", "UZ", "KG+UZ", "KZ", "KG+KZ", "UZ+KZ", "KG+UZ+KZ"];
    // KZ: 60 x 0.36 + 25 x 0.24 = 27.6; the 15 left are worth 0.18 to UZ, 0.12 to KZ, 0.09 to KG; UZ takes nothing as an
    // outsider, as in autarky
    close(&sets.map(|set| worth(settlement, set)), &[7.35, 0.0, 15.15, 0.0, 29.4, 0.0, 30.3]);
    // means over the six orders: KG (2 x 7.35 + 15.15 + 29.4 + 2 x 30.3) / 6, UZ (7.8 + 2 x 0.9) / 6
    close(&run.payoffs("one"), &[19.975, 1.6, 8.725]);
    // KZ alone counts
    close(&run.payoffs("two"), &[7.35, 0.0, 22.95]);
    assert_eq!(settlement.payments.len(), 2, "three parties: two payments");
}

#[test]
fn a_guarantee_that_costs_its_owner_lowers_the_worth_of_coalitions_with_it_and_of_no_other() {
    let kg = "[policy.bound.guarantee.kg]\ntier = 1\nwhat = 'water'\nriparian = ['KG']\nshare = 0.5\n";
    let texts =
        settled_by("free", "rule = 'none'") + &settled_by("bound", "rule = 'none', against = 'autarky'") + kg;
    let run = run(river(&["KG", "UZ", "KZ"], &texts), &["free", "bound"]);
    let sets = ["KG", "UZ", "KG+UZ", "KZ", "KG+KZ", "UZ+KZ", "KG+UZ+KZ"];
    let of = |policy: &str| sets.map(|set| worth(run.settlement(policy), set));
    close(&of("free"), &[7.35, 0.0, 15.15, 0.0, 29.4, 0.0, 30.3]);
    // KG keeps 50, worth 4.5 to it, of the 100: 50 x 0.18 for UZ or 50 x 0.36 for KZ; alone it has all 100 and keeps them
    close(&of("bound"), &[7.35, 0.0, 13.5, 0.0, 22.5, 0.0, 22.5]);
}

#[test]
fn coalitions_keep_guarantees_that_clash_as_far_as_the_policy_and_tier_by_tier() {
    let guarantee = |name: &str, tier: u8, share: f64| {
        format!(
            "[policy.bound.guarantee.{name}]\ntier = {tier}\nwhat = 'water'\nriparian = ['{name}']\nshare = {share}\n"
        )
    };
    let texts = settled_by("bound", "rule = 'none'") + &guarantee("UZ", 1, 0.8) + &guarantee("KG", 2, 0.6);
    let run = run(river(&["KG", "UZ", "KZ"], &texts), &["bound"]);
    let gave = &run.outcomes[0].gave_way;
    assert_eq!((gave.len(), gave[0].guarantee.as_str()), (1, "KG"));
    // the policy gives UZ 80 and KG the 20 that are left of its 60. KG with KZ keeps no more than those 20: KZ has
    // 60 at 0.36 and 20 at 0.24; KG with UZ keeps 80 for UZ: 60 x 0.18 + 20 x 0.12, and 20 x 0.09
    let sets = ["KG", "UZ", "KG+UZ", "KZ", "KG+KZ", "UZ+KZ"];
    let known = [7.35, 0.0, 15.0, 0.0, 28.2, 0.0];
    close(&sets.map(|set| worth(run.settlement("bound"), set)), &known);
}

/// The dry year, measured against quota (which is quicker than autarky and no equilibrium).
fn dry_year() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let rules = ["none", "service_fee", "nash", "shapley", "nucleolus", "downstream_incremental"];
        let mut scenario = scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let mut names = Vec::new();
        for rule in rules {
            let terms = format!("rule = '{rule}', against = 'quota'");
            let penalty = if rule == "service_fee" {
                ", discipline = { penalty = 0.5, delivered = { UZ = 0.8 } }"
            } else {
                ""
            };
            add(&mut scenario, &settled_by(rule, &format!("{terms}{penalty}")));
            names.push(rule.to_owned());
        }
        let fair = "[policy.fair]\ntitle = 'f'\nwelfare = { alpha = 'leximin', measure = 'needs' }\n\
                    settlement = { rule = 'service_fee', against = 'quota' }\n";
        add(&mut scenario, fair);
        names.push("fair".to_owned());
        let mut bound = scenario.policies["nash"].clone();
        bound.welfare = scenario.policies["none"].welfare.clone();
        bound.guarantee = catalogue()["consortium"].guarantee.clone();
        scenario.policies.insert("bound".to_owned(), bound);
        names.push("bound".to_owned());
        run(scenario, &names.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

fn add(scenario: &mut Scenario, text: &str) {
    #[derive(serde::Deserialize)]
    struct File {
        policy: IndexMap<String, Policy>,
    }
    scenario.policies.extend(toml::from_str::<File>(text).unwrap().policy);
}

#[test]
fn transfers_sum_to_nothing_and_payments_make_them_up() {
    for settlement in &dry_year().settlements {
        let sum: f64 = settlement.transfers.iter().map(|own| own.1).sum();
        assert!(sum.abs() <= 1e-6, "{}: {sum}", settlement.policy);
        for (name, transfer) in &settlement.transfers {
            let received = settlement.payments.iter().filter(|own| own.to == *name);
            let paid = settlement.payments.iter().filter(|own| own.from == *name);
            let net = received.map(|own| own.amount_MUSD).sum::<f64>()
                - paid.map(|own| own.amount_MUSD).sum::<f64>();
            assert!((net - transfer).abs() <= 1e-6, "{}: {name} {net} and {transfer}", settlement.policy);
        }
        assert!(settlement.payments.iter().all(|own| own.amount_MUSD > 0.0 && own.from != own.to));
    }
}

#[test]
fn payoffs_sum_to_the_worth_of_all_and_nobody_alone_is_worth_less_than_the_status_quo() {
    for settlement in &dry_year().settlements {
        let all = settlement.worths.last().unwrap();
        let fund: f64 = settlement.transfers.iter().filter(|own| own.0 == "fund").map(|own| own.1).sum();
        assert_eq!(all.members.len(), 6);
        assert!((all.payoff_MUSD + fund - all.worth_MUSD).abs() <= 1e-6, "{}", settlement.policy);
        let benefits: f64 = dry_year().benefits(&settlement.policy).iter().sum();
        assert!((all.worth_MUSD - benefits).abs() <= 1e-6);
        for (name, before) in &settlement.status_quo {
            assert!(worth(settlement, name) >= before - 1e-9, "{}: {name}", settlement.policy);
        }
        assert_eq!(settlement.worths.len(), 63);
    }
}

#[test]
fn under_the_fee_nobody_is_below_the_status_quo_or_the_message_says_why() {
    let run = dry_year();
    let fee = run.settlement("service_fee");
    for (payoff, (name, before)) in run.payoffs("service_fee").iter().zip(&fee.status_quo) {
        assert!(*payoff >= before - 1e-6, "{name}: {payoff} after, {before} before");
    }
    assert!(fee.transfers.iter().any(|(name, amount)| name == "fund" && *amount > 0.0));
    // the fairest plan is worth less than the quotas' in all: nobody can be kept whole by payments
    let fair = run.settlement("fair");
    let message = "Guarantees cost more than cooperation brings";
    assert!(fair.findings.iter().any(|text| text.starts_with(message)), "{:?}", fair.findings);
    assert!(fair.payments.is_empty());
}

/// Half the value of what is not delivered: of its water 0.07, unless the owner delivers 0.8 of all it promises; of
/// money nothing, but for that one.
#[test]
fn who_does_not_deliver_pays_the_fund_and_is_guaranteed_less_next_season() {
    let fee = dry_year().settlement("service_fee");
    let paid = |to: bool, name: &str| -> f64 {
        let served = fee.payments.iter().filter(|own| own.purpose == "water kept for summer");
        served
            .filter(|own| if to { own.to == name } else { own.from == name })
            .map(|own| own.amount_MUSD)
            .sum()
    };
    let fined = |name: &str, purpose: &str| -> f64 {
        let own =
            fee.payments.iter().filter(|own| own.to == "fund" && own.from == name && own.purpose == purpose);
        own.map(|own| own.amount_MUSD).sum()
    };
    let mut parties = 0;
    for (name, _) in &fee.status_quo {
        let (water, money) = if name == "UZ" { (0.2, 0.2) } else { (0.07, 0.0) };
        let (kept, used) = (paid(true, name), paid(false, name));
        assert!(
            (fined(name, "stored water promised and not delivered") - 0.5 * water * kept).abs() < 1e-5,
            "{name}"
        );
        assert!(
            (fined(name, "payment promised and not delivered") - 0.5 * money * used).abs() < 1e-5,
            "{name}"
        );
        let shortfall =
            f64::max(if kept > 1e-3 { water } else { 0.0 }, if used > 1e-3 { money } else { 0.0 });
        let said = format!("`last_season_delivered = {{ {name} = {:.2} }}`", 1.0 - shortfall);
        assert_eq!(
            fee.findings.iter().any(|text| text.contains(&said)),
            shortfall > 0.0,
            "{:?}",
            fee.findings
        );
        parties += usize::from(shortfall > 0.0);
    }
    assert!(parties >= 2 && paid(false, "UZ") > 1e-3, "{:?}", fee.payments);
}

#[test]
fn the_core_is_judged_by_the_coalition_that_gets_least_beyond_its_worth() {
    for settlement in &dry_year().settlements {
        let proper = &settlement.worths[..settlement.worths.len() - 1];
        let slack = |own: &Worth| own.payoff_MUSD - own.worth_MUSD;
        let least = proper.iter().map(slack).fold(f64::INFINITY, f64::min);
        assert_eq!(settlement.core_slack_MUSD, Some(least));
        let outside = settlement.findings.iter().any(|text| text.contains("outside the core"));
        assert_eq!(outside, least < -0.1, "{}: {:?}", settlement.policy, settlement.findings);
    }
    let shapley = dry_year().settlement("shapley");
    assert!(shapley.findings.iter().any(|text| text.starts_with("Shapley's shares are outside the core")));
}

#[test]
fn equal_weights_give_equal_gains_under_nash() {
    let run = dry_year();
    let before = run.settlement("nash").status_quo.iter().map(|own| own.1);
    let gains: Vec<f64> =
        run.payoffs("nash").iter().zip(before).map(|(payoff, before)| payoff - before).collect();
    assert!(gains[0] > 0.0 && gains.iter().all(|gain| (gain - gains[0]).abs() < 1e-6), "{gains:?}");
}

#[test]
fn coalitions_bound_by_guarantees_are_worth_no_more_than_free_ones() {
    let worths = |policy: &str| dry_year().settlement(policy).worths.clone();
    let pairs: Vec<(Worth, Worth)> = worths("bound").into_iter().zip(worths("none")).collect();
    for (bound, free) in &pairs {
        assert_eq!(bound.members, free.members);
        let (own, without) = (bound.worth_MUSD, free.worth_MUSD);
        assert!(own <= without + 1e-6, "{:?}: {own} and {without}", bound.members);
    }
    let cost = |(bound, free): &(Worth, Worth)| free.worth_MUSD - bound.worth_MUSD;
    assert!(pairs.iter().map(cost).fold(0.0, f64::max) > 1.0, "no guarantee costs any coalition anything");
}

#[test]
fn the_host_of_a_joint_plant_pays_the_other_owners_for_their_shares() {
    let mut scenario = scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let terms = "rule = 'service_fee', against = 'quota', price_USD_per_MWh = 30.5, in_kind = 'electricity'";
    let shares = "joint_plant = { plant = 'toktogul', shares = { KG = 0.5, UZ = 0.3, KZ = 0.2 } }\n";
    add(&mut scenario, &(settled_by("joint", terms) + shares));
    let run = run(scenario, &["joint"]);
    let plant = run.scenario.basin.plants.iter().find(|plant| plant.name == "toktogul").unwrap();
    let made: f64 = run.outcomes[0]
        .record
        .plants
        .iter()
        .filter(|row| row.plant == "toktogul")
        .map(|row| row.energy_GWh)
        .sum();
    for (owner, share) in [("UZ", 0.3), ("KZ", 0.2)] {
        let own = |payment: &&Payment| payment.to == owner && payment.purpose == "share of the joint plant";
        let payment = run.settlement("joint").payments.iter().find(own).unwrap();
        let known = share * made * (30.5 - plant.operating_cost.value()) * 1e-3;
        assert!(made > 1000.0 && (payment.amount_MUSD - known).abs() < 1e-9, "{owner}: {payment:?}");
        assert_eq!((payment.from.as_str(), payment.in_kind.as_str()), ("KG", "electricity"));
        assert!((payment.amount_GWh * 30.5e-3 - payment.amount_MUSD).abs() < 1e-9);
    }
}

/// Two riparians with a line of some MW from Highland to Lowland, who settles by Nash in electricity; one power area
/// more than in the file, without load.
fn lined(power: f64) -> Scenario {
    let text = format!(
        "inherits = 'tiny/two-riparians'\n[scenario]\nname = 'lined'\n[area.DN]\nload = 0\nother = 0\n[line.UP-DN]\nfrom = 'UP'\n\
         to = 'DN'\ncapacity_MW = {power}\nloss = 0.1\nprice_USD_per_MWh = 30\n{}",
        settled_by("paid", "rule = 'nash', against = 'max_min', in_kind = 'electricity'")
    );
    load(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

#[test]
fn electricity_that_lines_cannot_carry_is_paid_in_money() {
    // max_min leaves Highland 13.846 hm3 x 0.09 and winter light for 6/13 of 20 GWh, -0.4846 MUSD, and Lowland
    // 27.692 hm3 x 0.09; one basin gives 1.5 and 1.8. Of the gain of 1.2923 each has half, so Highland pays 1.3385 MUSD
    let owed = 1.3385;
    let paid = |power: f64| {
        let run = run(lined(power), &["paid"]);
        let settlement = run.settlement("paid").clone();
        close(&run.payoffs("paid"), &[0.1615, 3.1385]);
        assert!(settlement.payments.iter().all(|own| (own.from.as_str(), own.to.as_str()) == ("UP", "DN")));
        let by = |kind: &str| -> f64 {
            settlement.payments.iter().filter(|own| own.in_kind == kind).map(|own| own.amount_MUSD).sum()
        };
        (by("electricity"), by("money"), settlement.warnings)
    };
    // 1 MW for 61 days, of which nine tenths arrive, at 30 USD/MWh
    let carried = 0.9 * 61.0 * 24.0 * 1e-3 * 0.03;
    let (electricity, money, said) = paid(1.0);
    assert!(
        (electricity - carried).abs() < 1e-9 && (money + carried - owed).abs() < 1e-3,
        "{electricity} {money}"
    );
    assert!(
        said[0].contains("that UP owes DN the lines can carry 1 beside the plan; 1.3 MUSD are paid in money"),
        "{said:?}"
    );
    let (electricity, money, said) = paid(100.0);
    assert!(
        (electricity - owed).abs() < 1e-3 && money == 0.0 && said.is_empty(),
        "{electricity} {money} {said:?}"
    );
}

/// What the stations of a riparian cost in October-March under a policy, MUSD.
fn winter_fuel(run: &Run, policy: &str, riparian: &str) -> f64 {
    let at = run.policies.iter().position(|(name, _)| name == policy).unwrap();
    let rows =
        run.outcomes[at].record.plants.iter().filter(|row| row.riparian == riparian && row.kind != "hydro");
    rows.filter(|row| !(4..=9).contains(&row.period_start.month())).map(|row| row.cost_MUSD).sum()
}

#[test]
fn winter_fuel_is_paid_for_by_those_who_give_it() {
    let scenario = scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let run = run(scenario, &["irrigation_first"]);
    let settlement = run.settlement("irrigation_first");
    let cost = winter_fuel(&run, "irrigation_first", "KG");
    assert!(cost > 10.0, "{cost}");
    assert_eq!(settlement.payments.len(), 2);
    for (payment, giver) in settlement.payments.iter().zip(["KZ", "UZ"]) {
        assert_eq!(
            (payment.from.as_str(), payment.to.as_str(), payment.in_kind.as_str()),
            (giver, "KG", "fuel")
        );
        assert!((payment.amount_MUSD - 0.5 * cost).abs() < 1e-9, "{payment:?} of {cost}");
        // stations of Kyrgyzstan make power at 14 USD/MWh
        assert!((payment.amount_GWh * 14e-3 - payment.amount_MUSD).abs() < 1e-9, "{payment:?}");
    }
    assert!(settlement.transfers.iter().map(|own| own.1).sum::<f64>().abs() < 1e-9);
    assert_eq!((&settlement.against, settlement.worths.len(), settlement.core_slack_MUSD), (&None, 0, None));
}

#[test]
fn a_rule_shares_the_gain_after_the_fuel_is_paid() {
    let mut scenario = scenario::load("dry-year", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let fuel = "fuel = { KG = 1500.0 }\nfuel_from = { UZ = 0.75, TM = 0.25 }\n";
    add(&mut scenario, &(settled_by("warm", "rule = 'nash', against = 'quota'") + fuel));
    let run = run(scenario, &["warm"]);
    let settlement = run.settlement("warm");
    let given = |from: &str| -> f64 {
        let own = settlement.payments.iter().filter(|own| own.purpose == "winter fuel" && own.from == from);
        own.map(|own| own.amount_MUSD).sum()
    };
    // what is burnt beyond 1500 GWh, at 14 USD/MWh, is Kyrgyzstan's own
    let cost = winter_fuel(&run, "warm", "KG").min(1500.0 * 14e-3);
    assert!(
        cost > 1.0 && (given("UZ") - 0.75 * cost).abs() < 1e-6 && (given("TM") - 0.25 * cost).abs() < 1e-6
    );
    let before = settlement.status_quo.iter().map(|own| own.1);
    let gains: Vec<f64> =
        run.payoffs("warm").iter().zip(before).map(|(payoff, before)| payoff - before).collect();
    assert!(gains.iter().all(|gain| (gain - gains[0]).abs() < 1e-5), "{gains:?}");
}

#[test]
fn settlements_are_the_same_whatever_the_number_of_threads() {
    let scenario = river(&["KG", "UZ", "KZ"], &settled_by("one", "rule = 'shapley'"));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let known = &scenario.policies;
            let policies = [("one".to_owned(), known["one"].clone())];
            let outcomes = run_among(scenario.window(), &policies, known, &Clarabel::default(), &|_| {});
            format!("{:?}", settle_all(scenario.window(), &policies, &outcomes))
        })
    };
    let one = with(1);
    assert_eq!(one, with(4));
    assert_eq!(one, with(3));
}

#[test]
fn coalitions_are_worth_the_same_to_four_methods() {
    let scenario = river(&["KG", "UZ", "KZ"], &settled_by("one", "rule = 'none'"));
    let run = run(scenario, &["one"]);
    let status_quo = run.outcomes[0].status_quo.as_ref().unwrap();
    let yields = &run.outcomes[0].yields;
    let by =
        |solver: &dyn Solver| gains(run.scenario.window(), yields, &status_quo.plan, &[], solver).unwrap();
    let methods: [&dyn Solver; 3] = [&InteriorPoint::default(), &Linear, &Vertices];
    let reference = by(&Clarabel::default());
    for method in methods {
        close(&by(method), &reference);
    }
}

/// A simplex method that is not of this project (microlp); where a program bends, which only helps to look for heads,
/// another.
struct Linear;

impl Solver for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn solve(&self, program: &Program) -> Solution {
        match program.convex_terms() {
            [] => {
                let (objective, values) = support::simplex_point(program).unwrap();
                Solution {
                    status: Status::Optimal,
                    objective,
                    values,
                    row_duals: Vec::new(),
                    reduced_costs: Vec::new(),
                    iterations: 0,
                    second_opinion: false,
                    accuracy: Accuracy::default(),
                }
            }
            _ => Clarabel::default().solve(program),
        }
    }
}

/// This project's simplex method, likewise.
struct Vertices;

impl Solver for Vertices {
    fn name(&self) -> &'static str {
        "vertices"
    }

    fn solve(&self, program: &Program) -> Solution {
        match program.convex_terms() {
            [] => SparseSimplex.solve(program),
            _ => Clarabel::default().solve(program),
        }
    }
}

#[test]
fn terms_that_make_no_sense_are_all_named_at_once() {
    let bad = "rule = 'shapley', against = 'quota', fee_USD_per_m3 = -1, price_USD_per_MWh = 0, weights = { UX = 1 }, order = ['KG', \
               'KG', 'XX'], discipline = { penalty = -1, reliability = 2, delivered = { ZZ = 1.5 } }";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/dry-year.toml");
    let policy = settled_by("odd", bad).replace("title = 'odd'\n", "title = 'odd'\nagainst = 'max_min'\n");
    std::fs::write(
        &path,
        format!("inherits = '{}'\n[scenario]\nname = 'bad'\ntitle = 'Bad'\n{policy}", base.display()),
    )
    .unwrap();
    let problems = scenario::load(path.to_str().unwrap(), &[]).unwrap_err().to_string();
    for key in [
        "fee_USD_per_m3",
        "price_USD_per_MWh",
        "weights",
        "order",
        "discipline.penalty",
        "discipline.reliability",
        "discipline.delivered.ZZ: no riparian",
        "discipline.delivered.ZZ = 1.5",
        "against",
    ] {
        assert!(problems.contains(&format!("settlement.{key}")), "{key}: {problems}");
    }
    assert!(problems.contains("twice") && problems.contains("`XX`"), "{problems}");
}

#[test]
fn the_catalogue_settles_what_it_bargains_over() {
    let policies = catalogue();
    let rule = |name: &str| policies[name].settlement.as_ref().map(|terms| terms.rule.name());
    assert_eq!(
        (rule("nash"), rule("consortium"), rule("one_basin")),
        (Some("nash"), Some("service_fee"), None)
    );
    assert_eq!(policies["consortium"].status_quo(), Some("autarky"));
}
