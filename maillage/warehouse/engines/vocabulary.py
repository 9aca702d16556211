"""Whether a warehouse has the vocabulary in which codes are looked up: without it every code finds nobody."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from maillage.base.i18n import _, mark
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.errors import VocabularyMissingError

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "duckdb": mark(
            "Chargez avec les tables OMOP celles d’un export d’Athena (CONCEPT.csv, CONCEPT_ANCESTOR.csv…), "
            "ou mettez-y le référentiel du groupe : maillage vocabulary apply VERSION --to ENTREPÔT."
        ),
        "postgres": mark(
            "Nommez le schéma qui le contient (--vocabulary-schema, ou vocabulary_schema dans node.toml) et "
            "donnez au rôle USAGE et SELECT sur lui ; ou chargez-y les tables d’un export d’Athena."
        ),
        "spark": mark("Mettez à côté des tables OMOP celles d’un export d’Athena."),
    }
)
"""By the dialect of an engine."""


def has_concepts(engine: Engine) -> bool:
    """Whether the table of concepts has a row; one that is absent is empty. Raises EngineError."""
    return bool(engine.fetch(exp.select("concept_id").from_("concept").limit(1)))


def has_hierarchy(engine: Engine) -> bool:
    """Whether a concept stands below another one. Raises EngineError."""
    below = exp.column("ancestor_concept_id").neq(exp.column("descendant_concept_id"))
    pairs = exp.select("ancestor_concept_id").from_("concept_ancestor")
    return bool(engine.fetch(pairs.where(below).limit(1)))


def require_vocabulary(engine: Engine) -> None:
    """Raise VocabularyMissingError when no code can be looked up."""
    if not has_concepts(engine):
        raise missing_vocabulary(engine.dialect)


def missing_vocabulary(dialect: str) -> VocabularyMissingError:
    """What is said of a warehouse without a concept, read by an engine of this dialect."""
    return VocabularyMissingError(
        _("Cet entrepôt n’a pas de vocabulaire : sa table concept est vide ou absente."),
        why=_("Les codes d’une cohorte s’y cherchent : sans elle, tous les comptes seraient zéro."),
        remedy=_(_REMEDIES[dialect]),
    )
