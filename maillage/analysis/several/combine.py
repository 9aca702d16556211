"""The hub's half of several: each part combined by its own analysis, over one group of hospitals (S8).

Two totals of one cohort over hospitals that differ by one tell that one's number. So the hospitals that are
not shown alone are in every part's total together, or in none of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from maillage.analysis.base import Contribution
from maillage.analysis.errors import ContentError
from maillage.analysis.registry import load_combine
from maillage.analysis.several.spec import SeveralContent, choose_persons, read_persons
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.disclosure.values import Suppressed, Suppression, cell_to_json

PART_FAILED = "part_failed"
"""Why a hospital that answered is not in a part: it could not compute it."""

_NEVER = 1_000_000
"""So many hospitals are in no group: a part whose group is another has none that are mixed."""

Read = Mapping[str, SeveralContent]


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """The group's document: at the head the first total that there is, then each part's own document.

    Who is left out of one part is told there. Raises ContentError, for a content of any part too.
    """
    read = {site: _read(one.content) for site, one in sorted(contributions.items())}
    names = _name_parts(read)
    group = _find_group(read, contributions, minimum_sites=minimum_sites)
    documents = [
        _combine_part(rank, name, read, contributions, group=group, floor=floor, minimum_sites=minimum_sites)
        for rank, name in enumerate(names)
    ]
    contributing = {site for document in documents for site in document["contributing"]}
    return {
        "persons": cell_to_json(_head(documents)),
        "contributing": sorted(contributing),
        "left_out": _list_left_out(documents, contributing=contributing),
        "repeated": sorted({site for document in documents for site in document["repeated"]}),
        "parts": [
            {"analysis": name, "document": document} for name, document in zip(names, documents, strict=True)
        ],
    }


def choose_group(contents: Read, *, minimum_sites: int) -> frozenset[str]:
    """The hospitals that the total mixes, of those that are not shown alone: all who tell a number in the
    first part that enough of them tell.
    """
    for rank in range(len(_name_parts(contents))):
        told = _tell(contents, rank=rank)
        if len(told) >= minimum_sites:
            return told
    return frozenset()


def list_mixed(contents: Mapping[str, Mapping[str, Any]], *, minimum_sites: int) -> tuple[list[str], bool]:
    """The hospitals of `choose_group`, by name, and whether a part of one of them repeats a former answer."""
    read = {site: _read(content) for site, content in contents.items()}
    group = choose_group(read, minimum_sites=minimum_sites)
    parts = [part.content for site in group for part in read[site].parts]
    return sorted(group), any(content is not None and content.get("repeated", False) for content in parts)


def _find_group(
    read: Read, contributions: Mapping[str, Contribution], *, minimum_sites: int
) -> frozenset[str]:
    """As it was fixed when the question closed; masks that were put on since do not move it."""
    mixed = {site: one for site, one in contributions.items() if not one.shown_alone}
    if any(one.in_total is not None for one in mixed.values()):
        return frozenset(site for site, one in mixed.items() if one.in_total)
    return choose_group({site: read[site] for site in mixed}, minimum_sites=minimum_sites)


def _tell(contents: Read, *, rank: int) -> frozenset[str]:
    return frozenset(
        site for site, one in contents.items() if not isinstance(one.parts[rank].persons, Suppressed)
    )


def _combine_part(
    rank: int,
    name: str,
    read: Read,
    contributions: Mapping[str, Contribution],
    *,
    group: frozenset[str],
    floor: int,
    minimum_sites: int,
) -> dict[str, Any]:
    told = {site: part.content for site, one in read.items() if (part := one.parts[rank]).content is not None}
    mixed = frozenset(site for site in _tell(read, rank=rank) if not contributions[site].shown_alone)
    is_whole = bool(group) and group <= mixed
    # Where the whole group is there, others who tell this part alone stay out of it; else nobody is mixed.
    beside = mixed - group if is_whole else frozenset[str]()
    parts = {
        site: Contribution(content, contributions[site].shown_alone)
        for site, content in told.items()
        if site not in beside
    }
    least = minimum_sites if is_whole else _NEVER
    document = load_combine(name)(parts, floor=floor, minimum_sites=least)
    out = dict.fromkeys(sorted(beside), Suppression.TOO_FEW_SITES.value)
    out |= {site: PART_FAILED for site in read if site not in told}
    left_out = [*document["left_out"], *({"id": site, "why": why} for site, why in out.items())]
    return document | {"left_out": left_out}


def _read(document: Mapping[str, Any]) -> SeveralContent:
    try:
        return SeveralContent.model_validate(document)
    except ValidationError as error:
        raise ContentError(
            _("La réponse d’un hôpital n’a pas la forme attendue."), why=describe_validation(error)
        ) from error


def _name_parts(contents: Read) -> Sequence[str]:
    """Which analyses there are, in order; none before somebody answered. Raises ContentError."""
    named = {tuple(part.analysis for part in one.parts) for one in contents.values()}
    if len(named) > 1:
        raise ContentError(_("Les hôpitaux n’ont pas répondu aux mêmes analyses."))
    return next(iter(named), ())


def _head(documents: Sequence[Mapping[str, Any]]) -> Any:
    if not documents:
        return Suppressed(Suppression.TOO_FEW_SITES)
    return choose_persons([read_persons(document) for document in documents])


def _list_left_out(documents: Sequence[Mapping[str, Any]], *, contributing: set[str]) -> list[dict[str, str]]:
    """Hospitals that are in no part, each with the first reason that a part gives."""
    why = {line["id"]: line["why"] for document in reversed(documents) for line in document["left_out"]}
    return [{"id": site, "why": why[site]} for site in sorted(why) if site not in contributing]
