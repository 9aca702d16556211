"""PMSI lines for tests: every version of RUM, grouped RSS and RSA, from what a test says of a stay.

The places of the fields are written here once more, from the public formats, so that a mistake in the
reader's own table shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

FINESS = "630780989"
YEARS: Mapping[int, Mapping[str, str]] = {
    2021: {"rum": "020", "rss": "120", "rsa": "226"},
    2022: {"rum": "021", "rss": "121", "rsa": "227"},
    2023: {"rum": "022", "rss": "122", "rsa": "228"},
    2024: {"rum": "022", "rss": "122", "rsa": "228"},
    2025: {"rum": "022", "rss": "122", "rsa": "229"},
    2026: {"rum": "023", "rss": "123"},
}
"""The versions that each year's files bear; the public formats of 2026 do not hold the RSA's."""

RSA_YEARS = tuple(year for year, versions in YEARS.items() if "rsa" in versions)

RSA_FIXED = {"226": 247, "227": 247, "228": 262, "229": 265}


@dataclass(frozen=True)
class Act:
    """One zone of act."""

    code: str = "NEKA020"
    day: date | None = date(2023, 5, 3)
    activity: str = "1"
    phase: str = "0"
    executions: int = 1


@dataclass(frozen=True)
class Unit:
    """One stay in a unit; `entry` and `leave` are its days."""

    record: str = "1"
    unit: str = "2101"
    entry: date = date(2023, 5, 2)
    leave: date = date(2023, 5, 9)
    principal: str = "S7200"
    related: str = ""
    associated: Sequence[str] = ()
    documentary: Sequence[str] = ()
    acts: Sequence[Act] = ()
    sessions: int = 0


@dataclass(frozen=True)
class Stay:
    """One stay of one patient."""

    number: str = "100"
    admission: str = "A100"
    birth: date = date(1941, 2, 3)
    sex: str = "2"
    residence: str = "63000"
    entry_mode: str = "8"
    origin: str = ""
    exit_mode: str = "8"
    destination: str = ""
    ghm: str = "08C471"
    chain: str = "c" * 32
    units: Sequence[Unit] = field(default_factory=lambda: (Unit(),))


def write_rum(stay: Stay, *, year: int = 2023, grouped: bool = False) -> list[str]:
    """The RUM lines of a stay, grouped or not."""
    version = YEARS[year]["rss" if grouped else "rum"]
    last = len(stay.units) - 1
    return [
        _rum(
            stay,
            unit,
            version=version,
            grouped=grouped,
            modes=(
                stay.entry_mode + stay.origin.ljust(1) if place == 0 else "6 ",
                stay.exit_mode + stay.destination.ljust(1) if place == last else "6 ",
            ),
        )
        for place, unit in enumerate(stay.units)
    ]


def _rum(stay: Stay, unit: Unit, *, version: str, grouped: bool, modes: tuple[str, str]) -> str:
    head = f"11{stay.ghm:6} {version}000" if grouped else ""
    inner = f"{'0' + version[1:] if grouped else version}"
    new = inner == "023"
    more = "M01" if new else ""
    fixed = (
        f"{FINESS}{inner}{stay.number:20}{stay.admission:20}{unit.record:10}{_day(stay.birth)}{stay.sex}"
        f"{unit.unit:4}  {_day(unit.entry)}{modes[0]}{_day(unit.leave)}{modes[1]}{stay.residence:5}"
        f"{'':14}{unit.sessions:02}{len(unit.associated):02}{len(unit.documentary):02}{len(unit.acts):03}"
        f"{unit.principal:8}{unit.related:8}{'':36}{'N02AH3' + '0' * 7 if new else ''}"
    )
    diagnoses = "".join(f"{code:8}" for code in (*unit.associated, *unit.documentary))
    acts = "".join(
        f"{_day(act.day)}{act.code:7}   {act.phase}{act.activity}       {act.executions:02}{more}"
        for act in unit.acts
    )
    return head + fixed + diagnoses + acts


def write_rsa(stay: Stay, *, year: int = 2023, record: int = 1) -> str:
    """The RSA line of a stay."""
    version = YEARS[year]["rsa"]
    entry, leave = stay.units[0].entry, stay.units[-1].leave
    age = entry.year - stay.birth.year - ((entry.month, entry.day) < (stay.birth.month, stay.birth.day))
    days = (entry - stay.birth).days if age == 0 else None
    diagnoses = [code for unit in stay.units for code in unit.associated]
    acts = [act for unit in stay.units for act in unit.acts]
    head = (
        f"{FINESS}{version}{record:010}{YEARS[year]['rss']}000{'':11}11{stay.ghm:6}000{len(stay.units):02}"
        f"{age if days is None else '':>3}{'' if days is None else days:>3}{stay.sex}{stay.entry_mode}"
        f"{stay.origin:1}{leave:%m%Y}{stay.exit_mode}{stay.destination:1} {(leave - entry).days:04}"
        f"{stay.residence:5}{stay.residence:5}{'':9}{sum(unit.sessions for unit in stay.units):02}"
    )
    head = f"{head:113}1".ljust(135) + "1"
    before = 211 + (3 if version == "229" else 0)
    first = stay.units[0]
    head = f"{head:{before}}{first.principal:6}{first.related:6}{len(diagnoses):04}{len(acts):05}"
    zones = (
        "01"
        + "9524001"
        + "".join(
            f"{place:02}{unit.unit:4}{FINESS}{unit.principal:6}{unit.related:6}{'':5}"
            f"{len(unit.associated):02}{len(unit.acts):03}{(unit.leave - unit.entry).days:04}{'':20}"
            for place, unit in enumerate(stay.units, start=1)
        )
    )
    zones += "".join(f"{code:6}" for code in diagnoses)
    zones += "".join(
        f"{f'{(act.day - entry).days:03}' if act.day else '':3}{act.code:7}  {act.phase}{act.activity}"
        f"{'':7}{act.executions:02}2"
        for act in acts
    )
    return f"{head:{RSA_FIXED[version]}}{zones}"


def write_ano(stay: Stay, *, year: int = 2023, record: int = 1) -> str:
    """The ANO line of a stay: its chain, its dates."""
    entry, leave = stay.units[0].entry, stay.units[-1].leave
    head = f"{stay.chain:32}{FINESS}015{'013' if year < 2022 else '014'}{leave:%m%Y}{'0' * 9}"
    if year < 2022:
        return f"{head:101}{record:010}{_day(entry)}{_day(leave)}".ljust(946)
    return f"{f'{head:139}{_day(stay.birth)}':161}{record:010}{_day(entry)}{_day(leave)}".ljust(1103)


def write_ano_hosp(stay: Stay, patient: str, *, year: int = 2023) -> str:
    """The ANO-HOSP line of a stay: its administrative number and the patient's."""
    version, place = {2021: ("013", 400)}.get(year, ("A15" if year > 2024 else "014", 402))
    head = f"{'':16}{version}0000{'':17}{stay.admission:20}"
    return f"{head:{place}}{patient:20}".ljust(600)


def shift(stay: Stay, days: int) -> Stay:
    """The same stay some days later."""
    moved = timedelta(days=days)
    return replace(
        stay,
        units=[
            replace(
                unit,
                entry=unit.entry + moved,
                leave=unit.leave + moved,
                acts=[replace(act, day=act.day and act.day + moved) for act in unit.acts],
            )
            for unit in stay.units
        ],
    )


def _day(day: date | None) -> str:
    return f"{day:%d%m%Y}" if day else " " * 8
