//! Wrong scenarios: a base that is right, a few lines over it, and the problems, field by field.

use std::fs;
use std::path::Path;

use mirab::scenario::{self, Problem, Scenario, Setting};

/// A scenario without any problem.
const BASE: &str = r#"
[scenario]
name = "base"
title = "Two riparians on one river"
[horizon]
start = 2025-10-01
periods = 12
step = "month"
[riparian.KG]
population_million = 4.0
[riparian.UZ]
population_million = 30.0
[river.syr]
[node.canal]
kind = "junction"
riparian = "UZ"
river = "syr"
[node.sea]
kind = "sink"
riparian = "UZ"
river = "syr"
[node.rogun_head]
kind = "junction"
riparian = "UZ"
river = "syr"
active = false
[reservoir.toktogul]
riparian = "KG"
river = "syr"
storage_min_hm3 = 5500.0
storage_max_hm3 = 19500.0
storage_start_hm3 = 12000.0
level_masl = [837.0, 860.0, 900.0]
volume_hm3 = [5500.0, 9709.0, 19500.0]
area_km2 = [160.0, 206.0, 284.0]
evaporation_mm = [5, 11, 26, 48, 69, 85, 95, 80, 53, 32, 16, 11]
source = "published [1]"
[reach.naryn]
from = "toktogul"
to = "canal"
[reach.lower]
from = "canal"
to = "sea"
travel_days = 8.0
flow_before_start_m3s = 100.0
[plant.toktogul]
riparian = "KG"
reach = "naryn"
capacity_MW = 1200.0
turbine_max_m3s = 960.0
reservoir = "toktogul"
tailwater_masl = 724.0
efficiency = 0.9
[inflow.naryn]
nodes = { toktogul = 1.0 }
series = { file = "flows.csv", column = "naryn_m3s" }
[inflow.side]
nodes = { canal = 0.4, sea = 0.6 }
series = 10.0
follows = "naryn"
follows_share = 0.5
[demand.fields]
riparian = "UZ"
node = "canal"
use = "irrigation"
claim = 400.0
return_prompt = 0.2
return_node = "sea"
[treaty.syr_uz]
riparian = "UZ"
river = "syr"
vegetation_hm3 = 2000.0
[environment.sea]
node = "sea"
riparian = "UZ"
flow_m3s = 30.0
[area.KG]
load = { file = "flows.csv", column = "kg_GWh" }
[area.UZ]
load = 5000.0
[market.KZ_N]
sold_max_GWh_per_year = 1000.0
[line.KG-UZ]
from = "KG"
to = "UZ"
capacity_MW = 240.0
loss = 0.03
price_USD_per_MWh = 20.0
[price]
environment_USD_per_m3 = 1.5
dead_storage_USD_per_m3 = 3.0
end_storage_USD_per_m3 = 3.0
energy_USD_per_MWh = 50.0
lost_load_USD_per_MWh = 250.0
[policy.ours]
title = "Ours"
welfare = { alpha = 2, measure = "water", weights = { KG = 2.0 } }
[run]
policies = ["ours", "one_basin"]
"#;

fn flows() -> String {
    let rows = (1..=12).map(|month| format!("{month},{},{}\n", 100 * month, 1000 + month));
    format!("month,naryn_m3s,kg_GWh\n{}", rows.collect::<String>())
}

fn load_in(folder: &Path, over: &str, settings: &[&str]) -> Result<Scenario, Vec<Problem>> {
    fs::write(folder.join("base.toml"), BASE).unwrap();
    if !folder.join("flows.csv").exists() {
        fs::write(folder.join("flows.csv"), flows()).unwrap();
    }
    let file = folder.join("over.toml");
    fs::write(&file, format!("inherits = \"base.toml\"\n{over}")).unwrap();
    let settings: Vec<Setting> = settings.iter().map(|text| text.parse().unwrap()).collect();
    scenario::load(file.to_str().unwrap(), &settings).map_err(|problems| problems.0)
}

/// The problems of a few lines over the base, as they are printed, folders left out.
fn problems_in(folder: &Path, over: &str, settings: &[&str]) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    let problems = load_in(folder, over, settings).err().unwrap_or_default();
    problems.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
}

fn problems(over: &str) -> Vec<String> {
    problems_in(tempfile::tempdir().unwrap().path(), over, &[])
}

/// One wrong thing gives one problem that begins like this.
#[track_caller]
fn assert_problem(over: &str, beginning: &str) {
    let problems = problems(over);
    assert_eq!(problems.len(), 1, "{over}\n{problems:#?}");
    assert!(problems[0].starts_with(beginning), "{over}\n{problems:#?}");
}

/// The CSV is replaced by this text.
#[track_caller]
fn assert_csv_problem(text: &str, beginning: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flows.csv"), text).unwrap();
    let problems = load_in(folder.path(), "", &[]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].file.ends_with("flows.csv"), "{problems:#?}");
    assert!(problems[0].to_string().starts_with(beginning), "{problems:#?}");
}

#[test]
fn the_base_has_no_problem() {
    assert_eq!(problems(""), Vec::<String>::new());
}

#[test]
fn an_unknown_key_or_a_wrong_unit_in_it_is_answered_with_the_key_that_was_meant() {
    assert_problem(
        "[reservoir.toktogul]\nstorage_max_km3 = 19.5",
        "reservoir.toktogul.storage_max_km3: unknown key `storage_max_km3`; did you mean `storage_max_hm3`?",
    );
    assert_problem(
        "[reservior.x]\na = 1",
        "reservior: unknown section `reservior`; did you mean `reservoir`?",
    );
    assert_problem(
        "[policy.ours.welfare]\nwieghts = 1",
        "policy.ours.welfare.wieghts: unknown key `wieghts`; did you mean `weights`?",
    );
}

