"""A call with arguments that a method does not take is a user's mistake, and told in words like any other."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from maillage.base.i18n import _, mark, say
from maillage.client.errors import ArgumentError

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

_REMEDIES: Mapping[str, str] = {
    "permit": mark('Dites sous quelle autorisation : permit="etude". Les vôtres : hub.permits().'),
}


def in_words(
    *, asking: type | None = None
) -> Callable[[Callable[Parameters, Returned]], Callable[Parameters, Returned]]:
    """A method whose wrong arguments raise ArgumentError, not TypeError.

    `asking` is the TypedDict of its `**`, whose names then stand in its signature as its own do.
    """

    def wrap(method: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
        signature = _spell_out(inspect.signature(method), asking=asking)

        @wraps(method)
        def call(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise _refuse(method.__name__, args, kwargs, known=signature.parameters) from error
            return method(*args, **kwargs)

        call.__signature__ = signature  # pyright: ignore[reportAttributeAccessIssue]
        return call

    return wrap


def _spell_out(signature: inspect.Signature, *, asking: type | None) -> inspect.Signature:
    own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    if asking is None:
        return signature
    needed = getattr(asking, "__required_keys__", frozenset[str]())
    more = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=kind,
            default=inspect.Parameter.empty if name in needed else None,
        )
        for name, kind in inspect.get_annotations(asking).items()
    ]
    return signature.replace(parameters=[*own, *more])


def _refuse(
    name: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, known: Mapping[str, inspect.Parameter]
) -> ArgumentError:
    method = f"{name}()"
    takes = ", ".join([one for one in known if one != "self"])
    strange = [one for one in kwargs if one not in known]
    if strange:
        return ArgumentError(
            _("{method} ne connaît pas l’argument « {name} ».").format(method=method, name=strange[0]),
            remedy=_("Ses arguments : {names}.").format(names=takes),
        )
    said = {*list(known)[: len(args)], *kwargs}
    missing = [one.name for one in known.values() if one.default is one.empty and one.name not in said]
    if missing:
        remedy = _REMEDIES.get(missing[0])
        return ArgumentError(
            _("{method} demande l’argument « {name} ».").format(method=method, name=missing[0]),
            remedy=say(remedy) if remedy else _("Ses arguments : {names}.").format(names=takes),
        )
    return ArgumentError(
        _("{method} a reçu trop d’arguments, ou un argument deux fois.").format(method=method),
        why=_('Après la cohorte, les arguments se disent par leur nom : permit="etude".'),
        remedy=_("Ses arguments : {names}.").format(names=takes),
    )
