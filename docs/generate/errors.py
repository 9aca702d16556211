"""Exit codes of the command line, and the codes with which a hospital does not answer."""

from docs.generate.markdown import code, page, read_meanings, table
from maillage.base.errors import Kind
from maillage.base.i18n import in_language
from maillage.cli.exits import EXIT_BUG, EXIT_CODES, EXIT_INTERRUPTED
from maillage.exchange.reasons import Reason, word


def write_page() -> str:
    """docs/reference/errors.md."""
    return page(
        "Errors",
        "## Exit codes",
        "Every error says on stderr what happened, why, and what to do.",
        table(("code", "meaning"), _exits()),
        "## Why a hospital does not answer",
        "A refusal and a failure carry one of these codes and no sentence: whoever reads it words it.",
        table(("code", "in French", "in English"), [_reason(reason) for reason in sorted(Reason)]),
        "The codes of the hub’s client API are in [api.md](../api.md#errors).",
    )


def _exits() -> list[tuple[str, str]]:
    meanings = read_meanings(Kind)
    return [
        ("0", "It is done."),
        *((str(number), meanings[kind.name]) for kind, number in EXIT_CODES.items()),
        (str(EXIT_BUG), "A defect of Maillage; the lines on stderr say where."),
        (str(EXIT_INTERRUPTED), "Interrupted (Ctrl-C)."),
    ]


def _reason(reason: Reason) -> tuple[str, str, str]:
    with in_language("fr"):
        french = word(reason)
    return code(reason.value), french, word(reason)
