"""Permits at the hub: published for the hospitals, whose own words on them are kept beside. No authority."""
