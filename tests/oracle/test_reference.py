"""The plain reading of a definition equals OHDSI circe-be too, on the persons of a sample: it is slow.

A warehouse that the compiler reads is not asked: only its rows are, with the types that a load gave them.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.reference import Tables, find_rows
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.schema import TABLES, CdmType
from tests.oracle.test_phenotypes import differing, read_folder, read_rows

SAMPLE = {("combined", "features"): 61, ("fuzz", "phenotypes"): 61}
"""Of so many persons one is looked at."""

READ = ("person", "observation_period", "death", "provider", "care_site", "payer_plan_period", "visit_detail")
READ += ("concept", "concept_ancestor", "concept_relationship")


def sampled(person: int, share: int) -> bool:
    return person % share == 0
