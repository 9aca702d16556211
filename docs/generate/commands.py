"""Every command of `maillage`, read from the parser itself."""

from collections.abc import Iterator
from typing import Any

import typer

from docs.generate.markdown import code, page, table
from maillage.cli.main import build_parser


def write_page() -> str:
    """docs/reference/cli.md."""
    root = typer.main.get_command(build_parser())
    context = root.make_context("maillage", [], resilient_parsing=True)
    return page("Commands", *_describe(root, context))


def _describe(command: Any, context: Any) -> Iterator[str]:
    """This command, then those under it."""
    yield f"## {context.command_path}"
    yield command.help
    yield code(" ".join([context.command_path, *command.collect_usage_pieces(context)]))
    yield table(("argument or option", "meaning"), _parameters(command, context))
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            yield from _describe(below, below.context_class(below, info_name=name, parent=context))


def _parameters(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record:
            yield code(record[0]), record[1]
