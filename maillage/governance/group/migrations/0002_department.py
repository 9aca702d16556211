from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("group", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="department",
            field=models.CharField(blank=True, default="", max_length=3),
        ),
    ]
