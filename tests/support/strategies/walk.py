"""Everything that an expression is made of."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass


def walk(value: object) -> Iterator[object]:
    """The value and every value within it: nodes, enum members, texts, numbers, dates."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from walk(getattr(value, field.name))
    if isinstance(value, tuple | list):
        for member in value:
            yield from walk(member)
