"""On PostgreSQL, one function locks the chain and reads its head."""

from typing import Any

from django.db import migrations

from maillage.base.statements import load_statements


def add_function(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in load_statements("maillage.governance.audit", "sql/head.postgresql.sql").values():
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_bodies_apart")]

    operations = [migrations.RunPython(add_function, migrations.RunPython.noop)]
