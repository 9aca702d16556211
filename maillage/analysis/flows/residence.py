"""From a postal or geographic code to the department, as the PMSI writes codes."""

import re

UNKNOWN = "unknown"
ABROAD = "99"

DEPARTMENTS = (
    *(f"{number:02}" for number in range(1, 100) if number not in (20, 97, 98)),
    "2A",
    "2B",
    *(str(number) for number in range(970, 990)),
    UNKNOWN,
)
"""Every residence that a code may say. Corsica has two; those that begin with 97 or 98 have three digits."""

_SOUTHERN_CORSICA_ENDS = 20_200
_DIGITS_OF_A_CODE = 5


def find_department(code: str | None) -> str:
    """`69` of 69003, `2A` of 20000 or 2A004, `974` of 97400; `unknown` where the code says none.

    A code of four digits has lost the zero at its head. 99 is abroad, as in the PMSI.
    """
    written = re.sub(r"\s", "", code or "").upper()
    if re.fullmatch(r"2[AB]\d*", written):
        return written[:2]
    if not re.fullmatch(r"\d{1,5}|\d{9}", written):
        return UNKNOWN
    if len(written) == _DIGITS_OF_A_CODE - 1:
        written = f"0{written}"
    if written.startswith(("97", "98")):
        return written[:3] if len(written) >= 3 else UNKNOWN
    if written.startswith("20"):
        return _split_corsica(written)
    return written[:2] if len(written) > 1 and written[:2] != "00" else UNKNOWN


def _split_corsica(code: str) -> str:
    if len(code) != _DIGITS_OF_A_CODE:
        return UNKNOWN
    return "2A" if int(code) < _SOUTHERN_CORSICA_ENDS else "2B"
