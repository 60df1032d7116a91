"""All homes of a folder of Parquet files: the work on one home, and the total of all. No Flask in here."""
