"""Which gate a question goes through, as its permit says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maillage.analysis.base import hash_question
from maillage.base.canon import canonical_hash
from maillage.disclosure.evidence import RuleName, Witness
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.inexact import band_gate, noisy_gate
from maillage.disclosure.noise import NoiseTable, has_opendp
from maillage.disclosure.private import NoiseMissingError, PrivateGate
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.permit import Bands, CellKey, DifferentialPrivacy, Exact
from maillage.node.worker.epsilon import EpsilonLedger, make_table
from maillage.node.worker.everyone import Everyone
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.messages import Job
from maillage.node.worker.opening import open_releases
from maillage.node.worker.releases import Asked, Releases

PRIVATE_RULES = (RuleName.FLOOR, RuleName.PRIVATE)


class GateKeeper:
    """Holds what was released, between jobs. The file is opened with the first job that needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: Releases | None = None
        self._histories: dict[str, History] = {}

    def make(self, job: Job, *, everyone: Everyone) -> Witness:
        """The gate for one job, watched.

        Raises ReleasesBrokenError: without the former answers nothing leaves. Raises as the engine does when
        it cannot say who `everyone` is.
        """
        rules = DisclosureRules(floor=job.floor, network_floor=job.network_floor)
        # Opened for bands too, which need nothing of it: what is lost stops every form of numbers.
        releases = self._releases()
        match job.counts:
            case Exact():
                guard = self._make_guard(job, everyone=everyone)
                return Witness(
                    ExactGate(rules, guard),
                    rules=(RuleName.FLOOR, RuleName.DIFFERENCING),
                    former=guard.former,
                    compare=guard.compare,
                )
            case CellKey(table=table):
                noise = NoiseTable.from_json(table)
                noisy = noisy_gate(rules=rules, table=noise, secret=releases.secret, everyone=everyone.read())
                return Witness(noisy, rules=(RuleName.FLOOR, RuleName.NOISE))
            case DifferentialPrivacy() as privacy:
                return Witness(self._make_private(job, rules=rules, privacy=privacy), rules=PRIVATE_RULES)
            case Bands(width=width):
                bands = band_gate(rules=rules, width=width, everyone=everyone.read())
                return Witness(bands, rules=(RuleName.FLOOR, RuleName.BANDS))

    def _make_private(self, job: Job, *, rules: DisclosureRules, privacy: DifferentialPrivacy) -> PrivateGate:
        ledger = self._open_ledger(job, privacy=privacy)
        ledger.check()
        years = range(privacy.first_year, privacy.last_year + 1)
        return PrivateGate(rules, privacy.epsilon_per_question, years, keep=ledger.spend)

    def recall(self, job: Job) -> Mapping[str, Any] | None:
        """What a question was answered before, where asking again must not draw again.

        Raises ReleasesBrokenError and, before anything is counted, NoiseMissingError.
        """
        if not isinstance(job.counts, DifferentialPrivacy):
            return None
        if not has_opendp():
            raise NoiseMissingError
        return self._open_ledger(job, privacy=job.counts).find_former()

    def _open_ledger(self, job: Job, *, privacy: DifferentialPrivacy) -> EpsilonLedger:
        releases = self._releases()
        make_table(releases)
        return EpsilonLedger(releases, job=job, privacy=privacy)

    def _make_guard(self, job: Job, *, everyone: Everyone) -> ReleaseGuard:
        releases = self._releases()
        scope, *former = _list_scopes(job)
        if releases.forget_job(job.job_id):
            self._histories.pop(scope, None)
        if scope not in self._histories:
            self._histories[scope] = History(releases, scope=scope, former=former)
        return ReleaseGuard(
            releases,
            self._histories[scope],
            job=job.job_id,
            floor=job.floor,
            asked=_find_asked(job),
            everyone=everyone.rank(releases.rank),
        )

    def _releases(self) -> Releases:
        if self._opened is None:
            self._opened = open_releases(self._folder)
        return self._opened


def _list_scopes(job: Job) -> list[str]:
    """Where what is told now is kept, then where it was kept before: under names, and under hashes once."""
    alone = [find_scope(permit=name, requester=job.requester) for name in (job.permit, *job.editions)]
    together = find_scope(permit=job.permit, requester=None)
    return [together, *alone] if job.shared else [alone[0], together, *alone[1:]]


def _find_asked(job: Job) -> Asked:
    question = hash_question(job.analysis.id, version=job.analysis.version, parameters=job.parameters)
    return Asked(question, definition=canonical_hash(job.cohort))
