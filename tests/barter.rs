//! Summer water for winter energy: the policy `barter`, on the normal year.

use std::sync::OnceLock;

use mirab::allocation::barter::{Contract, Exchange, Kinds, LastYear, Payer, Transit};
use mirab::allocation::policy::Policy;
use mirab::allocation::terms::InKind;
use mirab::consortium::settle::settle_all;
use mirab::consortium::settlement::Settlement;
use mirab::network::basin::{Basin, RiparianIdx};
use mirab::quantity::calendar::Season;
use mirab::quantity::units::EnergyPrice;
use mirab::scenario::{self, Scenario};
use mirab::simulation::seasonal::{Outcome, run_among};
use mirab::solver::interior_point::InteriorPoint;

/// What a volume of thousands of hm3 is compared to.
const VOLUME: f64 = 1e-3;

fn load(name: &str) -> Scenario {
    scenario::load(name, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn contract(scenario: &Scenario) -> Contract {
    scenario.policies["barter"].contracts[0].clone()
}

/// `barter` with other contracts.
fn with(scenario: &Scenario, contracts: Vec<Contract>) -> Policy {
    Policy { contracts, ..scenario.policies["barter"].clone() }
}

struct Run {
    scenario: Scenario,
    policies: Vec<(String, Policy)>,
    outcomes: Vec<Outcome>,
}

impl Run {
    /// Autarky, then contracts by name, each a policy's only one.
    fn of(scenario: Scenario, contracts: Vec<(&str, Contract)>) -> Run {
        Run::of_several(scenario, contracts.into_iter().map(|(name, own)| (name, vec![own])).collect())
    }

    /// Autarky, then policies by name with their contracts.
    fn of_several(scenario: Scenario, contracts: Vec<(&str, Vec<Contract>)>) -> Run {
        let mut policies = vec![("autarky".to_owned(), scenario.policies["autarky"].clone())];
        policies.extend(contracts.into_iter().map(|(name, own)| (name.to_owned(), with(&scenario, own))));
        let window = scenario.window();
        let results = run_among(window, &policies, &scenario.policies, &InteriorPoint::default(), &|_| {});
        let outcomes =
            results.into_iter().map(|outcome| outcome.unwrap_or_else(|why| panic!("{why}"))).collect();
        Run { scenario, policies, outcomes }
    }

    fn at(&self, policy: &str) -> usize {
        self.policies.iter().position(|(name, _)| name == policy).unwrap()
    }

    fn outcome(&self, policy: &str) -> &Outcome {
        &self.outcomes[self.at(policy)]
    }

    fn settlement(&self, policy: &str) -> Settlement {
        self.settlement_with(policy, self.policies[self.at(policy)].1.clone())
    }

    /// What a policy comes to where other words are about its payments.
    fn settlement_with(&self, policy: &str, words: Policy) -> Settlement {
        let outcome = [Ok(self.outcome(policy).clone())];
        let settled = settle_all(self.scenario.window(), &[(policy.to_owned(), words)], &outcome);
        settled.into_iter().next().unwrap().1.unwrap()
    }

    /// What Toktogul lets out in April-September, hm3.
    fn summer_release(&self, policy: &str) -> f64 {
        self.release_of("toktogul", policy)
    }

    /// What a reservoir lets out in April-September, hm3.
    fn release_of(&self, reservoir: &str, policy: &str) -> f64 {
        let basin = &self.scenario.basin;
        let node = basin.reservoirs.iter().find(|own| own.name == reservoir).unwrap().node;
        let summer: Vec<_> = basin.horizon.periods_in(Season::Vegetation).collect();
        let plan = &self.outcome(policy).plan;
        basin.outlets(node).flat_map(|r| summer.iter().map(move |&t| plan.flow[r][t])).sum()
    }

    /// What a riparian's record has beyond autarky's of net electricity from another over a season, GWh.
    fn more_received(&self, policy: &str, (from, to): (&str, &str), season: Season) -> f64 {
        let basin = &self.scenario.basin;
        let area = |name: &str| Basin::find(&basin.areas, name, |own| &own.name);
        let net = |policy: &str| -> f64 {
            let plan = &self.outcome(policy).plan;
            let part = |l, t| {
                let line = &basin.lines[l];
                let ends = (line.from.area(), line.to.area());
                let sent: f64 = plan.sent[l][t];
                if ends == (area(from), area(to)) {
                    (1.0 - line.loss) * sent
                } else if ends == (area(to), area(from)) {
                    -sent
                } else {
                    0.0
                }
            };
            let periods: Vec<_> = basin.horizon.periods_in(season).collect();
            basin.lines.indices().flat_map(|l| periods.iter().map(move |&t| part(l, t))).sum()
        };
        net(policy) - net("autarky")
    }

    /// The summer power that a partner was given, GWh.
    fn agreed(&self, policy: &str, partner: RiparianIdx) -> f64 {
        self.delivered(policy, |own| own.taker == partner && own.season == Season::Vegetation)
    }

    fn delivered(&self, policy: &str, fits: impl Fn(&Exchange) -> bool) -> f64 {
        let own = self.outcome(policy).exchanges.iter().filter(|own| fits(own));
        own.map(|own| own.delivered_GWh).fold(0.0, |sum, energy| sum + energy)
    }
}

const RATIO: f64 = 1.2;

/// Kazakhstan delivered half of what it promised and Uzbekistan all: on equal shares as much as three quarters by both.
fn one_defaulted() -> LastYear {
    LastYear::Each([("KZ".to_owned(), 0.5), ("UZ".to_owned(), 1.0)].into_iter().collect())
}

/// Contracts on the normal year.
fn normal_year() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let scenario = load("normal-year");
        let usual = contract(&scenario);
        let thirds = Kinds { electricity: 0.25, fuel: 0.5, money: 0.25 };
        let volume = 0.75 * usual.volume_hm3;
        let contracts = vec![
            ("barter", usual.clone()),
            ("nothing", Contract { volume_hm3: 0.0, ..usual.clone() }),
            ("kept", Contract { ratio: RATIO, reliability: 1.0, in_kind: thirds, ..usual.clone() }),
            ("after_default", Contract { last_year_delivered: LastYear::Alike(0.75), ..usual.clone() }),
            ("less", Contract { volume_hm3: volume, kWh_per_m3: None, ..usual.clone() }),
            ("one_defaulted", Contract { last_year_delivered: one_defaulted(), ..usual.clone() }),
            ("too_much", Contract { volume_hm3: 20_000.0, kWh_per_m3: Some(1.0), ..usual }),
        ];
        Run::of(scenario, contracts)
    })
}

