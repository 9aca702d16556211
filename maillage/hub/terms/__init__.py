"""The terms of the group: what a person types, what it may mean, how many patients have it."""
