"""What the source asks to translate, and what the English catalogues translate."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from tests.conftest import ROOT

SOURCE = ROOT / "maillage"
ENGLISH = "locale/en/LC_MESSAGES"

Text = str | tuple[str, str]
"""A text, or the singular and plural of one."""


@dataclass(frozen=True)
class Catalogue:
    """The texts of the source, and the messages of the catalogue by their text."""

    texts: frozenset[Text]
    messages: Mapping[Text, Message]


def read_python() -> Catalogue:
    """The texts of every room's Python and of the console's templates, as `make messages` finds them."""
    methods, options = _read_mappings()
    found = extract_from_dir(SOURCE, methods, options, keywords={**DEFAULT_KEYWORDS, "mark": None})
    texts = frozenset(text if isinstance(text, str) else (text[0], text[1]) for _, _, text, *_ in found)
    return Catalogue(texts, _read(SOURCE / ENGLISH / "maillage.po"))


def _read_mappings() -> tuple[list[tuple[str, str]], dict[str, dict[str, Any]]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = [dict(one) for one in project["tool"]["babel"]["mappings"]]
    methods = [(one.pop("pattern"), one.pop("method")) for one in found]
    return methods, {pattern: one for (pattern, _method), one in zip(methods, found, strict=True)}


def read_pages() -> Catalogue:
    """The texts of the hub's templates."""
    templates = (SOURCE / "hub").rglob("*.html")
    texts = frozenset(text for path in templates for text in find_texts(path.read_text(encoding="utf-8")))
    return Catalogue(texts, _read(SOURCE / "hub" / ENGLISH / "django.po"))


_TRANSLATE = re.compile(r"""\{%\s*trans(?:late)?\s+(["'])(?P<text>.*?)\1|\b_\((["'])(?P<short>.*?)\3\)""")
_BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b(?P<options>[^%]*)%\}(?P<body>.*?)\{%\s*endblocktrans", re.DOTALL
)
_PLURAL = re.compile(r"\{%\s*plural\s*%\}")


def find_texts(template: str) -> Iterator[Text]:
    """The texts of one template, written as Django's catalogues write them."""
    for tag in _TRANSLATE.finditer(template):
        yield tag["text"] or tag["short"]
    for block in _BLOCK.finditer(template):
        trimmed = "trimmed" in block["options"].split()
        forms = [_as_message(form, trimmed=trimmed) for form in _PLURAL.split(block["body"])]
        yield (forms[0], forms[1]) if len(forms) > 1 else forms[0]


def _as_message(body: str, *, trimmed: bool) -> str:
    text = " ".join(line.strip() for line in body.strip().splitlines()) if trimmed else body
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", text.replace("%", "%%"))


def _read(path: Path) -> Mapping[Text, Message]:
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    return {one.id if isinstance(one.id, str) else (one.id[0], one.id[1]): one for one in messages}
