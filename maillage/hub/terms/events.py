"""What people look for that is not a code: a death, a readmission, an age. One table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from maillage.base.i18n import _, mark
from maillage.warehouse.vocabulary.search.words import stems


class EventKey(StrEnum):
    """What an event is called in the page's form, after `event:`."""

    DEATH = "death"
    READMISSION = "readmission"
    INTENSIVE_CARE = "intensive_care"
    STAY = "stay"
    LENGTH = "length_of_stay"
    EMERGENCY = "emergency"
    OUTPATIENT = "outpatient"
    AGE = "age"
    WOMAN = "woman"
    MAN = "man"


@dataclass(frozen=True)
class EventTerm:
    """An event: ways to say it, separated by `|`, and OMOP's concept for it, if there is one."""

    key: EventKey
    said: str
    concept_id: int | None = None

    @property
    def value(self) -> str:
        """What its button sends."""
        return f"event:{self.key}"

    @property
    def variable(self) -> str:
        """The kind of variable that it is, as analyses declare them."""
        return VARIABLES.get(self.key, "visit")

    @property
    def label(self) -> str:
        """Its name for people."""
        return _(_LABELS[self.key])

    @property
    def adds(self) -> str:
        """What it adds to a cohort, in words."""
        return _(_ADDS[self.key])


EVENTS: Sequence[EventTerm] = (
    EventTerm(
        EventKey.DEATH,
        "décès|mort|décédé|mortalité|décès à l’hôpital|mortalité hospitalière|décès hospitalier|death|died",
    ),
    EventTerm(
        EventKey.READMISSION,
        "réadmission|nouvelle hospitalisation|réhospitalisation|hospitalisé à nouveau|readmission",
        9201,
    ),
    EventTerm(
        EventKey.INTENSIVE_CARE,
        "séjour en réanimation|soins intensifs|réa|soins critiques|usi|usc|surveillance continue|icu",
        32037,
    ),
    EventTerm(
        EventKey.STAY, "hospitalisation|hospitalisé|séjour|séjour hospitalier|admission|hospitalization", 9201
    ),
    EventTerm(
        EventKey.LENGTH,
        "durée de séjour|durée du séjour|durée d’hospitalisation|séjour prolongé|dms|length of stay",
        9201,
    ),
    EventTerm(EventKey.EMERGENCY, "passage aux urgences|urgences|sau|emergency", 9203),
    EventTerm(
        EventKey.OUTPATIENT,
        "consultation externe|soins ambulatoires|ambulatoire|hôpital de jour|outpatient",
        9202,
    ),
    EventTerm(EventKey.AGE, "âge|âgé|adulte|enfant|ans|age"),
    EventTerm(EventKey.WOMAN, "femme|féminin|sexe|woman|female", 8532),
    EventTerm(EventKey.MAN, "homme|masculin|sexe|man|male", 8507),
)
"""`sexe` is of both: either may be meant."""

VARIABLES: Mapping[EventKey, str] = {
    EventKey.DEATH: "death",
    EventKey.AGE: "age",
    EventKey.WOMAN: "sex",
    EventKey.MAN: "sex",
}
"""The kind of variable that an event is; the others are stays."""

_LABELS: Mapping[EventKey, str] = {
    EventKey.DEATH: mark("Décès"),
    EventKey.READMISSION: mark("Nouvelle hospitalisation (réadmission)"),
    EventKey.INTENSIVE_CARE: mark("Séjour en réanimation ou soins intensifs"),
    EventKey.STAY: mark("Hospitalisation"),
    EventKey.LENGTH: mark("Hospitalisation, selon sa durée"),
    EventKey.EMERGENCY: mark("Passage aux urgences"),
    EventKey.OUTPATIENT: mark("Consultation ou soins ambulatoires"),
    EventKey.AGE: mark("Âge"),
    EventKey.WOMAN: mark("Femme"),
    EventKey.MAN: mark("Homme"),
}
_ADDS: Mapping[EventKey, str] = {
    EventKey.DEATH: mark("le patient est décédé, à l’hôpital ou d’après l’état civil"),
    EventKey.READMISSION: mark("une hospitalisation qui commence après la fin de la première"),
    EventKey.INTENSIVE_CARE: mark("un passage en réanimation, soins intensifs ou surveillance continue"),
    EventKey.STAY: mark("un séjour à l’hôpital, de jour comme complet si la source ne les distingue pas"),
    EventKey.LENGTH: mark("une hospitalisation, dont la carte règle la durée en jours"),
    EventKey.EMERGENCY: mark("un passage aux urgences, suivi ou non d’une hospitalisation"),
    EventKey.OUTPATIENT: mark("une consultation externe, une séance ou un hôpital de jour"),
    EventKey.AGE: mark("l’âge à une date que vous nommez : à l’événement d’entrée, le plus souvent"),
    EventKey.WOMAN: mark("le sexe du dossier"),
    EventKey.MAN: mark("le sexe du dossier"),
}


def find_events(text: str) -> Iterator[tuple[EventTerm, bool]]:
    """Events that are meant by the text, the last word of which may be half typed; and whether they are its
    whole meaning. A word with a slip is left to the codes."""
    typed = stems(text)
    for event in EVENTS:
        sayings = [stems(saying) for saying in (*event.said.split("|"), event.label)]
        if typed and any(_begins(typed, saying) for saying in sayings):
            yield event, any(typed == saying for saying in sayings)


def _begins(typed: Sequence[str], saying: Sequence[str]) -> bool:
    """Whether the words typed are the saying's first ones, or one of its words that says enough."""
    *whole, last = typed
    start = list(saying[: len(whole)]) == whole and len(saying) > len(whole)
    if start and saying[len(whole)].startswith(last):
        return len(last) > 1 or saying == typed
    return len(typed) == 1 and len(last) >= _ENOUGH and any(word.startswith(last) for word in saying)


_ENOUGH = 4
"""Letters of a word in the middle of a saying."""
