//! leadscore ranks sales leads: it fits a logistic model on deals won and lost, blends its probability with points set
//! by hand, flags where the two disagree, and compares learned with hand-set points in one unit.
//!
//! Data flows one way, from the ground values to the edges; `ARCHITECTURE.md` has the map and the invariants, and a
//! test holds the import order to it.

pub mod asof;
mod lanes;

pub mod decay;
pub mod fault;
pub mod logodds;
pub mod text;

pub mod values;
pub mod watch;

pub mod tables;

pub mod measures;
pub mod snapshot;

pub mod scorecard;

pub mod design;
pub mod features;

pub mod logistic;

pub mod metrics;
mod rates;
pub mod validation;

pub mod blend;
pub mod comparison;
pub mod linking;
pub mod mismatch;
pub mod predictor;

pub mod pipeline;
pub mod project;
pub mod sample;

#[allow(clippy::disallowed_methods, reason = "an edge")]
pub mod io;
#[allow(clippy::disallowed_methods, reason = "an edge")]
pub mod registry;
pub mod report;

#[allow(clippy::disallowed_methods, reason = "an edge")]
pub mod cli;
