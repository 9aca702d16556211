"""This hospital's part in analyses of several rounds: what is kept, what is checked at each
round, the loop.
"""
