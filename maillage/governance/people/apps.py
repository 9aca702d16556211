"""The Django application that owns the people's tables."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People."""

    name = "maillage.governance.people"
    label = "people"
