"""Whatever is done to the lines of an export shows: edited, cut, swapped, inserted, repeated."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.exchange.chain import GENESIS, NODE_RETAINED, Head, Link, seal_body
from maillage.exchange.errors import ExchangeError
from maillage.exchange.export import Keeping, Span, export_span, open_export
from tests.support.messages import ISSUED, NODE_KEY

AT = "2026-11-22T03:00:0{second}.000Z"
BODIES = st.dictionaries(st.text(max_size=6), st.text(max_size=12) | st.integers(0, 9), max_size=3)


@st.composite
def chains(draw: st.DrawFn) -> list[Link]:
    """Lines of both versions; a line that tells of bodies removed, and some removed before it."""
    links: list[Link] = []
    bodies = draw(st.lists(BODIES, min_size=2, max_size=8))
    is_removed = draw(st.lists(st.booleans(), min_size=len(bodies), max_size=len(bodies)))
    for body, removed in zip(bodies, is_removed, strict=True):
        sealed = draw(st.booleans())
        links.append(make_link(links, event="e", body=body, sealed=sealed, removed=removed and sealed))
    body = {"by": "x", "removed_before": "2027-01-01T00:00:00.000Z"}
    links.append(make_link(links, event=NODE_RETAINED, body=body, sealed=True))
    return links


def make_link(
    before: list[Link], *, event: str, body: dict[str, Any], sealed: bool, removed: bool = False
) -> Link:
    body_data = seal_body(body) if sealed else None
    content = {
        "sequence": len(before) + 1,
        "at": AT.format(second=min(len(before), 9)),
        "event": event,
        "task_id": None,
        "previous": before[-1].hash if before else GENESIS,
        "body": sha256_hex(body_data) if body_data else body,
    }
    data = canonical_bytes(content | ({"version": 2} if sealed else {}))
    return Link(
        sequence=len(before) + 1,
        at=content["at"],
        event=event,
        previous=content["previous"],
        hash=sha256_hex(data),
        data=data,
        body_hash=content["body"] if sealed else None,
        body_data=None if removed else body_data,
    )


def write(path: Path, links: list[Link]) -> None:
    last = Head(links[-1].sequence, links[-1].hash)
    bodies = sum(1 for link in links if link.body_data is not None)
    first = links[0]
    span = Span(first.sequence, first.previous, last, bodies, last, "")
    export_span(path, keeping=Keeping("node", "hcl", NODE_KEY, "0.1.0", ISSUED), span=span, links=links)


def read(path: Path) -> list[Link]:
    signers = {NODE_KEY.public.fingerprint: NODE_KEY.public}
    return list(open_export(path, signers=signers).links())


def edit(rows: list[bytes], at: int, to: int, byte: int) -> list[bytes]:
    row = bytearray(rows[at])
    row[to % len(row)] = (row[to % len(row)] + 1 + byte) % 256
    return [*rows[:at], bytes(row), *rows[at + 1 :]]


def cut(rows: list[bytes], at: int, to: int, byte: int) -> list[bytes]:
    return [*rows[:at], *rows[at + 1 :]]


def cut_the_end(rows: list[bytes], at: int, to: int, byte: int) -> list[bytes]:
    return rows[:at]


def swap(rows: list[bytes], at: int, to: int, byte: int) -> list[bytes]:
    other = 1 + to % (len(rows) - 1)
    moved = list(rows)
    moved[at], moved[other] = rows[other], rows[at]
    return moved


def insert(rows: list[bytes], at: int, to: int, byte: int) -> list[bytes]:
    return [*rows[:at], rows[1 + to % (len(rows) - 1)], *rows[at:]]


CHANGES: dict[str, Callable[[list[bytes], int, int, int], list[bytes]]] = {
    "edit": edit,
    "cut": cut,
    "cut the end": cut_the_end,
    "swap": swap,
    "insert": insert,
}


@given(chains())
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_again(links: list[Link]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.jsonl"
        write(path, links)
        assert read(path) == links


@pytest.mark.parametrize("change", CHANGES)
@given(chains(), st.integers(0, 1000), st.integers(0, 5000), st.integers(0, 254))
@settings(max_examples=120, deadline=None)
def test_any_change_of_the_rows_shows(change: str, links: list[Link], at: int, to: int, byte: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.jsonl"
        write(path, links)
        rows = path.read_bytes().splitlines()
        changed = CHANGES[change](rows, 1 + at % (len(rows) - 1), to, byte)
        if changed == rows:
            return
        path.write_bytes(b"\n".join(changed) + b"\n")
        with pytest.raises(ExchangeError):
            read(path)


@given(chains(), st.integers(0, 1000), st.integers(0, 254))
@settings(max_examples=120, deadline=None)
def test_any_change_of_the_manifest_shows(links: list[Link], to: int, byte: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.jsonl"
        write(path, links)
        rows = path.read_bytes().splitlines()
        path.write_bytes(b"\n".join(edit(rows, 0, to, byte)) + b"\n")
        try:
            found = read(path)
        except ExchangeError:
            return
        # An envelope may be spelt otherwise, as Base64 may: what is read is the same.
        assert found == links


@given(chains(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_part_of_a_chain_is_verified_by_its_ends(links: list[Link], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(links) - 1))
    last = data.draw(st.integers(first, len(links) - 1))
    part = links[first : last + 1]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.jsonl"
        head = Head(links[-1].sequence, links[-1].hash)
        span = Span(
            first=part[0].sequence,
            previous=part[0].previous,
            last=Head(part[-1].sequence, part[-1].hash),
            bodies=sum(1 for link in part if link.body_data is not None),
            head=head,
            removed_before="2027-01-01T00:00:00.000Z",
        )
        keeping = Keeping("node", "hcl", NODE_KEY, "0.1.0", ISSUED)
        export_span(path, keeping=keeping, span=span, links=part)
        assert read(path) == part
