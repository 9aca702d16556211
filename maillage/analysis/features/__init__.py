"""Features for models, declared and not coded: from a specification to the same design matrix on every
engine.

`declared` is what crosses the wire, `columns` what it will give, known before any patient is read; `reading`
fetches, `encoding` makes columns, `matrix` puts them together, and `answering` is a model's way from there.
"""
