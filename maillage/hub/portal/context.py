"""What every page shows: the network's name, its banner, who is here, where one may go, light or dark."""

from typing import Any

from django.http import HttpRequest

from maillage.hub.boot import current_hub
from maillage.hub.portal.appearance import chosen_theme, list_themes
from maillage.hub.portal.navigation import list_links


def describe_network(request: HttpRequest) -> dict[str, Any]:
    """For every template."""
    settings = current_hub().settings
    return {
        "network": settings.name,
        "banner": settings.banner,
        "floor": settings.floor,
        "minimum_sites": settings.minimum_sites,
        "requester": getattr(request, "requester", ""),
        "links": list_links(request),
        "theme": chosen_theme(request),
        "themes": list_themes(request),
    }
