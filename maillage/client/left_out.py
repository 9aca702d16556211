"""Which hospitals are in no total, each with its reason in words, whether it answered or not."""

from collections.abc import Iterable, Mapping
from typing import Any

from maillage.base.i18n import _, mark, say
from maillage.exchange.reasons import Reason, word

_SILENT = ("refused", "failed", "missing")

_SENTENCES: Mapping[str, str] = {
    "awaiting_others": mark("Il n’est que dans un total, et d’autres hôpitaux n’ont pas encore répondu."),
    "below_floor": mark("Son nombre est masqué."),
    "protected": mark("Son nombre est masqué."),
    "part_failed": mark("Il n’a pas pu calculer cette analyse."),
    "too_few_sites": mark("Il n’est que dans un total, et trop peu d’hôpitaux sont dans ce cas."),
    "withheld": mark("Son nombre est masqué au contrôle."),
}
"""The hub's and the gate's own codes; the others are those of `exchange.reasons`."""


def describe_left_out(document: Mapping[str, Any]) -> dict[str, str]:
    """By hospital, why it is not in the group's answer."""
    answered = {line["id"]: _word(line["why"]) for line in document["combined"]["left_out"]}
    silent = {
        site["id"]: site["sentence"] or _("Il n’a pas répondu.")
        for site in document["sites"]
        if site["status"] in _SILENT
    }
    return silent | answered


def _word(code: str) -> str:
    if code in _SENTENCES:
        return say(_SENTENCES[code])
    return word(Reason(code)) if code in list(Reason) else code


def join_reasons(left_out: Mapping[str, str], *, names: Mapping[str, str]) -> str:
    """One sentence on all of them, each reason once: `HCL, AP-HM : Cet hôpital a trop peu de patients.`"""
    reasons = dict.fromkeys(left_out.values())
    return " ".join(
        _("{hospitals} : {reason}").format(hospitals=_list(left_out, reason, names=names), reason=reason)
        for reason in reasons
    )


def _list(left_out: Mapping[str, str], reason: str, *, names: Mapping[str, str]) -> str:
    sites: Iterable[str] = (site for site, why in left_out.items() if why == reason)
    return ", ".join(names.get(site, site) for site in sites)
