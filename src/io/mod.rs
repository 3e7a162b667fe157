//! Files in and out: the only place where tables meet the disk.
//!
//! Leads take two steps. [`read_raw`] turns files into raw columns, whatever the format; [`build_leads`] gives them
//! types and parts and checks them into a [`crate::tables::LeadTable`]. [`infer_types`] stands between the two when
//! nobody has fixed the types yet (training); scoring names them from the model's column plan. The activity log is
//! never held whole: [`ActivityLog`] hands it on batch by batch.

mod activities;
mod blocks;
mod cells;
mod csv_file;
mod csv_table;
mod dictionary;
mod distinct;
mod encoding;
mod faults;
mod gathered_cells;
mod ids;
mod in_order;
mod infer;
mod joined_cells;
mod json_lines;
mod leads;
mod names;
mod ndjson_table;
mod outcomes;
mod parquet_cells;
mod parquet_file;
mod parquet_pages;
mod parquet_table;
mod raw;
mod reading;
mod recognise;
mod records;
mod roles;
mod settings;
mod short_texts;
mod spare;
mod whole_ids;
mod write;

pub use activities::{ActivityLog, LogProgress, LogReport};
pub use cells::{RawCells, TextCells};
pub use distinct::{ValueCounts, count_values};
pub use infer::{InferredColumn, infer_types};
pub use leads::{BuiltLeads, ColumnRequest, ReadReport, Unreadable, Views, build_leads, build_leads_out_of};
pub use outcomes::{OutcomeReport, join_outcomes};
pub use raw::{RawColumn, RawTable, Wanted, read_raw};
pub use settings::{Absent, ActivityRoles, LeadRoles, LostWords, OutcomeColumn, OutcomeRoles, ReadSettings};
pub use write::{
    CsvDialect, CsvWriter, OutColumn, OutValues, PartWriter, Rounding, WriteOptions, abandon_unfinished, rows_at,
    write_atomically, write_csv, write_table, write_table_in_parts,
};
