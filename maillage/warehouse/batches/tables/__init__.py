"""A batch from a hospital's own tables: CSV or Parquet files, and what their columns mean."""

from maillage.warehouse.batches.tables.load import TablesReport, check_tables, load_tables, stage_tables

__all__ = ["TablesReport", "check_tables", "load_tables", "stage_tables"]
