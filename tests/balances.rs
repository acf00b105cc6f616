//! Balances, checked on the CSV files that people read and on nothing else.
//!
//! Every identity of the tables in every row, and the water of the whole basin: what comes in, less
//! what evaporates, seeps, is lost on the way, is consumed and leaves, is the change of what is stored
//! in reservoirs, on the way and in the drains.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A row by column name.
struct Row(BTreeMap<String, String>);

impl Row {
    fn number(&self, column: &str) -> f64 {
        let text = self.0.get(column).unwrap_or_else(|| panic!("no column {column}"));
        text.parse().unwrap_or_else(|_| panic!("{column} = {text:?} is no number"))
    }

    fn text(&self, column: &str) -> &str {
        &self.0[column]
    }
}

fn table(folder: &Path, name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join("tables").join(name)).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        Row(header.iter().zip(record.iter()).map(|(h, v)| (h.to_owned(), v.to_owned())).collect())
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn run(scenario: &str, extra: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let status = Command::new(env!("CARGO_BIN_EXE_mirab"))
        .args(["compare", scenario, "--quiet", "--out"])
        .arg(&out)
        .args(extra)
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    folder
}

const TOLERANCE: f64 = 1e-6;

fn assert_zero(value: f64, what: impl FnOnce() -> String) {
    assert!(value.abs() <= TOLERANCE, "{} misses by {value}", what());
}

fn reservoirs_close(folder: &Path) {
    let mut last: BTreeMap<(String, String), f64> = BTreeMap::new();
    for row in table(folder, "reservoirs.csv") {
        let name =
            || format!("{} {} {}", row.text("policy"), row.text("reservoir"), row.text("period_start"));
        let lost = ["turbined_hm3", "spilled_hm3", "evaporated_hm3", "seepage_hm3", "diverted_hm3"];
        let out: f64 = lost.iter().map(|column| row.number(column)).sum();
        let residual =
            row.number("storage_start_hm3") + row.number("inflow_hm3") - out - row.number("storage_end_hm3");
        assert_zero(residual, name);
        assert_zero(residual - row.number("residual_hm3"), name);
        assert!(row.number("spilled_hm3") >= -TOLERANCE, "{} spills less than nothing", name());
        let key = (row.text("policy").to_owned(), row.text("reservoir").to_owned());
        if let Some(end) = last.insert(key, row.number("storage_end_hm3")) {
            assert_zero(end - row.number("storage_start_hm3"), || format!("{} start", name()));
        }
    }
}

fn nodes_close(folder: &Path) {
    let arrivals = sums(folder, "reaches.csv", "to", "outflow_hm3");
    let prompt = table(folder, "deliveries.csv");
    assert!(!prompt.is_empty());
    for row in table(folder, "nodes.csv") {
        let name = || format!("{} {} {}", row.text("policy"), row.text("node"), row.text("period_start"));
        let residual = row.number("inflow_hm3") + row.number("arrivals_hm3") + row.number("returns_hm3")
            - row.number("diverted_hm3")
            - row.number("outflow_hm3");
        assert_zero(residual, name);
        assert!(row.number("outflow_hm3") >= -TOLERANCE, "{} flows backwards", name());
        let arrived = arrivals.get(&key(&row, "node")).copied().unwrap_or(0.0);
        assert_zero(arrived - row.number("arrivals_hm3"), || format!("{} arrivals", name()));
    }
}

fn key(row: &Row, element: &str) -> (String, String, String) {
    (row.text("policy").to_owned(), row.text("period_start").to_owned(), row.text(element).to_owned())
}

fn sums(folder: &Path, name: &str, element: &str, column: &str) -> BTreeMap<(String, String, String), f64> {
    let mut sums = BTreeMap::new();
    for row in table(folder, name) {
        *sums.entry(key(&row, element)).or_insert(0.0) += row.number(column);
    }
    sums
}

