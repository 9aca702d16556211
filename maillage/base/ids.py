"""Identifiers: random ones for messages, chosen ones for hospitals."""

import re
import secrets
from typing import NewType

SiteId = NewType("SiteId", str)

SITE_PATTERN = r"^[a-z][a-z0-9-]{1,39}$"
"""A hospital's short name: it appears in addresses, file names and signatures."""

ID_PATTERN = r"^[a-z]{1,12}-[0-9a-f]{32}$"


def new_id(prefix: str) -> str:
    """A fresh identifier such as `task-…` with 128 random bits."""
    return f"{prefix}-{secrets.token_hex(16)}"


def parse_site_id(text: str) -> SiteId:
    """The text as a hospital's identifier. Raises ValueError when it is not one."""
    if not re.fullmatch(SITE_PATTERN, text):
        raise ValueError(f"not a site identifier: {text[:60]!r} (lower-case letters, digits, hyphens)")
    return SiteId(text)
