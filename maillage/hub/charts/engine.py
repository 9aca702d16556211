"""Vega-Lite to SVG by vl-convert, which starts a JavaScript engine inside this process."""

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

import vl_convert

_VERSION = "6.4"


def to_svg(spec: Mapping[str, Any], *, language: str) -> str:
    """The drawing of a whole specification. Raises ValueError for one that is not Vega-Lite.

    About 30 ms; the first in a process takes half a second, for the engine starts.
    """
    country = "fr-FR" if language == "fr" else "en-GB"
    # Nothing is fetched: a specification brings its data, and one that names an address is refused.
    return vl_convert.vegalite_to_svg(
        dict(spec),
        vl_version=_VERSION,
        format_locale=country,
        time_format_locale=country,
        allowed_base_urls=[],
    )


@cache
def warm_up() -> None:
    """Start the engine beside the request, so that nobody's first chart waits for it."""
    threading.Thread(target=_draw_nothing, name="charts", daemon=True).start()


def _draw_nothing() -> None:
    to_svg({"data": {"values": []}, "mark": "bar", "encoding": {}}, language="fr")
