"""Settings enter once, at the top, from a TOML file; below, frozen models are passed down."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from maillage.base.errors import Kind, MaillageError
from maillage.base.faults import word_faults
from maillage.base.i18n import _


class SettingsError(MaillageError):
    """A settings file that is absent, unreadable or says something that is not a setting."""


class SettingsMissingError(SettingsError):
    """There is no file at that place."""

    kind = Kind.NOT_FOUND


class Settings(BaseModel):
    """The base of every settings model: unknown names are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


Model = TypeVar("Model", bound=BaseModel)


def read_settings(path: Path, model: type[Model]) -> Model:
    """Read and validate a TOML file; errors name the file, the place and the remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsMissingError(
            _("Le fichier de réglages {path} est illisible.").format(path=path), why=error.strerror or ""
        ) from error
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_("{path} n’est pas du TOML.").format(path=path), why=str(error)) from error
    except ValidationError as error:
        raise SettingsError(
            _("{path} contient un réglage invalide.").format(path=path), why=describe_validation(error)
        ) from error


def describe_validation(error: ValidationError) -> str:
    """Its faults, told by their places and rules, never by a value, which may be a secret."""
    return word_faults(error.errors(include_url=False, include_input=False))