#[test]
fn a_wrong_type_is_told_in_the_modellers_words() {
    assert_problem(
        "[plant.toktogul]\ncapacity_MW = \"abc\"",
        "plant.toktogul.capacity_MW: wants a number, not the text \"abc\"",
    );
    assert_problem(
        "[demand.fields]\nclaim = true",
        "demand.fields.claim: wants a number, a list of numbers, or",
    );
    assert_problem(
        "[demand.fields]\nuse = \"irigation\"",
        "demand.fields.use = \"irigation\" is none of \"irrigation\"",
    );
    assert_problem(
        "[reservoir.toktogul]\nlevel_masl = [1.0, \"x\", 3.0]",
        "reservoir.toktogul.level_masl: wants a number at place 2, not the text \"x\"",
    );
    assert_problem(
        "[horizon]\nstart = \"soon\"",
        "horizon.start: wants a date such as 2007-10-01, not the text \"soon\"",
    );
    assert_problem("[horizon]\nperiods = 1.5", "horizon.periods: wants a whole number, not the number 1.5");
    assert_problem("[run]\npolicies = \"ours\"", "run.policies: wants a list, not the text \"ours\"");
    assert_problem("plant = 3", "plant: wants a table, not the number 3");
}

#[test]
fn a_missing_key_is_named() {
    assert_problem(
        "[thermal.coal]\narea = \"KG\"\nkind = \"coal\"\ncapacity_MW = 10.0\navailability = 0.8\nco2_t_per_MWh = 0.9",
        "thermal.coal.cost_USD_per_MWh: is missing",
    );
    assert_problem("[reach.naryn]\ntravel_days = 3.0", "reach.naryn.flow_before_start_m3s: is missing");
    assert_problem("[reach.naryn]\nsafe_flow_m3s = 700.0", "price.safe_flow_USD_per_m3: is missing");
}

#[test]
fn what_is_no_number_is_refused() {
    assert_problem(
        "[reservoir.toktogul]\nstorage_start_hm3 = nan",
        "reservoir.toktogul.storage_start_hm3 = nan is not a finite number",
    );
    assert_problem("[demand.fields]\nclaim = inf", "demand.fields.claim = inf is not a finite number");
    assert_problem(
        "[reservoir.toktogul]\narea_km2 = [1.0, nan, 3.0]",
        "reservoir.toktogul.area_km2: holds what is not a finite number",
    );
}

#[test]
fn negative_capacities_claims_and_volumes_are_refused() {
    assert_problem(
        "[plant.toktogul]\ncapacity_MW = -1200.0",
        "plant.toktogul.capacity_MW = -1200 is negative",
    );
    assert_problem("[demand.fields]\nclaim = -1.0", "demand.fields.claim = -1 is negative");
    assert_problem(
        "[demand.fields]\nclaim = [1, 2, -3, 4, 5, 6, 7, 8, 9, 10, 11, 12]",
        "demand.fields.claim: -3 in month 3 is negative",
    );
    assert_problem(
        "[reservoir.toktogul]\nstorage_start_hm3 = -1.0",
        "reservoir.toktogul.storage_start_hm3 = -1 is negative",
    );
    assert_problem("[treaty.syr_uz]\nvegetation_hm3 = -5", "treaty.syr_uz.vegetation_hm3 = -5 is negative");
    assert_problem("[line.KG-UZ]\nprice_USD_per_MWh = -5", "line.KG-UZ.price_USD_per_MWh = -5 is negative");
    assert_problem(
        "[inflow]\npercent_of_normal = { naryn = -5 }",
        "inflow.percent_of_normal.naryn = -5 is negative",
    );
}

#[test]
fn shares_lie_between_0_and_1_and_those_of_an_inflow_sum_to_1() {
    assert_problem(
        "[reach.naryn]\nloss = 1.5",
        "reach.naryn.loss = 1.5 is a share and must lie between 0 and 1",
    );
    assert_problem("[plant.toktogul]\navailability = 85", "plant.toktogul.availability = 85 is a share");
    assert_problem("[inflow.side.nodes]\nsea = 0.5", "inflow.side.nodes: the shares sum to 0.9, not to 1");
    assert_problem(
        "[demand.fields]\nreturn_prompt = 0.7\nreturn_delayed = 0.7\ndrainage = \"d\"\n[drainage.d]\nnode = \"sea\"\nmemory_days = 10\nstored_start_hm3 = 0",
        "demand.fields.return_prompt: and return_delayed sum to 1.4",
    );
}

#[test]
fn a_storage_above_the_maximum_names_the_file_of_the_maximum() {
    assert_problem(
        "[reservoir.toktogul]\nstorage_start_hm3 = 22000",
        "reservoir.toktogul.storage_start_hm3 = 22000 is above storage_max_hm3 = 19500   (set in base.toml)",
    );
    assert_problem(
        "[reservoir.toktogul]\nstorage_end_hm3 = 22000",
        "reservoir.toktogul.storage_end_hm3 = 22000 is above storage_max_hm3 = 19500   (set in base.toml)",
    );
    assert_problem(
        "[reservoir.toktogul]\nstorage_min_hm3 = 22000",
        "reservoir.toktogul.storage_min_hm3 = 22000 is above storage_max_hm3 = 19500   (set in base.toml)",
    );
}

