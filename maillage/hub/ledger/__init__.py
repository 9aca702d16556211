"""The hub's audit towards others: signed heads, exports, comparison, retention."""
