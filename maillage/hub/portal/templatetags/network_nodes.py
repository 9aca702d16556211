"""The list of hospitals, which stands on more than one page."""

from typing import Any

from django import template

from maillage.hub.boot import current_hub
from maillage.hub.portal.network.page import describe_nodes

register = template.Library()


@register.inclusion_tag("portal/network/_nodes.html")
def nodes() -> dict[str, Any]:
    """Each hospital's state and figures; the list then refreshes itself."""
    return describe_nodes(hub=current_hub())
