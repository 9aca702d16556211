"""The engine's own process: opens the warehouse, computes one question at a time, dies with its agent."""
