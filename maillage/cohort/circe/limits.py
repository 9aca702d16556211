"""Bounds on what is read, checked before anything recursive looks at it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from maillage.base.canon import CanonError, JsonValue, read_json
from maillage.base.i18n import _
from maillage.cohort.errors import ExpressionError, ExpressionTooLargeError

MAX_BYTES = 1_048_576
MAX_DEPTH = 60
MAX_NODES = 2_000
"""The largest of 367 public phenotypes take 960 kB, are 17 levels deep and have 503 parts."""
MAX_CRITERIA = 200
"""The richest of 449 public definitions has 62; engines take a time that grows with the square to plan."""
MAX_RULES = 127
"""Each rule is a bit of a number of 128 bits with a sign, the widest that engines have."""


_CRITERIA_LISTS = frozenset(("CriteriaList", "DemographicCriteriaList", "CensoringCriteria"))
_OF_CONCEPTS = frozenset(("CONCEPT_ID", "concept"))


def read_bounded(source: bytes | str | Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object of the source, within the bounds. Raises ExpressionError, ExpressionTooLargeError."""
    document: object = source if isinstance(source, Mapping) else _read(source)
    if not isinstance(document, Mapping):
        raise ExpressionError(
            _("Une expression de cohorte est un objet JSON."),
            remedy=_("Exportez la cohorte d’ATLAS en JSON (onglet « Export »)."),
        )
    _check_bounds(cast("object", document))
    return cast("Mapping[str, Any]", document)


def _read(source: bytes | str) -> JsonValue:
    if len(source) > MAX_BYTES:
        raise ExpressionTooLargeError(
            _("L’expression de cohorte est trop grande."),
            why=_("Elle fait {size} octets ; la limite est {limit}.").format(
                size=len(source), limit=MAX_BYTES
            ),
            remedy=_("Réduisez ses listes de concepts, par exemple par leurs ancêtres."),
        )
    try:
        return read_json(source, max_bytes=MAX_BYTES)
    except CanonError as error:
        raise ExpressionError(error.what, why=error.why, remedy=error.remedy) from error


def _check_bounds(document: object) -> None:
    nodes, criteria = 0, 0
    for depth, level in enumerate(_levels(document), start=1):
        if depth > MAX_DEPTH:
            raise ExpressionTooLargeError(
                _("L’expression de cohorte est imbriquée trop profondément."),
                why=_("La limite est de {limit} niveaux.").format(limit=MAX_DEPTH),
                remedy=_("Aplatissez les groupes qui en contiennent un seul autre."),
            )
        nodes += sum(map(_is_node, level))
        if nodes > MAX_NODES:
            raise ExpressionTooLargeError(
                _("L’expression de cohorte a trop de parties."),
                why=_("La limite est de {limit} critères, groupes et fenêtres.").format(limit=MAX_NODES),
                remedy=_("Découpez-la en plusieurs cohortes."),
            )
        criteria += sum(map(_count_criteria, level))
        if criteria > MAX_CRITERIA:
            raise ExpressionTooLargeError(
                _("L’expression de cohorte a trop de critères."),
                why=_("La limite est de {limit}, à tous les niveaux ensemble.").format(limit=MAX_CRITERIA),
                remedy=_("Réunissez les concepts dans une liste, ou découpez-la en plusieurs cohortes."),
            )


def _levels(document: object) -> Iterator[list[object]]:
    """The containers of each depth. No recursion: the interpreter's stack would overflow first."""
    level = [document]
    while level:
        yield level
        level = [child for value in level for child in _children(value) if type(child) not in _SCALARS]


_SCALARS = frozenset((str, int, float, bool, type(None)))
"""What JSON holds besides containers: by far the most, and asking for their exact type is the fastest."""


def _children(value: object) -> Iterable[object]:
    match value:
        case list():
            return cast("list[object]", value)
        case Mapping():
            return cast("Mapping[str, object]", value).values()
        case _:
            return ()


def _is_node(value: object) -> bool:
    # Concepts are bounded by the size alone: real sets have thousands, and they cost the compiler nothing.
    return isinstance(value, Mapping) and cast("Mapping[str, object]", value).keys().isdisjoint(_OF_CONCEPTS)


def _count_criteria(value: object) -> int:
    """How many criteria the object itself lists."""
    if not isinstance(value, Mapping):
        return 0
    members = cast("Mapping[str, object]", value)
    lists = [members.get(key) for key in members.keys() & _CRITERIA_LISTS]
    return sum(len(cast("list[object]", found)) for found in lists if isinstance(found, list))
