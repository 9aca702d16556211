"""Tables of words: what a domain, an attribute and a comparison are called."""
