"""The Django application that owns ways in, sessions, visits and nonces."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access."""

    name = "maillage.hub.access"
    label = "access"
