"""Batches from the PMSI of short stays (MCO): RUM, grouped RSS and RSA."""

from maillage.warehouse.batches.pmsi.load import PmsiBatch, load_pmsi
from maillage.warehouse.batches.pmsi.report import FAULTS, LEFT_OUT, NOTES, PmsiReport, Refused
from maillage.warehouse.batches.pmsi.stage import DEFAULT_TOLERANCE, PmsiRefusedError, stage_pmsi

__all__ = [
    "DEFAULT_TOLERANCE",
    "FAULTS",
    "LEFT_OUT",
    "NOTES",
    "PmsiBatch",
    "PmsiRefusedError",
    "PmsiReport",
    "Refused",
    "load_pmsi",
    "stage_pmsi",
]
