"""Files of every kind that a load reads, spoilt in many ways from a seed."""
