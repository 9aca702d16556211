"""Masked sums (S7): the hub carries keys and masked numbers, and learns their sum.

`room` is what a session holds, `advance` its moves, `steps` what nodes say, `adding` the sum, `document` what
people read.
"""
