"""What agent and worker say to each other over two pipes: one JSON document a line."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from maillage.disclosure.evidence import Trace
from maillage.exchange.message import AnalysisRef, Hash, Json, Message, Name
from maillage.exchange.permit import Counts
from maillage.exchange.reasons import Reason
from maillage.warehouse.place import Place


class Bench(Message):
    """The first line to a worker: which warehouse, with what means.

    `folder` is the node's: who objected, and what was released, are in there.
    """

    place: Annotated[Place, Field(discriminator="engine")]
    folder: Path


class Job(Message):
    """A question to compute. `network_floor` differs from the network's own only in a test network.

    `permit` is its name; what was told under it is compared, under each of its `editions` (their hashes).
    `shared`: with what anybody was told, not the requester alone.
    """

    kind: Literal["job"] = "job"
    job_id: str
    analysis: AnalysisRef
    parameters: Json
    cohort: Json
    floor: int
    network_floor: int
    permit: Name
    editions: tuple[Hash, ...] = ()
    requester: Name
    shared: bool = True
    counts: Counts


class CatalogueJob(Message):
    """The daily count of every concept. `network_floor` as in a job."""

    kind: Literal["catalogue"] = "catalogue"
    job_id: str
    floor: int
    network_floor: int


class Round(Message):
    """A round of a job that was computed. `fingerprint` is that of its rows: others answer nothing."""

    kind: Literal["round"] = "round"
    job: Job
    number: int
    parameters: Json
    fingerprint: str

    @property
    def job_id(self) -> str:
        """The job's."""
        return self.job.job_id


class Forget(Message):
    """No round follows: the rows of that job may go."""

    kind: Literal["forget"] = "forget"
    job_id: str


class Stop(Message):
    """Stop that job if it still runs."""

    kind: Literal["stop"] = "stop"
    job_id: str


class Ready(Message):
    """The worker's first line: it is warm, and this is the version of its vocabulary, empty when unknown."""

    kind: Literal["ready"] = "ready"
    reference: str


class Computed(Message):
    """What the analysis gives; every cell passed the gate in the worker, which tells how in `trace`.

    `fingerprint` is that of the rows that are kept for rounds, empty where there are none.
    """

    kind: Literal["computed"] = "computed"
    job_id: str
    content: Json
    compile_ms: Annotated[float, Field(ge=0)]
    engine_ms: Annotated[float, Field(ge=0)]
    reference: str
    trace: Trace
    fingerprint: str = ""


class Told(Message):
    """What a round gives, gated in the worker."""

    kind: Literal["told"] = "told"
    job_id: str
    content: Json
    engine_ms: Annotated[float, Field(ge=0)]


class Catalogued(Message):
    """The concepts of each band, lowest band first, by its least number of patients; no number itself.

    `years`: the first and the last in which there are patients enough to say so.
    """

    kind: Literal["catalogued"] = "catalogued"
    job_id: str
    bands: tuple[tuple[int, tuple[int, ...]], ...]
    reference: str
    years: tuple[int, int] | None = None


class Declined(Message):
    """Why there is no content. `incident` is in the worker's log with the place where it happened."""

    kind: Literal["declined"] = "declined"
    job_id: str
    reason: Reason
    incident: str


Order = Job | CatalogueJob | Round
Outcome = Computed | Catalogued | Told | Declined
ToWorker = Annotated[Job | CatalogueJob | Round | Forget | Stop, Field(discriminator="kind")]
FromWorker = Annotated[Ready | Computed | Catalogued | Told | Declined, Field(discriminator="kind")]

TO_WORKER: TypeAdapter[Job | CatalogueJob | Round | Forget | Stop] = TypeAdapter(ToWorker)
FROM_WORKER: TypeAdapter[Ready | Computed | Catalogued | Told | Declined] = TypeAdapter(FromWorker)


def to_line(message: Message) -> bytes:
    """The message as a line."""
    return message.model_dump_json().encode() + b"\n"
