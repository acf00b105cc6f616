//! What people see of a settlement: its tables, its figures, its words. The settlements are made by hand.
//!
//! With `MIRAB_FIGURES=<folder>` every figure drawn here is also written there.

use std::path::PathBuf;

use mirab::consortium::settlement::{Payment, Settlement, Worth};
use mirab::evaluation::rows::RiparianRow;
use mirab::evaluation::{compare, riparians};
use mirab::output::plots::{Figure, draw};
use mirab::output::tables::{TableError, Tables};
use mirab::scenario::{self, Scenario};
use mirab::simulation::record::{MoneyRow, Record};

/// The gain of each riparian over autarky before transfers, MUSD, and what it is paid.
type Stakes = &'static [(&'static str, f64, f64)];

const SIX: Stakes = &[
    ("KG", -38.0, 120.0),
    ("TJ", -12.0, 41.0),
    ("UZ", 310.0, -140.0),
    ("TM", 64.0, -31.0),
    ("KZ", 88.0, -22.0),
    ("AF", 3.0, 12.0),
];

const THREE: Stakes = &[("KG", -38.0, 61.0), ("UZ", 150.0, -41.0), ("KZ", 60.0, -25.0)];

/// What each has under autarky, MUSD.
const ALONE: f64 = 900.0;

fn payment(from: &str, to: &str, amount: f64) -> Payment {
    Payment {
        from: from.to_owned(),
        to: to.to_owned(),
        amount_MUSD: amount,
        in_kind: "money".to_owned(),
        amount_GWh: 0.0,
        purpose: "water kept for summer".to_owned(),
    }
}

/// Payments that make up the transfers: each payer pays each receiver its share; the rest goes to the fund.
fn payments(stakes: Stakes) -> Vec<Payment> {
    let received: f64 = stakes.iter().map(|stake| stake.2.max(0.0)).sum();
    let paid: f64 = stakes.iter().map(|stake| (-stake.2).max(0.0)).sum();
    let mut all = Vec::new();
    for payer in stakes.iter().filter(|stake| stake.2 < 0.0) {
        for receiver in stakes.iter().filter(|stake| stake.2 > 0.0) {
            all.push(payment(payer.0, receiver.0, -payer.2 * receiver.2 / paid));
        }
        if paid > received {
            all.push(payment(payer.0, "fund", -payer.2 * (paid - received) / paid));
        }
    }
    all
}

/// Every coalition: worth a share of its gains that grows with its size, less for those who stay apart.
fn worths(stakes: Stakes, harsh: f64) -> Vec<Worth> {
    let count = stakes.len();
    (1_usize..1 << count)
        .map(|set| {
            let own: Vec<_> = (0..count).filter(|k| set >> k & 1 == 1).map(|k| stakes[k]).collect();
            let share = harsh * (own.len() - 1) as f64 / (count - 1) as f64;
            let status_quo = ALONE * own.len() as f64;
            let gain: f64 = own.iter().map(|stake| stake.1).sum();
            let paid: f64 = own.iter().map(|stake| stake.1 + stake.2).sum();
            Worth {
                members: own.iter().map(|stake| stake.0.to_owned()).collect(),
                worth_MUSD: status_quo + (share * gain).max(0.0),
                payoff_MUSD: status_quo + paid,
            }
        })
        .collect()
}

fn settlement(policy: &str, stakes: Stakes, harsh: f64) -> Settlement {
    let mut transfers: Vec<(String, f64)> = stakes.iter().map(|s| (s.0.to_owned(), s.2)).collect();
    let rest: f64 = -transfers.iter().map(|own| own.1).sum::<f64>();
    transfers.push(("fund".to_owned(), rest));
    let worths = worths(stakes, harsh);
    let slack = worths.iter().map(|worth| worth.payoff_MUSD - worth.worth_MUSD).fold(f64::INFINITY, f64::min);
    Settlement {
        policy: policy.to_owned(),
        rule: "shapley".to_owned(),
        against: Some("autarky".to_owned()),
        transfers,
        payments: payments(stakes),
        worths,
        status_quo: stakes.iter().map(|stake| (stake.0.to_owned(), ALONE)).collect(),
        core_slack_MUSD: Some(slack),
        findings: vec![format!("Nobody is worse off under `{policy}` than under `autarky`.")],
        warnings: Vec::new(),
    }
}