#[test]
fn a_curve_must_rise() {
    assert_problem(
        "[reservoir.toktogul]\nvolume_hm3 = [5500.0, 5500.0, 19500.0]",
        "reservoir.toktogul.volume_hm3: is not increasing: 5500 at point 2 after 5500",
    );
    assert_problem(
        "[reservoir.toktogul]\nlevel_masl = [837.0, 900.0, 860.0]",
        "reservoir.toktogul.level_masl: is not increasing: 860 at point 3 after 900",
    );
    assert_problem(
        "[reservoir.toktogul]\nlevel_masl = [837.0, 900.0]",
        "reservoir.toktogul.level_masl: has 2 points, but volume_hm3 has 3   (set in base.toml)",
    );
}

#[test]
fn unknown_names_are_answered_with_the_name_that_was_meant() {
    for (over, expected) in [
        (
            "[demand.fields]\nnode = \"cannal\"",
            "demand.fields.node: no node is called `cannal`; did you mean `canal`?",
        ),
        (
            "[plant.toktogul]\nreach = \"narin\"",
            "plant.toktogul.reach: no reach is called `narin`; did you mean `naryn`?",
        ),
        (
            "[plant.toktogul]\nreservoir = \"toktogull\"",
            "plant.toktogul.reservoir: no reservoir is called `toktogull`; did you mean `toktogul`?",
        ),
        ("[demand.fields]\nriparian = \"UK\"", "demand.fields.riparian: no riparian is called `UK`"),
        (
            "[demand.fields]\nreturn_node = \"see\"",
            "demand.fields.return_node: no node is called `see`; did you mean `sea`?",
        ),
        (
            "[demand.fields]\nreturn_delayed = 0.1\ndrainage = \"fergana\"",
            "demand.fields.drainage: no drainage is called `fergana`",
        ),
        (
            "[line.KG-UZ]\nto = \"KZN\"",
            "line.KG-UZ.to: no power area or market is called `KZN`; did you mean `KZ_N`?",
        ),
        (
            "[inflow]\npercent_of_normal = { narin = 72 }",
            "inflow.percent_of_normal.narin: no inflow is called `narin`; did you mean `naryn`?",
        ),
        (
            "[inflow.side]\nfollows = \"naryyn\"",
            "inflow.side.follows: no inflow is called `naryyn`; did you mean `naryn`?",
        ),
        ("[treaty.syr_uz]\nriver = \"sir\"", "treaty.syr_uz.river: no river is called `sir`"),
        (
            "[policy.ours.welfare]\nweights = { KJ = 2.0 }",
            "policy.ours.welfare.weights.KJ: no riparian is called `KJ`",
        ),
        ("[area.XX]\nload = 1.0", "area.XX: no riparian is called `XX`"),
        (
            "[thermal.t]\narea = \"KG\"\nkind = \"gas\"\ncapacity_MW = 1\navailability = 1\ncost_USD_per_MWh = 1\nco2_t_per_MWh = 1\nfuel = \"gas\"\nefficiency = 0.5",
            "thermal.t.fuel: no fuel is called `gas`",
        ),
    ] {
        assert_problem(over, expected);
    }
}

#[test]
fn what_is_switched_off_cannot_be_used() {
    assert_problem(
        "[demand.fields]\nnode = \"rogun_head\"",
        "demand.fields.node: the node `rogun_head` is not active",
    );
    assert_problem(
        "[area.KG]\nactive = false\n[line.KG-UZ]\nactive = false",
        "plant.toktogul.riparian = \"KG\": its power area is not active",
    );
}

#[test]
fn a_circle_in_the_river_is_named_in_the_order_the_water_would_run() {
    let found = problems("[reach.back]\nfrom = \"canal\"\nto = \"toktogul\"");
    assert_eq!(found.len(), 1, "{found:#?}");
    let circles = ["toktogul -> canal -> toktogul", "canal -> toktogul -> canal"];
    assert!(found[0].starts_with("reach."), "{found:#?}");
    assert!(circles.iter().any(|circle| found[0].ends_with(&format!("in a circle: {circle}"))), "{found:#?}");
    assert_problem(
        "[demand.fields]\nreturn_node = \"toktogul\"",
        "demand.fields.return_node: lies above the node it draws from",
    );
}

#[test]
fn every_node_lets_its_water_out_through_an_outlet_that_takes_a_flood() {
    assert_problem(
        "[node.lost]\nkind = \"junction\"\nriparian = \"UZ\"\nriver = \"syr\"",
        "node.lost: has no outlet: no reach leaves it, and it is no sink",
    );
    assert_problem(
        "[reach.naryn]\ncapacity_m3s = 900.0",
        "reach.naryn.capacity_m3s: is the main outlet of its node",
    );
    let aside = "[node.end]\nkind = \"sink\"\nriparian = \"UZ\"\nriver = \"syr\"\n[reach.aside]\nfrom = \"canal\"\nto = \"end\"\n";
    assert_problem(aside, "reach.lower: and `aside` leave the same node, and neither has a capacity_m3s");
    assert_problem(
        &format!("{aside}main = true\n[reach.lower]\nmain = true"),
        "reach.lower.main = true, but `aside` has it too",
    );
    assert_problem(
        &format!("{aside}main = true\ncapacity_m3s = 9.0"),
        "reach.aside.capacity_m3s: is the main outlet of its node",
    );
    assert_problem(
        "[reach.out]\nfrom = \"sea\"\nto = \"canal\"\n[reach.lower]\nactive = false\n[demand.fields]\nreturn_prompt = 0.0\nreturn_node = \"canal\"\n[reach.aside]\nfrom = \"canal\"\nto = \"end\"\n[node.end]\nkind = \"sink\"\nriparian = \"UZ\"\nriver = \"syr\"",
        "reach.out.from: is a sink",
    );
}

