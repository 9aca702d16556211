"""How fields are asked that several analyses have: of a variable, a measure, a window. One table of words.

An analysis's own words come first, by a field's path; these are by a field's name alone.
"""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Ask, Words
from maillage.base.i18n import mark, say

COMMON = Words(
    title="",
    summary="",
    labels={
        "kind=age": mark("Âge"),
        "kind=sex": mark("Sexe"),
        "kind=year": mark("Année d’entrée"),
        "kind=condition": mark("Diagnostic"),
        "kind=drug": mark("Médicament"),
        "kind=procedure": mark("Acte"),
        "kind=measurement": mark("Examen"),
        "kind=observation": mark("Observation"),
        "kind=device": mark("Dispositif"),
        "kind=visit": mark("Séjours"),
        "kind=death": mark("Décès"),
        "kind=follow_up": mark("Durée de suivi"),
        "domain=visit": mark("Séjours"),
        "name": mark("Nom dans les résultats"),
        "concepts": mark("Termes"),
        "descendants": mark("Et tout ce qui est dessous"),
        "window": mark("Quand"),
        "use": mark("Ce qui est retenu"),
        "use=any": mark("au moins un : oui ou non"),
        "use=count": mark("combien"),
        "use=days": mark("les nuits, ensemble"),
        "use=last": mark("la dernière valeur"),
        "use=first": mark("la première valeur"),
        "use=mean": mark("la moyenne"),
        "use=min": mark("la plus basse"),
        "use=max": mark("la plus haute"),
        "missing": mark("Si la valeur manque"),
        "missing=complete": mark("la personne n’est pas dans le modèle"),
        "missing=indicator": mark("une valeur la remplace, et une colonne le dit"),
        "missing=category": mark("c’est un niveau de plus"),
        "fill": mark("Valeur qui remplace"),
        "bands": mark("Par classes : leurs bornes"),
        "levels": mark("Une colonne par année : lesquelles"),
        "reference": mark("Niveau de référence"),
        "reference=female": mark("femmes"),
        "reference=male": mark("hommes"),
        "at_least": mark("Pas en dessous de"),
        "at_most": mark("Pas au-dessus de"),
        "unit": mark("Unité"),
        "low": mark("Écarter sous"),
        "high": mark("Écarter au-dessus de"),
        "until": mark("Au plus"),
    },
    hints={
        "name": mark("Lettres sans accent, chiffres et tirets bas."),
        "bands": mark("« 50 ; 65 ; 80 » fait quatre classes. Vide : le nombre lui-même."),
        "reference": mark("Son rang parmi les classes ; 0 est la première."),
        "at_least": mark("Une valeur plus basse est ramenée là."),
        "at_most": mark("Une valeur plus haute est ramenée là."),
        "unit": mark("« mmol/L » : seules ces valeurs comptent. Vide : toutes les unités."),
        "fill": mark("Pour « une valeur la remplace »."),
        "levels": mark("« 2022 ; 2023 ; 2024 ». Vide : l’année est un nombre."),
    },
    asks={
        "until": Ask.DAYS,
        "before_days": Ask.DAYS,
        "after_days": Ask.DAYS,
        "within_days": Ask.DAYS,
        "washout_days": Ask.DAYS,
        "grid_days": Ask.DAYS,
        "edges": Ask.STEPS,
        "unit": Ask.UNIT,
    },
    fine=frozenset(
        {"name", "at_least", "at_most", "fill", "unit", "low", "high", "descendants", "rounds", "levels"}
        | {"reference", "bands"}
    ),
    picked={"follow_up": {"until": 365}},
)


def find_label(path: str, *, words: Words) -> str:
    """The name of a field, or of a value to choose (`path=value`), in the present language; its own name
    where nobody named it.
    """
    told = _find(path, words.labels) or _find(path, COMMON.labels)
    return say(told) if told else path.rpartition("=")[2].rpartition(".")[2]


def find_hint(path: str, *, words: Words) -> str:
    """What more is said of a field, in the present language; nothing where there is nothing."""
    told = words.hints.get(path) or _find(path, COMMON.hints)
    return say(told) if told else ""


def find_ask(path: str, *, words: Words) -> Ask | None:
    """How a number is asked."""
    return words.asks.get(path) or COMMON.asks.get(path.rpartition(".")[2])


def is_fine(path: str, *, words: Words) -> bool:
    """Whether a field is rarely touched."""
    return path in words.fine or (path not in words.labels and path.rpartition(".")[2] in COMMON.fine)


def find_picked(path: str, kind: str, *, words: Words) -> dict[str, Any]:
    """What a variable of this kind holds when it is chosen for a field, beside what its term says."""
    found: dict[str, Any] = {}
    for held in (COMMON.picked.get(kind), words.picked.get(path), words.picked.get(f"{path}={kind}")):
        found |= held or {}
    return found


def _find(path: str, table: Mapping[str, str]) -> str | None:
    return table.get(path) or table.get(path.rpartition(".")[2])
