"""What a warehouse holds of the national core data set, and what in it cannot be: one report, any engine."""