#[test]
fn a_months_file_holds_each_month_once() {
    assert_csv_problem(&format!("{}13,1,1\n", flows()), "line 14: there is no month 13; months are 1 to 12");
    assert_csv_problem(&format!("{}12,1,1\n", flows()), "line 14: month 12 stands there twice");
    assert_csv_problem(&flows().replace("12,1200,1012\n", ""), "month: month 12 missing");
    assert_csv_problem(
        &flows().replace("month,", "name,"),
        "line 1: the first column must be `month` or `date`",
    );
    assert_csv_problem("", "holds no header");
}

#[test]
fn a_text_for_a_number_in_a_file_is_told_with_its_row_and_column() {
    assert_csv_problem(
        &flows().replace("300,", "much,"),
        "line 4, column naryn_m3s: wants a number, not \"much\"",
    );
    assert_csv_problem(
        &flows().replace("300,", "NaN,"),
        "line 4, column naryn_m3s: wants a number, not \"NaN\"",
    );
    assert_csv_problem(
        &flows().replace("300,", ","),
        "line 4, column naryn_m3s: wants a number, not nothing",
    );
}

#[test]
fn a_missing_file_and_a_missing_column_are_named() {
    assert_problem(
        "[inflow.naryn]\nseries = { file = \"flow.csv\", column = \"naryn_m3s\" }",
        "inflow.naryn.series: there is no file `flow.csv`",
    );
    assert_problem(
        "[inflow.naryn.series]\nfile = \"flows.csv\"\ncolumn = \"narin_m3s\"",
        "inflow.naryn.series: flows.csv has no column `narin_m3s`; did you mean `naryn_m3s`?",
    );
    assert_problem(
        "[inflow.naryn]\nseries = { file = \"flows.csv\", column = \"kg_GWh\" }",
        "inflow.naryn.series: the column is in GWh; its name must end in `_hm3` or `_m3s`",
    );
    assert_problem(
        "[inflow.naryn]\nseries = { file = \"flows.csv\" }",
        "inflow.naryn.series.column: is missing",
    );
}

#[test]
fn a_spreadsheet_with_semicolons_and_decimal_commas_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (1..=12).map(|month| format!("{month};{},5;{}\r\n", 100 * month, 1000 + month));
    let text = format!("\u{feff}# Naryn; and load\r\nmonth;naryn_m3s;kg_GWh\r\n{}", rows.collect::<String>());
    fs::write(folder.path().join("flows.csv"), text).unwrap();
    let built = load_in(folder.path(), "", &[]).unwrap();
    let october = built.inflows.normal.as_slice()[0].as_slice()[0].value();
    assert!((october - 1000.5 * 31.0 * 0.0864).abs() < 1e-9, "{october}");
}

#[test]
fn a_list_has_as_many_numbers_as_are_wanted() {
    assert_problem(
        "[demand.fields]\nclaim = [1.0, 2.0]",
        "demand.fields.claim: wants 12 numbers (one a month, January first), not 2",
    );
    assert_problem(
        "[horizon]\nperiods = 6\n[reservoir.toktogul]\nrelease_min_hm3 = [1.0, 2.0]",
        "reservoir.toktogul.release_min_hm3: wants 6 numbers (one a period), not 2",
    );
}

#[test]
fn a_horizon_that_cannot_be_is_refused() {
    assert_problem(
        "[horizon]\nstart = 2025-10-05",
        "horizon.start = 2025-10-05 is not the first day of a month",
    );
    assert_problem("[horizon]\nperiods = 0", "horizon.periods = 0 must lie between 1 and 36000");
    assert_problem(
        "[horizon]\nstart = 9999-06-01",
        "horizon.periods: the horizon runs past the end of the calendar",
    );
    assert_problem("[horizon]\nstep = \"week\"", "horizon.step = \"week\" is none of \"month\", \"dekad\"");
}

#[test]
fn policies_must_be_known_and_make_sense() {
    assert_problem("[run]\npolicies = []", "run.policies: is empty; name at least one policy");
    assert_problem(
        "[run]\npolicies = [\"max_mim\"]",
        "run.policies: no policy is called `max_mim`; did you mean `max_min`?",
    );
    assert_problem("[run]\npolicies = [\"quota\", \"quota\"]", "run.policies: names `quota` twice");
    assert_problem(
        "[policy.ours]\naward = { rule = \"treaty\" }",
        "policy.ours: gives both welfare and award",
    );
    assert_problem("[policy.ours]\nslack = 0.5", "policy.ours.slack = 0.5 is not between 0.0000001 and 0.05");
    assert_problem("[policy.none]\ntitle = \"None\"", "policy.none: gives neither welfare nor award");
    assert_problem(
        "[policy.ours]\nequilibrium = { order = [] }",
        "policy.ours: gives both welfare and equilibrium",
    );
    assert_problem(
        "[policy.alone]\ntitle = \"Alone\"\nequilibrium = { order = [\"QQ\"] }",
        "policy.alone.equilibrium.order",
    );
    assert_problem(
        "[policy.alone]\ntitle = \"Alone\"\nequilibrium = { rounds = 0 }",
        "policy.alone.equilibrium.rounds = 0 leaves no round to answer in",
    );
    assert_problem(
        "[policy.ours.welfare]\nalpha = -1",
        "policy.ours.welfare.alpha: wants a number that is not negative, or \"leximin\", not the number -1",
    );
    assert_problem(
        "[policy.ours.welfare]\nweights = { KG = -1.0 }",
        "policy.ours.welfare.weights.KG = -1 is negative",
    );
    assert_problem(
        "[policy.ours.welfare]\nweights = \"peope\"",
        "policy.ours.welfare.weights: wants \"equal\", \"population\", \"need\"",
    );
    assert_problem(
        "[policy.ours.welfare]\nmeasure = \"watter\"",
        "policy.ours.welfare.measure = \"watter\" is none of",
    );
    assert_problem("[policy.next]\naward = { rule = \"treaty\" }", "policy.next.title: is missing");
}

