//! mirab shares a river's water and energy fairly.
//!
//! A basin of reservoirs, plants, canals, demands and power systems is written as one program,
//!
//! ```text
//! maximise   sum_i w_i phi_alpha((u_i - floor_i) / scale_i)      what a policy wants for the riparians i
//! subject to S_t + out_t + taken_t + lost_t = S_t-1 + in_t       water, node by node and period by period
//!            hydro + thermal + received + unserved = load + sent  power, area by area
//!            promises of the physics, fuel budgets, limits
//! ```
//!
//! and solved under any number of policies on the same water. A policy is a record: how averse to
//! inequality it is (`alpha`), what it shares (`measure`), with which weights, or which award it
//! follows. The record of a run is recomputed from the decisions in river order, so every balance
//! closes to rounding.
//!
//! The floors, from the ground up; a module uses its own floor's folder and those below:
//!
//! | floor | modules | what they know |
//! |---|---|---|
//! | 1 | [`quantity`], [`solver`], [`fairness`] | units, calendar, curves; programs; fair division |
//! | 2 | [`network`] | the basin as built |
//! | 3 | [`hydrology`], [`energy`] | how much comes; what falling water is worth |
//! | 4 | [`allocation`] | who gets what, when |
//! | 5 | [`simulation`] | a run, and the record of it |
//! | 6 | [`consortium`] | coalitions, and who pays whom |
//! | 7 | [`scenario`], [`evaluation`] | files to model; record to judgement |
//! | 8 | [`output`] | tables, figures, report |
//! | 9 | [`cli`] | the door |
//!
//! ```
//! use mirab::simulation::seasonal;
//! use mirab::solver::clarabel::Clarabel;
//!
//! let scenario = mirab::scenario::load("tiny/two-riparians", &[])?;
//! let policy = &scenario.policies["max_min"];
//! let outcome = seasonal::run(scenario.window(), "max_min", policy, &Clarabel::default())?;
//! let delivered: f64 = outcome.record.deliveries.iter().map(|row| row.delivered_hm3).sum();
//! assert!(delivered > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod allocation;
pub mod cli;
pub mod consortium;
pub mod energy;
pub mod evaluation;
pub mod fairness;
pub mod hydrology;
pub mod network;
pub mod output;
pub mod quantity;
pub mod scenario;
pub mod simulation;
pub mod solver;
