"""Batches from the PMSI of short stays (MCO): RUM, grouped RSS and RSA."""

from maillage.warehouse.batches.pmsi.report import FAULTS, NOTES, PmsiReport, Refused
from maillage.warehouse.batches.pmsi.stage import DEFAULT_TOLERANCE, PmsiRefusedError, stage_pmsi

__all__ = ["DEFAULT_TOLERANCE", "FAULTS", "NOTES", "PmsiRefusedError", "PmsiReport", "Refused", "stage_pmsi"]
