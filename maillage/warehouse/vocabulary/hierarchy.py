"""Who stands above whom, at every distance: the lines of concept_ancestor from those of direct parents."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.errors import VocabularyError

Parents = Mapping[int, Sequence[int]]
_Levels = Mapping[int, tuple[int, int]]


class Ancestor(NamedTuple):
    """One line; every concept is its own ancestor at level 0."""

    ancestor: int
    descendant: int
    least: int
    most: int


def close(parents: Parents, *, names: Mapping[int, str]) -> Iterator[Ancestor]:
    """Every pair with the least and most levels between. Raises VocabularyError, naming them, on a cycle."""
    above: dict[int, _Levels] = {}
    for concept in _parents_first(parents, names=names):
        levels = {concept: (0, 0)}
        for parent in parents[concept]:
            for ancestor, (least, most) in above[parent].items():
                low, high = levels.get(ancestor, (least + 1, most + 1))
                levels[ancestor] = (min(low, least + 1), max(high, most + 1))
        above[concept] = levels
        yield from (Ancestor(ancestor, concept, *distance) for ancestor, distance in levels.items())


def _parents_first(parents: Parents, *, names: Mapping[int, str]) -> Iterator[int]:
    done: set[int] = set()
    for start in parents:
        path: dict[int, Iterator[int]] = {}
        pending = [start] if start not in done else []
        while pending:
            here = pending[-1]
            upward = path.setdefault(here, iter(parents[here]))
            step = next((one for one in upward if one not in done), None)
            if step is None:
                done.add(pending.pop())
                del path[here]
                yield here
            elif step in path:
                raise _cycle([*list(path)[list(path).index(step) :], step], names)
            else:
                pending.append(step)


def _cycle(path: Sequence[int], names: Mapping[int, str]) -> VocabularyError:
    return VocabularyError(
        _("La hiérarchie tourne en rond : {path}.").format(path=" → ".join(names[one] for one in path)),
        why=_("Un code ne peut pas être au-dessus de lui-même."),
        remedy=_("Corrigez la colonne parent_code de l’une de ces lignes."),
    )
