"""The Python client: ask the hub from a notebook, read typed answers."""

from maillage.client.errors import ClientError, HubRefusedError, HubUnreachableError
from maillage.client.hub import Hub, connect
from maillage.client.results import Combined, CountResult, SiteCount, YearCount

__all__ = [
    "ClientError",
    "Combined",
    "CountResult",
    "Hub",
    "HubRefusedError",
    "HubUnreachableError",
    "SiteCount",
    "YearCount",
    "connect",
]
