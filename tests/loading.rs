//! From files to the model: every shipped scenario loads, by month and by dekad, and comes back the
//! same from its own merged text; units, percentages and series mean what they say.

use std::fs;

use mirab::scenario::{self, Scenario, Setting};

fn load(text: &str, settings: &[&str]) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.toml");
    fs::write(&file, text).unwrap();
    let settings: Vec<Setting> = settings.iter().map(|text| text.parse().unwrap()).collect();
    scenario::load(file.to_str().unwrap(), &settings).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The lines in which two texts differ, for a message one can read.
fn other_lines<'a>(one: &'a str, two: &'a str) -> Vec<(&'a str, &'a str)> {
    one.lines().zip(two.lines()).filter(|(a, b)| a != b).collect()
}

#[track_caller]
fn assert_comes_back(first: &Scenario) {
    let second = load(&first.merged, &[]);
    assert_eq!(other_lines(&first.merged, &second.merged), []);
    assert_eq!(second.merged.len(), first.merged.len());
    assert_eq!(second.basin, first.basin);
    assert_eq!(second.inflows, first.inflows);
    assert_eq!(second.start, first.start);
    assert_eq!(second.end_storage, first.end_storage);
    assert_eq!(second.policies, first.policies);
    assert_eq!(second.run_policies, first.run_policies);
    let words = |scenario: &Scenario| [&scenario.name, &scenario.title, &scenario.about].map(String::clone);
    assert_eq!(words(&second), words(first));
    assert_eq!(second.digest, first.digest);
    assert_eq!(second.files.len(), 1, "no other file is needed");
}

