"""Broken and hostile cohort definitions by the thousand: `python -m tests.support.fuzz`, or `make fuzz`."""
