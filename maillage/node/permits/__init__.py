"""What this hospital allows: the committee keys that it trusts, the permits that it accepted itself (S2)."""
