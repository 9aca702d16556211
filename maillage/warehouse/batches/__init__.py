"""Named loads: each may be repeated, brought up to date, and undone."""

from maillage.warehouse.batches.load import BatchReport, load_batch, undo_batch
from maillage.warehouse.batches.shelf import Batch, list_batches

__all__ = ["Batch", "BatchReport", "list_batches", "load_batch", "undo_batch"]
