"""Names of columns as people write them, and the role that each one tells."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("n", "no", "nb", "numero", "number"), "num"),
    **dict.fromkeys(("dt", "dat", "dte"), "date"),
    **dict.fromkeys(("cd", "cod"), "code"),
    **dict.fromkeys(("lib", "lbl", "label", "intitule"), "libelle"),
    **dict.fromkeys(("qte", "qty"), "quantite"),
    **dict.fromkeys(("sej",), "sejour"),
    **dict.fromkeys(("pat",), "patient"),
    **dict.fromkeys(("identifiant", "ident", "identifier"), "id"),
    **dict.fromkeys(("res", "result"), "resultat"),
    **dict.fromkeys(("horodate", "dh"), "date_heure"),
    **dict.fromkeys(("ent",), "entree"),
    **dict.fromkeys(("sor",), "sortie"),
    **dict.fromkeys(("mod",), "mode"),
    **dict.fromkeys(("heb",), "hebergement"),
    **dict.fromkeys(("prelev", "prel", "prlvt"), "prelevement"),
    **dict.fromkeys(("nais", "naiss"), "naissance"),
    **dict.fromkeys(("dec",), "deces"),
    **dict.fromkeys(("diagnostic", "diagnosis"), "diag"),
    **dict.fromkeys(("princ", "prin"), "principal"),
    **dict.fromkeys(("rel",), "relie"),
    **dict.fromkeys(("sign", "signif"), "significatif"),
    **dict.fromkeys(("admin",), "administration"),
    **dict.fromkeys(("value",), "valeur"),
    **dict.fromkeys(("unit",), "unite"),
    **dict.fromkeys(("analyte",), "analyse"),
    **dict.fromkeys(("comment", "commentaires"), "commentaire"),
    **dict.fromkeys(("hr", "heures"), "heure"),
    **dict.fromkeys(("presc",), "prescription"),
    **dict.fromkeys(("poso",), "posologie"),
    **dict.fromkeys(("normale", "borne", "limite", "ref", "reference"), "norme"),
    **dict.fromkeys(("inferieure", "inferieur", "basse", "min", "mini", "low"), "inf"),
    **dict.fromkeys(("superieure", "superieur", "haute", "max", "maxi", "high"), "sup"),
}
_SMALL = frozenset({"de", "d", "du", "des", "la", "le", "l", "en", "a", "au", "et", "e", "of", "the"})
_OWNERS = frozenset(
    {"patient", "sejour", "bio", "labo", "biologie", "diag", "acte", "presc", "med", "hopital", "t"}
)
_OTHERS = frozenset({"mere", "pere", "conjoint", "enfant", "medecin", "contact", "parent"})
"""Whose column it is, when it is not the patient's."""
_ANYWHERE = frozenset({"code", "date", "num", "id", "type", "mode", "nom", "heure", "valeur", "ne"})
_GLUED = re.compile(r"(num|dat|diag|code|lib|mod)(?!e?_)([a-z]{2,})")
_NUMBERED = re.compile(r"(.*?[a-z])_?0*[0-9]{1,2}")


def fold_name(name: str) -> str:
    """`Date de Naissance` and `DATE_DE_NAISSANCE` are one name."""
    plain = unicodedata.normalize("NFKD", name.replace("°", "o ").replace("’", "'"))
    return re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode().lower()).strip("_")


def find_role(name: str) -> tuple[str, str] | None:
    """The role that a name tells, and how sure that is."""
    known = _names()
    # What stands between brackets explains the name: `Sexe (M/F)`.
    for written in (name, re.sub(r"\(.*?\)", "", name)):
        for candidate in _shorter(_canonical(written)):
            if candidate in known:
                return known[candidate]
    numbered = _NUMBERED.fullmatch(fold_name(name))
    base = _canonical(numbered[1]) if numbered else ""
    if base in known:
        return known[base]
    role = _find_within(_canonical(name).split("_"))
    return (role, "guess") if role else None


def _find_within(words: Sequence[str]) -> str | None:
    """The role of the longest known name whose words are all there: `CODE_EXAMEN_LOCAL` holds `CODE_EXAMEN`.

    One word alone must stand at an end of the name, and be none that any column may have.
    """
    if _OTHERS.intersection(words):
        return None
    ends = {words[0], words[-1]} - _ANYWHERE
    parts = [(known.split("_"), role) for known, (role, _sure) in _names().items()]
    held = [
        (len(part), len("".join(part)), role)
        for part, role in parts
        if set(part) <= (set(words) if len(part) > 1 else ends)
    ]
    return max(held)[2] if held else None


def _shorter(core: str) -> list[str]:
    """A name, and what is left of it without the word that says whose the column is."""
    words = core.split("_")
    found = [core]
    if words[0] == "date" and "heure" in words:
        found.append("_".join(word for word in words if word != "heure"))
    if glued := _GLUED.fullmatch(core):
        found.append(_canonical("_".join(glued.groups())))
    if len(words) > 1 and words[0] in _OWNERS:
        found.append("_".join(words[1:]))
    if len(words) > 1 and words[-1] in _OWNERS:
        found.append("_".join(words[:-1]))
    return found


def _canonical(name: str) -> str:
    # `DateEntree` has two words, `DDN` one.
    parted = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", "_", name)
    words = [word for word in fold_name(parted).split("_") if word not in _SMALL]
    plain = (_WORDS.get(word, word) for word in words)
    return "_".join(word[:-1] if len(word) > 4 and word.endswith("s") else word for word in plain)


@cache
def _names() -> Mapping[str, tuple[str, str]]:
    file = resources.files("maillage.warehouse.batches.tables.suggest").joinpath("names.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        found.setdefault(_canonical(row["name"]), (row["role"], row["confidence"]))
    return found
