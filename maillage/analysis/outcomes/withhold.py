"""What a checker may hide of outcomes."""

from maillage.analysis.outcomes.spec import FORMS
from maillage.analysis.tabular.withholding import Withholding

_ROOM = Withholding(FORMS)
PARTS = _ROOM.PARTS
list_cells = _ROOM.list_cells
list_combined = _ROOM.list_combined
withhold = _ROOM.withhold
find_margins = _ROOM.find_margins
