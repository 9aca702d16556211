"""The evidence of a release in sentences, for whoever reads the answer."""

from collections.abc import Mapping

from maillage.base.i18n import _, mark
from maillage.disclosure.evidence import RuleName
from maillage.exchange.evidence import Evidence, PersonCheck

_RULES: Mapping[RuleName, str] = {
    RuleName.FLOOR: mark("Chaque nombre montré compte au moins {floor} personnes."),
    RuleName.CHAIN: mark("Deux étapes montrées sont égales, ou diffèrent d’au moins {floor} personnes."),
    RuleName.PARTITION: mark("Le total sans ses parts montrées laisse zéro personne, ou au moins {floor}."),
    RuleName.GROUPS: mark(
        "Deux groupes montrés, ou ce qu’ils laissent du total, sont les mêmes ou diffèrent d’au moins "
        "{floor} personnes."
    ),
    RuleName.MARGINS: mark("D’une case masquée, le reste du tableau ne dit rien entre zéro et {floor}."),
    RuleName.DOMINANCE: mark("Aucune somme montrée ne tient à une ou deux personnes."),
    RuleName.DIFFERENCING: mark(
        "La réponse a été comparée à ce que la même personne a reçu sous la même autorisation : {former}."
    ),
    RuleName.NOISE: mark("Les nombres portent un bruit que leurs personnes déterminent."),
    RuleName.BANDS: mark("Les nombres sont donnés par tranches."),
    RuleName.PRIVATE: mark("Les nombres portent le bruit de la confidentialité différentielle."),
    RuleName.MODEL: mark(
        "Chaque niveau d’un modèle compte au moins {floor} personnes, et aucune n’y pèse plus que les autres."
    ),
    RuleName.MASKED: mark("Les nombres ne sont sortis que sous masques, dans la somme du groupe."),
    RuleName.PERSON: mark("Elle a été contrôlée à l’hôpital avant sa sortie : {outcome}."),
}
_FORMER: Mapping[str | None, str] = {
    None: mark("comparaison sans objet"),
    "none": mark("rien avant elle"),
    "under_10": mark("moins de 10 ensembles"),
    "under_100": mark("de 10 à 99 ensembles"),
    "100_or_more": mark("100 ensembles ou plus"),
}


def word_evidence(evidence: Evidence, *, with_cells: bool) -> list[str]:
    """What the answer went through. `with_cells`: also how many it shows, which says something of it."""
    sentences = [
        word_rule(rule, floor=evidence.floor, former=evidence.former, checked=evidence.checked)
        for rule in evidence.rules
    ]
    if evidence.checked is None:
        sentences.append(
            _("Aucune personne ne l’a relue : l’autorisation laisse sortir ce que ces règles montrent.")
        )
    if with_cells:
        sentences.append(_word_cells(evidence))
    versions = _("Logiciel {software}, analyse {analysis} version {version}, vocabulaire {reference}.")
    sentences.append(
        versions.format(
            software=evidence.software,
            analysis=evidence.analysis.id,
            version=evidence.analysis.version,
            reference=evidence.reference or _("inconnu"),
        )
    )
    return sentences


def word_rule(rule: RuleName, *, floor: int, former: str | None, checked: PersonCheck | None = None) -> str:
    """One rule in a sentence; `former` is the band of former sets."""
    return _(_RULES[rule]).format(floor=floor, former=_(_FORMER[former]), outcome=_word_check(checked))


def _word_check(checked: PersonCheck | None) -> str:
    if checked is None:
        return ""
    words = _("conforme") if checked.outcome == "conform" else _("conforme après masquage")
    return _("{outcome}, par deux personnes").format(outcome=words) if checked.checkers > 1 else words


def _word_cells(evidence: Evidence) -> str:
    hidden = sum(evidence.cells.suppressed.values())
    return _("Cases montrées : {shown} ; masquées : {hidden}.").format(
        shown=evidence.cells.shown, hidden=hidden
    )
