"""What a vocabulary is called beside a code."""

_BADGES = {"CIM10": "CIM-10", "Maillage": "Local"}


def badge_of(vocabulary: str) -> str:
    """The name that people use: `CIM-10`."""
    return _BADGES.get(vocabulary, vocabulary)
