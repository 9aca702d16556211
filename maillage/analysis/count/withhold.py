"""What a checker may hide of a count before it leaves: cells by name, and with them what gives them back.

Withholding only suppresses. The attacker it has in mind knows the rules: an attrition never grows, the years
and the rest add up to the whole.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from maillage.analysis.base import NamedCell
from maillage.analysis.count.spec import CountContent, YearCell
from maillage.base.i18n import _
from maillage.disclosure.evidence import RuleName
from maillage.disclosure.values import (
    Cell,
    Count,
    Private,
    Shown,
    Suppressed,
    Suppression,
    bounds,
    cell_from_json,
)

WITHHELD = Suppressed(Suppression.WITHHELD)
PARTS = ("steps", "years")
"""Names that stand for every cell of a kind."""


def list_cells(document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:
    """The cells of a content in words, each with the name by which it is withheld; `rules` name the steps."""
    content = CountContent.model_validate(document)
    cells = {"persons": content.persons}
    cells |= {f"steps.{index}": cell for index, cell in enumerate(content.steps)}
    cells |= {f"years.{year.year}": year.persons for year in content.years}
    cells |= {} if content.other_years is None else {"other_years": content.other_years}
    return [NamedCell(name, _word_name(name, rules=rules), cell) for name, cell in cells.items()]


def list_combined(document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:
    """The same of the group's document; withholding is then done in each hospital's content."""
    cells = {"persons": document["persons"]}
    cells |= {f"steps.{index}": cell for index, cell in enumerate(document["steps"])}
    cells |= {f"years.{row['year']}": row["persons"] for row in document["years"]}
    return [
        NamedCell(name, _word_name(name, rules=rules), cell_from_json(cell)) for name, cell in cells.items()
    ]


def _word_name(name: str, *, rules: Sequence[str]) -> str:
    kind, _dot, place = name.partition(".")
    match kind:
        case "steps":
            return _word_step(int(place), rules=rules)
        case "years":
            return _("Année {year}").format(year=place)
        case "persons":
            return _("Toute la cohorte")
        case _other:
            return _("Les autres années ensemble")


def _word_step(index: int, *, rules: Sequence[str]) -> str:
    if index == 0:
        return _("Événement d’entrée")
    name = rules[index - 1] if index <= len(rules) else ""
    return _("Après le critère {rank} {name}").format(rank=index, name=name).strip()


def withhold(document: Mapping[str, Any], *, names: Collection[str]) -> dict[str, Any]:
    """The content with the named cells and parts suppressed, and what would give them back.

    A name that the content does not have hides nothing. `persons` hides every year too.
    """
    content = CountContent.model_validate(document)
    years, rest = _withhold_years(content, names=names)
    held = content.model_copy(
        update={
            "persons": _hide(content.persons) if "persons" in names else content.persons,
            "steps": _withhold_steps(content, names=names),
            "years": years,
            "other_years": rest,
        }
    )
    return held.model_dump(mode="json")


def _withhold_steps(content: CountContent, *, names: Collection[str]) -> tuple[Cell, ...]:
    """A step between two equal numbers is that number, so all steps of one number are hidden together."""
    given_away = [
        cell for index, cell in enumerate(content.steps) if "steps" in names or f"steps.{index}" in names
    ]
    given_away += [content.persons] if "persons" in names else []
    return tuple(_hide(cell) if cell in given_away else cell for cell in content.steps)


def _withhold_years(
    content: CountContent, *, names: Collection[str]
) -> tuple[tuple[YearCell, ...], Cell | None]:
    """The whole less all parts but one gives the last: at least two are hidden, or no part is told at all."""
    rest = content.other_years
    if "persons" in names or "years" in names:
        return (), _hide(rest) if rest is not None else WITHHELD
    shown = {year.year: year.persons for year in content.years if not isinstance(year.persons, Suppressed)}
    named = {year for year in shown if f"years.{year}" in names}
    if not named and ("other_years" not in names or rest is None or isinstance(rest, Suppressed)):
        return content.years, rest
    left = sorted(set(shown) - named, key=lambda year: (_told(shown[year]), year))
    while left and len(named) + (rest is not None) < 2:
        named.add(left.pop(0))
    return _keep_years(content.years, left=left, named=named), WITHHELD


def _keep_years(
    years: Sequence[YearCell], *, left: Collection[int], named: Collection[int]
) -> tuple[YearCell, ...]:
    """From the first year that is left to the last: a hidden one at an end would tell that it is there."""
    if not left:
        return ()
    return tuple(
        year.model_copy(update={"persons": WITHHELD}) if year.year in named else year
        for year in years
        if min(left) <= year.year <= max(left)
    )


def _hide(cell: Cell) -> Cell:
    return cell if isinstance(cell, Suppressed) else WITHHELD


def find_margins(document: Mapping[str, Any]) -> dict[RuleName, int]:
    """By rule, the number that comes nearest to breaking it; a rule that nothing shown can break is absent.

    The smallest number shown, the smallest difference of two shown steps, what the shown years leave.
    """
    content = CountContent.model_validate(document)
    steps = [cell.value for cell in (*content.steps, content.persons) if isinstance(cell, Count)]
    apart = [earlier - later for earlier, later in pairwise(steps) if earlier != later]
    years = [year.persons.value for year in content.years if isinstance(year.persons, Count)]
    numbers = _list_numbers(content)
    margins = {RuleName.FLOOR: min(numbers)} if numbers else {}
    if apart:
        margins[RuleName.CHAIN] = min(apart)
    if years and isinstance(content.persons, Count) and content.persons.value != sum(years):
        margins[RuleName.PARTITION] = content.persons.value - sum(years)
    return margins


def _list_numbers(content: CountContent) -> list[int]:
    cells = [content.persons, *content.steps, *(year.persons for year in content.years), content.other_years]
    return [_told(cell)[0] for cell in cells if cell is not None and not isinstance(cell, Suppressed)]


def _told(cell: Shown) -> tuple[int, int]:
    # A private number has no bounds: its noise may be of any size.
    return (cell.value, cell.value) if isinstance(cell, Private) else bounds(cell)
