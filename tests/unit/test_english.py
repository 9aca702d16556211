"""Whoever chooses English reads English: every text has its translation, and no other is kept."""

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages import Message

from tests.support.catalogues import SOURCE, Catalogue, find_texts, read_pages, read_python

PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)s")


@pytest.fixture(scope="module", params=[read_python, read_pages], ids=["python", "pages"])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return request.param()


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Each French form with its English one."""
    french = (message.id,) if isinstance(message.id, str) else message.id
    english = (message.string,) if isinstance(message.string, str) else message.string or ()
    yield from zip(french, english, strict=True)


def test_every_text_stands_translated(catalogue: Catalogue) -> None:
    translated = {
        text
        for text, message in catalogue.messages.items()
        if not message.fuzzy and all(english for _, english in forms(message))
    }
    assert catalogue.texts - translated == set(), "run `make messages`, then write the English"


def test_no_translation_is_left_of_a_text_that_went(catalogue: Catalogue) -> None:
    assert catalogue.messages.keys() - catalogue.texts == set(), "run `make messages`"


def test_the_english_fills_the_same_blanks(catalogue: Catalogue) -> None:
    differing = [
        (french, english)
        for message in catalogue.messages.values()
        for french, english in forms(message)
        if sorted(PLACEHOLDER.findall(french)) != sorted(PLACEHOLDER.findall(english))
    ]
    assert differing == []


def test_the_english_starts_and_ends_as_the_french(catalogue: Catalogue) -> None:
    """A label such as “Error: ” is put before a text: its last space matters."""
    differing = [
        (french, english)
        for message in catalogue.messages.values()
        for french, english in forms(message)
        if french[-1].isspace() != english[-1].isspace()
    ]
    assert differing == []


def test_every_marked_text_is_a_literal() -> None:
    """The extractor passes over what it cannot read: an f-string, a variable."""
    unread = [
        f"{path}:{call.lineno}"
        for path in SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        for text in call.args[: {"_": 1, "mark": 1, "ngettext": 2}.get(call.func.id, 0)]
        # `_(_SENTENCES[code])` and `_(form.words)` word declarations whose texts went through `mark`.
        if not isinstance(text, ast.Constant | ast.Subscript | ast.Attribute)
    ]
    assert unread == []


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ('{% translate "Entrer" %}', ["Entrer"]),
        ("{% translate 'Entrer' as label %}", ["Entrer"]),
        ('{% include "x.html" with label=_("Entrer") %}', ["Entrer"]),
        ("{% blocktranslate trimmed %}\n  Un\n  deux\n{% endblocktranslate %}", ["Un deux"]),
        ("{% blocktranslate with n=x|length %}{{ n }} %{% endblocktranslate %}", ["%(n)s %%"]),
        (
            "{% blocktranslate count n=n %}{{ n }} cas{% plural %}{{ n }} des cas{% endblocktranslate %}",
            [("%(n)s cas", "%(n)s des cas")],
        ),
    ],
)
def test_the_texts_of_a_template_are_found(template: str, texts: list[str]) -> None:
    assert list(find_texts(template)) == texts
