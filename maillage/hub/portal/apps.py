"""The Django application that owns templates and styles."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal."""

    name = "maillage.hub.portal"
    label = "portal"
