"""Generalised linear models over several hospitals: numbers in, numbers out; no question, no gate, no wire.

`families` says what is fitted, `sums` what one hospital adds to a round, `newton` how rounds become a fit,
`meta` how fits of hospitals become one; `fitting.fit_parts` runs it all in one process. `wire` and
`triangles` are how matrices travel. Nothing is imported here: the node's agent reads `wire`, and stays small.
"""