#[test]
fn a_contract_on_no_water_is_autarky_table_by_table() {
    let run = normal_year();
    let (alone, nothing) = (run.outcome("autarky"), run.outcome("nothing"));
    assert_eq!(alone.plan, nothing.plan);
    assert!(nothing.exchanges.is_empty());
    let tables = |outcome: &Outcome| format!("{:?}", outcome.record);
    assert_eq!(tables(nothing).replace("\"nothing\"", "\"autarky\""), tables(alone));
}

#[test]
fn toktogul_lets_out_in_summer_what_autarky_does_and_the_volume() {
    let run = normal_year();
    let before = run.summer_release("autarky");
    for (name, policy) in run.policies.iter().filter(|(name, _)| name != "autarky" && name != "too_much") {
        let promised = before + policy.contracts[0].volume_of_this_year();
        let after = run.summer_release(name);
        println!("{name}: {after:.1} hm3 in April-September, promised {promised:.1}");
        assert!(after >= promised * (1.0 - VOLUME), "{name}: {after} hm3, promised {promised}");
    }
}

#[test]
fn a_volume_that_there_is_not_is_missed_and_said() {
    let run = normal_year();
    let more = run.summer_release("too_much") - run.summer_release("autarky");
    assert!(more > 1000.0 && more < 19_000.0, "{more} hm3");
    let said = format!(
        "toktogul lets out {more:.0} hm3 more in April-September than the status quo, 20000 are promised"
    );
    let warnings = &run.outcome("too_much").warnings;
    assert!(warnings.contains(&said), "{said}: {warnings:?}");
    let power = run.delivered("too_much", |own| own.season == Season::Vegetation);
    assert!(power <= more + 1e-6, "{power} GWh of {more} hm3 at 1 kWh/m3");
}

