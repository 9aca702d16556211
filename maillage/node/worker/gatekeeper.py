"""Which gate a question goes through, as its permit says."""

from pathlib import Path

from maillage.disclosure.evidence import RuleName, Witness
from maillage.disclosure.gates import ExactGate, band_gate, noisy_gate
from maillage.disclosure.noise import NoiseTable
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.permit import Bands, CellKey, Exact
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.messages import Job
from maillage.node.worker.releases import Releases


class GateKeeper:
    """Holds what was released, between jobs. The file is opened with the first job that needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: Releases | None = None
        self._histories: dict[str, History] = {}

    def make(self, job: Job) -> Witness:
        """The gate for one job, watched.

        Raises ReleasesBrokenError: without the former answers nothing leaves.
        """
        rules = DisclosureRules(floor=job.floor, network_floor=job.network_floor)
        match job.counts:
            case Exact():
                guard = self._make_guard(job)
                return Witness(
                    ExactGate(rules, guard),
                    rules=(RuleName.FLOOR, RuleName.DIFFERENCING),
                    former=guard.former,
                    compare=guard.compare,
                )
            case CellKey(table=table):
                noise = NoiseTable.from_json(table)
                noisy = noisy_gate(rules=rules, table=noise, secret=self._releases().secret)
                return Witness(noisy, rules=(RuleName.FLOOR, RuleName.NOISE))
            case Bands(width=width):
                return Witness(band_gate(rules=rules, width=width), rules=(RuleName.FLOOR, RuleName.BANDS))

    def _make_guard(self, job: Job) -> ReleaseGuard:
        releases = self._releases()
        scope = find_scope(permit=job.permit, requester=job.requester)
        if releases.forget_job(job.job_id):
            self._histories.pop(scope, None)
        if scope not in self._histories:
            self._histories[scope] = History(releases, scope=scope)
        return ReleaseGuard(releases, self._histories[scope], job=job.job_id, floor=job.floor)

    def _releases(self) -> Releases:
        if self._opened is None:
            self._opened = Releases(self._folder)
        return self._opened
