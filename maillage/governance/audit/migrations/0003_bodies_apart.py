"""Lines hash the hash of their body, which lies in a table of its own and can go when a line says so."""

# Django's fields are typed without stubs as taking no default.
# pyright: reportArgumentType=false

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from maillage.base.statements import load_statements

_COLUMNS = [
    ("version", models.BigIntegerField(default=1), "bigint NOT NULL DEFAULT 1"),
    ("body", models.CharField(blank=True, default="", max_length=71), "varchar(71) NOT NULL DEFAULT ''"),
]


def add_triggers(_apps: Any, schema_editor: Any) -> None:
    file = f"sql/bodies.{schema_editor.connection.vendor}.sql"
    for statement in load_statements("maillage.governance.audit", file).values():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        # Django adds such a column on SQLite by making the table anew, which would drop the triggers.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"ALTER TABLE audit_event ADD COLUMN {name} {kind}", migrations.RunSQL.noop)
                for name, _field, kind in _COLUMNS
            ],
            state_operations=[migrations.AddField("event", name, field) for name, field, _kind in _COLUMNS],
        ),
        migrations.AddIndex(
            "event",
            models.Index(
                fields=["sequence"],
                name="audit_anchoring",
                condition=models.Q(type__in=["node:ledger:anchor", "node:ledger:differ"]),
            ),
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_column="sequence",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="kept",
                        serialize=False,
                        to="audit.event",
                    ),
                ),
                ("salt", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=120)),
                ("subject", models.CharField(max_length=120)),
                ("facts", models.TextField()),
            ],
        ),
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
    ]
