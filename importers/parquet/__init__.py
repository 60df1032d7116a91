"""Many homes as partitioned Parquet files."""
