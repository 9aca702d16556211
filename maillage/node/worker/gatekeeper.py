"""Which gate a question goes through, as its permit says."""

from pathlib import Path

from maillage.disclosure.gates import ExactGate, Gate, band_gate, noisy_gate
from maillage.disclosure.noise import NoiseTable
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.permit import Bands, CellKey, Exact
from maillage.node.worker.everyone import Everyone
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.messages import Job
from maillage.node.worker.releases import Releases


class GateKeeper:
    """Holds what was released, between jobs. The file is opened with the first job that needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: Releases | None = None
        self._histories: dict[str, History] = {}

    def make(self, job: Job, *, everyone: Everyone) -> Gate:
        """The gate for one job. Raises ReleasesBrokenError: without the former answers nothing leaves.

        Raises as the engine does when it cannot say who `everyone` is.
        """
        rules = DisclosureRules(floor=job.floor, network_floor=job.network_floor)
        match job.counts:
            case Exact():
                return ExactGate(rules, self._make_guard(job, everyone=everyone))
            case CellKey(table=table):
                noise = NoiseTable.from_json(table)
                secret = self._releases().secret
                return noisy_gate(rules=rules, table=noise, secret=secret, everyone=everyone.read())
            case Bands(width=width):
                return band_gate(rules=rules, width=width, everyone=everyone.read())

    def _make_guard(self, job: Job, *, everyone: Everyone) -> ReleaseGuard:
        releases = self._releases()
        scope = find_scope(permit=job.permit, requester=job.requester)
        if releases.forget_job(job.job_id):
            self._histories.pop(scope, None)
        if scope not in self._histories:
            self._histories[scope] = History(releases, scope=scope)
        return ReleaseGuard(
            releases,
            self._histories[scope],
            job=job.job_id,
            floor=job.floor,
            everyone=everyone.rank(releases.rank),
        )

    def _releases(self) -> Releases:
        if self._opened is None:
            self._opened = Releases(self._folder)
        return self._opened
