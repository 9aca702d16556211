"""What goes wrong with files, on any bytes that have lines or on any bytes at all."""

import gzip
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONG = 10_000_000
_DATE = re.compile(rb"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}|(?<=\D)\d{2}0[1-9]20\d\d")
_IMPOSSIBLE = (b"2023-02-31", b"31/02/2023", b"31022023")


@dataclass(frozen=True)
class Spoilt:
    """New bytes, a new name's end where the file is another one, and the line that is bad, if only one is."""

    data: bytes
    suffix: str = ""
    line: int | None = None


Damage = Callable[[bytes, random.Random], Spoilt]


def _split(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]


def _join(lines: list[bytes], *, line: int | None = None) -> Spoilt:
    return Spoilt(b"".join(one + b"\n" for one in lines), line=line)


def _on_a_line(change: Callable[[bytes, random.Random], bytes]) -> Damage:
    def spoil(data: bytes, chance: random.Random) -> Spoilt:
        lines = _split(data)
        at = chance.randrange(1, len(lines))
        lines[at] = change(lines[at], chance)
        return _join(lines, line=at + 1)

    return spoil


def _truncated(data: bytes, chance: random.Random) -> Spoilt:
    return Spoilt(data[: chance.randrange(len(data))])


def _truncated_archive(data: bytes, chance: random.Random) -> Spoilt:
    packed = gzip.compress(data, mtime=0)
    return Spoilt(packed[: chance.randrange(2, len(packed) - 1)], ".gz")


def _other_encoding(data: bytes, chance: random.Random) -> Spoilt:
    name = chance.choice(["utf-16", "utf-16-le", "utf-32", "cp500"])
    return Spoilt(data.decode("latin-1").encode(name))


def _a_foreign_byte(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line))
    return line[:at] + chance.choice([b"\xe9", b"\xff", b"\xc3", b"\x81", b"\xed\xa0\x80"]) + line[at:]


def _noise(data: bytes, chance: random.Random) -> Spoilt:
    at = chance.randrange(len(data))
    return Spoilt(data[:at] + chance.randbytes(chance.randrange(1, 40)) + data[at:])


def _flipped(data: bytes, chance: random.Random) -> Spoilt:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return Spoilt(bytes(changed))


def _zeroed(data: bytes, chance: random.Random) -> Spoilt:
    at = chance.randrange(len(data))
    return Spoilt(data[:at] + bytes(min(64, len(data) - at)) + data[at + 64 :])


def _swapped(line: bytes, chance: random.Random) -> bytes:
    mark = b";" if b";" in line else b","
    fields = line.split(mark)
    first, second = chance.randrange(len(fields)), chance.randrange(len(fields))
    fields[first], fields[second] = fields[second], fields[first]
    return mark.join(fields)


def _impossible_date(line: bytes, chance: random.Random) -> bytes:
    found = [*_DATE.finditer(line)]
    if not found:
        return line
    one = chance.choice(found)
    form = 0 if b"-" in one[0] else 1 if b"/" in one[0] else 2
    return line[: one.start()] + _IMPOSSIBLE[form] + line[one.end() :]


def _a_field_less(line: bytes, chance: random.Random) -> bytes:
    mark = b";" if b";" in line else b","
    fields = line.split(mark)
    del fields[chance.randrange(len(fields))]
    return mark.join(fields)


def _a_field_more(line: bytes, chance: random.Random) -> bytes:
    mark = b";" if b";" in line else b","
    return line + mark * chance.randrange(1, 4) + b"9"


def _an_open_quote(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line))
    return line[:at] + b'"' + line[at:]


def _too_long(line: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(line))
    return line[:at] + b"a" * LONG + line[at:]


def _twice(data: bytes, chance: random.Random) -> Spoilt:
    lines = _split(data)
    at = chance.randrange(1, len(lines))
    again = bytearray(lines[at])
    again[-1] = ord("0") + chance.randrange(10)
    return _join([*lines, bytes(again)])


def _without_a_header(data: bytes, _chance: random.Random) -> Spoilt:
    return _join(_split(data)[1:])


def _another_header(data: bytes, chance: random.Random) -> Spoilt:
    lines = _split(data)
    mark = b";" if b";" in lines[0] else b","
    names = lines[0].split(mark)
    names[chance.randrange(len(names))] = chance.choice(
        [names[0], b"", b"other", b"'; DROP TABLE person; --"]
    )
    lines[0] = mark.join(names)
    return _join(lines)


def _another_version(data: bytes, chance: random.Random) -> Spoilt:
    """The version of a PMSI line, the type of a FHIR resource, the magic of a Parquet file."""
    lines = _split(data)
    at = chance.randrange(1, len(lines))
    version = chance.choice([b"019", b"231", b"   "])
    lines[at] = lines[at][:9] + version + lines[at][12:]
    return _join(lines, line=at + 1)


def _a_page(_data: bytes, _chance: random.Random) -> Spoilt:
    return Spoilt(b"<html><body>502 Bad Gateway</body></html>\n" * 3)


def _nothing(_data: bytes, _chance: random.Random) -> Spoilt:
    return Spoilt(b"")


def _only_noise(_data: bytes, chance: random.Random) -> Spoilt:
    return Spoilt(chance.randbytes(5000))


ON_BYTES: Mapping[str, Damage] = {
    "truncated": _truncated,
    "noise": _noise,
    "flipped bits": _flipped,
    "zeroed": _zeroed,
    "a page": _a_page,
    "nothing": _nothing,
    "only noise": _only_noise,
}
"""For files of any kind."""

ON_LINES: Mapping[str, Damage] = {
    **ON_BYTES,
    "encoding": _other_encoding,
    "foreign byte": _on_a_line(_a_foreign_byte),
    "impossible date": _on_a_line(_impossible_date),
    "duplicate": _twice,
    "first line lost": _without_a_header,
    "version": _another_version,
}
"""For files that have lines."""

ON_FIELDS: Mapping[str, Damage] = {
    **ON_LINES,
    "truncated archive": _truncated_archive,
    "swapped columns": _on_a_line(_swapped),
    "a field less": _on_a_line(_a_field_less),
    "a field more": _on_a_line(_a_field_more),
    "an open quote": _on_a_line(_an_open_quote),
    "header": _another_header,
}
"""For CSV files."""

TOO_LONG: Damage = _on_a_line(_too_long)
"""Ten megabytes on a line: dear, so asked for apart."""
