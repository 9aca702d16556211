"""The database itself refuses to change or delete a line of the audit."""

from typing import Any

from django.db import migrations

from maillage.base.statements import load_statements


def add_triggers(_apps: Any, schema_editor: Any) -> None:
    file = f"sql/triggers.{schema_editor.connection.vendor}.sql"
    for statement in load_statements("maillage.governance.audit", file).values():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(add_triggers, migrations.RunPython.noop)]
