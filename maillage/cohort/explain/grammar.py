"""Numbers, days, dates, names and lists as a sentence holds them, in the language in force."""

from collections.abc import Sequence
from datetime import date

from maillage.base.french import format_number
from maillage.base.i18n import _, current_language, mark, ngettext

_MONTHS = (
    *(mark("janvier"), mark("février"), mark("mars"), mark("avril"), mark("mai"), mark("juin")),
    *(mark("juillet"), mark("août"), mark("septembre"), mark("octobre"), mark("novembre"), mark("décembre")),
)
_NO_BREAK = "\u00a0"
_HIGH_SIGNS = (":", ";", "?", "!", "»", "%")


def number(value: float) -> str:
    """Exact, with the decimal sign and the thousands of the language."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return format_number(int(value))
    whole = repr(value)
    return whole.replace(".", ",") if current_language() == "fr" else whole


def days(count: int) -> str:
    """`365 jours (1 an)`: years and months of 365 and 30 days are told when they fall right."""
    text = ngettext("{count} jour", "{count} jours", abs(count)).format(count=format_number(count))
    longer = _longer_unit(abs(count))
    return f"{together(text)} ({together(longer)})" if longer else together(text)


def _longer_unit(count: int) -> str:
    if count and count % 365 == 0:
        years = count // 365
        return ngettext("{count} an", "{count} ans", years).format(count=years)
    if count % 30 == 0 and 0 < count < 365:
        months = count // 30
        return ngettext("{count} mois", "{count} mois", months).format(count=months)
    return ""


def years(value: float) -> str:
    """An age, or a number of years."""
    return together(ngettext("{count} an", "{count} ans", _plural_of(value)).format(count=number(value)))


def days_or_part(value: float) -> str:
    """A length in days, which an author may have written with decimals."""
    if isinstance(value, int) or value.is_integer():
        return days(int(value))
    return together(ngettext("{count} jour", "{count} jours", _plural_of(value)).format(count=number(value)))


def _plural_of(value: float) -> int:
    # 1,5 is singular in French and plural in English.
    if current_language() == "fr":
        return int(abs(value))
    return 1 if abs(value) == 1 else 2


def day(value: date) -> str:
    """`1er janvier 2020`, `1 January 2020`."""
    rank = _("{day}er").format(day=1) if value.day == 1 else str(value.day)
    return _("{day} {month} {year}").format(day=rank, month=_(_MONTHS[value.month - 1]), year=value.year)


def together(text: str) -> str:
    """A number and its unit, which no end of line parts."""
    return text.replace(" ", _NO_BREAK)


def one_of(texts: Sequence[str]) -> str:
    """`a, b ou c`."""
    if len(texts) < 2:
        return "".join(texts)
    return _("{first} ou {last}").format(first=", ".join(texts[:-1]), last=texts[-1])


def clean(name: str) -> str:
    """A name fit to be shown: one line, nothing that a terminal obeys, no quotation mark that ends ours."""
    flat = " ".join(name.split()).replace("«", "“").replace("»", "”")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in flat)


def quote(text: str) -> str:
    """The text in the quotation marks of the language."""
    return f"«{_NO_BREAK}{text}{_NO_BREAK}»" if current_language() == "fr" else f"“{text}”"


def quote_exactly(text: str) -> str:
    """A text that is compared with: every sign counts, those that cannot be seen are escaped."""
    shown = text.replace("\\", "\\\\")
    return quote("".join(sign if sign.isprintable() else _escaped(sign) for sign in shown))


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return capital(text) + ("" if text.endswith((".", ":", "!", "?")) else ".")


def capital(text: str) -> str:
    """With a capital first letter; the rest as it is."""
    return text[:1].upper() + text[1:]


def typeset(text: str) -> str:
    """French high signs never start a line."""
    if current_language() != "fr":
        return text
    for sign in _HIGH_SIGNS:
        text = text.replace(f" {sign}", f"{_NO_BREAK}{sign}")
    return text.replace("« ", f"«{_NO_BREAK}")
