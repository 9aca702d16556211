"""New documents from known ones, by changes that know what an expression is made of."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from maillage.cohort.expression.domains import DEMOGRAPHICS, DOMAINS, Attribute, CountColumn, Shape
from tests.support.circe import correlated, group

MARK = "mrkzq"
"""Every planted text holds it: in the SQL it may only be inside a string literal."""

_TEXTS = (
    "",
    "'",
    "''; DROP TABLE person; --",
    "\\'; SELECT 1; --",
    '" OR 1=1 --',
    "*/ SELECT 1 /*",
    "$$ $tag$ E'\\x27'",
    "{{ x }} {% y %} @z :w ?1 %(v)s",
    "\x00",
    "\n\r\t\x1b[31m\x7f",
    "\u2028\u202e\ufeff\uff07\u02bc",
    "\ud800",
    "\U0001f9ec" * 8,
    "e\u0301" * 40,
)
_RAW = {"@@huge": "1e400", "@@minus": "-1e400", "@@nan": "NaN", "@@long": "9" * 5000, "@@exp": "1e-400"}
"""Numbers that no Python value is written as; put into the text afterwards."""

_SCALARS: Sequence[Any] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 2**200, 1_000_000, 1_000_001),
    *(0.0, -0.0, 0.1, 1e308, 5e-324, 1e15, 1.0, *_RAW),
    *(
        "2020-01-31",
        "0001-01-01",
        "9999-12-31",
        "0000-00-00",
        "2020-02-30",
        "1-1-1",
        "-2020-01-01",
        "٢٠٢٠-٠١-٠١",
    ),
    *(
        "First",
        "Last",
        "All",
        "ALL",
        "ANY",
        "AT_LEAST",
        "AT_MOST",
        "all",
        "lt",
        "bt",
        "!bt",
        "!eq",
        "contains",
    ),
    *([], {}, [[]], [None], {"Value": 1}),
)
_OPS = ("lt", "lte", "eq", "!eq", "gt", "gte", "bt", "!bt")
_TEXT_OPS = ("eq", "!eq", "startsWith", "!startsWith", "endsWith", "!endsWith", "contains", "!contains")

Place = tuple[Any, ...]


def places(value: Any, path: Place = ()) -> list[Place]:
    """The path of every value in a document, the document's own first."""
    members: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        members = list(value.items())
    if isinstance(value, list):
        members = list(enumerate(value))
    return [path, *(found for key, member in members for found in places(member, (*path, key)))]


def value_at(document: Any, path: Place) -> Any:
    """What lies at a path."""
    for key in path:
        document = document[key]
    return document


def to_bytes(document: Any) -> bytes:
    """The document as hostile JSON text: lone surrogates stay escapes, impossible numbers are written out."""
    text = json.dumps(document)
    for name, raw in _RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text.encode()


def planted(random: Random) -> str:
    """A text that would be syntax if it ever left its quotes."""
    return random.choice(_TEXTS) + MARK + random.choice(_TEXTS)


