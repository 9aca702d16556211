"""Broken exports: each ends in a report that names file, line and reason; the warehouse is as before."""

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from maillage.cli.main import run
from maillage.warehouse.batches import list_batches
from maillage.warehouse.batches.fhir import bundles
from maillage.warehouse.errors import SourceError
from tests.support.fhir import PATIENT, SUBJECT, Staged, bundle_of, concept, lines_of

SECRET = "DUPONT-1948"
SOUND = [
    {
        "resourceType": "Condition",
        "id": f"c{number}",
        "subject": SUBJECT,
        "code": concept("http://snomed.info/sct", "38341003"),
        "onsetDateTime": "2020-01-01",
    }
    for number in range(3)
]
GOOD = lines_of(SOUND)
LINE = lines_of([{**SOUND[0], "id": "x", "note": SECRET}])

BROKEN_LINES: Mapping[str, bytes] = {
    "text": b"bonjour DUPONT-1948\n",
    "html": b"<html><body>502 Bad Gateway DUPONT-1948</body></html>\n",
    "array": b'["DUPONT-1948"]\n',
    "number": b"1948\n",
    "string": b'"DUPONT-1948"\n',
    "null": b"null\n",
    "no type": b'{"id": "DUPONT-1948"}\n',
    "null type": b'{"resourceType": null, "id": "DUPONT-1948"}\n',
    "two on a line": LINE[:-1] + LINE,
    "latin-1": LINE.replace(b"DUPONT", "DUPONT É".encode("latin-1")),
    "half a surrogate": LINE.replace(b"DUPONT", b"\\ud800"),
    "byte order mark": b"\xef\xbb\xbf" + LINE,
    "nul byte": LINE.replace(b"DUPONT", b"\0"),
    "only nul bytes": b"\0\0\0\0\n",
    "raw control character": LINE.replace(b"DUPONT", b"\x01"),
    "single quotes": LINE.replace(b'"', b"'"),
    "no quotes": b"{resourceType: Condition, id: DUPONT-1948}\n",
    "missing brace": LINE[:-2] + b"\n",
    "missing colon": LINE.replace(b'"note":', b'"note"'),
    "long and broken": b'{"resourceType": "Condition", "note": "' + b"a" * 10_000_000 + b"\n",
    "sql": b"'; DROP TABLE person; --\n",
    "csv": b"id;code;date DUPONT-1948\n",
    "spread over lines": b'{"resourceType": "Condition",\n"id": "DUPONT-1948"}\n',
    **{f"cut at {at}": LINE[:at] + b"\n" for at in range(1, len(LINE) - 1, 7)},
    **{f"byte {at} lost its way": LINE[:at] + b"\xff" + LINE[at + 1 :] for at in range(0, len(LINE) - 1, 11)},
}


def whole_load(folder: Path, path: Path, *, tolerate: str = "0.01") -> int:
    options = ["--to", str(folder / "w.duckdb"), "--batch", "b", "--tolerate", tolerate]
    return run(["warehouse", "load-fhir", str(path), *options])


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_a_broken_line_is_named_and_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "Condition.ndjson"
    path.write_bytes(lines_of([PATIENT]) + GOOD + BROKEN_LINES[name] + GOOD)
    with pytest.raises(SourceError) as refused:
        Staged(tmp_path, path)
    told = str(refused.value.what) + str(refused.value.why)
    place = "lignes 5, 6" if name == "spread over lines" else "ligne 5"
    assert f"Condition.ndjson, {place} :" in told
    assert SECRET not in told
    assert "DUPONT" not in told


@pytest.mark.parametrize("name", ["text", "latin-1", "cut at 8", "spread over lines"])
def test_a_broken_line_among_many_is_counted_and_the_rest_is_loaded(tmp_path: Path, name: str) -> None:
    path = tmp_path / "Condition.ndjson"
    path.write_bytes(GOOD + BROKEN_LINES[name] + lines_of([PATIENT]))
    staged = Staged(tmp_path, path, tolerate=0.5)
    assert staged.report.rejected == (2 if name == "spread over lines" else 1)
    assert staged.report.first_rejects[0].place == 4
    reason = "not-utf-8" if name == "latin-1" else "not-json-or-cut"
    assert staged.report.faults == {reason: staged.report.rejected}
    assert len(staged.rows("condition_occurrence", "condition_occurrence_id")) == 3


