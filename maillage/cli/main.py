"""`maillage`: finds the sub-command, chooses the language, turns errors into exit codes."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from maillage import __version__
from maillage.base.errors import MaillageError
from maillage.base.i18n import _, use_language
from maillage.cli.exits import EXIT_INTERRUPTED, tell_bug, tell_error

# Imported on demand: the node's agent must not carry the compiler, nor a hospital need Django.
SUBCOMMANDS: Mapping[str, str] = {
    "budget": "maillage.cli.budget",
    "cohort": "maillage.cli.cohort",
    "demo": "maillage.cli.demo",
    "hub": "maillage.cli.hub",
    "node": "maillage.cli.node",
    "permit": "maillage.cli.permit",
    "vocabulary": "maillage.cli.vocabulary",
    "warehouse": "maillage.cli.warehouse",
}


class _OnDemand(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the library's signature
        return sorted(SUBCOMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the library's signature
        if cmd_name not in SUBCOMMANDS:
            return None
        command = typer.main.get_command(import_module(SUBCOMMANDS[cmd_name]).app)
        # Without it the list of commands shows this one's help beside a blank.
        command.name = cmd_name
        return command


def build_parser() -> typer.Typer:
    """Every command, in the language of the present context."""
    app = typer.Typer(
        cls=_OnDemand,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=_("Maillage relie les entrepôts de données de santé d’un groupe d’hôpitaux."),
    )

    @app.callback()
    def root(
        version: bool = typer.Option(
            False, "--version", help=_("Affiche la version."), is_eager=True, callback=_tell_version
        ),
        lang: str = typer.Option("fr", envvar="MAILLAGE_LANG", help=_("Langue des messages : fr ou en.")),
    ) -> None:
        pass

    return app


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _chosen_language(arguments: Sequence[str]) -> str:
    # Help texts are made while the parser is built, so the language is looked for before parsing.
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
    return os.environ.get("MAILLAGE_LANG", "fr")


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is given back instead of raised."""
    use_language(_chosen_language(arguments))
    try:
        outcome = typer.main.get_command(build_parser())(args=list(arguments), standalone_mode=True)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    except MaillageError as error:
        return tell_error(error)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last frame: whatever comes here is a defect of ours
        return tell_bug(error)
    return outcome if isinstance(outcome, int) else 0


def main() -> None:
    """The entry point of the `maillage` command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
