//! Floor 8: tables, figures and the report. A writer takes tables and returns bytes.

pub mod tables;
