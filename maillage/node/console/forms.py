"""What a browser sent, read into memory up to a limit: a list of patients meets no disk."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from maillage.base.i18n import _
from maillage.node.console.errors import FormError

MAX_BODY = 20_000_000
"""Bytes; a list of 500,000 patients by INS and number takes about as many."""
MAX_FIELDS = 2_000
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Form(Mapping[str, str]):
    """The fields of a form; of one that came several times, the last. `files` are bytes, by field."""

    fields: Sequence[tuple[str, str]] = ()
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def __getitem__(self, name: str) -> str:
        for found, value in reversed(self.fields):
            if found == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({name for name, _value in self.fields})

    def __len__(self) -> int:
        return len({name for name, _value in self.fields})

    def all(self, name: str) -> list[str]:
        """Every value of a field, in order."""
        return [value for found, value in self.fields if found == name]


class _InMemory(MultiPartParser):
    # The library's own parser lays what is larger than this in a file.
    spool_max_size = MAX_BODY


async def read_form(request: Request) -> Form:
    """The form of a POST. Raises FormError."""
    body = await _read_body(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _URLENCODED:
        return _read_urlencoded(body)
    if kind == _MULTIPART:
        return await _read_multipart(request, body)
    raise FormError(_("Ce n’est pas un formulaire."))


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise FormError(
                _("Le formulaire est trop grand."),
                why=_("La limite est {size} Mo.").format(size=MAX_BODY // 1_000_000),
            )
    return bytes(body)


def _read_urlencoded(body: bytes) -> Form:
    try:
        text = body.decode("ascii")
        return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError:
        # What was sent is not quoted: it may be a patient's number.
        raise FormError(_("Le formulaire est illisible.")) from None


async def _read_multipart(request: Request, body: bytes) -> Form:
    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    parser = _InMemory(request.headers, once(), max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_BODY)
    try:
        found = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise FormError(_("Le formulaire est illisible.")) from None
    try:
        pairs = found.multi_items()
        files = {name: await value.read() for name, value in pairs if isinstance(value, UploadFile)}
        return Form([(name, value) for name, value in pairs if isinstance(value, str)], files)
    finally:
        await found.close()
