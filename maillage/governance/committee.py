"""The committee's own desk: its key, its permits as files. It needs no hub and no network."""

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from maillage.base.clock import format_instant
from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _
from maillage.base.keys import SigningKey
from maillage.base.settings import describe_validation
from maillage.disclosure.noise import NoiseRules
from maillage.exchange.permit import Permit


class CommitteeError(MaillageError):
    """The root of this module's errors."""


class DraftError(CommitteeError):
    """The draft of a permit does not say what a permit says."""


class KeyExistsError(CommitteeError):
    """There is a key in that place already; a key is never overwritten."""

    kind = Kind.CONFLICT


def make_key(path: Path) -> SigningKey:
    """A new key, in a file that only its owner reads. Raises KeyExistsError."""
    key = SigningKey.generate()
    try:
        key.save(path)
    except FileExistsError as error:
        raise KeyExistsError(
            _("{path} existe déjà.").format(path=path),
            remedy=_("Une clé n’est jamais remplacée : choisissez un autre nom."),
        ) from error
    return key


def read_draft(path: Path, *, issued_at: datetime) -> Permit:
    """The permit that a TOML file describes, dated from `issued_at`. Raises DraftError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DraftError(_("{path} n’est pas du TOML lisible.").format(path=path), why=str(error)) from error
    try:
        return Permit.model_validate_json(json.dumps(_fill(found, issued_at=issued_at), default=_write_date))
    except (ValidationError, TypeError, KeyError, ValueError) as error:
        why = describe_validation(error) if isinstance(error, ValidationError) else str(error)
        raise DraftError(
            _("{path} ne décrit pas une autorisation.").format(path=path),
            why=why,
            remedy=_("Un modèle complet : maillage permit draft."),
        ) from error


def _fill(found: Mapping[str, Any], *, issued_at: datetime) -> dict[str, Any]:
    filled: dict[str, Any] = {"issued_at": issued_at, "starts_at": issued_at} | dict(found)
    counts = filled.get("counts")
    if isinstance(counts, dict) and counts.get("kind") == "cell_key":
        filled["counts"] = {"kind": "cell_key", "table": _build_table(counts, floor=filled["minimum_cell"])}
    return filled


def _build_table(counts: Mapping[str, Any], *, floor: int) -> dict[str, Any]:
    """The table of the noise that the draft describes: it is signed, so that nobody chooses it afterwards."""
    # scipy, which builds it, is not needed for anything else here.
    from maillage.disclosure.entropy import build_table

    asked = {name: value for name, value in counts.items() if name != "kind"}
    return build_table(NoiseRules(floor=floor, **asked)).to_json()


def _write_date(value: object) -> str:
    """TOML has dates and instants of its own; a date begins at midnight, UTC."""
    match value:
        case datetime():
            return format_instant(value if value.tzinfo else value.replace(tzinfo=UTC))
        case date():
            return format_instant(datetime.combine(value, time(), tzinfo=UTC))
        case _:
            raise TypeError(f"not a value of a permit: {type(value).__name__}")


DRAFT = """\
# Une autorisation, à relire par le comité avant qu’il la signe : maillage permit sign
permit_id  = "feasibility"            # le nom que portent les questions
network    = "houraa"                 # le nom du réseau, celui de hub.toml
project    = "Comptages de faisabilité"
purpose    = "Savoir combien de patients répondent à une définition avant de déposer un projet."
requesters = "any"                    # ou une liste : ["alice", "bruno"]
sites      = "any"                    # ou une liste : ["hcl", "chu-grenoble"]
cohorts    = "any"                    # ou une liste d’empreintes : ["sha256:…"]
minimum_cell  = 11                    # plus petit nombre de personnes montré
minimum_sites = 3                     # un total mêle au moins tant d’hôpitaux
views  = ["total", "per_hospital"]    # ce qui peut être montré
sums   = { kind = "plain" }           # ou "masked" : le hub n’apprend que des sommes, voir docs/permits.md
output = "automatic"                  # ou "held" : des personnes contrôlent chaque réponse avant sa sortie
catalogue = false                     # true : chaque jour, par larges tranches, les patients de chaque terme
starts_at  = 2026-12-01
expires_at = 2027-12-01

[[analyses]]
id = "count"

[[analyses]]
id = "pyramid"                        # par âge et sexe ; à retirer de sums = "masked"

# Avec output = "held" : où les réponses sont contrôlées (au comité : après l’hôpital), et par combien.
# [release]
# at = "node"                         # ou "committee"
# checkers = 1                        # ou 2, qui doivent être d'accord

[counts]
kind = "cell_key"                     # bruit propre aux personnes ; "exact" : dans l’autorisation d’une étude
deviation = 5                         # au plus tant de personnes
variance = 2.0

[budgets]
contact = "le comité, 04 00 00 00 00"  # qui appeler quand le budget est épuisé

[budgets.total]
hours = 24
slow_after = 60                       # au-delà, les questions sont espacées
pause_seconds = 30
hold_after = 200                      # au-delà, une personne décide

[budgets.per_hospital]
hours = 24
slow_after = 30
pause_seconds = 30
hold_after = 100
"""
"""The standing permit of feasibility counts, to start from: noise, within budgets; valid as it stands."""
