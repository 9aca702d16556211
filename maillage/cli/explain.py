"""`maillage cohort explain`: a definition in sentences, and a drawing of its time."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _, current_language, in_language
from maillage.cli.definitions import read_definition
from maillage.cohort import CohortExpression
from maillage.cohort.errors import CohortError
from maillage.cohort.explain import (
    as_json,
    as_markdown,
    as_text,
    as_web_page,
    draw_timeline,
    explain_cohort,
    shorten,
)


class Form(StrEnum):
    """What is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


class Language(StrEnum):
    """The languages that explanations are written in."""

    FRENCH = "fr"
    ENGLISH = "en"


def explain(
    expression: Annotated[Path, typer.Argument(metavar="EXPR", help=_("Le fichier JSON de la définition."))],
    lang: Annotated[Language | None, typer.Option(help=_("Langue de l’explication : fr ou en."))] = None,
    form: Annotated[Form, typer.Option("--format", help=_("text, markdown, html ou json."))] = Form.TEXT,
    timeline: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help=_("Le fichier où dessiner la frise des délais (SVG).")),
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help=_("Coupe les longues listes de codes, en disant de combien."))
    ] = False,
) -> None:
    """Print one definition in sentences."""
    read = read_definition(expression)
    with in_language(lang or current_language()):
        typer.echo(_words(read, form, short=short), nl=False)
        if timeline is not None:
            _write(timeline, draw_timeline(read))


def _words(expression: CohortExpression, form: Form, *, short: bool) -> str:
    explanation = explain_cohort(expression)
    if short:
        explanation = shorten(explanation)
    match form:
        case Form.TEXT:
            return as_text(explanation)
        case Form.MARKDOWN:
            return as_markdown(explanation)
        case Form.HTML:
            return as_web_page(explanation, drawing=draw_timeline(expression))
        case Form.JSON:
            return as_json(explanation)


def _write(path: Path, drawing: str) -> None:
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise CohortError(
            _("{path} ne peut pas être écrit.").format(path=path), why=error.strerror or type(error).__name__
        ) from error
