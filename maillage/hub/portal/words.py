"""What a hospital's answer is called, on pages and on paper."""

from collections.abc import Mapping

from maillage.base.i18n import _, mark, say
from maillage.disclosure.values import cell_from_json
from maillage.exchange.cell_words import describe_cell
from maillage.hub.questions.repeats import Repeats

_STATUSES: Mapping[str, str] = {
    "absent": mark("N’était pas interrogé"),
    "waiting": mark("En attente de l’hôpital"),
    "delivered": mark("Compte…"),
    "held": mark("Examine la question"),
    "answered": mark("A répondu"),
    "refused": mark("A refusé"),
    "failed": mark("A échoué"),
    "missing": mark("N’a pas répondu à temps"),
}


def word_status(status: str) -> str:
    """Where a hospital stands with a question."""
    return _(_STATUSES[status])


def word_cell(document: Mapping[str, object] | None) -> str:
    """A cell's JSON in words; a dash where there is none."""
    return describe_cell(None if document is None else cell_from_json(document))


def word_repeats(repeats: Repeats, *, names: Mapping[str, str]) -> dict[str, str]:
    """What is told of numbers that are a former answer's, by how far they stand; hospitals by their names."""
    return {
        kind: say(text).format(sites=", ".join(names.get(site, site) for site in sites))
        for kind, text in _REPEATS.items()
        if (sites := getattr(repeats, kind))
    }


_REPEATS: Mapping[str, str] = {
    "near": mark(
        "Ce n’est peut-être pas le nombre exact de cette cohorte pour : {sites}. C’est celui d’une cohorte "
        "voisine, demandée avant sous la même autorisation : les personnes sont les mêmes, ou en diffèrent "
        "par moins que le seuil."
    ),
    "partly": mark(
        "Une partie des nombres, comme ceux de certains critères, vient d’une réponse précédente pour : "
        "{sites}."
    ),
    "same": mark("Cette cohorte avait déjà été comptée : les mêmes nombres ont été rendus par : {sites}."),
}
"""By the fields of `Repeats`."""
