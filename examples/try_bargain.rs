#![allow(missing_docs)]
use mirab::allocation::policy::*;
use mirab::simulation::seasonal::run_among;
use mirab::solver::clarabel::Clarabel;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let scenario = mirab::scenario::load(&args[0], &[]).unwrap();
    let mut known = scenario.policies.clone();
    let mut plain = known["kalai_smorodinsky"].clone();
    plain.welfare = toml::from_str::<Policy>(
        "title='x'\nslack = 1e-5\nwelfare = { alpha = 1, measure = 'benefit', floor = 'status_quo' }",
    )
    .unwrap()
    .welfare;
    known.insert("nash_plain".into(), plain);
    let mut names: Vec<String> = args[1..].to_vec();
    let against =
        names.iter().position(|n| n.starts_with("against=")).map(|k| names.remove(k)[8..].to_string());
    let asked: Vec<(String, Policy)> = names
        .iter()
        .map(|n| {
            let mut p = known[n].clone();
            if p.equilibrium.is_none() && p.status_quo().is_some() {
                if let Some(a) = &against {
                    p.against = Some(a.clone());
                }
            }
            (n.clone(), p)
        })
        .collect();
    let solver: Box<dyn mirab::solver::Solver> = if std::env::var("IPM").is_ok() {
        Box::new(mirab::solver::interior_point::InteriorPoint::default())
    } else {
        Box::new(Clarabel::default())
    };
    let clock = Instant::now();
    let out = run_among(scenario.window(), &asked, &known, solver.as_ref(), &|n| {
        eprintln!("{n} {:?}", clock.elapsed())
    });
    for ((n, _), o) in asked.iter().zip(out) {
        match o {
            Err(e) => println!("{n}: {e}"),
            Ok(o) => {
                println!(
                    "{n}: objective {:.2}, gap {:.1e}, programs {}, it {}",
                    o.objective, o.head_gap, o.programs, o.iterations
                );
                for (i, r) in scenario.basin.riparians.enumerate() {
                    let b: f64 =
                        o.record.money.iter().filter(|m| m.riparian == r.name).map(|m| m.benefit()).sum();
                    let br: f64 =
                        o.record.money.iter().filter(|m| m.riparian == r.name).map(|m| m.promises_MUSD).sum();
                    use mirab::quantity::index::Idx;
                    let d = o.status_quo.as_ref().map(|s| s.benefits[i.position()]).unwrap_or(f64::NAN);
                    println!("   {} B {:.3} d {:.3} gain {:.3} broken {:.3}", r.name, b, d, b - d, br);
                }
                println!("   levels {:?}", o.levels);
                for w in &o.warnings {
                    println!("   ! {w}");
                }
            }
        }
    }
}
