"""What a checker may hide of pyramid."""

from maillage.analysis.pyramid.spec import FORMS
from maillage.analysis.pyramid.words import word_key
from maillage.analysis.tabular.withholding import Withholding

_ROOM = Withholding(FORMS, word_key)
PARTS = _ROOM.PARTS
list_cells = _ROOM.list_cells
list_combined = _ROOM.list_combined
withhold = _ROOM.withhold
find_margins = _ROOM.find_margins
