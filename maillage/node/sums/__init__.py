"""This hospital's part in masked sums (S7): what is kept, what is checked at each step, the loop.

`session` and `begin` need numpy, and are imported when there is a session: the agent stays small.
"""