def test_a_loss_that_was_accepted_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Condition.ndjson.gz"
    path.write_bytes(gzip.compress(lines_of([PATIENT]) + GOOD + BROKEN_LINES["latin-1"]))
    assert whole_load(tmp_path, path) == 2
    assert whole_load(tmp_path, path, tolerate="0.2") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "1 ligne illisible : n’est pas en UTF-8 (1) Condition.ndjson.gz, ligne 5 : n’est pas en UTF-8" in told
    )


ODD: Mapping[str, bytes] = {
    "windows ends": LINE.replace(b"\n", b"\r\n"),
    "blank lines": b"\n  \n" + LINE,
    "no last end": LINE[:-1],
    "unknown elements": LINE.replace(b'"note"', b'"neverHeardOf"'),
    "same element twice": LINE.replace(b'"note"', b'"id"'),
    "ten megabytes": LINE.replace(b"DUPONT", b"a" * 10_000_000),
    "deep": LINE.replace(b'"DUPONT-1948"', b"[" * 3000 + b"]" * 3000),
    "code of another shape": LINE.replace(b'"note": "DUPONT-1948"', b'"category": {"x": 1}'),
    "number for a text": LINE.replace(b'"note": "DUPONT-1948"', b'"recordedDate": 12'),
    "unicode": LINE.replace(b"DUPONT", "ÉÜ漢🏥".encode()),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_and_sound_is_loaded(tmp_path: Path, name: str) -> None:
    path = tmp_path / "Condition.ndjson"
    path.write_bytes(GOOD + ODD[name])
    staged = Staged(tmp_path, path)
    assert staged.report.rejected == 0
    assert staged.report.resources == {"Condition": 4}


RESULT = (
    b'{"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/p1"}, '
    b'"code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}, '
    b'"effectiveDateTime": "2020-01-01", %b}\n'
)
ORDER = (
    b'{"resourceType": "MedicationRequest", "id": "m", "subject": {"reference": "Patient/p1"}, '
    b'"medicationCodeableConcept": {"text": "x"}, "authoredOn": "2020-01-01", "dispenseRequest": {%b}}\n'
)
SUPPLY = b'"expectedSupplyDuration": {"value": %b, "code": "d"}'
PLACE = (
    b'{"resourceType": "Patient", "id": "p2", "birthDate": "1950", "address": [{"extension": [{"url": '
    b'"http://hl7.org/fhir/StructureDefinition/geolocation", "extension": [{"url": "latitude", '
    b'"valueDecimal": %b}]}]}]}\n'
)
ABSURD: Mapping[str, tuple[bytes, str]] = {
    "exponent": (RESULT % b'"valueQuantity": {"value": 1e400}', "value"),
    "digits": (RESULT % (b'"valueInteger": ' + b"1" * 5000), "value"),
    "text": (RESULT % b'"valueQuantity": {"value": "NaN"}', "value"),
    "word": (RESULT % b'"valueQuantity": {"value": "douze"}, "valueString": "x"', "value"),
    "bound": (
        RESULT % b'"valueInteger": 1, "referenceRange": [{"low": {"value": -1e400}}]',
        "referenceRange",
    ),
    "component": (RESULT % b'"component": [{"code": {"text": "x"}, "valueInteger": 1e400}]', "value"),
    "repeats": (ORDER % (b'"numberOfRepeatsAllowed": 1' + b"0" * 30), "numberOfRepeatsAllowed"),
    "quantity": (ORDER % b'"quantity": {"value": 1e400}', "quantity"),
    "many days": (ORDER % (SUPPLY % b"1e10"), "expectedSupplyDuration"),
    "days in words": (ORDER % (SUPPLY % b'"sept"'), "expectedSupplyDuration"),
    "no days": (ORDER % (SUPPLY % b'"nan"'), "expectedSupplyDuration"),
    "latitude": (PLACE % b"1e400", "geolocation"),
}


@pytest.mark.parametrize("name", ABSURD)
def test_an_absurd_number_is_left_empty_and_counted(tmp_path: Path, name: str) -> None:
    line, element = ABSURD[name]
    path = tmp_path / "x.ndjson"
    path.write_bytes(lines_of([PATIENT]) + GOOD + line)
    report = Staged(tmp_path, path).report
    assert list(report.emptied.values()) == [1]
    assert element in {name for _resource, name in report.emptied}
    assert report.rejected == 0
    assert report.rows["condition_occurrence"] == 3


def test_absurd_numbers_do_not_refuse_the_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    lines = [
        line.replace(b'"id": "', b'"id": "%d' % number) for number, (line, _) in enumerate(ABSURD.values())
    ]
    path.write_bytes(lines_of([PATIENT]) + b"".join(lines))
    assert whole_load(tmp_path, path) == 0


def test_a_number_in_the_place_of_a_text_spoils_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    odd = [
        {**SOUND[0], "id": 12, "onsetDateTime": 2020},
        {**SOUND[0], "id": "r", "subject": {"reference": 1}},
    ]
    path.write_bytes(lines_of([PATIENT]) + GOOD + lines_of(odd))
    report = Staged(tmp_path, path).report
    assert report.left_out == {("Condition", "no-patient"): 1}
    assert report.rows["condition_occurrence"] == 4


IMPOSSIBLE_DATES = [
    "",
    "infinity",
    "today",
    "epoch",
    "2020-13-01",
    "2020-02-30",
    "20-01-01",
    "0",
    "é",
    "9999999",
]


@pytest.mark.parametrize("date", IMPOSSIBLE_DATES)
def test_a_date_that_is_none_leaves_its_resource_out(tmp_path: Path, date: str) -> None:
    path = tmp_path / "Condition.ndjson"
    path.write_bytes(lines_of([{**SOUND[0], "onsetDateTime": date}]))
    staged = Staged(tmp_path, path)
    assert staged.report.left_out == {("Condition", "no-date"): 1}


def damage_gzip(content: bytes) -> bytes:
    packed = bytearray(gzip.compress(content))
    packed[-6] ^= 255
    return bytes(packed)


WHOLE_FILES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "cut archive": ("x.ndjson.gz", lambda: gzip.compress(GOOD * 50)[:-20]),
    "damaged archive": ("x.ndjson.gz", lambda: damage_gzip(GOOD * 50)),
    "no archive": ("x.ndjson.gz", lambda: GOOD),
    "utf-16": ("x.ndjson", lambda: GOOD.decode().encode("utf-16")),
    "zeros": ("x.ndjson", lambda: bytes(4096)),
    "random": ("x.ndjson", lambda: bytes((n * 7919 + 13) % 256 for n in range(4096))),
    "empty": ("x.ndjson", lambda: b""),
    "endless line": ("x.ndjson", lambda: GOOD + b'{"resourceType": "Condition", "x": "' + b"a" * 40_000_000),
    "broken bundle": ("x.json", lambda: json.dumps(bundle_of(SOUND)).encode()[:-30]),
    "latin-1 bundle": ("x.json", lambda: json.dumps(bundle_of(SOUND)).encode().replace(b"c1", b"\xe9")),
    "empty bundle": ("x.json", lambda: b'{"resourceType": "Bundle"}'),
    "empty document": ("x.json", lambda: b""),
    "text document": ("x.json", lambda: b"bonjour"),
}


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_broken_file_leaves_the_warehouse_as_it_was(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = tmp_path / "good.ndjson"
    good.write_bytes(lines_of([PATIENT]) + GOOD)
    assert whole_load(tmp_path, good) == 0
    before = (tmp_path / "w.duckdb").read_bytes()
    file, make = WHOLE_FILES[name]
    (tmp_path / file).write_bytes(make())
    assert whole_load(tmp_path, tmp_path / file) == 2
    told = capsys.readouterr().err
    assert "x." in told or "aucune ressource" in told
    assert "Traceback" not in told
    assert (tmp_path / "w.duckdb").read_bytes() == before
    assert len(list_batches(tmp_path / "w.duckdb")) == 1
    assert len(list((tmp_path / "w.duckdb.batches").iterdir())) == 1, "nothing is left of the attempt"


def test_a_bundle_that_is_too_large_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bundles, "MAX_DOCUMENT_BYTES", 100)
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle_of(SOUND)), encoding="utf-8")
    assert whole_load(tmp_path, path) == 2
    assert "NDJSON" in capsys.readouterr().err
    assert not (tmp_path / "w.duckdb").exists()


def test_a_thousand_types_that_do_not_exist_are_counted_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    odd = [{"resourceType": f"Type{chr(65 + n % 26)}{chr(65 + n // 26)}"} for n in range(500)]
    path.write_bytes(GOOD + lines_of(odd) + b'{"resourceType": "\\u001b[31m DUPONT"}\n')
    report = Staged(tmp_path, path).report
    assert len(report.unmapped) == 501
    assert report.unmapped["?"] == 1
    assert report.resources == {"Condition": 3}
