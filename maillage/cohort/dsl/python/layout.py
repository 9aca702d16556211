"""Python source as a tree of calls, laid out within a width."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 100
_STEP = 4


@dataclass(frozen=True)
class Call:
    """`name(arguments, keyword=argument)`."""

    name: str
    arguments: "tuple[Source, ...]" = ()
    keywords: "tuple[tuple[str, Source], ...]" = ()


@dataclass(frozen=True)
class Chain:
    """`head.call().call()`."""

    head: "Source"
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Sequenced:
    """`[member, member]`, or in the brackets given."""

    members: "tuple[Source, ...]"
    brackets: str = "[]"


Source = str | Call | Chain | Sequenced


def call(name: str, /, *arguments: Source, **keywords: Source | None) -> Call:
    """A call; a keyword that is None is left out."""
    given = tuple((key, value) for key, value in keywords.items() if value is not None)
    return Call(name, arguments, given)


def chain(head: Source, calls: Sequence[Call]) -> Source:
    """The head alone when nothing is called on it; one chain when the head is one already."""
    if isinstance(head, Chain):
        return Chain(head.head, (*head.calls, *calls))
    return Chain(head, tuple(calls)) if calls else head


def names_in(source: Source) -> Iterator[str]:
    """The functions that are called, methods left out, and the words that stand alone."""
    match source:
        case str():
            yield source.split(".")[0]
        case Call():
            yield source.name
            yield from _names_in_arguments(source)
        case Chain():
            yield from names_in(source.head)
            for method in source.calls:
                yield from _names_in_arguments(method)
        case Sequenced():
            for member in source.members:
                yield from names_in(member)


def _names_in_arguments(source: Call) -> Iterator[str]:
    for argument in (*source.arguments, *(value for _key, value in source.keywords)):
        yield from names_in(argument)


def lay_out(source: Source, *, indent: int = 0, taken: int = 0) -> str:
    """The text: the first line, on which `taken` characters stand already, the others under `indent`."""
    flat = _flat(source)
    if indent + taken + len(flat) <= WIDTH:
        return flat
    match source:
        case str():
            return source
        case Call():
            return f"{source.name}({_broken(list(_arguments(source)), indent)})"
        case Sequenced():
            members = [("", member) for member in source.members]
            return f"{source.brackets[0]}{_broken(members, indent)}{source.brackets[1]}"
        case Chain():
            margin = "\n" + " " * indent
            calls = (f"{margin}.{lay_out(method, indent=indent)}" for method in source.calls)
            return lay_out(source.head, indent=indent) + "".join(calls)


def _broken(arguments: Sequence[tuple[str, Source]], indent: int) -> str:
    inner = indent + _STEP
    margin = "\n" + " " * inner
    # Its name stands before an argument, a comma after it.
    lines = (f"{margin}{key}{lay_out(value, indent=inner, taken=len(key) + 1)}," for key, value in arguments)
    return "".join(lines) + "\n" + " " * indent if arguments else ""


def _arguments(source: Call) -> Iterator[tuple[str, Source]]:
    yield from (("", argument) for argument in source.arguments)
    yield from ((f"{key}=", value) for key, value in source.keywords)


def _flat(source: Source) -> str:
    match source:
        case str():
            return source
        case Call():
            inside = ", ".join(key + _flat(value) for key, value in _arguments(source))
            return f"{source.name}({inside})"
        case Sequenced():
            tail = "," if source.brackets == "()" and len(source.members) == 1 else ""
            inside = ", ".join(map(_flat, source.members)) + tail
            return f"{source.brackets[0]}{inside}{source.brackets[1]}"
        case Chain():
            return _flat(source.head) + "".join(f".{_flat(method)}" for method in source.calls)
