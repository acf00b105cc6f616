//! The program of a policy, written for other solvers and solved by one.

mod support;

use std::process::Command;

use support::{read_mps, simplex};

#[test]
fn another_solver_finds_the_same_optimum_of_the_exported_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one_basin.mps");
    let output = Command::new(env!("CARGO_BIN_EXE_mirab"))
        .args(["export", "dry-year", "--policy", "one_basin", "--format", "mps", "--json", "--to"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let objective = said["objective"].as_f64().unwrap();
    let program = read_mps(&std::fs::read_to_string(&file).unwrap());
    let found = simplex(&program).expect("the simplex method finds an optimum");
    let off = (found - objective).abs() / objective.abs();
    assert!(off <= 1e-6, "{found} is not {objective}: apart by {off:.1e}");
}