class Mutator:
    """Draws changes from one source of chance; the same seed gives the same documents."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._by_key: dict[Any, list[Any]] = {}

    def learn(self, document: Any) -> None:
        """Remember the parts of a document by their key, to graft them into others."""
        for path in places(document)[1:]:
            kept = self._by_key.setdefault(path[-1] if isinstance(path[-1], str) else "[]", [])
            if len(kept) < 200:
                kept.append(value_at(document, path))

    def change(self, document: Any, *, times: int) -> Any:
        """A copy with so many changes."""
        changed = json.loads(json.dumps(document))
        for _time in range(times):
            paths = places(changed)
            if len(paths) > 1:
                self._random.choice(_CHANGES)(self, changed, self._random.choice(paths[1:]))
        return changed

    def break_bytes(self, data: bytes) -> bytes:
        """The same bytes with some cut, doubled or flipped."""
        start = self._random.randrange(len(data) + 1)
        stop = min(len(data), start + self._random.choice((1, 4, 64, 4096)))
        middle = self._random.choice(
            (b"", data[start:stop] * 2, self._random.randbytes(3), b"[" * 50, b'\\ud800"')
        )
        return data[:start] + middle + data[stop:]

    def _replace(self, document: Any, path: Place) -> None:
        parent = value_at(document, path[:-1])
        text = isinstance(parent[path[-1]], str) and self._random.random() < 0.5
        parent[path[-1]] = planted(self._random) if text else self._random.choice(_SCALARS)

    def _nudge(self, document: Any, path: Place) -> None:
        parent = value_at(document, path[:-1])
        if isinstance(parent[path[-1]], int):
            parent[path[-1]] += self._random.choice((-1, 1, 1000, 1e6))

    def _delete(self, document: Any, path: Place) -> None:
        del value_at(document, path[:-1])[path[-1]]

    def _rename(self, document: Any, path: Place) -> None:
        parent = value_at(document, path[:-1])
        if isinstance(parent, dict):
            names = (planted(self._random), str(path[-1]).swapcase(), *DOMAINS, *self._by_key)
            parent[str(self._random.choice(names))] = parent.pop(path[-1])

    def _graft(self, document: Any, path: Place) -> None:
        key = path[-1] if isinstance(path[-1], str) else "[]"
        kept = self._by_key.get(key)
        if kept:
            value_at(document, path[:-1])[path[-1]] = json.loads(json.dumps(self._random.choice(kept)))

    def _repeat(self, document: Any, path: Place) -> None:
        found = value_at(document, path)
        if isinstance(found, list) and found:
            found.extend(json.loads(json.dumps(found * self._random.choice((1, 1, 2, 20)))))

    def _equip(self, document: Any, path: Place) -> None:
        """Give a criterion an attribute of its domain, or a group a demographic one."""
        found = value_at(document, path)
        if not isinstance(found, dict):
            return
        if path[-1] in DOMAINS:
            attribute = self._random.choice(DOMAINS[path[-1]].attributes)
            found[attribute.name] = self._value_of(attribute)
        elif "DemographicCriteriaList" in found or "Groups" in found:
            attribute = self._random.choice(DEMOGRAPHICS)
            found["DemographicCriteriaList"] = [{attribute.name: self._value_of(attribute)}]

    def _nest(self, document: Any, path: Place) -> None:
        """Put a criterion or a group inside another one."""
        found = value_at(document, path)
        if not isinstance(found, dict):
            return
        if path[-1] in DOMAINS:
            found["CorrelatedCriteria"] = self._group()
        elif "CriteriaList" in found and "Type" in found:
            inner = json.loads(json.dumps(found))
            found["Groups"] = [inner] if self._random.random() < 0.5 else [self._group(), inner]

    def _rule(self, document: Any, path: Place) -> None:
        if isinstance(document, dict):
            document[self._random.choice(("AdditionalCriteria", "InclusionRules"))] = self._group()
            if isinstance(document.get("InclusionRules"), dict):
                body = document["InclusionRules"]
                document["InclusionRules"] = [{"name": planted(self._random), "expression": body}]

    def _group(self) -> Any:
        draw = self._random
        members = [
            correlated(
                {draw.choice(list(DOMAINS)): {}},
                kind=draw.randrange(3),
                count=draw.choice((0, 1, 2, 2**31)),
                IsDistinct=draw.random() < 0.3,
                StartWindow=self._window(),
                EndWindow=draw.choice((None, self._window())),
                RestrictVisit=draw.random() < 0.2,
                IgnoreObservationPeriod=draw.random() < 0.3,
            )
            for _member in range(draw.randrange(4))
        ]
        for member in members:
            member["Occurrence"] |= {"IsDistinct": member.pop("IsDistinct"), "CountColumn": self._counted()}
        kind = draw.choice(("ALL", "ANY", "AT_LEAST", "AT_MOST"))
        return group(*members, kind=kind, Count=draw.choice((0, 1, 2)))

    def _counted(self) -> str | None:
        return self._random.choice((None, None, *(column.value for column in CountColumn)))

    def _window(self) -> Any:
        draw = self._random
        ends = [
            {"Days": draw.choice((None, 0, 1, 30, 365, 1_000_000)), "Coeff": draw.choice((-1, 1))}
            for _ in range(2)
        ]
        flags = {name: draw.choice((None, True, False)) for name in ("UseIndexEnd", "UseEventEnd")}
        return {"Start": ends[0], "End": ends[1], **flags}

    def _value_of(self, attribute: Attribute) -> Any:
        draw = self._random
        codeset = draw.choice((0, 0, 0, 1, 99))
        number, date = (
            draw.choice((0, 1, 18.5, -3, 1e300)),
            draw.choice(("2020-01-05", "0001-01-01", "9999-12-31")),
        )
        match attribute.shape:
            case Shape.FLAG:
                return draw.choice((True, False))
            case Shape.CODESET:
                return codeset
            case Shape.CONCEPTS:
                return [{"CONCEPT_ID": draw.choice((0, 8507, 2**63 - 1)), "CONCEPT_NAME": planted(draw)}]
            case Shape.CONCEPT_SET:
                return {"CodesetId": draw.choice((None, codeset)), "IsExclusion": draw.choice((True, False))}
            case Shape.NUMBER:
                return {"Value": number, "Op": draw.choice(_OPS), "Extent": 7}
            case Shape.DATE:
                return {"Value": date, "Op": draw.choice(_OPS), "Extent": "2021-01-01"}
            case Shape.TEXT:
                return {"Text": planted(draw), "Op": draw.choice(_TEXT_OPS)}
            case Shape.PERIOD:
                return {"StartDate": date, "EndDate": draw.choice((None, "", "2021-01-01"))}


_CHANGES: Sequence[Callable[[Mutator, Any, Place], None]] = tuple(
    vars(Mutator)[name]
    for name in (
        *("_replace", "_nudge", "_delete", "_rename", "_graft", "_graft"),
        *("_repeat", "_equip", "_equip", "_equip", "_nest", "_rule"),
    )
)
