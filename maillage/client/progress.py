"""What a notebook shows while hospitals answer."""

import sys

from maillage.base.i18n import _
from maillage.client.typed import Result

_SPOKEN = ("answered", "refused", "failed", "missing")


def show_progress(result: Result) -> None:
    """Write how many hospitals have spoken, over the line before: pass it as `watch`."""
    spoken = sum(site.status in _SPOKEN for site in result.sites)
    line = _("{spoken} hôpitaux sur {all} ont répondu").format(spoken=spoken, all=len(result.sites))
    sys.stderr.write(f"\r{line}" + ("\n" if result.complete else ""))
    sys.stderr.flush()
