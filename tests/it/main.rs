//! Every integration test in one binary: with polars in the link line a further one costs minutes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests panic, studies print and measure"
)]

mod as_of;
mod asking;
mod backtest;
mod blending;
mod broken_disk;
mod by_chance;
mod changes;
mod check;
mod cli;
mod company;
mod comparison;
mod coverage;
mod curves;
mod decided;
mod degenerate;
mod disagreement;
mod docs;
mod drift;
mod expected_wins;
mod faults;
mod fixtures;
mod help;
mod init;
mod init_again;
mod init_proposals;
#[cfg(unix)]
mod interrupt;
mod known_by;
mod late_closes;
mod layers;
mod lead_world;
mod leaks;
mod linking;
mod log_reading;
mod measures;
mod metrics;
mod monitor;
mod noise;
mod page_lists;
mod pages;
mod pairs;
mod parquet;
mod parting;
mod pipeline;
mod possible_close;
mod progress;
mod project;
mod reading;
mod recovery;
mod report;
mod report_agrees;
mod retrain;
mod row_weights;
mod sample;
mod scorecard;
mod scorecard_advice;
mod scorecard_errors;
mod simulate;
mod snapshot;
mod solver;
mod sources;
mod starting;
mod store;
mod stretches;
mod times;
mod validation;
mod words;
mod worked_columns;
mod writing;
