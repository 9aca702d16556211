"""Who may speak for the committee: persons who entered the portal and hold its role now.

The names in `hub.toml` (`checkers`) serve the command line until the first of them exists: a typed name
proves nothing, and would let somebody with an account be a second person there.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from maillage.base.i18n import _
from maillage.exchange.release import CheckerError, Word, is_same_person
from maillage.governance.people.listing import list_holders
from maillage.governance.people.models import Person
from maillage.governance.people.roles import Role
from maillage.hub.boot import Hub

PORTAL = "portal"
"""Where a word was said by a person who had entered, in the place of a machine's account."""


def find_checkers(*, operator: str, at: datetime, hub: Hub) -> Collection[str]:
    """The names that are taken from there. Raises CheckerError where only the portal's are."""
    holders = [person.name for person in list_holders(Role.COMMITTEE, at=at)]
    if operator == PORTAL:
        return holders
    if holders:
        raise CheckerError(
            _("Le comité contrôle dans le portail."),
            why=_("Des personnes y ont le rôle « comité » : un nom tapé ici ne prouverait rien."),
            remedy=_("Entrez dans le portail, page « Comité »."),
        )
    return hub.settings.checkers


def check_accounts(by: str, *, requester: str, said: Sequence[Word]) -> None:
    """Raises CheckerError when another account of the same full name asked, or has spoken already."""
    others = {requester, *(word.by for word in said)} - {by}
    named = dict(Person.objects.filter(name__in=[by, *others]).values_list("name", "full_name"))
    own = named.pop(by, None)
    if own is not None and any(is_same_person(own, other) for other in named.values()):
        raise CheckerError(
            _("Un autre compte porte le même nom complet : {name}.").format(name=own),
            remedy=_("S’il s’agit de deux personnes, le bureau distingue leurs noms."),
        )
