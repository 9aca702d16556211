"""Concept ids, given once for ever: the registry of a release continues that of the release before it.

OMOP's own ids are kept. Others are local: from 2,000,000,000 on, in blocks of 100,000 that each belong to one
vocabulary. The ids of the demonstration's codes began the registry and are in every one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from maillage.base.i18n import _
from maillage.warehouse.synthetic.vocabulary import LOCAL_IDS_FROM, read_vocabulary
from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.errors import ReleaseBrokenError, VocabularyError

Ids = Mapping[Key, int]

BLOCK = 100_000
LAST_ID = 2**31 - 1
"""ATLAS and most tools keep concept ids on 32 bits."""

_FIRST_BLOCKS: Mapping[str, int] = MappingProxyType(
    {
        name: LOCAL_IDS_FROM + block * BLOCK
        for block, name in enumerate(("CIM10", "CCAM", "ATC", "LOINC", "ADICAP"), start=1)
    }
)


def first_ids() -> Ids:
    """The ids that began the registry."""
    return {Key(one.vocabulary, one.code): one.id for one in read_vocabulary().concepts}


def extend(former: Ids, codes: Iterable[Code]) -> Ids:
    """The registry with every code in it: none loses its id, none takes another's.

    New codes are numbered in the order of their vocabulary and code: the same lists on the same former
    registry give the same ids wherever they are built. Raises VocabularyError when an id is claimed twice.
    """
    ids = dict(former)
    _take_known(ids, codes := sorted(codes, key=lambda code: code.key))
    counters = _Counters(ids)
    for code in codes:
        if code.key not in ids:
            ids[code.key] = counters.next(code.key.vocabulary)
    return ids


def check_registry(ids: Iterable[tuple[Key, int]]) -> Ids:
    """Raise ReleaseBrokenError when two codes have one id or a code two."""
    found: dict[Key, int] = {}
    owners: dict[int, Key] = {}
    for key, number in ids:
        if found.setdefault(key, number) != number or owners.setdefault(number, key) != key:
            raise ReleaseBrokenError(
                _("Le registre des identifiants donne deux fois {key} ou {id}.").format(
                    key="/".join(key), id=number
                ),
                remedy=_("Reprenez la version précédente du référentiel, telle qu’elle a été publiée."),
            )
    return found


def _take_known(ids: dict[Key, int], codes: Iterable[Code]) -> None:
    owners = {number: key for key, number in ids.items()}
    for code in codes:
        number = code.concept_id
        if number is None:
            continue
        if ids.setdefault(code.key, number) != number or owners.setdefault(number, code.key) != code.key:
            raise VocabularyError(
                _("{origin} : l’identifiant {id} ne peut pas être celui de {code}.").format(
                    origin=code.origin, id=number, code="/".join(code.key)
                ),
                why=_("Un identifiant donné ne change plus, et n’est jamais donné deux fois."),
                remedy=_("Retirez concept_id de cette ligne, ou corrigez-le."),
            )


class _Counters:
    """The next free id of each vocabulary."""

    def __init__(self, ids: Ids) -> None:
        local = [(key.vocabulary, number) for key, number in ids.items() if number >= LOCAL_IDS_FROM]
        self._last: dict[str, int] = defaultdict(int, _FIRST_BLOCKS)
        for vocabulary, number in local:
            self._last[vocabulary] = max(self._last[vocabulary], number)
        used = [number for _vocabulary, number in local] + list(_FIRST_BLOCKS.values())
        self._top = max(used) // BLOCK

    def next(self, vocabulary: str) -> int:
        number = self._last[vocabulary] + 1
        if number == 1 or number % BLOCK == 0:
            self._top += 1
            number = self._top * BLOCK + 1
        if number > LAST_ID:
            raise VocabularyError(
                _("Il n’y a plus d’identifiant libre pour {vocabulary}.").format(vocabulary=vocabulary)
            )
        self._last[vocabulary] = number
        return number
