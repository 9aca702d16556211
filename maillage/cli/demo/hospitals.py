"""The warehouses of the demo: synthetic ones kept between runs, or what the person brings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.base.ids import parse_site_id
from maillage.cli.demo.network import DEFAULT_DECISION, Hospital
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import Reading
from maillage.cli.take import check_reading, take
from maillage.warehouse.intake import PostgresSource, Source, recognise
from maillage.warehouse.place import FilePlace
from maillage.warehouse.synthetic import SITES, synthesize

Decisions = Mapping[str, str]


class DemoInputError(MaillageError):
    """An option of the demo that cannot be followed."""


def synthetic_hospitals(
    *, folder: Path, patients: int, decisions: Decisions, console: Console
) -> list[Hospital]:
    """The four university hospitals of HOURAA; a warehouse of that size is made once and kept."""
    return _synthesize(SITES, folder=folder, patients=patients, decisions=decisions, console=console)


def _synthesize(
    sites: Iterable[str], *, folder: Path, patients: int, decisions: Decisions, console: Console
) -> list[Hospital]:
    sites = [*sites]
    _refuse_unknown(decisions, known=SITES)
    folder.mkdir(parents=True, exist_ok=True)
    targets = {site: folder / f"{site}-{patients}.duckdb" for site in sites}
    missing = {site: path for site, path in targets.items() if not path.exists()}
    for site, path in missing.items():
        with progress_bar(label=SITES[site].name, console=console) as report:
            synthesize(site, patients=patients, target=path, progress=report)
    return [
        Hospital(site, _label(SITES[site].name), path, decisions.get(site, DEFAULT_DECISION))
        for site, path in targets.items()
    ]


def brought_hospitals(
    texts: Sequence[str],
    *,
    folder: Path,
    patients: int,
    reading: Reading,
    decisions: Decisions,
    console: Console,
) -> list[Hospital]:
    """Hospitals given as `name=SOURCE`: in the place of the demo's own, or a network alone under other names.

    Every source is recognised before the first is loaded, and read anew at each run, for it may have changed.
    """
    sources = _read_sources(texts)
    check_reading(reading, sources=sources.values())
    rest = [site for site in SITES if site not in sources] if names_the_demo(texts) else []
    _refuse_unknown(decisions, known=dict.fromkeys([*rest, *sources]))
    folder.mkdir(parents=True, exist_ok=True)
    # Databases first: what is wrong with an address is told before minutes of loading.
    in_turn = sorted(sources.items(), key=lambda named: not isinstance(named[1], PostgresSource))
    brought = [
        _bring(site, source, folder=folder, reading=reading, decisions=decisions, console=console)
        for site, source in in_turn
    ]
    others = {site: decision for site, decision in decisions.items() if site in rest}
    return [
        *brought,
        *_synthesize(rest, folder=folder, patients=patients, decisions=others, console=console),
    ]


def names_the_demo(texts: Iterable[str]) -> bool:
    """Whether a hospital of the demo is among `name=SOURCE`. Raises DemoInputError."""
    return any(_split_source(text)[0] in SITES for text in texts)


def _read_sources(texts: Sequence[str]) -> Mapping[str, Source]:
    sources: dict[str, Source] = {}
    for site, text in map(_split_source, texts):
        if site in sources:
            raise DemoInputError(
                _("L’hôpital « {name} » est donné deux fois.").format(name=site),
                remedy=_("Écrivez --data nom=SOURCE, une fois par hôpital."),
            )
        sources[site] = recognise(text)
    return sources


def _bring(
    site: str, source: Source, *, folder: Path, reading: Reading, decisions: Decisions, console: Console
) -> Hospital:
    # Of each kind a file of its own: the batches of one and the whole of another do not share a shelf.
    target = folder / (f"{site}.duckdb" if source.kind == "omop" else f"{site}-{source.kind}.duckdb")
    name = SITES[site].name if site in SITES else site
    place = take(source, name=name, target=target, reading=reading, console=console)
    warehouse = place.path if isinstance(place, FilePlace) else place
    return Hospital(site, name, warehouse, decisions.get(site, DEFAULT_DECISION))


def _split_source(text: str) -> tuple[str, str]:
    name, separator, source = text.partition("=")
    if not separator or not source or "://" in name:
        # The text is not quoted: an address may hold what a log must not.
        raise DemoInputError(
            _("--data veut le nom d’un hôpital et ses données."),
            remedy=_("Écrivez --data nom=SOURCE, une fois par hôpital."),
        )
    try:
        return parse_site_id(re.sub(r"[\s_]+", "-", name.strip().lower())), source
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
