//! Golden rows: each family of rows of the sample basin, as text, against a snapshot.
//!
//! A snapshot is `golden/<family>.txt`. A change of the formulation that means to change one is made
//! with `MIRAB_GOLDEN=write cargo test golden`, read, and explained in its commit.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::allocation::allocate::straight_yields;
use crate::allocation::sample::sample;

use super::{Detail, Formulation, LeastShortfall};

fn rows_by_family() -> BTreeMap<String, String> {
    let sample = sample();
    let window = sample.window();
    let mut formulation = Formulation::new(window, &straight_yields(window), Detail::Money);
    formulation.maximise_benefit();
    let breakable = formulation.vars.broken.len();
    formulation.hold_shortfall(&LeastShortfall { total: 12.5, kept: vec![false; breakable] });
    let goal = crate::allocation::goal::Goal::of_measure(window, crate::allocation::policy::Measure::Needs);
    goal.add_to(&mut formulation);
    by_family(&crate::solver::text::text(&formulation.program))
}

/// The rows of a program's text by family; its objective and its bounds, each as a whole.
fn by_family(text: &str) -> BTreeMap<String, String> {
    let mut families = BTreeMap::<String, String>::new();
    let mut section = "";
    for line in text.lines() {
        match line.strip_prefix("  ") {
            None => section = line,
            Some(row) => {
                let family = if section == "rows" { row.split('[').next().unwrap_or(row) } else { section };
                families.entry(family.to_owned()).or_default().push_str(&format!("{row}\n"));
            }
        }
    }
    families
}

#[test]
fn every_family_of_rows_reads_as_its_snapshot() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/allocation/formulation/golden");
    let families = rows_by_family();
    if std::env::var_os("MIRAB_GOLDEN").is_some_and(|what| what == "write") {
        std::fs::create_dir_all(&folder).unwrap();
        for (family, text) in &families {
            std::fs::write(folder.join(format!("{family}.txt")), text).unwrap();
        }
    }
    let mut kept: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    kept.sort();
    assert_eq!(kept, families.keys().cloned().collect::<Vec<_>>(), "families without or beyond a snapshot");
    for (family, text) in &families {
        let snapshot = std::fs::read_to_string(folder.join(format!("{family}.txt"))).unwrap();
        assert_eq!(&snapshot, text, "{family}");
    }
}
