//! Each verb as a person meets it: what stands on stdout and stderr, the exit code, and what is written.

#[path = "support/ended.rs"]
mod ended;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ended::Ended;
use serde_json::Value;

/// A basin small enough to be solved while one waits.
const TINY: &str = "tiny/two-riparians";

/// A run of the program in a folder of its own, from which scenarios are found by name as shipped.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mirab"));
        command.args(arguments).current_dir(self.home.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended(self.command(arguments).output().unwrap())
    }

    /// Everything in the folder, hidden files too.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn close(value: &Value, right: f64, tolerance: f64) {
    let left = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((left - right).abs() <= tolerance, "{left} is not {right}");
}

#[test]
fn compare_prints_a_table_that_fits_and_says_where_the_files_are() {
    let desk = Desk::new();
    let ended = desk.run(&["compare", TINY]).code(0);
    let out = ended.out();
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    for words in ["max_min", "one_basin", "Highland", "Lowland", "April-September", "Net benefit, MUSD"] {
        assert!(out.contains(words), "{words} is missing from:\n{out}");
    }
    let place = Path::new("output").join("two-riparians");
    assert_eq!(out.lines().last().unwrap(), format!("Report, figures and tables are in {}", place.display()));
    assert_eq!(ended.err(), "", "stderr is for people at a terminal");
}

#[test]
fn compare_writes_the_whole_run_and_nothing_beside_it() {
    let desk = Desk::new();
    desk.run(&["compare", TINY, "--out", "here"]).code(0);
    assert_eq!(desk.names("."), ["here"]);
    for name in ["manifest.json", "report.md", "scenario.toml", "tables"] {
        assert!(desk.names("here").contains(&name.to_owned()), "{name} is missing");
    }
    let tables = desk.names("here/tables");
    for table in
        ["comparison", "deliveries", "drainage", "environment", "nodes", "plants", "power", "reaches"]
    {
        assert!(tables.contains(&format!("{table}.csv")), "{table} is missing");
    }
}

#[test]
fn the_same_command_works_twice_and_writes_the_same_tables() {
    let desk = Desk::new();
    desk.run(&["compare", TINY, "--out", "here"]).code(0);
    let first = fs::read(desk.path("here/tables/reservoirs.csv")).unwrap();
    desk.run(&["compare", TINY, "--out", "here"]).code(0);
    assert_eq!(fs::read(desk.path("here/tables/reservoirs.csv")).unwrap(), first);
}

/// A policy that is settled, over the small basin.
const SETTLED: &str = "inherits = 'tiny/two-riparians'\n[scenario]\nname = 'settled'\n[policy.paid]\ntitle = 'Paid'\n\
                       welfare = { alpha = 0, measure = 'benefit' }\nsettlement = { rule = 'shapley', against = 'max_min' }\n\
                       [run]\npolicies = ['paid']\n";

/// Every table of a run, and how many worths were read and solved.
fn tables_and_worths(desk: &Desk, place: &str) -> (Vec<(String, Vec<u8>)>, Vec<u64>) {
    let tables = desk.names(&format!("{place}/tables"));
    let read = |name: String| {
        let bytes = fs::read(desk.path(&format!("{place}/tables/{name}"))).unwrap();
        (name, bytes)
    };
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path(&format!("{place}/manifest.json"))).unwrap()).unwrap();
    let counts = ["worths_read", "worths_solved"].map(|key| manifest[key].as_u64().unwrap());
    (tables.into_iter().map(read).collect(), counts.to_vec())
}

