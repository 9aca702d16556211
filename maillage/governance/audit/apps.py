"""The Django application that owns the audit's table."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Audit."""

    name = "maillage.governance.audit"
    label = "audit"
