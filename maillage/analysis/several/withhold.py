"""What a checker may hide of several: `2` is the second part, `2/name` a cell of it by its own name."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from maillage.analysis.base import NamedCell
from maillage.analysis.registry import load_withholding, load_words
from maillage.analysis.several.spec import PartContent, SeveralContent, make_content
from maillage.base.i18n import _, say
from maillage.disclosure.evidence import RuleName
from maillage.disclosure.values import cell_from_json
from maillage.exchange.parts import MOST_PARTS

PARTS = tuple(str(rank) for rank in range(1, MOST_PARTS + 1))
"""Names that stand for a whole part, by its place."""

WHOLE = "persons"
"""Every part's whole, and with it all there is."""

Lister = Callable[[str, Mapping[str, Any]], Sequence[NamedCell]]


def list_cells(document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:
    """The cells of each part in words, after that at the head."""
    content = SeveralContent.model_validate(document)
    parts = [(part.analysis, part.content) for part in content.parts]
    head = NamedCell(WHOLE, _("Toutes les analyses"), content.persons)
    return [head, *_list(parts, lambda name, one: load_withholding(name).list_cells(one, rules=rules))]


def list_combined(document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:
    """The same of the group's document."""
    parts = [(part["analysis"], part["document"]) for part in document["parts"]]
    head = NamedCell(WHOLE, _("Toutes les analyses"), cell_from_json(document["persons"]))
    return [head, *_list(parts, lambda name, one: load_withholding(name).list_combined(one, rules=rules))]


def _list(parts: Sequence[tuple[str, Mapping[str, Any] | None]], lister: Lister) -> list[NamedCell]:
    return [
        NamedCell(f"{rank}/{cell.name}", f"{rank}. {say(load_words(name).title)} : {cell.words}", cell.cell)
        for rank, (name, document) in enumerate(parts, start=1)
        if document is not None
        for cell in lister(name, document)
    ]


def withhold(document: Mapping[str, Any], *, names: Collection[str]) -> dict[str, Any]:
    """The content with the named cells and parts suppressed, by the rules of each part's analysis."""
    content = SeveralContent.model_validate(document)
    parts = [_withhold(part, rank=rank, names=names) for rank, part in enumerate(content.parts, start=1)]
    return make_content(parts).model_dump(mode="json")


def _withhold(part: PartContent, *, rank: int, names: Collection[str]) -> PartContent:
    own = {name.partition("/")[2] for name in names if name.startswith(f"{rank}/")}
    own |= {WHOLE} if {WHOLE, str(rank)} & set(names) else set()
    if part.content is None or not own:
        return part
    return PartContent(
        analysis=part.analysis, content=load_withholding(part.analysis).withhold(part.content, names=own)
    )


def find_margins(document: Mapping[str, Any]) -> dict[RuleName, int]:
    """By rule, the number that comes nearest to breaking it in any part."""
    nearest: dict[RuleName, int] = {}
    for part in SeveralContent.model_validate(document).parts:
        found = {} if part.content is None else load_withholding(part.analysis).find_margins(part.content)
        nearest |= {rule: min(number, nearest.get(rule, number)) for rule, number in found.items()}
    return nearest
