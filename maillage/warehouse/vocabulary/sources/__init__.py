"""The lists that a release is made from: public ones in the form they are had in, and our own plain form."""
