"""`maillage vocabulary`: build releases of the référentiel, search them, say what is in them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.cli.concept_sets import ResolvedSet, resolve_sets
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import Memory
from maillage.warehouse.vocabulary.apply import apply_release
from maillage.warehouse.vocabulary.athena import MEMORY_LIMIT, import_athena
from maillage.warehouse.vocabulary.build import BuildReport, build_release
from maillage.warehouse.vocabulary.lookup import (
    Change,
    Entry,
    Surroundings,
    compare,
    connect_release,
    find_concepts,
    look_around,
)
from maillage.warehouse.vocabulary.release import Release, open_release, verify_release
from maillage.warehouse.vocabulary.search import Suggestion, open_index

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=_("Le vocabulaire du groupe : construire le référentiel, y chercher, dire ce qu’il contient."),
)

Target = Annotated[Path, typer.Option("--to", metavar="RELEASE", help=_("Le dossier à construire."))]
Version = Annotated[str, typer.Option(help=_("Le nom de la version, par exemple 2026.11."))]
InRelease = Annotated[
    Path,
    typer.Option(
        "--in",
        envvar="MAILLAGE_VOCABULARY",
        metavar="RELEASE",
        help=_("Le dossier de la version du référentiel."),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Écrit un document JSON."))]
OneVocabulary = Annotated[str | None, typer.Option(help=_("Le vocabulaire seul, par exemple CIM10."))]


@app.command(help=_("Construit une version du référentiel depuis des listes publiques et locales."))
def build(
    sources: Annotated[
        list[str],
        typer.Option(
            "--from", metavar="SOURCE", help=_("maillage, edsnlp ou un dossier ; le premier nomme.")
        ),
    ],
    to: Target,
    version: Version,
    former: Annotated[
        Path | None,
        typer.Option(metavar="RELEASE", help=_("La version d’avant, dont les identifiants continuent.")),
    ] = None,
) -> None:
    """Build a release."""
    _print_build(build_release(sources, target=to, version=version, former=former))


@app.command(help=_("Construit une version depuis un export d’Athena, dossier ou archive ZIP."))
def athena(
    source: Annotated[Path, typer.Argument(metavar="DIR|ZIP", help=_("L’export."))],
    to: Target,
    version: Version,
    memory: Memory = MEMORY_LIMIT,
) -> None:
    """Import an Athena export."""
    with progress_bar() as progress:
        release = import_athena(
            source, target=to, version=version, memory_limit=memory or MEMORY_LIMIT, progress=progress
        )
    _print_release(release)


@app.command(help=_("Cherche un concept par un nom, une abréviation, une marque ou un code."))
def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT…", help=_("Ce que l’on cherche."))],
    release: InRelease,
    domain: Annotated[list[str] | None, typer.Option(help=_("Le domaine OMOP, par exemple Drug."))] = None,
    vocabulary: Annotated[
        list[str] | None, typer.Option(help=_("Le vocabulaire, par exemple CIM10."))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help=_("Le nombre de réponses au plus."))] = 10,
    as_json: AsJson = False,
) -> None:
    """Search."""
    hits = open_index(release).search(
        " ".join(text), domains=domain or (), vocabularies=vocabulary or (), limit=limit
    )
    if as_json:
        _print_json([asdict(hit) for hit in hits])
    elif not hits:
        typer.echo(_("Rien ne ressemble à cela. Essayez un mot de moins, ou un autre mot."))
    else:
        _print_hits(hits)


@app.command(help=_("Montre un code, ce qui est au-dessus de lui et ce qui est au-dessous."))
def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("Le code, avec ou sans point."))],
    release: InRelease,
    vocabulary: OneVocabulary = None,
    as_json: AsJson = False,
) -> None:
    """Show what stands around a code."""
    with connect_release(open_release(release)) as connection:
        concepts = find_concepts(connection, code, vocabulary=vocabulary)
        found = [look_around(connection, concept) for concept in concepts]
    if as_json:
        _print_json([asdict(one) for one in found])
        return
    for one in found:
        _print_surroundings(one)


@app.command(
    help=_("Dit les concepts d’une liste de codes, ou de chaque ensemble d’une définition de cohorte.")
)
def resolve(
    codes: Annotated[
        list[str], typer.Argument(metavar="EXPR|CODE…", help=_("Un fichier JSON d’ATLAS, ou des codes."))
    ],
    release: InRelease,
    without: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help=_("Un code à retirer, avec ce qu’il contient."))
    ] = None,
    descendants: Annotated[
        bool, typer.Option(help=_("Prend aussi ce qui est au-dessous de chaque code."))
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Resolve concept sets."""
    with connect_release(open_release(release)) as connection:
        sets = resolve_sets(connection, codes, without=without or (), descendants=descendants)
    if as_json:
        _print_json([asdict(one) for one in sets])
        return
    for one in sets:
        _print_set(one)


