"""The codes of the synthetic hospitals: clear French labels, and the first ids of the registry."""

from collections.abc import Iterator

from maillage.warehouse.synthetic.vocabulary import read_vocabulary
from maillage.warehouse.vocabulary.codes import Code, Key


def read_codes() -> Iterator[Code]:
    """Every code of the demonstration, bridges to OMOP's standard concepts included."""
    concepts = read_vocabulary().concepts
    keys = {one.id: Key(one.vocabulary, one.code) for one in concepts}
    for one in concepts:
        yield Code(
            key=keys[one.id],
            name=one.name,
            parents=tuple(keys[parent] for parent in one.parents),
            domain=one.domain,
            kind=one.kind,
            standard=one.standard,
            concept_id=one.id,
            origin=f"maillage/{one.code}",
        )
