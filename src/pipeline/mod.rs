//! The jobs as pure functions: what the command line, the tests and any other front end call.
//!
//! Each takes checked tables, settings, a time and a seed, and gives back values; none reads a file, a clock or the
//! environment.

mod assembly;
pub mod backtest;
pub mod changes;
pub mod check;
pub mod compare;
pub mod deals;
pub mod diff;
pub mod disagreement;
mod drift;
pub mod explain;
mod figures;
mod folds;
pub mod handover;
mod holdout;
mod joining;
mod late_closes;
pub mod leaks;
pub mod leaning;
pub mod model;
pub mod monitor;
pub mod promises;
pub mod provenance;
mod purpose;
pub mod reference;
pub mod report;
pub mod retrain;
pub mod score;
pub mod simulate;
pub mod start;
pub mod train;
