"""What each hospital last said of how many patients each concept has."""

from datetime import datetime

from django.db import models

from maillage.governance import fields


class Catalogue(models.Model):
    """A hospital's last catalogue. `envelope` is as it was signed, `digest` its hash; in it are bands."""

    site: str = fields.short_text(max_length=40, primary_key=True)
    reference: str = fields.short_text(max_length=80)
    day: str = fields.short_text(max_length=10)
    permit: str = fields.short_text(max_length=71)
    digest: str = fields.short_text(max_length=71)
    envelope: str = fields.long_text()
    received_at: datetime = fields.instant()

    objects = models.Manager()

    def __str__(self) -> str:
        return self.site
