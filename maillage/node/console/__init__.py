"""The console: a page on this machine alone, for who looks after a node. The agent never imports it.

It holds no rule of its own: each page reads and each form calls what the command line reads and calls.
"""
