"""What the builder's templates need of its dataclasses."""

from collections.abc import Mapping
from typing import Any, cast

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from maillage.base.i18n import say
from maillage.cohort.edit import Occurs, Unit, When
from maillage.cohort.edit.naming import is_several, times_words
from maillage.cohort.edit.units import word_unit
from maillage.hub.portal.ask.builder import Builder, Rail, place_on_rail
from maillage.hub.portal.ask.drawn import draw_once
from maillage.hub.portal.ask.placing import Placing, find_placing

register = template.Library()

_HIDDEN = "".join(
    f'<input type="hidden" name="{name}" value="{{}}">'
    for name in ("csrfmiddlewaretoken", "seen", "edit", "path")
)


@register.filter
def slug(path: str) -> str:
    """A path as the end of an element's id."""
    return path.replace(".", "-")


@register.filter
def rail(when: When | None) -> Rail:
    """Where an event may lie, drawn."""
    return place_on_rail(when)


@register.simple_tag(takes_context=True)
def hidden(context: template.Context, *, edit: str, path: str) -> SafeString:
    """What each form of the builder sends beside its field: which edit, where, of which step of the draft.

    No template of its own: with dozens on a page they were a fifth of its making.
    """
    # Django's token is a proxy, of which each look is slow; `str` looks once.
    told = (str(context.get("csrf_token", "")), context["seen"], edit, path)
    return cast("SafeString", format_html(_HIDDEN, *told))


@register.simple_tag(takes_context=True)
def drawn(context: template.Context, name: str, **values: Any) -> SafeString:
    """A part of the builder, included; taken as it was drawn before where it tells the same."""
    return draw_once(name, values, context=context)


@register.filter
def word(table: Mapping[str, str], key: Any) -> str:
    """The word of a key; nothing where there is none."""
    return table.get(str(key), "")


@register.filter
def placing(builder: Builder, path: str) -> Placing:
    """Where what is at the path may be put."""
    return find_placing(path, homes=builder.homes, found=builder.outline)


@register.filter
def is_movable(path: str) -> bool:
    """Whether a hand may drag it: a rule, or what is in one without being tied to an event."""
    return path.startswith("rule.") and ".with" not in path


@register.filter
def said_times(occurs: Occurs | None) -> str:
    """How many events are asked for; nothing where it is any or none."""
    return times_words(occurs) if occurs is not None and is_several(occurs) else ""


@register.filter
def plain(value: float | str | None) -> str:
    """A number as a field holds it: a point, no separator, no useless zero; a template gives "" for none."""
    return "" if value in (None, "") else f"{value:g}"


@register.filter
def unit(one: Unit | str) -> str:
    """A unit as people write it; a template gives "" for none."""
    return word_unit(one) if isinstance(one, Unit) else ""


@register.filter
def holds(choice: Any, key: str) -> bool:
    """Whether a choice of options has this one."""
    return choice is not None and key in choice.keys


@register.filter
def trait(options: Mapping[str, Any], name: str) -> Any:
    """The options of a trait."""
    return options[name]


@register.filter
def option_name(option: Any) -> str:
    """An option in the language in force."""
    return say(option.name)
