"""The cohort language case by case, written from the cases that every engine is tested with. In French."""

import json
import re
from collections.abc import Iterator
from typing import Any

from docs.generate.markdown import page, table
from tests.spec.case import Case, Chapter, Scene
from tests.spec.chapters import CHAPTERS
from tests.spec.text_tables import TextTable, read_table

_WIDTH = 100
_ABSENT = "*vide*"

_NOTICE = "Page écrite par `make docs` depuis les cas de `tests/spec` : corrigez les cas, non cette page."
_INTRO = """\
Cette page dit par l’exemple ce que chaque partie d’une définition de cohorte veut dire : des tables, une
question, les personnes retenues. Chaque cas est un test, posé à tous les moteurs de calcul. Les noms des
tables et des colonnes sont ceux d’[OMOP](https://ohdsi.github.io/CommonDataModel/cdm54.html), la question en
JSON est celle d’ATLAS (Circe) ; « la référence » est circe-be, le programme d’OHDSI. Voir aussi
[cohort.md](../cohort.md)."""
_CONVENTIONS = """\
Pour que les tables restent courtes :

- une personne nommée dans une table existe ; sans table `person`, elle est née en 1950 ;
- sans table `observation_period`, chaque personne est observée toute l’année 2020 ;
- sans table `concept`, les concepts des listes existent et sont valides ;
- les lignes d’une table sont numérotées dans leur ordre, quand leur identifiant n’est pas écrit ;
- *vide* est une valeur absente ; la colonne `remarque` n’est là que pour le lecteur.

Sauf mention contraire, toutes les limites valent « tous » (`All`), et une période dans la cohorte finit le
lendemain de l’entrée. Une table des réponses ne montre que les colonnes dont il est question."""


def write_page() -> str:
    """docs/reference/cohort-spec.md."""
    return page(
        "La langue des cohortes, cas par cas",
        _INTRO,
        _CONVENTIONS,
        "## Table des matières",
        "\n".join(_contents()),
        *(part for rank, chapter in enumerate(CHAPTERS, start=1) for part in _chapter(rank, chapter)),
        notice=_NOTICE,
    )


def _contents() -> Iterator[str]:
    for rank, chapter in enumerate(CHAPTERS, start=1):
        yield f"{rank}. {_link(_heading(rank, chapter))}"
        yield from (f"    - {_link(scene.title)}" for scene in chapter.scenes)


def _heading(rank: int, chapter: Chapter) -> str:
    return f"{rank}. {chapter.title}"


def _link(heading: str) -> str:
    anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    return f"[{heading.partition('. ')[2] or heading}](#{anchor})"


def _chapter(rank: int, chapter: Chapter) -> Iterator[str]:
    yield f"## {_heading(rank, chapter)}"
    yield chapter.intro
    for scene in chapter.scenes:
        yield f"### {scene.title}"
        for one in scene.written:
            yield f"`{one.name}`"
            yield _table(one)
        for case in scene.cases:
            yield from _case(scene, case)


def _case(scene: Scene, case: Case) -> Iterator[str]:
    yield f"#### {case.title}"
    yield case.words
    yield _answer(scene, case.rows)
    if case.events:
        yield "Ce que chaque événement qualifié satisfait :"
        yield _table(read_table(case.events))
    yield f"<details><summary>La question en JSON</summary>\n\n```json\n{_json(case.expression)}\n```"
    yield "</details>"


def _answer(scene: Scene, rows: TextTable) -> str:
    """Who is kept, and who is not."""
    kept = {int(cell) for cell in rows.column("subject_id")}
    left = ", ".join(str(person) for person in scene.persons if person not in kept)
    answer = _table(rows) or "Personne n’est retenu."
    return f"{answer}\n\nNon retenues : {left}." if left else answer


def _table(written: TextTable) -> str:
    return table(written.columns, [[cell or _ABSENT for cell in row] for row in written.rows])


def _json(value: Any, indent: int = 0) -> str:
    """JSON on as few lines as the width allows."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) + indent <= _WIDTH:
        return flat
    inner = indent + 2
    if isinstance(value, dict):
        members = [f"{json.dumps(key)}: {_json(member, inner)}" for key, member in value.items()]
    else:
        members = [_json(member, inner) for member in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = ",\n".join(" " * inner + member for member in members)
    return f"{opening}\n{body}\n{' ' * indent}{closing}"
