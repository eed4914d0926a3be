"""Counts and medians of a store's parts, by DuckDB and by Polars, as JSON."""

import json
import sys

import duckdb
import polars

PARTS = sys.argv[1] + "/data/*/*.parquet"

by_duckdb = duckdb.sql(
    f"""select model_id, month, count(*), median(latency)
        from read_parquet('{PARTS}', hive_partitioning = true, hive_types_autocast = false)
        group by all order by model_id"""
).fetchall()

frame = polars.scan_parquet(PARTS, hive_partitioning=True, try_parse_hive_dates=False)
by_polars = (
    frame.group_by("model_id", "month")
    .agg(polars.len(), polars.col("latency").median())
    .sort("model_id")
    .collect()
    .rows()
)

print(json.dumps({"duckdb": [list(row) for row in by_duckdb], "polars": [list(row) for row in by_polars]}))
