"""What a notebook shows while hospitals answer."""

import sys

from maillage.base.i18n import _
from maillage.client.typed import Result

_SPOKEN = ("answered", "refused", "failed", "missing")


def show_progress(result: Result) -> None:
    """Write how many hospitals have spoken, over the line before: pass it as `watch`.

    The id comes first: with it `Hub.result` takes the wait up again in another cell or another session.
    """
    spoken = sum(site.status in _SPOKEN for site in result.sites)
    line = _("{question} : {spoken} hôpitaux sur {all} ont répondu").format(
        question=result.id, spoken=spoken, all=len(result.sites)
    )
    sys.stderr.write(f"\r{line}" + ("\n" if result.complete else ""))
    sys.stderr.flush()
