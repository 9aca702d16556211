"""How pages are drawn: templates that escape whatever they are given, and the filters that they share."""

from datetime import timedelta
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from maillage.base.clock import format_instant, parse_instant
from maillage.base.french import format_moment, format_number
from maillage.base.i18n import _, ngettext
from maillage.disclosure.values import Suppressed
from maillage.exchange.cell_words import describe_cell
from maillage.node.policy import word_decision
from maillage.node.states import word_any, word_state


@cache
def make_pages() -> Environment:
    """The templates of this package. A text of a stranger is text, whatever it looks like."""
    pages = Environment(
        loader=PackageLoader("maillage.node.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(_=_, ngettext=ngettext, is_masked=_is_masked)
    pages.filters.update(
        number=format_number,
        instant=word_instant,
        moment=lambda at: word_instant(format_instant(at)),
        hours=word_hours,
        cell=describe_cell,
        state=word_state,
        decision=word_decision,
        event=word_any,
    )
    return pages


def word_instant(text: str) -> Markup:
    """An instant to the minute, in UTC as in the ledger; a dash where there is none."""
    if not text:
        return Markup("–")
    return Markup("<time datetime='{}'>{}</time>").format(text, format_moment(parse_instant(text)))


def word_hours(hours: float) -> str:
    """How long something has waited."""
    if hours < 1:
        return _("moins d’une heure")
    whole = round(hours)
    if whole < timedelta(days=2) / timedelta(hours=1):
        return ngettext("{count} heure", "{count} heures", whole).format(count=whole)
    days = whole // 24
    return ngettext("{count} jour", "{count} jours", days).format(count=days)


def _is_masked(cell: object) -> bool:
    return isinstance(cell, Suppressed)
