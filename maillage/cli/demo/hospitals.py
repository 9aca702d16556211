"""The warehouses of the demo: synthetic ones kept between runs, or OMOP folders that the person brings."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.base.ids import parse_site_id
from maillage.cli.demo.network import DEFAULT_DECISION, Hospital
from maillage.cli.progress import progress_bar
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.synthetic import SITES, synthesize

Decisions = Mapping[str, str]


class DemoInputError(MaillageError):
    """An option of the demo that cannot be followed."""


def synthetic_hospitals(
    *, folder: Path, patients: int, decisions: Decisions, console: Console
) -> list[Hospital]:
    """The four university hospitals of HOURAA; a warehouse of that size is made once and kept."""
    _refuse_unknown(decisions, known=SITES)
    folder.mkdir(parents=True, exist_ok=True)
    targets = {site: folder / f"{site}-{patients}.duckdb" for site in SITES}
    missing = {site: path for site, path in targets.items() if not path.exists()}
    for site, path in missing.items():
        with progress_bar(label=SITES[site].name, console=console) as report:
            synthesize(site, patients=patients, target=path, progress=report)
    return [
        Hospital(site, _label(SITES[site].name), path, decisions.get(site, DEFAULT_DECISION))
        for site, path in targets.items()
    ]


def brought_hospitals(
    sources: Sequence[str], *, folder: Path, decisions: Decisions, console: Console
) -> list[Hospital]:
    """OMOP folders given as `name=DIR`, loaded anew at each run since they may have changed."""
    pairs = [_split_source(source) for source in sources]
    _refuse_unknown(decisions, known=dict(pairs))
    folder.mkdir(parents=True, exist_ok=True)
    hospitals: list[Hospital] = []
    for site, source in pairs:
        target = folder / f"{site}.duckdb"
        with progress_bar(label=site, console=console) as report:
            load_omop(source, target=target, source_name=site, progress=report)
        hospitals.append(Hospital(site, site, target, decisions.get(site, DEFAULT_DECISION)))
    return hospitals


def _split_source(source: str) -> tuple[str, Path]:
    name, separator, path = source.partition("=")
    if not separator or not path:
        raise DemoInputError(
            _("« {text} » ne nomme pas un hôpital et son dossier.").format(text=source[:80]),
            remedy=_("Écrivez --data nom=DOSSIER, une fois par hôpital."),
        )
    try:
        return parse_site_id(re.sub(r"[\s_]+", "-", name.strip().lower())), Path(path)
    except ValueError as error:
        raise DemoInputError(
            _("« {text} » ne peut pas nommer un hôpital.").format(text=name[:40]),
            remedy=_("Lettres minuscules, chiffres et tirets, en commençant par une lettre."),
        ) from error


def _refuse_unknown(decisions: Decisions, *, known: Mapping[str, object]) -> None:
    for site in decisions:
        if site not in known:
            raise DemoInputError(
                _("Aucun hôpital de la démonstration ne s’appelle « {name} ».").format(name=site[:40]),
                remedy=_("Hôpitaux : {names}.").format(names=", ".join(known)),
            )


def _label(name: str) -> str:
    return _("{name} (synthétique)").format(name=name)