#[test]
fn worths_are_kept_and_change_nothing() {
    let desk = Desk::new();
    fs::write(desk.path("settled.toml"), SETTLED).unwrap();
    let run = |arguments: &[&str], place: &str| {
        desk.run(&[&["compare", "settled.toml"], arguments].concat()).code(0);
        tables_and_worths(&desk, place)
    };
    let (anew, counts) = run(&["--out", "here"], "here");
    assert_eq!(counts, [0, 4]);
    assert_eq!(
        desk.names("."),
        ["here", "settled.toml"],
        "a run with a place of its own writes nothing beside it"
    );
    for (arguments, place, known) in [
        (&[][..], "output/settled", [0, 4]),
        (&[], "output/settled", [4, 0]),
        (&["--no-cache"], "output/settled", [0, 4]),
        (&["--out", "there", "--cache", "output/.worths"], "there", [4, 0]),
        (&["--set", "demand.lowland_fields.value_USD_per_m3=0.07"], "output/settled", [0, 4]),
    ] {
        let (tables, counts) = run(arguments, place);
        assert_eq!(counts, known, "{arguments:?}");
        assert_eq!(tables == anew, !arguments.contains(&"--set"), "{arguments:?}");
    }
    for name in desk.names("output/.worths") {
        fs::write(desk.path(&format!("output/.worths/{name}")), "damaged").unwrap();
    }
    let (tables, counts) = run(&[], "output/settled");
    assert!(tables == anew && counts == [0, 4], "{counts:?}");
}

#[test]
fn a_folder_that_is_not_ours_is_refused_and_kept() {
    let desk = Desk::new();
    fs::create_dir(desk.path("papers")).unwrap();
    fs::write(desk.path("papers/thesis.txt"), "years of work").unwrap();
    let ended = desk.run(&["compare", TINY, "--out", "papers"]).code(2);
    assert!(ended.err().contains("--overwrite"), "{}", ended.err());
    assert_eq!(desk.names("papers"), ["thesis.txt"]);
    desk.run(&["compare", TINY, "--out", "papers", "--overwrite"]).code(0);
    assert_eq!(fs::read_to_string(desk.path("papers/thesis.txt")).unwrap(), "years of work");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let desk = Desk::new();
    fs::write(desk.path("file"), "").unwrap();
    for place in ["file", "file/below"] {
        let ended = desk.run(&["compare", TINY, "--out", place]).code(2);
        assert!(ended.err().contains(place), "{}", ended.err());
    }
    assert_eq!(desk.names("."), ["file"]);
}

