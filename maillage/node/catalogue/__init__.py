"""The daily catalogue: how many patients each concept has, in wide bands, told to the hub for no question."""
