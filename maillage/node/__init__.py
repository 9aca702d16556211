"""What a hospital installs: a resident agent that asks the hub for questions, decides, answers, remembers.

Outbound only. `agent` wires four loops (poller, runner, sender, summer) over one SQLite store; the engine
lives in a worker process of its own (`worker`), so that the agent stays small and outlives it.
"""