@app.command(help=_("Dit ce qui change d’une version à une autre."))
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help=_("La version d’avant."))],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help=_("La version d’après."))],
    as_json: AsJson = False,
) -> None:
    """Compare two releases."""
    changes = compare(open_release(before), open_release(after))
    if as_json:
        _print_json([asdict(change) for change in changes])
    else:
        _print_changes(changes)


@app.command(help=_("Vérifie une version : chaque fichier est celui que le manifeste nomme."))
def verify(release: Annotated[Path, typer.Argument(metavar="RELEASE", help=_("Le dossier."))]) -> None:
    """Raises ReleaseBrokenError, hence exit code 6, when a file is not its own."""
    found = open_release(release)
    verify_release(found)
    _print_release(found)


@app.command(help=_("Met une version dans un entrepôt, sans réseau."))
def apply(
    release: Annotated[Path, typer.Argument(metavar="RELEASE", help=_("Le dossier de la version."))],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=_("Le fichier de l’entrepôt."))],
) -> None:
    """Apply a release to a warehouse."""
    found = open_release(release)
    report = apply_release(to, found)
    typer.echo(
        _("{file} : référentiel {reference}, {after} concepts ({before} avant).").format(
            file=to,
            reference=found.manifest.reference,
            after=format_number(report.after),
            before=format_number(report.before),
        )
    )


def _print_build(report: BuildReport) -> None:
    table = Table(_("Vocabulaire"), box=None)
    table.add_column(_("Codes"), justify="right")
    for name, count in report.codes.items():
        table.add_row(name, format_number(count))
    console = Console(highlight=False)
    console.print(table)
    if report.ignored:
        names = ", ".join(report.ignored)
        console.print(_("Fichiers sans liste connue, non lus : {names}").format(names=names), markup=False)
    facts = {_("nouveaux identifiants"): report.new_ids, _("codes retirés"): report.withdrawn}
    console.print(", ".join(f"{name} : {format_number(count)}" for name, count in facts.items()))
    _print_release(report.release)


def _print_release(release: Release) -> None:
    manifest = release.manifest
    rows = manifest.files["concept.csv"].rows
    concepts = ngettext("{count} concept", "{count} concepts", rows).format(count=format_number(rows))
    typer.echo(f"{release.folder} : {manifest.reference}, {concepts}")
    typer.echo(_("Empreinte : {hash}").format(hash=manifest.hash))


def _print_hits(hits: Sequence[Suggestion]) -> None:
    table = Table(_("Vocabulaire"), _("Code"), _("Libellé"), _("Trouvé par"), _("Concept"), box=None)
    for hit in hits:
        found_by = escape(hit.matched or "")
        table.add_row(hit.badge, escape(hit.code), escape(hit.name), found_by, str(hit.concept_id))
    Console(highlight=False).print(table)


def _print_surroundings(found: Surroundings) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for depth, entry in enumerate((*found.ancestors, found.concept)):
        console.print("  " * depth + _line(entry), style="bold" if entry is found.concept else "")
    below = "  " * (len(found.ancestors) + 1)
    for child in found.children:
        console.print(below + _line(child))
    facts = {
        _("Concept"): str(found.concept.concept_id),
        _("Domaine"): found.domain,
        _("Classe"): found.kind,
        _("Codes au-dessous"): format_number(found.descendants),
        _("Autres libellés"): " ; ".join(found.synonyms),
    }
    for name, value in facts.items():
        if value:
            console.print(f"{name} : {value}")


def _print_set(found: ResolvedSet) -> None:
    count = len(found.concepts)
    text = ngettext("{name} : {count} concept", "{name} : {count} concepts", count)
    typer.echo(text.format(name=found.name, count=format_number(count)))
    for entry in found.concepts:
        typer.echo("  " + _line(entry))
    if found.unknown:
        names = ", ".join(map(str, found.unknown))
        typer.echo(_("  Absents de ce référentiel : {names}").format(names=names))


def _print_changes(changes: Sequence[Change]) -> None:
    for change in changes:
        mark = "+" if change.before is None else "-" if change.after is None else "~"
        renamed = f" (← {change.before})" if mark == "~" else ""
        typer.echo(f"{mark} {_line(change.concept)}{renamed}")
    done = ngettext("{count} différence", "{count} différences", len(changes))
    typer.echo(done.format(count=format_number(len(changes))))


def _line(entry: Entry) -> str:
    return f"{entry.vocabulary} {entry.code}  {entry.name}"


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
