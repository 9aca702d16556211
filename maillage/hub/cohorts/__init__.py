"""Cohorts that people write at the hub: drafts with their history, versions, comments, live counts."""
