"""What a vocabulary does not know of cohorts that are run: to find nobody must not pass for a finding."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from maillage.base.i18n import _, ngettext
from maillage.cohort import CohortExpression
from maillage.cohort.known import UnknownSet, find_unknown, wants_descendants
from maillage.cohort.walk import used_sets
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.vocabulary import has_hierarchy, require_vocabulary

_SHOWN = 20


def tell_unknown(cohorts: Mapping[str, CohortExpression], *, engine: Engine) -> None:
    """Warn on stderr of the concept sets that are unknown here.

    Raises VocabularyMissingError when there is no vocabulary and a cohort looks codes up.
    """
    if not any(used_sets(one) for one in cohorts.values()):
        return
    require_vocabulary(engine)
    console = Console(stderr=True, highlight=False)
    if any(map(wants_descendants, cohorts.values())) and not has_hierarchy(engine):
        _warn(
            console,
            _(
                "la table concept_ancestor est vide : une liste « avec ses descendants » n’a ici que les "
                "codes qu’elle nomme."
            ),
        )
    found = {name: sets for name, sets in find_unknown(cohorts, engine=engine).items() if sets}
    if found:
        _tell_sets(console, found)


def _tell_sets(console: Console, found: Mapping[str, Sequence[UnknownSet]]) -> None:
    _warn(
        console,
        ngettext(
            "{count} cohorte emploie des listes dont cet entrepôt ne connaît aucun code, et n’y trouve "
            "personne. Chargez leur vocabulaire, ou le référentiel du groupe.",
            "{count} cohortes emploient des listes dont cet entrepôt ne connaît aucun code, et n’y trouvent "
            "personne. Chargez leur vocabulaire, ou le référentiel du groupe.",
            len(found),
        ).format(count=len(found)),
    )
    for name, sets in list(found.items())[:_SHOWN]:
        console.print(Text(f"  {name} : {', '.join(map(str, sets))}"), soft_wrap=True)
    if len(found) > _SHOWN:
        console.print(Text(f"  … (+{len(found) - _SHOWN})"))


def _warn(console: Console, text: str) -> None:
    console.print(Text(_("Attention : "), style="bold yellow") + Text(text), soft_wrap=True)
