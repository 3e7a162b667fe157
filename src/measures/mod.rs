//! What to accumulate over activities, and the one pass that does it.
//!
//! Rules and model say what they need ([`Plan::ask`] for a rule, [`ModelKinds`] for the model); [`Pass`] reads the
//! log once, in file order, and keeps only bounded state per lead; [`Measures`] answers. Nothing at or after a lead's
//! as-of ever reaches an accumulator: the pass drops such acts before it looks at their kind.
//!
//! Each lead's acts are added in file order by one thread, so neither threads nor the size of the batches can
//! change a bit of the result.

mod accumulator;
mod answers;
mod at_once;
mod counter;
mod dealer;
mod dealt;
mod gathered;
mod log_statistics;
mod model_kinds;
mod pass;
mod recent;
mod request;
mod routes;
mod seen_acts;
mod shard;
mod words;

pub use answers::Measures;
pub use counter::Counter;
pub use gathered::{Gathered, Stretch};
pub use log_statistics::LogStatistics;
pub use model_kinds::{KindColumns, ModelKinds};
pub use pass::{Pass, PassOptions};
pub use request::{Amount, KindMatch, Plan, Request, RequestId, Selection};
