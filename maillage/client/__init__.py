"""The Python client: ask the hub from a notebook, read typed answers."""

from maillage.client.analyses import AnalysisResult, TableRow
from maillage.client.errors import ArgumentError, ClientError, HubRefusedError, HubUnreachableError
from maillage.client.hub import Hub, connect
from maillage.client.joint import JointResult, Part, part
from maillage.client.plots import Plot
from maillage.client.progress import show_progress
from maillage.client.results import Combined, CountResult, SiteCount, YearCount
from maillage.client.risk import RiskModelError
from maillage.client.tables import Table
from maillage.client.typed import Distribution, Flows, Incidence, Model, Outcomes, Result, Survival, Table1

__all__ = [
    "AnalysisResult",
    "ArgumentError",
    "ClientError",
    "Combined",
    "CountResult",
    "Distribution",
    "Flows",
    "Hub",
    "HubRefusedError",
    "HubUnreachableError",
    "Incidence",
    "JointResult",
    "Model",
    "Outcomes",
    "Part",
    "Plot",
    "Result",
    "RiskModelError",
    "SiteCount",
    "Survival",
    "Table",
    "Table1",
    "TableRow",
    "YearCount",
    "connect",
    "part",
    "show_progress",
]
