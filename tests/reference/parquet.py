"""One table as CSV and as Parquet in the ways that other programs store it.

Writes ../fixtures/parquet: the table, which is leads and activity log at once, as pyarrow (pages of both versions, with
and without dictionaries, dictionaries given up in the middle of a column, small pages and row groups, other codecs and
encodings, times of other units), polars and DuckDB write it. A reader must find the same in each.
"""

import datetime as dt
import random
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

ROWS = 700
FOLDER = Path(__file__).parent.parent / "fixtures" / "parquet"


def table():
    draw = random.Random(7)

    def some(value, share=0.2):
        return None if draw.random() < share else value

    start = dt.datetime(2024, 1, 1)
    kinds = ["opened", "clicked", "Angebot geöffnet", " visited ", "a kind with a name of more than twelve letters"]
    leads = [draw.randrange(120) for _ in range(ROWS)]
    return pa.table(
        {
            "row": pa.array(range(ROWS), pa.int64()),
            "number": pa.array([some(10_000 + n, 0.02) for n in leads], pa.int64()),
            "key": pa.array([some(f"L{n}" if n % 3 else f"lead-number-{n:05}", 0.02) for n in leads]),
            "at": pa.array([start + dt.timedelta(minutes=37 * n) for n in range(ROWS)], pa.timestamp("us")),
            "kind": pa.array([draw.choice(kinds) for _ in range(ROWS)]),
            "page": pa.array([some(f"/page/{draw.randrange(60)}", 0.4) for _ in range(ROWS)]),
            "city": pa.array([some(draw.choice(["Zürich", "Bern", "Iași", ""])) for _ in range(ROWS)]),
            "remark": pa.array([some(f"remark {n} of {draw.randrange(10**9)}") for n in range(ROWS)]),
            "amount": pa.array([some(round(draw.lognormvariate(3, 1), 2)) for _ in range(ROWS)], pa.float64()),
            "seats": pa.array([some(draw.randrange(400)) for _ in range(ROWS)], pa.int64()),
            "seen": pa.array(
                [some(start + dt.timedelta(minutes=draw.randrange(200_000))) for _ in range(ROWS)], pa.timestamp("us")
            ),
            "nothing": pa.array([None] * ROWS, pa.string()),
        }
    )


def main():
    FOLDER.mkdir(exist_ok=True)
    whole = table()
    # A blank cell of CSV is a missing one: so is an empty text.
    pyarrow.csv.write_csv(whole, FOLDER / "table.csv")

    def write(name, table=whole, **how):
        pq.write_table(table, FOLDER / f"{name}.parquet", **how)

    small = {"data_page_size": 2000, "write_batch_size": 50}
    write("pyarrow", compression="zstd")
    write("old", version="1.0", compression="snappy", row_group_size=300, **small)
    write("second_version", data_page_version="2.0", compression="gzip", **small)
    write("no_dictionary", use_dictionary=False, compression="none", **small)
    write("dictionary_given_up", dictionary_pagesize_limit=600, compression="zstd", row_group_size=500, **small)
    deltas = {"row": "DELTA_BINARY_PACKED", "at": "DELTA_BINARY_PACKED", "kind": "DELTA_BYTE_ARRAY",
              "page": "DELTA_LENGTH_BYTE_ARRAY", "amount": "BYTE_STREAM_SPLIT"}
    write("other_encodings", use_dictionary=False, column_encoding=deltas, compression="lz4")
    for unit in ["ms", "ns", "s"]:
        times = [pa.field(f.name, pa.timestamp(unit)) if pa.types.is_timestamp(f.type) else f for f in whole.schema]
        write(f"times_{unit}", whole.cast(pa.schema(times)), compression="zstd")
        # Stored in another unit than they were held in.
        held = whole.cast(pa.schema(times))
        write(f"coerced_{unit}", held, compression="zstd", coerce_timestamps="ms", allow_truncated_timestamps=True)
        write(f"old_{unit}", held, compression="zstd", version="1.0", allow_truncated_timestamps=True)
    zoned = [pa.field(f.name, pa.timestamp("us", "UTC")) if pa.types.is_timestamp(f.type) else f for f in whole.schema]
    write("zoned", whole.cast(pa.schema(zoned)), compression="zstd")
    # As pandas keeps its categories.
    coded = whole
    for name in ["kind", "city"]:
        coded = coded.set_column(coded.schema.get_field_index(name), name, coded[name].dictionary_encode())
    write("categories", coded, compression="zstd")
    # Small enough for a look at each of its bytes.
    write("tiny", whole.slice(0, 40).select(["row", "number", "key", "at", "kind", "amount"]), compression="zstd")
    pl.from_arrow(whole).write_parquet(FOLDER / "polars.parquet", row_group_size=400, data_page_size=2000)
    duckdb.sql("select * from whole").write_parquet(str(FOLDER / "duckdb.parquet"), row_group_size=2048)


main()
