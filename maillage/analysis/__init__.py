"""Federated analyses, one folder each: `spec` (what is asked, what leaves), `local`, `combine`."""
