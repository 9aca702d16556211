"""The few forms that the pages are made of."""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Mapping, Sequence

NOTICE = "Written by `make docs` from the code; edit the code, not this page."


def page(title: str, *parts: str, notice: str = NOTICE) -> str:
    """A whole page, its parts set apart by an empty line."""
    return "\n\n".join([f"# {title}", notice, *(part for part in parts if part)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing at all when it has no row."""
    lines = [f"| {' | '.join(map(_escape, row))} |" for row in rows]
    return "\n".join([f"| {' | '.join(header)} |", "|---" * len(header) + "|", *lines]) if lines else ""


def code(text: str) -> str:
    """The text as code; nothing stays nothing."""
    return f"`{text}`" if text else ""


def read_meanings(owner: type) -> Mapping[str, str]:
    """The text under each field of a class.

    Python forgets these texts, so they are read from the source; keeping them at run time would have each
    node parse its own source at its start.
    """
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class is one
    meanings: dict[str, str] = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                meanings[name] = text
    return meanings


def _escape(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")
