"""One's own account: roles, ways in, sessions, tokens, and what was logged about oneself."""
