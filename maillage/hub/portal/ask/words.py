"""The words of the builder's controls, as tables."""

from collections.abc import Mapping
from typing import Any

from maillage.base.i18n import mark, say
from maillage.cohort.edit import Edge, Mode, Place, Times, Which
from maillage.cohort.edit.naming import DISTINCT_WORDS

PLACE_WORDS: Mapping[Place, str] = {
    Place.ANY: mark("à n’importe quel moment"),
    Place.BEFORE: mark("avant"),
    Place.ON_OR_BEFORE: mark("avant, ou le jour même"),
    Place.SAME_DAY: mark("le jour même"),
    Place.AROUND: mark("avant ou après"),
    Place.ON_OR_AFTER: mark("après, ou le jour même"),
    Place.AFTER: mark("après"),
    Place.STAY: mark("pendant le même séjour"),
    Place.CUSTOM: mark("entre deux jours choisis"),
}
"""Where an event lies; the anchor's name follows."""

EDGE_WORDS: Mapping[Edge, str] = {Edge.START: mark("le début"), Edge.END: mark("la fin")}
"""Which date of the index event is the anchor."""

TIMES_WORDS: Mapping[Times, str] = {
    Times.AT_LEAST: mark("au moins"),
    Times.AT_MOST: mark("au plus"),
    Times.EXACTLY: mark("exactement"),
}
"""How a number of events is compared."""

MODE_WORDS: Mapping[Mode, str] = {
    Mode.ALL: mark("tous : ET"),
    Mode.ANY: mark("l’un ou l’autre : OU"),
    Mode.AT_LEAST: mark("au moins…"),
    Mode.AT_MOST: mark("au plus…"),
}
"""How many members of a group must hold."""

WHICH_WORDS: Mapping[Which, str] = {
    Which.FIRST_EVER: mark("le tout premier de sa vie"),
    Which.EARLIEST: mark("le premier qui convient"),
    Which.FITTING: mark("le premier qui satisfait tous les critères"),
    Which.EVERY: mark("chacun : une personne peut entrer plusieurs fois"),
}
"""By which event a person enters."""

COMPARISON_WORDS: Mapping[str, str] = {
    "gt": mark("plus de"),
    "gte": mark("au moins"),
    "lt": mark("moins de"),
    "lte": mark("au plus"),
    "eq": mark("égal à"),
    "bt": mark("entre"),
}
"""How a result is compared."""

ERA_WORDS: Mapping[str, str] = {
    "before": mark("Avant"),
    "during": mark("Pendant"),
    "after": mark("Après"),
    "around": mark("Autour"),
    "any": mark("N’importe quand"),
}
"""On which side of the index event a card lies."""

DONE: Mapping[str, str] = {
    "kinds": mark(
        "Ces codes sont de plusieurs genres : il y a un critère pour chacun, à changer ou à réunir plus bas."
    ),
    "entries": mark(
        "Ces codes sont de plusieurs genres : il y a un événement d’entrée pour chacun, et l’un d’eux suffit."
    ),
    "saved": mark("Version enregistrée."),
    "shared": mark("Cohorte partagée : le groupement voit ses versions."),
    "unshared": mark("Cohorte retirée du partage."),
}
"""What the builder says after a form of its own that changed the page."""


def word_done(done: str) -> str:
    """What was done, in words; nothing for another word."""
    return say(DONE[done]) if done in DONE else ""


def words() -> dict[str, Mapping[str, str]]:
    """All of them in the language in force, for templates."""
    return {
        "places": _said(PLACE_WORDS),
        "edges": _said(EDGE_WORDS),
        "times": _said(TIMES_WORDS),
        "distincts": _said(DISTINCT_WORDS),
        "modes": _said(MODE_WORDS),
        "whichs": _said(WHICH_WORDS),
        "comparisons": _said(COMPARISON_WORDS),
        "eras": _said(ERA_WORDS),
    }


def _said(table: Mapping[Any, str]) -> dict[str, str]:
    return {str(key): say(text) for key, text in table.items()}
