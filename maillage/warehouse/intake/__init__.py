"""From what a hospital has to a warehouse: which kind of source it is, and the loads that it needs."""

from maillage.warehouse.intake.build import Intake, build_warehouse
from maillage.warehouse.intake.coverage import Uncoded, count_uncoded
from maillage.warehouse.intake.kinds import (
    FhirSource,
    FileSource,
    OmopSource,
    PmsiSource,
    PostgresSource,
    Source,
    TablesSource,
    WarehouseSource,
)
from maillage.warehouse.intake.recognise import recognise

__all__ = [
    "FhirSource",
    "FileSource",
    "Intake",
    "OmopSource",
    "PmsiSource",
    "PostgresSource",
    "Source",
    "TablesSource",
    "Uncoded",
    "WarehouseSource",
    "build_warehouse",
    "count_uncoded",
    "recognise",
]
