"""Why is this cohort slow: each part of its definition, with what it cost and what it found."""

from maillage.cohort.profile.profile import Profile, profile_cohort

__all__ = ["Profile", "profile_cohort"]
