"""The same model by rounds, by us and by the two frameworks that hospitals are offered for it."""
