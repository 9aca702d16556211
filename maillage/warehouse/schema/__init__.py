"""OMOP CDM 5.4 as data: its tables, which of them hold events, and how a row finds its person."""

from maillage.warehouse.schema.events import EVENT_TABLES, EventTable
from maillage.warehouse.schema.tables import CDM_VERSION, TABLES, CdmType, Column, Table

__all__ = ["CDM_VERSION", "EVENT_TABLES", "TABLES", "CdmType", "Column", "EventTable", "Table"]
