"""Styles, scripts and pictures of the installed packages: hashed addresses, kept by browsers for a year.

Django's own manifest of hashed names would need its files collected in a folder first; here the hash stands
in the query, and whoever asks without it is told to ask again each time. A reverse proxy may serve them.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from posixpath import normpath
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from maillage.hub.portal.sessions import anyone

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
# Pictures other than SVG are already compressed.
_COMPRESSED = ("text/", "application/json", "image/svg+xml")


@dataclass(frozen=True)
class Asset:
    """A file in memory. `zipped` is its gzip, empty where that would not be smaller."""

    content: bytes
    zipped: bytes
    kind: str
    version: str


class HashedUrls(StaticFilesStorage):
    """`{% static %}` with the file's hash after it."""

    def url(self, name: str | None) -> str:
        """The address of a static file; one that is not there keeps its plain address."""
        address = cast("str", super().url(name))
        found = load_asset(name or "")
        return address if found is None else address + "?" + urlencode({"v": found.version})


@require_GET
@anyone
def serve_asset(request: HttpRequest, path: str) -> HttpResponse:
    """A static file. Raises Http404."""
    found = load_asset(normpath(path).lstrip("/"))
    if found is None:
        raise Http404
    if request.META.get("HTTP_IF_NONE_MATCH") == f'"{found.version}"':
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _write(found, zipped="gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""))
    response["ETag"] = f'"{found.version}"'
    response["Cache-Control"] = _FOR_EVER if request.GET.get("v") == found.version else _ASK_AGAIN
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


@lru_cache(maxsize=256)
def load_asset(path: str) -> Asset | None:
    """A file of an installed package's `static` folder, read once."""
    try:
        found: Any = finders.find(path)
    except SuspiciousFileOperation:
        return None
    if not found or not Path(found).is_file():
        return None
    content = Path(found).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    zipped = gzip.compress(content, mtime=0) if kind.startswith(_COMPRESSED) else b""
    version = hashlib.sha256(content).hexdigest()[:16]
    return Asset(content, zipped if len(zipped) < len(content) else b"", kind, version)


def _write(asset: Asset, *, zipped: bool) -> HttpResponse:
    kind = f"{asset.kind}; charset=utf-8" if asset.kind.startswith("text/") else asset.kind
    response = HttpResponse(asset.zipped if zipped and asset.zipped else asset.content, content_type=kind)
    if zipped and asset.zipped:
        response["Content-Encoding"] = "gzip"
    return response
