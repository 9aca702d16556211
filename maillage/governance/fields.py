"""Columns, typed as what they hold: Django's own fields are typed as descriptors, which no caller sees."""

from typing import Any

from django.db import models


def short_text(**options: Any) -> Any:
    """A text of at most 200 characters, or of `max_length`."""
    return models.CharField(**({"max_length": 200} | options))


def long_text(**options: Any) -> Any:
    """A text without bound."""
    return models.TextField(**options)


def whole(**options: Any) -> Any:
    """A whole number, 64 bits."""
    return models.BigIntegerField(**options)


def whole_key() -> Any:
    """A key that counts up by itself."""
    return models.BigAutoField(primary_key=True)


def real(**options: Any) -> Any:
    """A floating-point number; here, always milliseconds or seconds."""
    return models.FloatField(**options)


def flag(**options: Any) -> Any:
    """True or false."""
    return models.BooleanField(**options)


def instant(**options: Any) -> Any:
    """A moment in UTC."""
    return models.DateTimeField(**options)


def document(**options: Any) -> Any:
    """A small JSON value of ours. What is hashed or comes from outside is kept as canonical text instead."""
    return models.JSONField(**options)


def raw(**options: Any) -> Any:
    """Bytes as they were received or sent."""
    return models.BinaryField(**options)


def belongs_to(other: str, **options: Any) -> Any:
    """A reference to a row that cannot be deleted while this one exists."""
    return models.ForeignKey(other, on_delete=models.PROTECT, **options)


def extends(other: str, **options: Any) -> Any:
    """A reference to the one row of which this one says more; it is this one's key."""
    return models.OneToOneField(other, on_delete=models.PROTECT, primary_key=True, **options)
