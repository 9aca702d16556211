"""The Django application that owns tokens, links and nonces."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access."""

    name = "maillage.hub.access"
    label = "access"
