"""A filled form as its page shows it: each field with its words, what is in it, and what is wrong there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from maillage.analysis.asking import find_hint, find_label
from maillage.base.i18n import _, mark, say
from maillage.hub.boot import Hub
from maillage.hub.portal.fields.controls import START, Choice, Control, Search, Section
from maillage.hub.portal.fields.filled import WRITTEN, Filled, hash_document
from maillage.hub.portal.fields.leaves import write_json, write_leaf
from maillage.hub.portal.fields.lens import HERE, NEW, join, list_names, list_places
from maillage.hub.portal.fields.naming import list_chips
from maillage.hub.portal.fields.shapes import ABSENT, OF_TERMS, Node, Widget, list_domains
from maillage.hub.portal.fields.windows import Place
from maillage.hub.terms.suggest import suggest

SEARCH = "q."
"""Before the name of the field that a search is for."""
_MOST_TYPED = 200

PLACES: Mapping[Place, str] = {
    Place.BEFORE: mark("avant l’entrée ou ce jour-là, dans les derniers"),
    Place.EVER_BEFORE: mark("avant l’entrée ou ce jour-là, aussi loin que l’on sache"),
    Place.SAME_DAY: mark("le jour de l’entrée"),
    Place.AFTER: mark("après l’entrée, dans les premiers"),
    Place.EVER_AFTER: mark("après l’entrée, aussi loin que l’on sache"),
    Place.ANY: mark("n’importe quand"),
    Place.CUSTOM: mark("entre deux jours que vous dites"),
}
TIMES: Mapping[str, str] = {
    "day": mark("jours"),
    "month": mark("mois (30 jours)"),
    "year": mark("années (365 jours)"),
}
_DOMAIN = "domain"
_OFFERED = ("age", "sex", "year", "visit", "death", "follow_up")


def show_form(
    filled: Filled, *, hub: Hub, prefix: str = "", focus: str = "", searched: Mapping[str, str] | None = None
) -> Section:
    """The form as a page shows it. `prefix` stands before the names of one analysis among several; `searched`
    is what was typed in the searches, by their fields.
    """
    shower = _Shower(filled, hub, prefix, focus or _find_wrong(filled), searched or {})
    return Section(
        filled.analysis_id,
        say(filled.words.title),
        shower.show(filled.form, ""),
        filled.document,
        filled.errors.get(WRITTEN, ""),
        write_json(dict(filled.was)),
        filled.seen if filled.written else hash_document(filled.read_so_far()),
        prefix,
    )


def _find_wrong(filled: Filled) -> str:
    """The first field that is wrong, in the order of the page."""
    return next((name for name, _node in list_names(filled.form, filled.typed) if name in filled.errors), "")


@dataclass(frozen=True)
class _Shower:
    """Shows the fields of one form."""

    filled: Filled
    hub: Hub
    prefix: str
    focus: str
    searched: Mapping[str, str] = field(default_factory=dict[str, str])

    def show(self, node: Node, name: str) -> Control:
        at = f"{self.prefix}{name}"
        more = _SHOWN.get(node.widget, _Shower.show_leaf)(self, node, name)
        given: dict[str, Any] = {
            "label": find_label(node.path, words=self.filled.words),
            "hint": self._hint(node),
            **more,
        }
        return Control(
            name=f"{START}{at}",
            at=at,
            widget=node.widget,
            error=self.filled.errors.get(name, ""),
            is_required=node.is_required,
            is_focused=bool(name) and name == self.focus,
            minimum=node.minimum,
            maximum=node.maximum,
            **given,
        )

    def _hint(self, node: Node) -> str:
        """What more is said; of a choice only what its own analysis says, since its values say what it is."""
        if node.choices and node.path not in self.filled.words.hints:
            return ""
        return find_hint(node.path, words=self.filled.words)

    def show_leaf(self, node: Node, name: str) -> dict[str, Any]:
        typed = self.filled.typed
        parts = write_leaf(node, ABSENT)
        texts = {part.lstrip(".") or "value": typed.get(f"{name}{part}", "") for part in parts}
        found: dict[str, Any] = {"texts": texts, "choices": self._list_choices(node)}
        if node.widget in OF_TERMS:
            found["chips"] = list_chips(node, texts.get("value", ""), hub=self.hub)
            found["search"] = self._search(name, kinds=(self._kind_around(name),))
        return found

    def show_group(self, node: Node, name: str) -> dict[str, Any]:
        return {"texts": {}, **self._show_fields(node.fields, name)}

    def show_card(self, node: Node, name: str) -> dict[str, Any]:
        here = self.filled.typed.get(f"{name}.{HERE}", "")
        if not here:
            found = {"search": self._search(name, kinds=node.domains), "offers": self._list_offers(node)}
            return {"texts": {}, **found}
        kind = self.filled.typed.get(f"{name}.kind", "")
        # What kind of events a group has, its terms say: it is not asked.
        shown = self._show_fields([one for one in node.fields_of(kind) if one.name != _DOMAIN], name)
        domain = self.filled.typed.get(f"{name}.{_DOMAIN}", "")
        found = {"is_here": True, "here": here, "kind": kind, "domain": domain}
        return {"texts": {}, **found, **self._title(kind or domain, shown), **shown}

    def show_cards(self, node: Node, name: str) -> dict[str, Any]:
        item = node.fields[0]
        cards = [
            self._show_item(item, f"{name}.{place}") for place in list_places(self.filled.typed, name=name)
        ]
        kinds = list_domains(node)
        search = self._search(name, kinds=kinds) if kinds else None
        offers = self._list_offers(node) if kinds else [Choice("", _("Ajouter"))]
        return {"texts": {}, "cards": cards, "search": search, "offers": offers}

    def _show_item(self, node: Node, name: str) -> Control:
        shown = self.show(node, name)
        if node.widget is Widget.GROUP:
            inner = next((one for one in shown.plain if one.is_here), None)
            shown = replace(
                shown,
                is_here=True,
                here=self.filled.typed.get(f"{name}.{HERE}", NEW),
                title=inner.title if inner else "",
                badge=inner.badge if inner else "",
            )
        return replace(shown, can_copy=True)

    def _show_fields(self, fields: Sequence[Node], name: str) -> dict[str, Any]:
        shown = [(one, self.show(one, join(name, one.name))) for one in fields]
        return {
            "plain": [control for one, control in shown if not one.is_fine],
            "fine": [control for one, control in shown if one.is_fine],
        }

    def _title(self, kind: str, shown: Mapping[str, Sequence[Control]]) -> dict[str, str]:
        """A card is called by its terms; where it has none, by its kind."""
        badge = find_label(f"kind={kind}", words=self.filled.words) if kind else ""
        chips = [chip.name for one in (*shown["plain"], *shown["fine"]) for chip in one.chips]
        return {"title": ", ".join(chips[:3]) or badge, "badge": badge if chips else ""}

    def _kind_around(self, name: str) -> str:
        card = name.rpartition(".")[0]
        typed = self.filled.typed
        return typed.get(f"{card}.kind") or typed.get(f"{card}.domain") or "measurement"

    def _list_choices(self, node: Node) -> list[Choice]:
        return [
            Choice(value, find_label(f"{node.path}={value}", words=self.filled.words))
            for value in node.choices
        ]

    def _list_offers(self, node: Node) -> list[Choice]:
        words = self.filled.words
        item = node.fields[0] if node.widget is Widget.CARDS else node
        offered = words.offers.get(node.path, _OFFERED if item.kinds else ())
        kinds = [kind for kind in offered if kind in item.kinds]
        return [Choice(kind, find_label(f"kind={kind}", words=words)) for kind in kinds]

    def _search(self, name: str, *, kinds: Sequence[str]) -> Search:
        text = self.searched.get(f"{self.prefix}{name}", "")[:_MOST_TYPED]
        found = suggest(text, hub=self.hub, kinds=kinds) if text.strip() else []
        known = self.hub.shelf.look(hub=self.hub) is not None
        return Search(f"{self.prefix}{name}", text, found, ",".join(kinds), known)


_SHOWN = {
    Widget.GROUP: _Shower.show_group,
    Widget.CARD: _Shower.show_card,
    Widget.CARDS: _Shower.show_cards,
}


def list_windows() -> list[Choice]:
    """Where a window may lie."""
    return [Choice(place.value, say(words)) for place, words in PLACES.items()]


def list_times() -> list[Choice]:
    """The units of a length of time."""
    return [Choice(unit, say(words)) for unit, words in TIMES.items()]
