//! Floor 8: tables, figures and the report. A writer takes tables and returns bytes.

pub mod calculator;
pub mod findings;
pub mod folder;
mod header;
pub mod manifest;
mod numbers;
pub mod plots;
pub mod report;
mod summary;
pub mod tables;
pub mod terminal;
mod words;
pub mod worths;
