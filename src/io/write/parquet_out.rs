//! Parquet out: every number in full, null where there is no value, times in UTC.

use super::{OutColumn, OutValues, n_rows};
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray, ParquetWriter,
    Series, StringChunked, TimeUnit, TimeZone,
};
use std::io::{self, Write};

/// Writes a table as Parquet.
pub(super) fn write(sink: &mut dyn Write, columns: &[OutColumn]) -> io::Result<()> {
    let series = columns.iter().map(to_series).collect();
    let mut frame = DataFrame::new(n_rows(columns), series).map_err(io::Error::other)?;
    ParquetWriter::new(&mut *sink).finish(&mut frame).map_err(io::Error::other)?;
    sink.flush()
}

fn to_series(column: &OutColumn) -> Column {
    let name = column.name.as_str().into();
    let series: Series = match &column.values {
        OutValues::Text(values) => {
            StringChunked::from_iter_options(name, values.iter().map(Option::as_deref)).into_series()
        }
        OutValues::Dictionary(values) => {
            let texts = (0..values.codes.len()).map(|row| values.get(row));
            StringChunked::from_iter_options(name, texts).into_series()
        }
        OutValues::Number(values, _) => {
            let numbers = values.iter().map(|value| Some(*value).filter(|value| !value.is_nan()));
            Float64Chunked::from_iter_options(name, numbers).into_series()
        }
        OutValues::Bool(values) => BooleanChunked::from_iter_options(name, values.iter().copied()).into_series(),
        OutValues::Instant(values) => {
            let micros = Int64Chunked::from_iter_options(name, values.iter().map(|at| at.map(|at| at.0)));
            micros.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series()
        }
    };
    series.into()
}