#[test]
fn an_award_needs_a_rule_there_is_and_weights_that_it_takes() {
    let award = |text: &str| format!("[policy.next]\ntitle = \"Next\"\naward = {{ {text} }}");
    assert_problem(&award("rule = \"talmut\""), "policy.next.award.rule: no rule is called `talmut`");
    assert_problem(
        &award("rule = \"talmud\", weights = \"population\""),
        "policy.next.award.weights: are given to a rule that takes none",
    );
    assert_problem(
        &award("rule = \"weighted_cea\", weights = { KG = 0.0 }"),
        "policy.next.award.weights.KG = 0 must be above 0",
    );
    assert_problem(&award("rule = \"weighted_cea\", weights = { KZ = 2.0 }"), "policy.next.award.weights.KZ");
    assert_problem(&award("rule = \"cea\", of = \"watter\""), "policy.next.award.of = \"watter\" is none of");
    assert_problem(
        "[riparian.KG]\npopulation_million = 0\n[policy.next]\ntitle = \"Next\"\naward = { rule = \"weighted_cea\", weights = \"population\" }",
        "policy.next.award.weights: count people, and KG has none",
    );
}

#[test]
fn classes_have_one_aim_each_and_name_riparians_there_are() {
    let priority = |text: &str| format!("[policy.next]\ntitle = \"Next\"\npriority = [{text}]");
    let fields = "minimise = \"quadratic_deficit\"";
    assert!(problems(&priority(&format!("{{ {fields} }}"))).is_empty());
    assert_problem(&priority(""), "policy.next.priority: is empty; name at least one class");
    assert_problem(&priority("{}"), "policy.next.priority: class 1 gives neither minimise nor welfare");
    let both = format!("{{ {fields}, welfare = {{ alpha = 0, measure = \"water\" }} }}");
    assert_problem(&priority(&both), "policy.next.priority: class 1 gives both minimise and welfare");
    assert_problem(
        &priority(&format!("{{ {fields}, riparian = [\"KZ\"] }}")),
        "policy.next.priority: no riparian is called `KZ`",
    );
    let second = format!(
        "{{ {fields} }}, {{ welfare = {{ alpha = 0, measure = \"benefit\", floor = \"status_quo\" }} }}"
    );
    assert_problem(&priority(&second), "policy.next.priority: class 2 counts from a status quo");
    assert_problem(
        &priority("{ minimise = \"quadratic_defict\" }"),
        "policy.next.priority = \"quadratic_defict\" is none of \"quadratic_deficit\"",
    );
    assert_problem(
        "[policy.ours]\npriority = [{ minimise = \"quadratic_deficit\" }]",
        "policy.ours: gives both welfare and priority",
    );
}

#[test]
fn uses_in_classes_go_with_needs_that_are_lifted_and_stand_in_one_class() {
    let classes = |welfare: &str, classes: &str| {
        format!("[policy.next]\ntitle = \"Next\"\nwelfare = {{ {welfare}, classes = {classes} }}")
    };
    let lifted = "alpha = \"leximin\", measure = \"needs\"";
    assert!(problems(&classes(lifted, "[[\"domestic\"], [\"energy\"]]")).is_empty());
    assert_problem(
        &classes("alpha = 1, measure = \"needs\"", "[[\"domestic\"]]"),
        "policy.next.welfare.classes: sort needs that are lifted",
    );
    assert_problem(
        &classes(lifted, "[[\"domestic\"], [\"energy\", \"domestic\"]]"),
        "policy.next.welfare.classes: name `domestic` twice",
    );
    assert_problem(&classes(lifted, "[[]]"), "policy.next.welfare.classes: hold an empty class");
    assert_problem(&classes(lifted, "[[\"domestik\"]]"), "policy.next.welfare.classes");
    assert_problem(
        "[policy.ours.welfare]\nalpha = \"leximin\"\nweights = { KG = 0.0 }",
        "policy.ours.welfare.weights.KG = 0 must be above 0",
    );
}

#[test]
fn a_constraint_limits_a_reservoir_there_is_and_fuel_goes_to_stations() {
    let limited = |text: &str| {
        let plan = "welfare = { alpha = 0, measure = \"benefit\" }";
        format!("[policy.next]\ntitle = \"Next\"\n{plan}\n{text}")
    };
    let winter = |text: &str| limited(&format!("constraint.winter = {{ {text} }}"));
    assert!(problems(&winter("reservoir = \"toktogul\", max_release_oct_mar_m3s = 180")).is_empty());
    assert_problem(
        &winter("reservoir = \"toktogol\", max_release_oct_mar_m3s = 180"),
        "policy.next.constraint.winter.reservoir: no reservoir is called `toktogol`; did you mean `toktogul`?",
    );
    assert_problem(
        &winter("reservoir = \"toktogul\", min_share_apr_sep = 1.5"),
        "policy.next.constraint.winter.min_share_apr_sep = 1.5 is a share",
    );
    assert_problem(
        &winter("reservoir = \"toktogul\", max_release_oct_mar_m3s = -1"),
        "policy.next.constraint.winter.max_release_oct_mar_m3s = -1 is negative",
    );
    assert_problem(&winter("reservoir = \"toktogul\""), "policy.next.constraint.winter: limits nothing");
    assert_problem(&limited("fuel = { KG = -5.0 }"), "policy.next.fuel.KG = -5 is negative");
    assert_problem(&limited("fuel = { KZ = 5.0 }"), "policy.next.fuel.KZ: no riparian is called `KZ`");
    assert_problem(
        "[policy.alone]\ntitle = \"Alone\"\nequilibrium = {}\nfuel = { KG = 5.0 }",
        "policy.alone.fuel: limits a plan, and an equilibrium has none",
    );
}

