"""French first: texts are written in French; a language chosen at the edge may replace them.

The language lives in a context variable, so that a thread of the hub and a command of the CLI each keep
their own. A text that crosses the wire is a code, never a sentence: the reader's side words it.
"""

import gettext
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("fr", "en")
DOMAIN = "maillage"

_language: ContextVar[str] = ContextVar("maillage_language", default="fr")


def _(message: str) -> str:
    """The message in the language of the present context; the French text itself where none is known."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form that agrees with the count. French reads 0 and 1 as singular."""
    if _language.get() == "fr":
        return singular if count < 2 else plural
    return _catalogue(_language.get()).ngettext(singular, plural, count)


def mark(message: str) -> str:
    """Marks a text for the catalogue without translating it yet: for tables of texts."""
    return message


def say(marked: str) -> str:
    """A text that was marked where it stands, in the present language; the extractor reads nothing here."""
    return _catalogue(_language.get()).gettext(marked)


def use_language(language: str) -> None:
    """Choose the language for the rest of this context; an unknown one falls back to French."""
    _language.set(language if language in LANGUAGES else "fr")


def current_language() -> str:
    """The two-letter code in force."""
    return _language.get()


@contextmanager
def in_language(language: str) -> Generator[None]:
    """The language for the body of a `with`, then the former one again."""
    token = _language.set(language if language in LANGUAGES else "fr")
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "fr":
        return gettext.NullTranslations()
    folder = Path(__file__).parent.parent / "locale"
    return gettext.translation(DOMAIN, localedir=folder, languages=[language], fallback=True)
