# Django's fields are typed without stubs as taking no default.
# pyright: reportArgumentType=false

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0006_rounds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["site", "state", "answered_at"], name="task_told"),
        ),
    ]
