"""What every page shows: the network's name, its banner, who is here."""

from typing import Any

from django.http import HttpRequest

from maillage.hub.boot import current_hub


def describe_network(request: HttpRequest) -> dict[str, Any]:
    """For every template."""
    settings = current_hub().settings
    return {
        "network": settings.name,
        "banner": settings.banner,
        "floor": settings.floor,
        "minimum_sites": settings.minimum_sites,
        "requester": getattr(request, "requester", ""),
    }
