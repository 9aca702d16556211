"""A question, its task at each hospital, and what came back."""