#[test]
fn what_is_given_back_is_the_ratio_times_what_was_given_when_nobody_defaults() {
    let run = normal_year();
    for partner in ["KZ", "UZ"] {
        let partner = run.scenario.basin.riparian_named(partner).unwrap();
        let given = run.delivered("kept", |own| own.taker == partner);
        let back = run.delivered("kept", |own| own.giver == partner);
        assert!(given > 100.0, "{given}");
        assert!((back - RATIO * given).abs() <= 1e-6, "{back} GWh for {given}");
        let fuel = run.delivered("kept", |own| own.giver == partner && own.kind == InKind::Fuel);
        assert!((fuel - 0.5 * back).abs() <= 1e-6, "{fuel} of {back} GWh in fuel");
    }
}

#[test]
fn of_what_is_promised_the_reliable_part_arrives() {
    let run = normal_year();
    let back = run.outcome("barter").exchanges.iter().filter(|own| own.season == Season::NonVegetation);
    let (promised, delivered) =
        back.fold((0.0, 0.0), |sum, own| (sum.0 + own.promised_GWh, sum.1 + own.delivered_GWh));
    let given = run.delivered("barter", |own| own.season == Season::Vegetation);
    assert!((promised - given).abs() <= 1e-6, "{promised} promised for {given}");
    assert!((delivered - 0.935 * promised).abs() <= 1e-6, "{delivered} of {promised}");
}

