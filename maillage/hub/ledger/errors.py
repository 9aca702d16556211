"""What the commands on the audit refuse."""

from maillage.base.errors import Kind
from maillage.hub.errors import HubError


class RangeEmptyError(HubError):
    """The audit has no line between these dates."""

    kind = Kind.NOT_FOUND
    code = "range_empty"


class RetentionError(HubError):
    """The settings do not let these bodies go yet."""

    kind = Kind.REFUSED
    code = "retention_refused"
