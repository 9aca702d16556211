"""What people read of pyramid."""

from maillage.analysis.base import Words
from maillage.analysis.pyramid.spec import read_key
from maillage.analysis.tabular.wording import word_age, word_sex
from maillage.base.i18n import _, mark

WORDS = Words(
    title=mark("Pyramide des âges"),
    summary=mark("Les personnes de la cohorte par âge à la date d’entrée et par sexe."),
    labels={"ages": mark("Début de chaque groupe d’âge, en années")},
)


def word_key(key: str) -> str:
    """A row in words."""
    sex, ages = read_key(key)
    return _("{sex}, {ages}").format(sex=word_sex(sex), ages=word_age(ages))
