"""Example messages, made with keys that are public on purpose: for tests only."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from maillage.base.canon import canonical_hash
from maillage.base.keys import SigningKey
from maillage.exchange.catalogue import BandOfConcepts, Catalogue
from maillage.exchange.head import LedgerHead
from maillage.exchange.manifest import Manifest
from maillage.exchange.permit import AnalysisScope, Output, Permit, View
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor, Failure, Hold, Partial, Refusal, Summed, Timings
from maillage.exchange.task import Task

ISSUED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HASH = "sha256:" + "ab" * 32
COHORT: dict[str, Any] = {"ConceptSets": [], "PrimaryCriteria": {"CriteriaList": []}}


def example_key(seed: int) -> SigningKey:
    """A key that every run makes again."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


HUB_KEY = example_key(1)
NODE_KEY = example_key(2)
COMMITTEE_KEY = example_key(3)


def example_permit(**changes: Any) -> Permit:
    """The standing permit of `houraa`, changed as the test wants; it holds for a long time."""
    fields: dict[str, Any] = {
        "permit_id": "feasibility",
        "network": "houraa",
        "project": "Comptages",
        "purpose": "Compter les patients qui répondent à une définition.",
        "requesters": "any",
        "sites": "any",
        "analyses": (AnalysisScope(id="count"),),
        "cohorts": "any",
        "minimum_cell": 1,
        "minimum_sites": 1,
        "views": (View.TOTAL, View.PER_HOSPITAL),
        "output": Output.AUTOMATIC,
        "issued_at": ISSUED,
        "starts_at": datetime(2020, 1, 1, tzinfo=UTC),
        "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
    }
    return Permit.model_validate(fields | changes)


def example_catalogue(**changes: Any) -> Catalogue:
    """A day's bands of `hcl`, changed as the test wants."""
    fields: dict[str, Any] = {
        "network": "houraa",
        "site": "hcl",
        "day": "2026-11-22",
        "reference": "2026.11@220b6b3dffb7f3e7",
        "permit": HASH,
        "floor": 11,
        "shown_alone": True,
        "bands": (
            BandOfConcepts(least=11, concepts=(2000100160,)),
            BandOfConcepts(least=500, concepts=(9201, 201826)),
        ),
    }
    return Catalogue.model_validate(fields | changes)


def example_task(**changes: Any) -> Task:
    """A valid task for `hcl`, changed as the test wants."""
    fields: dict[str, Any] = {
        "protocol": 2,
        "task_id": "task-" + "1" * 32,
        "question_id": "question-" + "2" * 32,
        "hub": "houraa",
        "site": "hcl",
        "participants": ("chu-clermont", "chu-grenoble", "chu-saint-etienne", "hcl"),
        "minimum_participants": 3,
        "requester": "alice",
        "permit": "feasibility",
        "title": "Diabète de type 2 traité par metformine",
        "analysis": {"id": "count", "version": 1, "code": HASH},
        "parameters": {},
        "cohort": COHORT,
        "cohort_hash": canonical_hash(COHORT),
        "nonce": "3" * 32,
        "issued_at": ISSUED,
        "expires_at": ISSUED + timedelta(hours=24),
    }
    return Task.model_validate(fields | changes)


def _answer_fields() -> dict[str, Any]:
    return {
        "protocol": 2,
        "task_id": "task-" + "1" * 32,
        "question_id": "question-" + "2" * 32,
        "site": "hcl",
        "nonce": "3" * 32,
        "task_hash": HASH,
        "answered_at": ISSUED + timedelta(seconds=1),
        "software": "0.1.0",
        "anchor": Anchor(sequence=7, hash=HASH),
    }


def example_partial(**changes: Any) -> Partial:
    """An answer with one suppressed year."""
    fields = _answer_fields() | {
        "analysis": {"id": "count", "version": 1, "code": HASH},
        "content": {
            "persons": {"count": 412},
            "steps": [{"count": 900}, {"suppressed": "protected"}, {"count": 412}],
            "years": [{"year": 2024, "persons": {"count": 412}}],
            "other_years": None,
        },
        "floor": 11,
        "shown_alone": True,
        "reference": "2026-11",
        "timings": Timings(compile_ms=4.5, engine_ms=31.25),
    }
    return Partial.model_validate(fields | changes)


def example_summed(**changes: Any) -> Summed:
    """What lifts a hospital's masks from a sum from which another dropped out."""
    fields = _answer_fields() | {
        "analysis": {"id": "count", "version": 1, "code": HASH},
        "floor": 11,
        "survivors": ("chu-clermont", "chu-grenoble", "hcl"),
        "own": "6" * 64,
        "shared": {"chu-saint-etienne": "7" * 64},
        "repeated": False,
        "reference": "2026-11",
    }
    return Summed.model_validate(fields | changes)


def example_refusal(**changes: Any) -> Refusal:
    """A policy's no."""
    return Refusal.model_validate(_answer_fields() | {"reason": Reason.POLICY_REFUSED} | changes)


def example_failure(**changes: Any) -> Failure:
    """An engine that broke."""
    fields = {"reason": Reason.ENGINE_FAILED, "incident": "incident-" + "4" * 32}
    return Failure.model_validate(_answer_fields() | fields | changes)


def example_hold(**changes: Any) -> Hold:
    """A person will look."""
    return Hold.model_validate(_answer_fields() | changes)


def example_head(**changes: Any) -> LedgerHead:
    """The head of the hub's audit."""
    fields: dict[str, Any] = {
        "keeper": "hub",
        "name": "houraa",
        "sequence": 21,
        "hash": HASH,
        "moved": 19,
        "rounds": (Anchor(sequence=20, hash=HASH),),
        "signed_at": ISSUED,
    }
    return LedgerHead.model_validate(fields | changes)


def example_manifest(**changes: Any) -> Manifest:
    """Of an export of a node's lines 3 to 7."""
    fields: dict[str, Any] = {
        "keeper": "node",
        "name": "hcl",
        "key": NODE_KEY.public.text,
        "first": 3,
        "previous": HASH,
        "last": 7,
        "hash": HASH,
        "bodies": 4,
        "head": Anchor(sequence=9, hash=HASH),
        "since": ISSUED,
        "until": None,
        "removed_before": ISSUED,
        "exported_at": ISSUED,
        "software": "0.1.0",
    }
    return Manifest.model_validate(fields | changes)
