"""Pages where terms are found: suggestions, a drawer with what stands above and below, pasted codes."""
