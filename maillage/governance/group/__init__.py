"""The members of the group: which hospital, which key, in what state, seen when."""
