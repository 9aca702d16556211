"""The Django application that owns what hospitals say of each term."""

from django.apps import AppConfig


class TermsConfig(AppConfig):
    """Terms."""

    name = "maillage.hub.terms"
    label = "terms"
