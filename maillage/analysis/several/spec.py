"""several: several analyses of one cohort in one question; each stays what it is when asked alone."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from maillage.analysis.base import Spec, WireModel, hash_question
from maillage.analysis.characterise.spec import EXAMPLE as CHARACTERISE
from maillage.analysis.distribution.spec import EXAMPLE as DISTRIBUTION
from maillage.analysis.errors import AnalysisError, ParametersError
from maillage.analysis.incidence.spec import EXAMPLE as INCIDENCE
from maillage.analysis.registry import find_spec, is_joinable, list_joinable, read_parameters
from maillage.analysis.tabular.forms import as_tuple
from maillage.base.i18n import _, mark
from maillage.disclosure.values import Cell, CellJson, Suppressed, Suppression, cell_from_json
from maillage.exchange.parts import MOST_PARTS, SEVERAL, AnalysisId, PartAsked, PartsAsked


class SeveralParameters(WireModel):
    """The analyses, in the order in which a hospital computes and judges them; none twice alike."""

    parts: PartsAsked

    @field_validator("parts")
    @classmethod
    def _can_be_joined(cls, parts: tuple[PartAsked, ...]) -> tuple[PartAsked, ...]:
        try:
            asked = {hash_part(part) for part in parts}
        except AnalysisError as error:
            raise ValueError(f"{error.what} {error.why}".strip()) from error
        if len(asked) < len(parts):
            raise ValueError(_("la même analyse est demandée deux fois, avec les mêmes paramètres"))
        return parts


def hash_part(part: PartAsked) -> str:
    """The name of the part as a question of its own. Raises AnalysisError for one that cannot be asked so."""
    spec = find_joined(part.analysis)
    read_parameters(spec, part.parameters)
    return hash_question(spec.id, version=spec.version, parameters=part.parameters)


def find_joined(analysis_id: str) -> Spec:
    """The analysis, if it may be a part. Raises UnknownAnalysisError, ParametersError."""
    spec = find_spec(analysis_id)
    if not is_joinable(analysis_id):
        raise ParametersError(
            _("« {name} » se demande seule : elle se fait en plusieurs tours.").format(name=analysis_id),
            remedy=_("Analyses à joindre : {names}.").format(names=", ".join(list_joinable())),
        )
    return spec


class PartContent(WireModel):
    """One analysis's own content; absent where the hospital could not compute it."""

    analysis: AnalysisId
    content: Annotated[dict[str, Any], Field(max_length=40)] | None

    @model_validator(mode="after")
    def _is_what_it_declares(self) -> Self:
        try:
            declared = find_joined(self.analysis).content
        except AnalysisError as error:
            raise ValueError(error.what) from error
        if self.content is not None:
            declared.model_validate(self.content)
        return self

    @property
    def persons(self) -> Cell:
        """The persons of its whole answer."""
        return read_persons(self.content)


def read_persons(document: Mapping[str, Any] | None) -> Cell:
    """The persons of a part's content, or of the group's document of it; hidden where there is none."""
    return Suppressed(Suppression.PROTECTED) if document is None else cell_from_json(document["persons"])


def choose_persons(cells: Sequence[Cell]) -> Cell:
    """The number that stands at the head: that of the first part that has one."""
    return next((cell for cell in cells if not isinstance(cell, Suppressed)), cells[0])


class SeveralContent(WireModel):
    """What one hospital sends: the parts, in the order in which they were asked.

    `persons` is a cell of theirs, told twice. `repeated`: every part repeats a former answer.
    """

    persons: CellJson
    parts: Annotated[
        tuple[PartContent, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=MOST_PARTS)
    ]
    repeated: bool = False

    @model_validator(mode="after")
    def _says_nothing_of_its_own(self) -> Self:
        if self != make_content(self.parts):
            raise ValueError("a joint answer says what its parts say, and nothing else")
        return self


def make_content(parts: Sequence[PartContent]) -> SeveralContent:
    """The content that these parts make."""
    told = [part.content for part in parts if part.content is not None]
    return SeveralContent.model_construct(
        persons=choose_persons([part.persons for part in parts]),
        parts=tuple(parts),
        repeated=bool(told) and all(content.get("repeated", False) for content in told),
    )


EXAMPLE: Mapping[str, Any] = {
    "parts": [
        {"analysis": "count", "parameters": {}},
        {"analysis": "characterise", "parameters": dict(CHARACTERISE)},
        {"analysis": "incidence", "parameters": dict(INCIDENCE)},
        {"analysis": "distribution", "parameters": dict(DISTRIBUTION)},
    ]
}

SPEC = Spec(
    id=SEVERAL,
    version=1,
    parameters=SeveralParameters,
    content=SeveralContent,
    exact=True,
    unsummed=mark("Sous sommes masquées, une question a une seule analyse : posez-les l’une après l’autre."),
    example=EXAMPLE,
)
