# Django's fields are typed without stubs as taking no default.
# pyright: reportArgumentType=false
"""People and the roles that they were given."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120, unique=True)),
                ("folded", models.CharField(max_length=120, unique=True)),
                ("full_name", models.CharField(max_length=120)),
                ("email", models.CharField(blank=True, default="", max_length=200)),
                ("state", models.CharField(default="invited", max_length=12)),
                ("invited_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("full_name", "name"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=("email",),
                        name="one_person_an_email",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=20)),
                ("site", models.CharField(blank=True, default="", max_length=40)),
                ("state", models.CharField(default="given", max_length=12)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=120)),
                ("given_at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(blank=True, default="", max_length=120)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="people.person"
                    ),
                ),
            ],
            options={
                "ordering": ("given_at", "id"),
            },
        ),
    ]
