"""For who has no passkey: a password (argon2id, RFC 9106) with a code of 30 s (TOTP, RFC 6238).

A code is taken once: its time step and those before are over. A recovery code stands in for one, once.
"""

import secrets
import threading
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hmac import compare_digest

import segno
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from pyotp.totp import TOTP

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.governance.people.models import Person
from maillage.governance.transactions import atomic
from maillage.hub.access.errors import CredentialUnknownError, EntryError, SecretWeakError
from maillage.hub.access.models import Password, RecoveryCode
from maillage.hub.access.sealing import derive, seal, unseal

SHORTEST, LONGEST = 12, 200
RECOVERY_CODES = 10
_STEP_SECONDS = 30
# One step of 30 s early or late: telephones' clocks drift.
_STEPS = (-1, 0, 1)
# Each takes 46 MiB: a crowd at the door must not take the machine's memory.
_AT_ONCE = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Generator:
    """What a telephone is told once: the secret, the address that QR codes carry, and that code's picture."""

    secret: str
    address: str
    size: int
    path: str


def offer_generator(invitation: str, *, name: str, network: str) -> Generator:
    """The generator that goes with an invitation: made from it, so that nothing waits in the database."""
    secret = b32encode(derive("totp", salt=invitation.encode(), length=20)).decode()
    address = TOTP(secret).provisioning_uri(name=name, issuer_name=f"Maillage {network}")
    code = segno.make(address, error="m")
    rows = [list(row) for row in code.matrix_iter(border=4)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Generator(secret, address, len(rows), path)


def check_password(password: str, *, person: Person) -> None:
    """Raises SecretWeakError: too short or long, known to everybody, or made of one's own name."""
    bare = password.casefold()
    names = (person.name, person.full_name, person.email.partition("@")[0])
    if not SHORTEST <= len(password) <= LONGEST:
        raise SecretWeakError(
            _("Un mot de passe compte de {least} à {most} caractères.").format(least=SHORTEST, most=LONGEST),
            remedy=_("Une phrase de quelques mots convient."),
        )
    if len(set(bare)) < 5 or any(name and name.casefold() in bare for name in names) or _is_common(bare):
        raise SecretWeakError(
            _("Ce mot de passe se devine."), remedy=_("Prenez des mots sans rapport avec vous, ni entre eux.")
        )


def set_password(person: Person, *, password: str, secret: str, code: str, at: datetime) -> list[str]:
    """Keep them, inside the caller's transaction; the recovery codes, told once. Raises SecretWeakError.

    The first code proves that the telephone has the secret.
    """
    check_password(password, person=person)
    step = _find_step(secret, code, at=at)
    if step is None:
        raise SecretWeakError(
            _("Le code à six chiffres n’est pas le bon."),
            remedy=_("Attendez le suivant ; vérifiez l’heure du téléphone."),
        )
    Password.objects.update_or_create(
        person=person,
        defaults={
            "hash": _hash(password),
            "totp": seal(secret, owner=person.id),
            "last_step": step,
            "changed_at": at,
        },
    )
    return renew_recovery_codes(person)


def replace_password(person: Person, *, password: str, at: datetime) -> None:
    """Another password beside the same generator, inside the caller's transaction.

    Raises SecretWeakError, or CredentialUnknownError where there is none to replace.
    """
    check_password(password, person=person)
    if not Password.objects.filter(person=person).update(hash=_hash(password), changed_at=at):
        raise CredentialUnknownError


def renew_recovery_codes(person: Person) -> list[str]:
    """New codes in the place of the former ones, inside the caller's transaction."""
    codes = [_write_code() for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(digest=_digest(code), person=person) for code in codes)
    return codes


def enter_with(name: str, *, password: str, code: str, at: datetime) -> str:
    """The name of who enters. Raises EntryError, after the same work whatever was wrong."""
    known = Password.objects.filter(person__name=name).select_related("person").first()
    is_right = _matches(known.hash if known else _no_hash(), password[: LONGEST + 1])
    if known is None or not is_right or not _take_code(known, code, at=at):
        raise EntryError
    return known.person.name


def _take_code(known: Password, code: str, *, at: datetime) -> bool:
    bare = "".join(code.split()).replace("-", "").upper()
    with atomic():
        step = _find_step(unseal(known.totp, owner=known.person_id), bare, at=at)
        if step is not None:
            # The row decides, not what was read before: of two who come with one code, one enters.
            fresh = Password.objects.filter(person_id=known.person_id, last_step__lt=step)
            return bool(fresh.update(last_step=step))
        unused = RecoveryCode.objects.filter(person_id=known.person_id, digest=_digest(bare), used_at=None)
        return bool(unused.update(used_at=at))


def _find_step(secret: str, code: str, *, at: datetime) -> int | None:
    present = int(at.timestamp()) // _STEP_SECONDS
    totp, given = TOTP(secret), code.strip().encode()
    steps = [present + shift for shift in _STEPS]
    found: Sequence[int] = [step for step in steps if compare_digest(totp.generate_otp(step).encode(), given)]
    return found[0] if found else None


def _write_code() -> str:
    """80 random bits in four groups."""
    text = b32encode(secrets.token_bytes(10)).decode()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _digest(code: str) -> str:
    return sha256_hex(code.replace("-", "").encode())


def _hash(password: str) -> str:
    with _AT_ONCE:
        return _hasher().hash(password)


def _matches(found: str, password: str) -> bool:
    with _AT_ONCE:
        try:
            return _hasher().verify(found, password)
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)


@cache
def _no_hash() -> str:
    """What a password is compared with where there is no account: nobody knows what it is of."""
    return _hash(secrets.token_urlsafe(32))


def _is_common(password: str) -> bool:
    try:
        _common().validate(password)
    except ValidationError:
        return True
    return False


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()