#[test]
fn for_machines_stdout_is_json_and_nothing_else() {
    let desk = Desk::new();
    let ended = desk.run(&["compare", TINY, "--out", "here", "--json"]).code(0);
    let json = ended.json();
    let names: Vec<&str> =
        json["policies"].as_array().unwrap().iter().map(|policy| policy["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["max_min", "proportional_fair", "one_basin"]);
    close(&json["policies"][0]["criteria"]["worst_satisfaction"], 6.0 / 13.0, 1e-4);
    close(&json["policies"][2]["criteria"]["total_benefit"], 3.3, 1e-5);
    for file in json["files"].as_array().unwrap() {
        assert!(desk.path(file.as_str().unwrap()).is_file(), "{file} was not written");
    }
    assert_eq!(ended.err(), "");
}

#[test]
fn policies_are_chosen_by_name_and_order() {
    let desk = Desk::new();
    let arguments = ["compare", TINY, "--policies", "one_basin,max_min,one_basin", "--json"];
    let json = desk.run(&arguments).code(0).json();
    let names: Vec<&Value> =
        json["policies"].as_array().unwrap().iter().map(|policy| &policy["name"]).collect();
    assert_eq!(names, ["one_basin", "max_min"]);
}

#[test]
fn an_unknown_policy_is_answered_with_the_one_that_was_meant() {
    let desk = Desk::new();
    for arguments in [["compare", TINY, "--policies", "max-min"], ["run", TINY, "--policy", "maxmin"]] {
        let ended = desk.run(&arguments).code(2);
        assert!(ended.err().contains("did you mean `max_min`?"), "{}", ended.err());
    }
    desk.run(&["compare", TINY, "--policies", ""]).code(2);
    assert_eq!(desk.names("."), Vec::<String>::new());
}

#[test]
fn run_prints_the_objective_of_one_policy() {
    let desk = Desk::new();
    let ended = desk.run(&["run", TINY, "--policy", "one_basin"]).code(0);
    assert!(ended.out().contains("Objective: 3.3000 MUSD"), "{}", ended.out());
    let json = desk.run(&["run", TINY, "--policy", "one_basin", "--json"]).code(0).json();
    close(&json["objective"], 3.3, 1e-6);
    assert_eq!(json["policies"].as_array().unwrap().len(), 1);
}

#[test]
fn run_without_a_policy_takes_the_scenarios_first() {
    let json = Desk::new().run(&["run", TINY, "--json"]).code(0).json();
    assert_eq!(json["policies"][0]["name"], "max_min");
}

#[test]
fn a_setting_changes_the_answer() {
    let desk = Desk::new();
    let plain = desk.run(&["run", TINY, "--policy", "one_basin", "--json"]).code(0).json();
    let arguments =
        ["run", TINY, "--policy", "one_basin", "--json", "--set", "reservoir.lake.storage_start_hm3=110.0"];
    let wetter = desk.run(&arguments).code(0).json();
    assert!(wetter["objective"].as_f64() > plain["objective"].as_f64());
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path("output/two-riparians/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["settings"][0], "reservoir.lake.storage_start_hm3=110.0");
}

#[test]
fn the_manifest_says_what_was_run() {
    let desk = Desk::new();
    desk.run(&["compare", TINY, "--out", "here"]).code(0);
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path("here/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["program"], "mirab");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["scenario"], "two-riparians");
    assert_eq!(manifest["digest"].as_str().unwrap().len(), 64);
    assert_eq!(manifest["files"][0]["sha256"].as_str().unwrap().len(), 64);
    assert!(manifest["solver"]["tolerance"].as_f64().unwrap() > 0.0);
    assert_eq!(manifest["warnings"], Value::Array(Vec::new()), "balances that do not close are warned of");
}

#[test]
fn what_was_run_can_be_run_again_from_its_own_folder() {
    let desk = Desk::new();
    let first = desk.run(&["compare", TINY, "--out", "first", "--json"]).code(0).json();
    let again = desk.run(&["compare", "first/scenario.toml", "--out", "second", "--json"]).code(0).json();
    assert_eq!(first["policies"], again["policies"]);
}

#[test]
fn check_says_no_problems_or_all_of_them() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["check", TINY]).code(0).out(), "no problems\n");
    assert_eq!(desk.run(&["check", TINY, "--json"]).code(0).json()["problems"], Value::Array(Vec::new()));
    let wrong = [
        "check",
        TINY,
        "--set",
        "reservoir.lake.storage_start_hm3=22000",
        "--set",
        "reservoir.lake.storage_max_km3=1",
        "--set",
        "reach.lake_valley.loss=-0.1",
    ];
    let ended = desk.run(&wrong).code(2);
    for key in ["storage_start_hm3", "storage_max_km3", "reach.lake_valley.loss"] {
        assert!(ended.err().contains(key), "{key} is missing from:\n{}", ended.err());
    }
    assert!(ended.err().trim_end().ends_with("3 problems; nothing was run."), "{}", ended.err());
    assert_eq!(ended.out(), "");
    let ended = desk.run(&[&wrong[..], &["--json"]].concat()).code(2);
    assert_eq!(ended.json()["problems"].as_array().unwrap().len(), 3);
}

#[test]
fn a_wrong_scenario_is_not_run_and_nothing_is_written() {
    let desk = Desk::new();
    for verb in ["compare", "run"] {
        let ended = desk.run(&[verb, TINY, "--set", "horizon.periods=0"]).code(2);
        assert!(ended.err().contains("nothing was run"), "{}", ended.err());
        assert_eq!(ended.out(), "");
    }
    let ended = desk.run(&["compare", "no-such-year"]).code(2);
    assert!(ended.err().contains("no-such-year"), "{}", ended.err());
    desk.run(&["compare", TINY, "--set", "nonsense"]).code(2);
    assert_eq!(desk.names("."), Vec::<String>::new());
}

#[test]
fn explain_names_value_file_and_source() {
    let desk = Desk::new();
    let out = desk.run(&["explain", TINY, "reservoir.lake.storage_max_hm3"]).code(0).out();
    assert!(out.starts_with("reservoir.lake.storage_max_hm3 = 200.0\n"), "{out}");
    assert!(out.contains("two-riparians.toml") && out.contains("assumed: made up"), "{out}");
    assert_eq!(out.lines().count(), 2);
    let set = ["explain", TINY, "reservoir.lake", "--set", "reservoir.lake.storage_max_hm3=300.0"];
    assert!(desk.run(&set).code(0).out().contains("storage_max_hm3 = 300.0\n    --set"));
    assert!(desk.run(&["explain", TINY]).code(0).out().lines().count() > 100);
    desk.run(&["explain", TINY, "reservoir.nowhere"]).code(2);
}

#[test]
fn policies_lists_the_catalogue_and_shows_one() {
    let desk = Desk::new();
    let out = desk.run(&["policies"]).code(0).out();
    for name in ["quota", "proportional", "max_min", "proportional_fair", "one_basin"] {
        assert!(out.lines().any(|line| line.starts_with(name)), "{name} is missing from:\n{out}");
    }
    let out = desk.run(&["policies", "max_min"]).code(0).out();
    assert!(out.contains("rule: ") && out.contains("alpha = \"leximin\""), "{out}");
    let ended = desk.run(&["policies", "qouta"]).code(2);
    assert!(ended.err().contains("did you mean `quota`?"), "{}", ended.err());
    let json = desk.run(&["policies", "--json"]).code(0).json();
    assert!(json["policies"]["one_basin"]["welfare"]["alpha"] == 0.0, "{json}");
}

#[test]
fn a_policy_that_is_shown_can_be_put_into_a_scenario() {
    let desk = Desk::new();
    let shown = desk.run(&["policies", "max_min"]).code(0).out();
    let table = &shown[shown.find("[policy.max_min]").unwrap()..];
    let own = table.replace("[policy.max_min", "[policy.ours");
    let text = format!("inherits = \"{TINY}.toml\"\n\n[run]\npolicies = [\"ours\"]\n\n{own}");
    fs::write(desk.path("mine.toml"), text).unwrap();
    let json = desk.run(&["run", "mine.toml", "--json"]).code(0).json();
    close(&json["policies"][0]["criteria"]["worst_satisfaction"], 6.0 / 13.0, 1e-4);
}

#[test]
fn export_writes_a_program_and_prints_its_objective() {
    let desk = Desk::new();
    let arguments =
        ["export", TINY, "--policy", "one_basin", "--format", "mps", "--to", "tiny.mps", "--json"];
    let json = desk.run(&arguments).code(0).json();
    close(&json["objective"], -3.3, 1e-6);
    let text = fs::read_to_string(desk.path("tiny.mps")).unwrap();
    assert!(text.starts_with("NAME") && text.trim_end().ends_with("ENDATA"));
    assert_eq!(desk.names("."), ["tiny.mps"]);
    let ended = desk.run(&["export", TINY, "--policy", "one_basin", "--to", "no/such/tiny.mps"]).code(1);
    assert!(ended.err().contains("no/such/tiny.mps"), "{}", ended.err());
}

#[test]
fn export_of_a_policy_not_about_money_holds_what_it_reached() {
    let desk = Desk::new();
    let export = |policy: &str| {
        let arguments = ["export", TINY, "--policy", policy, "--to", "x.mps", "--json"];
        desk.run(&arguments).code(0).json()["objective"].as_f64().unwrap()
    };
    assert!(export("max_min") > export("one_basin") + 0.1, "fairness has a price here");
}

#[test]
fn plot_draws_the_same_figures_again() {
    let desk = Desk::new();
    let json = desk.run(&["compare", TINY, "--out", "here", "--json"]).code(0).json();
    let all = json["files"].as_array().unwrap().iter();
    let drawn: Vec<Value> = all.filter(|file| file.as_str().unwrap().ends_with(".png")).cloned().collect();
    let bytes: Vec<Vec<u8>> =
        drawn.iter().map(|file| fs::read(desk.path(file.as_str().unwrap())).unwrap()).collect();
    let _ = fs::remove_dir_all(desk.path("here/figures"));
    let json = desk.run(&["plot", "here", "--json"]).code(0).json();
    assert_eq!(json["files"], Value::Array(drawn.clone()));
    for (file, before) in drawn.iter().zip(bytes) {
        assert_eq!(fs::read(desk.path(file.as_str().unwrap())).unwrap(), before, "{file} changed");
    }
}

#[test]
fn plot_draws_a_run_that_is_older_than_settlements() {
    let desk = Desk::new();
    desk.run(&["compare", TINY, "--out", "here"]).code(0);
    for table in ["settlement.csv", "coalitions.csv"] {
        fs::remove_file(desk.path(&format!("here/tables/{table}"))).unwrap();
    }
    desk.run(&["plot", "here"]).code(0);
    fs::remove_file(desk.path("here/tables/power.csv")).unwrap();
    assert!(desk.run(&["plot", "here"]).code(2).err().contains("power.csv"));
}

#[test]
fn a_kind_of_record_is_explained() {
    let desk = Desk::new();
    let text = desk.run(&["policies", "welfare"]).code(0).out().to_owned();
    assert!(text.starts_with("welfare: max sum_i w_i phi_alpha(x_i)"), "{text}");
    assert!(desk.run(&["policies", "max_min"]).code(0).out().contains(text.trim()));
    let json = desk.run(&["policies", "award", "--json"]).code(0).json();
    assert!(json["kinds"]["award"]["source"].as_str().unwrap().contains("O'Neill"));
}

#[test]
fn plot_wants_a_run() {
    let desk = Desk::new();
    let ended = desk.run(&["plot", "."]).code(2);
    assert!(ended.err().contains("holds no run"), "{}", ended.err());
}

#[test]
fn an_unknown_verb_is_answered_with_the_one_that_was_meant() {
    let ended = Desk::new().run(&["compar", TINY]).code(2);
    assert!(ended.err().contains("compare"), "{}", ended.err());
    assert_eq!(ended.out(), "");
    Desk::new().run(&[]).code(2);
    assert!(Desk::new().run(&["--help"]).code(0).out().contains("explain"));
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["explain", TINY])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = Ended(child.wait_with_output().unwrap()).code(0);
    assert_eq!(ended.err(), "");
}

#[test]
fn a_policy_that_is_wrong_ends_with_two_and_nothing_is_written() {
    let desk = Desk::new();
    let file = "inherits = \"tiny/two-riparians.toml\"\n[scenario]\nname = \"mine\"\n[policy.mine]\ntitle = \"Mine\"\n\
                award = { rule = \"treaty\", limit = -1.0 }\npriority = [{}]\nfuel = { NN = -1.0 }\n";
    fs::write(desk.path("mine.toml"), file).unwrap();
    let ended = desk.run(&["run", "mine.toml", "--policy", "mine"]).code(2);
    for key in
        ["policy.mine: gives both", "policy.mine.award.limit", "policy.mine.priority", "policy.mine.fuel.NN"]
    {
        assert!(ended.err().contains(key), "{key} is missing from:\n{}", ended.err());
    }
    assert!(ended.err().contains("nothing was run"), "{}", ended.err());
    assert_eq!(desk.names("."), ["mine.toml"]);
}
