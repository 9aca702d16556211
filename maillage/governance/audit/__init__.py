"""The group's audit: one event per change, in a table that the application cannot edit (S12)."""
