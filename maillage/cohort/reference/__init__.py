"""What a cohort expression means, in plain Python over rows: the compiler must find what this finds.

It shares the nodes and the domains with the compiler, nothing else, and takes no short cut. It is for tests
and for readers who know Circe; a warehouse is asked through `maillage.cohort.run_cohort`.
"""

from maillage.cohort.reference.find import CohortRow, EventMask, find_masks, find_rows
from maillage.cohort.reference.refusals import refusals
from maillage.cohort.reference.tables import Row, Tables

__all__ = ["CohortRow", "EventMask", "Row", "Tables", "find_masks", "find_rows", "refusals"]
