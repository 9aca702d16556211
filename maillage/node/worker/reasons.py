"""Which code each error of a computation becomes. Only the code leaves; the first line that fits decides."""

from maillage.analysis.errors import ParametersError, RoundRefusedError, UnknownAnalysisError
from maillage.cohort.errors import CohortError, ConceptsUnknownError, UnsupportedFeatureError
from maillage.disclosure.models import (
    InexactModelError,
    ModelTooSmallError,
    OutweighedError,
    RareLevelError,
    TooCloseModelError,
)
from maillage.disclosure.private import NoiseMissingError
from maillage.exchange.reasons import Reason
from maillage.node.errors import EpsilonSpentError, NodeError, RoundsChangedError
from maillage.warehouse.errors import (
    EngineError,
    QueryInterruptedError,
    WarehouseError,
    WarehouseVersionError,
)

REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (UnsupportedFeatureError, Reason.COHORT_UNSUPPORTED),
    (ConceptsUnknownError, Reason.CONCEPTS_UNKNOWN),
    (CohortError, Reason.COHORT_INVALID),
    (ParametersError, Reason.PARAMETERS_INVALID),
    (UnknownAnalysisError, Reason.ANALYSIS_UNKNOWN),
    (QueryInterruptedError, Reason.LIMIT_REACHED),
    (EpsilonSpentError, Reason.BUDGET_SPENT),
    (InexactModelError, Reason.PERMIT_EXCEEDED),
    (ModelTooSmallError, Reason.MODEL_TOO_SMALL),
    (OutweighedError, Reason.MODEL_OUTWEIGHED),
    (RareLevelError, Reason.MODEL_RARE),
    (TooCloseModelError, Reason.MODEL_TOO_CLOSE),
    (RoundRefusedError, Reason.ROUND_REFUSED),
    (RoundsChangedError, Reason.ROUNDS_CHANGED),
    (NoiseMissingError, Reason.NOISE_UNAVAILABLE),
    (MemoryError, Reason.LIMIT_REACHED),
    (EngineError, Reason.ENGINE_FAILED),
    (WarehouseVersionError, Reason.WAREHOUSE_VERSION),
    (WarehouseError, Reason.WAREHOUSE_UNAVAILABLE),
    # The register of objections: without it no row may be read.
    (NodeError, Reason.WAREHOUSE_UNAVAILABLE),
)


def find_reason(error: Exception) -> Reason:
    """The code; an error that is nobody's is `internal`."""
    return next((reason for kind, reason in REASONS if isinstance(error, kind)), Reason.INTERNAL)
