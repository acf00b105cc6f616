//! The dry year under two policies, from a program of one's own.
//!
//! `cargo run --release --example share_a_dry_year`

use mirab::evaluation;
use mirab::simulation::seasonal;
use mirab::solver::clarabel::Clarabel;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = mirab::scenario::load("dry-year", &[])?;
    for name in ["quota", "max_min"] {
        let outcome = seasonal::run(scenario.window(), name, &scenario.policies[name], &Clarabel::default())?;
        println!("{name}");
        for row in evaluation::riparians(&outcome.record, &scenario.basin, name) {
            let met =
                |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.0} %", 100.0 * share));
            let (water, energy) = (met(row.water_satisfaction), met(row.energy_satisfaction));
            println!("  {:4} {:16} water {water:>6}   energy {energy:>6}", row.riparian, row.season);
        }
    }
    Ok(())
}
