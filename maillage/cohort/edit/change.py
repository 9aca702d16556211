"""Applying an edit: a document in, another out; the first is left as it is."""

from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.edits import Edit


def change(document: Document, edit: Edit) -> Document:
    """The document with the edit made. Raises EditError: a path that is not there, a number out of range."""
    raise NotImplementedError
