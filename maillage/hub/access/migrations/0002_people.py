# Django's fields are typed without stubs as taking no default.
# pyright: reportArgumentType=false
"""Accounts: sessions, invitations, proofs, and the log of consultations, which the database keeps."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from maillage.base.statements import load_statements


def add_triggers(_apps: Any, schema_editor: Any) -> None:
    file = f"sql/visits.{schema_editor.connection.vendor}.sql"
    for statement in load_statements("maillage.hub.access", file).values():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ceremony",
            fields=[
                ("digest", models.CharField(max_length=71, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=20)),
                ("about", models.CharField(blank=True, default="", max_length=120)),
                ("secrets", models.JSONField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Password",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="password",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("hash", models.CharField(max_length=200)),
                ("totp", models.BinaryField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("digest", models.CharField(max_length=71, primary_key=True, serialize=False)),
                ("requester", models.CharField(db_index=True, max_length=120)),
                ("way", models.CharField(max_length=12)),
                ("browser", models.CharField(blank=True, default="", max_length=80)),
                ("opened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="token",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="token",
            name="label",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("digest", models.CharField(max_length=71, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.CharField(max_length=1400, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=80)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passkeys",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PscIdentity",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="psc",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("issuer", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=255)),
                ("linked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="one_person_a_subject")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("digest", models.CharField(max_length=71, primary_key=True, serialize=False)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_codes",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("requester", models.CharField(max_length=120)),
                ("route", models.CharField(max_length=60)),
                ("object", models.CharField(blank=True, default="", max_length=80)),
                ("status", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["requester", "at"], name="visit_of_a_person")],
            },
        ),
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
    ]