/// A policy with the contract of the base's two riparians, some keys of it changed.
fn bartering(changes: &[(&str, &str)]) -> String {
    let keys = [
        ("owner", "\"KG\""),
        ("reservoir", "\"toktogul\""),
        ("volume_hm3", "1000.0"),
        ("partners", "{ UZ = 1.0 }"),
    ];
    let unchanged = keys.into_iter().filter(|(key, _)| changes.iter().all(|(changed, _)| key != changed));
    let all = unchanged.chain(changes.iter().copied()).map(|(key, value)| format!("{key} = {value}"));
    let contract = all.collect::<Vec<_>>().join(", ");
    format!("[policy.deal]\ntitle = \"Deal\"\nequilibrium = {{}}\ncontract = {{ {contract} }}")
}

#[test]
fn a_contract_has_parties_that_exchange_power_and_shares_that_sum_to_1() {
    assert!(problems(&bartering(&[])).is_empty(), "{:?}", problems(&bartering(&[])));
    let wrong = |key: &str, value: &str, said: &str| {
        assert_problem(&bartering(&[(key, value)]), &format!("policy.deal.contract.{said}"));
    };
    wrong("owner", "\"KZ\"", "owner: no riparian is called `KZ`");
    wrong(
        "reservoir",
        "\"toktogol\"",
        "reservoir: no reservoir is called `toktogol`; did you mean `toktogul`?",
    );
    assert_problem(
        &bartering(&[("owner", "\"UZ\""), ("partners", "{ KG = 1.0 }")]),
        "policy.deal.contract.reservoir = `toktogul` belongs to KG, not to UZ",
    );
    wrong("volume_hm3", "-1.0", "volume_hm3 = -1 is negative");
    wrong("kWh_per_m3", "0.0", "kWh_per_m3 = 0 must be above 0");
    wrong("ratio", "-0.5", "ratio = -0.5 is negative");
    wrong("reliability", "1.2", "reliability = 1.2 is a share");
    wrong("last_year_delivered", "-0.1", "last_year_delivered = -0.1 is negative");
    assert!(problems(&bartering(&[("last_year_delivered", "{ UZ = 0.9 }")])).is_empty());
    wrong("last_year_delivered", "{ UZ = -0.1 }", "last_year_delivered.UZ = -0.1 is negative");
    wrong("last_year_delivered", "{ KG = 0.9 }", "last_year_delivered.KG: is no partner of the contract");
    wrong("fuel_efficiency", "0.0", "fuel_efficiency = 0 must be above 0");
    wrong("partners", "{ UZ = 0.5 }", "partners: sum to 0.5, not to 1");
    wrong("partners", "{ UZ = 0.5, TM = 0.5 }", "partners.TM: no riparian is called `TM`");
    wrong("partners", "{ KG = 0.5, UZ = 0.5 }", "partners.KG: is the owner");
    wrong("in_kind", "{ electricity = 0.5, fuel = 0.2 }", "in_kind: sum to 0.7, not to 1");
    wrong("in_kind", "{ electricity = 0.5, fuel = 0.6, money = -0.1 }", "in_kind.money = -0.1 is a share");
}

#[test]
fn the_way_of_a_contracts_electricity_is_through_a_third_and_paid_by_one_of_the_two() {
    let wrong = |transit: &str, said: &str| {
        assert_problem(&bartering(&[("transit", transit)]), &format!("policy.deal.contract.transit{said}"));
    };
    let good = "{ through = \"UZ\", price_USD_per_MWh = 5.0, payer = \"owner\" }";
    assert!(problems(&bartering(&[("transit", good)])).is_empty());
    wrong("{ through = \"TM\", price_USD_per_MWh = 5.0 }", ".through: no riparian is called `TM`");
    wrong(
        "{ through = \"KG\", price_USD_per_MWh = 5.0 }",
        ".through = the owner, whose own grid is no transit",
    );
    wrong("{ through = \"UZ\", price_USD_per_MWh = -5.0 }", ".price_USD_per_MWh = -5 is negative");
    wrong("{ through = \"UZ\" }", ".price_USD_per_MWh: is missing");
    wrong(
        "{ through = \"UZ\", price_USD_per_MWh = 5.0, payer = \"both\" }",
        ".payer = \"both\" is none of \"partner\", \"owner\"",
    );
}

