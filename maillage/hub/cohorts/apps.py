"""The Django application that owns cohorts."""

from django.apps import AppConfig


class CohortsConfig(AppConfig):
    """Cohorts."""

    name = "maillage.hub.cohorts"
    label = "cohorts"
