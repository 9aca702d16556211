"""What analyses that give tables share: their form on the wire, the gate, the sum, what a checker hides.

Not an analysis: it has no `spec`. Each analysis declares the forms of its tables; all else follows from them.
"""