#[test]
fn every_shipped_scenario_comes_back_the_same_from_its_merged_text() {
    let shipped = scenario::shipped();
    assert!(!shipped.is_empty());
    for (name, _) in shipped {
        let first = scenario::load(&name, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert_comes_back(&first);
    }
}

#[test]
fn every_shipped_year_runs_by_dekads_with_the_same_water_claims_and_loads() {
    let settings = ["horizon.step=dekad", "horizon.periods=36"].map(|text| text.parse::<Setting>().unwrap());
    for (name, _) in scenario::shipped().into_iter().filter(|(name, _)| !name.contains('/')) {
        let months = scenario::load(&name, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        if months.basin.horizon.len() != 12 {
            continue;
        }
        let dekads = scenario::load(&name, &settings).unwrap_or_else(|problems| panic!("{problems}"));
        assert_comes_back(&dekads);
        let totals = |scenario: &Scenario| {
            let sum = |volumes: &mut dyn Iterator<Item = f64>| volumes.sum::<f64>();
            let claims = &mut scenario.basin.demands.iter().flat_map(|d| d.claim.iter().map(|v| v.value()));
            let loads = &mut scenario.basin.areas.iter().flat_map(|a| a.load.iter().map(|v| v.value()));
            let inflow = &mut scenario.inflows.volume.iter().flat_map(|n| n.iter().map(|v| v.value()));
            let fuel = &mut scenario.basin.fuels.iter().map(|f| f.heat.value());
            [sum(claims), sum(loads), sum(inflow), sum(fuel)]
        };
        for (one, two) in totals(&months).into_iter().zip(totals(&dekads)) {
            assert!((one - two).abs() <= 1e-9 * one.abs(), "{name}: {one} and {two}");
        }
    }
}

/// A lake, a canal, a sea, and what the test adds.
fn small(more: &str) -> String {
    format!(
        r#"
[scenario]
name = "small"
[horizon]
start = 2007-10-01
periods = 12
step = "month"
[riparian.KG]
population_million = 1
[river.r]
[node.canal]
kind = "junction"
riparian = "KG"
river = "r"
[node.sea]
kind = "sink"
riparian = "KG"
river = "r"
[reach.canal_sea]
from = "canal"
to = "sea"
[price]
environment_USD_per_m3 = 1
correction_USD_per_m3 = 3
[run]
policies = ["one_basin"]
{more}"#
    )
}

/// The inflow of the canal in October, February and April, hm3.
fn inflow_of(scenario: &Scenario) -> [f64; 3] {
    let canal = &scenario.inflows.volume.as_slice()[0];
    [0, 4, 6].map(|t| canal.as_slice()[t].value())
}

#[test]
fn a_flow_becomes_a_volume_by_days_and_a_bare_number_is_hm3_a_month() {
    let flow = small("[inflow.a]\nnodes.canal = 1.0\nseries.months_m3s = [1,100,1,1,1,1,1,1,1,100,1,1]\n");
    let [october, february, april] = inflow_of(&load(&flow, &[]));
    assert!((october - 100.0 * 31.0 * 0.0864).abs() < 1e-9);
    assert!((february - 100.0 * 29.0 * 0.0864).abs() < 1e-9, "2008 is a leap year");
    assert!((april - 30.0 * 0.0864).abs() < 1e-9);
    let volume = small("[inflow.a]\nnodes.canal = 1.0\nseries = 50\n");
    assert_eq!(inflow_of(&load(&volume, &[])), [50.0; 3]);
}

#[test]
fn percent_of_normal_scales_by_season_and_is_followed_to_a_degree() {
    let text = small(
        "[inflow]\npercent_of_normal = { a = { vegetation = 60, non_vegetation = 80 } }\n\
         [inflow.a]\nnodes.canal = 1.0\nseries = 100\n\
         [inflow.b]\nnodes.canal = 1.0\nseries = 1000\nfollows = 'a'\nfollows_share = 0.5\n",
    );
    let built = load(&text, &[]);
    assert_eq!(inflow_of(&built), [80.0 + 900.0, 80.0 + 900.0, 60.0 + 800.0]);
    assert!(built.inflows.normal.as_slice()[0].iter().all(|v| v.value() == 1100.0));
    let own = load(&text, &["inflow.percent_of_normal.b=10"]);
    assert_eq!(inflow_of(&own), [180.0, 180.0, 160.0], "its own percentage wins");
}

#[test]
fn corrections_add_or_take_and_are_no_natural_inflow() {
    let text = small(
        "[inflow]\npercent_of_normal = { a = 50 }\n[inflow.a]\nnodes.canal = 1.0\nseries = 100\n\
         [correction.c]\nnode = 'canal'\nfollows = 'a'\nseries = [0,0,0,-8,0,0,0,0,0,20,0,0]\n",
    );
    let built = load(&text, &[]);
    assert_eq!(inflow_of(&built), [60.0, 50.0, 50.0]);
    assert_eq!(built.inflows.unaccounted.as_slice()[0].as_slice()[6].value(), 4.0);
    assert_eq!(built.inflows.natural.as_slice()[0].as_slice()[0].value(), 50.0);
}

#[test]
fn seasonal_volumes_and_yearly_budgets_take_the_part_inside_the_horizon() {
    let text = small(
        "[fuel.gas]\nbudget_GWh_per_year = 365\n[treaty.t]\nriparian = 'KG'\nriver = 'r'\nvegetation_hm3 = 183\n\
         non_vegetation_hm3 = 100\n",
    );
    let year = load(&text, &[]);
    assert_eq!(year.basin.fuels.as_slice()[0].heat.value(), 365.0, "a leap year is one year");
    assert_eq!(year.basin.treaties.len(), 2);
    let spring = load(&text, &["horizon.start=2009-04-01", "horizon.periods=2"]);
    assert_eq!(spring.basin.fuels.as_slice()[0].heat.value(), 61.0);
    assert_eq!(spring.basin.treaties.len(), 1, "there is no winter in it");
    assert!((spring.basin.treaties.as_slice()[0].volume.value() - 61.0).abs() < 1e-9);
}

#[test]
fn water_on_the_way_is_the_flow_before_the_start_times_the_travel_time() {
    let settings = ["reach.canal_sea.travel_days=8", "reach.canal_sea.flow_before_start_m3s=100"];
    let built = load(&small(""), &settings);
    let total: f64 = built.start.transit.as_slice()[0].iter().map(|volume| volume.value()).sum();
    assert!((total - 8.0 * 8.64).abs() < 1e-9);
    assert_eq!(built.basin.reaches.as_slice()[0].longest_lag(), 1);
}

#[test]
fn an_element_that_is_switched_off_is_not_there() {
    let more = "[node.lost]\nactive = false\n[reach.lost]\nfrom = 'lost'\nto = 'sea'\nactive = false\n\
                [inflow.a]\nnodes = { canal = 1.0, lost = 0.0 }\nseries = 1\n";
    let built = load(&small(more), &[]);
    assert_eq!((built.basin.nodes.len(), built.basin.reaches.len()), (2, 1));
    assert!(!built.merged.contains("[node.lost]"));
    assert_comes_back(&built);
}

#[test]
fn a_series_by_date_is_taken_by_the_first_day_of_each_period() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (0..14).map(|k| format!("{}-{:02}-01,{}\n", 2007 + (k + 8) / 12, (k + 8) % 12 + 1, 10 * k));
    fs::write(folder.path().join("a.csv"), format!("date,a_hm3\n{}", rows.collect::<String>())).unwrap();
    let file = folder.path().join("by-date.toml");
    let text = small("[inflow.a]\nnodes.canal = 1.0\nseries = { file = 'a.csv', column = 'a_hm3' }\n");
    fs::write(&file, text).unwrap();
    let built = scenario::load(file.to_str().unwrap(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(inflow_of(&built), [10.0, 50.0, 70.0]);
    assert_eq!(built.files.len(), 2);
    assert_comes_back(&built);
}

#[test]
fn a_file_that_inherits_and_gives_no_name_is_called_as_its_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("base.toml"), small("")).unwrap();
    let file = folder.path().join("drier.toml");
    fs::write(&file, "inherits = 'base.toml'\n").unwrap();
    let built = scenario::load(file.to_str().unwrap(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(built.name, "drier", "so that it does not write over the results of its base");
    assert_comes_back(&built);
}

#[test]
fn explain_tells_file_and_source_of_each_value() {
    let rows = scenario::explain("dry-year", &[], Some("reservoir.toktogul")).unwrap();
    let row = |key: &str| rows.iter().find(|row| row.key.ends_with(key)).unwrap();
    assert_eq!(row("storage_start_hm3").file, "dry-year.toml");
    assert_eq!(row("storage_max_hm3").file, "aral/rivers.toml");
    assert!(row("storage_max_hm3").source.as_deref().is_some_and(|text| text.starts_with("derived")));
    let problems = scenario::explain("dry-year", &[], Some("reservoir.toktogull")).unwrap_err();
    assert_eq!(problems.0[0].help.as_deref(), Some("did you mean `reservoir.toktogul`?"));
}

/// From the springs down, the longest branch first; the plants of a cascade as they stand.
#[test]
fn everything_stands_in_the_order_of_the_river() {
    let scenario = scenario::load("consortium-2030", &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let basin = &scenario.basin;
    let riparians: Vec<&str> = basin.riparians.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(riparians, ["KG", "UZ", "TJ", "KZ", "TM", "AF"]);
    let reservoirs: Vec<&str> = basin.reservoirs.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(
        reservoirs,
        [
            "kambarata_1",
            "toktogul",
            "andijan",
            "kayrakkum",
            "charvak",
            "shardara",
            "koksaray",
            "rogun",
            "nurek",
            "tuyamuyun"
        ]
    );
    let on = |name: &str| -> Vec<&str> {
        let reach = basin.reaches.enumerate().find(|(_, reach)| reach.name == name).unwrap().0;
        basin.plants_on(reach).map(|plant| basin.plants[plant].name.as_str()).collect()
    };
    assert_eq!(on("toktogul_uchkurgan"), ["toktogul", "kurpsai", "tash_kumyr", "shamaldysai", "uch_kurgan"]);
    assert_eq!(on("nurek_vakhsh"), ["nurek", "baipaza", "sangtuda_1", "sangtuda_2", "golovnaya"]);
    let shardara = basin.reservoirs.iter().find(|own| own.name == "shardara").unwrap().node;
    let main = basin.outlets(shardara).next().unwrap();
    assert_eq!(basin.reaches[main].name, "shardara_koksaray_intake", "not the way to the Arnasay lowland");
}
