"""The roles: few, each with what it lets its holder do at the hub, and for whom it may be held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from maillage.base.i18n import _, mark

LONGEST = timedelta(days=366)
"""A role is given anew at least once a year: who gives it looks whether it is still needed."""

WHOLE_GROUP = ""
"""The place of a role that is held for the whole group."""


class Role(StrEnum):
    """What somebody is at the hub. None includes another."""

    RESEARCHER = "researcher"
    COMMITTEE = "committee"
    ENGINEER = "engineer"
    DPO = "dpo"
    AUDITOR = "auditor"
    OFFICE = "office"


GROUP_ONLY = frozenset({Role.COMMITTEE, Role.AUDITOR, Role.OFFICE})
"""Roles that have no meaning for one hospital."""


@dataclass(frozen=True)
class Held:
    """A role that is in force; `site` is the hospital it is held for, or `WHOLE_GROUP`."""

    role: Role
    site: str = WHOLE_GROUP


_NAMES: Mapping[Role, str] = {
    Role.RESEARCHER: mark("recherche"),
    Role.COMMITTEE: mark("comité"),
    Role.ENGINEER: mark("centre de données"),
    Role.DPO: mark("protection des données"),
    Role.AUDITOR: mark("audit"),
    Role.OFFICE: mark("bureau"),
}
_POWERS: Mapping[Role, str] = {
    Role.RESEARCHER: mark("Pose des questions sous les autorisations qui nomment la personne."),
    Role.COMMITTEE: mark("Contrôle les résultats avant qu’ils soient montrés, jamais les siens."),
    Role.ENGINEER: mark("Suit l’état du réseau et de son hôpital ; ne pose pas de question."),
    Role.DPO: mark("Lit le journal des consultations, de son hôpital ou du groupement."),
    Role.AUDITOR: mark("Lit le journal des consultations et la liste des personnes ; ne change rien."),
    Role.OFFICE: mark("Invite les personnes, donne et retire les rôles, suspend ; jamais pour soi."),
}


def word_role(role: Role) -> str:
    """The role's name, in the language of the present context."""
    return _(_NAMES[role])


def word_powers(role: Role) -> str:
    """What the role lets its holder do, in a sentence."""
    return _(_POWERS[role])


def read_held(rows: Iterable[Sequence[str]]) -> frozenset[Held]:
    """Roles in force as a query gives them: `(role, site)`."""
    return frozenset(Held(Role(role), site) for role, site in rows)
