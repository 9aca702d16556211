"""Vega-Lite to SVG by vl-convert, which starts a JavaScript engine inside this process."""

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

_VERSION = "6.4"


def to_svg(spec: Mapping[str, Any], *, language: str) -> str:
    """The drawing of a whole specification. Raises ValueError for what is not Vega-Lite or reads elsewhere,
    ImportError without vl-convert.

    About 25 ms; the first in a process takes half a second, for the engine starts.
    """
    # A hub has it; a researcher's notebook may do without, and then shows specifications and tables.
    import vl_convert

    _refuse_addresses(spec)
    country = "fr-FR" if language == "fr" else "en-GB"
    return vl_convert.vegalite_to_svg(
        dict(spec),
        vl_version=_VERSION,
        format_locale=country,
        time_format_locale=country,
    )


def _refuse_addresses(part: object) -> None:
    """A specification brings its data: the engine would read a file or fetch a page that it names."""
    if isinstance(part, Mapping):
        if "url" in part:
            raise ValueError("a specification names no address")
        for key, inner in part.items():
            if key != "values":
                _refuse_addresses(inner)
    elif isinstance(part, list):
        for inner in part:
            _refuse_addresses(inner)


@cache
def warm_up() -> None:
    """Start the engine beside the request, so that nobody's first chart waits for it."""
    threading.Thread(target=_draw_nothing, name="charts", daemon=True).start()


def _draw_nothing() -> None:
    to_svg({"data": {"values": []}, "mark": "bar", "encoding": {}}, language="fr")