/// The money of a year under a policy, in its first and seventh month.
fn record(scenario: &Scenario, policy: &str, stakes: Option<Stakes>) -> Record {
    let mut record = Record::default();
    for period in scenario.basin.horizon.periods.iter().step_by(6) {
        for riparian in &scenario.basin.riparians {
            let gain =
                stakes.and_then(|all| all.iter().find(|own| own.0 == riparian.name)).map_or(0.0, |own| own.1);
            record.money.push(MoneyRow {
                policy: policy.to_owned(),
                member: 0,
                period_start: period.first_day,
                days: period.days.value(),
                riparian: riparian.name.clone(),
                farm_MUSD: 0.5 * (ALONE + gain),
                energy_MUSD: 0.0,
                unserved_MUSD: 0.0,
                generation_MUSD: 0.0,
                imports_MUSD: 0.0,
                exports_MUSD: 0.0,
                flood_MUSD: 0.0,
                promises_MUSD: 0.0,
            });
        }
    }
    record
}

/// Tables of autarky and of the settled policies.
fn tables(scenario: &Scenario, settlements: &[(Settlement, Stakes)]) -> Tables {
    let mut tables = Tables::default();
    let mut names = vec!["autarky".to_owned()];
    names.extend(settlements.iter().map(|(own, _)| own.policy.clone()));
    for name in &names {
        let stakes = settlements.iter().find(|(own, _)| own.policy == *name).map(|(_, stakes)| *stakes);
        let record = record(scenario, name, stakes);
        let rows: Vec<RiparianRow> = riparians(&record, &scenario.basin, name);
        tables.append(record, rows);
    }
    let settled: Vec<Settlement> = settlements.iter().map(|(own, _)| own.clone()).collect();
    tables.settle(&settled, &scenario.basin);
    tables.comparison = compare(&tables.record, &tables.riparians, &scenario.basin, &names, &settled);
    tables
}

fn drawn(tables: &Tables, scenario: &Scenario, folder: &str) -> Vec<Figure> {
    let figures = draw(tables, scenario);
    if let Some(place) = std::env::var_os("MIRAB_FIGURES") {
        let place = PathBuf::from(place).join(folder);
        std::fs::create_dir_all(&place).unwrap();
        for figure in &figures {
            std::fs::write(place.join(format!("{}.png", figure.name)), &figure.png).unwrap();
        }
    }
    figures
}

fn dry_year() -> Scenario {
    scenario::load("dry-year", &[]).unwrap()
}

fn find<'f>(figures: &'f [Figure], name: &str) -> &'f Figure {
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    figures.iter().find(|figure| figure.name == name).unwrap_or_else(|| panic!("{name} is not in {names:?}"))
}

/// A white rim on all sides: nothing is clipped.
fn assert_whole(figure: &Figure) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(&figure.png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (1600, 1000));
    let ink = |x: usize, y: usize| pixels[(y * 1600 + x) * 3..][..3].iter().any(|&byte| byte < 250);
    let rows = (0..1600).flat_map(|x| (0..8).chain(992..1000).map(move |y| (x, y)));
    let sides = (0..1000).flat_map(|y| (0..8).chain(1592..1600).map(move |x| (x, y)));
    assert_eq!(rows.chain(sides).find(|&(x, y)| ink(x, y)), None, "{} runs to the edge", figure.name);
}

fn assert_settled_figures(figures: &[Figure]) {
    for name in ["benefits", "settlement", "coalitions"] {
        assert_whole(find(figures, name));
    }
}

#[test]
fn six_riparians_under_one_settled_policy_are_drawn() {
    let scenario = dry_year();
    let figures = drawn(&tables(&scenario, &[(settlement("consortium", SIX, 0.8), SIX)]), &scenario, "six");
    assert_settled_figures(&figures);
    assert_eq!(
        find(&figures, "settlement").title,
        "Under consortium 193\u{a0}MUSD change hands, 87 of it from Uzbekistan to Kyrgyzstan"
    );
}

