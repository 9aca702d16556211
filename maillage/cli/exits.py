"""Exit codes, and how an error is told to a person."""

import sys
import traceback
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.text import Text

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _

EXIT_CODES: Mapping[Kind, int] = {
    Kind.INPUT: 2,
    Kind.NOT_FOUND: 3,
    Kind.REFUSED: 4,
    Kind.UNAVAILABLE: 5,
    Kind.INTEGRITY: 6,
    Kind.LIMIT: 7,
    Kind.CONFLICT: 8,
}
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


def tell_error(error: MaillageError) -> int:
    """Print what, why and what to do on stderr; give back the exit code."""
    console = Console(stderr=True, highlight=False)
    console.print(Text(_("Erreur : "), style="bold red") + Text(error.what, style="bold"))
    for label, text in ((_("Pourquoi : "), error.why), (_("Que faire : "), error.remedy)):
        if text:
            console.print(Text(label, style="dim") + Text(text))
    return EXIT_CODES[error.kind]


def tell_bug(error: BaseException) -> int:
    """Print where the program broke, without a value: an engine's own message may quote a patient's row."""
    sys.stderr.write(
        _("Erreur imprévue ({kind}). C’est un défaut de Maillage : signalez-le avec ces lignes.").format(
            kind=type(error).__name__
        )
        + "\n"
    )
    for line in _places(error.__traceback__):
        sys.stderr.write(f"  {line}\n")
    return EXIT_BUG


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
