"""What every floor stands on: time, ids, canonical JSON, keys, settings, languages."""

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import Field

from maillage.base.canon import CanonError, canonical_bytes, canonical_hash, read_json
from maillage.base.clock import format_instant, parse_instant, utc_now
from maillage.base.errors import Kind, MaillageError
from maillage.base.french import format_milliseconds, format_number
from maillage.base.i18n import _, in_language, ngettext
from maillage.base.ids import new_id, parse_site_id
from maillage.base.keys import KeyFormatError, PublicKey, SigningKey
from maillage.base.settings import Settings, SettingsError, SettingsMissingError, read_settings


def test_an_instant_survives_the_wire_in_utc() -> None:
    paris = datetime(2026, 11, 22, 4, 0, 0, 123000, tzinfo=timezone(timedelta(hours=1)))
    assert format_instant(paris) == "2026-11-22T03:00:00.123Z"
    assert parse_instant(format_instant(paris)) == paris
    assert parse_instant(format_instant(now := utc_now())) == now


def test_an_instant_without_a_zone_is_refused_both_ways() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_instant(datetime(2026, 11, 22))  # noqa: DTZ001 - the fault under test
    with pytest.raises(ValueError, match="time zone"):
        parse_instant("2026-11-22T03:00:00")


def test_identifiers_are_fresh_and_site_names_are_plain() -> None:
    assert new_id("task") != new_id("task")
    assert parse_site_id("chu-grenoble") == "chu-grenoble"
    for name in ("", "A", "../hcl", "hcl/..", "x" * 60, "é"):
        with pytest.raises(ValueError, match="site identifier"):
            parse_site_id(name)


def test_equal_values_have_one_canonical_form() -> None:
    assert canonical_bytes({"b": 1, "a": [1.0, "é"]}) == '{"a":[1,"é"],"b":1}'.encode()
    assert canonical_hash({"a": 1, "b": 2}) == canonical_hash({"b": 2, "a": 1})


_TEXTS = st.text() | st.sampled_from(["\ue000", "\U00010000", "\x7f", "\x1f", "\u2028", "\ud800", 'a"\\'])
_SCALARS = st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats() | _TEXTS


@example({"\ue000": 1, "\U00010000": 2})
@example([2**53])
@settings(max_examples=60)
@given(
    st.recursive(
        _SCALARS | st.sampled_from(Kind),
        lambda inner: (
            st.lists(inner)
            | st.lists(inner).map(tuple)
            | st.dictionaries(_TEXTS | st.integers() | st.sampled_from(Kind), inner)
        ),
    )
)
def test_the_canonical_form_is_the_one_of_rfc_8785_however_it_is_written(value: object) -> None:
    try:
        expected = rfc8785.dumps(value)  # pyright: ignore[reportArgumentType] - hostile on purpose
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(CanonError):
            canonical_bytes(value)
    else:
        assert canonical_bytes(value) == expected


def test_a_number_that_json_would_corrupt_has_no_canonical_form() -> None:
    for value in (2**60, float("nan")):
        with pytest.raises(CanonError):
            canonical_bytes({"value": value})


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"a": 1,\n "b": }', "Ligne 2"),
        (b'{"a": 1, "a": 2}', "répétée"),
        (b'{"a": NaN}', "NaN"),
        (b"\xff", "UTF-8"),
        (b"[" * 200_000, "imbriqué"),
    ],
)
def test_unreadable_json_is_told_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(CanonError, match=place):
        read_json(data, max_bytes=1_000_000)


def test_json_past_the_limit_is_not_parsed() -> None:
    with pytest.raises(CanonError, match="limite est 10"):
        read_json(b"[" * 11, max_bytes=10)


@given(st.recursive(st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(), st.lists))
def test_what_is_written_canonically_is_read_back(value: object) -> None:
    assert read_json(canonical_bytes(value), max_bytes=1_000_000) == value


def test_a_key_keeps_its_private_half_to_its_owner(tmp_path: Path) -> None:
    key = SigningKey.generate()
    key.save(tmp_path / "node.key")
    assert stat.S_IMODE((tmp_path / "node.key").stat().st_mode) == 0o600
    assert SigningKey.load(tmp_path / "node.key").public == key.public
    with pytest.raises(FileExistsError):
        SigningKey.generate().save(tmp_path / "node.key")
    assert "PRIVATE" not in repr(key)


def test_a_public_key_is_pasted_as_text() -> None:
    key = SigningKey.generate()
    assert PublicKey.parse(key.public.text) == key.public
    assert key.public.fingerprint.startswith("SHA256:")
    assert key.public.verifies(key.sign(b"data"), b"data")
    assert not key.public.verifies(key.sign(b"data"), b"other")


@pytest.mark.parametrize("text", ["", "ed25519:", "ed25519:AAAA", "rsa:AAAA", "ed25519:é"])
def test_what_is_not_a_public_key_is_said_so(text: str) -> None:
    with pytest.raises(KeyFormatError):
        PublicKey.parse(text)


def test_a_broken_private_key_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "node.key").write_text("not a key")
    with pytest.raises(KeyFormatError) as caught:
        SigningKey.load(tmp_path / "node.key")
    assert "Restaurez" in caught.value.remedy


class Example(Settings):
    port: int = Field(ge=1, le=65535)


def test_settings_name_the_file_and_the_place_and_never_the_value(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    with pytest.raises(SettingsMissingError, match=r"hub\.toml"):
        read_settings(path, Example)
    path.write_text("port = ")
    with pytest.raises(SettingsError, match="TOML"):
        read_settings(path, Example)
    path.write_text('port = "s3cret"\nother = 1')
    with pytest.raises(SettingsError, match=r"port.*other") as caught:
        read_settings(path, Example)
    assert "s3cret" not in str(caught.value)
    path.write_text("port = 8400")
    assert read_settings(path, Example).port == 8400


def test_french_is_the_source_and_english_replaces_it() -> None:
    assert _("Erreur : ") == "Erreur : "
    with in_language("en"):
        assert _("Erreur : ") == "Error: "
    with in_language("xx"):
        assert _("Erreur : ") == "Erreur : "
    assert ngettext("un hôpital", "des hôpitaux", 0) == "un hôpital"


def test_french_numbers() -> None:
    assert format_number(1234567) == "1\u202f234\u202f567"
    assert format_milliseconds(86.6) == "87\u00a0ms"
    assert format_milliseconds(1449) == "1,4\u00a0s"
    with in_language("en"):
        assert format_number(1234567) == "1,234,567"
        assert format_milliseconds(1449) == "1.4\u00a0s"


def test_an_error_says_what_why_and_what_to_do() -> None:
    assert str(MaillageError("A.", why="B.", remedy="C.")) == "A. B. C."