#[test]
fn electricity_of_the_ledger_is_on_the_lines_beyond_autarkys_trade() {
    let run = normal_year();
    let name = |i| run.scenario.basin.riparians[i].name.as_str();
    let mut seen = 0;
    for policy in ["barter", "kept", "too_much"] {
        for own in run.outcome(policy).exchanges.iter().filter(|own| own.kind == InKind::Electricity) {
            let sent = run.more_received(policy, (name(own.giver), name(own.taker)), own.season);
            println!(
                "{policy}: {} to {}: {:.1} GWh, on the lines {sent:.1}",
                name(own.giver),
                name(own.taker),
                own.delivered_GWh
            );
            assert!(sent >= own.delivered_GWh - 0.01, "{own:?}: {sent} GWh on the lines");
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen} deliveries");
}

#[test]
fn what_full_lines_cannot_bring_back_is_paid_in_money_and_said() {
    let run = normal_year();
    let uz = run.scenario.basin.riparian_named("UZ").unwrap();
    let back = |kind| run.delivered("barter", |own| own.giver == uz && own.kind == kind);
    let (electricity, money) = (back(InKind::Electricity), back(InKind::Money));
    let due = electricity + money;
    assert!(money > 100.0, "autarky leaves the line from UZ to KG full in winter: {money} GWh in money");
    let said = format!(
        "lines carry {electricity:.0} of {due:.0} GWh back from UZ to KG in October-March; the rest is paid in money"
    );
    assert!(run.outcome("barter").warnings.contains(&said), "{said}: {:?}", run.outcome("barter").warnings);
}

#[test]
fn payments_are_the_exchanges_at_the_agreed_price_and_sum_to_nothing() {
    let run = normal_year();
    for policy in ["barter", "kept"] {
        let settlement = run.settlement(policy);
        let sum: f64 = settlement.transfers.iter().map(|own| own.1).sum();
        assert!(sum.abs() < 1e-9, "{sum}");
        let exchanges = &run.outcome(policy).exchanges;
        assert_eq!(settlement.payments.len(), exchanges.len());
        for (payment, own) in settlement.payments.iter().zip(exchanges) {
            assert_eq!(payment.in_kind, own.kind.name());
            assert!((payment.amount_MUSD - 0.030 * own.delivered_GWh).abs() < 1e-9, "{payment:?}");
            let energy = if own.kind == InKind::Money { 0.0 } else { own.delivered_GWh };
            assert!((payment.amount_GWh - energy).abs() < 1e-6, "{payment:?}");
        }
    }
    let nothing = run.settlement("nothing");
    assert!(nothing.payments.is_empty());
    assert!(
        nothing.findings.contains(&"Nothing is exchanged under the contract about toktogul.".to_owned()),
        "{:?}",
        nothing.findings
    );
}

#[test]
fn after_a_default_the_volume_shrinks_by_what_was_not_delivered() {
    let run = normal_year();
    assert_eq!(run.outcome("after_default").plan, run.outcome("less").plan);
    assert!(run.outcome("after_default").plan != run.outcome("barter").plan);
}

#[test]
fn who_defaulted_alone_is_let_less_and_the_others_have_what_they_had() {
    let run = normal_year();
    let of = |policy: &str| {
        let who = |name: &str| run.scenario.basin.riparian_named(name).unwrap();
        let had = |name: &str| run.agreed(policy, who(name));
        [had("KZ"), had("UZ")]
    };
    let (alike, alone) = (of("after_default"), of("one_defaulted"));
    println!("summer power to KZ and UZ, GWh: both defaulted {alike:?}, KZ alone {alone:?}");
    let release = ["after_default", "one_defaulted"].map(|policy| run.summer_release(policy));
    assert!((release[0] - release[1]).abs() < 1e-6, "{release:?}");
    assert!((alone[0] / (alone[0] + alone[1]) - 1.0 / 3.0).abs() < 1e-6, "{alone:?}");
    assert!((alike[0] + alike[1] - alone[0] - alone[1]).abs() < 1e-3, "{alike:?} and {alone:?}");
}

/// Toktogul's contract, whose power to and from Kazakhstan goes through Uzbekistan, and one of Tajikistan's.
fn of_two_owners() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let scenario = load("normal-year");
        let transit = Transit { through: "UZ".to_owned(), price_USD_per_MWh: 5.0, payer: Payer::Partner };
        let kyrgyz = Contract { transit: Some(transit), ..contract(&scenario) };
        let tajik = Contract {
            owner: "TJ".to_owned(),
            reservoir: "kayrakkum".to_owned(),
            volume_hm3: 300.0,
            kWh_per_m3: Some(0.7),
            partners: [("UZ".to_owned(), 1.0)].into_iter().collect(),
            ratio: 0.571,
            transit: None,
            ..kyrgyz.clone()
        };
        Run::of_several(scenario, vec![("both", vec![kyrgyz, tajik])])
    })
}

#[test]
fn two_owners_let_out_what_each_has_promised_and_have_energy_back_each_at_its_own_ratio() {
    let run = of_two_owners();
    let contracts = &run.policies[run.at("both")].1.contracts;
    for contract in contracts {
        let more =
            run.release_of(&contract.reservoir, "both") - run.release_of(&contract.reservoir, "autarky");
        println!(
            "{}: {more:.1} hm3 more in April-September, promised {}",
            contract.owner, contract.volume_hm3
        );
        assert!(more >= contract.volume_hm3 - 1.0, "{}: {more} hm3", contract.owner);
        let owner = run.scenario.basin.riparian_named(&contract.owner).unwrap();
        let given = run.delivered("both", |own| own.giver == owner && own.season == Season::Vegetation);
        let back = run.delivered("both", |own| own.taker == owner && own.season == Season::NonVegetation);
        assert!(given > 100.0, "{}: {given} GWh", contract.owner);
        let due = contract.reliability * contract.ratio * given;
        assert!((back - due).abs() <= 1e-6, "{}: {back} GWh for {due}", contract.owner);
    }
    let findings = run.settlement("both").findings;
    let said = |start: &str| findings.iter().any(|said| said.starts_with(start));
    assert!(said("KG sends ") && said("TJ sends 210 GWh of summer power to UZ"), "{findings:?}");
}

