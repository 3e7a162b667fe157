//! Parquet out: every number in full, null where there is no value, times in UTC.

use super::{OutColumn, OutValues, n_rows};
use polars::io::parquet::write::BatchedWriter;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray, ParquetCompression,
    ParquetWriter, Series, StringChunked, TimeUnit, TimeZone,
};
use std::io::{self, Write};

/// Scores hardly compress, and ids compress as well at the quickest level.
const ZSTD_LEVEL: i32 = 1;

/// Rows of one row group: few, for the last ones are written when there is nothing left to do beside it.
const GROUP_ROWS: usize = 1 << 16;

/// A table written as Parquet, part by part.
pub(super) struct ParquetOut<'a> {
    /// Taken by the writer when the columns are known.
    sink: Option<&'a mut dyn Write>,
    writer: Option<BatchedWriter<&'a mut dyn Write>>,
    /// Rows that wait until there are enough for a row group.
    waiting: DataFrame,
}

impl<'a> ParquetOut<'a> {
    /// Nothing written yet.
    pub(super) fn new(sink: &'a mut dyn Write) -> ParquetOut<'a> {
        ParquetOut { sink: Some(sink), writer: None, waiting: DataFrame::empty() }
    }

    /// Takes further rows, all with the same columns.
    pub(super) fn write(&mut self, columns: &[OutColumn]) -> io::Result<()> {
        let series = columns.iter().map(to_series).collect();
        let frame = DataFrame::new(n_rows(columns), series).map_err(io::Error::other)?;
        if let Some(sink) = self.sink.take() {
            let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(io::Error::other)?;
            let writer = ParquetWriter::new(sink).with_compression(ParquetCompression::Zstd(Some(level)));
            self.writer = Some(writer.batched(frame.schema()).map_err(io::Error::other)?);
            self.waiting = frame;
        } else {
            self.waiting.vstack_mut_owned(frame).map_err(io::Error::other)?;
        }
        while self.waiting.height() >= GROUP_ROWS {
            let group = self.waiting.slice(0, GROUP_ROWS);
            self.waiting = self.waiting.slice(GROUP_ROWS as i64, usize::MAX);
            self.write_group(group)?;
        }
        Ok(())
    }

    fn write_group(&mut self, mut group: DataFrame) -> io::Result<()> {
        group.rechunk_mut();
        let writer = self.writer.as_mut().expect("the writer is made with the first rows");
        writer.write_batch(&group).map_err(io::Error::other)
    }

    /// Writes what waits, and ends the file.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.waiting);
        if rest.height() > 0 {
            self.write_group(rest)?;
        }
        self.writer.map_or(Ok(()), |writer| writer.finish().map(drop).map_err(io::Error::other))
    }
}

fn to_series(column: &OutColumn) -> Column {
    let name = column.name.as_str().into();
    let series: Series = match &column.values {
        OutValues::Ids(values) => StringChunked::from_iter_values(name, values.iter()).into_series(),
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
