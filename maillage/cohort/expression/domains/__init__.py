"""The domains of OMOP and their attributes as data: the compiler and the reader hold no list of their own."""

from maillage.cohort.expression.domains.registry import DEMOGRAPHICS, DOMAINS
from maillage.cohort.expression.domains.spec import (
    Attribute,
    CountColumn,
    Derived,
    Domain,
    EndRule,
    Place,
    Refusal,
    Shape,
)

__all__ = [
    "DEMOGRAPHICS",
    "DOMAINS",
    "Attribute",
    "CountColumn",
    "Derived",
    "Domain",
    "EndRule",
    "Place",
    "Refusal",
    "Shape",
]
