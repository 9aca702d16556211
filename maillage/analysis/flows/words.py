"""What people read of flows."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Flux et bassins"),
    summary=mark("Où vivent les patients de la cohorte, où ils sont soignés, ce que chaque hôpital attire."),
)
