"""Parts of the builder that are drawn once: a change of one card need not draw the others again.

A card is some dozen forms, and drawing them is most of what a change costs. What they all hold beside the
card, the draft's address and step and the browser's token, is put in afterwards; so two drafts of the same
example share what is drawn.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

from django.core.cache import cache
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_BLANKS = {name: SafeString(f"<!{name}>") for name in ("csrf_token", "seen", "edit_url")}
"""What stands for them meanwhile. No text can be taken for one: its `<` would be escaped."""


def draw_once(name: str, values: Mapping[str, Any], *, context: Context) -> SafeString:
    """A template with those values. It may use `builder.homes` and constants beside them, and the blanks."""
    told = repr((get_language(), name, values, context["builder"].homes))
    key = sha256(told.encode()).hexdigest()
    text = cache.get(key)
    if text is None:
        text = _draw(name, values, context=context)
        cache.set(key, text)
    for blank, mark in _BLANKS.items():
        text = text.replace(mark, conditional_escape(str(context.get(blank, ""))))
    return SafeString(text)


def _draw(name: str, values: Mapping[str, Any], *, context: Context) -> str:
    template = cast("Any", context.template).engine.get_template(name)
    with context.push(**values, **_BLANKS):
        return str(template.render(context))
