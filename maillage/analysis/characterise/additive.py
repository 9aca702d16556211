"""characterise under masks: sex, age, year, and the features and measures that the question declares.

The commonest concepts of a hospital are named by its data: their rows would tell them. A question that asks
for them is not summed.
"""

from typing import Any, cast

from maillage.analysis.base import SumQuestion
from maillage.analysis.characterise.spec import FORMS, CharacteriseParameters
from maillage.analysis.tabular.keys import band_ages, list_sexes, list_years
from maillage.analysis.tabular.summing import Named, Rows, Summing
from maillage.base.i18n import _


def _asked(question: SumQuestion) -> CharacteriseParameters:
    return cast("CharacteriseParameters", question.parameters)


def _features(question: SumQuestion) -> list[str]:
    return [feature.name for feature in _asked(question).features]


def _measures(question: SumQuestion) -> list[str]:
    return list(dict.fromkeys(["age", *(measure.name for measure in _asked(question).measures)]))


def _decline(parameters: CharacteriseParameters) -> str:
    if not parameters.domains:
        return ""
    return _(
        "Sous sommes masquées, les lignes de la Table 1 sont connues avant la question, et les concepts les "
        "plus fréquents viennent des données de chaque hôpital. Videz « Ce dont on veut les plus fréquents » "
        "(domains), et déclarez des caractéristiques (features)."
    )


def _describe(document: dict[str, Any]) -> dict[str, Any]:
    # Here and not above: the node's agent adds nothing up.
    from maillage.analysis.characterise.combine import describe_measures

    return describe_measures(document)


_ROOM = Summing(
    FORMS,
    {
        "age": Rows(lambda question: band_ages(_asked(question).ages)),
        "sex": Rows(lambda _question: list_sexes()),
        "year": Rows(lambda question: [str(year) for year in list_years(question.year)], Named.BETWEEN),
        "feature_before": Rows(_features),
        "feature_after": Rows(_features),
        "measure": Rows(_measures),
    },
    _describe,
    _decline,
)
refuse = _ROOM.refuse
count_amounts = _ROOM.count_amounts
flatten = _ROOM.flatten
assemble = _ROOM.assemble
