"""Maps of France by department: outlines from an installed package, thinned, coloured by class.

Not an analysis: it has no `spec`. Nothing is imported here, for the outlines come with a hub, not with a node.
"""
