"""The Django application that owns the members' table."""

from django.apps import AppConfig


class GroupConfig(AppConfig):
    """Group."""

    name = "maillage.governance.group"
    label = "group"
