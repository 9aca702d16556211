"""From a draft to what a builder shows of it."""

from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.model import Outline


def outline(document: Document) -> Outline:
    """The draft as cards, in the language in force. Raises ExpressionError for what is no expression."""
    raise NotImplementedError