#[test]
fn a_policy_has_several_contracts_as_a_list_and_one_an_owner() {
    let of = |owner: &str, partner: &str| {
        format!(
            "{{ owner = \"{owner}\", reservoir = \"toktogul\", volume_hm3 = 5.0, partners = {{ {partner} = 1.0 }} }}"
        )
    };
    let deals = |contracts: &[String]| {
        let list = contracts.join(", ");
        format!("[policy.deal]\ntitle = \"Deal\"\nequilibrium = {{}}\ncontract = [{list}]")
    };
    assert!(problems(&deals(&[of("KG", "UZ")])).is_empty());
    assert_problem(
        &deals(&[of("KG", "UZ"), of("KG", "UZ")]),
        "policy.deal.contract[2].owner = `KG` has a contract already: one an owner",
    );
    let one_of = |contracts: &[String], said: &str| {
        let found = problems(&deals(contracts));
        assert!(found.iter().any(|problem| problem.starts_with(said)), "{found:?}");
    };
    one_of(
        &[of("KG", "UZ"), of("UZ", "KG")],
        "policy.deal.contract[2].partners.KG: is the other side of a contract with UZ already",
    );
    one_of(&[of("KG", "UZ"), of("KG", "TM")], "policy.deal.contract[2].partners.TM: no riparian");
    let text = deals(&[of("KG", "UZ")]).replace("volume_hm3", "volum_hm3");
    assert_problem(
        &text,
        "policy.deal.contract.volum_hm3: unknown key `volum_hm3`; did you mean `volume_hm3`?",
    );
    assert_problem(
        "[policy.deal]\ntitle = \"Deal\"\nequilibrium = {}\ncontract = 5.0",
        "policy.deal.contract: wants a table, or a list of tables, not the number 5",
    );
}

#[test]
fn a_contract_goes_with_an_equilibrium_and_barter_with_a_contract() {
    let plan = |text: &str| {
        format!("[policy.next]\ntitle = \"Next\"\nwelfare = {{ alpha = 0, measure = \"benefit\" }}\n{text}")
    };
    let contract =
        "contract = { owner = \"KG\", reservoir = \"toktogul\", volume_hm3 = 5.0, partners = { UZ = 1.0 } }";
    assert_problem(&plan(contract), "policy.next.contract: binds riparians who are each for themselves");
    assert_problem(
        &plan("settlement = { rule = \"barter\" }"),
        "policy.next.settlement.rule = `barter` pays for what a contract exchanges, and there is none",
    );
    assert_problem(
        &format!("{}\nsettlement = {{ rule = \"barter\", in_kind = \"fuel\" }}", bartering(&[])),
        "policy.deal.settlement.in_kind: is said by contract.in_kind under `barter`",
    );
    let found =
        problems(&bartering(&[("ratio", "-1.0"), ("reliability", "2.0"), ("partners", "{ TM = 0.5 }")]));
    assert_eq!(found.len(), 4, "all at once: {found:?}");
}

#[test]
fn enforcement_is_about_treaties_and_income_about_weights() {
    let award = |text: &str| format!("[policy.next]\ntitle = \"Next\"\naward = {{ {text} }}");
    assert!(problems(&award("rule = \"treaty\", enforce = 0.9")).is_empty());
    assert_problem(&award("rule = \"treaty\", enforce = 1.2"), "policy.next.award.enforce = 1.2 is a share");
    assert_problem(
        &award("rule = \"talmud\", enforce = 0.9"),
        "policy.next.award.enforce: is about the treaties' limits",
    );
    let incomes = "[riparian.KG]\ngdp_per_head_USD = 2750\n[riparian.UZ]\ngdp_per_head_USD = 3510\n";
    let weighed = award("rule = \"weighted_cea\", income_exponent = 0.5");
    assert!(problems(&format!("{incomes}{weighed}")).is_empty());
    assert_problem(
        &format!("[riparian.KG]\ngdp_per_head_USD = 2750\n{weighed}"),
        "policy.next.award.income_exponent: counts income, and UZ gives no gdp_per_head_USD",
    );
    assert_problem("[riparian.KG]\ngdp_per_head_USD = 0", "riparian.KG.gdp_per_head_USD = 0 must be above 0");
    assert_problem(
        &format!("{incomes}{}", award("rule = \"talmud\", income_exponent = 0.5")),
        "policy.next.award.income_exponent: is given to a rule that takes no weights",
    );
    assert_problem(
        &format!("{incomes}{}", award("rule = \"weighted_cea\", income_exponent = -1")),
        "policy.next.award.income_exponent = -1 is negative",
    );
}

#[test]
fn all_that_is_wrong_with_policies_comes_at_once_each_at_its_key() {
    let over = "[policy.ours.welfare]\nweights = { KK = 1.0, UZ = -2.0 }\n[policy.ours]\nfuel = { QQ = 1.0 }\n\
                [policy.other]\ntitle = \"Other\"\naward = { rule = \"treaty\", limit = -1.0, enforce = 7.0 }\n\
                priority = [{}]\nconstraint.c = { reservoir = \"none\", min_share_apr_sep = 2.0 }";
    let found = problems(over);
    let wanted = [
        "policy.ours.welfare.weights.KK",
        "policy.ours.welfare.weights.UZ",
        "policy.ours.fuel.QQ",
        "policy.other: gives both award and priority",
        "policy.other.award.limit",
        "policy.other.award.enforce",
        "policy.other.priority",
        "policy.other.constraint.c.reservoir",
        "policy.other.constraint.c.min_share_apr_sep",
    ];
    for key in wanted {
        assert!(found.iter().any(|problem| problem.contains(key)), "{key} is not in {found:#?}");
    }
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
}

#[test]
fn a_plant_has_exactly_one_kind_of_head() {
    assert_problem("[plant.toktogul]\nhead_m = 100.0", "plant.toktogul: gives more than one of");
    assert_problem(
        "[plant.run]\nriparian = \"KG\"\nreach = \"naryn\"\ncapacity_MW = 1\nturbine_max_m3s = 1",
        "plant.run: has no head",
    );
    assert_problem(
        "[plant.run]\nriparian = \"KG\"\nreach = \"naryn\"\ncapacity_MW = 1\nturbine_max_m3s = 1\nhead_m = 20",
        "plant.run.efficiency: is missing",
    );
}

