"""Circe JSON, the language that ATLAS reads and writes, to and from nodes."""

from maillage.cohort.circe.parse import parse_expression
from maillage.cohort.circe.write import to_circe

__all__ = ["parse_expression", "to_circe"]
