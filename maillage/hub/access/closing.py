"""Shutting somebody out: the account's state, and everything that would still open something."""

from datetime import datetime

from maillage.governance.people import actions
from maillage.governance.transactions import atomic
from maillage.hub.access.models import Invitation, Passkey, Password, PscIdentity, RecoveryCode, Session
from maillage.hub.access.people import revoke_tokens


def close_account(name: str, *, for_good: bool, by: str, at: datetime) -> None:
    """Suspend the account, or close it for good.

    Raises PersonUnknownError, PersonStateError or OwnAccountError.

    Its sessions, tokens, links and invitations end now and stay ended, even when it is opened again. Closed
    for good, its proofs are forgotten.
    """
    with atomic():
        (actions.depart if for_good else actions.suspend)(name, by=by, at=at)
        Session.objects.filter(requester=name, ended_at=None).update(ended_at=at)
        Invitation.objects.filter(person__name=name, used_at=None).delete()
        if for_good:
            for proof in (Passkey, RecoveryCode, Password, PscIdentity):
                proof.objects.filter(person__name=name).delete()
        revoke_tokens(name, by=by, at=at)