#[test]
fn three_riparians_under_three_policies_are_drawn_side_by_side() {
    let scenario = dry_year();
    let mut barter = settlement("barter", THREE, 1.3);
    for (k, payment) in barter.payments.iter_mut().enumerate() {
        payment.in_kind = if k % 2 == 0 { "electricity" } else { "fuel" }.to_owned();
        payment.amount_GWh = 25.0 * payment.amount_MUSD;
    }
    let all = [
        (settlement("nash", THREE, 0.5), THREE),
        (barter, THREE),
        (settlement("consortium", THREE, 0.9), THREE),
    ];
    let figures = drawn(&tables(&scenario, &all), &scenario, "three");
    assert_settled_figures(&figures);
}

#[test]
fn many_small_payments_under_many_policies_still_fit() {
    let scenario = dry_year();
    let names = ["KG", "TJ", "UZ", "TM", "KZ", "AF", "fund"];
    let of = |k: usize| {
        let mut own = settlement(&format!("a_policy_with_a_long_name_{k}"), SIX, 0.6 + 0.1 * k as f64);
        for (a, from) in names.iter().enumerate() {
            for (b, to) in names.iter().enumerate().filter(|(b, _)| *b != a) {
                let mut small = payment(from, to, 0.4 + 0.3 * ((a * 7 + b * 3 + k) % 5) as f64);
                if (a + b) % 3 == 0 {
                    (small.in_kind, small.amount_GWh) = ("electricity".to_owned(), 9.0);
                }
                own.payments.push(small);
            }
        }
        (own, SIX)
    };
    let all: Vec<_> = (1..=8).map(of).collect();
    assert_settled_figures(&drawn(&tables(&scenario, &all), &scenario, "many"));
    assert_settled_figures(&drawn(&tables(&scenario, &all[..1]), &scenario, "small"));
}

#[test]
fn without_payments_and_coalitions_nothing_is_drawn_of_them() {
    let scenario = dry_year();
    let mut empty = settlement("consortium", SIX, 0.8);
    (empty.transfers, empty.payments, empty.worths) = (Vec::new(), Vec::new(), Vec::new());
    let figures = drawn(&tables(&scenario, &[(empty, SIX)]), &scenario, "none");
    assert!(figures.iter().all(|figure| figure.name != "settlement" && figure.name != "coalitions"));
    assert_whole(find(&figures, "benefits"));
}

#[test]
fn tables_read_back_draw_the_same_figures() {
    let scenario = dry_year();
    let tables = tables(&scenario, &[(settlement("consortium", SIX, 0.8), SIX)]);
    let files = tables.files().unwrap();
    let read = Tables::read(|name| {
        Ok::<_, TableError>(files.iter().find(|file| file.name == name).unwrap().bytes.clone())
    });
    assert!(draw(&tables, &scenario) == draw(&read.unwrap(), &scenario), "a figure differs from itself");
}

#[test]
fn transfers_of_the_tables_sum_to_nothing_and_gains_are_the_stakes() {
    let scenario = dry_year();
    let tables = tables(&scenario, &[(settlement("consortium", SIX, 0.8), SIX)]);
    let all: f64 = tables.riparians.iter().map(|row| row.transfer_MUSD).sum();
    assert!(all.abs() < 1e-9, "{all}");
    for (riparian, gain, paid) in SIX {
        let own =
            tables.riparians.iter().filter(|row| row.policy == "consortium" && row.riparian == *riparian);
        let over: f64 = own.map(|row| row.gain_over_autarky_MUSD.unwrap()).sum();
        assert!((over - (gain + paid)).abs() < 1e-9, "{riparian}: {over}");
    }
    assert_eq!(tables.criterion("autarky", "gain_over_autarky"), Some(0.0));
    let slack = tables.criterion("consortium", "core_slack").unwrap();
    let least = tables.coalitions.iter().map(|row| row.payoff_MUSD - row.worth_MUSD);
    assert_eq!(slack, least.fold(f64::INFINITY, f64::min));
}

#[test]
fn a_coalition_that_would_leave_is_named() {
    let scenario = dry_year();
    let mut own = settlement("consortium", THREE, 0.5);
    let pair = own.worths.iter_mut().find(|worth| worth.members == ["KG", "UZ"]).unwrap();
    pair.worth_MUSD = pair.payoff_MUSD + 25.0;
    let figures = draw(&tables(&scenario, &[(own, THREE)]), &scenario);
    assert_eq!(
        find(&figures, "coalitions").title,
        "Under consortium Kyrgyzstan and Uzbekistan could get 25\u{a0}MUSD more without the others"
    );
}
