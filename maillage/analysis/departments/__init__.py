"""Maps of France by department: outlines from an installed package, thinned, shaded by class.

Not an analysis: it has no `spec`. A node has no outlines; what draws them is loaded where charts are.
"""