fn reaches_and_drainage_close(folder: &Path) {
    for row in table(folder, "reaches.csv") {
        let residual = row.number("in_transit_start_hm3") + row.number("inflow_hm3")
            - row.number("loss_hm3")
            - row.number("outflow_hm3")
            - row.number("in_transit_end_hm3");
        assert_zero(residual, || format!("reach {}", row.text("reach")));
    }
    for row in table(folder, "drainage.csv") {
        let residual = row.number("stored_start_hm3") + row.number("added_hm3")
            - row.number("returned_hm3")
            - row.number("stored_end_hm3");
        assert_zero(residual, || format!("drainage {}", row.text("reach")));
    }
}

fn power_closes(folder: &Path) {
    for row in table(folder, "power.csv") {
        let residual = row.number("hydro_GWh")
            + row.number("thermal_GWh")
            + row.number("other_GWh")
            + row.number("imported_GWh")
            - row.number("exported_GWh")
            - row.number("pumping_GWh")
            + row.number("unserved_GWh")
            - row.number("load_GWh");
        assert_zero(residual, || format!("{} {}", row.text("area"), row.text("period_start")));
        assert!(row.number("unserved_GWh") >= -TOLERANCE);
    }
    for row in table(folder, "plants.csv") {
        assert!(row.number("energy_GWh") <= row.number("capacity_GWh") + TOLERANCE, "{}", row.text("plant"));
    }
}

fn deliveries_stay_within_claims(folder: &Path) {
    for row in table(folder, "deliveries.csv") {
        let (claim, delivered) = (row.number("claim_hm3"), row.number("delivered_hm3"));
        assert!((-TOLERANCE..=claim + TOLERANCE).contains(&delivered), "{}", row.text("demand"));
        assert_zero(claim - delivered - row.number("deficit_hm3"), || row.text("demand").to_owned());
    }
}

/// Natural inflow - evaporation - seepage - losses - consumption - what leaves = change of all storage,
/// where returns count against the deliveries they come from.
fn whole_basin_closes(folder: &Path) {
    let mut by_policy: BTreeMap<String, f64> = BTreeMap::new();
    let mut add =
        |row: &Row, value: f64| *by_policy.entry(row.text("policy").to_owned()).or_insert(0.0) += value;
    let from: Vec<String> =
        table(folder, "reaches.csv").iter().map(|row| row.text("from").to_owned()).collect();
    let arrivals = sums(folder, "reaches.csv", "to", "outflow_hm3");
    for row in table(folder, "reservoirs.csv") {
        let arrived = arrivals.get(&key(&row, "reservoir")).copied().unwrap_or(0.0);
        // Natural inflow and returns come in; arrivals are the basin's own water.
        add(&row, row.number("inflow_hm3") - arrived);
        add(&row, -row.number("evaporated_hm3") - row.number("seepage_hm3"));
        add(&row, row.number("storage_start_hm3") - row.number("storage_end_hm3"));
    }
    for row in table(folder, "nodes.csv") {
        add(&row, row.number("inflow_hm3") + row.number("returns_hm3"));
        if !from.contains(&row.text("node").to_owned()) {
            add(&row, -row.number("outflow_hm3"));
        }
    }
    for row in table(folder, "reaches.csv") {
        add(&row, -row.number("loss_hm3"));
        add(&row, row.number("in_transit_start_hm3") - row.number("in_transit_end_hm3"));
    }
    for row in table(folder, "deliveries.csv") {
        add(&row, -row.number("delivered_hm3"));
    }
    for (policy, value) in by_policy {
        assert!(value.abs() <= 1e-4, "{policy}: the basin misses {value} hm3");
    }
}

fn all_close(folder: &Path) {
    reservoirs_close(folder);
    nodes_close(folder);
    reaches_and_drainage_close(folder);
    power_closes(folder);
    deliveries_stay_within_claims(folder);
    whole_basin_closes(folder);
}

#[test]
fn a_dry_year_closes_under_every_policy() {
    let folder = run("dry-year", &[]);
    all_close(&folder.path().join("run"));
}

#[test]
fn a_normal_year_in_dekads_closes() {
    let dekads =
        ["--set", "horizon.step=dekad", "--set", "horizon.periods=36", "--policies", "quota,one_basin"];
    let folder = run("normal-year", &dekads);
    all_close(&folder.path().join("run"));
}
