"""A batch from FHIR R4: bulk exports in NDJSON, and Bundles."""

from maillage.warehouse.batches.fhir.load import FhirBatch, load_fhir
from maillage.warehouse.batches.fhir.report import FhirReport, Reject

__all__ = ["FhirBatch", "FhirReport", "Reject", "load_fhir"]
