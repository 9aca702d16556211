"""Which file of a folder is what, of a PMSI export: lines of stays, the file that links them, something else.

A spoilt line must not hide a file: the first lines are looked at until one is known.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.batches.pmsi.links import is_link_table
from maillage.warehouse.batches.pmsi.positions import versions
from maillage.warehouse.errors import SourceError
from maillage.warehouse.intake.kinds import PmsiSource

_LOOKED_AT = 50
_LONGEST = 100_000
_SHORTEST_LINE = 130
_STAYS = {"rum": ("rum", "rss"), "rsa": ("rsa",)}
_VERSIONS: Mapping[str, frozenset[str]] = {
    kind: frozenset(version for name in names for version in versions(name)) for kind, names in _STAYS.items()
}
_FORMAT_OF_ANO = re.compile(r"01[0-9]|A1[0-9]")


def holds_pmsi(path: Path) -> bool:
    """Whether lines of stays are there."""
    return any(_kind_of(one) in _STAYS for one in _files(path))


def find_pmsi(path: Path) -> PmsiSource:
    """The files of a folder by what they hold, or one file. Raises SourceError."""
    kinds = {one: _kind_of(one) for one in _files(path)}
    lines = [one for one, kind in kinds.items() if kind in _STAYS]
    if not lines:
        raise SourceError(
            _("{path} ne contient aucune ligne de RUM, de RSS groupés ou de RSA.").format(path=path),
            remedy=_("Donnez le dossier qui contient les fichiers mêmes, décompressés."),
        )
    wanted = ("ano",) if kinds[lines[0]] == "rsa" else ("links", "ano_hosp")
    patients = [one for one, kind in kinds.items() if kind in wanted]
    if len(patients) > 1:
        raise SourceError(
            _("{path} : plusieurs fichiers relient les séjours aux patients : {names}.").format(
                path=path, names=", ".join(one.name for one in patients)
            ),
            remedy=_("N’en gardez qu’un dans le dossier."),
        )
    read = {*lines, *patients}
    ignored = tuple(one.name for one in kinds if one not in read)
    return PmsiSource(tuple(lines), patients[0] if patients else None, ignored)


def _files(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    return [path]


def _kind_of(path: Path) -> str:
    """`rum`, `rsa`, `links`, `ano`, `ano_hosp`, or nothing that is known."""
    if is_link_table(path):
        return "links"
    for line in _first_lines(path):
        found = next((kind for kind, looks in _LOOKS.items() if looks(line)), "")
        if found:
            return found
    return ""


def _first_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        for line in islice(iter(lambda: stream.readline(_LONGEST), b""), _LOOKED_AT):
            yield line.decode("latin-1").rstrip("\r\n")


def _looks_like_stay(line: str, *, kind: str) -> bool:
    # The shortest line of stays is longer than a row of a CSV that happens to have a version there.
    fixed = line[:_SHORTEST_LINE]
    return len(fixed) == _SHORTEST_LINE and line[9:12] in _VERSIONS[kind] and not re.search("[,;\t{]", fixed)


def _looks_like_ano(line: str) -> bool:
    return len(line) > 120 and bool(_FORMAT_OF_ANO.fullmatch(line[44:47])) and line[32:41].strip().isalnum()


def _looks_like_ano_hosp(line: str) -> bool:
    return len(line) > 400 and line[16:19] in versions("ano_hosp")


_LOOKS: Mapping[str, Callable[[str], bool]] = {
    "rum": lambda line: _looks_like_stay(line, kind="rum"),
    "rsa": lambda line: _looks_like_stay(line, kind="rsa"),
    "ano_hosp": _looks_like_ano_hosp,
    "ano": _looks_like_ano,
}
