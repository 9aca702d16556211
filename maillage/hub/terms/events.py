"""What people look for that is not a code: a death, a readmission, an age. One table."""

from collections.abc import Iterator, Sequence
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
    EMERGENCY = "emergency"
    OUTPATIENT = "outpatient"
    AGE = "age"
    WOMAN = "woman"
    MAN = "man"


@dataclass(frozen=True)
class EventTerm:
    """An event: its label, what it adds to a cohort in words, other ways to say it, OMOP's concept if any."""

    key: EventKey
    label: str
    adds: str
    said: str
    """Sayings, separated by `|`."""
    concept_id: int | None = None

    @property
    def value(self) -> str:
        """What its button sends."""
        return f"event:{self.key}"


EVENTS: Sequence[EventTerm] = (
    EventTerm(
        EventKey.DEATH,
        mark("Décès"),
        mark("le patient est décédé, à l’hôpital ou d’après l’état civil"),
        "décès|mort|décédé|mortalité|death|died",
    ),
    EventTerm(
        EventKey.READMISSION,
        mark("Nouvelle hospitalisation (réadmission)"),
        mark("une hospitalisation qui commence après la fin de la première"),
        "réadmission|nouvelle hospitalisation|réhospitalisation|hospitalisé à nouveau|readmission",
        9201,
    ),
    EventTerm(
        EventKey.INTENSIVE_CARE,
        mark("Séjour en réanimation ou soins intensifs"),
        mark("un passage en réanimation, soins intensifs ou surveillance continue"),
        "séjour en réanimation|soins intensifs|réa|soins critiques|usi|usc|surveillance continue|icu",
        32037,
    ),
    EventTerm(
        EventKey.STAY,
        mark("Hospitalisation"),
        mark("un séjour à l’hôpital, de jour comme complet si la source ne les distingue pas"),
        "hospitalisation|hospitalisé|séjour hospitalier|admission|hospitalization",
        9201,
    ),
    EventTerm(
        EventKey.EMERGENCY,
        mark("Passage aux urgences"),
        mark("un passage aux urgences, suivi ou non d’une hospitalisation"),
        "passage aux urgences|urgences|sau|emergency",
        9203,
    ),
    EventTerm(
        EventKey.OUTPATIENT,
        mark("Consultation ou soins ambulatoires"),
        mark("une consultation externe, une séance ou un hôpital de jour"),
        "consultation externe|soins ambulatoires|ambulatoire|hôpital de jour|outpatient",
        9202,
    ),
    EventTerm(
        EventKey.AGE,
        mark("Âge"),
        mark("l’âge à une date que vous nommez : à l’événement d’entrée, le plus souvent"),
        "âge|âgé|adulte|enfant|ans|age",
    ),
    EventTerm(
        EventKey.WOMAN, mark("Femme"), mark("le sexe du dossier"), "femme|féminin|sexe|woman|female", 8532
    ),
    EventTerm(EventKey.MAN, mark("Homme"), mark("le sexe du dossier"), "homme|masculin|sexe|man|male", 8507),
)
"""`sexe` is of both: either may be meant."""


def find_events(text: str) -> Iterator[tuple[EventTerm, bool]]:
    """Events that are meant by the text, the last word of which may be half typed; and whether they are its
    whole meaning. A word with a slip is left to the codes."""
    typed = stems(text)
    for event in EVENTS:
        sayings = [stems(saying) for saying in (*event.said.split("|"), _(event.label))]
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
