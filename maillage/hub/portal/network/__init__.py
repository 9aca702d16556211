"""The network: a map of the group, the health of its nodes, a page for each hospital."""
