"""What can go wrong with the console itself."""

from maillage.base.errors import Kind
from maillage.node.errors import NodeError


class ConsoleError(NodeError):
    """The root of the console's errors."""


class AddressError(ConsoleError):
    """The console would listen elsewhere than on this machine, or its port is taken."""

    kind = Kind.REFUSED


class FormError(ConsoleError):
    """A form that is not one of ours, or says what none of ours can say."""


class ForeignFormError(FormError):
    """A form that was not filled in on a page of this session."""

    kind = Kind.REFUSED


class PageMissingError(ConsoleError):
    """There is nothing at this address."""

    kind = Kind.NOT_FOUND