#[test]
fn the_way_is_paid_for_all_that_a_third_carries_and_its_own_goes_free() {
    let run = of_two_owners();
    let who = |name: &str| run.scenario.basin.riparian_named(name).unwrap();
    let (kz, kg) = (who("KZ"), who("KG"));
    let between =
        |own: &Exchange| [own.giver, own.taker].contains(&kz) && [own.giver, own.taker].contains(&kg);
    let carried = run.delivered("both", |own| own.kind == InKind::Electricity && between(own));
    assert!(carried > 100.0, "{carried} GWh between Kyrgyzstan and Kazakhstan");
    let words = &run.policies[run.at("both")].1;
    for (payer, name) in [(Payer::Partner, "KZ"), (Payer::Owner, "KG")] {
        let mut words = words.clone();
        words.contracts[0].transit.as_mut().unwrap().payer = payer;
        let settlement = run.settlement_with("both", words);
        let transit: Vec<_> = settlement.payments.iter().filter(|own| own.purpose == "transit").collect();
        let [fee] = transit[..] else { panic!("{transit:?}") };
        assert_eq!((fee.from.as_str(), fee.to.as_str(), fee.in_kind.as_str()), (name, "UZ", "money"));
        assert!((fee.amount_MUSD - 5e-3 * carried).abs() < 1e-9, "{fee:?} for {carried} GWh");
        let sum: f64 = settlement.transfers.iter().map(|own| own.1).sum();
        assert!(sum.abs() < 1e-9, "{sum}");
    }
}

/// Kyrgyz load worth less than coal power over a line that loses much, and more than what it could be sold for: without
/// what is owed, some of it stays dark in winter.
fn poor_winter() -> Scenario {
    let mut scenario = load("normal-year");
    let area = Basin::find(&scenario.basin.areas, "KG", |own| &own.name).unwrap();
    let line = Basin::find(&scenario.basin.lines, "KZ-KG", |own| &own.name).unwrap();
    scenario.basin.lines[line].loss = 0.4;
    scenario.basin.areas[area].reference_price = EnergyPrice::new(30.0);
    scenario.basin.areas[area].lost_load_cost = EnergyPrice::new(0.0);
    scenario
}

#[test]
fn the_dark_of_kyrgyz_winters_never_grows_with_the_ratio() {
    let scenario = poor_winter();
    let partners = || [("KZ".to_owned(), 1.0)].into_iter().collect();
    let of = |ratio| Contract { ratio, partners: partners(), ..contract(&scenario) };
    let contracts = vec![("half", of(0.5)), ("one", of(1.0)), ("more", of(1.5))];
    let run = Run::of(scenario, contracts);
    let unserved = |policy: &str| -> f64 {
        let rows = run.outcome(policy).record.power.iter().filter(|row| row.area == "KG");
        rows.filter(|row| !(4..=9).contains(&row.period_start.month())).map(|row| row.unserved_GWh).sum()
    };
    let dark = ["half", "one", "more"].map(unserved);
    println!("unserved in winter: {dark:?} GWh, autarky {}", unserved("autarky"));
    assert!(dark[0] > 100.0, "nothing is dark: {dark:?}");
    assert!(dark[1] <= dark[0] + 1.0 && dark[2] <= dark[1] + 1.0, "{dark:?}");
    assert!(dark[2] < dark[0] - 100.0, "the return does not reach the houses: {dark:?}");
}
