"""A first mapping, proposed from the headers of files and the shape of a sample of their values."""

from maillage.warehouse.batches.tables.suggest.write import suggest_mapping

__all__ = ["suggest_mapping"]
