"""Whether a delivered task may be considered at all (S10). What it may be answered is the policy's matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from maillage.analysis.errors import AnalysisError
from maillage.analysis.registry import Installed, find_spec, read_parameters
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import Opened, open_task
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task

UNKNOWN_QUESTION = "question-" + "0" * 32
UNKNOWN_NONCE = "0" * 32


@dataclass(frozen=True)
class Delivery:
    """What came under a task's name: a verified task, or the reason why it is none."""

    task_id: str
    task_hash: str
    task: Task | None
    reason: Reason | None

    @property
    def question_id(self) -> str:
        """The question, or a name of zeros when no verified task names one."""
        return self.task.question_id if self.task else UNKNOWN_QUESTION

    @property
    def nonce(self) -> str:
        """The task's nonce, or zeros."""
        return self.task.nonce if self.task else UNKNOWN_NONCE


def read_delivery(
    data: bytes | None, *, data_hash: str, task_id: str, signers: Mapping[str, PublicKey]
) -> Delivery:
    """Open an envelope that was delivered under `task_id`; None stands for one that was too large to keep.

    Never raises for what the envelope holds.
    """
    if data is None:
        return Delivery(task_id, data_hash, None, Reason.ENVELOPE_TOO_LARGE)
    opened = _open(data, tuple(signers.values()))
    if isinstance(opened, Reason):
        return Delivery(task_id, data_hash, None, opened)
    if opened.message.task_id != task_id:
        # A true envelope under another task's name: whoever delivers it replays it.
        return Delivery(task_id, data_hash, None, Reason.ENVELOPE_REPLAYED)
    return Delivery(task_id, opened.payload_hash, opened.message, None)


@lru_cache(maxsize=4)
def _open(data: bytes, signers: tuple[PublicKey, ...]) -> Opened[Task] | Reason:
    """A task is opened when it is decided and when it is computed: the same bytes, the same outcome."""
    try:
        return open_task(data, signers={key.fingerprint: key for key in signers})
    except EnvelopeError as error:
        return error.reason
    except Exception:  # noqa: BLE001 - bytes that break their reader are bytes that cannot be read
        # Raised further, it would meet the same bytes at each turn of the loop, and stop every other task.
        return Reason.ENVELOPE_MALFORMED


def check_task(task: Task, *, site: str, now: datetime, installed: Mapping[str, Installed]) -> Reason | None:
    """Why a verified task is not considered here; None when it is."""
    if task.site != site:
        return Reason.ENVELOPE_RETARGETED
    if task.expires_at <= now:
        return Reason.ENVELOPE_EXPIRED
    return check_analysis(task, installed=installed)


def check_analysis(task: Task, *, installed: Mapping[str, Installed]) -> Reason | None:
    """Whether the very program that the task names is installed, and takes these parameters."""
    found = installed.get(task.analysis.id)
    if found is None:
        return Reason.ANALYSIS_UNKNOWN
    if (found.version, found.code) != (task.analysis.version, task.analysis.code):
        return Reason.ANALYSIS_DIFFERS
    try:
        read_parameters(find_spec(task.analysis.id), task.parameters)
    except AnalysisError:
        return Reason.PARAMETERS_INVALID
    return None
