"""The Django application that owns the permits' tables."""

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    """Permits."""

    name = "maillage.governance.permits"
    label = "permits"
