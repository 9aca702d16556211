"""The command line: the only floor that knows argv, the environment and exit codes."""