#[test]
fn a_promise_is_measured_once_and_in_one_way() {
    assert_problem("[environment.sea]\nreach = \"lower\"", "environment.sea.reach: and node are both given");
    assert_problem("[environment.sea]\nvolume_hm3 = 3.0", "environment.sea: gives more than one of");
}

#[test]
fn a_source_begins_with_its_standing() {
    assert_problem(
        "[plant.toktogul]\ncapacity_MW = 1200\nsource = \"somebody said so\"",
        "plant.toktogul.source: \"somebody said so\" does not begin with its standing: published",
    );
}

#[test]
fn names_stay_plain_because_they_name_files_and_rows() {
    assert_problem("[market.\"../x\"]\ntitle = \"X\"", "market.\"../x\": the name \"../x\" may hold letters");
    assert_problem("[scenario]\nname = \"../../etc\"", "scenario.name = \"../../etc\" may hold letters");
    assert_problem(
        "[node.toktogul]\nkind = \"sink\"\nriparian = \"KG\"\nriver = \"syr\"",
        "node.toktogul: a reservoir has this name",
    );
}

#[test]
fn files_that_inherit_in_a_circle_or_from_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    fs::write(&file, "inherits = \"a.toml\"").unwrap();
    let found = scenario::load(file.to_str().unwrap(), &[]).unwrap_err();
    assert_eq!(found.0[0].path, "inherits");
    assert!(found.0[0].what.starts_with("runs in a circle"), "{found}");
    fs::write(&file, "inherits = \"nowhere.toml\"").unwrap();
    let found = scenario::load(file.to_str().unwrap(), &[]).unwrap_err();
    assert_eq!(found.0[0].what, "there is no file `nowhere.toml`");
}

#[test]
fn all_problems_come_at_once_each_under_its_file() {
    let over = "[reservoir.toktogul]\nstorage_start_hm3 = 22000\nstorage_max_km3 = 3\n\
                [inflow]\npercent_of_normal = { narin = 72 }\n[demand.fields]\nclaim = \"much\"\nnode = \"cannal\"\n\
                [run]\npolicies = [\"max_mim\"]\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flows.csv"), flows().replace("300,", "much,")).unwrap();
    let found =
        problems_in(folder.path(), over, &["plant.toktogul.capacity_MW=-3", "plant.toktogul.efficiency=2"]);
    let paths: Vec<&str> = found.iter().map(|text| text.split([':', ' ']).next().unwrap()).collect();
    let expected = [
        "plant.toktogul.efficiency",
        "plant.toktogul.capacity_MW",
        "reservoir.toktogul.storage_max_km3",
        "demand.fields.claim",
        "reservoir.toktogul.storage_start_hm3",
        "demand.fields.node",
        "inflow.percent_of_normal.narin",
        "run.policies",
        "line",
    ];
    let sorted = |mut paths: Vec<&'static str>| {
        paths.sort_unstable();
        paths.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut paths: Vec<String> = paths.into_iter().map(str::to_owned).collect();
    assert!(
        paths[0].starts_with("plant.") && paths[1].starts_with("plant."),
        "settings come first: {found:#?}"
    );
    assert_eq!(paths.last().map(String::as_str), Some("line"), "series files come last: {found:#?}");
    paths.sort_unstable();
    assert_eq!(paths, sorted(expected.to_vec()));
}

#[test]
fn a_setting_is_the_last_overlay() {
    let folder = tempfile::tempdir().unwrap();
    let over = "[reservoir.toktogul]\nstorage_start_hm3 = 11000";
    let settings = ["reservoir.toktogul.storage_start_hm3=9000", "reservoir.toktogul.title=The lake"];
    let built = load_in(folder.path(), over, &settings).unwrap();
    assert_eq!(built.start.storage.as_slice()[0].value(), 9000.0);
    assert_eq!(built.basin.reservoirs.as_slice()[0].title, "The lake");
    let settings = ["reservoir.toktogul.storage_start_hm3=30000"];
    let found = load_in(folder.path(), over, &settings).unwrap_err();
    assert_eq!((found[0].file.as_str(), found.len()), ("--set", 1));
    assert!("no equals sign".parse::<Setting>().is_err());
}

#[test]
fn whatever_stands_in_a_line_the_answer_is_problems_or_a_scenario() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flows.csv"), flows()).unwrap();
    let file = folder.path().join("changed.toml");
    let lines: Vec<&str> = BASE.lines().collect();
    let values = [
        "-1",
        "0",
        "1e300",
        "nan",
        "true",
        "\"x\"",
        "\"\"",
        "[]",
        "[1, \"x\"]",
        "{}",
        "2020-01-01",
        "{ x = { y = 1 } }",
    ];
    let mut refused = 0;
    for k in 0..lines.len() {
        let key = lines[k].split_once(" = ").map(|(key, _)| key);
        let changed = values.iter().filter_map(|value| Some(format!("{} = {value}", key?)));
        for line in changed.chain([String::new()]) {
            let mut text = lines.clone();
            text[k] = &line;
            fs::write(&file, text.join("\n")).unwrap();
            if let Err(problems) = scenario::load(file.to_str().unwrap(), &[]) {
                assert!(!problems.is_empty(), "{line}");
                refused += 1;
            }
        }
    }
    assert!(refused > 800, "{refused}");
}

#[test]
fn a_number_beyond_any_river_is_refused() {
    assert_problem(
        "[demand.fields]\nclaim = 2e12",
        "demand.fields.claim = 2000000000000 is larger than anything",
    );
}
