"""The two APIs: one for nodes, signed; one for people's programs, with tokens."""
