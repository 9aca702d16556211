"""The hierarchy of a release in memory: what stands right above and below each concept, how much is below."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from maillage.warehouse.vocabulary.lookup import connect_release
from maillage.warehouse.vocabulary.release import Release

_PARENTS = """
SELECT descendant_concept_id, ancestor_concept_id FROM concept_ancestor
WHERE min_levels_of_separation = 1 ORDER BY ALL
"""
_BELOW = """
SELECT ancestor_concept_id, count(*) - 1 FROM concept_ancestor GROUP BY 1 HAVING count(*) > 1
"""
_STANDARD = """
SELECT concept_id_1, min(concept_id_2) FROM concept_relationship
WHERE relationship_id = 'Maps to' AND concept_id_1 <> concept_id_2 GROUP BY 1
"""

_Links = Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Tree:
    """By concept id. `standard` holds those alone that have another concept as their standard one."""

    parents: _Links
    children: _Links
    below: Mapping[int, int]
    """How many concepts stand below, at any depth; those with none are not in it."""
    standard: Mapping[int, int]
    sources: _Links
    """By standard concept, those of which it is the standard one."""

    def ancestors(self, concept: int) -> Iterator[int]:
        """Each concept above, once, the nearest first."""
        seen: dict[int, None] = dict.fromkeys(self.parents.get(concept, ()))
        pending = list(seen)
        for one in pending:
            yield one
            fresh = [parent for parent in self.parents.get(one, ()) if parent not in seen]
            seen.update(dict.fromkeys(fresh))
            pending += fresh


def read_tree(release: Release) -> Tree:
    """Read the release's hierarchy and maps."""
    with connect_release(release, tables=("concept_ancestor", "concept_relationship")) as connection:
        parents = _group(connection.execute(_PARENTS).fetchall())
        below = dict(connection.execute(_BELOW).fetchall())
        standard = dict(connection.execute(_STANDARD).fetchall())
    return Tree(
        parents=parents,
        children=_turn(parents),
        below=below,
        standard=standard,
        sources=_group(sorted((target, source) for source, target in standard.items())),
    )


def _group(pairs: Sequence[tuple[int, int]]) -> _Links:
    found: dict[int, list[int]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(other)
    return found


def _turn(links: _Links) -> _Links:
    return _group([(above, one) for one, all_above in links.items() for above in all_above])
