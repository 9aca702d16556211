"""Analyses of several rounds: the hub runs the analysis's own half, and carries its rounds to hospitals and
back.

`room` is what an exchange holds, `running` the analysis's half, `advance` the moves, `taking` what nodes say,
`document` what people read.
"""
